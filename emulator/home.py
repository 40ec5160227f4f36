"""What `--home` holds: keys, a ready-made BDK configuration, and the facts of the world for scripts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from emulator.access.signing import PodKey, new_private_key, private_folder, public_key_of, whole_pem, write_private
from emulator.access.stores import PASSWORD
from emulator.control.bdk import Key, bdk_config
from emulator.control.facts import facts
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.tls import Tls
    from emulator.world.world import World


T = TypeVar("T")

WELL_KNOWN = Path(__file__).parent / "access" / "well_known.pem"
"""A private key that is no secret: it comes with the package."""
ADDRESS = "address"
"""The file in which a pod says where it is served, as long as it is."""
_LONGEST_CN = 64
_LONGEST_FOLDER = 120


class HomeError(Exception):
    """A file of the home cannot be used: which, and how to mend it."""


class Home:
    """A directory of ours. Private keys in it are readable by their owner only, made once and kept after that."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._keys = self.path
        self._one_key = False
        self._shared_key: str | None = None

    def prepare(
        self,
        world: World,
        progress: Callable[[str], None] = lambda what: None,
        *,
        one_key: bool = False,
        well_known: bool = False,
    ) -> None:
        """See that each app and bot without a public key of its own has a key pair here, and tell the world. With
        `one_key` all have the same one, which is enough for a home that lives as long as a test. With `well_known` that
        is the one which everybody knows; it lies apart, so that it is never taken for a secret."""
        if well_known:
            self._keys = self.path / "well-known"
            self._shared_key = WELL_KNOWN.read_text(encoding="utf-8")
        self._one_key = one_key
        self._ensure(self.path)
        write_private(self.path / ".gitignore", "*\n")
        for app in list(world.apps.book):
            if app.public_key is None:
                key = self._key_pair(self.app_key(app.id), f"app {app.id}", progress)
                world.apps.book.put(app.id, replace(app, public_key=key))
        for bot in self._bots(world):
            if bot.public_key is None:
                key = self._key_pair(self.bot_key(bot.username), f"bot {bot.username}", progress)
                world.users.book.put(bot.id, replace(bot, public_key=key))

    @staticmethod
    def _bots(world: World) -> list[Any]:
        pod = world.companies.home.id
        return [user for user in world.users.book.by("company", pod) if user.account_type == SYSTEM]

    def app_key(self, app_id: str) -> Path:
        return self._keys / "apps" / _folder(app_id) / "private.pem"

    def bot_key(self, username: str) -> Path:
        return self._keys / "bots" / _folder(username) / "private.pem"

    def pod_key(self) -> PodKey:
        """The pod's own key, kept here so that tokens and certificates outlive a restart."""
        path = self.path / "pod" / "private.pem"
        if path.is_file():
            return PodKey(_read(path, lambda: whole_pem(path.read_text())))
        key = PodKey()
        write_private(path, key.pem)
        return key

    @property
    def authority(self) -> Path:
        """The certificate by which clients check that of the server, where there is one."""
        return self.path / "tls" / "ca.pem"

    @property
    def trust_store(self) -> Path:
        """The same for Java."""
        return self.authority.with_name("truststore.p12")

    def certify(self, world: World, *hosts: str) -> Tls:
        """See that there is an authority here, a certificate for the server at these hosts, and one for each app and
        bot whose key is here; where they are."""
        from emulator.tls import Authority

        folder = self.authority.parent
        authority = _read(folder, lambda: Authority(folder))
        for name, key in [
            *((app.id, self.app_key(app.id)) for app in world.apps.book),
            *((bot.username, self.bot_key(bot.username)) for bot in self._bots(world)),
        ]:
            if key.is_file() and 0 < len(name) <= _LONGEST_CN:
                made = _read(key, partial(authority.client, name, _read(key, key.read_text)))
                write_private(key.with_name("certificate.pem"), made.pem)
                write_private(key.with_name("certificate.p12"), made.store)
        return _read(folder, lambda: authority.server(hosts))

    def write_facts(self, world: World, url: str) -> None:
        """Write `world.json` and `bdk/config.yaml` for the address served."""
        described = facts(world, url)
        for app in described["apps"]:
            app["key"] = self._relative(self.app_key(app["id"]))
        for bot in described["bots"]:
            bot["key"] = self._relative(self.bot_key(bot["username"]))
        write_private(self.path / "world.json", orjson.dumps(described, option=orjson.OPT_INDENT_2).decode())
        write_private(self.path / "bdk" / "config.yaml", self.bdk_config(world, url, self.authority))
        write_private(self.path / "bdk" / "config-java.yaml", self.bdk_config(world, url, self.trust_store, PASSWORD))

    def _relative(self, key: Path) -> str | None:
        return key.relative_to(self.path).as_posix() if key.is_file() else None

    def bdk_config(self, world: World, url: str, authority: Path, password: str | None = None) -> str:
        """A configuration for a BDK: the first app that can act, and the first bot; `authority` is what it checks https
        by, and `password` what opens that."""
        app = next((app.id for app in world.apps.book if app.enabled and self.app_key(app.id).is_file()), None)
        bot = next((bot.username for bot in self._bots(world) if self.bot_key(bot.username).is_file()), None)
        return "# Written by symphony-emulator at each start.\n" + bdk_config(
            url,
            None if app is None else (app, Key(path=str(self.app_key(app)))),
            None if bot is None else (bot, Key(path=str(self.bot_key(bot)))),
            (str(authority), password) if url.startswith("https:") else None,
        )

    def tell_address(self, url: str) -> None:
        """Leave here where this machine reaches the pod, for `health`."""
        write_private(self.path / ADDRESS, url + "\n")

    def forget_address(self) -> None:
        (self.path / ADDRESS).unlink(missing_ok=True)

    def open_up(self) -> None:
        """Let others read what clients need: keys of apps and bots, configurations, facts, the authority. Not the keys
        of the pod itself."""
        folders = [self._keys / "apps", self._keys / "bots", self.path / "bdk"]
        wanted = [*folders, self.path / "world.json", self.authority, self.trust_store]
        for place in [each for each in wanted if each.exists()]:
            for each in (place, *place.rglob("*")):
                each.chmod(0o755 if each.is_dir() else 0o644)
            for folder in place.relative_to(self.path).parents:
                (self.path / folder).chmod(0o755)

    def _key_pair(self, path: Path, whose: str, progress: Callable[[str], None]) -> str:
        """The public key that belongs to a private key, which is made if it is not there."""
        public = path.with_name("public.pem")
        if path.is_file() and public.is_file():
            return _read(public, lambda: whole_pem(public.read_text()))
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
