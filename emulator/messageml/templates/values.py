"""The values of templates: text of a number, what counts as what, comparison. Limits on their size."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Any

from emulator.messageml.templates import dates, numberformats
from emulator.messageml.templates.dates import Moment
from emulator.messageml.templates.numberformats import BadPattern
from emulator.messageml.templates.syntax import Fault

MAX_TEXT = 1_000_000
MAX_ITEMS = 100_000
MAX_DIGITS = 500

Value = Any
"""str, bool, int, Decimal, list, range, dict, Macro; None is a missing value."""


class Markup(str):
    """A text that is markup already, and is not escaped again."""

    __slots__ = ()


class Pairs(dict[str, Any]):
    """A hash written in the template, in which a key may stand more than once; `size` counts each."""

    size = 0


def plain(value: object) -> Value:
    """A value of the data as templates reckon with it: fractions exact."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def weight(value: Value) -> int:
    """How many steps it takes to walk over a value of that size."""
    if isinstance(value, str):
        return len(value) // 50
    return min(len(value), MAX_ITEMS) // 5 if isinstance(value, list | dict | range) else 0


def is_number(value: Value) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def number_of(value: Value, at: int) -> Any:
    """A number; Fault for anything else."""
    if not is_number(value):
        raise Fault(at)
    return value


def bounded(value: Value, at: int) -> Value:
    """The value, if it is of a size that templates may make. Raises Fault."""
    if isinstance(value, str):
        fine = len(value) <= MAX_TEXT
    elif isinstance(value, list):
        fine = len(value) <= MAX_ITEMS
    elif isinstance(value, int):
        fine = value.bit_length() <= 3 * MAX_DIGITS
    elif isinstance(value, Decimal):
        fine = value.is_finite() and abs(value.adjusted()) <= MAX_DIGITS
    else:
        fine = True
    if not fine:
        raise Fault(at)
    return value


def number_text(value: int | Decimal, digits: int = 3, *, grouped: bool = True) -> str:
    """The number as the agent's locale has it: thousands grouped, at most `digits` decimals."""
    if isinstance(value, int):
        return f"{value:,}" if grouped else str(value)
    with localcontext() as context:
        context.prec = 2 * MAX_DIGITS + 20
        rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        text = f"{rounded:,f}" if grouped else f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"


def formatted(value: Any, pattern: str, symbols: tuple[str, str] = (",", ".")) -> str:
    """The number in the way that a pattern of Java's DecimalFormat, or a name, asks for. Raises Fault."""
    if pattern in ("number", "computer"):
        return localized(number_text(value), symbols) if pattern == "number" else computer_text(value)
    if pattern == "currency":
        return f"{'-' if value < 0 else ''}${abs(Decimal(value)).quantize(Decimal('0.01'), ROUND_HALF_EVEN):,f}"
    if pattern == "percent":
        return localized(number_text(Decimal(value) * 100, 0), symbols) + "%"
    try:
        return numberformats.number(value, pattern, *symbols)
    except BadPattern:
        raise Fault(None) from None


def localized(text: str, symbols: tuple[str, str]) -> str:
    """A number's text with the signs of a locale."""
    return text if symbols == (",", ".") else text.translate({44: symbols[0], 46: symbols[1]})


def computer_text(value: Value) -> str:
    """As ?c has it: for programs, ungrouped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = number_text(value, 16, grouped=False)
    return "0" if text == "-0" else text


def text_of(value: Value, at: int) -> str:
    """The text that is printed for it. Raises Fault for what has none: nothing, a boolean, a list, a hash."""
    if isinstance(value, str):
        return value
    if is_number(value):
        return number_text(value)
    if isinstance(value, Moment):
        return dates.text(value)
    # What cannot be a text is blamed on its expression, a boolean on the directive around it.
    raise Fault(None if isinstance(value, bool) else at)


def arithmetic(left: Value, right: Value, operator: str, at: int) -> Value:
    """+ - * / % on numbers, exact but for division. Raises Fault."""
    try:
        with localcontext() as context:
            context.prec = 60
            if operator == "+":
                result = left + right
            elif operator == "-":
                result = left - right
            elif operator == "*":
                result = left * right
            elif operator == "/":
                result = Decimal(left) / Decimal(right)
                result = result.quantize(Decimal("1e-12")) if abs(result) < Decimal("1e30") else result
            else:
                whole = abs(int(left)) % abs(int(right))
                result = -whole if left < 0 else whole
    except (InvalidOperation, ZeroDivisionError, ArithmeticError):
        raise Fault(None) from None
    if isinstance(result, Decimal) and result == result.to_integral_value() and abs(result) < Decimal("1e40"):
        result = int(result)
    return bounded(result, at)


def compare(left: Value, right: Value, operator: str, at: int) -> bool:
    """Compares two strings, two numbers or two booleans. Raises Fault for anything else."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        if left.kind != right.kind:
            raise Fault(at)
        left, right = left.milliseconds(), right.milliseconds()
    numbers = is_number(left) and is_number(right)
    if operator in ("==", "!="):
        alike = (
            numbers
            or (isinstance(left, str) and isinstance(right, str))
            or (isinstance(left, bool) and isinstance(right, bool))
        )
        if not alike:
            raise Fault(at)
        return bool((left == right) == (operator == "=="))
    if not numbers:
        raise Fault(at)
    if operator == "<":
        return bool(left < right)
    if operator == ">":
        return bool(left > right)
    return bool(left <= right) if operator == "<=" else bool(left >= right)


def java_text(text: str) -> str:
    """The text in UTF-16 units, each a character: lengths and places are those of Java."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True))


def whole_text(text: str) -> str:
    """The text with its pairs of halves put together again; a half alone stays one."""
    return text if text.isascii() else text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def has_content(value: Value) -> bool:
    """Whether there is something in it."""
    if value is None:
        return False
    if isinstance(value, str | list | dict | range):
        return len(value) > 0
    return True


def numbers(start: int, end: int | None, operator: str, at: int) -> Value:
    """A range; bounded where it is used, since it takes no room itself. Without end it only ends by the limits."""
    if max(abs(start), abs(end or 0)) > 1 << 61:
        raise Fault(at)
    if end is None:
        return range(start, 1 << 61)
    if operator == "..*":
        return range(start, start + end, 1 if end >= 0 else -1)
    step = 1 if end >= start else -1
    return range(start, end if operator == "..<" else end + step, step)
