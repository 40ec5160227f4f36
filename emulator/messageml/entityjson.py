"""EntityJSON: read, searched, extended, written (reference/messageml.md 1, 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 100

Entities = dict[str, Any]


def read(data: str | None) -> Entities:
    """The object in the text; InvalidMessage when it is none. Nothing is an empty object."""
    if data is None or not data.strip():
        return {}
    value = _first_value(data)
    if isinstance(value, str):  # encoded twice, which the agent takes
        try:
            value = _first_value(value)
        except InvalidMessage:
            value = None
    if not isinstance(value, dict):
        raise InvalidMessage("Error parsing EntityJSON: provided content is not a JSON object")
    if _too_deep(value):
        raise InvalidMessage(f"Error parsing EntityJSON: objects are nested more than {MAX_DEPTH} deep")
    return value


def _first_value(text: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]  # what follows the first value is ignored
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"Error parsing EntityJSON: {error}") from None


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for each in level
            if isinstance(each, (dict, list))
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def write(entities: Entities) -> str:
    """The text of an object, compact, in the order of its keys."""
    return json.dumps(entities, ensure_ascii=False, separators=(",", ":")) if entities else "{}"


def find(value: Any, name: str) -> Iterator[Any]:
    """What stands under a name, at any depth, depth first."""
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for each in value.values():
            yield from find(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from find(each, name)


def append(target: Any, name: str, entity: Entities) -> Any:
    """Put an entity under a name unless something stands there; what stands there then."""
    if not isinstance(target, dict):
        raise InvalidMessage(f'Error processing EntityJSON: the node of "{name}" has to be an object')
    return target.setdefault(name, entity)
