"""The built-ins of templates: value?name and value?name(arguments)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from emulator.messageml import java
from emulator.messageml.names import names
from emulator.messageml.templates import collation, regex
from emulator.messageml.templates.dates import Moment, from_milliseconds
from emulator.messageml.templates.syntax import Fault, Macro
from emulator.messageml.templates.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Markup,
    Pairs,
    Value,
    bounded,
    computer_text,
    is_number,
    java_text,
    plain,
    text_of,
    whole_text,
)

Builtin = Callable[[Value, list[Value], int], Value]

UNAVAILABLE = frozenset(
    names(
        "ancestors api children groups has_api interpret markup_string "
        "namespace new next_sibling node_name node_namespace node_type "
        "parent previous_sibling root truncate_c_m "
        "truncate_m truncate_w_m web_safe with_args with_args_last "
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
        if not isinstance(arguments[0], str):
            raise Fault(None)
        return bounded(function(text_of(value, at), arguments[0]), at)

    return run


def _is(test: Callable[[Value], bool]) -> Builtin:
    return lambda value, _arguments, _at: test(value)


def _escape(apostrophe: str) -> Callable[[str], str]:
    def run(text: str) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return text.replace("'", apostrophe)

    return run


_JAVA_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _java_string(text: str) -> str:
    return re.sub(r'["\\\x00-\x1f]', lambda found: _JAVA_ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


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
        escaped = re.sub(r"\$([0-9])", r"\\g<\1>", new.replace("\\", "\\\\"))
        pattern = regex.compiled(old, text, flags)
        try:
            return bounded(pattern.sub(escaped, text, count=1 if "f" in flags else 0), at)
        except (re.error, IndexError):
            raise Fault(None) from None
    if "i" in flags and old:
        old = re.escape(old)
        if len(re.findall(old, text, re.IGNORECASE)) * len(new) > MAX_TEXT:
            raise Fault(at)
        return bounded(re.sub(old, lambda _: new, text, count=1 if "f" in flags else 0, flags=re.IGNORECASE), at)
    # Reckoned before it is done: the text could otherwise grow beyond memory in one step.
    if (text.count(old) if old else len(text) + 1) * len(new) > MAX_TEXT:
        raise Fault(at)
    return bounded(text.replace(old, new, 1 if "f" in flags else -1), at)


def _substring(value: Value, arguments: list[Value], at: int) -> Value:
    text = java_text(text_of(value, at))
    start = int(_number(arguments[0], at)) if arguments else 0
    end = int(_number(arguments[1], at)) if len(arguments) > 1 else len(text)
    if not 0 <= start <= end <= len(text):
        raise Fault(None)
    return whole_text(text[start:end])


def _pad(left: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not arguments:
            raise Fault(at)
        width = int(_number(arguments[0], at))
        filling = text_of(arguments[1], at) if len(arguments) > 1 else " "
        missing = max(width - java.length(text), 0)
        if width > MAX_TEXT or (missing and not filling):
            raise Fault(at)
        if not missing:
            return text
        padding = (filling * (missing // len(filling) + 1))[:missing]
        return padding + text if left else text + padding

    return run


def _split(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    if not arguments:
        raise Fault(at)
    separator = text_of(arguments[0], at)
    flags = text_of(arguments[1], at) if len(arguments) > 1 else ""
    if "r" in flags:
        return bounded(regex.compiled(separator, text, flags).split(text), at)
    if "i" in flags and separator:
        return bounded(re.split(re.escape(separator), text, flags=re.IGNORECASE), at)
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
        if arguments:
            if len(arguments) != 2:
                raise Fault(None)
            return text_of(arguments[0] if value else arguments[1], at)
        return "true" if value else "false"
    if arguments:
        raise Fault(at if isinstance(value, str) else None)
    return text_of(value, at)


def _rounded(how: str) -> Builtin:
    return lambda value, _arguments, at: int(Decimal(_number(value, at)).to_integral_value(how))


def _half_up(value: Value, _arguments: list[Value], at: int) -> Value:
    return int((Decimal(_number(value, at)) + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


def _first(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, range):
        return value[0] if value else None
    items = items_of(value, at)
    return plain(items[0]) if items else None


def _last(value: Value, _arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    return plain(items[-1]) if items else None


def _size(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, Pairs):
        return value.size
    if isinstance(value, list | dict | range):
        return len(value)
    raise Fault(at)


def _join(value: Value, arguments: list[Value], at: int) -> Value:
    if not arguments:
        raise Fault(at)
    parts = [text_of(plain(item), at) for item in items_of(value, at) if item is not None]
    if not all(isinstance(argument, str) for argument in arguments):
        raise Fault(None)
    separator: str = arguments[0]
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_TEXT:
        raise Fault(at)
    if not parts:
        return text_of(arguments[1], at) if len(arguments) > 1 else ""
    return separator.join(parts) + (text_of(arguments[2], at) if len(arguments) > 2 else "")


def _sort_key(items: list[Value], at: int) -> Callable[[Value], Any]:
    if all(is_number(plain(item)) for item in items):
        return plain
    if all(isinstance(item, str) for item in items):
        return collation.key
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
    wanted = arguments[0]
    numbers = is_number(wanted)
    alike = (i for i, x in enumerate(items) if (is_number(x) if numbers else type(x) is type(wanted)) and x == wanted)
    return next(alike, -1)


def _last_sequence_index(value: Value, arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    start = min(int(_number(arguments[1], at)), len(items) - 1) if len(arguments) > 1 else len(items) - 1
    found = _sequence_index(items[start::-1] if start >= 0 else [], arguments[:1], at)
    return start - found if found >= 0 else -1


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
    if not 0 < number < 2**31 or number != value:
        raise Fault(None)
    letters = ""
    while number:
        number, index = divmod(number - 1, 26)
        letters = chr(97 + index) + letters
    return letters


def _index(last: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = java_text(text_of(value, at))
        if not isinstance(arguments[0], str):
            raise Fault(None)
        part = java_text(arguments[0])
        start = max(int(_number(arguments[1], at)), 0) if len(arguments) > 1 else 0
        if last:
            return text.rfind(part, 0, start + len(part) if len(arguments) > 1 else None)
        return text.find(part, start)

    return run


def _url(safe: str) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not arguments:
            raise Fault(None)  # the agent names no encoding
        try:
            return quote(text, safe=safe, encoding=text_of(arguments[0], at), errors="replace")
        except LookupError:
            raise Fault(None) from None

    return run


def _truncated(by_character: bool, by_word: bool) -> Builtin:
    """Cut to a length, the mark that stands for the rest included; at a word's end if one is near."""

    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = java_text(text_of(value, at))
        most = int(_number(arguments[0], at))
        mark = java_text(text_of(arguments[1], at)) if len(arguments) > 1 else "[...]"
        if most < 0:
            raise Fault(None)
        return whole_text(text if len(text) <= most else cut(text, most, mark))

    def cut(text: str, most: int, mark: str) -> str:
        room = most - len(mark)
        if room < 0:
            return mark
        if not by_character:
            # At the end of a word, a space before the mark, unless that loses more than a quarter of the length.
            end = room
            while end > 0 and not (text[end - 1] != " " and text[end : end + 1] == " " and end < room):
                end -= 1
            least = 0 if by_word else most * 0.75
            if end and end + 1 + len(mark) >= least:
                return f"{text[:end]} {mark}"
            if by_word:
                return mark
        # Never at the end of a word, which would look whole; half of a character is worth nothing by itself.
        end = room - 1 if text[room : room + 1] == " " and room else room
        return re.sub("[\ud800-\udbff]\\Z", "", text[:end]) + mark

    return run


