"""Selectors of people and rooms; pickers of dates, times and time zones. production/messageml.md 6.4."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from emulator.messageml import checks, java
from emulator.messageml.controls import CONTROL, NOVALIDATE, labelled, read_control, same
from emulator.messageml.element import Check, Element, Kind, Message, Print
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.intervals import JSON_LIMIT, date_intervals, time_intervals
from emulator.messageml.jsonlists import double_quoted, long_list, text_list
from emulator.messageml.names import names
from emulator.messageml.roles import field
from emulator.messageml.writing import attribute, json_attribute, listed

_DATE_FORMAT = re.compile("[0-9Mdy/. -:]+")
_TIME_FORMAT = re.compile("[hHmsa: ]+")


def _check_value(read: Callable[[str], object], what: str) -> Check:
    def check(_message: Message, element: Element) -> None:
        value = element.get("value")
        if value is not None and read(value) is None:
            raise InvalidMessage(f'Attribute "value" contains an unsupported format, should be an array of {what} ids')

    return check


# --- person-selector, room-selector, date-selector -------------------------------------------------------------------

_SELECTOR = (
    ("name", "data-name"),
    ("placeholder", "data-placeholder"),
    ("required", "data-required"),
    ("value", "data-value"),
    ("formnovalidate", NOVALIDATE),
)


def _print_selector(kind: str) -> Print:
    def write(message: Message, element: Element) -> tuple[str, str, bool]:
        head = f'<div class="{kind}"{"".join(listed(element, _SELECTOR))}'
        before, after = labelled(message, element, kind, head, "</div>")
        return f"{before}>{after}", "", False

    return write


def _selector(kind: str, check: Check) -> Kind:
    accepts = same("name", "placeholder", "required", "label", "title", "value", "formnovalidate")
    return Kind(
        kind,
        kind.replace("-", ""),
        field(kind.replace("-", " ").title()),
        _print_selector(kind),
        accepts,
        {**accepts, "id": "id"},
        checks=(
            *CONTROL,
            checks.present("name"),
            *checks.boolean("required"),
            check,
            checks.empty,
            checks.not_blank("name"),
        ),
        read=read_control,
    )


PERSON_SELECTOR = _selector("person-selector", _check_value(long_list, "user"))
ROOM_SELECTOR = _selector("room-selector", _check_value(lambda text: text_list(double_quoted(text)), "room"))
DATE_SELECTOR = Kind(
    "date-selector",
    "dateselector",
    field("Date Selector", "placeholder"),
    lambda _message, element: (f'<div class="date-selector"{"".join(listed(element, _SELECTOR))}></div>', "", False),
    same("name", "placeholder", "required", "formnovalidate"),
    checks=(*CONTROL, checks.not_blank("name"), *checks.boolean("required"), checks.empty),
)


def spelled_as_attributes(kind: Kind, attributes: dict[str, str]) -> dict[str, str]:
    """A selector's PresentationML attributes under their MessageML names, in order again."""
    names = {printed: stored for stored, printed in _SELECTOR if stored in kind.accepts}
    # Without data-name the name is empty, whatever a `name` says.
    renamed = {
        names.get(name, name): value for name, value in {**attributes, "name": ""}.items() if name != "data-name"
    }
    renamed["name"] = attributes.get("data-name", "")
    return dict(sorted(renamed.items()))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _check_intervals(name: str, read: Callable[[str, str], object]) -> Check:
    def check(_message: Message, element: Element) -> None:
        value = element.get(name)
        if value is not None:
            read(name, value)

    return check


def _check_format(kind: str, allowed: re.Pattern[str], letters: str) -> Check:
    def check(message: Message, element: Element) -> None:
        value = element.get("format")
        if value is None:
            return
        checks.at_most("format", 64)(message, element)
        if not allowed.fullmatch(value):
            raise InvalidMessage(f'Attribute "format" contains an unsupported {kind} format, only {letters}')
        if not java.is_date_pattern(value):
            raise InvalidMessage(f'Attribute "format" contains an invalid {kind} format')

    return check


