"""XML to a small tree. No DTD, so no entities beyond the five; depth and size are bounded."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from emulator.messageml.errors import InvalidMessage

MAX_DEPTH = 500
MAX_BYTES = 4 * 1024 * 1024

_DOCTYPE = 'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.'
_NAME = re.compile(r"[\w:][\w:.-]*")
_ENDS = "XML document structures must start and end within the same entity."


class Node:
    """An element as it was written: its tag, its attributes by name, its children (elements and texts)."""

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node | str] = []


def parse(text: str) -> Node:
    """The root element; InvalidMessage with the words of the agent's parser."""
    content = text.lstrip("\ufeff")
    if not content.lstrip().startswith("<?xml"):
        content = content.lstrip()
    try:
        encoded = content.encode()
    except UnicodeEncodeError:
        raise InvalidMessage("Invalid messageML: An invalid XML character was found in the document.") from None
    if len(encoded) > MAX_BYTES:
        raise InvalidMessage(f"Invalid messageML: the message has more than {MAX_BYTES} bytes.")
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.CommentHandler = builder.comment
    parser.StartCdataSectionHandler = builder.cdata
    parser.ProcessingInstructionHandler = builder.instruction
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(encoded, True)
    except expat.ExpatError as error:
        raise InvalidMessage(f"Invalid messageML: {_worded(error, encoded, builder)}") from None
    assert builder.root is not None
    if builder.strange is not None:
        raise InvalidMessage(f'Invalid element "{builder.strange}"')
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        # What is well-formed but not allowed is told only when the whole is well-formed, as the agent does.
        self.strange: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        if len(self.open) > MAX_DEPTH:
            raise InvalidMessage(f"Invalid messageML: elements are nested more than {MAX_DEPTH} deep.")

    def end(self, _: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
        children = self.open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += text
        else:
            children.append(text)

    def _found(self, what: str) -> None:
        if self.open and self.strange is None:
            self.strange = what

    def comment(self, _: str) -> None:
        self._found("#comment")

    def cdata(self) -> None:
        self._found("#cdata-section")

    def instruction(self, target: str, _: str) -> None:
        self._found(target)

    def doctype(self, *_: Any) -> None:
        raise InvalidMessage(f"Invalid messageML: {_DOCTYPE}")


def _name_at(rest: str) -> str:
    found = _NAME.match(rest)
    return found[0] if found else ""


def _worded(error: expat.ExpatError, content: bytes, builder: _Builder) -> str:
    """The failure in the words of the agent's parser, chosen by expat's code and the text around the place."""
    lines = content.split(b"\n")
    line = lines[min(error.lineno, len(lines)) - 1]
    rest = (line[error.offset :] + b"\n" + b"\n".join(lines[error.lineno :])).decode(errors="replace")
    before = (b"\n".join(lines[: error.lineno - 1]) + b"\n" + line[: error.offset]).decode(errors="replace")
    innermost = builder.open[-1].tag if builder.open else ""
    match error.code:
        case 2 if not builder.root:
            return "Content is not allowed in prolog."
        case 7:
            return f'The element type "{innermost}" must be terminated by the matching end-tag "</{innermost}>".'
        case 8:
            tag, attribute = _open_tag(before + rest[:1]), _name_at(rest)
            return f'Attribute "{attribute}" was already specified for element "{tag}".'
        case 9:
            if rest.lstrip().startswith("<"):
                return "The markup in the document following the root element must be well-formed."
            return "Content is not allowed in trailing section."
        case 11:
            entity = re.match(r"&?([^;]*);?", rest)
            return f'The entity "{entity[1] if entity else ""}" was referenced, but not declared.'
        case 14:
            number = re.match(r"&?(#x?[0-9A-Fa-f]+)", rest)
            return f'Character reference "&{number[1] if number else "#"}" is an invalid XML character.'
        case 17:
            return 'The processing instruction target matching "[xX][mM][lL]" is not allowed.'
    if not builder.root and not builder.open:
        return (
            "Content is not allowed in prolog."
            if not before.strip() and not rest.startswith("<")
            else _inside(before, rest, innermost)
        )
    if error.code in (3, 5, 6) and not rest.strip().startswith("&"):
        return _inside(before, rest, innermost, default=_ENDS)
    return _inside(before, rest, innermost)


def _open_tag(before: str) -> str:
    return _name_at(before[before.rfind("<") + 1 :])


def _inside(before: str, rest: str, innermost: str, default: str = "") -> str:
    """What is wrong at a place inside the document."""
    invalid = re.match(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", rest)
    if invalid:
        code = f"{ord(invalid[0]):x}"
        return f"An invalid XML character (Unicode: 0x{code}) was found in the element content of the document."
    if before.endswith("]]") or rest.startswith("]]>"):
        return 'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.'
    at = before.rfind("<")
    in_tag = at > before.rfind(">") and at >= 0
    if in_tag and before.startswith("!--", at + 1):
        return 'The string "--" is not permitted within comments.'
    if in_tag:
        return _inside_tag(before[at:] + rest, len(before) - at, default)
    reference = _reference(before, rest)
    if reference is not None:
        return reference
    if default:
        return default
    return "The content of elements must consist of well-formed character data or markup."


def _reference(before: str, rest: str) -> str | None:
    at = before.rfind("&")
    if rest.startswith("&"):
        whole = rest
    elif at >= 0 and ";" not in before[at:]:
        whole = before[at:] + rest
    else:
        return None
    name = _name_at(whole[1:])
    if not name:
        if whole.startswith("&#"):
            return 'A decimal representation must immediately follow the "&#" in a character reference.'
        return "The entity name must immediately follow the '&' in the entity reference."
    return f"The reference to entity \"{name}\" must end with the ';' delimiter."


_ATTRIBUTE = re.compile(r"""\s+([\w:][\w:.-]*)\s*=\s*("[^"<&]*(?:&[^"<]*)*"|'[^'<&]*(?:&[^'<]*)*')""")


def _inside_tag(markup: str, offset: int, default: str) -> str:
    if markup.startswith("</"):
        tag = _name_at(markup[2:])
        return f"The end-tag for element type \"{tag}\" must end with a '>' delimiter." if tag else default or _CONTENT
    tag = _name_at(markup[1:])
    if not tag:
        return _CONTENT
    at = 1 + len(tag)
    while (found := _ATTRIBUTE.match(markup, at)) is not None:
        if "&" in found[2] and re.search(r"&(?![\w#][\w:.#-]*;)", found[2]):
            return _reference("", found[2][found[2].index("&") :]) or _CONTENT
        at = found.end()
    rest = markup[at:]
    attribute = re.match(r"\s+([\w:][\w:.-]*)\s*(=?)\s*(.?)", rest, re.DOTALL)
    if attribute is None:
        if not rest.strip() and default:
            return default
        return f'Element type "{tag}" must be followed by either attribute specifications, ">" or "/>".'
    name, equals, quote = attribute[1], attribute[2], attribute[3]
    if not equals:
        return f'Attribute name "{name}" associated with an element type "{tag}" must be followed by the ' + _EQUALS
    if quote not in ("'", '"'):
        return f'Open quote is expected for attribute "{name}" associated with an  element type  "{tag}".'
    return (
        f'The value of attribute "{name}" associated with an element type "{tag}" must not contain the \'<\' character.'
    )


_EQUALS = "' = ' character."
_CONTENT = "The content of elements must consist of well-formed character data or markup."