def _ensured(at_start: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not all(isinstance(argument, str) for argument in arguments):
            raise Fault(None)
        part: str = arguments[0]
        if at_start and len(arguments) > 1:
            # With more arguments the first is a pattern, the second what is put before the text.
            flags = arguments[2] if len(arguments) > 2 else ""
            starts = regex.compiled(part, text, flags).match(text) if "f" not in flags else text.startswith(part)
            return bounded(text if starts else arguments[1] + text, at)
        if at_start:
            return bounded(text if text.startswith(part) else part + text, at)
        return bounded(text if text.endswith(part) else text + part, at)

    return run


def _matches(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    flags = text_of(arguments[1], at) if len(arguments) > 1 else ""
    return regex.compiled(text_of(arguments[0], at), text, flags).fullmatch(text) is not None


def _escaped(value: Value, _arguments: list[Value], at: int) -> Value:
    return value if isinstance(value, Markup) else Markup(html_escaped(text_of(value, at)))


def _moment(value: Value, at: int) -> Value:
    if not isinstance(value, Moment):
        raise Fault(at)
    return value


def _byte(value: Value, _arguments: list[Value], at: int) -> Value:
    return (int(_number(value, at)) + 128) % 256 - 128


def _short(value: Value, _arguments: list[Value], at: int) -> Value:
    return (int(_number(value, at)) + 32768) % 65536 - 32768


BUILTINS: dict[str, Builtin] = {
    # text
    "upper_case": _of_text(str.upper),
    "lower_case": _of_text(str.lower),
    "cap_first": _of_text(_first_letter(str.upper)),
    "uncap_first": _of_text(_first_letter(str.lower)),
    "capitalize": _of_text(_capitalize),
    "trim": _of_text(str.strip),
    "length": _of_text(java.length),
    "html": _of_text(html_escaped),
    "xhtml": _of_text(html_escaped),
    "xml": _of_text(_escape("&apos;")),
    "esc": lambda value, _arguments, at: (
        value if isinstance(value, Markup) else Markup(html_escaped(text_of(value, at)))
    ),
    "no_esc": _of_text(Markup),
    "matches": _matches,
    "js_string": _of_text(lambda text: json.dumps(text)[1:-1].replace("'", "\\'").replace("</", "<\\/")),
    "json_string": _of_text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("</", "<\\/")),
    "j_string": _of_text(_java_string),
    "rtf": _of_text(lambda text: re.sub(r"[\\{}]", r"\\\g<0>", text)),
    "url": _url("!*'()"),
    "url_path": _url("/!*'()"),
    "truncate": _truncated(False, False),
    "truncate_w": _truncated(False, True),
    "truncate_c": _truncated(True, False),
    "absolute_template_name": _of_text(lambda text: text if text.startswith("/") else f"/{text}"),
    "chop_linebreak": _of_text(lambda text: re.sub(r"\r?\n\Z|\r\Z", "", text)),
    "word_list": _of_text(str.split),
    "contains": _with_text(lambda text, part: part in text),
    "starts_with": _with_text(str.startswith),
    "ends_with": _with_text(str.endswith),
    "index_of": _index(False),
    "last_index_of": _index(True),
    "remove_beginning": _with_text(str.removeprefix),
    "remove_ending": _with_text(str.removesuffix),
    "ensure_starts_with": _ensured(True),
    "ensure_ends_with": _ensured(False),
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
    "string": _as_string,
    "abs": lambda value, _arguments, at: abs(_number(value, at)),
    "int": lambda value, _arguments, at: (int(_number(value, at)) + 2**31) % 2**32 - 2**31,
    "long": lambda value, _arguments, at: int(_number(value, at)),
    "byte": _byte,
    "short": _short,
    "is_infinite": lambda value, _arguments, at: bool(_number(value, at)) and False,
    "is_nan": lambda value, _arguments, at: bool(_number(value, at)) and False,
    "number_to_date": lambda value, _arguments, at: from_milliseconds(_number(value, at), "date"),
    "number_to_time": lambda value, _arguments, at: from_milliseconds(_number(value, at), "time"),
    "number_to_datetime": lambda value, _arguments, at: from_milliseconds(_number(value, at), "datetime"),
    **dict.fromkeys(
        ("date_if_unknown", "time_if_unknown", "datetime_if_unknown"), lambda value, _arguments, at: _moment(value, at)
    ),
    "double": lambda value, _arguments, at: _number(value, at),
    "float": lambda value, _arguments, at: _number(value, at),
    "floor": _rounded(ROUND_FLOOR),
    "ceiling": _rounded(ROUND_CEILING),
    "round": _half_up,
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
    "seq_last_index_of": _last_sequence_index,
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
    "is_date": _is(lambda value: isinstance(value, Moment)),
    "is_date_like": _is(lambda value: isinstance(value, Moment)),
    "is_date_only": _is(lambda value: isinstance(value, Moment) and value.kind == "date"),
    "is_time": _is(lambda value: isinstance(value, Moment) and value.kind == "time"),
    "is_datetime": _is(lambda value: isinstance(value, Moment) and value.kind == "datetime"),
    "is_unknown_date_like": _is(lambda value: False),
    "is_transform": _is(lambda value: False),
    "is_markup_output": _is(lambda value: isinstance(value, Markup)),
}
_ORDER = list(BUILTINS)
_TEXTS = frozenset(_ORDER[: _ORDER.index("c")])
_NUMBERS = frozenset(_ORDER[_ORDER.index("abs") : _ORDER.index("first")])
_LISTS = frozenset(_ORDER[_ORDER.index("first") : _ORDER.index("keys")])
ARGUMENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(names("contains starts_with ends_with remove_beginning remove_ending keep_before_last"), (1, 1)),
    **dict.fromkeys(names("keep_after_last seq_contains sort_by"), (1, 1)),
    **dict.fromkeys(names("keep_before keep_after index_of last_index_of left_pad right_pad split chunk"), (1, 2)),
    **dict.fromkeys(names("seq_index_of seq_last_index_of ensure_ends_with substring"), (1, 2)),
    **dict.fromkeys(names("replace ensure_starts_with join truncate truncate_w truncate_c"), (1, 3)),
    "replace": (2, 3),
    "url": (0, 1),
    "url_path": (0, 1),
    "string": (0, 2),
    "matches": (1, 2),
    "split": (1, 2),
}
"""How many arguments a built-in takes, where it takes any."""


def suits(name: str, value: Value) -> bool:
    """Whether a value is of the kind that the built-in is for."""
    if name in _TEXTS:
        return isinstance(value, str | bool) or is_number(value)
    if name in _NUMBERS:
        return is_number(value)
    if name in _LISTS:
        return isinstance(value, list | range)
    return isinstance(value, dict) if name in ("keys", "values") else True


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
READING = frozenset(("eval", "eval_json"))
"""These read a text as an expression, or as JSON."""
SEEKING = frozenset(names("seq_contains seq_index_of seq_last_index_of"))
"""These may be asked for a missing value, which no list has."""
ISO = frozenset(
    f"iso{zone}{part}{shown}"
    for zone in ("", "_utc", "_local")
    for part in ("", "_h", "_m", "_ms")
    for shown in ("", "_nz")
) | {"iso_utc_fz"}
"""These print a date as ISO 8601 has it."""
DATES = frozenset(("date", "time", "datetime"))
"""These read a text as a date, by a pattern or a name behind them."""
NAMES = READING | DATES | ISO | frozenset(BUILTINS) | LOOP | MISSING | LAZY | BY_ITEM
