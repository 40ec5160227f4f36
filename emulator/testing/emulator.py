"""Emulator: a pod and agent for a test or a script, started with one call."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from emulator.access import login
from emulator.api.journal import EntryAnswer, answer_of
from emulator.api.stage import Stage
from emulator.app import Site
from emulator.control.facts import facts
from emulator.home import Home
from emulator.seeding.load import load
from emulator.server import Background
from emulator.world.world import World

if TYPE_CHECKING:
    import httpx

    from emulator.access.permissions import Match
    from emulator.world.clock import Clock

T = TypeVar("T")


class Emulator:
    """A running emulator. A context manager: leaving it stops the server and removes a home of its own making."""

    def __init__(self, stage: Stage, home: Path | str | None, *, tls: bool = False) -> None:
        self.stage = stage
        self.site = Site(stage)
        self._own_home = home is None
        self._home = Home(Path(home or tempfile.mkdtemp(prefix="symphony-emulator-")))
        self._home.prepare(stage.world)
        self._server = Background(self.site, tls=self._home.certify(stage.world, "localhost") if tls else None)
        self.url = self._server.url

    @classmethod
    def start(
        cls,
        world: str | World = "demo",
        *,
        home: Path | str | None = None,
        seed: int = 0,
        permission_match: Match = "all",
        tls: bool = False,
    ) -> Emulator:
        """A server on a free port, in a thread. `world` is a name, the path of a file, or a World made by hand; with
        `tls` it serves https, and `home` holds the authority and a certificate for each app and bot."""
        made = world if isinstance(world, World) else load(world, seed)
        emulator = cls(Stage(made, permission_match=permission_match), home, tls=tls)
        emulator._home.write_facts(made, emulator.url)
        emulator.stage.loaded = made.snapshot()  # with the public keys that the home has just been given
        emulator._server.start()
        return emulator

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server."""
        self._server.stop()
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    @property
    def home(self) -> Path:
        """Where keys and `bdk/config.yaml` lie."""
        return self._home.path

    @property
    def world(self) -> World:
        return self.stage.world

    @property
    def clock(self) -> Clock:
        return self.stage.world.clock

    @property
    def facts(self) -> dict[str, Any]:
        """What `world.json` holds."""
        return {**facts(self.world, self.url)}

    def do(self, work: Callable[[], T]) -> T:
        """Run something on the world between two calls."""
        return self._server.do(work)

    def token(self, user: str, app: str | None = None) -> str:
        """A session token at once: of `app` acting for the user, or of the user's own account."""

        def open_session() -> str:
            acting = self.world.users.named(user)
            if app is None:
                return login.open_account_session(self.stage.sessions, acting).token
            found = self.world.apps.get(app)
            return login.open_user_session(self.world, self.stage.sessions, found, acting).token

        return self.do(open_session)

    def client(
        self, user: str | None = None, app: str | None = None, *, transport: Literal["socket", "asgi"] = "socket"
    ) -> httpx.Client:
        """An httpx client for the base URL, with the token of `user` (through `app`) set; `asgi` needs no socket."""
        import httpx

        headers = {}
        if user is not None:
            headers["sessionToken"] = self.token(user, app)
            if app is None:  # an account of its own calls the agent with both tokens
                account = self.world.users.named(user).id
                headers["keyManagerToken"] = self.do(lambda: self.stage.sessions.open_key_manager(account))
        if transport == "asgi":
            from emulator.testing.transport import InProcess

            return httpx.Client(base_url=self.url, headers=headers, transport=InProcess(self.site))
        verify: Any = True
        if self.url.startswith("https:"):
            import ssl

            verify = ssl.create_default_context(cafile=str(self.home / "tls" / "ca.pem"))
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=verify)

    def reset(self) -> None:
        """Back to the world as loaded; sessions of those who still exist stay alive."""
        self.do(self.stage.reset)

    def requests(
        self,
        path: str | None = None,
        *,
        method: str | None = None,
        app: str | None = None,
        user: str | None = None,
        status: int | None = None,
    ) -> list[EntryAnswer]:
        """The journal, oldest first: what was called, by whom, what was answered and why."""

        def read() -> list[EntryAnswer]:
            return [
                answer_of(entry)
                for entry in self.stage.journal.entries
                if (path is None or entry.path == path)
                and (method is None or entry.method == method)
                and (app is None or entry.app == app)
                and (user is None or entry.user == user)
                and (status is None or entry.status == status)
            ]

        return self.do(read)
