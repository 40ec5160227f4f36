"""The whole state, out and in, as a document that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from emulator.control.parts import answer, content_of, route, stage_of
from emulator.keeping.document import exported, world_of
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from starlette.requests import Request


async def get_state(request: Request) -> Response:
    """Users, apps, streams, messages and all else, without sessions."""
    document = exported(stage_of(request).world)
    return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="application/json")


async def put_state(request: Request) -> Response:
    """The world as a document describes it, in the place of what there is. Nothing changes when it does not fit."""
    try:
        document = orjson.loads(await content_of(request))
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the body is not JSON: {error}") from None
    stage = stage_of(request)
    stage.restore(world_of(document, stage.world).snapshot())
    return answer({"restored": True})


ROUTES = [route("/state", get_state), route("/state", put_state, "PUT")]
