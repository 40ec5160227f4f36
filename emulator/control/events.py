"""All that happens in a world, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response, StreamingResponse

from emulator.control.parts import route, stage_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.world.events import Event, EventLog

MOST_WAITING = 1_000
_HEARTBEAT = 15


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _line(event: Event) -> bytes:
    told = {
        "number": event.number,
        "kind": event.kind,
        "at": event.at,
        "by": event.by or None,
        "to": event.to,
        "stream": event.stream,
        "about": event.about,
    }
    return b"id: %d\ndata: %s\n\n" % (event.number, orjson.dumps(told, default=_plain))


async def _events(log: EventLog, after: int) -> AsyncIterator[bytes]:
    """The events after a number that are still remembered, then those that come. Who reads too slowly is left out:
    the stream ends, and a client that comes back says where it was."""
    queue: asyncio.Queue[Event] = asyncio.Queue()
    end = log.listen(queue.put_nowait)
    try:
        yield b": events of the world\n\n"
        for event in tuple(log.recent):
            if event.number > after:
                yield _line(event)
        while queue.qsize() < MOST_WAITING:
            try:
                yield _line(await asyncio.wait_for(queue.get(), _HEARTBEAT))
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        end()


async def events(request: Request) -> Response:
    log = stage_of(request).world.events
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 18 else log.count
    return StreamingResponse(_events(log, after), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


ROUTES = [route("/events", events)]
