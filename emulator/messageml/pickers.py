"""Pickers of dates, times and time zones (reference/messageml.md 6.4)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from emulator.messageml.checks import boolean, length16, no_longer, required
from emulator.messageml.element import Check, Conversion, Element, Kind, Render, Take, escaped, keep, keep_as
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.forms import IN_FORM, labelled, order

_LIST = 1024
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


# --- values ---


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1])
    except ValueError:
        return False
    return True


def _dates(_: Conversion, element: Element) -> None:
    for name in ("value", "min", "max"):
        text = element.attributes.get(name)
        if text is not None and not _is_date(text):
            raise InvalidMessage(f'Attribute "{name}" has invalid date format')


def _times(_: Conversion, element: Element) -> None:
    for name in ("value", "min", "max"):
        text = element.attributes.get(name)
        if text is not None and _TIME.fullmatch(text) is None:
            raise InvalidMessage(f'Attribute "{name}" has invalid time format, only HH:mm:ss format is allowed')


def _json_list(element: Element, name: str) -> list[Any] | None:
    text = element.attributes.get(name)
    if text is None:
        return None
    if length16(text) > _LIST:
        raise InvalidMessage(f'Attribute "{name}" exceed maximum allowed length ({_LIST})')
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f'Error parsing json in attribute "{name}": {error}') from None
    if not isinstance(values, list):
        raise InvalidMessage(f'Error parsing json in attribute "{name}": an array is needed')
    return values


def _compact(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _intervals(kind: str, single: str, valid: Any, complaint: str) -> Check:
    """Lists of days or times and of ranges between them, printed with a word for which it is."""

    def check(_: Conversion, element: Element) -> None:
        for name in ("disabled-date", "highlighted-date", "disabled-time"):
            values = _json_list(element, name) if name in element.attributes else None
            if values is not None:
                element.attributes[name] = _compact([_interval(name, value) for value in values])

    def _interval(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not set(value) <= {single, "from", "to", "daysOfWeek"}:
            raise InvalidMessage(f'Error parsing json in attribute "{name}": Unrecognized field')
        if single in value:
            return {"type": "date" if single == "day" else "time", single: _checked(value[single])}
        if "from" in value and "to" in value:
            return {"type": "range", "from": _checked(value["from"]), "to": _checked(value["to"])}
        days = value.get("daysOfWeek")
        if single == "day" and isinstance(days, list):
            if not all(isinstance(day, int) and 0 <= day <= 6 for day in days):
                raise InvalidMessage("'daysOfWeek' out of range [0-6]")
            return {"type": "weekdays", "daysOfWeek": days}
        raise InvalidMessage(f"{kind} interval 'type' is unknown or null")

    def _checked(text: Any) -> Any:
        if not isinstance(text, str) or not valid(text):
            raise InvalidMessage(f'"{text}" is not a valid {complaint}')
        return text

    return check


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None


# --- formats ---

_DATE_FORMAT = re.compile(r"[Mdy\d .:/-]+")
_TIME_FORMAT = re.compile(r"[hHmsa: ]+")


def _date_format(_: Conversion, element: Element) -> None:
    text = element.attributes.get("format")
    if text is None:
        return
    no_longer(element, "format", 64)
    if _DATE_FORMAT.fullmatch(text) is None:
        raise InvalidMessage(
            "Attribute \"format\" contains an unsupported date format, only 'M', 'd' and 'y' are supported with a space"
            " or '.','-','/',':' as separator"
        )
    if any(
        len(run) > most for letter, most in (("M", 5), ("d", 2), ("y", 19)) for run in re.findall(letter + "+", text)
    ):
        raise InvalidMessage('Attribute "format" contains an invalid date format')


def _time_format(_: Conversion, element: Element) -> None:
    text = element.attributes.get("format")
    if text is None:
        return
    no_longer(element, "format", 64)
    if _TIME_FORMAT.fullmatch(text) is None:
        raise InvalidMessage(
            "Attribute \"format\" contains an unsupported time format, only 'h', 'm' 's' and 'a' are supported with ':'"
            " or space as separator"
        )
    if any(
        len(run) > most
        for letter, most in (("h", 2), ("H", 2), ("m", 2), ("s", 2), ("a", 1))
        for run in re.findall(letter + "+", text)
    ):
        raise InvalidMessage('Attribute "format" contains an invalid time format')


def _step(_: Conversion, element: Element) -> None:
    text = element.attributes.get("step")
    if text is None:
        return
    if re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) is None:
        raise InvalidMessage('Attribute "step" should be a number.')
    if not 600 <= int(text) <= 43200:
        raise InvalidMessage('Attribute "step" must be less than "43200" and more than "600".')


def _name_length(_: Conversion, element: Element) -> None:
    no_longer(element, "name", 64)


def _placeholder_length(_: Conversion, element: Element) -> None:
    no_longer(element, "placeholder", 64)


# --- time zones ---


def _is_zone(text: str) -> bool:
    if text in ("Z", "UTC", "GMT", "UT") or re.fullmatch(
        r"(?:UTC|GMT|UT)?[+-](?:\d|[01]\d)(?::?[0-5]\d(?::?[0-5]\d)?)?", text, re.ASCII
    ):
        return True
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return "/" in text or text.isupper() or text.istitle()


def _zones(_: Conversion, element: Element) -> None:
    value = element.attributes.get("value")
    if value and not _is_zone(value):
        raise InvalidMessage(f'Attribute "value" contains an invalid timezone: {value}')
    text = element.attributes.get("disabled-timezone")
    if text is None:
        return
    if length16(text) > _LIST:
        raise InvalidMessage(f'Attribute "disabled-timezone" exceed maximum allowed length ({_LIST})')
    try:
        zones = json.loads(text)
    except (ValueError, RecursionError):
        zones = None
    if not isinstance(zones, list) or not all(isinstance(zone, str) for zone in zones):
        raise InvalidMessage(
            'Error parsing json in attribute "disabled-timezone". It should contain an array of Strings'
        )
    for zone in zones:
        if not _is_zone(zone):
            raise InvalidMessage(f'Attribute "disabled-timezone" contains an invalid timezone: {zone}')
    element.attributes["disabled-timezone"] = _compact(zones)


# --- rendering ---

_JSON = frozenset({"disabled-date", "highlighted-date", "disabled-time", "disabled-timezone"})


def _render(start: str, names: Sequence[tuple[str, str]], end: str) -> Render:
    def render(conversion: Conversion, element: Element) -> None:
        out = conversion.out
        out.append(start)
        for printed, kept in names:
            value = element.attributes.get(kept)
            if value is None:
                continue
            if kept in _JSON:  # printed in single quotes, so that the JSON stays readable
                inside = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;")
                out.append(f" {printed}='{inside}'")
            else:
                out.append(f' {printed}="{escaped(value)}"')
        out.append(end)

    return render


_DATE_PICKER = order(
    "name value placeholder min max required data-disabled-date=disabled-date data-highlighted-date=highlighted-date"
    " data-format=format disabled readonly data-formnovalidate=formnovalidate id"
)
_TIME_PICKER = order(
    "name value placeholder min max step data-format=format data-strict=strict data-disabled-time=disabled-time"
    " required disabled readonly data-formnovalidate=formnovalidate id"
)
_ZONE_PICKER = order(
    "data-name=name data-value=value data-placeholder=placeholder data-disabled-timezone=disabled-timezone"
    " data-required=required data-formnovalidate=formnovalidate id"
)
_COMMON: dict[str, Take] = {
    "name": keep,
    "value": keep,
    "label": keep,
    "title": keep,
    "placeholder": keep,
    "required": boolean(),
    "formnovalidate": boolean(),
}
_RANGE: dict[str, Take] = {"min": keep, "max": keep, "disabled": boolean(), "readonly": boolean(), "format": keep}

_date_check, _date_render = labelled(
    "date-picker", _render('<input type="date"', _DATE_PICKER, "></input>"), longest=64
)
_time_check, _time_render = labelled("time-picker", _render('<input type="time"', _TIME_PICKER, "/>"))
_zone_check, _zone_render = labelled(
    "timezone-picker", _render('<div class="timezone-picker"', _ZONE_PICKER, "></div>")
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "date-picker",
        {**_COMMON, **_RANGE, "disabled-date": keep, "highlighted-date": keep},
        (
            IN_FORM,
            required("name"),
            _name_length,
            _date_check,
            _dates,
            _intervals("Date", "day", _is_date, "date in ISO_8601 format"),
            _date_format,
        ),
        _date_render,
    ),
    Kind(
        "time-picker",
        {**_COMMON, **_RANGE, "disabled-time": keep, "step": keep, "strict": boolean()},
        (
            IN_FORM,
            required("name"),
            _name_length,
            _placeholder_length,
            _time_check,
            _times,
            _intervals("Time", "time", _is_time, "time, only HH:mm:ss format is allowed"),
            _time_format,
            _step,
        ),
        _time_render,
    ),
    Kind(
        "timezone-picker",
        {
            **_COMMON,
            "disabled-timezone": keep,
            "data-name": keep_as("name"),
            "data-value": keep_as("value"),
            "data-placeholder": keep_as("placeholder"),
            "data-required": keep_as("required"),
            "data-disabled-timezone": keep_as("disabled-timezone"),
            "data-formnovalidate": keep_as("formnovalidate"),
            "id": keep,
        },
        (IN_FORM, required("name"), _zone_check, _zones),
        _zone_render,
    ),
)
