"""MessageML and EntityJSON to PresentationML, as the agent converts them. Stands alone.

from emulator.messageml import convert, InvalidMessage
done = convert("<messageML>Hello <b>world</b></messageML>")
done.presentationml, done.data
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.messageml import entityjson, template
from emulator.messageml.build import build
from emulator.messageml.element import Conversion, Directory
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.xmltree import Node, parse

__all__ = ["Converted", "Directory", "InvalidMessage", "convert"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """A message as it is stored and given out: PresentationML and EntityJSON as texts; beside them the plain text and
    its distinct words (without tags and mentions), what it is tagged with, who is mentioned (user ids), how many tags
    and mentions it has, and the ids of its forms."""

    presentationml: str
    data: str
    text: str
    words: tuple[str, ...]
    hashtags: tuple[str, ...]
    cashtags: tuple[str, ...]
    mentions: tuple[int, ...]
    entities: int
    forms: tuple[str, ...]


def convert(
    message: str | None,
    data: str | None = None,
    version: str | None = None,
    *,
    users: Directory | None = None,
    schemes: frozenset[str] | None = _WEB,
) -> Converted:
    """Convert a message in MessageML or PresentationML with its EntityJSON.

    `users` is where mentions are looked up, `schemes` what links may begin with (None: anything). InvalidMessage
    carries the agent's text when the message is refused.
    """
    if message is None or not message.strip():
        raise InvalidMessage("Error parsing message: the message cannot be null or empty")
    entities = entityjson.read(data)
    if template.is_template(message):
        message = template.expand(message, entities)
    if _CONTROL.search(message):
        raise InvalidMessage("Invalid control characters in message")
    root = parse(message)
    if "data-entity-id" in message:
        _check_entities(root, entities)
    conversion = Conversion(entities, users, schemes)
    conversion.targets.append(entities)
    element = build(conversion, root, version)
    element.kind.render(conversion, element)
    text = "".join(conversion.words)
    return Converted(
        presentationml="".join(conversion.out),
        data=entityjson.write(entities),
        text=text.strip(),
        words=tuple(dict.fromkeys(word.casefold() for word in _WORD.findall(text))),
        hashtags=tuple(conversion.hashtags),
        cashtags=tuple(conversion.cashtags),
        mentions=tuple(conversion.mentions),
        entities=len(conversion.hashtags) + len(conversion.cashtags) + len(conversion.mentions),
        forms=tuple(conversion.forms),
    )


def _check_entities(node: Node, entities: entityjson.Entities) -> None:
    """That each entity that the message refers to is in the data, and is an object."""
    stack = [node]
    while stack:
        each = stack.pop()
        name = each.attributes.get("data-entity-id")
        if name is not None:
            found = next(entityjson.find(entities, name), None)
            if found is None:
                raise InvalidMessage(
                    f'Error processing EntityJSON: no entity data provided for "data-entity-id"="{name}"'
                )
            if not isinstance(found, dict):
                raise InvalidMessage(f'Error processing EntityJSON: the node "{name}" has to be an object')
        stack.extend(child for child in reversed(each.children) if isinstance(child, Node))
