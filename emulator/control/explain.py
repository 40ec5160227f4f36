"""Why a call is refused, or what would come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import Field

from emulator.control.parts import Part, call, stage_of
from emulator.explain import Explanation
from emulator.explain import explain as told
from emulator.world.world import World

if TYPE_CHECKING:
    from starlette.requests import Request


class Asked(Part):
    """A call. `{Trading Desk}` and `{bob}` in `path` and `body` stand for ids; `body` is JSON, or a form's fields."""

    method: Annotated[str, Field(pattern=r"^[A-Za-z]{1,10}$")]
    path: Annotated[str, Field(pattern=r"^/[!-~ ]*$", max_length=4_096)]
    user: str | None = None
    app: str | None = None
    body: Any = None


def explain(request: Request, asked: Asked) -> Explanation:
    """What is asked of a call, in order, and what it would answer. Tried on a copy of the world: nothing is changed."""
    stage = stage_of(request)
    copy = World("explained")
    copy.restore(stage.world.snapshot())
    data = None if asked.body is None else orjson.dumps(asked.body).decode()
    return told(copy, asked.user, asked.app, asked.method.upper(), asked.path, data)


CALLS = [call("/explain", explain, "POST")]
