"""What all calls of the control plane share: bodies, answers, refusals, and who is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response
from starlette.routing import Route

from emulator.api.call import MAX_LONG
from emulator.api.errors import answer_of
from emulator.api.parse import explained
from emulator.api.writing import as_json, error, reason_header
from emulator.world import ids
from emulator.world.errors import Invalid, Refused, Unknown, UnknownUser
from emulator.world.streams import name_key

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.stage.stage import Stage
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

NAME = r"^[A-Za-z0-9][\w.-]{0,63}$"
"""What snapshots and worlds are called."""

MOST_BYTES = 64 * 1024 * 1024


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


M = TypeVar("M", bound=Part)


def answer(body: Any, status: int = 200) -> Response:
    return Response(as_json(body), status, media_type="application/json")


def refused(refusal: Refused) -> Response:
    """A refusal in the shape of the real service, with what is wrong as its message: this API is for developers."""
    status, _ = answer_of(refusal, None)
    return Response(
        error(status, refusal.reason),
        status,
        {"X-Emulator-Reason": reason_header(refusal.reason).decode()},
        "application/json",
    )


async def content_of(request: Request) -> bytes:
    """The body; Invalid beyond 64 MB."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise Invalid(f"the body has more than {MOST_BYTES} bytes")
        chunks.append(chunk)
    stage_of(request).world.begin()
    return b"".join(chunks)


async def body_of(request: Request, model: type[M]) -> M:
    """The JSON body as a model; an empty body counts as {}. Invalid says what does not fit."""
    content = await content_of(request)
    try:
        return model.model_validate_json(content.strip() or b"{}")
    except ValidationError as error:
        raise Invalid(f"the body does not fit: {explained(error)}") from None


def stage_of(request: Request) -> Stage:
    stage: Stage = request.scope["emulator.stage"]
    return stage


def user_of(world: World, who: str | int) -> User:
    """A user by id, username or e-mail; UnknownUser else."""
    if isinstance(who, int):
        return world.users.get(who)
    if who.isascii() and who.isdigit() and len(who) < 20:
        return world.users.get(int(who))
    for company in world.companies.book:
        found = world.users.book.one_by("username", (company.id, who.casefold()))
        if found is not None:
            return found
    found = world.users.book.one_by("email", who.casefold())
    if found is None:
        raise UnknownUser(f"no user has the id, the name or the e-mail '{who}'")
    return found


Who = Annotated[int, Field(ge=0, le=MAX_LONG)] | str


Handler = Callable[["Request"], Any]


def route(path: str, handler: Handler, method: str = "GET") -> Route:
    """A route under /emulator/v1 whose refusals are answers."""

    async def safe(request: Request) -> Response:
        stage = stage_of(request)
        stage.world.begin()
        try:
            done: Response
            try:
                done = await handler(request)
                stage.counterparts.run()
            except Refused as refusal:
                done = refused(refusal)
            stage.settle()
        except Exception:
            stage.take_back()
            raise
        return done

    return Route(f"/emulator/v1{path}", safe, methods=[method], name=handler.__name__)


def stream_of(world: World, which: str) -> Stream:
    """A stream by id, or a room by its name; Unknown else."""
    stream = world.streams.book.get(ids.url_safe(which))
    if stream is not None:
        return stream
    for company in world.companies.book:
        room = world.streams.book.one_by("name", (company.id, name_key(which)))
        if room is not None:
            return room
    raise Unknown(f"no stream has the id, and no room the name '{which[:100]}'")
