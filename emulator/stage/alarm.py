"""Rings when the world's clock shows a time, also when nobody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.world.clock import Clock

_SLACK = 2
"""Clocks differ by less than this (ms): when it rings the time has come."""


class Alarm:
    """Set to a time of the world's clock, it calls `ring` then, or somewhat earlier where the clock was set back
    meanwhile. While the clock stands still, and without an event loop, it does not ring."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock, self._ring = clock, ring
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: int) -> None:
        """Ring at this time (ms), unless it rings earlier anyway."""
        if self._clock.frozen:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        when = loop.time() + max(0, at - self._clock.now() + _SLACK) / 1_000
        if self._handle is not None and self._loop is loop:
            if self._handle.when() <= when:
                return
            self._handle.cancel()
        self._loop, self._handle = loop, loop.call_at(when, self._rings)

    def _rings(self) -> None:
        self._handle = None
        self._ring()
