"""Symphony Elements: forms and what can be filled in (reference/messageml.md 6.4)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from emulator.messageml.checks import (
    at_least_one,
    boolean,
    child_of,
    empty,
    inner_child_of,
    length16,
    one_of,
    only_elements,
    required,
)
from emulator.messageml.element import (
    PML,
    Check,
    Conversion,
    Element,
    Kind,
    Render,
    Take,
    drop,
    escaped,
    keep,
    keep_as,
    random_id,
)
from emulator.messageml.errors import InvalidMessage

_LABEL = 256
IN_FORM = inner_child_of("form", called="form")


# --- the form itself ---


def _form(conversion: Conversion, element: Element) -> None:
    identity = element.attributes.get("id", "")
    if not identity.strip():
        raise InvalidMessage('The attribute "id" is required')
    if element.inside("form"):
        raise InvalidMessage('Element "form" cannot be an inner child of the following elements: [form]')
    counts = {"checkbox": 0, "radio": 0}
    has_action = False
    for each in element.below():
        if each.tag in counts:
            counts[each.tag] += 1
        has_action = has_action or (each.tag == "button" and each.attributes.get("type", "").lower() == "action")
    if max(counts.values()) > 50:
        raise InvalidMessage(
            'Element "form" cannot have more than 50 children of the following elements: [checkbox, radio].'
        )
    if not has_action and not (element.parent is not None and element.parent.tag == "dialog"):
        raise InvalidMessage(f"The form with id '{identity}' should have at least one action button")
    unique_id(conversion, identity)
    conversion.forms.append(identity)


def unique_id(conversion: Conversion, identity: str) -> None:
    if identity in conversion.ids:
        raise InvalidMessage(f"Elements must have unique ids. The following value is not unique: [{identity}].")
    conversion.ids.add(identity)


def _render_form(conversion: Conversion, element: Element) -> None:
    given = element.attributes
    conversion.words.append(" ")
    conversion.tag("form", {"id": given["id"], "data-multi-submit": given.get("multi-submit")})
    conversion.children(element)
    conversion.out.append("</form>")


# --- what many fields share ---


def labelled(group: str, render: Render, longest: int = _LABEL) -> tuple[Check, Render]:
    """The check of label and title, and a rendering that wraps the field in a group when it has either."""

    def check(conversion: Conversion, element: Element) -> None:
        for name in ("label", "title"):
            if length16(element.attributes.get(name, "")) > longest:
                raise InvalidMessage(f"The attribute {name} value is too long. Max length is: {longest}")

    def wrapped(conversion: Conversion, element: Element) -> None:
        given = element.attributes
        if "label" not in given and "title" not in given:
            render(conversion, element)
            return
        identity = random_id(group)
        conversion.out.append(f'<div class="{group}-group" data-generated="true">')
        if "label" in given:
            conversion.out.append(f'<label for="{identity}">{escaped(given["label"])}</label>')
            conversion.words.append(f" {given['label']} ")
        if "title" in given:
            title = escaped(given["title"])
            conversion.out.append(f'<span class="info-hint" data-target-id="{identity}" data-title="{title}"></span>')
        given["id"] = identity
        render(conversion, element)
        conversion.out.append("</div>")

    return check, wrapped


def text_only(_: Conversion, element: Element) -> None:
    for child in element.elements():
        raise InvalidMessage(f'Element "{child.tag}" is not allowed in "{element.tag}"')


def shown(conversion: Conversion, element: Element, tag: str, names: Sequence[tuple[str, str]], end: str = ">") -> None:
    """Print a start tag: the attributes in this order, each as what it is printed and what it is kept under."""
    conversion.tag(tag, {printed: element.attributes.get(kept) for printed, kept in names}, end)


def order(text: str) -> list[tuple[str, str]]:
    """Attribute names in the order in which they are printed; `printed=kept` where the two differ."""
    return [(name, kept or name) for name, _, kept in (piece.partition("=") for piece in text.split())]


def java_regex(pattern: str) -> bool:
    """Whether Java would take this pattern, as far as Python can tell."""
    loosened = re.sub(r"\\Q(.*?)(\\E|$)", lambda quoted: re.escape(quoted[1]), pattern, flags=re.DOTALL)
    loosened = re.sub(r"\\[pP]\{\^?\w+(?:=\w+)?\}", r"\\w", loosened)
    loosened = re.sub(r"\(\?<(?![=!])", "(?P<", loosened)
    loosened = re.sub(r"\\k<(\w+)>", r"(?P=\1)", loosened)
    loosened = loosened.replace("\\z", "\\Z").replace("\\h", "\\s").replace("\\R", "\\n").replace("\\G", "")
    try:
        re.compile(loosened)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _pattern(_: Conversion, element: Element) -> None:
    given = element.attributes
    pattern, message = given.get("pattern"), given.get("pattern-error-message")
    if pattern is None:
        return
    if message is None:
        raise InvalidMessage('The attribute "pattern-error-message" is mandatory when attribute "pattern" is defined')
    for name, value in (("pattern", pattern), ("pattern-error-message", message)):
        if length16(value) > 256:
            raise InvalidMessage(f'The attribute "{name}" value is too long. Max length for this attribute is: 256')
    if not java_regex(pattern):
        raise InvalidMessage(f'The regex "{pattern}" is not valid')


def _lengths(least: int, most: int) -> Check:
    """minlength, maxlength and the length of the initial value."""

    def check(_: Conversion, element: Element) -> None:
        bounds = {"minlength": least, "maxlength": most}
        for name in ("minlength", "maxlength"):
            text = element.attributes.get(name)
            if text is None:
                continue
            if re.fullmatch(r"[+-]?\d{1,10}", text, re.ASCII) is None:
                raise InvalidMessage(f'The attribute "{name}" must be a valid number.')
            bounds[name] = int(text)
            if not least <= bounds[name] <= most:
                raise InvalidMessage(f'The attribute "{name}" must be between {least} and {most}')
        low, high = bounds["minlength"], bounds["maxlength"]
        if low > high:
            raise InvalidMessage('The attribute "minlength" must be lower than the "maxlength" attribute')
        initial = element.text()
        if element.children and not low <= length16(initial) <= high:
            raise InvalidMessage(f"The length of this {element.tag}'s initial value must be between {low} and {high}")

    return check


def _initial(conversion: Conversion, element: Element) -> None:
    element.attributes.pop("initial", None)
    if element.children:
        element.attributes["initial"] = element.text()


_FIELD: dict[str, Take] = {
    "name": keep,
    "label": keep,
    "title": keep,
    "placeholder": keep,
    "required": boolean(),
    "formnovalidate": boolean(),
}
_TEXT: dict[str, Take] = {
    **_FIELD,
    "minlength": keep,
    "maxlength": keep,
    "disabled": boolean(),
    "readonly": boolean(),
    "pattern": keep,
    "pattern-error-message": keep,
}


# --- text fields ---

_TEXT_FIELD = order(
    "name placeholder required data-masked=masked minlength maxlength disabled readonly data-auto-submit=auto-submit"
    " data-formnovalidate=formnovalidate value=initial pattern data-pattern-error-message=pattern-error-message id"
)
_TEXT_AREA = order(
    "cols disabled data-formnovalidate=formnovalidate maxlength minlength name placeholder readonly required rows"
    " pattern data-pattern-error-message=pattern-error-message id"
)


def _render_text_field(conversion: Conversion, element: Element) -> None:
    _initial(conversion, element)
    conversion.out.append('<input type="text"')
    given = {printed: element.attributes.get(kept) for printed, kept in _TEXT_FIELD}
    for name, value in given.items():
        if value is not None:
            conversion.out.append(f' {name}="{escaped(value)}"')
    conversion.out.append("/>")


def _render_text_area(conversion: Conversion, element: Element) -> None:
    names = [pair for pair in _TEXT_AREA if pair[1] in element.attributes]
    attributes: dict[str, str | None] = {printed: element.attributes[kept] for printed, kept in names}
    if element.tag == "richtextarea":
        first = dict(list(attributes.items())[:1])
        attributes = {**first, "data-richtext": "true", **attributes}
    conversion.tag("textarea", attributes)
    conversion.children(element)
    conversion.out.append("</textarea>")


def _rows(name: str) -> Take:
    def take(_: Conversion, element: Element, __: str, value: str) -> None:
        if re.fullmatch(r"\+?\d{1,9}", value, re.ASCII) is None:
            raise InvalidMessage(f'Attribute "{name}" is not valid, it must be an integer >= 0')
        element.attributes[name] = value

    return take


_TEXTAREA: dict[str, Take] = {
    **_TEXT,
    "formnovalidate": boolean("data-formnovalidate"),
    "rows": _rows("rows"),
    "cols": _rows("cols"),
}


def _text_kind(tag: str, group: str, attributes: dict[str, Take], least: int, most: int, render: Render) -> Kind:
    check, wrapped = labelled(group, render)
    return Kind(
        tag, attributes, (IN_FORM, required("name"), text_only, check, _lengths(least, most), _pattern), wrapped
    )


# --- checkboxes and radio buttons ---


def _render_choice(kind: str) -> Render:
    names = order("name checked value disabled readonly data-formnovalidate=formnovalidate id")

    def render(conversion: Conversion, element: Element) -> None:
        element.attributes.setdefault("value", "on")
        if not element.children:
            conversion.out.append(f'<input type="{kind}"')
            _choice_attributes(conversion, element, names)
            return
        identity = random_id(f"{kind}-group")
        element.attributes["id"] = identity
        conversion.out.append(f'<div class="{kind}-group"><input type="{kind}"')
        _choice_attributes(conversion, element, names)
        conversion.out.append(f'<label for="{identity}">')
        conversion.children(element)
        conversion.out.append("</label></div>")

    return render


def _choice_attributes(conversion: Conversion, element: Element, names: Sequence[tuple[str, str]]) -> None:
    for printed, kept in names:
        if kept in element.attributes:
            conversion.out.append(f' {printed}="{escaped(element.attributes[kept])}"')
    conversion.out.append("/>")


def _choice_content(_: Conversion, element: Element) -> None:
    only_elements(element, ("b", "i"))


_CHOICE: dict[str, Take] = {
    "name": keep,
    "value": keep,
    "checked": boolean(),
    "disabled": boolean(),
    "readonly": boolean(),
    "formnovalidate": boolean(),
    "label": drop,
}


def _not_in_presentationml(conversion: Conversion, element: Element) -> None:
    if conversion.mode == PML and element.mode != PML:
        raise InvalidMessage(f'Invalid PresentationML for the "{element.tag}" element')


# --- select ---


def _select(_: Conversion, element: Element) -> None:
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                raise InvalidMessage('Element "null" is not allowed in "select"')
        elif child.tag != "option":
            raise InvalidMessage(f'Element "{child.tag}" is not allowed in "select"')
    multiple = element.flag("multiple")
    bounds: dict[str, int] = {}
    for name, least in (("min", 0), ("max", 1)):
        text = element.attributes.get(name)
        if text is None:
            continue
        if not multiple:
            raise InvalidMessage(f'Attribute "{name}" is not allowed. Attribute "multiple" missing')
        if re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) is None or int(text) < least:
            raise InvalidMessage(f'Attribute "{name}" is not valid, it must be >= {least}')
        bounds[name] = int(text)
    if bounds.get("min", 0) > bounds.get("max", 2**31):
        raise InvalidMessage('Attribute "min" is greater than attribute "max"')
    if element.flag("required") and bounds.get("min") == 0:
        raise InvalidMessage('Attribute "min" cannot be 0 if "required" is true')
    if not multiple and sum(child.flag("selected") for child in element.elements()) > 1:
        raise InvalidMessage('Element "select" can only have one selected "option"')


_SELECT = order(
    "data-auto-submit=auto-submit data-placeholder disabled data-formnovalidate=formnovalidate data-max=max"
    " data-min=min multiple name readonly required id"
)


def _render_select(conversion: Conversion, element: Element) -> None:
    shown(conversion, element, "select", _SELECT)
    conversion.children(element)
    conversion.out.append("</select>")


def _option(_: Conversion, element: Element) -> None:
    if "value" not in element.attributes:
        raise InvalidMessage('The attribute "value" is required')
    for child in element.elements():
        raise InvalidMessage(f'Element "{child.tag}" is not allowed in "option"')


def _render_option(conversion: Conversion, element: Element) -> None:
    shown(conversion, element, "option", order("selected value"))
    conversion.children(element)
    conversion.words.append(" ")
    conversion.out.append("</option>")


# --- selectors of people, rooms, dates ---


def _array(name: str, of: str, whole: type | tuple[type, ...]) -> Check:
    def check(_: Conversion, element: Element) -> None:
        text = element.attributes.get(name)
        if text is None:
            return
        values: Any = None
        try:
            values = json.loads(text.replace("'", '"') if whole is str else text)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, list) or not all(_is_member(value, whole) for value in values):
            raise InvalidMessage(f'Attribute "{name}" contains an unsupported format, should be an array of {of} ids')

    return check


def _is_member(value: Any, whole: type | tuple[type, ...]) -> bool:
    if whole is str:
        return isinstance(value, (str, int, float)) and not isinstance(value, bool)
    if isinstance(value, str):
        return re.fullmatch(r"[+-]?\d+", value, re.ASCII) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _render_selector(css: str) -> Render:
    names = order(
        "data-name=name data-placeholder=placeholder data-required=required data-value=value"
        " data-formnovalidate=formnovalidate id"
    )

    def render(conversion: Conversion, element: Element) -> None:
        conversion.tag("div", {"class": css, **{printed: element.attributes.get(kept) for printed, kept in names}})
        conversion.out.append("</div>")

    return render


_DATA_FIELD: dict[str, Take] = {
    "data-name": keep_as("name"),
    "data-placeholder": keep_as("placeholder"),
    "data-required": keep_as("required"),
    "data-value": keep_as("value"),
    "data-formnovalidate": keep_as("formnovalidate"),
    "id": keep,
}


def _selector(tag: str, *checks: Check, wrap: bool = True) -> Kind:
    render = _render_selector(tag)
    attributes: dict[str, Take] = {**_FIELD, **_DATA_FIELD, "value": keep}
    found: tuple[Check, ...] = (IN_FORM, required("name"), empty, *checks)
    if wrap:
        check, render = labelled(tag, render)
        found = (*found, check)
    else:
        attributes = {name: take for name, take in attributes.items() if name not in ("label", "title", "value", "id")}
    return Kind(tag, attributes, found, render)


# --- buttons ---

_CLASSES = ("primary", "secondary", "tertiary", "destructive", "primary-link", "destructive-link")


def _take_button_class(_: Conversion, element: Element, name: str, value: str) -> None:
    shortened = value.lower().removesuffix("-destructive")
    if shortened not in _CLASSES:
        raise InvalidMessage(
            'Attribute "class" must be "primary", "secondary", "tertiary" or "destructive"'
            ' ("primary-destructive" and "secondary-destructive" are deprecated)'
        )
    element.attributes[name] = shortened


def _button(_: Conversion, element: Element) -> None:
    given = element.attributes
    if element.parent is not None and element.parent.tag == "ui-action":
        if "type" in given or "name" in given:
            raise InvalidMessage('Attributes "type" and "name" are not allowed on a button inside a UIAction.')
        return
    if not element.inside("form", "ui-action"):
        raise InvalidMessage('Element "button" can only be a inner child of the following elements: [form, uiaction]')
    kind = given.setdefault("type", "action").lower()
    if kind not in ("action", "reset", "cancel"):
        raise InvalidMessage('Attribute "type" must be "action", "reset" or "cancel"')
    named = bool(given.get("name", "").strip())
    if kind in ("action", "cancel") and not named:
        raise InvalidMessage(f'Attribute "name" is required for {kind} buttons')
    if kind == "reset" and named:
        raise InvalidMessage('Attribute "name" is allowed for action buttons only')
    text_only(_, element)
    if not element.children:
        raise InvalidMessage(
            'The "button" element must have at least one child that is any of the following elements: [text content].'
        )


_BUTTON = order("type class data-icon=icon name data-title=title data-formnovalidate=formnovalidate")
_BUTTON_PML = order("type class data-icon=icon data-title=title name data-formnovalidate=formnovalidate")


def _render_button(conversion: Conversion, element: Element) -> None:
    shown(
        conversion,
        element,
        "button",
        _BUTTON_PML if element.mode == PML else _BUTTON,
    )
    conversion.children(element)
    conversion.words.append(" ")
    conversion.out.append("</button>")


_select_check, _select_render = labelled("dropdown", _render_select)

KINDS: tuple[Kind, ...] = (
    Kind(
        "form",
        {"id": keep, "multi-submit": one_of("reset", "no-reset"), "data-multi-submit": keep_as("multi-submit")},
        (_form,),
        _render_form,
    ),
    _text_kind(
        "text-field",
        "textfield",
        {**_TEXT, "masked": boolean(), "auto-submit": boolean("data-auto-submit")},
        1,
        128,
        _render_text_field,
    ),
    _text_kind("textarea", "textarea", _TEXTAREA, 0, 10_000, _render_text_area),
    _text_kind("richtextarea", "richtextarea", _TEXTAREA, 0, 10_000, _render_text_area),
    *(
        Kind(
            kind,
            _CHOICE,
            (IN_FORM, required("name"), _choice_content),
            _render_choice(kind),
            begin=_not_in_presentationml,
        )
        for kind in ("checkbox", "radio")
    ),
    Kind(
        "select",
        {
            **{name: take for name, take in _FIELD.items() if name != "placeholder"},
            "formnovalidate": boolean("data-formnovalidate"),
            "data-placeholder": keep,
            "multiple": boolean(),
            "min": keep,
            "max": keep,
            "disabled": boolean(),
            "readonly": boolean(),
            "auto-submit": boolean("data-auto-submit"),
            "id": drop,
        },
        (IN_FORM, required("name"), _select, at_least_one("option"), _select_check),
        _select_render,
    ),
    Kind(
        "option",
        {"value": keep, "selected": boolean()},
        (child_of("select", called="select"), _option),
        _render_option,
    ),
    _selector("person-selector", _array("value", "user", int)),
    _selector("room-selector", _array("value", "room", str)),
    _selector("date-selector", wrap=False),
    Kind(
        "button",
        {
            "name": keep,
            "type": keep,
            "class": _take_button_class,
            "icon": keep,
            "data-icon": keep_as("icon"),
            "title": keep,
            "data-title": keep_as("title"),
            "formnovalidate": boolean(),
            "data-formnovalidate": keep_as("formnovalidate"),
        },
        (_button,),
        _render_button,
    ),
)
