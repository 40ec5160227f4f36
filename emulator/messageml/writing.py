"""How markup is written: escapes, attributes, tags. production/messageml.md 4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from emulator.messageml.element import Element, Message, Print

_NEEDS_ESCAPE = re.compile('[<>&"]')
_LINE_BREAKS = re.compile("\n+")


def escaped(text: str) -> str:
    """For text and for attributes in double quotes alike: production escapes the quote in text too."""
    if not _NEEDS_ESCAPE.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def attribute(name: str, value: str) -> str:
    """One attribute, with the space before it."""
    return f' {name}="{escaped(value)}"'


def json_attribute(name: str, value: str) -> str:
    """An attribute that holds JSON: single quotes around it, so that JSON's own stay readable."""
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;")
    return f" {name}='{text}'"


def one_line(text: str) -> str:
    """Every run of line breaks becomes one space."""
    return _LINE_BREAKS.sub(" ", text) if "\n" in text else text


def opening(tag: str, attributes: Mapping[str, str]) -> str:
    """A start tag."""
    return f"<{tag}{''.join(attribute(name, value) for name, value in attributes.items())}>"


def plain(tag: str) -> Print:
    """Printed under this tag with its attributes as they came."""
    bare, close = f"<{tag}>", f"</{tag}>"

    def write(_message: Message, element: Element) -> tuple[str, str, bool]:
        return (opening(tag, element.attributes) if element.attributes else bare), close, True

    return write


def void(tag: str) -> Print:
    """Printed as one tag that closes itself."""

    def write(_message: Message, element: Element) -> tuple[str, str, bool]:
        return opening(tag, element.attributes)[:-1] + "/>", "", False

    return write


def division(kind: str, attributes: Iterable[tuple[str, str]] = ()) -> Print:
    """Printed as a div of class `kind`, the element's own class after it; attributes: (as stored, as printed)."""
    pairs = tuple(attributes)

    def write(_message: Message, element: Element) -> tuple[str, str, bool]:
        own = element.get("class")
        parts = [attribute("class", kind if own is None else f"{kind} {own}"), *listed(element, pairs)]
        return f"<div{''.join(parts)}>", "</div>", True

    return write


def listed(element: Element, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The attributes that the element has of these (as stored, as printed), in this order."""
    return [attribute(printed, element.attributes[stored]) for stored, printed in pairs if stored in element.attributes]
