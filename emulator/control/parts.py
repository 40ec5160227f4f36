"""What all calls of the control plane share: bodies, answers, refusals, and who is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from inspect import isawaitable
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from emulator.api.call import MAX_LONG
from emulator.api.errors import answer_of
from emulator.api.parse import explained, must_be_few, values_in
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

_LONGEST_MESSAGE = 1_000

NAME = r"^[A-Za-z0-9][\w.-]{0,63}$"
"""What snapshots and worlds are called."""

PREFIX = "/emulator/v1"
MOST_BYTES = 36 * 1024 * 1024
"""A body has at most so many bytes: a message with the largest file, in Base64."""

LONGEST = 64 * 1024 * 1024
"""So many bytes the longest has, a whole state."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Arranged(Part):
    """What a test arranges. It is told like all that happens; with `silent`, datafeeds and behaviours do not hear of
    it."""

    silent: bool = False


class Deleted(TypedDict):
    deleted: str


def answer(body: Any, status: int = 200) -> Response:
    return Response(as_json(body), status, media_type="application/json")


def refused(refusal: Refused) -> Response:
    """A refusal in the shape of the real service, with what is wrong as its message: this API is for developers."""
    status, _ = answer_of(refusal, None)
    return Response(
        error(status, refusal.reason[:_LONGEST_MESSAGE]),
        status,
        {"X-Emulator-Reason": reason_header(refusal.reason).decode()},
        "application/json",
    )


Document = Annotated[bytes, WithJsonSchema({"type": "object"})]
"""What is asked by a call that reads its JSON by itself, because it may be long."""


async def content_of(request: Request, *, long: bool = False) -> bytearray:
    """The body; Invalid beyond so many bytes, or so many values unless it may be long: as they come, before they are
    held."""
    content, count, most = bytearray(), 0, LONGEST if long else MOST_BYTES
    async for chunk in request.stream():
        if len(content) + len(chunk) > most:
            raise Invalid(f"the body has more than {most} bytes")
        if not long:
            count += values_in(chunk)
            must_be_few(count)
        content += chunk
    stage_of(request).world.begin()
    return content


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


Handler = Callable[..., Any]
"""What answers a call: it is given the request, and what was asked where it names that as `asked`. It gives back what
is answered, as its annotation says, or a Response of its own."""


@dataclass(frozen=True)
class ControlCall:
    """A call of the control plane. What it takes and answers is read off the annotations of its function.

    `success` is the status of a good answer; `also` are statuses that it answers beside it, but for those of refusals;
    `media` are other types in which it answers than JSON. `guarded`: it is only for who may use the control plane.
    """

    path: str
    handler: Handler
    method: str
    success: int
    also: tuple[int, ...]
    media: tuple[str, ...]
    guarded: bool

    @property
    def in_query(self) -> bool:
        """Whether what is asked is in the query, and not in a body."""
        return self.method == "GET"

    def _annotation(self, name: str) -> Any:
        said = self.handler.__annotations__.get(name)
        return eval(said, self.handler.__globals__) if isinstance(said, str) else said  # noqa: S307 - our own words

    @cached_property
    def asked(self) -> TypeAdapter[Any] | None:
        """What a call takes beside its path."""
        annotation = self._annotation("asked")
        return None if annotation is None else TypeAdapter(annotation)

    @cached_property
    def answered(self) -> TypeAdapter[Any] | None:
        """What it answers in JSON."""
        annotation = self._annotation("return")
        if get_origin(annotation) in (Union, UnionType):
            annotation = Union[tuple(each for each in get_args(annotation) if each is not Response)]  # noqa: UP007
        return None if annotation is Response else TypeAdapter(annotation)

    async def take(self, request: Request) -> Any:
        """What is asked, out of the query, or out of the JSON body, where nothing counts as {}; Invalid says what does
        not fit."""
        assert self.asked is not None
        try:
            if self.in_query:
                return self.asked.validate_python(dict(request.query_params))
            if self._annotation("asked") is Document:
                return await content_of(request, long=True)
            return self.asked.validate_json((await content_of(request)).strip() or b"{}")
        except ValidationError as error:
            what = "query parameter" if self.in_query else "the body does not fit:"
            raise Invalid(f"{what} {explained(error)}") from None

    async def serve(self, request: Request) -> Response:
        """Answer a call; its refusals are answers. What it changed is taken back when it fails."""
        stage = stage_of(request)
        stage.world.begin()
        try:
            done: Any
            try:
                given = () if self.asked is None else (await self.take(request),)
                with stage.world.arranged(silent=any(isinstance(each, Arranged) and each.silent for each in given)):
                    done = self.handler(request, *given)
                if isawaitable(done):
                    done = await done
                stage.run()
            except Refused as refusal:
                done = refused(refusal)
            stage.settle()
        except Exception:
            stage.take_back()
            raise
        return done if isinstance(done, Response) else answer(done, self.success)

    def route(self) -> Route:
        return Route(self.path, self.serve, methods=[self.method], name=self.handler.__name__)


SERVED: list[ControlCall] = []
"""Every call of the control plane, once its parts are loaded (`plane`)."""


def call(
    path: str,
    handler: Handler,
    method: str = "GET",
    *,
    success: int = 200,
    also: tuple[int, ...] = (),
    media: tuple[str, ...] = (),
    guarded: bool = True,
) -> ControlCall:
    """A call under /emulator/v1. It is among those that are served from then on."""
    made = ControlCall(f"{PREFIX}{path}", handler, method, success, also, media, guarded)
    SERVED.append(made)
    return made


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
