"""Elements of a message, the declarations of their kinds, and what a conversion keeps in mind."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.messageml.entityjson import Entities
from emulator.messageml.errors import InvalidMessage

MML, PML = "MML", "PML"

_LINE_FEEDS = re.compile(r"\n+")


class User(Protocol):
    """What is asked of a user who is mentioned."""

    @property
    def id(self) -> int: ...
    @property
    def display_name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def username(self) -> str: ...


class Directory(Protocol):
    """Where mentions are looked up."""

    def by_id(self, user_id: int, /) -> User | None: ...
    def by_email(self, email: str, /) -> User | None: ...


@dataclass(slots=True, eq=False)
class Element:
    """An element with its attributes as they are kept; `mode` is the language in which it was written."""

    kind: Kind
    mode: str
    parent: Element | None
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    note: Any = None
    """What validation found and rendering needs: a looked-up user, an entity id, parsed JSON."""

    @property
    def tag(self) -> str:
        """Its MessageML name, which errors use whatever it was written as."""
        return self.kind.tag

    def elements(self) -> Iterator[Element]:
        return (child for child in self.children if isinstance(child, Element))

    def inside(self, *tags: str) -> bool:
        """Whether an ancestor has one of these names."""
        above = self.parent
        while above is not None:
            if above.tag in tags:
                return True
            above = above.parent
        return False

    def below(self) -> Iterator[Element]:
        """All elements inside, in the order of the document."""
        stack = [child for child in reversed(self.children) if isinstance(child, Element)]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def flag(self, name: str) -> bool:
        """Whether a boolean attribute is true."""
        return self.attributes.get(name, "").lower() == "true"

    def text(self) -> str:
        """The text directly inside."""
        return "".join(child for child in self.children if isinstance(child, str))


Take = Callable[["Conversion", Element, str, str], None]
"""Takes an attribute: checks it and keeps it, or raises."""
Check = Callable[["Conversion", Element], None]
Render = Callable[["Conversion", Element], None]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of element: its MessageML name, the attributes it takes, what is checked when its children are there, and
    how it is printed. `label` is the name that lists in errors have for it."""

    tag: str
    attributes: Mapping[str, Take]
    checks: tuple[Check, ...]
    render: Render
    label: str = ""
    begin: Check | None = None

    @property
    def name(self) -> str:
        return self.label or self.tag


@dataclass(slots=True, eq=False)
class Conversion:
    """One conversion: what it was given, and what it has made so far."""

    entities: Entities
    users: Directory | None
    schemes: frozenset[str] | None
    mode: str = MML
    out: list[str] = field(default_factory=list)
    count: int = 0
    targets: list[Any] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    hashtags: list[str] = field(default_factory=list)
    cashtags: list[str] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)

    def next_number(self) -> int:
        """The number of the next tag that makes an entity: one row of numbers for all of them."""
        self.count += 1
        return self.count

    def children(self, element: Element) -> None:
        """Print what is inside an element."""
        for child in element.children:
            if isinstance(child, str):
                self.text(child, element)
            else:
                child.kind.render(self, child)

    def text(self, text: str, parent: Element) -> None:
        """Print text; outside of preformatted places a run of line feeds becomes a blank."""
        if "\n" in text and not keeps_lines(parent):
            text = _LINE_FEEDS.sub(" ", text)
        self.words.append(text)
        self.out.append(escaped(text))

    def tag(self, name: str, attributes: Mapping[str, str | None], end: str = ">") -> None:
        """Print a start tag with the attributes that have a value."""
        self.out.append(f"<{name}")
        for attribute, value in attributes.items():
            if value is not None:
                self.out.append(f' {attribute}="{escaped(value)}"')
        self.out.append(end)


def keeps_lines(parent: Element) -> bool:
    """Whether line feeds of text directly in this element stay (reference/messageml.md 4)."""
    return parent.tag in ("code", "textarea", "richtextarea", "pre") or parent.inside("pre")


def escaped(text: str) -> str:
    """Text as it stands in PresentationML, in content and in attributes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def random_id(prefix: str) -> str:
    """An id of this kind that no other element has."""
    return f"{prefix}-{secrets.token_urlsafe(9)}"


def keep(_: Conversion, element: Element, name: str, value: str) -> None:
    """Take an attribute as it is."""
    element.attributes[name] = value


def keep_as(stored: str) -> Take:
    """Take an attribute under another name."""

    def take(_: Conversion, element: Element, __: str, value: str) -> None:
        element.attributes[stored] = value

    return take


def drop(_: Conversion, __: Element, ___: str, ____: str) -> None:
    """Accept an attribute and forget it."""


def not_allowed(element: Element, name: str) -> InvalidMessage:
    return InvalidMessage(f'Attribute "{name}" is not allowed in "{element.tag}"')
