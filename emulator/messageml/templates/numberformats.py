"""Numbers as java.text.DecimalFormat writes them, by a pattern, in FreeMarker's extended form of it."""

from __future__ import annotations

import decimal
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_MODES = {
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
    "halfDown": decimal.ROUND_HALF_DOWN,
    "halfEven": decimal.ROUND_HALF_EVEN,
    "halfUp": decimal.ROUND_HALF_UP,
}
_OPTION = re.compile(r"""\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,"']+))\s*,?""")
_DIGITS = 1100
_MAX_PATTERN = 100
# Of a language or a locale: what parts thousands, and what begins the fraction. As JDK 17 has them.
_SYMBOLS = {
    **dict.fromkeys(("de", "es", "it", "pt", "nl", "da", "tr", "id", "el"), (".", ",")),
    **dict.fromkeys(("ru", "pl", "cs", "sv", "fi", "uk", "nb", "no", "hu", "sk", "bg"), ("\u00a0", ",")),
    "fr": ("\u202f", ","),
    "de_CH": ("’", "."),
    "de_AT": ("\u00a0", ","),
    "pt_PT": ("\u00a0", ","),
    "es_MX": (",", "."),
    "es_US": (",", "."),
}


def symbols(locale: str) -> tuple[str, str]:
    """What parts thousands, and what begins the fraction, in this locale; those of English where it is not known."""
    language, _, country = locale.replace("-", "_").partition("_")
    language, country = language.lower(), country.upper()
    return _SYMBOLS.get(f"{language}_{country}") or _SYMBOLS.get(language) or (",", ".")


class BadPattern(ValueError):
    """No pattern of Java's."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A pattern for numbers of one sign."""

    prefix: str
    suffix: str
    least_whole: int = 0
    most_whole: int = _DIGITS
    least_fraction: int = 0
    most_fraction: int = 340
    group: int = 3
    exponent: int = 0
    always_point: bool = False
    multiplier: int = 1


def _affix(text: str) -> tuple[str, int]:
    """What stands before or after the number, and by how much it multiplies it."""
    multiplier, out, quoted, at = 1, "", False, 0
    while at < len(text):
        c = text[at]
        if c == "'":
            if text.startswith("''", at):
                out, at = out + "'", at + 1
            else:
                quoted = not quoted
        elif c == "\u00a4" and not quoted:
            double = text.startswith("\u00a4\u00a4", at)
            out, at = out + ("USD" if double else "$"), at + double
        else:
            if c in "%\u2030" and not quoted:
                multiplier = 100 if c == "%" else 1000
            out += c
        at += 1
    return out, multiplier


def _split(pattern: str) -> list[str]:
    """At the semicolon that is not quoted."""
    quoted = False
    for at, c in enumerate(pattern):
        if c == "'":
            quoted = not quoted
        elif c == ";" and not quoted:
            return [pattern[:at], pattern[at + 1 :]]
    return [pattern]


def _pieces(text: str) -> tuple[str, str, str, str]:
    """What stands before the digits of a pattern, the digits, the zeros of the exponent, and what stands after.

    Digits go on wherever they stand.
    """
    before, after, digits, power, quoted, at = "", "", "", "", False, 0
    while at < len(text):
        c = text[at]
        if c == "'":
            quoted = not quoted
        if not quoted and c in "#0,." and not power:
            digits += c
        elif not quoted and c == "E" and digits and text[at - 1] in "#0,." and (found := re.match("E0+", text[at:])):
            power, at = found[0][1:], at + len(found[0]) - 1
        elif digits:
            after += c
        else:
            before += c
        at += 1
    return before, digits, power, after


def _part(text: str) -> _Part:
    before, digits, power, after = _pieces(text)
    prefix, times = _affix(before)
    suffix, more = _affix(after)
    left = zeros = right = 0
    point, group = -1, -1
    for c in digits:
        if c == "#":
            right, left = (right + 1, left) if zeros else (right, left + 1)
        elif c == "0":
            if right:
                raise BadPattern(text)
            zeros += 1
        elif c == ",":
            group = 0
            continue
        else:
            if point >= 0:
                raise BadPattern(text)
            point = left + zeros + right
            continue
        if group >= 0 and point < 0:
            group += 1
    if power and left + zeros < 1:
        raise BadPattern(text)
    if zeros == 0 and left > 0 and point >= 0:
        shown = point or 1
        left, right, zeros = shown - 1, left - shown, 1
    if group == 0 or (point >= 0 and not left <= point <= left + zeros):
        raise BadPattern(text)
    total = left + zeros + right
    whole = (point if point >= 0 else total) - left
    return _Part(
        prefix,
        suffix,
        whole,
        left + whole if power else _DIGITS,
        left + zeros - point if point >= 0 else 0,
        total - point if point >= 0 else 0,
        max(group, 0),
        len(power),
        point in (0, total),
        max(times, more),
    )


