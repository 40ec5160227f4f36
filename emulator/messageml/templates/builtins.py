"""The built-ins of templates: value?name and value?name(arguments)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from emulator.messageml.names import names
from emulator.messageml.templates.syntax import Fault, Macro
from emulator.messageml.templates.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Value,
    bounded,
    computer_text,
    formatted,
    is_number,
    plain,
    text_of,
)

Builtin = Callable[[Value, list[Value], int], Value]

UNAVAILABLE = frozenset(
    names(
        "new eval eval_json interpret api date datetime time date_if_unknown datetime_if_unknown "
        "time_if_unknown iso iso_utc iso_local number_to_date number_to_datetime number_to_time "
        "node_name parent children root ancestors with_args matches groups namespace absolute_template_name"
    )
)
"""Known to production, but of no use or not allowed in messages: they fail when the template runs."""


def items_of(value: Value, at: int) -> list[Value]:
    """The items of a list or of a range that is not too long. Raises Fault."""
    if isinstance(value, list):
        return value
    if isinstance(value, range):
        if len(value) > MAX_ITEMS:
            raise Fault(at)
        return list(value)
    raise Fault(at)


def _number(value: Value, at: int) -> Any:
    if not is_number(value):
        raise Fault(at)
    return value


def _of_text(function: Callable[[str], Value]) -> Builtin:
    return lambda value, _arguments, at: bounded(function(text_of(value, at)), at)


def _with_text(function: Callable[[str, str], Value]) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        if not arguments:
            raise Fault(at)
        return bounded(function(text_of(value, at), text_of(arguments[0], at)), at)

    return run


def _is(test: Callable[[Value], bool]) -> Builtin:
    return lambda value, _arguments, _at: test(value)


def _escape(apostrophe: str) -> Callable[[str], str]:
    def run(text: str) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return text.replace("'", apostrophe)

    return run


html_escaped = _escape("&#39;")


def _capitalize(text: str) -> str:
    return "".join(map(str.capitalize, re.split(r"(\s+)", text)))


def _first_letter(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub(r"\S", lambda found: change(found[0]), text, count=1)


def _replace(value: Value, arguments: list[Value], at: int) -> Value:
    if len(arguments) < 2:
        raise Fault(at)
    text, old, new = text_of(value, at), text_of(arguments[0], at), text_of(arguments[1], at)
    flags = text_of(arguments[2], at) if len(arguments) > 2 else ""
    if "r" in flags:
        raise Fault(at)  # a regular expression could run for ever
    # Reckoned before it is done: the text could otherwise grow beyond memory in one step.
    if (text.count(old) if old else len(text) + 1) * len(new) > MAX_TEXT:
        raise Fault(at)
    return bounded(text.replace(old, new, 1 if "f" in flags else -1), at)


def _substring(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    start = int(_number(arguments[0], at)) if arguments else 0
    end = int(_number(arguments[1], at)) if len(arguments) > 1 else len(text)
    if not 0 <= start <= end <= len(text):
        raise Fault(at)
    return text[start:end]


def _pad(left: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not arguments:
            raise Fault(at)
        width = int(_number(arguments[0], at))
        filling = text_of(arguments[1], at) if len(arguments) > 1 else " "
        if width > MAX_TEXT or not filling:
            raise Fault(at)
        missing = max(width - len(text), 0)
        padding = (filling * (missing // len(filling) + 1))[:missing]
        return padding + text if left else text + padding

    return run


def _split(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    if not arguments:
        raise Fault(at)
    separator = text_of(arguments[0], at)
    return bounded(text.split(separator) if separator else list(text), at)


def _keep(before: bool, last: bool) -> Callable[[str, str], str]:
    def run(text: str, separator: str) -> str:
        head, found, tail = text.rpartition(separator) if last else text.partition(separator)
        if not found:
            return text if before else ""
        return head if before else tail

    return run


def _to_number(text: str) -> Value:
    value = Decimal(text.strip())
    return int(value) if value == value.to_integral_value() and "." not in text and "e" not in text.lower() else value


def _as_number(value: Value, _arguments: list[Value], at: int) -> Value:
    if is_number(value):
        return value
    text = text_of(value, at)
    if len(text) > 100 or not re.fullmatch(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*", text):
        raise Fault(at)
    try:
        return bounded(_to_number(text), at)
    except (InvalidOperation, ValueError):
        raise Fault(at) from None


def _as_boolean(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise Fault(at)


def _computer(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, bool) or is_number(value):
        return computer_text(value)
    raise Fault(at)


def _as_string(value: Value, arguments: list[Value], at: int) -> Value:
    if isinstance(value, bool):
        if len(arguments) == 2:
            return text_of(arguments[0] if value else arguments[1], at)
        return "true" if value else "false"
    if is_number(value) and arguments:
        return formatted(value, text_of(arguments[0], at), at)
    return text_of(value, at)


def _rounded(how: str) -> Builtin:
    return lambda value, _arguments, at: int(Decimal(_number(value, at)).to_integral_value(how))


def _first(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, range):
        return value[0] if value else None
    items = items_of(value, at)
    return plain(items[0]) if items else None


def _last(value: Value, _arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    return plain(items[-1]) if items else None


def _size(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, list | dict | range):
        return len(value)
    raise Fault(at)


def _join(value: Value, arguments: list[Value], at: int) -> Value:
    if not arguments:
        raise Fault(at)
    parts = [text_of(plain(item), at) for item in items_of(value, at) if item is not None]
    separator = text_of(arguments[0], at)
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_TEXT:
        raise Fault(at)
    if not parts:
        return text_of(arguments[1], at) if len(arguments) > 1 else ""
    return separator.join(parts) + (text_of(arguments[2], at) if len(arguments) > 2 else "")


def _sort_key(items: list[Value], at: int) -> Callable[[Value], Any]:
    if all(is_number(plain(item)) for item in items):
        return plain
    if all(isinstance(item, str) for item in items):
        return lambda item: (item.lower(), item)
    raise Fault(at)


def _sort(value: Value, _arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    return sorted(items, key=_sort_key(items, at))


def _sort_by(value: Value, arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    if not arguments:
        raise Fault(at)
    path = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]

    def at_path(item: Value) -> Value:
        for name in path:
            item = item.get(name) if isinstance(item, dict) else None
        if item is None:
            raise Fault(at)
        return item

    keys = [at_path(item) for item in items]
    key = _sort_key(keys, at)
    return [items[index] for index in sorted(range(len(items)), key=lambda index: key(keys[index]))]


def _sequence_index(value: Value, arguments: list[Value], at: int) -> Value:
    if not arguments:
        raise Fault(at)
    items = [plain(item) for item in items_of(value, at)]
    return next((i for i, item in enumerate(items) if type(item) is type(arguments[0]) and item == arguments[0]), -1)


def _chunk(value: Value, arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    size = int(_number(arguments[0], at)) if arguments else 0
    if size < 1:
        raise Fault(at)
    return [items[start : start + size] for start in range(0, len(items), size)]


def _of_hash(function: Callable[[dict[str, Value]], Value]) -> Builtin:
    def run(value: Value, _arguments: list[Value], at: int) -> Value:
        if not isinstance(value, dict):
            raise Fault(at)
        return function(value)

    return run


def _one_letter(value: Value, _arguments: list[Value], at: int) -> Value:
    number = int(_number(value, at))
    if not 0 < number < 10**12:
        raise Fault(at)
    letters = ""
    while number:
        number, index = divmod(number - 1, 26)
        letters = chr(97 + index) + letters
    return letters


BUILTINS: dict[str, Builtin] = {
    # text
    "upper_case": _of_text(str.upper),
    "lower_case": _of_text(str.lower),
    "cap_first": _of_text(_first_letter(str.upper)),
    "uncap_first": _of_text(_first_letter(str.lower)),
    "capitalize": _of_text(_capitalize),
    "trim": _of_text(str.strip),
    "length": _of_text(len),
    "html": _of_text(html_escaped),
    "xhtml": _of_text(html_escaped),
    "xml": _of_text(_escape("&apos;")),
    "esc": _of_text(html_escaped),
    "no_esc": _of_text(str),
    "js_string": _of_text(lambda text: json.dumps(text)[1:-1].replace("'", "\\'").replace("</", "<\\/")),
    "json_string": _of_text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("</", "<\\/")),
    "url": _of_text(lambda text: quote(text, safe="")),
    "url_path": _of_text(lambda text: quote(text, safe="/")),
    "chop_linebreak": _of_text(lambda text: re.sub(r"\r?\n\Z|\r\Z", "", text)),
    "word_list": _of_text(str.split),
    "contains": _with_text(lambda text, part: part in text),
    "starts_with": _with_text(str.startswith),
    "ends_with": _with_text(str.endswith),
    "index_of": _with_text(str.find),
    "last_index_of": _with_text(str.rfind),
    "remove_beginning": _with_text(str.removeprefix),
    "remove_ending": _with_text(str.removesuffix),
    "ensure_starts_with": _with_text(lambda text, head: text if text.startswith(head) else head + text),
    "ensure_ends_with": _with_text(lambda text, tail: text if text.endswith(tail) else text + tail),
    "keep_before": _with_text(_keep(True, False)),
    "keep_after": _with_text(_keep(False, False)),
    "keep_before_last": _with_text(_keep(True, True)),
    "keep_after_last": _with_text(_keep(False, True)),
    "replace": _replace,
    "substring": _substring,
    "left_pad": _pad(True),
    "right_pad": _pad(False),
    "split": _split,
    "number": _as_number,
    "boolean": _as_boolean,
    # numbers and booleans
    "c": _computer,
    "cn": lambda value, arguments, at: "" if value is None else _computer(value, arguments, at),
    "string": _as_string,
    "abs": lambda value, _arguments, at: abs(_number(value, at)),
    "int": lambda value, _arguments, at: int(_number(value, at)),
    "long": lambda value, _arguments, at: int(_number(value, at)),
    "double": lambda value, _arguments, at: _number(value, at),
    "float": lambda value, _arguments, at: _number(value, at),
    "floor": _rounded(ROUND_FLOOR),
    "ceiling": _rounded(ROUND_CEILING),
    "round": _rounded(ROUND_HALF_UP),
    "lower_abc": _one_letter,
    "upper_abc": lambda value, arguments, at: _one_letter(value, arguments, at).upper(),
    # lists and hashes
    "first": _first,
    "last": _last,
    "size": _size,
    "join": _join,
    "reverse": lambda value, _arguments, at: items_of(value, at)[::-1],
    "sort": _sort,
    "sort_by": _sort_by,
    "seq_contains": lambda value, arguments, at: _sequence_index(value, arguments, at) >= 0,
    "seq_index_of": _sequence_index,
    "chunk": _chunk,
    "sequence": lambda value, _arguments, at: items_of(value, at),
    "min": lambda value, _arguments, at: min((_number(plain(i), at) for i in items_of(value, at)), default=None),
    "max": lambda value, _arguments, at: max((_number(plain(i), at) for i in items_of(value, at)), default=None),
    "keys": _of_hash(list),
    "values": _of_hash(lambda items: list(items.values())),
    # what a value is
    "is_string": _is(lambda value: isinstance(value, str)),
    "is_number": _is(is_number),
    "is_boolean": _is(lambda value: isinstance(value, bool)),
    "is_hash": _is(lambda value: isinstance(value, dict)),
    "is_hash_ex": _is(lambda value: isinstance(value, dict)),
    "is_sequence": _is(lambda value: isinstance(value, list | range)),
    "is_collection": _is(lambda value: isinstance(value, list | range)),
    "is_collection_ex": _is(lambda value: isinstance(value, list | range)),
    "is_enumerable": _is(lambda value: isinstance(value, list | range)),
    "is_indexable": _is(lambda value: isinstance(value, list | range)),
    "is_macro": _is(lambda value: isinstance(value, Macro) and not value.function),
    "is_method": _is(lambda value: isinstance(value, Macro) and value.function),
    "is_directive": _is(lambda value: isinstance(value, Macro)),
    "is_node": _is(lambda value: False),
    "is_date": _is(lambda value: False),
    "is_date_like": _is(lambda value: False),
}
LOOP = frozenset(
    names("index counter has_next is_first is_last is_even_item is_odd_item item_parity item_parity_cap item_cycle")
)
"""Of the variable of a loop, rather than of its value."""
MISSING = frozenset(("has_content", "default", "exists", "if_exists"))
"""These take a missing value."""
LAZY = frozenset(("then", "switch"))
"""Only the argument that is chosen is worked out."""
BY_ITEM = frozenset(names("filter map take_while drop_while"))
"""These take a function, or `item -> expression`."""
CHEAP = frozenset(names("size length first last sequence long int double float c")) | {
    name for name in BUILTINS if name.startswith("is_")
}
"""Their work does not grow with the value."""
NAMES = frozenset(BUILTINS) | LOOP | MISSING | LAZY | BY_ITEM
