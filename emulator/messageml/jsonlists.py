"""JSON in attributes, read as leniently as the agent reads it: lists of ids and names, of days and times."""

from __future__ import annotations

import json
import re
from typing import Any

from emulator.messageml import java
from emulator.messageml.entityjson import first_value
from emulator.messageml.errors import InvalidMessage

JSON_LIMIT = 1024
_SINGLE_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


# --- lists in JSON, as Jackson reads them ----------------------------------------------------------------------------


def long_list(text: str) -> list[object] | None:
    """A list of integers, leniently: digits in strings and fractions pass. None for anything else."""
    try:
        value = first_value(text)
    except ValueError:
        return None
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
    if not isinstance(value, list) or any(isinstance(item, dict | list) or item is None for item in value):
        return None
    return [item if isinstance(item, str) else json.dumps(item) for item in value]


# --- intervals -------------------------------------------------------------------------------------------------------


def _json_error(name: str, reason: str) -> InvalidMessage:
    return InvalidMessage(f'Error parsing json in attribute "{name}": {reason}')


def _intervals(name: str, text: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if java.length(text) > JSON_LIMIT:
        raise InvalidMessage(f'Attribute "{name}" exceed maximum allowed length ({JSON_LIMIT})')
    try:
        value = first_value(text)
    except ValueError as error:
        raise _json_error(name, str(error)) from None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _json_error(name, "Cannot deserialize value: an array of intervals was expected")
    intervals = []
    for item in value:
        unknown = next((key for key in item if key not in fields), None)
        if unknown is not None:
            raise _json_error(name, f'Unrecognized field "{unknown}"')
        intervals.append({key: _field(name, key, item[key]) for key in fields if item.get(key) is not None})
    return intervals


def _field(name: str, key: str, value: object) -> object:
    if key != "daysOfWeek":
        if isinstance(value, dict | list):
            raise _json_error(name, f'Cannot deserialize value of "{key}": text was expected')
        return value if isinstance(value, str) else json.dumps(value)
    days = long_list(json.dumps(value))
    if days is None or None in days:
        raise _json_error(name, 'Cannot deserialize value of "daysOfWeek": an array of integers was expected')
    return [int(float(str(day) or "0")) for day in days]


def date_intervals(name: str, text: str) -> list[dict[str, Any]]:
    """The days, ranges and weekdays, each with its computed type first. Raises InvalidMessage."""
    found = []
    for interval in _intervals(name, text, ("day", "from", "to", "daysOfWeek")):
        kind = {("day",): "date", ("from", "to"): "range", ("daysOfWeek",): "weekdays"}.get(tuple(interval))
        if kind is None:
            raise InvalidMessage("Date interval 'type' is unknown or null")
        if kind == "weekdays":
            if any(not 0 <= day <= 6 for day in interval["daysOfWeek"]):
                raise InvalidMessage("'daysOfWeek' out of range [0-6]")
        else:
            for day in interval.values():
                if not java.is_date(day):
                    raise InvalidMessage(f'"{day}" is not a valid date in ISO_8601 format')
        found.append({"type": kind, **interval})
    return found


def time_intervals(name: str, text: str) -> list[dict[str, Any]]:
    """The times and ranges, each with its computed type first. Raises InvalidMessage."""
    found = []
    for interval in _intervals(name, text, ("time", "from", "to")):
        kind = {("time",): "time", ("from", "to"): "range"}.get(tuple(interval))
        if kind is None:
            raise InvalidMessage("Time interval 'type' is unknown or null")
        for time in interval.values():
            if not java.is_time(time):
                raise InvalidMessage(f'"{time}" is not a valid time, only HH:mm:ss format is allowed')
        found.append({"type": kind, **interval})
    return found