# --- date-picker -----------------------------------------------------------------------------------------------------


def _dates(*names: str) -> tuple[Check, ...]:
    def one(name: str) -> Check:
        def check(_message: Message, element: Element) -> None:
            value = element.get(name)
            if value is not None and not java.is_date(value):
                raise InvalidMessage(f'Attribute "{name}" has invalid date format')

        return check

    return tuple(one(name) for name in names)


def _print_date(message: Message, element: Element) -> tuple[str, str, bool]:
    parts = listed(element, [(n, n) for n in ("name", "value", "placeholder", "min", "max", "required")])
    for name in ("disabled-date", "highlighted-date"):
        if name in element.attributes:
            intervals = date_intervals(name, element.attributes[name])
            parts.append(json_attribute(f"data-{name}", _compact(intervals)))
    parts += listed(element, (("format", "data-format"), ("disabled", "disabled"), ("readonly", "readonly")))
    parts += listed(element, [(n, n) for n in ("data-disabled-date", "data-highlighted-date", "data-format")])
    if NOVALIDATE in element.attributes:
        parts.append(f" {NOVALIDATE}")  # the library prints it bare when it comes from PresentationML
    else:
        parts += listed(element, (("formnovalidate", NOVALIDATE),))
    before, after = labelled(message, element, "date-picker", f'<input type="date"{"".join(parts)}', "</input>")
    return f"{before}>{after}", "", False


def _read_picker(message: Message, element: Element, name: str, value: str) -> None:
    if name == "id" or name.startswith("data-") or name == "type":
        # Of all these attributes the library asks whether a label was written for it.
        read_control(message, element, "id", value)
    if name not in ("id", "type"):
        element.attributes[name] = value


_DATE = same("name", "value", "required", "placeholder", "min", "max", "label", "title", "disabled", "readonly")
DATE_PICKER = Kind(
    "date-picker",
    "datepicker",
    field("Date Picker", "label", "title", "placeholder"),
    _print_date,
    {**_DATE, **same("disabled-date", "highlighted-date", "format", "formnovalidate")},
    {**_DATE, **same("type", "id", "data-disabled-date", "data-highlighted-date", "data-format", NOVALIDATE)},
    checks=(
        *CONTROL,
        checks.not_blank("name"),
        checks.at_most("name", 64),
        *_dates("value"),
        *checks.boolean("required"),
        *_dates("min", "max"),
        *checks.boolean("disabled", "readonly"),
        _check_intervals("disabled-date", date_intervals),
        _check_intervals("highlighted-date", date_intervals),
        _check_format(
            "date", _DATE_FORMAT, "'M', 'd' and 'y' are supported with a space or '.','-','/',':' as separator"
        ),
        checks.at_most("title", 64),
        checks.at_most("label", 64),
    ),
    read=_read_picker,
)


# --- time-picker -----------------------------------------------------------------------------------------------------


def _check_step(_message: Message, element: Element) -> None:
    value = element.get("step")
    if value is None:
        return
    number = java.integer(value, 32)
    if number is None:
        raise InvalidMessage('Attribute "step" should be a number.')
    if not 600 <= number <= 43200:
        raise InvalidMessage('Attribute "step" must be less than "43200" and more than "600".')


def _check_times(_message: Message, element: Element) -> None:
    for name in ("min", "max", "value"):
        value = element.get(name)
        if value is not None and not java.is_time(value):
            raise InvalidMessage(f'Attribute "{name}" has invalid time format, only HH:mm:ss format is allowed')


