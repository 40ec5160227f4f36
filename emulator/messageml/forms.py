"""Forms and what is chosen or pressed in them: boxes, menus, buttons. production/messageml.md 6.4."""

from __future__ import annotations

from emulator.messageml import checks, java
from emulator.messageml.controls import CONTROL, NOVALIDATE, labelled, read_control, same
from emulator.messageml.element import Check, Element, Kind, Message, Print
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.fields import integer_at_least
from emulator.messageml.names import names
from emulator.messageml.roles import Role
from emulator.messageml.writing import attribute, listed, opening

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


_BOX_RULES = (*checks.boolean("checked", "disabled", "readonly"), checks.content("text", "bold", "italic"))


def _box(kind: str, *rules: Check) -> Kind:
    return Kind(
        kind,
        kind,
        Role("box", line=True, seen=True),
        _print_box(kind),
        _BOX,
        {**_BOX, **same(NOVALIDATE, "id")},
        checks=(
            *CONTROL,
            checks.present("name"),
            *rules,
        ),
        read=read_control,
    )


# The library asks for a radio button's name first, and for a checkbox's last.
CHECKBOX = _box("checkbox", *_BOX_RULES, checks.not_blank("name"))
RADIO = _box("radio", checks.not_blank("name"), *_BOX_RULES)


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
    Role("menu", line=True, seen=True),
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
        integer_at_least("data-min", 0, ">= 0", shown="min"),
        integer_at_least("data-max", 1, ">= 1", shown="max"),
        _check_range,
    ),
    read=_read_select,
)
OPTION = Kind(
    "option",
    "option",
    Role("wrapped", line=True, before="-", after="\n"),
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
    Role("wrapped", line=True, seen=True, before="(Button:", after=")"),
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
    Role("wrapped", line=True, before="\n   \n", after="\n   \n"),
    _print_form,
    same("id", "multi-submit"),
    checks=(_check_form, checks.one_of("multi-submit", "reset", "no-reset")),
    identified=True,
)
