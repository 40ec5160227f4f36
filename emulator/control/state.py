"""The whole state, out and in, as a document that a person can read."""

from __future__ import annotations

from asyncio import sleep, to_thread
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from typing_extensions import TypedDict

from emulator.control.keys import made_keys
from emulator.control.parts import Document, Part, call, stage_of
from emulator.keeping.document import world_of, written
from emulator.seeding.export import world_file
from emulator.world.world import World

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_AT_ONCE = 1 << 18
"""So many bytes are sent before others have their turn: what holds a file of 25 MB is one piece, made in a thread."""


class Written(Response):
    """A world as JSON, piece by piece."""

    def __init__(self, world: World) -> None:
        super().__init__(media_type="application/json")
        del self.headers["content-length"]
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pieces = written(self._world)
        while (piece := await to_thread(next, pieces, None)) is not None:
            for at in range(0, len(piece), _AT_ONCE):
                await send({"type": "http.response.body", "body": piece[at : at + _AT_ONCE], "more_body": True})
                await sleep(0)  # others have their turn
        await send({"type": "http.response.body", "body": b""})


def get_state(request: Request) -> dict[str, Any] | Response:
    """Users, apps, streams, messages and all else, without sessions: as they were at one moment."""
    return Written(_copy(stage_of(request).world))


def _copy(world: World) -> World:
    """The world as it is at this moment."""
    copy = World("as it was")
    copy.restore(world.snapshot())
    return copy


class Put(TypedDict):
    restored: bool


async def put_state(request: Request, asked: Document) -> Put:
    """The world as a document describes it, in the place of what there is. Nothing changes when it does not fit."""
    stage = stage_of(request)
    made: World | None = None
    for made in world_of(asked, stage.world):
        if made is None:
            await sleep(0)  # others have their turn
    assert made is not None
    stage.world.begin()
    stage.restore(made.snapshot())
    ids = stage.world.ids
    ids.reseed(f"{ids.hex(32)} {made.ids.hex(32)}")  # none of the document's comes again, and none of before
    return {"restored": True}


class FileAsked(Part):
    """With `keys` the public keys that the emulator made are in it, too."""

    keys: bool = False


async def get_world_file(request: Request, asked: FileAsked) -> Response:
    """The world as a world file, in YAML: what is loaded from it is the same world."""
    keys, copy = request.scope["emulator.site"].keys, _copy(stage_of(request).world)
    left_out = frozenset() if asked.keys or keys is None else made_keys(keys, copy)
    return Response(
        await to_thread(world_file, copy, left_out), media_type="application/yaml"
    )  # others have their turn


CALLS = [
    call("/world-file", get_world_file, media=("application/yaml",)),
    call("/state", get_state),
    call("/state", put_state, "PUT"),
]
