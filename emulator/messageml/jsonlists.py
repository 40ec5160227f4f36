"""Lists of ids and names in JSON attributes, read as leniently as the agent reads them."""

from __future__ import annotations

import json
import re

from emulator.messageml import java
from emulator.messageml.entityjson import first_value

_SINGLE_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def long_list(text: str) -> list[object] | None:
    """A list of integers, leniently: digits in strings and fractions pass. None for anything else."""
    try:
        value = first_value(text)
    except ValueError:
        return None
    if value is None:
        return []  # null passes for a list that says nothing
    if not isinstance(value, list):
        return None
    for item in value:
        if isinstance(item, bool | dict | list):
            return None
        if isinstance(item, str) and java.trimmed(item) and java.integer(java.trimmed(item), 64) is None:
            return None
        if isinstance(item, int | float) and not -(1 << 63) <= item < 1 << 63:
            return None
    return value


def double_quoted(text: str) -> str:
    """The same JSON with strings in double quotes only."""

    def requote(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return '"' + found[1].replace("\\'", "'").replace('"', '\\"') + '"'

    return _SINGLE_QUOTED.sub(requote, text)


def text_list(text: str) -> list[str] | None:
    """A list of strings; numbers and booleans pass for their text. None for anything else."""
    try:
        value = first_value(text)
    except ValueError:
        return None
    if value is None:
        return []
    if not isinstance(value, list) or any(isinstance(item, dict | list) or item is None for item in value):
        return None
    return [item if isinstance(item, str) else json.dumps(item) for item in value]
