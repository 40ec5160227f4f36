"""What most tests start from: the demo world, restored for each test, and a way to call it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import httpx
import pytest
from hypothesis import settings

from emulator.access import signing
from emulator.access.sessions import Kind, Session
from emulator.api.texts import is_known
from emulator.seeding.load import load
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.testing.transport import InProcess
from emulator.world import World
from emulator.world.streams import Stream
from emulator.world.users import User
from tests.declared import all_declared

# How long one example takes says more of the machine than of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def answered() -> Iterator[None]:
    """Whatever is answered in any test, `openapi.json` declares."""
    with all_declared():
        yield


QUIET = {"sessions", "tickets", "presenceFeeds"}
"""Books that change without an event: of the wire, and where a reader is in a feed."""


@pytest.fixture(scope="session", autouse=True)
def told() -> Iterator[None]:
    """Whatever changes the world, in whatever test, tells of it."""
    settle = Stage.settle

    def settled(stage: Stage) -> None:
        world = stage.world
        if world.touched() and world._before is not None and world.events.count == world._before[2]:
            changed = {step[0].__self__.name for step in world.undo.steps} - QUIET
            beside = world.settings is not world._before[1] or world.clock.state() != world._before[0]
            assert not changed, f"end what changes {changed} with world.tell(...)"
            assert not beside, "end what changes the settings or the clock with world.tell(...)"
        settle(stage)

    Stage.settle = settled  # type: ignore[method-assign]
    yield
    Stage.settle = settle  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Private keys by who signs with them."""
    return {name: signing.new_private_key() for name in ("pod", "app", "bot", "stranger")}


@pytest.fixture(scope="session")
def demo(keys: dict[str, str]) -> World:
    world = load("demo")
    for app in list(world.apps.book):
        world.apps.change(app, public_key=signing.public_key_of(keys["app"]))
    world.users.change(world.users.named("acme-bot"), public_key=signing.public_key_of(keys["bot"]))
    return world


@pytest.fixture(scope="session")
def as_loaded(demo: World) -> Any:
    return demo.snapshot()


@pytest.fixture
def world(demo: World, as_loaded: Any) -> Iterator[World]:
    """The demo world, with its clock standing still."""
    demo.restore(as_loaded)
    demo.clock.freeze()
    demo.events.recent.clear()
    listening = list(demo.events._listeners)
    yield demo
    demo.events._listeners[:] = listening
    demo.restore(as_loaded)
    for user in list(demo.users.book):  # feeds are no part of a snapshot
        for feed in demo.datafeeds.listed(user):
            demo.datafeeds.delete(user, feed.id)


@lru_cache
def _pod_key(pem: str) -> signing.PodKey:
    """Reading a key takes longer than most tests."""
    return signing.PodKey(pem)


class Wire:
    """Calls the emulator in this process, as users through apps or as accounts of their own."""

    def __init__(self, world: World, pod_key: str) -> None:
        self.world = world
        self.stage = Stage(world, pod_key=_pod_key(pod_key))
        self.site = Site(self.stage)
        self._transport = InProcess(self.site)
        self.http = httpx.Client(base_url="http://127.0.0.1:8080", transport=self._transport)
        self._tokens: dict[tuple[str, str | None], str] = {}

    def user(self, name: str) -> User:
        for company in self.world.companies.book:
            found = self.world.users.book.one_by("username", (company.id, name))
            if found is not None:
                return found
        raise KeyError(name)

    def id(self, name: str) -> int:
        return self.user(name).id

    def room(self, name: str) -> Stream:
        return next(stream for stream in self.world.streams.book if stream.room and stream.room.name == name)

    def token(self, user: str, app: str | None = "acme-desk") -> str:
        if (user, app) not in self._tokens:
            self._tokens[user, app] = self._session(user, app).token
            self.world.events.recent.pop()  # whoever counts events does not mean that somebody logged in for a test
        return self._tokens[user, app]

    def _session(self, user: str, app: str | None) -> Session:
        kind: Kind = "obo" if app else "bot"
        return self.stage.sessions.open(kind, subject=user, user=self.id(user), app=app, counterpart=True)

    def call(
        self, method: str, path: str, user: str | None = "alice", app: str | None = "acme-desk", **request: Any
    ) -> httpx.Response:
        """One call. Without an app the user calls on an account of their own, with both tokens."""
        headers = dict(request.pop("headers", {}))
        if user is not None:
            headers.setdefault("sessionToken", self.token(user, app))
            if app is None:
                headers.setdefault("keyManagerToken", self.stage.sessions.open_key_manager(self.id(user)))
        return self.http.request(method, path, headers=headers, **request)

    def get(self, path: str, user: str | None = "alice", app: str | None = "acme-desk", **request: Any) -> Any:
        return self.call("GET", path, user, app, **request)

    def post(self, path: str, user: str | None = "alice", app: str | None = "acme-desk", **request: Any) -> Any:
        return self.call("POST", path, user, app, **request)


@pytest.fixture
def wire(world: World, keys: dict[str, str]) -> Iterator[Wire]:
    made = Wire(world, keys["pod"])
    yield made
    made.http.close()


def refused(response: httpx.Response, status: int, reason: str = "") -> str:
    """That a call was refused with this status, in production's shape, with a reason that says this; the reason."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    body = response.json()
    assert body["code"] == status
    said = response.headers["X-Emulator-Reason"]
    assert reason in said
    path = response.url.path  # the control plane is ours, and MessageML has texts of its own
    assert path.startswith("/emulator/") or "/message/" in path or is_known(body["message"]), body["message"]
    return str(said)