def _print_time(message: Message, element: Element) -> tuple[str, str, bool]:
    own = element.attributes
    printed: dict[str, str] = {}
    for name in ("name", "value", "placeholder", "min", "max", "step"):
        if name in own:
            printed[name] = attribute(name, own[name])
    for name in ("format", "strict"):
        if name in own:
            printed[f"data-{name}"] = attribute(f"data-{name}", own[name])
    if "disabled-time" in own:
        intervals = time_intervals("disabled-time", own["disabled-time"])
        printed["data-disabled-time"] = json_attribute("data-disabled-time", _compact(intervals))
    if "required" in own:
        printed["required"] = attribute("required", own["required"])
    for name in ("data-format", "data-strict", "data-disabled-time", "disabled", "readonly"):
        if name in own:
            printed[name] = attribute(name, own[name])
    for name in ("formnovalidate", NOVALIDATE):
        if name in own:
            printed[NOVALIDATE] = attribute(NOVALIDATE, own[name])
    head = f'<input type="time"{"".join(printed.values())}'
    before, after = labelled(message, element, "time-picker", head, "")
    return f"{before}/>{after}", "", False


_TIME = same(*names("name title label value strict required placeholder min max step disabled readonly formnovalidate"))
TIME_PICKER = Kind(
    "time-picker",
    "timepicker",
    field("Time Picker"),
    _print_time,
    {**_TIME, **same("disabled-time", "format")},
    {**_TIME, **same("type", "id", "data-disabled-time", "data-strict", "data-format", NOVALIDATE)},
    checks=(
        *CONTROL,
        checks.not_blank("name"),
        checks.at_most("name", 64),
        checks.at_most("placeholder", 64),
        _check_intervals("disabled-time", time_intervals),
        _check_step,
        _check_format("time", _TIME_FORMAT, "'h', 'm' 's' and 'a' are supported with ':' or space as separator"),
        _check_times,
        *checks.boolean("required", "strict", "disabled", "readonly"),
    ),
    read=_read_picker,
)


# --- timezone-picker -------------------------------------------------------------------------------------------------


def _check_zones(_message: Message, element: Element) -> None:
    value = element.get("value")
    if value and not java.is_time_zone(value):
        raise InvalidMessage(f'Attribute "value" contains an invalid timezone: {value}')
    checks.at_most("disabled-timezone", JSON_LIMIT)(_message, element)
    if element.get("disabled-timezone") is not None:
        for zone in _zones(element, "disabled-timezone"):
            if not java.is_time_zone(zone):
                raise InvalidMessage(f'Attribute "disabled-timezone" contains an invalid timezone: {zone}')
    if element.get("data-disabled-timezone") is not None:
        _zones(element, "data-disabled-timezone")


def _zones(element: Element, name: str) -> list[str]:
    zones = text_list(element.attributes[name])
    if zones is None:
        raise InvalidMessage(f'Error parsing json in attribute "{name}". It should contain an array of Strings')
    return zones


def _print_zone(message: Message, element: Element) -> tuple[str, str, bool]:
    parts = ['<div class="timezone-picker"']
    for name in ("name", "value", "placeholder", "disabled-timezone", "required", "formnovalidate"):
        stored = f"data-{name}" if f"data-{name}" in element.attributes else name
        if stored not in element.attributes:
            continue
        if name == "disabled-timezone":
            parts.append(json_attribute(f"data-{name}", _compact(_zones(element, stored))))
        else:
            parts.append(attribute(f"data-{name}", element.attributes[stored]))
    before, after = labelled(message, element, "timezone-picker", "".join(parts), "</div>")
    return f"{before}>{after}", "", False


def _check_zone_name(message: Message, element: Element) -> None:
    checks.not_blank("data-name" if element.presentationml else "name")(message, element)


_ZONE = same("name", "value", "title", "label", "required", "placeholder")
TIMEZONE_PICKER = Kind(
    "timezone-picker",
    "timezonepicker",
    field("Timezone Picker"),
    _print_zone,
    {**_ZONE, **same("disabled-timezone", "formnovalidate")},
    {
        **_ZONE,
        **same("id", "data-value", "data-name", "data-required", "data-placeholder", "data-disabled-timezone"),
        NOVALIDATE: NOVALIDATE,
    },
    checks=(*CONTROL, _check_zone_name, *checks.boolean("required"), _check_zones),
    read=_read_picker,
)
