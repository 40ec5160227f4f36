"""Values of templates: how they are shown, compared and changed by built-ins (reference/messageml.md 9)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any


class Failure(ValueError):
    """An expression cannot be evaluated."""


class Missing:
    """What is not there. Only `??`, `!` and `?has_content` take it."""


MISSING = Missing()
MAX_STRING = 1_000_000


def number_shown(value: float) -> str:
    """A number as the agent's locale writes it: 1,234,567 and 1.5, at most three decimals."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain_number(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.16f}".rstrip("0").rstrip(".")


def shown(value: Any) -> str:
    """A value as `${}` prints it; Failure for what cannot be printed."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Failure("not a string or a number")
    return number_shown(value)


def has_content(value: Any) -> bool:
    return value is not MISSING and value is not None and value not in ("", [], {})


def as_list(value: Any) -> list[Any]:
    if isinstance(value, range):
        if len(value) > 100_000:
            raise Failure("the range is too long")
        return list(value)
    if not isinstance(value, list):
        raise Failure("not a list")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        return shown(value)
    return value


def _size(value: Any, *_: Any) -> int:
    if isinstance(value, (list, dict, range)):
        return len(value)
    raise Failure("has no size")


def _string(value: Any, *given: Any) -> str:
    if isinstance(value, bool):
        return str(given[0] if value else given[1]) if len(given) == 2 else ("true" if value else "false")
    if isinstance(value, (int, float)) and given:
        return _formatted(value, str(given[0]))
    return shown(value)


def _formatted(value: float, pattern: str) -> str:
    if pattern in ("computer", "c"):
        return plain_number(value)
    whole, _, decimals = pattern.partition(".")
    grouped = "," in whole
    places = len(decimals)
    text_ = f"{value:{',' if grouped else ''}.{places}f}"
    optional = len(decimals) - len(decimals.rstrip("#"))
    for _ in range(optional):
        if text_.endswith("0"):
            text_ = text_[:-1]
    return text_.rstrip(".")


def _c(value: Any, *_: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain_number(value)
    raise Failure("not a number")


def _number(value: Any, *_: Any) -> float:
    try:
        return int(text(value)) if re.fullmatch(r"[+-]?\d{1,30}", text(value).strip()) else float(text(value))
    except ValueError:
        raise Failure("not a number") from None


def _escaped(value: Any, *_: Any) -> str:
    return html.escape(text(value), quote=True).replace("&#x27;", "&#39;")


def _xml(value: Any, *_: Any) -> str:
    return html.escape(text(value), quote=True).replace("&#x27;", "&apos;")


def _join(value: Any, separator: Any = "", empty: Any = "", ending: Any = "") -> str:
    values = as_list(value)
    if not values:
        return text(empty)
    return bounded(text(separator).join(text(each) for each in values) + text(ending))


def bounded(made: str) -> str:
    """Failure for a string that grew out of all measure."""
    if len(made) > MAX_STRING:
        raise Failure("the string is too long")
    return made


def _replace(value: Any, old: Any, new: Any, *flags: Any) -> str:
    if flags and "r" in text(flags[0]):
        raise Failure("regular expressions are not supported")
    if not text(old):
        return text(value)
    if text(value).count(text(old)) * len(text(new)) > MAX_STRING:
        raise Failure("the string is too long")
    return text(value).replace(text(old), text(new))


def _first(value: Any, *_: Any) -> Any:
    values = as_list(value)
    return values[0] if values else MISSING


def _last(value: Any, *_: Any) -> Any:
    values = as_list(value)
    return values[-1] if values else MISSING


def _keys(value: Any, *_: Any) -> list[Any]:
    if not isinstance(value, dict):
        raise Failure("not a hash")
    return list(value)


def _values(value: Any, *_: Any) -> list[Any]:
    if not isinstance(value, dict):
        raise Failure("not a hash")
    return list(value.values())


def _sorted(value: Any, *_: Any) -> list[Any]:
    values = as_list(value)
    if all(isinstance(each, str) for each in values):
        return sorted(values, key=str.casefold)
    if all(isinstance(each, (int, float)) for each in values):
        return sorted(values)
    raise Failure("not all strings or numbers")


def _sort_by(value: Any, key: Any) -> list[Any]:
    values = as_list(value)
    try:
        return sorted(values, key=lambda each: each[key].casefold() if isinstance(each[key], str) else each[key])
    except (TypeError, KeyError, IndexError):
        raise Failure("cannot be sorted by that") from None


def _substring(value: Any, start: Any, end: Any = None) -> str:
    whole = text(value)
    last = len(whole) if end is None else end
    if not (isinstance(start, int) and isinstance(last, int) and 0 <= start <= last <= len(whole)):
        raise Failure("there is no such part")
    return whole[start:last]


def _capitalized(value: str) -> str:
    return re.sub(r"\S+", lambda word: word[0][:1].upper() + word[0][1:].lower(), value)


def _json(value: Any, *_: Any) -> str:
    return json.dumps(value if not isinstance(value, range) else list(value), ensure_ascii=False)


def _strings(function: Callable[[str], Any]) -> Callable[..., Any]:
    return lambda value, *_: function(text(value))


def _numbers(function: Callable[[Any], Any]) -> Callable[..., Any]:
    def apply(value: Any, *_: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Failure("not a number")
        return function(value)

    return apply


def _quoted_text(value: Any, *_: Any) -> str:
    from urllib.parse import quote

    return quote(text(value), safe="")


BUILTINS: dict[str, Callable[..., Any]] = {
    "abs": _numbers(abs),
    "boolean": _strings(lambda value: {"true": True, "false": False}[value]),
    "c": _c,
    "cap_first": _strings(lambda value: value[:1].upper() + value[1:]),
    "capitalize": _strings(_capitalized),
    "ceiling": _numbers(lambda value: -int(-value // 1)),
    "contains": lambda value, piece: text(piece) in text(value),
    "ends_with": lambda value, piece: text(value).endswith(text(piece)),
    "first": _first,
    "floor": _numbers(lambda value: int(value // 1)),
    "html": _escaped,
    "index_of": lambda value, piece, start=0: text(value).find(text(piece), start),
    "int": _numbers(int),
    "is_boolean": lambda value: isinstance(value, bool),
    "is_hash": lambda value: isinstance(value, dict),
    "is_number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "is_sequence": lambda value: isinstance(value, (list, range)),
    "is_string": lambda value: isinstance(value, str),
    "join": _join,
    "json_string": _strings(lambda value: json.dumps(value, ensure_ascii=False)[1:-1]),
    "keys": _keys,
    "last": _last,
    "last_index_of": lambda value, piece: text(value).rfind(text(piece)),
    "left_pad": lambda value, width, fill=" ": bounded(
        text(value).rjust(min(width, MAX_STRING), text(fill)[:1] or " ")
    ),
    "length": _strings(len),
    "lower_case": _strings(str.lower),
    "number": _number,
    "replace": _replace,
    "reverse": lambda value: list(reversed(as_list(value))),
    "right_pad": lambda value, width, fill=" ": bounded(
        text(value).ljust(min(width, MAX_STRING), text(fill)[:1] or " ")
    ),
    "round": _numbers(lambda value: int((value + 0.5) // 1)),
    "seq_contains": lambda value, wanted: any(each == wanted for each in as_list(value)),
    "seq_index_of": lambda value, wanted: next((at for at, each in enumerate(as_list(value)) if each == wanted), -1),
    "size": _size,
    "sort": _sorted,
    "sort_by": _sort_by,
    "split": lambda value, separator: text(value).split(text(separator)) if text(separator) else list(text(value)),
    "starts_with": lambda value, piece: text(value).startswith(text(piece)),
    "string": _string,
    "substring": _substring,
    "trim": _strings(str.strip),
    "uncap_first": _strings(lambda value: value[:1].lower() + value[1:]),
    "upper_case": _strings(str.upper),
    "url": _quoted_text,
    "values": _values,
    "word_list": _strings(str.split),
    "xhtml": _escaped,
    "xml": _xml,
}
