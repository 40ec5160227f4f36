"""A form as one might well fill it in: what is chosen already, else the first choice, else something that fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from emulator.messageml.xml import Node, parse

_TEXT = "Fine with me"
_NUMBER = "100"
_ZONE = "Europe/London"


def filled(presentationml: str, form: str, now: int) -> tuple[tuple[str, str], ...]:
    """The values of a form of a message by field, and the action of its first button. `now` is in ms."""
    values: dict[str, str] = {}
    for node in _below(parse(presentationml)):
        if node.tag == "form" and node.attributes.get("id") == form:
            for field in _below(node):
                _fill(field, values, now)
    return tuple(values.items())


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from _below(child)


def _fill(field: Node, values: dict[str, str], now: int) -> None:
    given = field.attributes
    name = given.get("name") or given.get("data-name")
    if name is None:
        return
    if field.tag == "button":
        if given.get("type") == "action":
            values.setdefault("action", name)
    elif field.tag == "select":
        options = [each for each in _below(field) if each.tag == "option"]
        chosen = [each for each in options if each.attributes.get("selected") == "true"] or options
        values[name] = chosen[0].attributes.get("value", "") if chosen else ""
    elif given.get("type") == "radio":
        if name not in values or given.get("checked") == "true":
            values[name] = given.get("value", "on")
    elif given.get("type") == "checkbox":
        if given.get("checked") == "true":
            values[name] = given.get("value", "on")
    elif given.get("class") == "timezone-picker" or given.get("class") == "person-selector":
        values[name] = _ZONE if given["class"] == "timezone-picker" else ""
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
