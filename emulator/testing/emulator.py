"""Emulator: a pod and agent for a test or a script, started with one call."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from typing_extensions import TypedDict, Unpack

from emulator.access import login
from emulator.control.facts import facts
from emulator.control.keys import made_keys
from emulator.home import Home
from emulator.seeding.export import world_file
from emulator.seeding.load import load
from emulator.server import Background
from emulator.site import Site
from emulator.stage.journal import Entry, EntryAnswer, Filter, answer_of, waited
from emulator.stage.report import ReportAnswer, report_of
from emulator.stage.stage import HOLD, Stage
from emulator.testing import arranging
from emulator.testing.faults import FaultsOfPod
from emulator.world.world import World

if TYPE_CHECKING:
    import httpx

    from emulator.access.permissions import Match
    from emulator.keeping.file import StateFile
    from emulator.testing.arranging import AppOfPod, Named, UserOfPod, When
    from emulator.world.clock import Clock
    from emulator.world.messages import Message
    from emulator.world.streams import Stream
    from emulator.world.users import User

T = TypeVar("T")


class Wanted(TypedDict, total=False):
    """What calls are looked for in the journal, besides their path and status."""

    method: str | None
    app: str | None
    user: str | None
    since: int
    open: bool | None


class Emulator:
    """A running emulator. A context manager: leaving it stops the server and removes a home of its own making."""

    def __init__(
        self, stage: Stage, home: Path | str | None, *, tls: bool = False, well_known_keys: bool = False
    ) -> None:
        self.stage = stage
        self._own_home = home is None
        self._home = Home(Path(home or tempfile.mkdtemp(prefix="symphony-emulator-")))
        self._home.prepare(stage.world, one_key=self._own_home, well_known=well_known_keys)
        self.site = Site(stage, keys=self._home)
        self._server = Background(self.site, tls=self._home.certify(stage.world, "localhost") if tls else None)
        self.url = self._server.url
        self.faults = FaultsOfPod(stage, self.do)
        self._kept: StateFile | None = None

    @classmethod
    def start(
        cls,
        world: str | PathLike[str] | Sequence[str | PathLike[str]] | World = "demo",
        *,
        home: Path | str | None = None,
        seed: int = 0,
        permission_match: Match | None = None,
        tls: bool = False,
        state: Path | str | None = None,
        users: int = 0,
        rooms: int = 0,
        messages: int = 0,
        live: float | None = None,
        hold: float = HOLD,
        bodies: bool = True,
        well_known_keys: bool = False,
    ) -> Emulator:
        """A server on a free port, in a thread. `world` is a name, the path of a file, several of them of which the
        later ones add to the earlier and override them, or a World made by hand, and grows by so many users, rooms and
        messages; with `live` somebody says something every so many seconds on average. With `tls` it serves https, and
        `home` holds the authority and a certificate for each app and bot. `state` is a file in which all is kept, and
        from which it goes on; ValueError when it cannot be used. `hold` is how long (s) a read of a datafeed waits for
        an event. Without `bodies` the journal keeps none. With `well_known_keys` apps and bots have the key that comes
        with the package, `emulator/access/well_known.pem`."""
        made = world if isinstance(world, World) else load(world, seed, live=live is not None)
        if users or rooms or messages:
            from emulator.seeding.grow import grow

            grow(made, users=users, rooms=rooms, messages=messages, seed=seed)
        if state is not None and home is None:
            home = f"{state}-home"  # what is kept knows the keys of its home
        pod_key = None if home is None else Home(Path(home)).pod_key()
        stage = Stage(made, pod_key=pod_key, hold=hold, bodies=bodies)
        emulator = cls(stage, home, tls=tls, well_known_keys=well_known_keys)
        emulator._home.write_facts(made, emulator.url)
        emulator.stage.loaded = made.snapshot()  # with the public keys that the home has just been given
        if permission_match is not None:
            emulator.stage.fit({"permission_match": permission_match})
        if state is not None:
            from emulator.keeping.file import StateFileError, keep_in

            try:
                emulator._kept = keep_in(Path(state), made, emulator.stage)
            except StateFileError as error:
                raise ValueError(str(error)) from None
        if live is not None:
            emulator.stage.enliven(live)
        emulator._server.start()
        return emulator

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server."""
        self._server.stop()
        if self._kept is not None:
            self._kept.close()
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

        def kept() -> T:
            done = work()
            self.stage.settle()
            return done

        return self._server.do(kept)

    def token(self, user: str, app: str | None = None, *, counterpart: bool = False) -> str:
        """A session token at once: of `app` acting for the user, or of the user's own account. Invalid where there
        may be no such session: a user of another pod has one only as a `counterpart`."""

        return self._session(user, app, counterpart)[0]

    def _session(self, user: str, app: str | None, counterpart: bool) -> tuple[str, str]:
        """A session token, and for an account of its own the key manager token."""

        acting, through = self.users[user], None if app is None else arranging.apps(self)[app]

        def opened() -> tuple[str, str]:
            session, key_manager = login.open_at_once(
                self.world, self.stage.sessions, acting, through, counterpart=counterpart
            )
            return session.token, key_manager

        return self.do(opened)

    def client(
        self,
        user: str | None = None,
        app: str | None = None,
        *,
        counterpart: bool = False,
        transport: Literal["socket", "asgi"] = "socket",
    ) -> httpx.Client:
        """An httpx client for the base URL, with the token of `user` (through `app`) set, as `token` gives it; `asgi`
        needs no socket."""
        import httpx

        headers = self._headers(user, app, counterpart)
        if transport == "asgi":
            _no_loop("a client with transport='asgi' waits: use 'async with pod.aclient(...)'")
            from emulator.testing.transport import InProcess

            return httpx.Client(base_url=self.url, headers=headers, transport=InProcess(self.site))
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=self._verify())

    def aclient(
        self, user: str | None = None, app: str | None = None, *, counterpart: bool = False
    ) -> httpx.AsyncClient:
        """The same for `await`, with a timeout longer than a read of a datafeed is held."""
        import httpx

        timeout = httpx.Timeout(5, read=self.stage.hold + 5)
        headers = self._headers(user, app, counterpart)
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, verify=self._verify(), timeout=timeout
        )

    def _headers(self, user: str | None, app: str | None, counterpart: bool) -> dict[str, str]:
        if user is None:
            return {}
        token, key_manager = self._session(user, app, counterpart)
        # An account of its own calls the agent with both tokens.
        return {"sessionToken": token, "keyManagerToken": key_manager} if key_manager else {"sessionToken": token}

    def _verify(self) -> Any:
        if not self.url.startswith("https:"):
            return False  # no context is made where there is no TLS: that takes longer than the call
        import ssl

        return ssl.create_default_context(cafile=str(self.home / "tls" / "ca.pem"))

    def reset(self) -> None:
        """Back to the world as loaded; sessions of those who still exist stay alive."""
        self.do(self.stage.reset)

    def fresh(self) -> None:
        """As it was before anybody called: the world as loaded, no faults, no datafeeds, an empty journal. What was
        counted for the report stays, and so do sessions."""
        self.do(self.stage.fresh)

    # --- the world, read and arranged: none of it is a call, and none is in the journal or in the report ---

    @property
    def users(self) -> Named[User]:
        """The users of all companies: `pod.users["bob"].id`. KeyError says which name is near."""
        return arranging.users(self)

    @property
    def rooms(self) -> Named[Stream]:
        """The rooms: `pod.rooms["Trading Desk"].id`."""
        return arranging.rooms(self)

    def user(self, name: str) -> UserOfPod:
        """To change what a user is entitled to: `pod.user("bob").revoke("sendFilesEnabled")`."""
        return arranging.UserOfPod(self, name)

    def app(self, app_id: str) -> AppOfPod:
        """To change what an app may: `pod.app("acme-desk").revoke("SEND_MESSAGES")`."""
        return arranging.AppOfPod(self, app_id)

    def connect(
        self,
        user: str,
        other: str,
        status: Literal["ACCEPTED", "PENDING", "REJECTED", "NONE"] = "ACCEPTED",
        *,
        silent: bool = False,
    ) -> None:
        """Connect two users of different companies; PENDING is a request of the first. Datafeeds and behaviours hear
        of it unless it is `silent`."""
        arranging.connect(self, user, other, status, silent)

    def say(self, user: str, room: str | Stream, text: str, *, silent: bool = False) -> Message:
        """Let a user say something (MessageML, or text), whom nobody asks whether they may; the message. Datafeeds and
        behaviours hear of it unless it is `silent`."""
        return arranging.say(self, user, room, text, silent)

    def messages(self, room: str | Stream) -> list[Message]:
        """All messages of a room or another stream, oldest first."""
        return arranging.messages(self, room)

    def when(
        self,
        *,
        text: str | None = None,
        matches: str | None = None,
        form: str | None = None,
        room: str | Stream | None = None,
        user: str | None = None,
        event: str | None = None,
        every: str | int | None = None,
        after_ms: int = 0,
        times: int | None = None,
        chain: bool = False,
    ) -> When:
        """What somebody does when something happens: `pod.when(text="rates").reply("bob", "Up.")`. Without an event it
        is a message; `every` is a timer in its place."""
        told = {
            "event": event or ("MESSAGESENT" if every is None else None),
            "every": every,
            "stream": room if room is None or isinstance(room, str) else room.id,
            "user": user,
            "contains": text,
            "matches": matches,
            "form": form,
        }
        return arranging.when(self, told, after_ms, times, chain)

    def world_file(self) -> str:
        """The world as it is now, as the text of a world file that loads to the same. Keys that were made for apps and
        bots are not in it."""
        return self.do(lambda: world_file(self.world, made_keys(self._home, self.world)))

    def side(
        self,
        world: str | PathLike[str] | Sequence[str | PathLike[str]] | World | None = None,
        *,
        name: str | None = None,
        seed: int = 0,
        users: int = 0,
        rooms: int = 0,
        messages: int = 0,
    ) -> Emulator:
        """A world beside this one in the same server, at `/worlds/NAME`, with sessions, journal and faults of its own:
        this one as it was loaded, or a world as `start` takes it, grown by so many users, rooms and messages. It is
        gone where `with pod.side(...) as other:` ends."""
        made = world if isinstance(world, World) else None if world is None else load(world, seed)
        if made is None:
            made = self.do(self.site.make_world)
        else:
            self._home.prepare(made, one_key=self._own_home)
        if users or rooms or messages:
            from emulator.seeding.grow import grow

            grow(made, users=users, rooms=rooms, messages=messages, seed=seed)
        return _Side(self, self.do(lambda: self.site.add_world(name, made)))

    def granted(self) -> dict[str, frozenset[str]]:
        """The permissions of each app, as the world was loaded."""
        return self.stage.granted()

    def requests(
        self,
        path: str | None = None,
        *,
        status: int | str | None = None,
        wait: float = 0,
        count: int = 1,
        **wanted: Unpack[Wanted],
    ) -> list[EntryAnswer]:
        """The journal, oldest first: what was called, by whom, what was answered and why. `path` is exact, as in the
        table, or has `*`; `status` is 403 or "4xx"; `since` the number of an entry. A call that waits still, as a read
        of a datafeed does, has the status None; `open` asks for those alone, or for the others. With `wait` (seconds of
        real time) it waits until there are `count` such calls; TimeoutError when they do not come."""
        like = _filter(path, status, wanted)
        if not wait:
            return self.do(lambda: [answer_of(entry) for entry in self.stage.journal.find(like)])
        _no_loop("pod.requests(wait=...) waits, and nothing else would go on: use 'await pod.called(...)'")
        found = self._server.run(waited(self.stage.journal, self.stage.waiting, like, count, wait))
        return _enough(found, like, count, wait)

    async def called(
        self,
        path: str | None = None,
        *,
        status: int | str | None = None,
        count: int = 1,
        within: float = 10,
        **wanted: Unpack[Wanted],
    ) -> list[EntryAnswer]:
        """`requests` for tests with `await`: the calls, as soon as there are `count` of them; TimeoutError when they do
        not come `within` so many seconds of real time."""
        like = _filter(path, status, wanted)
        work = waited(self.stage.journal, self.stage.waiting, like, count, within)
        return _enough(await asyncio.wrap_future(self._server.submit(work)), like, count, within)

    def report(self) -> ReportAnswer:
        """By app: endpoints called, permissions used, never used, refused, and the fewest that would have done."""
        return report_of(self.stage.report, self.stage.granted(), self.stage.permission_match)


class _Side(Emulator):
    """A world beside that of another emulator, in its server."""

    def __init__(self, main: Emulator, name: str) -> None:
        self.site, self._server, self._home = main.site, main._server, main._home
        self.stage, self.url, self._name = main.site.worlds[name], f"{main.url}/worlds/{name}", name
        self.faults = FaultsOfPod(self.stage, self.do)
        self._own_home, self._kept = False, None

    def stop(self) -> None:
        """Let go of the world."""
        if self._name in self.site.worlds:
            self._server.do(lambda: self.site.drop_world(self._name))


def _filter(path: str | None, status: int | str | None, wanted: Wanted) -> Filter:
    return Filter(path=path, status=None if status is None else str(status), **wanted)


def _enough(found: list[Entry], wanted: Filter, count: int, seconds: float) -> list[EntryAnswer]:
    if len(found) < count:
        raise TimeoutError(f"{len(found)} of {count} calls like '{wanted}' came within {seconds:g} s")
    return [answer_of(entry) for entry in found]


def _no_loop(instead: str) -> None:
    """RuntimeError inside of a running event loop, which would stand still."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(f"inside of a running event loop {instead}")
