"""What `--home` holds: keys, a ready-made BDK configuration, and the facts of the world for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from emulator.access.signing import PodKey, write_private
from emulator.control.facts import facts
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.tls import Tls
    from emulator.world.world import World


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
        (self.path / ".gitignore").write_text("*\n")
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
            return PodKey(path.read_text())
        key = PodKey()
        write_private(path, key.pem)
        return key

    def certify(self, world: World, host: str) -> Tls:
        """See that there is an authority here, a certificate for the server, and one for each app and bot whose key
        is here; where they are."""
        from emulator.tls import Authority

        authority = Authority(self.path / "tls")
        for name, key in [
            *((app.id, self.app_key(app.id)) for app in world.apps.book),
            *((bot.username, self.bot_key(bot.username)) for bot in self._bots(world)),
        ]:
            certificate = key.with_name("certificate.pem")
            if key.is_file():
                write_private(certificate, authority.client(name, key.read_text()))
        return authority.server(host)

    def write_facts(self, world: World, url: str) -> None:
        """Write `world.json` and `bdk/config.yaml` for the address served."""
        described = facts(world, url)
        for each, key in ((described["apps"], self.app_key), (described["bots"], self.bot_key)):
            for part in each:
                path = key(part.get("username") or part["id"])
                part["key"] = path.relative_to(self.path).as_posix() if path.is_file() else None
        _replace(self.path / "world.json", orjson.dumps(described, option=orjson.OPT_INDENT_2))
        self._ensure(self.path / "bdk")
        _replace(self.path / "bdk" / "config.yaml", self.bdk_config(world, url).encode())

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
            return public.read_text()
        from emulator.access.signing import new_private_key, public_key_of

        if path.is_file():
            private = path.read_text()
        else:
            progress(f"making a key for {whose}")
            private = self._shared_key or new_private_key()
            if self._one_key:
                self._shared_key = private
            write_private(path, private)
        public.write_text(public_key_of(private))
        return public.read_text()

    @staticmethod
    def _ensure(path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _folder(name: str) -> str:
    """A name as a folder: whatever could leave the place for it is escaped."""
    from urllib.parse import quote

    escaped = quote(name, safe="@ ")
    return escaped if escaped.strip(".") else "%2E" * len(escaped)


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
