"""All that happens in a world, as server-sent events."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response, StreamingResponse

from emulator.api.agent.events import camel
from emulator.control.parts import call, stage_of
from emulator.keeping.codec import encoded
from emulator.stage.waiting import told
from emulator.world.events import NewProperties, Place, Properties, Said

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.stage.waiting import Waiting
    from emulator.world.eventlog import Event, EventLog

MOST_WAITING = 1_000
_HEARTBEAT = 15


def _plain(value: Any) -> Any:
    """What an event names: its id, where it has one."""
    if isinstance(value, Place | Properties | NewProperties):
        value = value.stream
    elif isinstance(value, Said):
        value = value.message
    return value.id if hasattr(value, "id") else encoded(value)


def _line(event: Event) -> bytes:
    told = {
        "number": event.number,
        "kind": event.kind,
        "at": event.at,
        "by": event.by or None,
        "to": event.to,
        "stream": event.stream,
        "about": {camel(field.name): _plain(getattr(event.about, field.name)) for field in fields(event.about)},
    }
    return b"id: %d\ndata: %s\n\n" % (event.number, orjson.dumps(told))


class _Reader:
    """One reader: what it has not been sent yet. Who falls too far behind is not waited for."""

    def __init__(self, woken: asyncio.Event) -> None:
        self._woken = woken
        self.queue: deque[Event] = deque()
        self.lost = False

    def hear(self, event: Event) -> None:
        if len(self.queue) >= MOST_WAITING:
            self.lost = True
            self.queue.clear()
        if not self.lost:
            self.queue.append(event)
        self._woken.set()


async def _events(log: EventLog, waiting: Waiting, after: int) -> AsyncIterator[bytes]:
    """The events after a number that are still remembered, then those that come. Who reads too slowly is left out: the
    stream ends, and a client that comes back says where it was."""
    with waiting.woken() as woken:
        reader = _Reader(woken)
        for event in log.recent:
            if event.number > after:
                reader.hear(event)
        end = log.listen(reader.hear)
        try:
            yield b": events of the world\n\n"
            while not reader.lost and not waiting.over:
                while reader.queue:
                    event = reader.queue.popleft()
                    if event.number not in log.undone:
                        yield _line(event)
                woken.clear()
                if not await told(woken, _HEARTBEAT):
                    yield b": still here\n\n"
        finally:
            end()


def events(request: Request) -> Response:
    stage = stage_of(request)
    log = stage.world.events
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 18 else log.count
    return StreamingResponse(
        _events(log, stage.waiting, after), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


CALLS = [call("/events", events, media=("text/event-stream",))]
