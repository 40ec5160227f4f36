"""The built-ins of templates: value?name and value?name(arguments). Those for texts are in `texts`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from emulator.messageml.names import names
from emulator.messageml.templates import collation
from emulator.messageml.templates.dates import Moment, from_milliseconds
from emulator.messageml.templates.syntax import Fault, Macro
from emulator.messageml.templates.texts import TEXTS, Builtin
from emulator.messageml.templates.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Markup,
    Pairs,
    Value,
    computer_text,
    is_number,
    number_of,
    plain,
    text_of,
)

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


def _is(test: Callable[[Value], bool]) -> Builtin:
    return lambda value, _arguments, _at: test(value)


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
    return lambda value, _arguments, at: int(Decimal(number_of(value, at)).to_integral_value(how))


def _half_up(value: Value, _arguments: list[Value], at: int) -> Value:
    return int((Decimal(number_of(value, at)) + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


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
    start = min(int(number_of(arguments[1], at)), len(items) - 1) if len(arguments) > 1 else len(items) - 1
    found = _sequence_index(items[start::-1] if start >= 0 else [], arguments[:1], at)
    return start - found if found >= 0 else -1


def _chunk(value: Value, arguments: list[Value], at: int) -> Value:
    items = items_of(value, at)
    size = int(number_of(arguments[0], at)) if arguments else 0
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
    number = int(number_of(value, at))
    if not 0 < number < 2**31 or number != value:
        raise Fault(None)
    letters = ""
    while number:
        number, index = divmod(number - 1, 26)
        letters = chr(97 + index) + letters
    return letters


def _moment(value: Value, at: int) -> Value:
    if not isinstance(value, Moment):
        raise Fault(at)
    return value


def _byte(value: Value, _arguments: list[Value], at: int) -> Value:
    return (int(number_of(value, at)) + 128) % 256 - 128


def _short(value: Value, _arguments: list[Value], at: int) -> Value:
    return (int(number_of(value, at)) + 32768) % 65536 - 32768


BUILTINS: dict[str, Builtin] = TEXTS | {
    # numbers and booleans
    "c": _computer,
    "string": _as_string,
    "abs": lambda value, _arguments, at: abs(number_of(value, at)),
    "int": lambda value, _arguments, at: (int(number_of(value, at)) + 2**31) % 2**32 - 2**31,
    "long": lambda value, _arguments, at: int(number_of(value, at)),
    "byte": _byte,
    "short": _short,
    "is_infinite": lambda value, _arguments, at: bool(number_of(value, at)) and False,
    "is_nan": lambda value, _arguments, at: bool(number_of(value, at)) and False,
    "number_to_date": lambda value, _arguments, at: from_milliseconds(number_of(value, at), "date"),
    "number_to_time": lambda value, _arguments, at: from_milliseconds(number_of(value, at), "time"),
    "number_to_datetime": lambda value, _arguments, at: from_milliseconds(number_of(value, at), "datetime"),
    **dict.fromkeys(
        ("date_if_unknown", "time_if_unknown", "datetime_if_unknown"), lambda value, _arguments, at: _moment(value, at)
    ),
    "double": lambda value, _arguments, at: number_of(value, at),
    "float": lambda value, _arguments, at: number_of(value, at),
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
    "min": lambda value, _arguments, at: min((number_of(plain(i), at) for i in items_of(value, at)), default=None),
    "max": lambda value, _arguments, at: max((number_of(plain(i), at) for i in items_of(value, at)), default=None),
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
    if name in TEXTS:
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
