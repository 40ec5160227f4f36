"""The world's clock: the only place that asks the machine for the time."""

from __future__ import annotations

import time

LATEST = 253_370_764_800_000
"""The beginning of the year 9999 in ms: what comes after cannot be written as a date."""


class Clock:
    """Milliseconds since 1970 as this world sees them: real time, shifted by `advance` and `set`, or standing still."""

    __slots__ = ("_frozen_at", "_shift")

    def __init__(self) -> None:
        self._shift = 0
        self._frozen_at: int | None = None

    @staticmethod
    def real() -> int:
        """The machine's own time in ms. Only what a real client signs with its own clock is checked against it."""
        return time.time_ns() // 1_000_000

    def now(self) -> int:
        """The world's time in ms."""
        if self._frozen_at is not None:
            return self._frozen_at
        return time.time_ns() // 1_000_000 + self._shift

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; frozen or not."""
        step = round(seconds * 1000)
        if self._frozen_at is not None:
            self._frozen_at += step
        else:
            self._shift += step

    def set(self, at: int) -> None:
        """Make it `at` (ms) now."""
        if self._frozen_at is not None:
            self._frozen_at = at
        else:
            self._shift = at - self.real()

    def freeze(self, frozen: bool = True) -> None:
        """Stand still at the present moment, or go on from there."""
        if frozen and self._frozen_at is None:
            self._frozen_at = self.now()
        elif not frozen and self._frozen_at is not None:
            self._shift = self._frozen_at - self.real()
            self._frozen_at = None

    def state(self) -> tuple[int, int | None]:
        return self._shift, self._frozen_at

    def restore(self, state: tuple[int, int | None]) -> None:
        self._shift, self._frozen_at = state
