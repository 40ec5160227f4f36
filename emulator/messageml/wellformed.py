"""The words of Xerces for a document that is not well-formed. production/messageml.md 2, the table.

Expat, which reads the messages, and Xerces, which the agent uses, refuse the same documents but word it differently,
and clients see the words. So a document that was refused is walked once more, in the way in which Xerces walks it.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from xml.parsers import expat

PROLOG = "Content is not allowed in prolog."
REFERENCE_IN_PROLOG = "Reference is not allowed in prolog."
BEFORE_ROOT = "The markup in the document preceding the root element must be well-formed."
UNFINISHED = "XML document structures must start and end within the same entity."
COMMENT = 'Comment must start with "<!--".'
MARKUP = "The content of elements must consist of well-formed character data or markup."
NO_ENTITY_NAME = "The entity name must immediately follow the '&' in the entity reference."
CDATA_END = 'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.'
SECOND_ROOT = "The markup in the document following the root element must be well-formed."
TRAILING = "Content is not allowed in trailing section."
DASHES = 'The string "--" is not permitted within comments.'
NO_TARGET = "The processing instruction must begin with the name of the target."
XML_TARGET = 'The processing instruction target matching "[xX][mM][lL]" is not allowed.'
PI_SPACE = "White space is required between the processing instruction target and data."
EMPTY = "Premature end of file."
DOCTYPE = 'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.'
LOST = "Scanner State 24 not Recognized "

_SPACES = re.compile("[ \t\r\n]*")
_ASCII_NAME = re.compile("[-A-Za-z0-9._:]*")
_TEXT = re.compile("[^<&\\]\ufffe\uffff]*")
_VALUE = {quote: re.compile(f"[^<&{quote}\ufffe\uffff]*") for quote in "'\""}
_CHARACTER_REFERENCE = re.compile("&#(x?)([0-9A-Fa-f]*)")
_PREDEFINED = frozenset(("amp", "lt", "gt", "quot", "apos"))
_DECLARATION = 1000
_DECLARED = re.compile("""[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')""")


class _Fault(Exception):
    """The sentence for what is wrong."""


@lru_cache(maxsize=4096)
def _may_stand(name: str) -> bool:
    """Whether this is a name of XML 1.0: asked of expat, which holds the tables."""
    try:
        expat.ParserCreate("utf-8").Parse(f"<{name}/>".encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return False
    return True


def _invalid(c: str, where: str) -> _Fault:
    return _Fault(f"An invalid XML character (Unicode: {ord(c):#x}) was found in {where}.")


class _Walk:
    __slots__ = ("at", "open", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[str] = []

    def here(self) -> str:
        return self.text[self.at : self.at + 1]

    def spaces(self) -> bool:
        """Skips them; whether there were any."""
        found = _SPACES.match(self.text, self.at)
        begun, self.at = self.at, found.end() if found else self.at
        return self.at > begun

    def name(self) -> str:
        """The name that begins here, passed; empty when there is none."""
        text, begin = self.text, self.at
        c = text[begin : begin + 1]
        if not c or c in "-.0123456789" or not (_ASCII_NAME.fullmatch(c) or (c > "\x7f" and _may_stand(c))):
            return ""
        at = begin
        while True:
            found = _ASCII_NAME.match(text, at)
            at = found.end() if found else at
            c = text[at : at + 1]
            if not c or c < "\x80" or not _may_stand("a" + c):
                break
            at += 1
        self.at = at
        return text[begin:at]

    # --- the document ------------------------------------------------------------------------------------------------

    def document(self) -> None:
        text = self.text
        self.at = text.startswith("\ufeff")
        while True:
            self.spaces()
            c = self.here()
            if not c:
                raise _Fault(EMPTY)
            if c == "&":
                raise _Fault(REFERENCE_IN_PROLOG)
            if c != "<":
                raise _Fault(PROLOG)
            if text.startswith("<!DOCTYPE", self.at):
                raise _Fault(DOCTYPE)
            if not self.misc(BEFORE_ROOT):
                break
        self.element()
        while self.open:
            self.content()
        while self.at < len(text):
            if self.spaces():
                continue
            if self.here() != "<":
                raise _Fault(TRAILING)
            if not self.misc(SECOND_ROOT):
                raise _Fault(SECOND_ROOT)

    def misc(self, otherwise: str) -> bool:
        """A comment or an instruction; False for a tag that begins here."""
        text = self.text
        if text.startswith("<!--", self.at):
            self.comment()
        elif text.startswith("<?", self.at):
            self.instruction()
        elif self.at + 1 >= len(text):
            raise _Fault(UNFINISHED)
        else:
            begun, self.at = self.at, self.at + 1
            name = self.name()
            self.at = begun
            if not name:
                raise _Fault(otherwise)
            return False
        return True

    def comment(self) -> None:
        at = self.text.find("--", self.at + 4)
        self.legal(at, "the comment")
        if at < 0:
            raise _Fault(UNFINISHED)
        if self.text[at + 2 : at + 3] != ">":
            raise _Fault(UNFINISHED if at + 2 >= len(self.text) else DASHES)
        self.at = at + 3

    def legal(self, end: int, where: str) -> None:
        """All characters up to `end` (-1: the end of the text) are ones that XML has."""
        found = re.search("[\ufffe\uffff]", self.text[self.at : end if end >= 0 else None])
        if found:
            raise _invalid(found[0], where)

    def instruction(self) -> None:
        self.at += 2
        target = self.name()
        if self.at >= len(self.text):
            raise _Fault(UNFINISHED)
        if not target:
            raise _Fault(NO_TARGET)
        if target.lower() == "xml":
            raise _Fault(XML_TARGET)
        if not self.spaces() and not self.text.startswith("?>", self.at):
            raise _Fault(UNFINISHED if self.at >= len(self.text) else PI_SPACE)
        end = self.text.find("?>", self.at)
        self.legal(end, "the processing instruction")
        if end < 0:
            raise _Fault(UNFINISHED)
        self.at = end + 2

    # --- tags --------------------------------------------------------------------------------------------------------

    def element(self) -> None:
        self.at += 1
        tag = self.name()
        seen: set[str] = set()
        while True:
            apart = self.spaces()
            c = self.here()
            if not c or (c == "/" and self.at + 1 >= len(self.text)):
                raise _Fault(UNFINISHED)
            if c == ">":
                self.at += 1
                self.open.append(tag)
                return
            if self.text.startswith("/>", self.at):
                self.at += 2
                return
            name = self.name() if apart else ""
            if not name:
                raise _Fault(f'Element type "{tag}" must be followed by either attribute specifications, ">" or "/>".')
            self.attribute(tag, name)
            if name in seen:
                raise _Fault(f'Attribute "{name}" was already specified for element "{tag}".')
            seen.add(name)

    def attribute(self, tag: str, name: str) -> None:
        text = self.text
        self.spaces()
        if self.here() != "=":
            raise _Fault(
                UNFINISHED
                if self.at >= len(text)
                else f'Attribute name "{name}" associated with an element type "{tag}" '
                "must be followed by the ' = ' character."
            )
        self.at += 1
        self.spaces()
        quote = self.here()
        if quote not in _VALUE:
            raise _Fault(
                f'Open quote is expected for attribute "{name}" associated with an  element type  "{tag}".'
                if quote
                else UNFINISHED
            )
        self.at += 1
        while True:
            found = _VALUE[quote].match(text, self.at)
            self.at = found.end() if found else self.at
            c = self.here()
            if c == quote:
                self.at += 1
                return
            if not c:
                raise _Fault(UNFINISHED)
            if c == "&":
                self.reference()
            elif c == "<":
                raise _Fault(
                    f'The value of attribute "{name}" associated with an element type "{tag}" '
                    "must not contain the '<' character."
                )
            else:
                raise _invalid(c, f'the value of attribute "{name}" and element is "{tag}"')

    def reference(self) -> None:
        text = self.text
        found = _CHARACTER_REFERENCE.match(text, self.at)
        if found:
            self.at = found.end()
            self.character_reference(found[1], found[2])
            return
        self.at += 1
        name = self.name()
        if self.at >= len(text):
            raise _Fault(UNFINISHED)
        if not name:
            raise _Fault(NO_ENTITY_NAME)
        if self.here() != ";":
            raise _Fault(f"The reference to entity \"{name}\" must end with the ';' delimiter.")
        self.at += 1
        if name not in _PREDEFINED:
            raise _Fault(f'The entity "{name}" was referenced, but not declared.')

    def character_reference(self, hexadecimal: str, digits: str) -> None:
        if not hexadecimal:
            decimal = re.match("[0-9]*", digits)
            kept = decimal[0] if decimal else ""
            self.at -= len(digits) - len(kept)
            digits = kept
        if self.at >= len(self.text):
            raise _Fault(UNFINISHED)
        if not digits:
            raise _Fault(
                'A hexadecimal representation must immediately follow the "&#x" in a character reference.'
                if hexadecimal
                else 'A decimal representation must immediately follow the "&#" in a character reference.'
            )
        if self.here() != ";":
            raise _Fault("The character reference must end with the ';' delimiter.")
        self.at += 1
        code = int(digits[-12:] if len(digits.lstrip("0")) > 12 else digits, 16 if hexadecimal else 10)
        legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
        if not legal or len(digits.lstrip("0")) > 12:
            raise _Fault(f'Character reference "&#{hexadecimal}{digits}" is an invalid XML character.')

    # --- content -----------------------------------------------------------------------------------------------------

    def content(self) -> None:
        text = self.text
        found = _TEXT.match(text, self.at)
        self.at = found.end() if found else self.at
        c = self.here()
        if not c:
            raise _Fault(UNFINISHED)
        if c == "&":
            self.reference()
        elif c == "]":
            if text.startswith("]]>", self.at):
                raise _Fault(CDATA_END)
            self.at += 1
        elif c != "<":
            raise _invalid(c, "the element content of the document")
        elif text.startswith("</", self.at):
            self.end_tag()
        elif text.startswith("<![CDATA[", self.at):
            end = text.find("]]>", self.at)
            self.legal(end, "the CDATA section")
            if end < 0:
                raise _Fault(UNFINISHED)
            self.at = end + 3
        elif text.startswith("<!DOCTYPE", self.at):
            raise _Fault(LOST)
        elif self.text.startswith("<!-", self.at) and not self.text.startswith("<!--", self.at):
            raise _Fault(COMMENT)
        elif not self.misc(MARKUP):
            self.element()

    def end_tag(self) -> None:
        tag = self.open.pop()
        if not self.text.startswith(tag, self.at + 2):
            raise _Fault(f'The element type "{tag}" must be terminated by the matching end-tag "</{tag}>".')
        self.at += 2 + len(tag)
        self.spaces()
        if self.here() != ">":
            raise _Fault(
                UNFINISHED
                if self.at >= len(self.text)
                else f"The end-tag for element type \"{tag}\" must end with a '>' delimiter."
            )
        self.at += 1


def fault(text: str) -> str:
    """Xerces' sentence for a document that is not well-formed."""
    walk = _Walk(text)
    try:
        walk.document()
    except _Fault as found:
        return str(found)
    return UNFINISHED


def undeclared(text: str) -> tuple[str, str | None]:
    """The document without its XML declaration, as the encoding named there makes it; and what is wrong with that.

    The agent hands its parser UTF-8, whatever the declaration says.
    """
    if not text.startswith("<?xml") or text[5:6] not in (" ", "\t", "\r", "\n"):
        return text, None
    end = text.find("?>", 0, _DECLARATION)
    if end < 0:
        return text, UNFINISHED
    at, names = 5, []
    values: dict[str, str] = {}
    while text[at:end].strip(" \t\r\n"):
        begun = at
        at = _skipped(text, at)
        name = re.compile("[A-Za-z]+").match(text, at)
        if not name or name[0] not in ("version", "encoding", "standalone") or at == begun:
            return text, "A pseudo attribute name is expected."
        found = _DECLARED.match(text, name.end())
        if not found:
            return text, f"The '=' character must follow \"{name[0]}\" in the XML declaration."
        values[name[0]] = found[1] if found[1] is not None else found[2]
        names.append(name[0])
        at = found.end()
    if "version" not in values:
        return text, "The version is required in the XML declaration."
    if values["version"] not in ("1.0", "1.1"):
        return text, f'XML version "{values["version"]}" is not supported, only XML 1.0 is supported.'
    return _decoded(text[end + 2 :], values.get("encoding", "UTF-8"))


def _skipped(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _decoded(text: str, encoding: str) -> tuple[str, str | None]:
    name = encoding.upper()
    if name in ("UTF-8", "UTF8"):
        return text, None
    if name.startswith(("UTF-16", "UTF-32", "ISO-10646")):
        return text, PROLOG
    try:
        codecs.lookup(encoding)
        return (text if text.isascii() else text.encode("utf-8", "replace").decode(encoding, "replace")), None
    except (LookupError, ValueError, UnicodeError):
        return text, ""
