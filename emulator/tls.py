"""TLS: an authority of our own in `--home`, the server's certificate, and one for each app and bot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.access.signing import new_private_key, write_private
from emulator.access.stores import key_store, trust_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for https: what the server shows, its key, and the authority by which both sides are checked."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class Shown:
    """A client's key and certificate: in one PEM, and in a PKCS12 store for Java."""

    pem: str
    store: bytes


class Authority:
    """The authority of a home, made when it is first needed and kept."""

    def __init__(self, folder: Path) -> None:
        from emulator.access import certificates

        self._folder = folder
        self.path = folder / "ca.pem"
        key = folder / "ca-key.pem"
        if not (self.path.is_file() and key.is_file()):
            write_private(key, new_private_key())
            write_private(self.path, certificates.authority(certificates.private_key(key.read_text())))
        self._key: RSAPrivateKey = certificates.private_key(key.read_text())
        write_private(folder / "truststore.p12", trust_store(self.path.read_text()))

    def server(self, hosts: Iterable[str]) -> Tls:
        """The files for a server on these hosts, which also answers to the names of this machine."""
        from emulator.access import certificates

        certificate, key = self._folder / "server.pem", self._folder / "server-key.pem"
        if not key.is_file():
            write_private(key, new_private_key())
        names = dict.fromkeys(each for each in (*_HOSTS, *hosts) if each not in ("0.0.0.0", "::"))  # noqa: S104
        public = certificates.private_key(key.read_text()).public_key()
        write_private(certificate, certificates.signed_by(self._key, "localhost", public, names))
        return Tls(certificate, key, self.path)

    def client(self, name: str, private_pem: str) -> Shown:
        """What a client shows: its key and a certificate for it."""
        from emulator.access import certificates

        certificate = certificates.signed_by(self._key, name, certificates.private_key(private_pem).public_key())
        return Shown(f"{private_pem.rstrip()}\n{certificate}", key_store(name, private_pem, certificate))
