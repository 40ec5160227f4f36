"""What waits on a stage: long polls, streams of events, calls that are late on purpose. All of it can be let go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from emulator.world.errors import Invalid

T = TypeVar("T")


class Waiting:
    """Who waits for something to happen in a world. `over` says that nothing more will."""

    def __init__(self) -> None:
        self.over = False
        self._wakers: set[Callable[[], None]] = set()

    @contextmanager
    def woken(self) -> Iterator[asyncio.Event]:
        """An event that is set when whoever waits is to look again: a session ended, the world was put back, the pod
        stops. Something else may set it too."""
        event = asyncio.Event()
        if self.over:
            event.set()
        self._wakers.add(event.set)
        try:
            yield event
        finally:
            self._wakers.discard(event.set)

    def wake(self) -> None:
        for call in tuple(self._wakers):
            call()

    def close(self) -> None:
        """Let all go, now and from now on."""
        self.over = True
        self.wake()

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until the pod stops."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        with self.woken() as woken:
            while not self.over and await told(woken, until - loop.time()):
                woken.clear()


async def told(event: asyncio.Event, seconds: float) -> bool:
    """Whether an event is set within so many seconds."""
    try:
        await asyncio.wait_for(event.wait(), max(0, seconds))
    except TimeoutError:
        return False
    return True


async def beside(work: Callable[[], T], waiting: Waiting) -> T:
    """What `work` gives back. It is done in a thread of its own while calls are answered, and must touch nothing that
    they do. A pod that stops does not wait for it: then Invalid."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(what: Callable[[Any], None], value: Any) -> None:
        def told() -> None:
            if not done.done():
                what(value)

        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(told)

    def run() -> None:
        try:
            found = work()
        except BaseException as error:
            tell(done.set_exception, error)
        else:
            tell(done.set_result, found)

    with waiting.woken() as woken:
        done.add_done_callback(lambda _: woken.set())
        threading.Thread(target=run, daemon=True, name="beside").start()
        while not done.done() and not waiting.over:
            await woken.wait()
            woken.clear()
    if not done.done():
        raise Invalid("the pod stops")
    return done.result()
