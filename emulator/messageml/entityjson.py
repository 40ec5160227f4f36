"""EntityJSON: read as leniently as the agent reads it, searched, and written back. reference/messageml.md 1, 7."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from emulator.messageml import java
from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 250
NOT_AN_OBJECT = "Error parsing EntityJSON: provided content is not a JSON object"
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)

Json = dict[str, Any]


def _no_constant(name: str) -> object:
    raise ValueError(f"Non-standard token '{name}'")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


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


def _objects(entities: Json) -> Iterator[Json]:
    """Every object, the outer ones first."""
    left: list[object] = [entities]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            yield item
            left.extend(reversed(item.values()))
        elif isinstance(item, list):
            left.extend(reversed(item))


def find(entities: Json, name: str) -> object:
    """The first field of that name anywhere; raises KeyError."""
    for item in _objects(entities):
        if name in item:
            return item[name]
    raise KeyError(name)


def find_all(entities: Json, name: str) -> list[object]:
    """Every field of that name, but none inside another one."""
    found: list[object] = []
    left: list[object] = [entities]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            inner = []
            for key, value in item.items():
                if key == name:
                    found.append(value)
                else:
                    inner.append(value)
            left.extend(reversed(inner))
        elif isinstance(item, list):
            left.extend(reversed(item))
    return found
