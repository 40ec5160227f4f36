"""PKCS12 stores for Java: a key with its certificate, and the authority that Java is to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import KeySerializationEncryption

PASSWORD = "changeit"  # noqa: S105 - it protects nothing: who reads the file reads the key beside it
"""What opens the stores: Java's own default."""


def key_store(name: str, private_pem: str, certificate_pem: str) -> bytes:
    """A store with a private key and its certificate, under the name of whom they are."""
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    from emulator.access.certificates import private_key

    certificate = load_pem_x509_certificate(certificate_pem.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), private_key(private_pem), certificate, None, _locked())


def trust_store(certificate_pem: str) -> bytes:
    """A store with the certificate of an authority, marked as Java marks what it trusts."""
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    certificate = load_pem_x509_certificate(certificate_pem.encode())
    return pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(certificate, b"symphony-emulator")], _locked())


def _locked() -> KeySerializationEncryption:
    from cryptography.hazmat.primitives.serialization import PrivateFormat

    # As many rounds as Java's keytool does.
    return PrivateFormat.PKCS12.encryption_builder().kdf_rounds(10_000).build(PASSWORD.encode())
