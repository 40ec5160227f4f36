"""A form as one might well fill it in: what is chosen already, else the first choice, else something that fits. And
what production's client sends of it, whoever filled it in (production/agent_signals_events.md 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from emulator.messageml.xml import Node, parse
from emulator.world.errors import Invalid

_TEXT = "Fine with me"
_NUMBER = "100"
_ZONE = "Europe/London"


def filled(presentationml: str, form: str, now: int, user: int) -> dict[str, Any]:
    """The values of a form of a message by field, as `user` might give them. `now` is in ms."""
    values: dict[str, Any] = {}
    for field in _fields(presentationml, form):
        _fill(field, values, now, user)
    return values


def completed(presentationml: str, form: str, given: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """All that is sent of a form: what is given, and of each other field its default or that it is empty; the first
    button is pressed where none is named. Invalid where a field that has to be filled in is empty."""
    values: dict[str, Any] = {}
    fields = list(_fields(presentationml, form))
    buttons = {name: field for field in fields if field.tag == "button" and (name := field.attributes.get("name"))}
    action = given.get("action", next(iter(buttons), None))
    if action is not None:
        values["action"] = action
    radios: set[str] = set()
    for field in fields:
        name, value = _name(field), _left(field)
        if name is None or value is None or name in given:
            continue
        if name in values and name not in radios:
            before = values[name]
            values[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            values[name] = value
        if field.attributes.get("type") == "radio":
            radios.add(name)
    values |= given
    pressed = buttons.get(str(action))
    checked = pressed is None or "true" not in (
        pressed.attributes.get("data-formnovalidate"),
        pressed.attributes.get("formnovalidate"),
    )
    for field in fields if checked else ():
        attributes = field.attributes
        required = "true" in (attributes.get("required"), attributes.get("data-required"))
        if required and not values.get(_name(field) or ""):
            raise Invalid(f"the field '{_name(field)}' of form '{form}' is required, and empty")
    return tuple(values.items())


def _fields(presentationml: str, form: str) -> Iterator[Node]:
    for node in _below(parse(presentationml)):
        if node.tag == "form" and node.attributes.get("id") == form:
            yield from _below(node)


def _name(field: Node) -> str | None:
    return field.attributes.get("name") or field.attributes.get("data-name")


def _left(field: Node) -> Any:
    """What is sent of a field that nobody touched: None where nothing is."""
    given = field.attributes
    value = given.get("value") or given.get("data-value") or ""
    match field.tag, given.get("type"), given.get("class"):
        case "input", "checkbox" | "radio", _:
            return (value or "on") if given.get("checked") == "true" else None
        case "input", _, _:
            return value
        case "textarea", _, _:
            return field.text()
        case "select", _, _:
            options = [each for each in _below(field) if each.tag == "option"]
            chosen = [each.attributes.get("value", "") for each in options if each.attributes.get("selected") == "true"]
            return chosen if given.get("multiple") == "true" else (chosen or [""])[0]
        case "div", _, "person-selector":
            return [int(each) for each in value.strip("[]").split(",") if each.strip().isdigit()]
        case "div", _, "room-selector":
            return {"userIds": [], "streamIds": []}
        case "div", _, "timezone-picker":
            return value
        case _:
            return None


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from _below(child)


def _fill(field: Node, values: dict[str, Any], now: int, user: int) -> None:
    given = field.attributes
    name = _name(field)
    if name is None or field.tag == "button" or given.get("class") == "room-selector":
        return
    if field.tag == "select":
        options = [each for each in _below(field) if each.tag == "option"]
        chosen = [each for each in options if each.attributes.get("selected") == "true"] or options
        values[name] = chosen[0].attributes.get("value", "") if chosen else ""
    elif given.get("type") == "radio":
        if name not in values or given.get("checked") == "true":
            values[name] = given.get("value", "on")
    elif given.get("type") == "checkbox":
        if given.get("checked") == "true":
            values[name] = given.get("value", "on")
    elif given.get("class") == "timezone-picker":
        values[name] = _ZONE
    elif given.get("class") == "person-selector":
        values[name] = [user] if given.get("data-required") == "true" else []
    else:
        values[name] = _typed(field, now)


def _typed(field: Node, now: int) -> str:
    """What is typed into a field of text, a date or a time."""
    given = field.attributes
    moment = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    if given.get("type") in ("date", "time"):
        return given.get("value") or (f"{moment:%Y-%m-%d}" if given["type"] == "date" else "10:00:00")
    there = given.get("value") or field.text()
    if there:
        return there
    digits = any(each in given.get("pattern", "") for each in ("0-9", "\\d"))
    text = _NUMBER if digits else _TEXT
    most = given.get("maxlength") or given.get("data-maxlength") or ""
    return text[: int(most)] if most.isdigit() else text
