"""What a pod wants to know of a message: its words for the search, its tags and mentions, its forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.messageml import java
from emulator.messageml.element import Element
from emulator.messageml.emoji import unicode_of
from emulator.messageml.entities import keyword_text, mention_text
from emulator.messageml.writing import one_line
from emulator.words import words_of

_CASH = frozenset(("cashtag", "tag"))


@dataclass(frozen=True, slots=True)
class Reading:
    """See `convert.Converted`, whose fields these are."""

    text: str
    words: tuple[str, ...]
    hashtags: tuple[str, ...]
    cashtags: tuple[str, ...]
    mentions: tuple[int, ...]
    entities: int
    forms: tuple[str, ...]
    is_empty: bool


def read(elements: Iterable[Element]) -> Reading:
    """Reads the elements of a message, given in document order."""
    seen, plain = _Text(), _Text()
    hashtags: dict[str, None] = {}
    cashtags: dict[str, None] = {}
    mentions: dict[int, None] = {}
    forms: list[str] = []
    count = 0
    visible = False
    hidden: set[int] = set()  # what stands within a tag is not shown
    for element in elements:
        name = element.kind.name
        if element.parent is not None and id(element.parent) in hidden:
            hidden.add(id(element))
            continue
        if element.kind.role.seen:
            visible = True
        if name == "text":
            shown = element.text if element.parent and element.parent.kind.name == "code" else one_line(element.text)
            seen.add(shown, element)
            plain.add(shown, element)
        elif name == "hashtag" or name in _CASH:
            count += 1
            shown = keyword_text(element)
            (hashtags if name == "hashtag" else cashtags)[shown[1:]] = None
        elif name == "mention":
            shown = mention_text(element)
            if element.get("uid") is not None:
                count += 1
            if element.user is not None:
                mentions[int(element.attributes["uid"])] = None
            if element.get("uid") is None and element.children:
                continue  # a soft mention shows its own content, as a link
        elif name == "emoji":
            if element.children:
                continue
            shortcode = element.attributes["shortcode"]
            shown = unicode_of(shortcode) or f":{shortcode}:"
            visible = True
        elif name == "datetime":
            shown = element.attributes["value"]
            plain.add(shown, element)
        elif name == "link" and not element.children:
            shown = element.attributes["href"]
            plain.add(shown, element)
        else:
            if name == "form":
                forms.append(element.attributes["id"])
            if name in ("datepicker", "timepicker", "timezonepicker"):
                hidden.add(id(element))
            for label in ("label",) if "label" in element.attributes and name not in ("checkbox", "radio") else ():
                seen.add(element.attributes[label] + "\n", element)
                plain.add(element.attributes[label] + "\n", element)
            continue
        if name not in ("text", "link"):
            hidden.add(id(element))
            seen.add(shown, element)
            if name != "datetime":
                plain.add("\0", element)  # it parts words, but is none
        elif name == "link":
            seen.add(shown, element)
    text = seen.joined()
    return Reading(
        text,
        words_of(plain.joined()),
        tuple(hashtags),
        tuple(cashtags),
        tuple(mentions),
        count,
        tuple(forms),
        not visible and java.blank(text.replace("\u00a0", " ")),
    )


class _Text:
    """Puts text together, with a line break between pieces of different blocks."""

    __slots__ = ("block", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.block: Element | None = None

    def add(self, text: str, element: Element) -> None:
        block = element.parent
        while block is not None and not block.kind.role.line:
            block = block.parent
        if self.parts and block is not self.block:
            self.parts.append("\n")
        self.block = block
        self.parts.append(text)

    def joined(self) -> str:
        lines = "".join(self.parts).split("\n")
        return "\n".join(filter(None, map(str.strip, lines)))
