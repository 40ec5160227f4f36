"""What `--home` holds: keys, a ready-made BDK configuration, and the facts of the world for scripts."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from emulator.access.signing import PodKey, private_folder, whole_pem, write_private
from emulator.control.facts import facts
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.tls import Tls
    from emulator.world.world import World


T = TypeVar("T")

_LONGEST_CN = 64
_LONGEST_FOLDER = 120


class HomeError(Exception):
    """A file of the home cannot be used: which, and how to mend it."""


class Home:
    """A directory of ours. Private keys in it are readable by their owner only, made once and kept after that."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._one_key = False
        self._shared_key: str | None = None

    def prepare(
        self, world: World, progress: Callable[[str], None] = lambda what: None, *, one_key: bool = False
    ) -> None:
        """See that each app and bot without a public key of its own has a key pair here, and tell the world. With
        `one_key` all have the same one, which is enough for a home that lives as long as a test."""
        self._one_key = one_key
        self._ensure(self.path)
        write_private(self.path / ".gitignore", "*\n")
        for app in list(world.apps.book):
            if app.public_key is None:
                world.apps.change(app, public_key=self._key_pair(self.app_key(app.id), f"app {app.id}", progress))
        for bot in self._bots(world):
            if bot.public_key is None:
                key = self._key_pair(self.bot_key(bot.username), f"bot {bot.username}", progress)
                world.users.change(bot, public_key=key)

    @staticmethod
    def _bots(world: World) -> list[Any]:
        pod = world.companies.home.id
        return [user for user in world.users.book.by("company", pod) if user.account_type == SYSTEM]

    def app_key(self, app_id: str) -> Path:
        return self.path / "apps" / _folder(app_id) / "private.pem"

    def bot_key(self, username: str) -> Path:
        return self.path / "bots" / _folder(username) / "private.pem"

    def pod_key(self) -> PodKey:
        """The pod's own key, kept here so that tokens and certificates outlive a restart."""
        path = self.path / "pod" / "private.pem"
        if path.is_file():
            return PodKey(_read(path, lambda: whole_pem(path.read_text())))
        key = PodKey()
        write_private(path, key.pem)
        return key

    def certify(self, world: World, host: str) -> Tls:
        """See that there is an authority here, a certificate for the server, and one for each app and bot whose key
        is here; where they are."""
        from emulator.tls import Authority

        folder = self.path / "tls"
        authority = _read(folder, lambda: Authority(folder))
        for name, key in [
            *((app.id, self.app_key(app.id)) for app in world.apps.book),
            *((bot.username, self.bot_key(bot.username)) for bot in self._bots(world)),
        ]:
            certificate = key.with_name("certificate.pem")
            if key.is_file() and 0 < len(name) <= _LONGEST_CN:
                made = _read(key, partial(authority.client, name, _read(key, key.read_text)))
                write_private(certificate, made)
        return _read(folder, lambda: authority.server(host))

    def write_facts(self, world: World, url: str) -> None:
        """Write `world.json` and `bdk/config.yaml` for the address served."""
        described = facts(world, url)
        for app in described["apps"]:
            app["key"] = self._relative(self.app_key(app["id"]))
        for bot in described["bots"]:
            bot["key"] = self._relative(self.bot_key(bot["username"]))
        write_private(self.path / "world.json", orjson.dumps(described, option=orjson.OPT_INDENT_2).decode())
        write_private(self.path / "bdk" / "config.yaml", self.bdk_config(world, url))

    def _relative(self, key: Path) -> str | None:
        return key.relative_to(self.path).as_posix() if key.is_file() else None

    def bdk_config(self, world: World, url: str) -> str:
        """A configuration for the Symphony BDK for Python and for Java: the first app that can act, the first bot."""
        from urllib.parse import urlsplit

        at = urlsplit(url)
        lines = [
            "# Written by symphony-emulator at each start.",
            f"scheme: {at.scheme}",
            f"host: {at.hostname}",
            f"port: {at.port}",
        ]
        if at.path.strip("/"):
            lines.append(f"context: {at.path.strip('/')}")
        app = next((app for app in world.apps.book if app.enabled and self.app_key(app.id).is_file()), None)
        if app is not None:
            lines += ["app:", f"  appId: {_quoted(app.id)}", "  privateKey:"]
            lines.append(f"    path: {_quoted(str(self.app_key(app.id)))}")
        bot = next((bot for bot in self._bots(world) if self.bot_key(bot.username).is_file()), None)
        if bot is not None:
            lines += ["bot:", f"  username: {_quoted(bot.username)}", "  privateKey:"]
            lines.append(f"    path: {_quoted(str(self.bot_key(bot.username)))}")
        if at.scheme == "https":
            lines += ["ssl:", "  trustStore:", f"    path: {_quoted(str(self.path / 'tls' / 'ca.pem'))}"]
        return "\n".join(lines) + "\n"

    def _key_pair(self, path: Path, whose: str, progress: Callable[[str], None]) -> str:
        """The public key that belongs to a private key, which is made if it is not there."""
        public = path.with_name("public.pem")
        if path.is_file() and public.is_file():
            return _read(public, lambda: whole_pem(public.read_text()))
        from emulator.access.signing import new_private_key, public_key_of

        if path.is_file():
            private = _read(path, path.read_text)
        else:
            progress(f"making a key for {whose}")
            private = self._shared_key or new_private_key()
            if self._one_key:
                self._shared_key = private
            write_private(path, private)
        write_private(public, _read(path, lambda: public_key_of(private)))
        return public.read_text()

    @staticmethod
    def _ensure(path: Path) -> None:
        """See that this is a directory that only its owner can look into."""
        private_folder(path)
        with suppress(OSError):  # another's directory stays as it is
            path.chmod(0o700)


def _read(path: Path, read: Callable[[], T]) -> T:
    """What a key file holds; HomeError where it is damaged."""
    try:
        return read()
    except (ValueError, TypeError) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise HomeError(
            f"{path} is damaged ({what[:200]}): delete it and a new key is made, or put back the old one"
        ) from None


def _folder(name: str) -> str:
    """A name as a folder: whatever could leave the place for it is escaped."""
    from urllib.parse import quote

    escaped = quote(name, safe="@ ", errors="backslashreplace")
    if len(escaped) > _LONGEST_FOLDER:
        return f"{escaped[:_LONGEST_FOLDER]}-{sha256(name.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"
    return escaped if escaped.strip(".") else "%2E" * len(escaped)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
