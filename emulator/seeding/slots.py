"""What stands in the {slots} of a thread, drawn once and the same in all its turns (`fixtures/corpus/slots.yaml`)."""

from __future__ import annotations

import datetime as dt
import random
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from emulator.seeding import market as quotes
from emulator.seeding.market import Choice, Market
from emulator.seeding.workdays import business_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.seeding.corpus import Corpus
    from emulator.seeding.days import Days, Zone
    from emulator.seeding.people import Person


_NAME = re.compile(r"(@?[a-z]\w*)(?:\.([a-z]+))?([+-]\d+)?")
_WORDS = ("side", "opp", "sided", "oppd", "mine", "lift", "interest")
_BUY = ("buy", "sell", "bought", "sold", "mine", "lift", "offer")
_SELL = ("sell", "buy", "sold", "bought", "yours", "hit", "bid")
_BARE_LEVELS = frozenset(("ipt", "guid", "final", "pts", "vol"))
_TIMED = frozenset(("time", "date", "day", "iso", "month", "quarter", "year", "settle"))
_TENTHS = {"q": (0.1, 1), "qq": (0.1, 1), "nv": (0.1, 1), "rrv": (0.05, 2)}
_NEAR = 0.85
_DRAWN = frozenset("size qty lots delta tenor ccy dealsize rating event ratio issuers venuecity".split())


class Values(dict[str, Any]):
    """The values of one thread. `ticks` are levels, in ticks of the book until they are printed; `day` is the day of
    the thread, `at` the date and the minute of the turn that is filled, on the clock of the room."""

    __slots__ = ("age", "at", "day", "dice", "language", "people", "printed", "settles", "slots", "ticks")

    def __init__(self, slots: Slots, dice: random.Random, age: int, day: dt.date) -> None:
        super().__init__()
        self.slots, self.dice, self.age, self.day = slots, dice, age, day
        self.ticks: dict[str, int] = {}
        self.printed: Callable[[int], str] = str
        self.settles = 2
        self.at: tuple[dt.date, int] = (day, 0)
        self.people: dict[str, Person] = {}
        self.language: dict[str, Any] | None = None

    def __missing__(self, name: str) -> Any:
        value = self[name] = self.slots.draw(self, name)
        return value


