"""Forms, buttons, and the controls without a picker: fields, boxes, menus, selectors. reference/messageml.md 6.4."""

from __future__ import annotations

from typing import Any

from emulator.messageml import checks, java
from emulator.messageml.element import Check, Element, Kind, Message, Print
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import TEXT
from emulator.messageml.javaregex import compiles
from emulator.messageml.names import names
from emulator.messageml.writing import attribute, escaped, listed, opening

LABEL_LIMIT = 256
PATTERN_LIMIT = 256
NOVALIDATE = "data-formnovalidate"


def same(*names: str) -> dict[str, str]:
    """Attributes that are stored under their own name."""
    return {name: name for name in names}


# --- what all controls share ---------------------------------------------------------------------------------------


def check_labels(_message: Message, element: Element) -> None:
    """The length of a control's label and title."""
    for name in ("label", "title"):
        value = element.get(name)
        if value is not None and java.length(value) > LABEL_LIMIT:
            raise InvalidMessage(f"The attribute {name} value is too long. Max length is: {LABEL_LIMIT}")


CONTROL: tuple[Check, ...] = (check_labels, *checks.boolean("formnovalidate", NOVALIDATE), checks.in_form)


def read_control(message: Message, element: Element, name: str, value: str) -> None:
    """Stores an attribute; a PresentationML `id` fetches the label and the title written for it before."""
    if name == "id":
        if value in message.titles:
            element.attributes["title"] = message.titles[value]
        if value in message.labels:
            element.attributes["label"] = message.labels[value]
    else:
        element.attributes[name] = value


def labelled(message: Message, element: Element, group: str, head: str, tail: str) -> tuple[str, str]:
    """`head` (a start tag without its end) and `tail`, with the label and title around them if there are any."""
    label, title = element.get("label"), element.get("title")
    if label is None and title is None:
        return head, tail
    identifier = f"{group}-{message.short_id()}"
    before = f'<div class="{group}-group" data-generated="true">'
    if label is not None:
        before += f"<label{attribute('for', identifier)}>{escaped(label)}</label>"
    if title is not None:
        before += f'<span class="info-hint"{attribute("data-target-id", identifier)}'
        before += f"{attribute('data-title', title)}></span>"
    return f"{before}{head}{attribute('id', identifier)}", f"{tail}</div>"


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


def _integer_at_least(name: str, lowest: int, words: str, *, shown: str | None = None) -> Check:
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


def _area(tag: str, read: Any) -> Kind:
    return Kind(
        tag,
        tag,
        _print_area(tag),
        {**_AREA, **same("pattern-error-message"), "formnovalidate": NOVALIDATE},
        {**_AREA, **same("data-pattern-error-message", NOVALIDATE, "id")},
        checks=(
            _check_pattern,
            *CONTROL,
            checks.present("name"),
            *checks.boolean("required", "disabled", "readonly"),
            _integer_at_least("rows", 0, "an integer >= 0"),
            _integer_at_least("cols", 0, "an integer >= 0"),
            checks.not_blank("name"),
            checks.content("text"),
            _lengths(0, 10000),
        ),
        read=read,
    )


TEXTAREA = _area("textarea", read_control)
RICH_TEXTAREA = _area("richtextarea", _read_rich)


# --- checkbox, radio -----------------------------------------------------------------------------------------------

_BOX = same("name", "value", "checked", "label", "disabled", "readonly", "formnovalidate")


def _print_box(kind: str) -> Print:
    group = f"{kind}-group"

    def write(message: Message, element: Element) -> tuple[str, str, bool]:
        value = element.attributes.get("value", "on")
        parts = [
            *listed(element, (("name", "name"), ("checked", "checked"))),
            attribute("value", value),
            *listed(
                element,
                (
                    ("disabled", "disabled"),
                    ("readonly", "readonly"),
                    (NOVALIDATE if NOVALIDATE in element.attributes else "formnovalidate", NOVALIDATE),
                ),
            ),
        ]
        box = f'<input type="{kind}"{"".join(parts)}'
        if not element.children:
            return f"{box}/>", "", False
        identifier = f"{group}-{message.short_id()}"
        before = f'<div class="{group}">{box}{attribute("id", identifier)}/><label{attribute("for", identifier)}>'
        return before, "</label></div>", True

    return write


