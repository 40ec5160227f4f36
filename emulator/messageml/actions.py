"""UI actions and the dialogs that they open (reference/messageml.md 6.5)."""

from __future__ import annotations

import json
import re

from emulator.messageml.checks import at_least_one, boolean, child_of, length16, one_of
from emulator.messageml.element import PML, Check, Conversion, Element, Kind, Render, keep, random_id
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.forms import order, unique_id

_PARTS = ("title", "body", "footer")


def _is_target(text: str | None) -> bool:
    return bool(text) and text is not None and not re.search(r"\s", text) and length16(text) <= 64


def _children(_: Conversion, element: Element) -> None:
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                raise InvalidMessage('Element "null" is not allowed in "ui-action"')
        elif child.tag not in ("button", "ui-action"):
            raise InvalidMessage(f'Element "{child.tag}" is not allowed in "ui-action"')


def _ui_action(_: Conversion, element: Element) -> None:
    given = element.attributes
    if "action" not in given:
        raise InvalidMessage('The attribute "action" is required')
    if given["action"] == "open-dialog":
        if not _is_target(given.get("target-id")):
            raise InvalidMessage('The attribute "target-id" is required and must not contain any whitespace')
    elif given["action"] == "open-im":
        _open_im(given)


def _open_im(given: dict[str, str]) -> None:
    if "user-ids" in given and "stream-id" in given:
        raise InvalidMessage('Only one between "stream-id" and "user-ids" is allowed')
    if "user-ids" not in given and "stream-id" not in given:
        raise InvalidMessage('At least one between "stream-id" and "user-ids" should be present')
    if "user-ids" in given:
        try:
            users = json.loads(given["user-ids"])
        except (ValueError, RecursionError):
            users = None
        if not isinstance(users, list) or not all(
            (isinstance(user, (int, float)) and not isinstance(user, bool))
            or (isinstance(user, str) and re.fullmatch(r"[+-]?\d+", user, re.ASCII))
            for user in users
        ):
            raise InvalidMessage('Attribute "user-ids" contains an unsupported format, should be an array of user ids')
        if len(users) > 15:
            raise InvalidMessage('Attribute "user-ids" contains more values than allowed. Max value is 15')


def pair_with_dialogs(root: Element) -> None:
    """That each ui-action with a target has one dialog of that id beside it; gives both the id that is printed."""
    for element in root.below():
        if element.tag == "dialog":
            element.note = f"{random_id('dialog')}-{element.attributes['id']}"
    for element in root.below():
        target = element.attributes.get("target-id")
        if element.tag != "ui-action" or target is None:
            continue
        siblings = element.parent.elements() if element.parent is not None else iter(())
        found = [each for each in siblings if each.tag == "dialog" and each.attributes["id"] == target]
        if len(found) != 1:
            raise InvalidMessage("ui-action with a target-id must have only one dialog sibling with a matching id")
        element.note = found[0].note


_UI_ACTION = order(
    "data-action=action data-trigger=trigger data-user-ids=user-ids data-stream-id=stream-id"
    " data-side-by-side=side-by-side"
)


def _render_ui_action(conversion: Conversion, element: Element) -> None:
    element.attributes.setdefault("trigger", "click")
    attributes: dict[str, str | None] = {"class": "ui-action"}
    attributes |= {printed: element.attributes.get(kept) for printed, kept in _UI_ACTION}
    attributes["data-target-id"] = element.note
    conversion.tag("div", attributes)
    conversion.children(element)
    conversion.out.append("</div>")


def _dialog(conversion: Conversion, element: Element) -> None:
    given = element.attributes
    identity = given.get("id")
    if not _is_target(identity):
        raise InvalidMessage('The attribute "id" is required and must not contain any whitespace')
    if element.parent is not None and element.parent.tag in _PARTS:
        raise InvalidMessage(f"{element.parent.tag} should not contain a dialog")
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                raise InvalidMessage('Element "null" is not allowed in "dialog"')
        elif child.tag not in (*_PARTS, "form"):
            raise InvalidMessage(f'Element "{child.tag}" is not allowed in "dialog"')
    forms = [child for child in element.elements() if child.tag == "form"]
    if len(forms) > 1:
        raise InvalidMessage('A "dialog" element can contain only one "form" element')
    if forms and sum(1 for _ in element.elements()) > 1:
        raise InvalidMessage('A "dialog" element can\'t contain a "form" element and any other element.')
    if forms:
        for child in forms[0].elements():
            if child.tag not in _PARTS:
                raise InvalidMessage(f'Element "{child.tag}" is not allowed in "form"')
    else:
        at_least_one("title")(conversion, element)
        at_least_one("body")(conversion, element)
    unique_id(conversion, identity or "")


def _render_dialog(conversion: Conversion, element: Element) -> None:
    given = element.attributes
    conversion.tag(
        "dialog",
        {
            "data-width": given.get("data-width", "medium"),
            "data-state": given.get("data-state", "close"),
            "id": element.note,
            "open": "",
        },
    )
    conversion.children(element)
    conversion.out.append("</dialog>")


def _part(tag: str) -> Kind:
    def check(conversion: Conversion, element: Element) -> None:
        parent = element.parent
        in_form = parent is not None and parent.tag == "form" and parent.parent is not None
        if not (in_form and parent is not None and parent.parent is not None and parent.parent.tag == "dialog"):
            child_of("dialog", called="dialog")(conversion, element)

    return Kind(tag, {}, (check,), _render_part(tag))


def _render_part(tag: str) -> Render:
    def render(conversion: Conversion, element: Element) -> None:
        conversion.words.append(" ")
        conversion.out.append(f'<div class="dialog-{tag}">')
        conversion.children(element)
        conversion.out.append("</div>")
        conversion.words.append(" ")

    return render


def _begin_dialog(conversion: Conversion, element: Element) -> None:
    if conversion.mode == PML:
        element.mode = PML


DIALOG_PARTS: dict[str, Kind] = {tag: _part(tag) for tag in _PARTS}
"""The parts of a dialog by their names; `body` is also a part of cards, and the parent tells which is meant."""

_WIDTH = one_of("small", "medium", "large", "full-width", stored="data-width")
_STATE = one_of("open", "close", stored="data-state")
_BEGIN: Check = _begin_dialog


def _take_open(conversion: Conversion, element: Element, name: str, value: str) -> None:
    if conversion.mode != PML:
        raise InvalidMessage(f'Attribute "{name}" is not allowed in "{element.tag}"')


KINDS: tuple[Kind, ...] = (
    Kind(
        "ui-action",
        {
            "action": one_of("open-im", "open-dialog"),
            "trigger": one_of("click"),
            "user-ids": keep,
            "stream-id": keep,
            "side-by-side": boolean(),
            "target-id": keep,
        },
        (_children, at_least_one("button", "ui-action", called="button, uiaction"), _ui_action),
        _render_ui_action,
        label="uiaction",
    ),
    Kind(
        "dialog",
        {
            "id": keep,
            "width": _WIDTH,
            "data-width": _WIDTH,
            "state": _STATE,
            "data-state": _STATE,
            "open": _take_open,
        },
        (_dialog,),
        _render_dialog,
        begin=_BEGIN,
    ),
)
