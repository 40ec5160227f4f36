"""What Java takes for blank, for a number, a date, a time zone. The agent is written in Java, and it shows.

production/messageml.md 14.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

# Character.isWhitespace: no U+00A0, U+2007, U+202F, no U+0085.
WHITESPACE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \u1680" + "".join(
    map(chr, (*range(0x2000, 0x2007), *range(0x2008, 0x200B), 0x2028, 0x2029, 0x205F, 0x3000))
)
_SPACES = re.compile(r"[ \t\n\x0b\f\r]+")
# Digits of any alphabet, but none beyond U+FFFF.
_INTEGER = re.compile(r"[+-]?\d{1,40}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|24:00:00")
_DAY = r"(\+[0-9]{5,9}|-(?!0000-)[0-9]{4,9}|[0-9]{4})-([0-9]{2})-([0-9]{2})"
_OFFSET = r"(?:[zZ]|[+-](?:0[0-9]|1[0-7])(?::[0-5][0-9](?::[0-5][0-9])?)?|[+-]18(?::00(?::00)?)?)"
# Of a date alone the offset is read but not looked at.
_DATE = re.compile(f"{_DAY}(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?")
_DATE_TIME = re.compile(rf"{_DAY}[tT](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{0,9}})?)?{_OFFSET}")
_ZONE_OFFSET = re.compile(
    r"[+-](?:([0-9])|([0-9]{2})(?::?([0-9]{2}))?|([0-9]{2}):([0-9]{2}):([0-9]{2})|([0-9]{2})([0-9]{2})([0-9]{2}))"
)


def blank(text: str | None) -> bool:
    """Whether there is nothing but whitespace; a no-break space counts as something."""
    return not text or not text.strip(WHITESPACE)


def trimmed(text: str) -> str:
    """String.trim: no control characters and spaces at the ends."""
    return text.strip("".join(map(chr, range(33))))


def hash_order(texts: Iterable[str]) -> list[str]:
    """The distinct texts in the order in which a HashSet that they were put into gives them out."""
    distinct = list(dict.fromkeys(texts))
    size = 16
    while len(distinct) > size * 3 // 4:
        size *= 2
    return sorted(distinct, key=lambda text: _spread_hash(text) & (size - 1))


def _spread_hash(text: str) -> int:
    value = 0
    units = text.encode("utf-16-le", "surrogatepass")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (31 * value + low + 256 * high) & 0xFFFFFFFF
    return value ^ (value >> 16)


def words(text: str) -> list[str]:
    """Split at ASCII whitespace."""
    return _SPACES.split(text)


def length(text: str) -> int:
    """The length in UTF-16 units, as String.length has it."""
    return len(text) + sum(1 for c in text if c > "\uffff") if not text.isascii() else len(text)


def integer(text: str, bits: int) -> int | None:
    """The integer, or None where Java's parser refuses it."""
    if not _INTEGER.fullmatch(text) or (not text.isascii() and max(text) > "\uffff"):
        return None
    number = int(text)
    return number if -(1 << bits - 1) <= number < 1 << bits - 1 else None


def double(value: float) -> str:
    """The number as Double.toString prints it (in the shortest digits, as Java 19 and later do)."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0 or math.isinf(value):
        return f"{sign}{'Infinity' if value else '0.0'}"
    shortest = repr(abs(value))
    if 1e-3 <= abs(value) < 1e7 and "e" not in shortest:
        return sign + shortest
    digits, _, exponent = Decimal(shortest).normalize().__format__("e").partition("e")
    whole, _, fraction = digits.partition(".")
    return f"{sign}{whole}.{fraction or '0'}E{int(exponent)}"


# --- java.time ---------------------------------------------------------------------------------------------------


def _real_day(found: re.Match[str] | None) -> bool:
    if not found:
        return False
    from datetime import date  # dear to import, and few messages need it

    year, month, day = int(found[1]), int(found[2]), int(found[3])
    try:
        # The calendar repeats every 400 years, and Python's years are four digits.
        date(year % 400 + 2000, month, day)
    except ValueError:
        return False
    return True


def is_date(text: str) -> bool:
    """ISO_DATE: a day, perhaps with an offset."""
    return _real_day(_DATE.fullmatch(text))


def is_time(text: str) -> bool:
    """HH:mm:ss."""
    return _TIME.fullmatch(text) is not None


def is_date_time(text: str) -> bool:
    """ISO_OFFSET_DATE_TIME: a day, a time and an offset."""
    return _real_day(_DATE_TIME.fullmatch(text))


_LETTERS = {"y": 19, "M": 5, "d": 2, "h": 2, "H": 2, "m": 2, "s": 2, "a": 1}


def is_date_pattern(text: str) -> bool:
    """Whether DateTimeFormatter.ofPattern takes it; only the letters that date and time pickers allow are known."""
    bare = re.sub(r"'[^']*'", "", text)
    if "'" in bare or "#" in bare:
        return False
    return all(len(run[0]) <= _LETTERS[run[1]] for run in re.finditer(r"([yMdhHmsa])\1*", bare))


@cache
def _zones() -> frozenset[str]:
    from pathlib import Path  # dear to import, and few messages need it

    return frozenset((Path(__file__).with_name("timezones.txt")).read_text(encoding="ascii").split())


def is_time_zone(text: str) -> bool:
    """Whether ZoneId.of takes it: a name of the tz database, `Z`, an offset, or UTC, GMT, UT with or without one."""
    if text in ("Z", "UTC", "GMT", "UT") or text in _zones():
        return True
    offset = re.sub(r"^(?:UTC|GMT|UT)(?=[+-])", "", text)
    found = _ZONE_OFFSET.fullmatch(offset)
    if not found:
        return False
    numbers = [int(group) for group in found.groups() if group is not None]
    hours, minutes, seconds = (*numbers, 0, 0)[:3]
    return minutes < 60 and seconds < 60 and hours * 3600 + minutes * 60 + seconds <= 18 * 3600
