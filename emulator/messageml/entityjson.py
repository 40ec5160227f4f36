"""EntityJSON: read as leniently as the agent reads it, searched, and written back. reference/messageml.md 1, 7."""

from __future__ import annotations

import json
import re
from typing import Any

from emulator.messageml import java
from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 250
MAX_DIGITS = 400
"""Of an integer: more than the largest fraction has."""
NOT_AN_OBJECT = "Error parsing EntityJSON: provided content is not a JSON object"
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)

Json = dict[str, Any]


def _no_constant(name: str) -> object:
    raise ValueError(f"Non-standard token '{name}'")


def _float(text: str) -> float:
    value = float(text)
    # Written back it would be no JSON, and a template could not reckon with it.
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"Numeric value ({text[:40]}) out of range")
    return value


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"Number value length ({len(text)}) exceeds the maximum allowed ({MAX_DIGITS})")
    return int(text)


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_float, parse_int=_int)


def check_depth(text: str) -> None:
    """Raises ValueError for JSON nested too deeply, before a recursive reader meets it."""
    depth = 0
    for found in _NESTING.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"Document nesting depth ({depth}) exceeds the maximum allowed ({MAX_DEPTH})")
        elif found[0] in "]}":
            depth -= 1


def first_value(text: str) -> object:
    """The first JSON value of the text; what follows it is ignored. Raises ValueError."""
    text = text.lstrip(" \t\r\n")
    check_depth(text)
    value: object = _DECODER.raw_decode(text)[0]
    return value


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
        raise InvalidMessage(f"Error parsing EntityJSON: {_reason(error)}") from None
    if not isinstance(value, dict):
        raise InvalidMessage(NOT_AN_OBJECT)
    return value


def _reason(error: ValueError) -> str:
    """The reason in the manner of Jackson, whose exact words are out of reach."""
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    character = error.doc[error.pos : error.pos + 1]
    if not character:
        reason = "Unexpected end-of-input"
    elif error.msg.startswith("Expecting property name"):
        expected = "was expecting double-quote to start field name"
        reason = f"Unexpected character ('{character}' (code {ord(character)})): {expected}"
    elif error.msg.startswith("Expecting value"):
        token = re.compile(r"[\w$]*").match(error.doc, error.pos)
        expected = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        if token and token[0] and not token[0][0].isdigit():
            reason = f"Unrecognized token '{token[0]}': {expected}"
        else:
            reason = f"Unexpected character ('{character}' (code {ord(character)})): expected a valid value"
    else:
        reason = f"Unexpected character ('{character}' (code {ord(character)})): {error.msg}"
    return f"{reason}\n at [line: {error.lineno}, column: {error.colno + 1}]"


def write(entities: Json) -> str:
    """Compact JSON, keys in order, other alphabets as they are."""
    if not entities:
        return "{}"
    text = json.dumps(entities, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


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
