"""The XML layer: text in, a tree of nodes out. No DTD, so no entities but the five predefined ones; bounded depth.

Namespaces are not processed: `x:b` is a tag of that name. production/messageml.md 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 1000
MAX_ELEMENTS = 5_000
"""Of a message: a table of 1,000 rows and 8 columns has that many, and takes a tenth of a second."""
MAX_ATTRIBUTE_COUNT = 40_000
"""Attributes of all elements; what looks like one in a text counts too."""
MAX_ATTRIBUTES = 400_000
"""Characters of all attributes, images left out: theirs may hold the image itself."""
MAX_TEXT = 200_000
"""Characters of text, line breaks left out: more than three times what a pod lets a message show."""
DOCTYPE = 'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.'


@dataclass(slots=True, frozen=True)
class Foreign:
    """A comment, a CDATA section or a processing instruction inside the root: refused where it is met."""

    name: str


@dataclass(slots=True)
class Node:
    """An XML element; its attributes in alphabetical order, as every later step wants them."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | Foreign | str]

    def text(self) -> str:
        """All text below this element, markup left out."""
        parts: list[str] = []
        left: list[Node | Foreign | str] = [self]
        while left:
            item = left.pop()
            if isinstance(item, str):
                parts.append(item)
            elif isinstance(item, Node):
                left.extend(reversed(item.children))
        return "".join(parts)


class _Tree:
    """Takes expat's events and puts the tree together."""

    __slots__ = ("attributes", "elements", "in_cdata", "length", "open", "root", "text")

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.text: list[str] = []
        self.in_cdata = False
        self.elements = 0
        self.attributes = 0
        self.length = 0

    def _flush(self) -> None:
        if self.text:
            self.open[-1].children.append("".join(self.text))
            self.text.clear()

    def count(self) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise InvalidMessage(f"Invalid messageML: the message has more than {MAX_ELEMENTS} elements.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise InvalidMessage(f"Invalid messageML: elements are nested more than {MAX_DEPTH} levels deep.")
        self.count()
        if attributes and tag != "img":
            self.attributes += sum(map(len, attributes.values()))
            if self.attributes > MAX_ATTRIBUTES:
                raise InvalidMessage(
                    f"Invalid messageML: the attributes of the message have more than {MAX_ATTRIBUTES} characters."
                )
        if len(attributes) > 1:
            attributes = dict(sorted(attributes.items()))
        node = Node(tag, attributes, [])
        if self.open:
            self._flush()
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _tag: str) -> None:
        self._flush()
        self.open.pop()

    def characters(self, text: str) -> None:
        if self.in_cdata:
            return
        self.length += len(text) - text.count("\n")
        if self.length > MAX_TEXT:
            raise InvalidMessage(f"Invalid messageML: the message has more than {MAX_TEXT} characters of text.")
        self.text.append(text)

    def _foreign(self, name: str) -> None:
        self.count()
        if self.open:  # around the root comments and instructions are fine
            self._flush()
            self.open[-1].children.append(Foreign(name))

    def comment(self, _text: str) -> None:
        self._foreign("#comment")

    def instruction(self, target: str, _text: str) -> None:
        self._foreign(target)

    def start_cdata(self) -> None:
        self._foreign("#cdata-section")
        self.in_cdata = True

    def end_cdata(self) -> None:
        self.in_cdata = False

    def doctype(self, *_: object) -> None:
        raise InvalidMessage(f"Invalid messageML: {DOCTYPE}")


def parse(text: str) -> Node:
    """The root of the document. Raises InvalidMessage in the words of the agent's parser (Xerces)."""
    if text.count('="') + text.count("='") > MAX_ATTRIBUTE_COUNT:
        raise InvalidMessage(f"Invalid messageML: the message has more than {MAX_ATTRIBUTE_COUNT} attributes.")
    tree = _Tree()
    if text.startswith("<?xml"):
        text = _without_declaration(text)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.CommentHandler = tree.comment
    parser.ProcessingInstructionHandler = tree.instruction
    parser.StartCdataSectionHandler = tree.start_cdata
    parser.EndCdataSectionHandler = tree.end_cdata
    parser.StartDoctypeDeclHandler = tree.doctype
    # A lone half of a surrogate pair becomes a question mark, as in Java.
    source = text.encode("utf-8", "replace")
    try:
        parser.Parse(source, True)
    except expat.ExpatError:
        from emulator.messageml.wellformed import fault  # its patterns are slow to compile, and rarely needed

        raise InvalidMessage("Invalid messageML: " + fault(source.decode("utf-8"))) from None
    assert tree.root is not None
    return tree.root


def _without_declaration(text: str) -> str:
    from emulator.messageml.wellformed import undeclared

    rest, wrong = undeclared(text)
    if wrong is not None:
        raise InvalidMessage(f"Invalid messageML: {wrong}" if wrong else "Failed to parse messageML")
    return rest