def _box(kind: str) -> Kind:
    return Kind(
        kind,
        kind,
        _print_box(kind),
        _BOX,
        {**_BOX, **same(NOVALIDATE, "id")},
        checks=(
            *CONTROL,
            checks.present("name"),
            *checks.boolean("checked", "disabled", "readonly"),
            checks.content("text", "bold", "italic"),
            checks.not_blank("name"),
        ),
        read=read_control,
    )


CHECKBOX = _box("checkbox")
RADIO = _box("radio")


# --- select, option ------------------------------------------------------------------------------------------------


def _read_select(message: Message, element: Element, name: str, value: str) -> None:
    # The library looks up a label under the value of data-formnovalidate and then forgets the attribute.
    read_control(message, element, "id" if name == "fetch" else name, value)


def _check_choices(_message: Message, element: Element) -> None:
    multiple = element.true("multiple")
    for name in ("min", "max"):
        if f"data-{name}" in element.attributes and not multiple:
            raise InvalidMessage(f'Attribute "{name}" is not allowed. Attribute "multiple" missing')


def _check_range(_message: Message, element: Element) -> None:
    least = java.integer(element.attributes.get("data-min", "0"), 32) or 0
    most = java.integer(element.attributes.get("data-max", "0"), 32) or 0
    if most > 0 and least > most:
        raise InvalidMessage('Attribute "min" is greater than attribute "max"')
    if element.true("multiple") and element.true("required") and "data-min" in element.attributes and least == 0:
        raise InvalidMessage('Attribute "min" cannot be 0 if "required" is true')
    if not element.true("multiple") and sum(child.true("selected") for child in element.children) > 1:
        raise InvalidMessage('Element "select" can only have one selected "option"')


def _print_select(message: Message, element: Element) -> tuple[str, str, bool]:
    parts = [attribute(n, v) for n, v in element.attributes.items() if n not in ("label", "title")]
    before, after = labelled(message, element, "dropdown", f"<select{''.join(parts)}", "</select>")
    return f"{before}>", after, True


def _print_option(_message: Message, element: Element) -> tuple[str, str, bool]:
    return opening("option", element.attributes), "</option>", True


SELECT = Kind(
    "select",
    "select",
    _print_select,
    {
        **same("name", "required", "data-placeholder", "label", "title", "multiple", "disabled", "readonly"),
        "min": "data-min",
        "max": "data-max",
        "auto-submit": "data-auto-submit",
        "formnovalidate": NOVALIDATE,
        "id": "fetch",
        NOVALIDATE: "fetch",
    },
    checks=(
        *CONTROL,
        checks.present("name"),
        checks.not_blank("name"),
        checks.content("option"),
        checks.has_child("option"),
        *checks.boolean("required", "multiple", "disabled", "readonly", "data-auto-submit"),
        _check_choices,
        _integer_at_least("data-min", 0, ">= 0", shown="min"),
        _integer_at_least("data-max", 1, ">= 1", shown="max"),
        _check_range,
    ),
    read=_read_select,
)
OPTION = Kind(
    "option",
    "option",
    _print_option,
    same("value", "selected"),
    checks=(
        checks.present("value"),
        *checks.boolean("selected"),
        checks.parent("select"),
        checks.content("text"),
        checks.has_child("text"),
    ),
)


# --- button, form --------------------------------------------------------------------------------------------------

_BUTTON_CLASSES = frozenset(
    names(
        "primary secondary tertiary destructive primary-destructive secondary-destructive primary-link destructive-link"
    )
)
_BUTTON = {"name": "name", "type": "type", "class": "class", "icon": "data-icon"}


def _inside_action(element: Element) -> bool:
    return element.parent is not None and element.parent.kind.name == "uiaction"


