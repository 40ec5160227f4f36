"""Days on which people work."""

from __future__ import annotations

import datetime as dt

DAY = 86_400_000
_EPOCH = dt.date(1970, 1, 1)


def midnight(day: dt.date) -> int:
    """The day's first ms on its own clock, counted as if that were UTC."""
    return (day - _EPOCH).days * DAY


def business_days(day: dt.date, moved: int) -> dt.date:
    """The business day so many after (or before) this one; with 0 the day itself, or the next Monday."""
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    weeks, rest = divmod(abs(moved), 5)
    step = dt.timedelta(days=1 if moved > 0 else -1)
    day += step * 7 * weeks
    for _ in range(rest):
        day += step
        while day.weekday() > 4:
            day += step
    return day
