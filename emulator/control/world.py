"""Health, the world at a glance, reset, tokens, the clock, snapshots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from emulator.access import login
from emulator.control.facts import Facts, facts
from emulator.control.parts import NAME, Deleted, Part, Who, call, stage_of, user_of
from emulator.version import __version__
from emulator.world.changes import ClockChanged
from emulator.world.clock import LATEST
from emulator.world.errors import Invalid, Unknown

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.world.clock import Clock

T = TypeVar("T")
_MOST_SECONDS = 100 * 366 * 86_400


class Health(TypedDict):
    status: Literal["UP"]
    version: str
    worlds: list[str]


def health(request: Request) -> Health:
    return {"status": "UP", "version": __version__, "worlds": request.scope["emulator.site"].world_names()}


class WorldAsked(Part):
    describe: bool = False


class Counts(TypedDict):
    users: int
    apps: int
    connections: int
    streams: int
    messages: int


class ClockNow(TypedDict):
    now: int
    frozen: bool


class WorldAnswer(Facts):
    """What is there. `described` says more of it, where it was asked for."""

    counts: Counts
    clock: ClockNow
    described: NotRequired[dict[str, Any]]


def world(request: Request, asked: WorldAsked) -> WorldAnswer:
    held = stage_of(request).world
    told: WorldAnswer = {
        **facts(held, request.scope["emulator.url"]),  # type: ignore[typeddict-item]  # they have no `described`
        "counts": {
            "users": len(held.users.book),
            "apps": len(held.apps.book),
            "connections": len(held.connections.book),
            "streams": len(held.streams.book),
            "messages": held.messages.count,
        },
        "clock": {"now": held.clock.now(), "frozen": held.clock.frozen},
    }
    if asked.describe:
        from emulator.seeding.overheard import described

        told["described"] = described(held)
    return told


class Reset(Part):
    sessions: Literal["keep", "end"] = "keep"


class Done(TypedDict):
    reset: bool


def reset(request: Request, asked: Reset) -> Done:
    stage_of(request).reset(end_sessions=asked.sessions == "end")
    return {"reset": True}


class TokenFor(Part):
    user: Who
    app: str | None = None
    counterpart: bool = False


class TokenAnswer(TypedDict):
    token: str
    keyManagerToken: str
    userId: int
    app: NotRequired[str]


def tokens(request: Request, asked: TokenFor) -> TokenAnswer:
    """A session at once, for tests that are not about logging in; for a user of another pod only where `counterpart`
    says that this is meant."""
    stage = stage_of(request)
    user = user_of(stage.world, asked.user)
    app = None if asked.app is None else stage.world.apps.get(asked.app)
    opened, key_manager = login.open_at_once(stage.world, stage.sessions, user, app, counterpart=asked.counterpart)
    answer: TokenAnswer = {"token": opened.token, "keyManagerToken": key_manager, "userId": user.id}
    return answer if app is None else {**answer, "app": app.id}


# --- the clock ---


class ClockChange(Part):
    """`advance` in seconds, `set` an ISO time with its zone, `freeze` whether it stands still. In this order: freeze,
    set, advance."""

    advance: Annotated[float, Field(ge=-_MOST_SECONDS, le=_MOST_SECONDS)] | None = None
    set: datetime | None = None
    freeze: bool | None = None


class ClockAnswer(ClockNow):
    iso: str


def _clock(clock: Clock) -> ClockAnswer:
    return {"now": clock.now(), "iso": _iso(clock.now()), "frozen": clock.frozen}


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(request: Request) -> ClockAnswer:
    return _clock(stage_of(request).world.clock)


def change_clock(request: Request, asked: ClockChange) -> ClockAnswer:
    """Tokens, presence and feeds age by it."""
    if asked.set is not None and asked.set.tzinfo is None:
        raise Invalid("'set' needs a zone, such as 2026-01-31T09:00:00Z")
    held = stage_of(request).world.clock
    at = held.now() if asked.set is None else round(asked.set.timestamp() * 1000)
    if not 0 <= at + round((asked.advance or 0) * 1000) < LATEST:
        raise Invalid("the clock goes from 1970 to 9998")
    if asked.freeze is not None:
        held.freeze(asked.freeze)
    if asked.set is not None:
        held.set(at)
    if asked.advance is not None:
        held.advance(asked.advance)
    stage_of(request).world.tell(0, ClockChanged(frozen=held.frozen))
    return _clock(held)


# --- snapshots ---


class Named(Part):
    name: Annotated[str, Field(pattern=NAME)]


class SnapshotAnswer(TypedDict):
    name: str
    at: str


def snapshots(request: Request) -> list[SnapshotAnswer]:
    held = stage_of(request).snapshots
    return [{"name": name, "at": _iso(at)} for name, (at, _) in held.items()]


class Taken(TypedDict):
    name: str


def take_snapshot(request: Request, asked: Named) -> Taken:
    """Remember the world as it is now. A snapshot of the same name is replaced."""
    stage_of(request).take(asked.name)
    return {"name": asked.name}


class Restored(TypedDict):
    restored: str


def restore_snapshot(request: Request) -> Restored:
    stage = stage_of(request)
    name = request.path_params["name"]
    _, snapshot = _held(stage.snapshots, name)
    stage.restore(snapshot)
    return {"restored": name}


def drop_snapshot(request: Request) -> Deleted:
    held = stage_of(request).snapshots
    name = request.path_params["name"]
    _held(held, name)
    del held[name]
    return {"deleted": name}


def _held(snapshots: dict[str, T], name: str) -> T:
    if name not in snapshots:
        raise Unknown(f"there is no snapshot '{name}', there are {', '.join(snapshots) or 'none'}")
    return snapshots[name]


CALLS = [
    call("/health", health, guarded=False),
    call("/world", world),
    call("/reset", reset, "POST"),
    call("/tokens", tokens, "POST"),
    call("/clock", clock),
    call("/clock", change_clock, "POST"),
    call("/snapshots", snapshots),
    call("/snapshots", take_snapshot, "POST", success=201),
    call("/snapshots/{name}/restore", restore_snapshot, "POST"),
    call("/snapshots/{name}", drop_snapshot, "DELETE"),
]
