"""UI actions and the dialogs that they open. production/messageml.md 6.5."""

from __future__ import annotations

from emulator.messageml import checks
from emulator.messageml.element import Check, Element, Kind, Message
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.forms import check_dialog_parts, is_dialog_part
from emulator.messageml.jsonlists import long_list
from emulator.messageml.roles import NOTHING, Role
from emulator.messageml.writing import attribute, listed

MAX_USERS = 15
NO_DIALOG = "ui-action with a target-id must have only one dialog sibling with a matching id"
_ACTION = ("action", "trigger", "user-ids", "stream-id", "side-by-side", "target-id")


def _create_action(_message: Message, element: Element) -> None:
    element.attributes["trigger"] = "click"


def _check_action(message: Message, element: Element) -> None:
    # Compared exactly: an action written in upper case is a known one, of which nothing more is asked.
    if element.get("action") == "open-dialog":
        checks.identifier("target-id")(message, element)
    if element.get("action") != "open-im":
        return
    checks.one_of("side-by-side", "true", "false")(message, element)
    users, stream = element.get("user-ids"), element.get("stream-id")
    if users is not None and stream is not None:
        raise InvalidMessage('Only one between "stream-id" and "user-ids" is allowed')
    if users is None and stream is None:
        raise InvalidMessage('At least one between "stream-id" and "user-ids" should be present')
    if users is not None:
        ids = long_list(users)
        if ids is None:
            raise InvalidMessage('Attribute "user-ids" contains an unsupported format, should be an array of user ids')
        if len(ids) > MAX_USERS:
            raise InvalidMessage(f'Attribute "user-ids" contains more values than allowed. Max value is {MAX_USERS}')


def _print_action(_message: Message, element: Element) -> tuple[str, str, bool]:
    pairs = [(name, f"data-{name}") for name in _ACTION]
    return f'<div class="ui-action"{"".join(listed(element, pairs))}>', "</div>", True


UI_ACTION = Kind(
    "ui-action",
    "uiaction",
    NOTHING,
    _print_action,
    {spelling: name for name in _ACTION for spelling in (name, f"data-{name}")},
    checks=(
        checks.content("button", "uiaction"),
        checks.has_child("button", "uiaction"),
        checks.not_blank("action"),
        checks.one_of("action", "open-im", "open-dialog"),
        _check_action,
        checks.one_of("trigger", "click"),
    ),
    created=_create_action,
)


def _default(name: str, value: str) -> Check:
    def check(_message: Message, element: Element) -> None:
        element.attributes.setdefault(name, value)

    return check


def _check_dialog(message: Message, element: Element) -> None:
    forms = sum(child.kind.name == "form" for child in element.children)
    if forms > 1:
        raise InvalidMessage('A "dialog" element can contain only one "form" element')
    if forms:
        try:
            checks.content("form")(message, element)
        except InvalidMessage:
            raise InvalidMessage('A "dialog" element can\'t contain a "form" element and any other element.') from None
        return
    if not element.presentationml:
        checks.has_child("title")(message, element)
        checks.has_child("body")(message, element)
    elif not any(is_dialog_part(child, "dialog-title", "dialog-body") for child in element.children):
        raise InvalidMessage(
            'The "dialog" element must have at least one child that is any of the following elements: [title,body].'
        )
    check_dialog_parts(message, element)


def _print_dialog(_message: Message, element: Element) -> tuple[str, str, bool]:
    parts = listed(element, (("width", "data-width"), ("state", "data-state")))
    parts.append(attribute("id", element.text))
    if not element.presentationml or "open" in element.attributes:
        parts.append(' open=""')
    return f"<dialog{''.join(parts)}>", "</dialog>", True


def _name_dialog(message: Message, element: Element) -> None:
    """The id under which it is printed, which the actions that open it need too."""
    element.text = f"{message.short_id()}-{element.attributes['id']}"


_DIALOG = {
    "width": "width",
    "data-width": "width",
    "state": "state",
    "data-state": "state",
    "data-open": "open",
    "id": "id",
}
DIALOG = Kind(
    "dialog",
    "dialog",
    Role("wrapped", line=True, before="---\n**Dialog**\n", after="---\n"),
    _print_dialog,
    _DIALOG,
    {**_DIALOG, "open": "open"},
    checks=(
        checks.identifier("id"),
        _default("width", "medium"),
        checks.one_of("width", "small", "medium", "large", "full-width"),
        _default("state", "close"),
        checks.one_of("state", "open", "close"),
        _check_dialog,
        _name_dialog,
    ),
    identified=True,
)


def _check_part(message: Message, element: Element) -> None:
    checks.no_attributes(message, element)
    around = element.parent
    in_form = (
        around is not None
        and around.kind.name == "form"
        and around.parent is not None
        and around.parent.kind.name == "dialog"
    )
    if not in_form:
        checks.parent("dialog")(message, element)
    if any(child.kind.name == "dialog" for child in element.children):
        raise InvalidMessage(f"{element.kind.tag} should not contain a dialog")


def _part(tag: str) -> Kind:
    return Kind(
        tag,
        tag,
        Role("paragraph", line=True),
        lambda _message, _element: (f'<div class="dialog-{tag}">', "</div>", True),
        {"class": "class", "style": "style"},
        checks=(_check_part,),
        read=checks.read_styled,
    )


DIALOG_TITLE = _part("title")
DIALOG_BODY = _part("body")
DIALOG_FOOTER = _part("footer")


def pair_dialogs(elements: list[Element]) -> None:
    """Gives each action with a target the printed id of its dialog, which is its sibling. Raises InvalidMessage."""
    dialogs: dict[int, dict[str, list[Element]]] = {}
    for element in elements:
        target = element.get("target-id") if element.kind is UI_ACTION else None
        if target is None:
            continue
        assert element.parent is not None
        siblings = dialogs.get(id(element.parent))
        if siblings is None:
            siblings = dialogs[id(element.parent)] = {}
            for sibling in element.parent.children:
                if sibling.kind is DIALOG:
                    siblings.setdefault(sibling.attributes["id"], []).append(sibling)
        matching = siblings.get(target, [])
        if len(matching) != 1:
            raise InvalidMessage(NO_DIALOG)
        element.attributes["target-id"] = matching[0].text