@dataclass(frozen=True, slots=True)
class _Format:
    positive: _Part
    negative: tuple[str, str]
    rounding: str
    group: str | None
    point: str | None


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> _Format:
    if len(pattern) > _MAX_PATTERN:
        raise BadPattern(pattern)
    plain, _, extra = pattern.partition(";;")
    parts = _split(plain)
    if not parts[0] and len(parts) > 1:
        raise BadPattern(pattern)
    positive = _part(parts[0]) if parts[0] else _Part("", "")
    negative = ("-" + positive.prefix, positive.suffix)
    if len(parts) > 1 and parts[1]:
        other = _part(parts[1])
        if (other.prefix, other.suffix) != (positive.prefix, positive.suffix):
            negative = (other.prefix, other.suffix)
    options, at = {}, 0
    while extra[at:].strip():
        found = _OPTION.match(extra, at)
        if not found:
            raise BadPattern(pattern)
        options[found[1]] = next(group for group in found.groups()[1:] if group is not None)
        at = found.end()
    rounding = _MODES.get(options.pop("roundingMode", "halfEven"))
    group, point = options.pop("groupingSeparator", None), options.pop("decimalSeparator", None)
    if rounding is None or options or len(group or "x") != 1 or len(point or "x") != 1:
        raise BadPattern(pattern)
    return _Format(positive, negative, rounding, group, point)


def number(value: int | Decimal, pattern: str, group: str = ",", point: str = ".") -> str:
    """The number by the pattern. Raises BadPattern."""
    form = _parsed(pattern)
    part, group, point = form.positive, form.group or group, form.point or point
    negative = value < 0
    with decimal.localcontext() as context:
        context.prec = _DIGITS
        amount = abs(Decimal(value)) * part.multiplier
        text = (
            _scientific(amount, part, form.rounding, point)
            if part.exponent
            else _fixed(amount, part, form.rounding, group, point)
        )
    prefix, suffix = form.negative if negative else (part.prefix, part.suffix)
    return f"{prefix}{text}{suffix}"


def _fixed(amount: Decimal, part: _Part, rounding: str, group: str, point: str) -> str:
    whole, _, fraction = f"{amount.quantize(Decimal(1).scaleb(-part.most_fraction), rounding):f}".partition(".")
    fraction = fraction[: part.least_fraction] + fraction[part.least_fraction :].rstrip("0")
    whole = whole.lstrip("0").rjust(part.least_whole, "0")
    if not whole and not fraction:
        whole = "0"
    if part.group and len(whole) > part.group:
        head = len(whole) % part.group
        pieces = [whole[:head]] if head else []
        whole = group.join(pieces + [whole[i : i + part.group] for i in range(head, len(whole), part.group)])
    return whole + (point + fraction if fraction or part.always_point else "")


def _scientific(amount: Decimal, part: _Part, rounding: str, point: str) -> str:
    significant = max(part.most_whole + part.most_fraction, 1)
    zero = amount == 0
    if not zero:
        amount = amount.quantize(Decimal(1).scaleb(amount.adjusted() + 1 - significant), rounding)
    digits = "" if zero else "".join(map(str, amount.as_tuple().digits)).rstrip("0")
    place = 0 if zero else amount.adjusted() + 1
    repeat, least = part.most_whole, part.least_whole
    if repeat > 1 and repeat > least:
        exponent = (place - 1) // repeat * repeat
        whole = 1
    else:
        exponent, whole = place - least, least
    shown = whole if zero else place - exponent
    exponent = 0 if zero else exponent
    digits = digits.ljust(max(least + part.least_fraction, shown), "0")
    fraction = digits[shown:]
    power = str(abs(exponent)).rjust(part.exponent, "0")
    return f"{digits[:shown]}{point + fraction if fraction or part.always_point else ''}E{'-' * (exponent < 0)}{power}"
