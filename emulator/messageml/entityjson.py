"""EntityJSON: read as leniently as the agent reads it, searched, and written back. production/messageml.md 1, 7."""

from __future__ import annotations

import json
import math
import re
from typing import Any, cast

from emulator.messageml import java
from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 400
MAX_DIGITS = 1000
"""Of a number, as Jackson has it."""
MAX_VALUES = 50_000
MAX_TOLD = 100_000
"""Characters of a text of which Jackson's words are told: its way is walked anew for them."""
NOT_AN_OBJECT = "Error parsing EntityJSON: provided content is not a JSON object"
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},]', re.DOTALL)
# Numbers that Java prints otherwise than Python; most data has none, and then nothing is to be rewritten.
_ODD_FRACTIONS = re.compile(r"[:\[,]-?(?:[0-9]{8,}\.|0\.000|[0-9.]+e)")
_NUMBER_OR_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.e+-]*')
# Numbers at or beyond the bounds of a double, or of what may be read.
_HUGE_NUMBERS = re.compile(r"[0-9]{300}|[0-9][eE]\+?[0-9]{3}")

Json = dict[str, Any]


def _no_constant(name: str) -> object:
    raise ValueError(f"Non-standard token '{name}'")


def _float(text: str) -> float | str:
    value = float(text)
    # Java has an infinite number then, and writes it as a text.
    return value if math.isfinite(value) else "-Infinity" if value < 0 else "Infinity"


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"Number length ({len(text)}) exceeds the maximum length ({MAX_DIGITS})")
    return int(text)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_CAREFUL_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_float, parse_int=_int)


def check_size(text: str) -> None:
    """Raises ValueError for JSON nested too deeply or of too many values, before a reader meets it."""
    opened = text.count("[") + text.count("{")
    if opened <= MAX_DEPTH and text.count(",") + opened <= MAX_VALUES:
        return
    # One by one, so that it ends at the bound and takes no room.
    depth = values = 0
    for found in _STRUCTURE.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth, values = depth + 1, values + 1
            if depth > MAX_DEPTH:
                raise ValueError(f"Document nesting depth exceeds the maximum allowed ({MAX_DEPTH})")
        elif mark in "]}":
            depth -= 1
        elif mark == ",":
            values += 1
        if values > MAX_VALUES:
            raise ValueError(f"Document has more values than the maximum allowed ({MAX_VALUES})")


def first_value(text: str) -> object:
    """The first JSON value of the text; what follows it is ignored. Raises ValueError in Jackson's words."""
    check_size(text)
    begun = text.lstrip(" \t\r\n")
    decoder = _CAREFUL_DECODER if _HUGE_NUMBERS.search(begun) else _DECODER
    try:
        value, end = decoder.raw_decode(begun)
    except ValueError as error:
        raise ValueError(_reason(text) or str(error)) from None
    if isinstance(value, int | float) and begun[end : end + 1] not in ("", " ", "\t", "\r", "\n"):
        raise ValueError(_reason(text))
    return cast(object, value)


def _reason(text: str) -> str | None:
    from emulator.messageml.jackson import fault  # needed only for what is wrong

    return fault(text) if len(text) <= MAX_TOLD else None


def read(text: str | None) -> Json:
    """The object that the text holds, perhaps as JSON within a JSON string; an empty one for blank text."""
    if java.blank(text):
        return {}
    assert text is not None
    try:
        value = first_value(text)
        if isinstance(value, str):
            value = first_value(value)
        if not text.isascii() or "\\ud" in text.lower():
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))  # no half characters
    except ValueError as error:
        raise InvalidMessage(f"Error parsing EntityJSON: {error}") from None
    if not isinstance(value, dict):
        raise InvalidMessage(NOT_AN_OBJECT)
    return value


def _java_number(found: re.Match[str]) -> str:
    text = found[0]
    return text if text[0] == '"' or text.lstrip("-").isdigit() else java.double(float(text))


def write(entities: Json) -> str:
    """Compact JSON, keys in order, other alphabets as they are, fractions as Java prints a double."""
    if not entities:
        return "{}"
    text = json.dumps(entities, ensure_ascii=False, separators=(",", ":"))
    if _ODD_FRACTIONS.search(text):
        text = _NUMBER_OR_STRING.sub(_java_number, text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def first_fields(entities: Json) -> dict[str, object]:
    """Each name's first field, in the order of the data's text."""
    found: dict[str, object] = {}
    left: list[tuple[str | None, object]] = [(None, entities)]
    while left:
        name, value = left.pop()
        if name is not None:
            found.setdefault(name, value)
        if isinstance(value, dict):
            left.extend(reversed(value.items()))
        elif isinstance(value, list):
            left.extend((None, item) for item in reversed(value) if isinstance(item, dict | list))
    return found


def fields(entities: Json) -> dict[str, list[object]]:
    """Every field by its name, outer objects first, but none that stands inside another of that name.

    The agent searches the data anew for every entity of a message; one walk gives the same answers.
    """
    found: dict[str, list[object]] = {}
    around: set[str] = set()
    # Values still to be walked, each with the name that it brings into force; a name alone ends.
    left: list[tuple[object, str | None]] = [(entities, None)]
    while left:
        item, name = left.pop()
        if isinstance(item, dict | list):
            if name is not None:
                around.add(name)
        elif name is not None:
            around.discard(name)
        if isinstance(item, list):
            left.extend((value, None) for value in reversed(item) if isinstance(value, dict | list))
        elif isinstance(item, dict):
            for key, value in item.items():
                if key not in around:
                    found.setdefault(key, []).append(value)
            for key, value in reversed(item.items()):
                if isinstance(value, dict | list):
                    if key in around:
                        left.append((value, None))
                    else:
                        left += ((None, key), (value, key))
    return found
