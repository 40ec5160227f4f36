"""The conversion from end to end. production/messageml.md 1 has the order of its steps."""

from __future__ import annotations

import os
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass

from emulator.messageml import checks, entityjson, java, markdown, reading, uiactions
from emulator.messageml.build import build
from emulator.messageml.element import Directory, Element, Kind, Message, take_attribute
from emulator.messageml.entities import check_ticker
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import AUDIO, ENTITY_ID
from emulator.messageml.roles import NOTHING
from emulator.messageml.writing import attribute, escaped, one_line
from emulator.messageml.xml import Node, parse

MAX_LENGTH = 4_000_000
"""Characters of a message or of its data, also after templates are expanded: far above what a pod takes."""
_TEMPLATE_MARKS = ("<#", "<@", "${", "#{")
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Converted:
    """A message in the form in which a pod keeps it, and what a pod needs to know of it."""

    presentationml: str
    data: str
    """EntityJSON; `{}` when there is none."""
    text: str
    """The visible text, a line for each block."""
    words: tuple[str, ...]
    """Its distinct words in lower case, those of tags and mentions left out."""
    markdown: str
    hashtags: tuple[str, ...]
    """Without the #; each once, in the order of the message."""
    cashtags: tuple[str, ...]
    """Without the $."""
    mentions: tuple[int, ...]
    """Ids of the users mentioned who exist."""
    entities: int
    """The number of tags and mentions, repeated ones too."""
    forms: tuple[str, ...]
    """Ids of the forms."""
    is_empty: bool
    """Whether nothing would be seen of it."""


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def random_id() -> str:
    """The random part of a generated id: 8 characters."""
    return b2a_base64(os.urandom(6), newline=False).translate(_URL_SAFE).decode("ascii")


def convert(
    message: str | None,
    data: str | None = None,
    version: str | None = None,
    users: Directory | None = None,
    schemes: frozenset[str] | None = frozenset({"http", "https"}),
    *,
    short_id: Callable[[], str] = random_id,
) -> Converted:
    """MessageML (or PresentationML) and EntityJSON, as the agent would store them.

    `users` is where mentions are looked up; without it every mention is of an unknown user. `schemes` are the URI
    schemes that links may have, in lower case, None for any. `short_id` makes the random parts of generated ids.
    Raises InvalidMessage with the agent's text.
    """
    if java.blank(message):
        raise InvalidMessage("Error parsing message: the message cannot be null or empty")
    assert message is not None
    if len(message) > MAX_LENGTH or len(data or "") > MAX_LENGTH:
        raise InvalidMessage(f"Error parsing message: more than {MAX_LENGTH} characters")
    entities = entityjson.read(data)
    if any(mark in message for mark in _TEMPLATE_MARKS):
        from emulator.messageml.templates import expand  # only some messages need it

        message = expand(message, entities)
    if not _CONTROLS.isdisjoint(message):
        raise InvalidMessage("Invalid control characters in message")
    node = parse(message)
    state = Message(node.tag == "div", entities, users, schemes, short_id)
    if ENTITY_ID in message:
        _check_entity_ids(node, state)
    if node.tag not in ("messageML", "div"):
        raise InvalidMessage("Root tag must be <messageML> or <div>")
    root = new_root(state, version)
    for name, value in node.attributes.items():
        take_attribute(state, root, name, value)
    build(state, node, root)
    return finished(state, root)


def finished(state: Message, root: Element) -> Converted:
    """What comes of a tree that is built: the rules for the whole of it, and all forms of the message."""
    elements = list(root)
    for element in elements:
        if element.kind.name == "tag":
            check_ticker(element)
    _check_root(state, root)
    uiactions.pair_dialogs(elements)
    _extend(state, root)
    known = reading.read(elements)
    return Converted(
        presentationml=_print(state, root),
        data=entityjson.write(state.entities),
        text=known.text,
        words=known.words,
        markdown=markdown.render(root),
        hashtags=known.hashtags,
        cashtags=known.cashtags,
        mentions=known.mentions,
        entities=known.entities,
        forms=known.forms,
        is_empty=known.is_empty,
    )


# --- the root --------------------------------------------------------------------------------------------------------


def _print_root(_message: Message, element: Element) -> tuple[str, str, bool]:
    version = attribute("data-version", element.attributes["data-version"])
    return f'<div data-format="PresentationML"{version}>', "</div>", True


def _read_root(message: Message, element: Element, name: str, value: str) -> None:
    if name != "xmlns":
        checks.read_styled(message, element, name, value)


_ROOT = Kind(
    "messageML",
    "messageml",
    NOTHING,
    _print_root,
    {"xmlns": "xmlns", "class": "class", "style": "style"},
    {"data-format": "data-format", "data-version": "data-version", "class": "class", "style": "style"},
    read=_read_root,
)


def new_root(message: Message, version: str | None) -> Element:
    """The root of a message's tree, in the version asked for."""
    root = Element(_ROOT, None, presentationml=message.presentationml)
    if not message.presentationml:
        root.attributes["data-version"] = "2.0" if version is None or java.blank(version) else version
    elif version is not None:
        root.attributes["data-version"] = version
    return root


def _check_root(message: Message, root: Element) -> None:
    own = root.attributes
    if not message.presentationml:
        if len(own) > 1:
            raise InvalidMessage('Element "messageML" may not have attributes')
    elif own.get("data-format", "").lower() != "presentationml" or "data-version" not in own:
        raise InvalidMessage('Malformed PresentationML. The attributes "data-format" and "data-version" are required.')
    if message.chime and (len(root.children) != 1 or root.children[0].kind is not AUDIO):
        raise InvalidMessage("Chime messages may not have any other content")


def _check_entity_ids(root: Node, message: Message) -> None:
    """Every data-entity-id is the name of an object somewhere in the data."""
    left: list[object] = [root]
    while left:
        node = left.pop()
        if not isinstance(node, Node):
            continue
        left.extend(reversed(node.children))
        name = node.attributes.get(ENTITY_ID)
        if name is None:
            continue
        found = message.first_named(name)
        if not found:
            raise InvalidMessage(f'Error processing EntityJSON: no entity data provided for "{ENTITY_ID}"="{name}"')
        if not isinstance(found[0], dict):
            raise InvalidMessage(f'Error processing EntityJSON: the node "{name}" has to be an object')


# --- the two outputs -------------------------------------------------------------------------------------------------


def _extend(message: Message, root: Element) -> None:
    """Adds the generated entities: into the object of the entity around them, or into the whole."""
    left = [(child, message.entities) for child in reversed(root.children)]
    while left:
        element, around = left.pop()
        inside = around
        if element.kind.entity is not None:
            own = element.kind.entity(message, element, around)
            inside = around if own is None else own
        left.extend((child, inside) for child in reversed(element.children))


_KEEP_LINES = frozenset(("code", "textarea", "richtextarea"))


def _print(message: Message, root: Element) -> str:
    out: list[str] = []
    preformatted = 0
    # A string is an end tag still to be written.
    left: list[Element | tuple[str, int]] = [root]
    while left:
        item = left.pop()
        if isinstance(item, tuple):
            out.append(item[0])
            preformatted -= item[1]
            continue
        if item.kind.tag is None:
            assert item.parent is not None
            keep = preformatted or item.parent.kind.name in _KEEP_LINES
            out.append(escaped(item.text if keep else one_line(item.text)))
            continue
        before, after, inner = item.kind.print(message, item)
        out.append(before)
        if inner:
            pre = int(item.kind.name == "preformatted")
            preformatted += pre
            left.append((after, pre))
            left.extend(reversed(item.children))
        else:
            out.append(after)
    return "".join(out)
