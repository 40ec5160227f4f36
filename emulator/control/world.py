"""Health, the world at a glance, reset, tokens, the clock, snapshots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field

from emulator.access import login
from emulator.control.facts import facts
from emulator.control.parts import NAME, Part, Who, answer, body_of, route, stage_of, user_of
from emulator.version import __version__
from emulator.world.clock import LATEST
from emulator.world.errors import Invalid, Unknown

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from emulator.world.clock import Clock

T = TypeVar("T")
_MOST_SECONDS = 100 * 366 * 86_400


async def health(request: Request) -> Response:
    return answer({"status": "UP", "version": __version__, "worlds": request.scope["emulator.site"].world_names()})


async def world(request: Request) -> Response:
    held = stage_of(request).world
    described: dict[str, Any] = {**facts(held, request.scope["emulator.url"])}
    described["counts"] = {
        "users": len(held.users.book),
        "apps": len(held.apps.book),
        "connections": len(held.connections.book),
        "streams": len(held.streams.book),
        "messages": held.messages.count,
    }
    if request.query_params.get("describe") == "true":
        from emulator.seeding.overheard import described as told

        described["described"] = told(held)
    described["clock"] = {"now": held.clock.now(), "frozen": held.clock.frozen}
    return answer(described)


class Reset(Part):
    sessions: Literal["keep", "end"] = "keep"


async def reset(request: Request) -> Response:
    asked = await body_of(request, Reset)
    stage_of(request).reset(end_sessions=asked.sessions == "end")
    return answer({"reset": True})


class TokenFor(Part):
    user: Who
    app: str | None = None


async def tokens(request: Request) -> Response:
    """A session at once, for tests that are not about logging in."""
    asked = await body_of(request, TokenFor)
    stage = stage_of(request)
    user = user_of(stage.world, asked.user)
    if not user.may_act(stage.world.clock.now()):
        raise Invalid(f"user '{user.username}' is deactivated or suspended, and has no sessions")
    if asked.app is None:
        opened = login.open_account_session(stage.sessions, user)
        key_manager = stage.sessions.open_key_manager(user.id)
        return answer({"token": opened.token, "keyManagerToken": key_manager, "userId": user.id})
    app = stage.world.apps.get(asked.app)
    login.must_be_enabled(app)
    if not stage.world.apps.installed(app, user):
        raise Invalid(f"app '{app.id}' is not installed for '{user.username}'")
    opened = stage.sessions.open("obo", subject=user.username, user=user.id, app=app.id)
    return answer({"token": opened.token, "keyManagerToken": "", "userId": user.id, "app": app.id})


# --- the clock ---


class ClockChange(Part):
    """`advance` in seconds, `set` an ISO time with its zone, `freeze` whether it stands still. In this order: freeze,
    set, advance."""

    advance: Annotated[float, Field(ge=-_MOST_SECONDS, le=_MOST_SECONDS)] | None = None
    set: datetime | None = None
    freeze: bool | None = None


def _clock(clock: Clock) -> dict[str, Any]:
    return {"now": clock.now(), "iso": _iso(clock.now()), "frozen": clock.frozen}


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def clock(request: Request) -> Response:
    return answer(_clock(stage_of(request).world.clock))


async def change_clock(request: Request) -> Response:
    """Tokens, presence and feeds age by it."""
    asked = await body_of(request, ClockChange)
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
    return answer(_clock(held))


# --- snapshots ---


class Named(Part):
    name: Annotated[str, Field(pattern=NAME)]


async def snapshots(request: Request) -> Response:
    held = stage_of(request).snapshots
    return answer([{"name": name, "at": _iso(at)} for name, (at, _) in held.items()])


async def take_snapshot(request: Request) -> Response:
    """Remember the world as it is now. A snapshot of the same name is replaced."""
    asked = await body_of(request, Named)
    stage_of(request).take(asked.name)
    return answer({"name": asked.name}, 201)


async def restore_snapshot(request: Request) -> Response:
    stage = stage_of(request)
    name = request.path_params["name"]
    _, snapshot = _held(stage.snapshots, name)
    stage.restore(snapshot)
    return answer({"restored": name})


async def drop_snapshot(request: Request) -> Response:
    held = stage_of(request).snapshots
    name = request.path_params["name"]
    _held(held, name)
    del held[name]
    return answer({"deleted": name})


def _held(snapshots: dict[str, T], name: str) -> T:
    if name not in snapshots:
        raise Unknown(f"there is no snapshot '{name}', there are {', '.join(snapshots) or 'none'}")
    return snapshots[name]


ROUTES = [
    route("/health", health),
    route("/world", world),
    route("/reset", reset, "POST"),
    route("/tokens", tokens, "POST"),
    route("/clock", clock),
    route("/clock", change_clock, "POST"),
    route("/snapshots", snapshots),
    route("/snapshots", take_snapshot, "POST"),
    route("/snapshots/{name}/restore", restore_snapshot, "POST"),
    route("/snapshots/{name}", drop_snapshot, "DELETE"),
]
