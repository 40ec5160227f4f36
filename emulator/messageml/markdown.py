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
from emulator.messageml.names import names
from emulator.messageml.writing import one_line

_MARKERS = re.compile(r"[ \t\n\x0b\f\r]*([_*\-+`])\1*[ \t\n\x0b\f\r]*")
_ESCAPED = re.compile(r"[_*\-+`]")

# Delimiters before and after the content.
_INLINE = {
    "bold": "**",
    "header": "**",
    "italic": "_",
    "subscript": "~",
    "superscript": "^",
}
_WRAPPED = {
    "form": ("\n   \n", "\n   \n"),
    "table": ("\n   \n", "\n   \n"),
    "dialog": ("---\n**Dialog**\n", "---\n"),
    "button": ("(Button:", ")"),
    "option": ("-", "\n"),
}
_PARAGRAPHS = frozenset(
    names("paragraph div cardheader cardbody expandablecardheader expandablecardbody title body footer horizontalrule")
)
_LABELLED = {
    "textfield": ("Text Field", ("placeholder", "label", "title")),
    "textarea": ("Text Area", ("placeholder", "label", "title")),
    "richtextarea": ("Rich Text Area", ("placeholder", "label", "title")),
    "personselector": ("Person Selector", ("placeholder", "label", "title")),
    "roomselector": ("Room Selector", ("placeholder", "label", "title")),
    "dateselector": ("Date Selector", ("placeholder",)),
    "datepicker": ("Date Picker", ("label", "title", "placeholder")),
    "timepicker": ("Time Picker", ("placeholder", "label", "title")),
    "timezonepicker": ("Timezone Picker", ("placeholder", "label", "title")),
}
_INLINE_NODES = frozenset(
    (*_INLINE, "text", "link", "linebreak", "hashtag", "cashtag", "mention", "emoji", "tag", "datetime")
)
# They write themselves, whatever stands in them.
_LEAVES = frozenset(
    ("link", "linebreak", "hashtag", "cashtag", "mention", "emoji", "tag", "datetime", "checkbox", "radio", *_LABELLED)
)
_TRANSPARENT = frozenset(
    names("span image card expandablecard tableheader tablebody tablefooter chime uiaction messageml")
)


class _Node:
    """A node of the Markdown tree; `element` is None for the document."""

    __slots__ = ("children", "element", "inline", "last", "name", "parent")

    def __init__(self, element: Element | None, parent: _Node | None) -> None:
        self.element = element
        self.name = "document" if element is None else element.kind.name
        self.inline = self.name in _INLINE_NODES
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
        if name in _TRANSPARENT:
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
        name, element = node.name, node.element
        if element is None:
            return True
        if name == "text":
            self.text(element.text)
            if node.parent is not None and node.parent.name == "dialog":
                self.line()
        elif name in _LEAVES:
            self.leaf(name, element)
            return False
        elif name in _INLINE:
            self.write(_INLINE[name])
        elif name in _PARAGRAPHS:
            self.double_line()
            if name == "horizontalrule":
                self.write("---")
                self.double_line()
        elif name in _WRAPPED:
            self.write(_WRAPPED[name][0])
        elif name in ("bulletlist", "orderedlist"):
            self.line()
            if node.parent is not None and node.parent.name == "listitem":
                self.levels[name] += 1
            if name == "orderedlist":
                self.numbers.append(1)
        elif name == "listitem":
            # A bulleted list within an ordered one goes on counting: production does.
            if self.numbers:
                self.write(f"{'  ' * self.levels['orderedlist']}{self.numbers[-1]}. ")
            else:
                self.write(f"{'  ' * self.levels['bulletlist']}- ")
        elif name == "code":
            self.line()
            self.write(f"```{code_language(element) or ''}")
            self.line()
        elif name == "preformatted":
            self.keep_lines = True
            self.write("\n")
        elif name == "select":
            label = element.get("label")
            self.write(f" {'' if java.blank(label) else escape(label or '')} \n")
        return True

    def leave(self, node: _Node) -> None:
        name = node.name
        if name in _INLINE:
            self.write(_INLINE[name])
        elif name in _PARAGRAPHS:
            if node.children:
                self.double_line()
        elif name in _WRAPPED:
            self.write(_WRAPPED[name][1])
        elif name in ("bulletlist", "orderedlist"):
            self.line()
            if node.parent is not None and node.parent.name == "listitem":
                self.levels[name] -= 1
            if name == "orderedlist":
                self.numbers.pop()
        elif name == "listitem":
            self.line()
            if self.numbers:
                self.numbers[-1] += 1
        elif name == "code":
            self.line()
            self.write("```")
            self.line()
        elif name == "preformatted":
            self.write("\n")
            self.keep_lines = False
        elif name == "tablerow" and not node.last:
            self.write("\n")
        elif name in ("tablecell", "tableheadercell") and not node.last:
            self.write("   ")
        if node.parent is not None and node.parent.name == "dialog":
            self.line()

    def leaf(self, name: str, element: Element) -> None:
        if name == "linebreak":
            self.line()
        elif name == "link":
            href = element.attributes["href"]
            shown = visible_text(element)
            self.write(f"[ {href if java.blank(shown) else shown} ]({href})")
        elif name in ("hashtag", "cashtag", "tag"):
            self.write(keyword_text(element))
        elif name == "mention":
            shown = mention_text(element)
            self.write(shown) if element.user is not None else self.text(shown)
        elif name == "emoji":
            self.write(f":{element.attributes['shortcode']}:")
        elif name == "datetime":
            self.write(element.attributes["value"])
        elif name in ("checkbox", "radio"):
            shown = visible_text(element.children[0]) if len(element.children) == 1 else ""
            self.write(f" {'' if java.blank(shown) else escape(shown)} ")
        else:
            self.write(_control(name, element))


def _control(name: str, element: Element) -> str:
    title, attributes = _LABELLED[name]
    if name == "timezonepicker" and element.presentationml:
        attributes = ("data-placeholder", "label", "title")
    parts = [f"[{element.attributes[a]}]" for a in attributes if a in element.attributes]
    if name == "datepicker" and element.attributes.get("placeholder") == "":
        parts.pop()  # only there an empty one is left out
    if name in ("textfield", "textarea", "richtextarea"):
        parts.append(initial_value(element) or "")
    text = "".join(parts)
    return f"({title}{':' if text else ''}{escape(text)})"


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
