"""Dates and times in templates: ISO 8601 and patterns of SimpleDateFormat, in English and in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Kind = Literal["date", "time", "datetime"]
KINDS: dict[str, Kind] = {"date": "date", "time": "time", "datetime": "datetime"}
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?")
_ISO_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?")
_RUN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)
_MAX_PATTERN = 100
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DATE_STYLES = {"short": "M/d/yy", "medium": "MMM d, yyyy", "long": "MMMM d, yyyy", "full": "EEEE, MMMM d, yyyy"}
_TIME_STYLES = {
    "short": "h:mm a",
    "medium": "h:mm:ss a",
    "long": "h:mm:ss a z",
    "full": "h:mm:ss a 'Coordinated Universal Time'",
}
"""Those of JDK 17."""
_ISO_WORDS = re.compile("(iso|xs)((?:[_ ](?:h|m|s|ms|nz|fz|u|fu))*)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadDate(ValueError):
    """No date, or no pattern of one."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point in time, and how much of it is meant."""

    at: datetime
    kind: Kind

    def milliseconds(self) -> int:
        """Since 1970."""
        return (self.at - _EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(number: Any, kind: Kind) -> Moment:
    """The moment that many milliseconds after 1970. Raises BadDate."""
    try:
        return Moment(
            _EPOCH + timedelta(milliseconds=int((Decimal(number) + Decimal("0.5")).to_integral_value(ROUND_FLOOR))),
            kind,
        )
    except (OverflowError, ValueError, InvalidOperation):
        raise BadDate(str(number)) from None


def from_iso(text: str, kind: Kind) -> Moment:
    """The moment that ISO 8601 says. Raises BadDate."""
    found = (_ISO_TIME if kind == "time" else _ISO).fullmatch(text)
    if not found or (kind == "datetime") != bool(kind == "datetime" and found[4]):
        raise BadDate(text)
    groups = found.groups()
    year, month, day = (1970, 1, 1) if kind == "time" else map(int, groups[:3])
    clock = groups if kind == "time" else groups[3:]
    if kind == "date" and clock[0]:
        raise BadDate(text)
    hour, minute, second, fraction, zone = clock
    try:
        at = datetime(year, month, day, int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        at += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
        if zone and zone != "Z":
            digits = zone[1:].replace(":", "").ljust(4, "0")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            at -= offset if zone[0] == "+" else -offset
    except (ValueError, OverflowError):
        raise BadDate(text) from None
    return Moment(at, kind)


def _field(letter: str, width: int, at: datetime) -> str:
    numbers = {
        "d": at.day, "H": at.hour, "h": (at.hour - 1) % 12 + 1, "k": (at.hour - 1) % 24 + 1, "K": at.hour % 12,
        "m": at.minute, "s": at.second, "S": at.microsecond // 1000, "D": at.timetuple().tm_yday, "u": at.isoweekday(),
    }  # fmt: skip
    if letter in numbers:
        return str(numbers[letter]).rjust(width, "0")
    if letter in "yY":
        return f"{at.year % 100:02}" if width == 2 else str(at.year).rjust(width, "0")
    if letter in "ML":
        name = _MONTHS[at.month - 1]
        return str(at.month).rjust(width, "0") if width < 3 else name[:3] if width == 3 else name
    if letter == "E":
        name = _DAYS[at.weekday()]
        return name if width > 3 else name[:3]
    known = {"a": "AM" if at.hour < 12 else "PM", "z": "UTC", "Z": "+0000", "X": "Z", "G": "AD"}
    if letter not in known:
        raise BadDate(letter)
    return known[letter]


def text(moment: Moment, pattern: str | None = None) -> str:
    """The moment by a pattern, or in the way of its kind. Raises BadDate."""
    styled = _styled("medium" if pattern in (None, "") else pattern, moment.kind)
    pattern = styled if styled is not None else pattern or ""
    iso = _ISO_WORDS.fullmatch(pattern)
    if iso:
        options = set(re.split("[_ ]", iso[2])) - {"", "u", "fu"}
        zone = "fz" in options or ("nz" not in options and (iso[1] == "xs" or moment.kind != "date"))
        accuracy = next((each for each in ("h", "m", "s") if each in options), "fraction")
        return iso_text(moment, "milliseconds" if "ms" in options else accuracy, zone=zone)
    if len(pattern) > _MAX_PATTERN or re.sub("'[^']*'", "", pattern).count("'"):
        raise BadDate(pattern)
    out = []
    for run in _RUN.finditer(pattern):
        if run[2]:
            out.append(_field(run[2], len(run[0]), moment.at))
        else:
            out.append(run[0] if run[1] is None else run[1].replace("''", "'") or "'")
    return "".join(out)


def _styled(style: str, kind: Kind) -> str | None:
    """The pattern that a name of a style stands for; both of its date and of its time where it has two."""
    first, _, second = style.partition("_")
    if first not in _DATE_STYLES or (second or first) not in _DATE_STYLES or (second and kind != "datetime"):
        return None
    if kind != "datetime":
        return (_DATE_STYLES if kind == "date" else _TIME_STYLES)[first]
    joint = " 'at' " if first in ("long", "full") else ", "
    return _DATE_STYLES[first] + joint + _TIME_STYLES[second or first]


_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d\d))?")


