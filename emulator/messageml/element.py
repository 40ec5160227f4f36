"""The tree of a message: elements, the kinds of element, and what is known of the message while it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from emulator.messageml import entityjson
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.roles import Role

Json = dict[str, Any]


class User(Protocol):
    """What a mention needs to know of a user."""

    @property
    def id(self) -> int: ...
    @property
    def display_name(self) -> str | None: ...


class Directory(Protocol):
    """Where mentions are looked up."""

    def by_id(self, user_id: int, /) -> User | None: ...
    def by_email(self, email: str, /) -> User | None: ...


@dataclass(slots=True)
class Message:
    """What is known of the whole message while its tree is built."""

    presentationml: bool
    entities: Json
    users: Directory | None
    schemes: frozenset[str] | None
    short_id: Callable[[], str]
    counter: int = 0
    ids: set[str] = field(default_factory=set)
    chime: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    fields: dict[str, list[object]] | None = None
    first: dict[str, object] | None = None

    def named(self, name: str) -> list[object]:
        """The fields of that name in the data, at any depth; to be asked before entities are added."""
        if self.fields is None:
            self.fields = entityjson.fields(self.entities)
        return self.fields.get(name, [])

    def first_named(self, name: str) -> list[object]:
        """The field of that name that stands first in the data's text, in a list; none in an empty one."""
        if self.first is None:
            self.first = entityjson.first_fields(self.entities)
        return [self.first[name]] if name in self.first else []

    def next_number(self) -> int:
        """The number of the next entity: one counter for all kinds."""
        self.counter += 1
        return self.counter

    def claim_id(self, identifier: str) -> None:
        """Ids of forms and dialogs are unique in a message."""
        if identifier in self.ids:
            raise InvalidMessage(f"Elements must have unique ids. The following value is not unique: [{identifier}].")
        self.ids.add(identifier)

    def claim_label(self, identifier: str, text: str) -> None:
        """A PresentationML `label` stands for the label attribute of the control with that id."""
        if identifier in self.labels:
            raise InvalidMessage("Invalid MessageML content, multiple splittable elements with the same id created")
        self.labels[identifier] = text


class Element:
    """One element, or one piece of text (its kind is `elements.TEXT` then)."""

    __slots__ = (
        "attributes",
        "children",
        "entity_id",
        "in_action",
        "in_form",
        "kind",
        "parent",
        "presentationml",
        "text",
        "user",
    )

    def __init__(self, kind: Kind, parent: Element | None, *, presentationml: bool = False, text: str = "") -> None:
        self.kind = kind
        self.parent = parent
        self.presentationml = presentationml
        self.text = text
        self.attributes: dict[str, str] = {}
        self.children: list[Element] = []
        self.entity_id: str | None = None
        self.user: User | None = None
        # Asked of nearly every form element, so kept rather than looked for upwards.
        self.in_form: bool = parent is not None and (parent.in_form or parent.kind.name == "form")
        self.in_action: bool = parent is not None and (parent.in_action or parent.kind.name == "uiaction")

    def get(self, attribute: str) -> str | None:
        """The attribute's value, under the name by which it is stored."""
        return self.attributes.get(attribute)

    def true(self, attribute: str) -> bool:
        """Whether the attribute says `true`, in any case."""
        return self.attributes.get(attribute, "").lower() == "true"

    def __iter__(self) -> Iterator[Element]:
        """This element and all below it, in document order."""
        left = [self]
        while left:
            element = left.pop()
            yield element
            left.extend(reversed(element.children))


Check = Callable[[Message, Element], None]
# Gives the markup before and after the children, and whether the children are printed between.
Print = Callable[[Message, Element], tuple[str, str, bool]]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of element: what it accepts, what is checked and in which order, how it is printed."""

    tag: str | None
    """The MessageML tag, as error texts have it."""
    name: str
    """The name that error texts give it in lists of kinds."""
    role: Role
    """What it is to readers of text."""
    print: Print
    accepts: Mapping[str, str] = field(default_factory=dict)
    """Attribute as written -> attribute as stored, in MessageML."""
    accepts_presentationml: Mapping[str, str] | None = None
    """The same in PresentationML, where it differs."""
    checks: tuple[Check, ...] = ()
    """In this order; which error wins is part of the behaviour."""
    read: Callable[[Message, Element, str, str], None] | None = None
    """Takes an attribute that needs more than storing; called with the name as stored."""
    created: Callable[[Message, Element], None] | None = None
    """Runs before the attributes are read."""
    entity: Callable[[Message, Element, Json], Json | None] | None = None
    """Adds the element's entity to the object given; the object for the entities within."""
    identified: bool = False
    """Whether its `id` has to be unique in the message."""


def refuse_attribute(element: Element, attribute: str) -> InvalidMessage:
    """The error for an attribute that the element does not have."""
    return InvalidMessage(f'Attribute "{attribute}" is not allowed in "{element.kind.tag}"')


def take_attribute(message: Message, element: Element, name: str, value: str) -> None:
    """Reads one attribute into the element."""
    kind = element.kind
    accepts = kind.accepts
    if element.presentationml and kind.accepts_presentationml is not None:
        accepts = kind.accepts_presentationml
    stored = accepts.get(name)
    if stored is None:
        raise refuse_attribute(element, name)
    if kind.read is None:
        element.attributes[stored] = value
    else:
        kind.read(message, element, stored, value)