class Slots:
    """All that can stand in a slot."""

    def __init__(self, corpus: Corpus, market: Market, days: Days, seed: int, firms: dict[str, list[str]]) -> None:
        self._slots, self.market, self._days, self._seed = corpus.slots, market, days, seed
        self._general: dict[str, Any] = {name: _drawer(rule) for name, rule in corpus.slots["general"].items()}
        self._firms = firms
        self._languages = corpus.slots["languages"]
        self._sizes = {
            (name, key): Choice(table)
            for name, part in corpus.slots["books"].items()
            for key, table in part.items()
            if key in _DRAWN and isinstance(table, dict | list)
        }

    def language(self, name: str | None) -> dict[str, Any] | None:
        return None if name is None else self._languages[name]

    # --- drawing ---

    def draw(self, values: Values, name: str) -> Any:
        if name in _WORDS:
            values.update(zip(_WORDS, _SELL if values.dice.random() < 0.5 else _BUY, strict=True))
            return values[name]
        if name in ("client", "client2"):
            other = values.get("client2" if name == "client" else "client")
            return self._other(values, self._slots["clients"], {other})
        if name in ("counterparty", "custodian"):
            kinds = self._slots["general"][name]["kinds"]
            firms = [firm for kind in kinds for firm in self._firms[kind]]
            return self._other(values, firms, {person.firm for person in values.people.values()})
        if name == "lei":
            return quotes.lei("9999", values.dice)
        return self._general[name](values.dice)

    def _other(self, values: Values, names: list[str], but: set[Any]) -> str:
        while True:
            name = names[int(values.dice.random() * len(names))]
            if name not in but:
                return name

    def open_books(
        self, values: Values, books: tuple[str, ...], location: str, zone: Zone, release: str | None
    ) -> None:
        """Draw one instrument of each book of a thread, with its level of the day."""
        for asked in books:
            name = asked.partition("(")[0]
            if name == "release":
                self._release(values, asked, zone, release)
            elif name in ("primary", "ipo"):
                self._deal(values, name)
            elif name == "ca":
                self._action(values, location)
            else:
                self._quoted(values, asked, name, location)

    def _quoted(self, values: Values, asked: str, name: str, location: str) -> None:
        dice, book = values.dice, self.market.books[name]
        rows, near = self.market.choice(asked, location)
        rows = near if dice.random() < _NEAR else rows
        row = rows[int(dice.random() * len(rows))]
        values.update(row.extra)
        values["sec"], values["nick"], values["isin"] = row.sec, row.nick, row.isin
        if "ccy" in book.part and "ccy" not in row.extra:
            values["ccy"] = book.part["ccy"]
        values.printed, values.settles = row.printed, self._settles(book.part, row.extra)
        level = row.walk[values.age] * (1 + row.vol * 0.1 * dice.gauss(0, 1))
        if (name, "size") in self._sizes:
            values["size"] = self._sizes[name, "size"].draw(dice)
        if name in ("fx", "ndf"):
            values["ccypair"] = row.sec
            values.ticks["pts"] = round(row.extra["ptsmonth"] * 3)
        elif name == "fxopt":
            self._currency_option(values, row, level)
        elif name == "eq":
            self._shares(values, row, level)
        elif name == "eqopt":
            level = self._share_option(values, row)
        elif name == "cmdty":
            values["lots"] = values["size"] = self._sizes[name, "lots"].draw(dice)
        self._levels(values, round(level / row.tick), dice.choice(book.widths), book.inverted)
        if name in ("fx", "ndf"):
            bid, ask = values.ticks["bid"], values.ticks["ask"]
            values["bidp"], values["askp"] = f"{bid % 100:02d}", f"{ask % 100:02d}"
            values["fwd"] = row.printed(bid + values.ticks["pts"])
        elif name == "eqopt":
            paid = values["lots"] * values.ticks["mid"] * row.tick * book.part["multiplier"]
            values["premium"] = f"{paid:,.0f}"

    @staticmethod
    def _settles(part: dict[str, Any], extra: dict[str, Any]) -> int:
        settle = part.get("settle", 2)
        if isinstance(settle, dict):
            settle = settle.get(extra.get("market"), settle["default"])
        return int(settle)

    @staticmethod
    def _levels(values: Values, mid: int, width: int, inverted: bool) -> None:
        bid = mid - width // 2
        ask = bid + width
        if inverted:
            bid, ask = ask, bid
        values.ticks.update(mid=mid, price=mid, px=mid, bid=bid, ask=ask, dealt=ask if values["side"] == "buy" else bid)

    def _currency_option(self, values: Values, row: quotes.Instrument, level: float) -> None:
        dice = values.dice
        values["ccypair"] = values["sec"] = row.extra["ccypair"]
        tenor, delta = self._sizes["fxopt", "tenor"].draw(dice), self._sizes["fxopt", "delta"].draw(dice)
        pair = self.market.row("fx", row.extra["ccypair"])
        assert pair is not None
        spot = pair.walk[values.age]
        strike = quotes.strike_of(spot, level / 100, quotes.years_of(tenor), delta)
        digits = pair.extra["digits"]
        rounded = round(strike, max(digits - 2, 0)) if digits != 4 else round(strike * 400) / 400
        values.update(
            tenor=tenor, delta=delta, spot=pair.printed(round(spot / pair.tick)), strike=f"%.{digits}f" % rounded
        )

    def _shares(self, values: Values, row: quotes.Instrument, level: float) -> None:
        part = self._slots["books"]["eq"]
        volume = row.extra["adv"] * 1e6
        qty = min(self._sizes["eq", "qty"].draw(values.dice), max(500, int(volume * part["most_of_adv"]) // 500 * 500))
        money = qty * level / (100 if row.extra["ccy"] == "GBp" else 1)
        ccy = "GBP" if row.extra["ccy"] == "GBp" else row.extra["ccy"]
        values.update(
            ticker=row.sec,
            qty=f"{qty:,}",
            size=f"{qty:,}",
            notional=f"{ccy} {money / 1e6:,.1f}mm",
            advpct=f"{max(1, round(qty / volume * 100))}%",
        )

    def _share_option(self, values: Values, row: quotes.Instrument) -> float:
        """Fills in what an option has besides levels; its level."""
        dice = values.dice
        share = self.market.row("eq", row.sec)
        spot = share.walk[values.age] if share is not None else 5590.0
        delta = self._sizes["eqopt", "delta"].draw(dice)
        expiry = quotes.third_fridays(values.day, 6)[int(dice.random() * 4)]
        years, vol = max((expiry - values.day).days, 5) / 365, row.extra["vol"] / 100
        step = quotes.exchange_step(spot)
        strike = round(quotes.strike_of(spot, vol, years, delta) / step) * step
        lots = self._sizes["eqopt", "lots"].draw(dice)
        values.ticks["vol"] = row.extra["vol"]
        values.update(
            ticker=row.sec,
            ccy=share.extra["ccy"] if share is not None else "EUR",
            lots=lots,
            size=lots,
            spot=share.printed(round(spot / share.tick)) if share is not None else f"{spot:.0f}",
            strike=f"{strike:g}",
            expiry=self._month(values, expiry.month, short=True),
            delta=delta,
            hedge=f"{lots * int(delta):,}",
        )
        return max(0.5, quotes.premium_of(spot, vol, years, delta))

    def _deal(self, values: Values, name: str) -> None:
        dice, part = values.dice, self._slots["books"][name]
        values["issuer"], values["ccy"] = self._sizes[name, "issuers"].draw(dice), self._sizes[name, "ccy"].draw(dice)
        size = values["dealsize"] = self._sizes[name, "dealsize"].draw(dice)
        million = float(size[:-2]) * (1000 if size.endswith("bn") else 1)
        most = 5.5 if name == "primary" else 9
        values["book"] = f"{million * dice.uniform(1.4, most) / 1000:.1f}bn"
        values["isin"] = quotes.isin("XS9", dice)
        values.settles = part.get("settle", 2)
        if name == "primary":
            ipt = dice.randrange(part["ipt"][0], part["ipt"][1], 5)
            final = ipt - dice.randint(*part["tightening"])
            values.ticks.update(ipt=ipt, final=final, guid=final + dice.choice((4, 5, 6)))
            values.update(tenor=self._sizes[name, "tenor"].draw(dice), rating=self._sizes[name, "rating"].draw(dice))
            return
        low = dice.randint(*part["lo"])
        high = low + dice.randint(*part["range"])
        values["venuecity"] = self._sizes[name, "venuecity"].draw(dice)
        values.printed = lambda ticks: f"{ticks * part['tick']:.2f}"
        values.ticks.update(lo=low * 2, hi=high * 2, px=high * 2 - dice.randint(0, 2))

    def _action(self, values: Values, location: str) -> None:
        dice = values.dice
        self._quoted(values, "eq", "eq", location)
        row = self.market.row("eq", values["ticker"])
        assert row is not None
        ex = business_days(values.day, dice.randint(3, 10))
        record = business_days(ex, 1)
        values.update(
            event=self._sizes["ca", "event"].draw(dice),
            ratio=self._sizes["ca", "ratio"].draw(dice),
            gross=f"{row.level * dice.uniform(0.004, 0.012):.2f}",
            exdate=self._date(values, ex),
            recdate=self._date(values, record),
            paydate=self._date(values, business_days(record, dice.randint(10, 20))),
            deadline=f"{self._date(values, business_days(record, 5))} {dice.choice(('12:00', '17:00'))}",
        )

    # --- releases ---

    def releases(self, asked: str) -> list[dict[str, Any]]:
        """The releases that a thread's book may be about."""
        part = self._slots["books"]["release"]
        only = tuple(asked[len("release(") : -1].split("|")) if "(" in asked else ("",)
        rows = (dict(zip(part["fields"], row, strict=True)) for row in part["instruments"])
        return [row for row in rows if row["release"].startswith(only)]

    def _release(self, values: Values, asked: str, zone: Zone, chosen: str | None) -> None:
        rows = self.releases(asked)
        today = [row for row in rows if values.age in self._days.released(row)]
        if chosen is not None:
            today = [row for row in rows if row["release"] == chosen]
        row = values.dice.choice(today or rows)
        # What came out is the same for all who speak of it.
        dice = random.Random(f"{self._seed} {row['release']} {values.day}")  # noqa: S311
        expected = dice.uniform(row["low"], row["high"])
        shown = [expected, expected + dice.gauss(0, row["surprise"]), expected + dice.gauss(0, row["surprise"])]
        consensus, actual, prior = (f"%.{row['digits']}f" % number + row["unit"] for number in shown)
        derived = self._slots["books"]["release"]["derived"]
        above = (shown[1] > shown[0]) != (row["release"] in derived["reversed"])
        way = "in line" if consensus == actual else "above" if above else "below"
        hours, minutes = map(int, row["at"].split(":"))
        minute = (hours * 60 + minutes - self._days.between(zone.name, row["zone"])) % (24 * 60)
        values.update(
            release=row["release"],
            rtime=f"{minute // 60:02d}:{minute % 60:02d}",
            cons=consensus,
            actual=actual,
            prior=prior,
            hotter=dice.choice(derived["hotter"][way]),
            up=derived["up"][way],
            soft=derived["soft"][way],
        )

    # --- printing ---

    @cache  # noqa: B019 - as long-lived as the world that grows
    def printer(self, slot: str) -> tuple[Callable[[Values], str], bool]:
        """How a slot is printed, and whether that depends on when the turn is said."""
        match = _NAME.fullmatch(slot)
        assert match is not None, slot
        name, part, moved = match[1], match[2], int(match[3] or 0)
        if part is not None:
            return (lambda values: values.people[name].part(part)), False
        if name in _TIMED:
            return (lambda values: self._timed(values, name, moved)), True
        return (lambda values: self._text(values, name, moved)), False

    def _text(self, values: Values, name: str, moved: int) -> str:
        ticks = values.ticks.get(name)
        if ticks is not None:
            return str(ticks + moved) if name in _BARE_LEVELS else values.printed(ticks + moved)
        if name in ("spot", "strike") and moved:
            return str(values[name])  # a strike is where it is
        value = values[name]
        if name in _TENTHS:
            step, digits = _TENTHS[name]
            return f"{float(value) + moved * step:.{digits}f}"
        if name in ("amt", "amt2") and (values["ccy"] == "JPY" or (values.language or {}).get("whole")):
            return str(value)[:-3]
        if moved and isinstance(value, int):
            return str(max(1, value + moved))
        return str(value)

    def _timed(self, values: Values, name: str, moved: int) -> str:
        day, minute = values.at
        if name == "time":
            minute = (minute + moved) // 5 * 5 if moved else minute
            return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
        if name == "month":
            return self._month(values, (day.month - 1 + moved) % 12 + 1)
        if name == "quarter":  # the last one that is over
            return f"Q{(day.month - 1) // 3 or 4}"
        if name == "year":
            return str(day.year)
        if name == "settle":
            return self._date(values, business_days(day, values.settles + moved))
        if moved:
            day = business_days(day, moved)
        if name == "iso":
            return day.isoformat()
        if name == "day":
            return str((values.language or _ENGLISH)["days"][day.weekday()])
        return self._date(values, day)

    @staticmethod
    def _month(values: Values, month: int, *, short: bool = False) -> str:
        language = values.language or _ENGLISH
        return str(language["short" if short else "months"][month - 1])

    @staticmethod
    def _date(values: Values, day: dt.date) -> str:
        language = values.language or _ENGLISH
        return str(language["date"]).format(day=day.day, month=language["short"][day.month - 1])


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_ENGLISH: dict[str, Any] = {
    "days": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "months": _MONTHS,
    "short": _MONTHS,
    "date": "{day} {month}",
}


def _drawer(rule: dict[str, Any]) -> Callable[[random.Random], Any]:
    """How a general slot is drawn."""
    if "choice" in rule:
        return Choice(rule["choice"]).draw
    if "int" in rule:
        low, high = rule["int"]
        return lambda dice: low + int(dice.random() * (high - low + 1))
    if "decimal" in rule:
        return _decimal(rule)
    if "pattern" in rule:
        return _pattern(rule)
    return lambda _dice: ""


def _decimal(rule: dict[str, Any]) -> Callable[[random.Random], str]:
    low, high = rule["decimal"]
    form = f"{{:{',' if rule.get('thousands') else ''}.{rule['digits']}f}}{rule.get('suffix', '')}"
    if rule.get("log"):
        return lambda dice: form.format(low * (high / low) ** dice.random())
    return lambda dice: form.format(low + (high - low) * dice.random())


def _pattern(rule: dict[str, Any]) -> Callable[[random.Random], str]:
    pieces = re.split(r"(@+|#)", rule["pattern"])
    lists = iter([rule[key] for key in ("from", "then") if key in rule])
    drawn: list[str | list[str]] = [
        next(lists) if piece.startswith("@") else list("0123456789") if piece == "#" else piece for piece in pieces
    ]

    def draw(dice: random.Random) -> str:
        return "".join(piece if isinstance(piece, str) else piece[int(dice.random() * len(piece))] for piece in drawn)

    return draw