def in_zone(moment: Moment, name: str) -> Moment:
    """The same moment on the clocks of a zone. Raises BadDate."""
    found = _OFFSET.fullmatch(name)
    if found:
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        zone: tzinfo = timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    else:
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadDate(name) from None
    return Moment(moment.at.astimezone(zone), moment.kind)


def iso_text(moment: Moment, accuracy: str, *, zone: bool) -> str:
    """The moment in ISO 8601, to the hour, minute, second, `milliseconds` or a `fraction` where there is one."""
    at = moment.at
    clock = at.strftime({"h": "%H", "m": "%H:%M"}.get(accuracy, "%H:%M:%S"))
    if accuracy in ("milliseconds", "fraction"):
        fraction = f"{at.microsecond // 1000:03}"
        if accuracy == "fraction":
            fraction = fraction.rstrip("0")
        clock += f".{fraction}" if fraction else ""
    offset = ""
    if zone:
        shift = at.utcoffset() or timedelta(0)
        minutes = abs(shift) // timedelta(minutes=1)
        offset = f"{'-' if shift < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}" if shift else "Z"
    day = f"{at.year:04}-{at.month:02}-{at.day:02}"
    return {"date": day, "time": clock, "datetime": f"{day}T{clock}"}[moment.kind] + offset


_ISO_BUILTIN = re.compile("iso(?:_(utc|local))?(?:_(h|m|ms))?(?:_(nz|fz))?")


def by_iso_builtin(moment: Moment, name: str, zone: str | None) -> str:
    """What ?iso_utc and its like make of a moment. Raises BadDate."""
    found = _ISO_BUILTIN.fullmatch(name)
    if found is None or (zone is None) != bool(found[1]):
        raise BadDate(name)
    shown = moment if zone is None else in_zone(moment, zone)
    accuracy = {"ms": "fraction", None: "s"}.get(found[2], found[2])
    return iso_text(shown, accuracy or "s", zone=found[3] != "nz" and (moment.kind != "date" or found[3] == "fz"))


def can_be(kind: Kind, other: Kind) -> bool:
    """Whether what is a moment of the one kind can be taken for one of the other."""
    return kind in (other, "datetime")


def from_pattern(value: str, pattern: str | None, kind: Kind) -> Moment:
    """The moment that the text says in this pattern. Raises BadDate."""
    if pattern in ("iso", "xs"):
        return from_iso(value, kind)
    pattern = (_styled("medium" if pattern is None else pattern, kind) or pattern) or ""
    if len(pattern) > _MAX_PATTERN or len(value) > 2 * _MAX_PATTERN:
        raise BadDate(pattern)
    parts: dict[str, int] = {}
    at = 0
    for run in _RUN.finditer(pattern):
        if not run[2]:
            literal = run[0] if run[1] is None else run[1].replace("''", "'") or "'"
            if not value.startswith(literal, at):
                raise BadDate(value)
            at += len(literal)
            continue
        at = _read(run[2], len(run[0]), value, at, parts)
    hour = parts.get("H", parts.get("h", 0) % 12 + parts.get("a", 0))
    year = parts.get("y", 1970)
    try:
        # Java goes on counting where a field is too large.
        moment = datetime(year + (parts.get("M", 1) - 1) // 12, (parts.get("M", 1) - 1) % 12 + 1, 1, tzinfo=UTC)
        moment += timedelta(days=parts.get("d", 1) - 1, hours=hour, minutes=parts.get("m", 0))
        moment += timedelta(seconds=parts.get("s", 0), milliseconds=parts.get("S", 0))
    except (ValueError, OverflowError):
        raise BadDate(value) from None
    return Moment(moment, kind)


def _read(letter: str, width: int, value: str, at: int, parts: dict[str, int]) -> int:
    if letter in "ME" and width > 2:
        listed = _MONTHS if letter == "M" else _DAYS
        for number, name in enumerate(listed):
            for known in (name, name[:3]):
                if value[at : at + len(known)].lower() == known.lower():
                    parts[letter] = number + 1
                    return at + len(known)
        raise BadDate(value)
    if letter == "a":
        half = value[at : at + 2].upper()
        if half not in ("AM", "PM"):
            raise BadDate(value)
        parts["a"] = 12 if half == "PM" else 0
        return at + 2
    found = re.compile(r"[0-9]{1,9}").match(value, at)
    if letter not in "yMdHhmsS" or not found:
        raise BadDate(value)
    number = int(found[0])
    parts[letter] = number + 2000 if letter == "y" and width == 2 and len(found[0]) == 2 else number
    return found.end()
