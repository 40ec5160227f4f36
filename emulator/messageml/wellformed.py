"""The words of Xerces for what expat found not to be well-formed. reference/messageml.md 2, the table.

Expat and Xerces refuse the same documents but word it differently, and clients see the words. Expat gives the place;
here the text around that place tells which of Xerces' sentences applies.
"""

from __future__ import annotations

import re
from xml.parsers.expat import errors

PROLOG = "Content is not allowed in prolog."
UNFINISHED = "XML document structures must start and end within the same entity."
MARKUP = "The content of elements must consist of well-formed character data or markup."
NO_ENTITY_NAME = "The entity name must immediately follow the '&' in the entity reference."
CDATA_END = 'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.'
SECOND_ROOT = "The markup in the document following the root element must be well-formed."
TRAILING = "Content is not allowed in trailing section."
DASHES = 'The string "--" is not permitted within comments.'
XML_TARGET = 'The processing instruction target matching "[xX][mM][lL]" is not allowed.'

_NAME = r"[A-Za-z_:\u0080-\U0010ffff][-A-Za-z0-9._:\u0080-\U0010ffff]*"
_TAG = re.compile(rf"<({_NAME})")
_ATTRIBUTE = re.compile(rf"(\s*)({_NAME})")
_END_TAG = re.compile(rf"</({_NAME})\s*")
_REFERENCE = re.compile(rf"&(?:#(x?)([0-9A-Fa-f]*)|({_NAME})?)")
_MISMATCH = errors.codes[errors.XML_ERROR_TAG_MISMATCH]
_DUPLICATE = errors.codes[errors.XML_ERROR_DUPLICATE_ATTRIBUTE]
_UNDEFINED = errors.codes[errors.XML_ERROR_UNDEFINED_ENTITY]
_BAD_REFERENCE = errors.codes[errors.XML_ERROR_BAD_CHAR_REF]
_XML_TARGET = errors.codes[errors.XML_ERROR_MISPLACED_XML_PI]
_JUNK = errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_SYNTAX = errors.codes[errors.XML_ERROR_SYNTAX]
_NOTHING = errors.codes[errors.XML_ERROR_NO_ELEMENTS]
_UNCLOSED = errors.codes[errors.XML_ERROR_UNCLOSED_TOKEN]


def fault(code: int, source: bytes, where: int, opened: list[str]) -> str:
    """Xerces' sentence for expat's error `code` at byte `where`, with these elements open."""
    # The agent's text is never longer than the input's limit, so decoding it again is cheap enough for an error.
    before = source[:where].decode("utf-8", "ignore")
    text = before + source[where:].decode("utf-8", "ignore")
    place = len(before)
    if code == _MISMATCH:
        return _unterminated(opened[-1])
    if code == _DUPLICATE:
        return _duplicate(text, place)
    if code == _UNDEFINED:
        return _undeclared(text, place)
    if code == _BAD_REFERENCE:
        return _bad_character_reference(text, place)
    if code == _XML_TARGET:
        return XML_TARGET
    if code == _JUNK:
        return SECOND_ROOT if text[place : place + 1] == "<" else TRAILING
    if code == _SYNTAX:
        return PROLOG
    if code == _NOTHING:
        return UNFINISHED if opened else "Premature end of file."
    if code == _UNCLOSED and not opened and not _TAG.search(text):
        return PROLOG
    if opened or _TAG.search(text):
        return _inside(text, place, bool(opened), code == _UNCLOSED)
    if text.lstrip().startswith("<"):
        return "The markup in the document preceding the root element must be well-formed."
    return PROLOG


def _unterminated(tag: str) -> str:
    return f'The element type "{tag}" must be terminated by the matching end-tag "</{tag}>".'


def _tag_at(text: str, place: int) -> str:
    found = _TAG.match(text, text.rfind("<", 0, place + 1))
    return found[1] if found else ""


def _duplicate(text: str, place: int) -> str:
    found = re.compile(_NAME).match(text, place)
    name = found[0] if found else ""
    return f'Attribute "{name}" was already specified for element "{_tag_at(text, place)}".'


def _undeclared(text: str, place: int) -> str:
    found = _REFERENCE.search(text, max(place, 0))
    return f'The entity "{found[3] if found else ""}" was referenced, but not declared.'


def _bad_character_reference(text: str, place: int) -> str:
    found = re.compile(r"&#(x?[0-9A-Fa-f]+)").search(text, place)
    return f'Character reference "&#{found[1] if found else ""}" is an invalid XML character.'


