"""What is asked of attributes and of content, each with the agent's text (reference/messageml.md 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.messageml.element import Check, Conversion, Element, Take, drop, keep
from emulator.messageml.errors import InvalidMessage

PHRASING = frozenset("a b i img br span emoji hash cash mention sub sup chime".split())
_INT64 = re.compile(r"[+-]?\d+")

_PROPERTIES = frozenset(
    """align-content align-items align-self background background-attachment background-blend-mode background-clip
    background-color background-image background-position background-repeat background-size border border-bottom
    border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width
    border-collapse border-color border-image border-image-outset border-image-repeat border-image-slice
    border-image-source border-image-width border-left border-left-color border-left-style border-left-width
    border-radius border-right border-right-color border-right-style border-right-width border-spacing border-style
    border-top border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width
    border-width box-shadow box-sizing caption-side clear color content counter-increment counter-reset display
    empty-cells flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap font font-family font-kerning
    font-size font-size-adjust font-stretch font-style font-variant font-weight gap grid grid-area grid-auto-columns
    grid-auto-flow grid-auto-rows grid-column grid-column-end grid-column-gap grid-column-start grid-gap grid-row
    grid-row-end grid-row-gap grid-row-start grid-template grid-template-areas grid-template-columns
    grid-template-rows height justify-content justify-items justify-self letter-spacing line-height list-style
    list-style-image list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top
    max-height max-width min-height min-width opacity outline outline-color outline-offset outline-style
    outline-width overflow overflow-x overflow-y padding padding-bottom padding-left padding-right padding-top
    place-content place-items place-self table-layout text-align text-align-last text-decoration
    text-decoration-color text-decoration-line text-decoration-style text-indent text-justify text-overflow
    text-shadow text-transform visibility white-space width word-break word-spacing word-wrap""".split()
)


# --- attributes ---


def check_style(value: str) -> None:
    """InvalidMessage unless a style names known properties only. Values are not looked at."""
    unknown = []
    for piece in re.split(r";(?!base64,)", value):
        if not piece.strip():
            continue
        name, colon, _ = piece.partition(":")
        if not colon:
            raise InvalidMessage(f'Unparseable "style" attribute: {value}')
        if name.strip() not in _PROPERTIES:
            unknown.append(name.strip())
    if unknown:
        raise InvalidMessage(f'Invalid property(s): [{",".join(dict.fromkeys(unknown))}] in the "style" attribute')


def style(conversion: Conversion, element: Element, name: str, value: str) -> None:
    check_style(value)
    keep(conversion, element, name, value)


def style_dropped(conversion: Conversion, element: Element, name: str, value: str) -> None:
    check_style(value)
    drop(conversion, element, name, value)


PLAIN: dict[str, Take] = {"class": keep, "style": style}
"""What plain elements take."""


def boolean(shown: str = "") -> Take:
    """An attribute that is true or false, in any case, printed as written."""

    def take(_: Conversion, element: Element, name: str, value: str) -> None:
        if value.lower() not in ("true", "false"):
            raise InvalidMessage(
                f'Attribute "{shown or name}" of element "{element.tag}" can only be one of the following values:'
                " [true, false]."
            )
        element.attributes[name] = value

    return take


def one_of(*values: str, stored: str = "") -> Take:
    """An attribute with one of some values, in any case, printed as written."""

    def take(_: Conversion, element: Element, name: str, value: str) -> None:
        if value.lower() not in values:
            raise InvalidMessage(
                f'Attribute "{name}" of element "{element.tag}" can only be one of the following values:'
                f" [{', '.join(values)}]."
            )
        element.attributes[stored or name] = value

    return take


def int64(element: Element, name: str, value: str) -> int:
    """A whole number of 64 bits; InvalidMessage else."""
    if _INT64.fullmatch(value) and value.isascii() and len(value) < 40:
        number = int(value)
        if -(2**63) <= number < 2**63:
            return number
    raise InvalidMessage(f'Invalid input: {name} must be a int64 value not "{value}"')


def number(_: Conversion, element: Element, name: str, value: str) -> None:
    """A whole number of 64 bits, printed normalised."""
    element.attributes[name] = str(int64(element, name, value))


def required(name: str) -> Check:
    """An attribute that must be there and not be blank."""

    def check(_: Conversion, element: Element) -> None:
        if not element.attributes.get(name, "").strip():
            raise InvalidMessage(f'The attribute "{name}" is required')

    return check


def present(name: str) -> Check:
    """An attribute that must be there, but may be empty."""

    def check(_: Conversion, element: Element) -> None:
        if name not in element.attributes:
            raise InvalidMessage(f'The attribute "{name}" is required')

    return check


def length16(text: str) -> int:
    """How long Java finds a text: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def no_longer(element: Element, name: str, most: int) -> None:
    if length16(element.attributes.get(name, "")) > most:
        raise InvalidMessage(f'The attribute "{name}" length is bigger than maximum allowed [{most}]')


# --- content ---


def phrasing(_: Conversion, element: Element) -> None:
    only_elements(element, PHRASING)


def only_elements(element: Element, tags: Iterable[str]) -> None:
    """InvalidMessage for a child that is none of these."""
    for child in element.elements():
        if child.tag not in tags:
            raise InvalidMessage(f'Element "{child.tag}" is not allowed in "{element.tag}"')


def only(*tags: str) -> Check:
    def check(_: Conversion, element: Element) -> None:
        only_elements(element, tags)

    return check


def no_text(_: Conversion, element: Element) -> None:
    if any(isinstance(child, str) and child.strip() for child in element.children):
        raise InvalidMessage(f'Element "{element.tag}" may not have text content')


def no_null_text(_: Conversion, element: Element) -> None:
    """No text, told in the words of those elements that look at their children alone."""
    if any(isinstance(child, str) and child.strip() for child in element.children):
        raise InvalidMessage(f'Element "null" is not allowed in "{element.tag}"')


def empty(_: Conversion, element: Element) -> None:
    if element.children:
        raise InvalidMessage(f'Element "{element.tag}" may not have child elements or text content')


def at_least_one(*tags: str, called: str = "") -> Check:
    def check(_: Conversion, element: Element) -> None:
        if not any(child.tag in tags for child in element.elements()):
            names = called or ", ".join(tags)
            raise InvalidMessage(
                f'The "{element.tag}" element must have at least one child that is any of the following elements:'
                f" [{names}]."
            )

    return check


def child_of(*tags: str, called: str) -> Check:
    def check(_: Conversion, element: Element) -> None:
        if element.parent is None or element.parent.tag not in tags:
            raise InvalidMessage(f'Element "{element.tag}" can only be a child of the following elements: [{called}]')

    return check


def inner_child_of(*tags: str, called: str) -> Check:
    def check(_: Conversion, element: Element) -> None:
        if not element.inside(*tags):
            raise InvalidMessage(
                f'Element "{element.tag}" can only be a inner child of the following elements: [{called}]'
            )

    return check
