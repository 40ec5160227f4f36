"""Instruments and where they stood: one level a business day, so that two rooms agree about where bunds were."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from emulator.seeding.days import OLDEST, Weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.seeding.corpus import Corpus

QUOTED = ("ust", "egb", "gilt", "jgb", "swap", "ig", "hy", "cds", "fx", "ndf", "fxopt", "eq", "eqopt", "cmdty", "mm")
_YEARS = {"1w": 1 / 52, "2w": 2 / 52, "1m": 1 / 12, "2m": 1 / 6, "3m": 0.25, "6m": 0.5, "9m": 0.75, "1y": 1.0}
_DEVIATIONS = {"10": 1.28, "15": 1.04, "25": 0.67, "30": 0.52, "35": 0.39, "40": 0.25, "50": 0.0}
_WORTH = {"15": 0.07, "25": 0.14, "30": 0.19, "40": 0.29, "50": 0.4}


@dataclass(slots=True, eq=False)
class Instrument:
    """One line of a book: what it is called, what is particular to it, and its walk in ticks by age in days."""

    sec: str
    nick: str
    level: float
    vol: float
    extra: dict[str, Any]
    isin: str
    tick: float
    printed: Callable[[int], str]
    walk: list[float]


@dataclass(slots=True, eq=False)
class Book:
    """A book: how its instruments are quoted, and what is drawn with one."""

    name: str
    part: dict[str, Any]
    rows: list[Instrument]
    widths: list[int]
    inverted: bool

    def named(self, only: str) -> list[Instrument]:
        """The instruments whose name begins with one of `a|b`."""
        starts = tuple(only.split("|"))
        return [row for row in self.rows if row.sec.startswith(starts)]


class Choice:
    """Draws one of a list or of a table of weights."""

    __slots__ = ("_values", "_weights")

    def __init__(self, table: dict[Any, float] | Iterable[Any]) -> None:
        self._values = list(table)
        self._weights = Weighted(table.values()) if isinstance(table, dict) else None

    def draw(self, dice: random.Random) -> Any:
        if self._weights is None:
            return self._values[int(dice.random() * len(self._values))]
        return self._values[self._weights.draw(dice)]


class Market:
    """All books of a world that grows."""

    def __init__(self, corpus: Corpus, seed: int, days: list[dt.date]) -> None:
        self._slots, self._seed, self.days = corpus.slots, seed, days
        self._business = [day.weekday() < 5 for day in days]
        self.books = {name: self._book(name, corpus.slots["books"][name]) for name in QUOTED}
        self.near = corpus.slots["near"]

    def _book(self, name: str, part: dict[str, Any]) -> Book:
        rows = [self._instrument(name, part, row) for row in part["instruments"]]
        return Book(name, part, rows, part["width"], part.get("inverted", False))

    def _instrument(self, name: str, part: dict[str, Any], row: list[Any]) -> Instrument:
        sec, nick, level, vol = row[:4]
        extra = dict(zip(part.get("fields", ()), row[4:], strict=True))
        digits = extra.get("digits")
        tick = 10.0**-digits if digits is not None else part["tick"]
        if name == "eq":
            tick = max(tick, _nice(level / 10_000))
        form = f"%.{digits}f" if digits is not None else self._slots["formats"][part["format"]]
        dice = random.Random(f"{self._seed} {name} {sec}")  # noqa: S311 - the same seed, the same world
        prefixes = self._slots["isin"]["prefixes"]
        return Instrument(
            sec=str(sec),
            nick=str(nick),
            level=level,
            vol=vol,
            extra=extra,
            isin=isin(prefixes.get(name, prefixes["default"]), dice),
            tick=tick,
            printed=printer(form, tick),
            walk=self._walk(level, vol, dice),
        )

    def _walk(self, level: float, vol: float, dice: random.Random) -> list[float]:
        """The level by age in days, back from today's: it moves on business days only, and is pulled home a little."""
        walk, at = [], level
        for age in range(OLDEST + 2):
            walk.append(at)
            if self._business[age]:
                at /= 1 + vol * max(-2.0, min(2.0, dice.gauss(0, 1))) + 0.02 * (at - level) / level
        return walk

    @cache  # noqa: B019 - as long-lived as the world that grows
    def choice(self, asked: str, location: str) -> tuple[list[Instrument], list[Instrument]]:
        """What a thread's book may draw: all of it, and what of it is traded where the room is."""
        name, _, only = asked.partition("(")
        book = self.books[name]
        rows = book.named(only.rstrip(")")) if only else book.rows
        here = self.near.get(location, {})
        if "market" in rows[0].extra:
            near = [row for row in rows if row.extra["market"] in here.get("market", ())]
        else:
            near = [row for row in rows if _currency(book, row) in here.get("ccy", ())]
        return rows, near or rows

    def row(self, book: str, sec: str) -> Instrument | None:
        """The instrument of this name in a book."""
        return next((row for row in self.books[book].rows if row.sec == sec), None)


def _currency(book: Book, row: Instrument) -> str:
    return str(row.extra.get("ccy") or row.extra.get("base") or book.part.get("ccy", ""))


def printer(form: str, tick: float) -> Callable[[int], str]:
    """Prints ticks as a level."""
    if form.startswith("99-16"):
        return thirty_seconds
    return lambda ticks: form % (ticks * tick)


def thirty_seconds(ticks: int) -> str:
    """64ths as treasuries are quoted: 99-16, with + for a half."""
    whole, rest = divmod(ticks, 64)
    return f"{whole}-{rest // 2:02d}{'+' if rest % 2 else ''}"


def _nice(number: float) -> float:
    """Rounded down to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(number))
    return max(step * power for step in (1, 2, 5) if step * power <= number * 1.0001)


def strike_of(spot: float, vol: float, years: float, delta: str) -> float:
    """Where a call of this delta strikes, roughly."""
    return spot * (1 + _DEVIATIONS[delta] * vol * math.sqrt(years))


def premium_of(spot: float, vol: float, years: float, delta: str) -> float:
    """What an option of this delta costs, roughly."""
    return spot * vol * math.sqrt(years) * _WORTH[delta]


def years_of(tenor: str) -> float:
    return _YEARS[tenor]


def third_fridays(day: dt.date, count: int) -> list[dt.date]:
    """The next monthly expiries after a day."""
    found: list[dt.date] = []
    year, month = day.year, day.month
    while len(found) < count:
        first = dt.date(year, month, 1)
        third = first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)
        if third > day:
            found.append(third)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def exchange_step(spot: float) -> float:
    """The distance of strikes at an exchange."""
    return next(step for most, step in ((25, 0.5), (100, 1), (250, 2.5), (1_000, 10), (1e12, 50)) if spot < most)


def isin(prefix: str, dice: random.Random) -> str:
    """An ISIN of a range that nobody has handed out, with its check digit."""
    body = prefix + "".join(dice.choice("0123456789") for _ in range(11 - len(prefix)))
    return f"{body}{isin_digit(body)}"


def isin_digit(body: str) -> int:
    digits = "".join(str(int(char, 36)) for char in body)
    total = 0
    for at, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if at % 2 == 0 else 1)
        total += double // 10 + double % 10
    return -total % 10


def lei(prefix: str, dice: random.Random) -> str:
    """A legal entity identifier, with its check digits."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    body = prefix + "".join(dice.choice(alphabet) for _ in range(18 - len(prefix)))
    number = int("".join(str(int(char, 36)) for char in body + "00"))
    return f"{body}{98 - number % 97:02d}"