def _create_button(_message: Message, element: Element) -> None:
    if not _inside_action(element):
        element.attributes["type"] = "action"


def _read_button(_message: Message, element: Element, name: str, value: str) -> None:
    element.attributes[name] = value.removesuffix("-destructive") if name == "class" else value


def _check_button(message: Message, element: Element) -> None:
    if not (element.in_form or element.in_action):
        raise InvalidMessage('Element "button" can only be a inner child of the following elements: [form, uiaction]')
    style = element.get("class")
    if style is not None and style not in _BUTTON_CLASSES:
        raise InvalidMessage(
            'Attribute "class" must be "primary", "secondary", "tertiary" or "destructive" '
            '("primary-destructive" and "secondary-destructive" are deprecated)'
        )
    kind, name = element.get("type"), element.get("name")
    if _inside_action(element):
        if kind is not None or name is not None:
            raise InvalidMessage('Attributes "type" and "name" are not allowed on a button inside a UIAction.')
        return
    if kind not in ("action", "reset", "cancel"):
        raise InvalidMessage('Attribute "type" must be "action", "reset" or "cancel"')
    if kind == "reset":
        if name is not None:
            raise InvalidMessage('Attribute "name" is allowed for action buttons only')
    elif java.blank(name):
        raise InvalidMessage(f'Attribute "name" is required for {kind} buttons')
    for check in (checks.content("text"), checks.has_child("text")):
        check(message, element)


def _print_button(_message: Message, element: Element) -> tuple[str, str, bool]:
    attributes = dict(element.attributes)
    for stored, printed in (("title", "data-title"), ("formnovalidate", NOVALIDATE)):
        if stored in attributes:
            attributes[printed] = attributes.pop(stored)
    return opening("button", attributes), "</button>", True


BUTTON = Kind(
    "button",
    "button",
    _print_button,
    {**_BUTTON, **same("title", "formnovalidate")},
    {**_BUTTON, **same("data-title", NOVALIDATE)},
    checks=(_check_button,),
    read=_read_button,
    created=_create_button,
)


def _check_form(message: Message, element: Element) -> None:
    if element.in_form:
        raise InvalidMessage('Element "form" cannot be an inner child of the following elements: [form]')
    inside = [child.kind.name for child in element]
    if inside.count("checkbox") > 50 or inside.count("radio") > 50:
        raise InvalidMessage(
            'Element "form" cannot have more than 50 children of the following elements: [checkbox, radio].'
        )
    checks.not_blank("id")(message, element)
    if element.parent is not None and element.parent.kind.name == "dialog":
        check_dialog_parts(message, element)
    elif not any(child.kind is BUTTON and child.get("type") == "action" for child in element):
        raise InvalidMessage(f"The form with id '{element.get('id')}' should have at least one action button")
    checks.at_most("multi-submit", 64)(message, element)


def check_dialog_parts(message: Message, element: Element) -> None:
    """The children are a dialog's title, body and footer, in the way the message's format spells them."""
    if not element.presentationml:
        checks.content("title", "body", "footer")(message, element)
        return
    for child in element.children:
        if child.kind.name == "text" and java.blank(child.text):
            continue
        if not is_dialog_part(child, "dialog-title", "dialog-body", "dialog-footer"):
            tag = child.kind.tag or "null"
            raise InvalidMessage(f'Element "{tag}" is not allowed in "{element.kind.tag}"')


def is_dialog_part(element: Element, *classes: str) -> bool:
    """Whether this is the PresentationML div of a dialog's part."""
    return element.kind.name == "div" and element.get("class") in classes


def _print_form(_message: Message, element: Element) -> tuple[str, str, bool]:
    pairs = (("id", "id"), ("multi-submit", "data-multi-submit"))
    return f"<form{''.join(listed(element, pairs))}>", "</form>", True


FORM = Kind(
    "form",
    "form",
    _print_form,
    same("id", "multi-submit"),
    checks=(_check_form, checks.one_of("multi-submit", "reset", "no-reset")),
    identified=True,
)
