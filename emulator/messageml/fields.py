"""Fields of text: text-field, textarea, richtextarea. production/messageml.md 6.4."""

from __future__ import annotations

from typing import Any

from emulator.messageml import checks, java
from emulator.messageml.controls import CONTROL, NOVALIDATE, labelled, read_control, same
from emulator.messageml.element import Check, Element, Kind, Message, Print
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import TEXT
from emulator.messageml.names import names
from emulator.messageml.roles import field
from emulator.messageml.writing import attribute, listed

PATTERN_LIMIT = 256


# --- length and pattern --------------------------------------------------------------------------------------------


def _check_pattern(_message: Message, element: Element) -> None:
    pattern = element.get("pattern")
    if pattern is None:
        return
    name = "data-pattern-error-message" if element.presentationml else "pattern-error-message"
    text = element.get(name)
    if text is None:
        raise InvalidMessage(f'The attribute "{name}" is mandatory when attribute "pattern" is defined')
    for attribute_name, value in (("pattern", pattern), (name, text)):
        if java.length(value) > PATTERN_LIMIT:
            raise InvalidMessage(
                f'The attribute "{attribute_name}" value is too long. Max length for this attribute is: {PATTERN_LIMIT}'
            )
    from emulator.messageml.javaregex import compiles  # its patterns are dear, and few fields have one

    if not compiles(pattern):
        raise InvalidMessage(f'The regex "{pattern}" is not valid')


def _lengths(lowest: int, highest: int) -> Check:
    def length_of(element: Element, name: str) -> int | None:
        value = element.get(name)
        if value is None:
            return None
        number = java.integer(value, 32)
        if number is None:
            raise InvalidMessage(f'The attribute "{name}" must be a valid number.')
        if not lowest <= number <= highest:
            raise InvalidMessage(f'The attribute "{name}" must be between {lowest} and {highest}')
        return number

    def check(_message: Message, element: Element) -> None:
        longest = length_of(element, "maxlength")
        shortest = length_of(element, "minlength")
        longest = highest if longest is None else longest
        shortest = lowest if shortest is None else shortest
        if shortest > longest:
            raise InvalidMessage('The attribute "minlength" must be lower than the "maxlength" attribute')
        value = initial_value(element)
        if value is not None and not shortest <= java.length(value) <= longest:
            raise InvalidMessage(
                f"The length of this {element.kind.tag}'s initial value must be between {shortest} and {longest}"
            )

    return check


def initial_value(element: Element) -> str | None:
    """The text that a field begins with."""
    return element.children[0].text if len(element.children) == 1 else None


def integer_at_least(name: str, lowest: int, words: str, *, shown: str | None = None) -> Check:
    def check(_message: Message, element: Element) -> None:
        value = element.get(name)
        if value is not None:
            number = java.integer(value, 32)
            if number is None or number < lowest:
                raise InvalidMessage(f'Attribute "{shown or name}" is not valid, it must be {words}')

    return check


# --- text-field ----------------------------------------------------------------------------------------------------

_FIELD = same("name", "required", "placeholder", "minlength", "maxlength", "label", "pattern")
_FIELD_PRINTED = (
    ("name", "name"),
    ("placeholder", "placeholder"),
    ("required", "required"),
    ("masked", "data-masked"),
    ("minlength", "minlength"),
    ("maxlength", "maxlength"),
    ("disabled", "disabled"),
    ("readonly", "readonly"),
    ("data-auto-submit", "data-auto-submit"),
    ("formnovalidate", NOVALIDATE),
    (NOVALIDATE, NOVALIDATE),
)
_PATTERN_PRINTED = (
    ("pattern", "pattern"),
    ("pattern-error-message", "data-pattern-error-message"),
    ("data-pattern-error-message", "data-pattern-error-message"),
)


def _print_field(message: Message, element: Element) -> tuple[str, str, bool]:
    value = initial_value(element)
    parts = [
        *listed(element, _FIELD_PRINTED),
        "" if value is None else attribute("value", value),
        *listed(element, _PATTERN_PRINTED),
    ]
    before, after = labelled(message, element, "textfield", f'<input type="text"{"".join(parts)}', "")
    return f"{before}/>{after}", "", False


def _read_field(message: Message, element: Element, name: str, value: str) -> None:
    if name == "value":
        # In PresentationML the initial value is an attribute; it is kept as the text it is in MessageML.
        element.children.append(Element(TEXT, element, text=value))
    else:
        read_control(message, element, name, value)


TEXT_FIELD = Kind(
    "text-field",
    "textfield",
    field("Text Field"),
    _print_field,
    {
        **_FIELD,
        **same("masked", "pattern-error-message", "title", "disabled", "readonly", "formnovalidate"),
        "auto-submit": "data-auto-submit",
    },
    {**_FIELD, **same("data-pattern-error-message", NOVALIDATE, "value", "id"), "data-masked": "masked"},
    checks=(
        _check_pattern,
        *CONTROL,
        checks.present("name"),
        *checks.boolean("required", "masked", "disabled", "readonly", "data-auto-submit"),
        checks.not_blank("name"),
        checks.content("text"),
        _lengths(1, 128),
    ),
    read=_read_field,
)


# --- textarea, richtextarea ----------------------------------------------------------------------------------------

_AREA = same(*names("name required placeholder minlength maxlength pattern label title disabled readonly rows cols"))
_NOT_PRINTED = frozenset(("label", "title", *(stored for stored, _ in _PATTERN_PRINTED)))


def _print_area(group: str) -> Print:
    def write(message: Message, element: Element) -> tuple[str, str, bool]:
        parts = [attribute(name, value) for name, value in element.attributes.items() if name not in _NOT_PRINTED]
        parts += listed(element, _PATTERN_PRINTED)
        before, after = labelled(message, element, group, f"<textarea{''.join(parts)}", "</textarea>")
        return f"{before}>", after, True

    return write


def _read_rich(message: Message, element: Element, name: str, value: str) -> None:
    read_control(message, element, name, value)
    element.attributes["data-richtext"] = "true"


def _area(tag: str, name: str, read: Any) -> Kind:
    return Kind(
        tag,
        tag,
        field(name, line=True),
        _print_area(tag),
        {**_AREA, **same("pattern-error-message"), "formnovalidate": NOVALIDATE},
        {**_AREA, **same("data-pattern-error-message", NOVALIDATE, "id")},
        checks=(
            _check_pattern,
            *CONTROL,
            checks.present("name"),
            *checks.boolean("required", "disabled", "readonly"),
            integer_at_least("rows", 0, "an integer >= 0"),
            integer_at_least("cols", 0, "an integer >= 0"),
            checks.not_blank("name"),
            checks.content("text"),
            _lengths(0, 10000),
        ),
        read=read,
    )


TEXTAREA = _area("textarea", "Text Area", read_control)
RICH_TEXTAREA = _area("richtextarea", "Rich Text Area", _read_rich)
