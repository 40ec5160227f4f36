"""The checks that many kinds of element share, and their words. production/messageml.md 5."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from emulator.messageml import java
from emulator.messageml.element import Check, Element, Message
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.names import names

STYLES = frozenset(
    names("""align-content align-items align-self background background-attachment background-blend-mode background-clip
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
    text-shadow text-transform visibility white-space width word-break word-spacing word-wrap""")
)


def check_style(style: str) -> None:
    """Only known properties; their values are not looked at."""
    unknown: list[str] = []
    # A data URI holds a semicolon that ends no declaration.
    for part in style.replace(";base64,", "\0").split(";"):
        if java.blank(part.replace("\0", ";base64,")):
            continue
        name, colon, _ = part.partition(":")
        if not colon:
            raise InvalidMessage(f'Unparseable "style" attribute: {style}')
        name = java.trimmed(name.replace("\0", ";base64,"))
        if name not in STYLES:
            unknown.append(name)
    if unknown:
        raise InvalidMessage(f'Invalid property(s): [{",".join(java.hash_order(unknown))}] in the "style" attribute')


def read_styled(_message: Message, element: Element, name: str, value: str) -> None:
    """Stores an attribute, `style` after a look at it."""
    if name == "style":
        check_style(value)
    element.attributes[name] = value


# --- attributes --------------------------------------------------------------------------------------------------


def _value_error(element: Element, attribute: str, allowed: Iterable[str]) -> InvalidMessage:
    return InvalidMessage(
        f'Attribute "{attribute}" of element "{element.kind.tag}" can only be one of the following values: '
        f"[{', '.join(allowed)}]."
    )


@cache
def one_of(attribute: str, *allowed: str) -> Check:
    """If the attribute is there, its value is one of these, in any case."""

    def check(_message: Message, element: Element) -> None:
        value = element.get(attribute)
        if value is not None and value.lower() not in allowed:
            raise _value_error(element, attribute, allowed)

    return check


def boolean(*attributes: str) -> tuple[Check, ...]:
    """If they are there, they say true or false."""
    return tuple(one_of(attribute, "true", "false") for attribute in attributes)


@cache
def present(attribute: str) -> Check:
    """The attribute is there; it may be empty."""

    def check(_message: Message, element: Element) -> None:
        if element.get(attribute) is None:
            raise InvalidMessage(f'The attribute "{attribute}" is required')

    return check


@cache
def not_blank(attribute: str) -> Check:
    """The attribute is there and says something."""

    def check(_message: Message, element: Element) -> None:
        if not java.trimmed(element.get(attribute) or ""):
            raise InvalidMessage(f'The attribute "{attribute}" is required')

    return check


@cache
def at_most(attribute: str, limit: int) -> Check:
    """The attribute's length, in UTF-16 units."""

    def check(_message: Message, element: Element) -> None:
        value = element.get(attribute)
        if value is not None and java.length(value) > limit:
            raise InvalidMessage(f'The attribute "{attribute}" length is bigger than maximum allowed [{limit}]')

    return check


def identifier(attribute: str) -> Check:
    """An id: not empty, no whitespace, at most 64 long."""
    short = at_most(attribute, 64)

    def check(message: Message, element: Element) -> None:
        value = element.get(attribute)
        if not value or any(c in java.WHITESPACE for c in value):
            raise InvalidMessage(f'The attribute "{attribute}" is required and must not contain any whitespace')
        short(message, element)

    return check


def no_attributes(_message: Message, element: Element) -> None:
    """Not even class or style, which were read without complaint."""
    if element.attributes:
        raise InvalidMessage(f'Element "{element.kind.tag}" may not have attributes')


# --- content -----------------------------------------------------------------------------------------------------

PHRASING = frozenset(
    names("text link chime bold italic image linebreak span emoji hashtag cashtag mention subscript superscript")
)


def _blank_text(element: Element) -> bool:
    return element.kind.name == "text" and java.blank(element.text)


def content(*allowed: str) -> Check:
    """Direct children are of these kinds; blank text always passes."""
    kinds = frozenset(allowed)

    def check(_message: Message, element: Element) -> None:
        for child in element.children:
            if child.kind.name not in kinds and not _blank_text(child):
                tag = child.kind.tag or "null"
                raise InvalidMessage(f'Element "{tag}" is not allowed in "{element.kind.tag}"')

    return check


phrasing = content(*PHRASING)


def no_text(_message: Message, element: Element) -> None:
    """No text but blanks among the direct children."""
    for child in element.children:
        if child.kind.name == "text" and not java.blank(child.text):
            raise InvalidMessage(f'Element "{element.kind.tag}" may not have text content')


def empty(_message: Message, element: Element) -> None:
    """No children at all; even a space counts."""
    if element.children:
        raise InvalidMessage(f'Element "{element.kind.tag}" may not have child elements or text content')


def has_child(*kinds: str) -> Check:
    """At least one direct child of one of these kinds."""
    listed = ", ".join("text content" if kind == "text" else kind for kind in kinds)

    def check(_message: Message, element: Element) -> None:
        if not any(child.kind.name in kinds for child in element.children):
            raise InvalidMessage(
                f'The "{element.kind.tag}" element must have at least one child that is any of the following '
                f"elements: [{listed}]."
            )

    return check


def parent(*kinds: str) -> Check:
    """The direct parent is of one of these kinds."""

    def check(_message: Message, element: Element) -> None:
        if element.parent is None or element.parent.kind.name not in kinds:
            raise InvalidMessage(
                f'Element "{element.kind.tag}" can only be a child of the following elements: [{", ".join(kinds)}]'
            )

    return check


def in_form(_message: Message, element: Element) -> None:
    """Some element around it is a form."""
    if not element.in_form:
        raise InvalidMessage(
            f'Element "{element.kind.tag}" can only be a inner child of the following elements: [form]'
        )
