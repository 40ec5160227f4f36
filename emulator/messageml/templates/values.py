"""The values of templates: text of a number, what counts as what, comparison. Limits on their size."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Any

from emulator.messageml.templates.syntax import Fault

MAX_TEXT = 2_000_000
MAX_ITEMS = 100_000
MAX_DIGITS = 500

Value = Any
"""str, bool, int, Decimal, list, range, dict, Macro; None is a missing value."""


def plain(value: object) -> Value:
    """A value of the data as templates reckon with it: fractions exact."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def is_number(value: Value) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


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
    with localcontext() as context:
        context.prec = 2 * MAX_DIGITS + 20
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        text = f"{rounded:,f}" if grouped else f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def computer_text(value: Value) -> str:
    """As ?c has it: for programs, ungrouped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value, 16, grouped=False)


def text_of(value: Value, at: int) -> str:
    """The text that is printed for it. Raises Fault for what has none: nothing, a boolean, a list, a hash."""
    if isinstance(value, str):
        return value
    if is_number(value):
        return number_text(value)
    raise Fault(at)


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
        raise Fault(at) from None
    if isinstance(result, Decimal) and result == result.to_integral_value() and abs(result) < Decimal("1e40"):
        result = int(result)
    return bounded(result, at)


def compare(left: Value, right: Value, operator: str, at: int) -> bool:
    """Compares two strings, two numbers or two booleans. Raises Fault for anything else."""
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


def has_content(value: Value) -> bool:
    """Whether there is something in it."""
    if value is None:
        return False
    if isinstance(value, str | list | dict | range):
        return len(value) > 0
    return True


def numbers(start: int, end: int | None, operator: str, at: int) -> Value:
    """A range; bounded where it is used, since it takes no room itself. Without end it only ends by the limits."""
    if max(abs(start), abs(end or 0)) > 1 << 62:
        raise Fault(at)
    if end is None:
        return range(start, 1 << 62)
    if operator == "..*":
        return range(start, start + end, 1 if end >= 0 else -1)
    step = 1 if end >= start else -1
    return range(start, end if operator == "..<" else end + step, step)
