"""The whole state, out and in, as a document that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from typing_extensions import TypedDict

from emulator.control.parts import Document, call, stage_of
from emulator.keeping.document import exported, world_of
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from starlette.requests import Request


def get_state(request: Request) -> dict[str, Any] | Response:
    """Users, apps, streams, messages and all else, without sessions."""
    document = exported(stage_of(request).world)
    return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="application/json")


class Put(TypedDict):
    restored: bool


def put_state(request: Request, asked: Document) -> Put:
    """The world as a document describes it, in the place of what there is. Nothing changes when it does not fit."""
    try:
        document = orjson.loads(asked)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the body does not fit: Invalid JSON: {error}") from None
    if not isinstance(document, dict):
        raise Invalid("the body does not fit: the state of a world should be an object")
    stage = stage_of(request)
    stage.restore(world_of(document, stage.world).snapshot())
    return {"restored": True}


CALLS = [call("/state", get_state), call("/state", put_state, "PUT")]
