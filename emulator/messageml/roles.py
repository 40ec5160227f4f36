"""What an element is to readers of text: to the search and push messages, and in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Way = Literal[
    "nothing",
    "text",
    "inline",
    "link",
    "linebreak",
    "keyword",
    "mention",
    "emoji",
    "moment",
    "paragraph",
    "rule",
    "wrapped",
    "list",
    "item",
    "row",
    "cell",
    "code",
    "preformatted",
    "menu",
    "box",
    "field",
]
"""How it is written in Markdown; `markdown.py` knows each. `nothing`: only its content is written, in its parent."""


@dataclass(frozen=True, slots=True)
class Role:
    """Each element states its own; there is none by default, so that none is silently wrong."""

    markdown: Way
    line: bool = False
    """Whether its text stands on lines of its own."""
    seen: bool = False
    """Whether it is seen even when there is no text in it."""
    before: str = ""
    """Written before the content, for `inline` and `wrapped`; the name of a `field`."""
    after: str = ""
    fields: tuple[str, ...] = ()
    """Of a `field`, the attributes that are written, in order."""


NOTHING = Role("nothing")
LABELS = ("placeholder", "label", "title")


def inline(mark: str, *, line: bool = False) -> Role:
    """Content between two of these marks."""
    return Role("inline", line=line, before=mark, after=mark)


def field(name: str, *fields: str, line: bool = False) -> Role:
    """A control: its name and what these attributes say."""
    return Role("field", line=line, seen=True, before=name, fields=fields or LABELS)
