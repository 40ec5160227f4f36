"""The message as Markdown, in which the pod counts characters and words. production/messageml.md 10.

The agent first makes a Markdown tree, then writes that. The tree matters: a block within an inline element has no
place in it and is left out, and cells and rows are parted where another node of the tree follows.
"""

from __future__ import annotations

import re

from emulator.messageml import java
from emulator.messageml.element import Element
from emulator.messageml.emoji import unicode_of
from emulator.messageml.entities import keyword_text, mention_text
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.fields import initial_value
from emulator.messageml.formatting import code_language
from emulator.messageml.roles import Role
from emulator.messageml.writing import one_line

_MARKERS = re.compile(r"[ \t\n\x0b\f\r]*([_*\-+`])\1*[ \t\n\x0b\f\r]*")
_ESCAPED = re.compile(r"[_*\-+`]")

# What may stand within a line, and what writes itself, whatever stands in it.
_INLINE = frozenset(("inline", "text", "link", "linebreak", "keyword", "mention", "emoji", "moment"))
_LEAVES = frozenset(("link", "linebreak", "keyword", "mention", "emoji", "moment", "box", "field"))
_BARE = Role("nothing")


class _Node:
    """A node of the Markdown tree; `element` is None for the document."""

    __slots__ = ("children", "element", "inline", "last", "name", "parent", "role")

    def __init__(self, element: Element | None, parent: _Node | None) -> None:
        self.element = element
        self.name = "document" if element is None else element.kind.name
        self.role = _BARE if element is None else element.kind.role
        self.inline = self.role.markdown in _INLINE
        self.parent = parent
        self.children: list[_Node] = []
        self.last = True


def _tree(root: Element) -> _Node:
    document = _Node(None, None)
    left = [(child, document) for child in reversed(root.children)]
    while left:
        element, parent = left.pop()
        name = element.kind.name
        if name == "mention" and not mention_known(element):
            raise InvalidMessage("Error processing user mention. No id or email provided")
        if element.kind.role.markdown == "nothing":
            node = parent
        else:
            node = _Node(element, parent)
            if parent.inline and not node.inline:
                continue  # the tree has no place for it, nor for what is in it
            if parent.children:
                parent.children[-1].last = False
            parent.children.append(node)
        left.extend((child, node) for child in reversed(element.children))
    return document


def mention_known(element: Element) -> bool:
    """Whether the mention says whom it is of."""
    return element.user is not None or element.get("uid") is not None or element.get("email") is not None


def escape(text: str) -> str:
    """Backslashes before Markdown's own characters, unless the text is nothing but one of them, repeated."""
    if not _ESCAPED.search(text) or _MARKERS.fullmatch(text):
        return text
    return _ESCAPED.sub(r"\\\g<0>", text)


def visible_text(element: Element) -> str:
    """The text of an element as a link shows it."""
    parts: list[str] = []
    left = [element]
    while left:
        item = left.pop()
        name = item.kind.name
        if name == "text":
            parts.append(item.text)
        elif name in ("hashtag", "cashtag", "tag"):
            parts.append(keyword_text(item))
        elif name == "mention":
            parts.append(mention_text(item))
        elif name in ("linebreak", "horizontalrule"):
            parts.append("\n")
        elif name == "emoji":
            shortcode = item.attributes["shortcode"]
            parts.append(unicode_of(shortcode) or f":{shortcode}:")
        else:
            left.extend(reversed(item.children))
    return "".join(parts)