def _inside(text: str, place: int, in_content: bool, unclosed: bool) -> str:
    # A < that is itself the fault does not begin the tag in which it stands.
    start = text.rfind("<", 0, place + 1 if unclosed else place)
    comment = text.rfind("<!--", 0, place + 1)
    if comment >= 0 and "-->" not in text[comment + 4 : place]:
        return UNFINISHED if unclosed and "--" not in text[comment + 4 :] else DASHES
    if text.startswith("</", start):
        found = _END_TAG.match(text, start)
        if not found:
            return UNFINISHED if start + 2 >= len(text) else MARKUP
        if found.end() <= place or found.end() >= len(text):
            if found.end() >= len(text):
                return UNFINISHED
            if text[found.end()] != ">":
                return f"The end-tag for element type \"{found[1]}\" must end with a '>' delimiter."
        return _content(text, place)
    if text.startswith("<![CDATA[", start) and unclosed:
        return UNFINISHED
    found = _TAG.match(text, start)
    if found:
        sentence = _in_start_tag(text, found)
        if sentence:
            return sentence
    elif start >= 0 and start >= place - 2:
        return MARKUP if in_content else "The markup in the document preceding the root element must be well-formed."
    return _content(text, place)


def _in_start_tag(text: str, tag: re.Match[str]) -> str | None:
    """What is wrong within this start tag; None when the tag is fine, and the fault lies in the text after it."""
    name, at, end = tag[1], tag.end(), len(text)
    while True:
        rest = re.compile(r"\s*").match(text, at)
        here = rest.end() if rest else at
        if here >= end:
            return UNFINISHED
        if text.startswith(">", here) or text.startswith("/>", here):
            return None
        found = _ATTRIBUTE.match(text, at)
        if not found or not found[1]:
            return f'Element type "{name}" must be followed by either attribute specifications, ">" or "/>".'
        attribute, at = found[2], found.end()
        equals = re.compile(r"\s*=\s*").match(text, at)
        if not equals:
            if not text[at:].strip():
                return UNFINISHED
            return (
                f'Attribute name "{attribute}" associated with an element type "{name}" '
                "must be followed by the ' = ' character."
            )
        at = equals.end()
        quote = text[at : at + 1]
        if quote not in ("'", '"') or not quote:
            if at >= end:
                return UNFINISHED
            return f'Open quote is expected for attribute "{attribute}" associated with an  element type  "{name}".'
        close = text.find(quote, at + 1)
        value = text[at + 1 : close if close >= 0 else end]
        sentence = _in_value(value, attribute, name)
        if sentence:
            return sentence
        if close < 0:
            return UNFINISHED
        at = close + 1


def _in_value(value: str, attribute: str, element: str) -> str | None:
    for found in re.finditer(r"[<&\ufffe\uffff]", value):
        if found[0] == "<":
            return (
                f'The value of attribute "{attribute}" associated with an element type "{element}" '
                "must not contain the '<' character."
            )
        if found[0] == "&":
            sentence = _reference(value, found.start())
            if sentence:
                return sentence
        else:
            return (
                f"An invalid XML character (Unicode: {ord(found[0]):#x}) was found in the value of attribute "
                f'"{attribute}" and element is "{element}".'
            )
    return None


def _reference(text: str, at: int) -> str | None:
    """What is wrong with the reference that begins at this `&`; None when it is written properly."""
    found = _REFERENCE.match(text, at)
    if not found:
        return NO_ENTITY_NAME
    closed = text[found.end() : found.end() + 1] == ";"
    if found[3]:
        return None if closed else f"The reference to entity \"{found[3]}\" must end with the ';' delimiter."
    if found[2] is None:
        return NO_ENTITY_NAME
    if not found[2]:
        if found[1]:
            return 'A hexadecimal representation must immediately follow the "&#x" in a character reference.'
        return 'A decimal representation must immediately follow the "&#" in a character reference.'
    return None if closed else "The character reference must end with the ';' delimiter."


def _content(text: str, place: int) -> str:
    """What is wrong in the text of an element, at or just before `place`."""
    ampersand = text.rfind("&", 0, place + 1)
    if ampersand >= 0 and ";" not in text[ampersand:place]:
        sentence = _reference(text, ampersand)
        if sentence:
            return sentence
    character = text[place : place + 1]
    if character in ("\ufffe", "\uffff"):
        return (
            f"An invalid XML character (Unicode: {ord(character):#x}) was found in the element content of the document."
        )
    if "]]>" in text[max(place - 3, 0) : place + 3]:
        return CDATA_END
    if text.rfind("<", 0, place + 1) >= place - 2 and character:
        return MARKUP
    return UNFINISHED
