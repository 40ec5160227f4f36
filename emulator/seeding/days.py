"""When things are said: days by age, minutes by the clock of a place, and the calendar of what is published."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from calendar import monthrange
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from emulator.seeding.workdays import DAY, business_days, midnight

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from emulator.seeding.corpus import Corpus

MINUTE, HOUR = 60_000, 3_600_000
OLDEST = 365
_BIN = 15
_BINS = 24 * 60 // _BIN
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BANDS = {"today": (0, 0), "this week": (1, 5), "two weeks": (6, 14), "month": (15, 30), "quarter": (31, 90)}
_BANDS["year"] = (91, OLDEST)
_MONTH_END = 3


class Weighted:
    """Draws a position with the given weights."""

    __slots__ = ("cumulated",)

    def __init__(self, weights: Iterable[float]) -> None:
        self.cumulated = list(accumulate(weights))

    def draw(self, dice: random.Random) -> int:
        return bisect_right(self.cumulated, dice.random() * self.cumulated[-1], 0, len(self.cumulated) - 1)

    def draw_below(self, dice: random.Random, end: int) -> int:
        """A position below `end`."""
        return bisect_right(self.cumulated, dice.random() * self.cumulated[end - 1], 0, end - 1)

    @property
    def total(self) -> float:
        return self.cumulated[-1] if self.cumulated else 0.0


class Zone:
    """The clock of a place, and its days backwards from now."""

    def __init__(self, name: str, now: int) -> None:
        self.name = name
        self._zone = ZoneInfo(name)
        self.now = now
        self.today = dt.datetime.fromtimestamp(now / 1000, self._zone).date()
        self.days = [self.today - dt.timedelta(days=age) for age in range(OLDEST + 2)]
        self._offsets = [self._offset(day) for day in self.days]
        self.starts = [midnight(day) - offset for day, offset in zip(self.days, self._offsets, strict=True)]

    def _offset(self, day: dt.date) -> int:
        noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=self._zone)
        offset = noon.utcoffset()
        assert offset is not None
        return round(offset.total_seconds() * 1000)

    def at(self, age: int, minute: float) -> int:
        """The moment (ms) of a minute of the day, so many days ago."""
        return self.starts[age] + round(minute * MINUTE)

    def age(self, at: int) -> int:
        """How many days ago a moment was, on this clock."""
        age = max(0, min(OLDEST + 1, (self.starts[0] + DAY - 1 - at) // DAY))
        if age and at >= self.starts[age - 1]:
            return age - 1
        return age if at >= self.starts[age] else min(age + 1, OLDEST + 1)

    def local(self, at: int) -> tuple[dt.date, int]:
        """The date and the minute of the day on this clock."""
        age = self.age(at)
        return self.days[age], (at - self.starts[age]) // MINUTE


class Days:
    """Draws days and minutes as `rhythm.yaml` has them."""

    def __init__(self, corpus: Corpus, now: int) -> None:
        self.now = now
        self._rhythm = corpus.rhythm
        self._releases: dict[str, tuple[int, ...]] = {}

    @cache  # noqa: B019 - as long-lived as the world that grows
    def zone(self, name: str) -> Zone:
        return Zone(name, self.now)

    # --- days ---

    @cache  # noqa: B019
    def ages(
        self,
        zone: str,
        weekends: bool,
        only: str | None = None,
        month_end: bool = False,
        months: frozenset[int] = frozenset(),
    ) -> Weighted:
        """Days by how much is said on them; `only` those that a `when` of a thread asks for, in these months."""
        days = self.zone(zone).days
        weights = [0.0] * (OLDEST + 1)
        for band, (first, last) in _BANDS.items():
            share = self._rhythm["ages"][band]
            part = [
                (last - age + 2) / (last - first + 2) * self._weight(days[age], weekends, month_end)
                for age in range(first, last + 1)
            ]
            total = sum(part)
            for age, weight in enumerate(part, first):
                if total:
                    weights[age] = share * weight / total
        if only is not None:
            weights = [weight if self.fits(days[age], only) else 0.0 for age, weight in enumerate(weights)]
        if months:
            weights = [weight if days[age].month in months else 0.0 for age, weight in enumerate(weights)]
        return Weighted(weights)

    def _weight(self, day: dt.date, weekends: bool, month_end: bool) -> float:
        weight: float = self._rhythm["weekdays"][_WEEKDAYS[day.weekday()]]
        if day.weekday() > 4 and not weekends:
            return 0.0
        quiet = self._rhythm["bursts"]["quiet_days"]
        first, last = ((int(part.split(".")[1]), int(part.split(".")[0])) for part in (quiet["from"], quiet["to"]))
        if (day.month, day.day) >= first or (day.month, day.day) <= last:
            weight *= quiet["times"]
        if month_end and self.fits(day, "monthend"):
            weight *= self._rhythm["bursts"]["month_end"]["times"]
        return weight

    def fits(self, day: dt.date, when: str) -> bool:
        """Whether a `when` of a thread may be on this day."""
        if day.weekday() > 4:
            return False
        if when == "monday":
            return day.weekday() == 0
        if when == "friday":
            return day.weekday() == 4
        if when == "monthend":
            return (
                business_days(day, _MONTH_END).month != day.month or business_days(day, -_MONTH_END).month != day.month
            )
        return True

    # --- minutes ---

    @cache  # noqa: B019
    def minutes(self, zone: str, curve: str, kind: str, when: str | None = None) -> Weighted:
        """Quarters of an hour of the local day by how much is said in them."""
        hours = self._rhythm["hours"][curve]
        weights = [hours.get(at * _BIN // 60, 0.0) for at in range(_BINS)]
        if kind not in ("lunch", "coffee"):
            for start, times in self._rhythm["hours"]["lunch"].items():
                for at in range(_minute(start) // _BIN, _minute(start) // _BIN + 2):
                    weights[at] *= times
        for peak in self._rhythm["hours"]["peaks"]:
            if kind in peak["kinds"]:
                for at in range(_BINS):
                    if _minute(peak["from"]) <= self._there(zone, peak["zone"], at * _BIN) < _minute(peak["to"]):
                        weights[at] *= peak["times"]
        window = self._rhythm["when"].get(when) if when is not None else None
        if window is not None:
            first, last = map(_minute, window)
            weights = [(weight or 0.1) if first <= at * _BIN < last else 0.0 for at, weight in enumerate(weights)]
        opening = self._opening(kind)
        return Weighted(weight if at * _BIN in opening else 0.0 for at, weight in enumerate(weights))

    @cache  # noqa: B019
    def _opening(self, kind: str) -> range:
        """The minutes of the local day in which what is spoken of is open."""
        first, last = self._rhythm["hours"]["open"].get(kind, ("00:00", "24:00"))
        return range(_minute(first), _minute(last))

    def is_open(self, kind: str, zone: str, at: int) -> bool:
        """Whether it is open at a moment."""
        return self.zone(zone).local(at)[1] in self._opening(kind)

    def _there(self, here: str, there: str, minute: int) -> int:
        """What a minute of the day here is there, today."""
        return (minute + self.between(here, there)) % (24 * 60)

    @cache  # noqa: B019
    def between(self, here: str, there: str) -> int:
        """By how many minutes the clock there is ahead of the one here."""
        one, other = self.zone(here), self.zone(there)
        return (one.starts[1] - midnight(one.days[1]) - other.starts[1] + midnight(other.days[1])) // MINUTE

    def minute(self, dice: random.Random, table: Weighted) -> float:
        return (table.draw(dice) + dice.random()) * _BIN

    # --- what is published when ---

    def released(self, row: dict[str, Any]) -> tuple[int, ...]:
        """How many days ago a release was published, each time within the year; 0 is today."""
        name = row["release"]
        if name not in self._releases:
            days = self.zone(row["zone"]).days[: OLDEST + 1]
            self._releases[name] = tuple(age for age, day in enumerate(days) if _falls_on(day, row["when"]))
        return self._releases[name]


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


_ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


@cache
def _falls_on(day: dt.date, rule: str) -> bool:
    """Whether a rule such as `10-14`, `Thursday`, `2nd Tuesday`, `last day` or `quarter start` means this day."""
    if day.weekday() > 4:
        return False
    which, _, weekday = rule.partition(" ")
    if rule == "quarter start":
        return day.month in (1, 4, 7, 10) and business_days(day, -1).month != day.month
    if rule == "last day":
        return business_days(day, 1).month != day.month
    if which == "last":
        return _WEEKDAYS[day.weekday()] == weekday and (day + dt.timedelta(days=7)).month != day.month
    if which in _ORDINALS:
        return _WEEKDAYS[day.weekday()] == weekday and (day.day - 1) // 7 + 1 == _ORDINALS[which]
    if rule in _WEEKDAYS:
        return _WEEKDAYS[day.weekday()] == rule
    first, last = map(int, rule.split("-"))
    # One day of the range, the same one for all releases that have it: it moves from month to month.
    wanted = first + (day.year * 12 + day.month) * 7 % (last - first + 1)
    return day == _business_day_of(day.year, day.month, wanted)


@cache
def _business_day_of(year: int, month: int, number: int) -> dt.date:
    """The business day of a month on or after a number, or the last one before where the month ends first."""
    day = dt.date(year, month, min(number, monthrange(year, month)[1]))
    later = business_days(day, 0)
    return later if later.month == month else business_days(day + dt.timedelta(days=7 - day.weekday()), -1)