class _Writer:
    __slots__ = ("bullets", "end", "keep_lines", "levels", "numbers", "out")

    def __init__(self) -> None:
        self.out: list[str] = []
        self.end = ""
        self.keep_lines = False
        # For each kind of list: how deep, and the next number of an ordered one.
        self.levels = {"bulletlist": 0, "orderedlist": 0}
        self.numbers: list[int] = []
        self.bullets = 0

    def write(self, text: str) -> None:
        if text:
            self.out.append(text)
            self.end = text[-1]

    def line(self) -> None:
        if self.end and self.end != "\n":
            self.write("\n")

    def double_line(self) -> None:
        if self.end and self.end != "\n":
            self.write("\n\n")

    def text(self, text: str) -> None:
        self.write(escape(text if self.keep_lines else one_line(text)))

    # What is written when a node begins; whether its children follow.
    def enter(self, node: _Node) -> bool:
        element, way = node.element, node.role.markdown
        if element is None:
            return True
        if way == "text":
            self.text(element.text)
            if node.parent is not None and node.parent.name == "dialog":
                self.line()
        elif way in _LEAVES:
            self.leaf(element)
            return False
        elif way in ("inline", "wrapped"):
            self.write(node.role.before)
        elif way in ("paragraph", "rule"):
            self.double_line()
            if way == "rule":
                self.write("---")
                self.double_line()
        elif way == "list":
            self.line()
            if node.parent is not None and node.parent.role.markdown == "item":
                self.levels[node.name] += 1
            if node.name == "orderedlist":
                self.numbers.append(1)
        elif way == "item":
            # A bulleted list within an ordered one goes on counting: production does.
            if self.numbers:
                self.write(f"{'  ' * self.levels['orderedlist']}{self.numbers[-1]}. ")
            else:
                self.write(f"{'  ' * self.levels['bulletlist']}- ")
        elif way == "code":
            self.line()
            self.write(f"```{code_language(element) or ''}")
            self.line()
        elif way == "preformatted":
            self.keep_lines = True
            self.write("\n")
        elif way == "menu":
            label = element.get("label")
            self.write(f" {'' if java.blank(label) else escape(label or '')} \n")
        return True

    def leave(self, node: _Node) -> None:
        way = node.role.markdown
        if way in ("inline", "wrapped"):
            self.write(node.role.after)
        elif way in ("paragraph", "rule"):
            if node.children:
                self.double_line()
        elif way == "list":
            self.line()
            if node.parent is not None and node.parent.role.markdown == "item":
                self.levels[node.name] -= 1
            if node.name == "orderedlist":
                self.numbers.pop()
        elif way == "item":
            self.line()
            if self.numbers:
                self.numbers[-1] += 1
        elif way == "code":
            self.line()
            self.write("```")
            self.line()
        elif way == "preformatted":
            self.write("\n")
            self.keep_lines = False
        elif way == "row" and not node.last:
            self.write("\n")
        elif way == "cell" and not node.last:
            self.write("   ")
        if node.parent is not None and node.parent.name == "dialog":
            self.line()

    def leaf(self, element: Element) -> None:
        way = element.kind.role.markdown
        if way == "linebreak":
            self.line()
        elif way == "link":
            href = element.attributes["href"]
            shown = visible_text(element)
            self.write(f"[ {href if java.blank(shown) else shown} ]({href})")
        elif way == "keyword":
            self.write(keyword_text(element))
        elif way == "mention":
            shown = mention_text(element)
            self.write(shown) if element.user is not None else self.text(shown)
        elif way == "emoji":
            self.write(f":{element.attributes['shortcode']}:")
        elif way == "moment":
            self.write(element.attributes["value"])
        elif way == "box":
            shown = visible_text(element.children[0]) if len(element.children) == 1 else ""
            self.write(f" {'' if java.blank(shown) else escape(shown)} ")
        else:
            self.write(_control(element))


def _control(element: Element) -> str:
    name, role = element.kind.name, element.kind.role
    attributes = role.fields
    if name == "timezonepicker" and element.presentationml:
        attributes = ("data-placeholder", "label", "title")
    parts = [f"[{element.attributes[a]}]" for a in attributes if a in element.attributes]
    if name == "datepicker" and element.attributes.get("placeholder") == "":
        parts.pop()  # only there an empty one is left out
    if name in ("textfield", "textarea", "richtextarea"):
        parts.append(initial_value(element) or "")
    text = "".join(parts)
    return f"({role.before}{':' if text else ''}{escape(text)})"


def _code_text(node: _Node) -> list[_Node]:
    """Of a code block only text is written, at whatever depth."""
    found: list[_Node] = []
    left = list(reversed(node.children))
    while left:
        item = left.pop()
        if item.name == "text":
            found.append(item)
        else:
            left.extend(reversed(item.children))
    return found


def render(root: Element) -> str:
    """The message as Markdown. Raises InvalidMessage for a mention of nobody."""
    if all(child.kind.tag is None for child in root.children):
        return "".join(escape(one_line(child.text)) for child in root.children)
    writer = _Writer()
    left: list[tuple[_Node, bool]] = [(_tree(root), True)]
    while left:
        node, entering = left.pop()
        if not entering:
            writer.leave(node)
        elif writer.enter(node):
            left.append((node, False))
            children = _code_text(node) if node.name == "code" else node.children
            left.extend((child, True) for child in reversed(children))
    return "".join(writer.out)
