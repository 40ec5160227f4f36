"""From XML to the message's tree: which element a node stands for, and the order in which all is checked.

production/messageml.md 1, step 8, and 8 for PresentationML.
"""

from __future__ import annotations

from collections.abc import Callable

from emulator.messageml import cards, entities, fields, forms, java, pickers, uiactions
from emulator.messageml.element import Element, Kind, Message, take_attribute
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import AUDIO, DIV, ENTITY_ID, KINDS, SPAN, TEXT
from emulator.messageml.xml import Foreign, Node

# Their PresentationML form is decided by the message they stand in.
_EITHER: dict[str, Kind] = {
    "form": forms.FORM,
    "button": forms.BUTTON,
    "text-field": fields.TEXT_FIELD,
    "textarea": fields.TEXTAREA,
    "richtextarea": fields.RICH_TEXTAREA,
    "checkbox": forms.CHECKBOX,
    "radio": forms.RADIO,
    "person-selector": pickers.PERSON_SELECTOR,
    "room-selector": pickers.ROOM_SELECTOR,
    "date-selector": pickers.DATE_SELECTOR,
    "date-picker": pickers.DATE_PICKER,
    "time-picker": pickers.TIME_PICKER,
    "timezone-picker": pickers.TIMEZONE_PICKER,
    "ui-action": uiactions.UI_ACTION,
    "dialog": uiactions.DIALOG,
    "title": uiactions.DIALOG_TITLE,
    "footer": uiactions.DIALOG_FOOTER,
}
# Spelled alike in both formats.
_ALIKE: dict[str, Kind] = {
    **KINDS,
    "audio": AUDIO,
    "emoji": entities.EMOJI,
    "tag": entities.TAG,
    "dateTime": entities.DATE_TIME,
    "select": forms.SELECT,
    "option": forms.OPTION,
}
# Refused in PresentationML.
_SHORTHAND: dict[str, Kind] = {
    "chime": AUDIO,
    "hash": entities.HASH,
    "cash": entities.CASH,
    "mention": entities.MENTION_KIND,
    "card": cards.CARD,
    "expandable-card": cards.EXPANDABLE_CARD,
    "header": cards.CARD_HEADER,
    "body": cards.CARD_BODY,
}
# Words of a div's class, the first that it has decides.
_DIVISIONS: tuple[tuple[str, Kind], ...] = (
    ("card", cards.CARD),
    ("cardBody", cards.CARD_BODY),
    ("cardHeader", cards.CARD_HEADER),
    ("expandable-card", cards.EXPANDABLE_CARD),
    ("expandableCardBody", cards.EXPANDABLE_BODY),
    ("expandableCardHeader", cards.EXPANDABLE_HEADER),
    ("person-selector", pickers.PERSON_SELECTOR),
    ("room-selector", pickers.ROOM_SELECTOR),
    ("date-selector", pickers.DATE_SELECTOR),
    ("checkbox-group", forms.CHECKBOX),
    ("radio-group", forms.RADIO),
    ("ui-action", uiactions.UI_ACTION),
    ("timezone-picker", pickers.TIMEZONE_PICKER),
)
_INPUTS: tuple[tuple[str, Kind], ...] = (
    ("text", fields.TEXT_FIELD),
    ("checkbox", forms.CHECKBOX),
    ("radio", forms.RADIO),
    ("date", pickers.DATE_PICKER),
    ("time", pickers.TIME_PICKER),
)
_SELECTORS = (pickers.PERSON_SELECTOR, pickers.ROOM_SELECTOR, pickers.DATE_SELECTOR)


# What a header or a body is within something else than a card.
_WITHIN: tuple[Kind, ...] = (cards.EXPANDABLE_HEADER, cards.EXPANDABLE_BODY, uiactions.DIALOG_BODY)


def elements() -> dict[str, Kind]:
    """All elements of MessageML by the tag under which they are written."""
    return {"div": DIV, "span": SPAN, **_ALIKE, **_EITHER, **_SHORTHAND}


def kinds() -> frozenset[Kind]:
    """Every kind that a message can hold."""
    divisions = (kind for _, kind in _DIVISIONS)
    return frozenset((*elements().values(), *divisions, *_WITHIN, TEXT))


# --- which element ---------------------------------------------------------------------------------------------------


def _create(message: Message, node: Node, parent: Element) -> Element | None:
    """The element for the node, nothing read yet; None for a node that only decorates another."""
    tag = node.tag
    kind = _ALIKE.get(tag)
    if kind is not None:
        # The library gives these the PresentationML format always, where it makes a difference.
        return Element(kind, parent)
    if tag == "div":
        return _from_div(message, node, parent)
    if tag == "span":
        return _from_span(message, node, parent)
    kind = _EITHER.get(tag)
    if kind is not None:
        return Element(kind, parent, presentationml=message.presentationml)
    if tag == "input":
        return _from_input(node, parent)
    if tag == "label":
        message.claim_label(_required(node, "for"), node.text())
        return None
    kind = _SHORTHAND.get(tag)
    if kind is None:
        raise InvalidMessage(f'Invalid MessageML content at element "{tag}"')
    if message.presentationml:
        raise InvalidMessage(f'Shorthand tag "{tag}" is not allowed in PresentationML')
    return Element(_within(kind, parent), parent)


def _within(kind: Kind, parent: Element) -> Kind:
    """Headers and bodies are of cards, of expandable cards or of dialogs."""
    if kind is cards.CARD_BODY:
        around = parent.parent
        if parent.kind is uiactions.DIALOG or (around is not None and around.kind is uiactions.DIALOG):
            return uiactions.DIALOG_BODY
    if parent.kind is cards.EXPANDABLE_CARD:
        return {cards.CARD_HEADER: cards.EXPANDABLE_HEADER, cards.CARD_BODY: cards.EXPANDABLE_BODY}.get(kind, kind)
    return kind


def _required(node: Node, name: str) -> str:
    value = node.attributes.get(name)
    if not value:
        raise InvalidMessage(
            f"Invalid MessageML content at element \"{name}\": 'data-target-id' attribute missing or empty"
        )
    return value


def _entity(message: Message, node: Node, parent: Element, kind: Kind) -> Element:
    name = node.attributes.get(ENTITY_ID, "")
    known = entities.known_entity(message, node.tag, name, message.named(name), parent)
    return known or Element(kind, parent)


def _from_span(message: Message, node: Node, parent: Element) -> Element | None:
    own = node.attributes
    if own.get("class") == "info-hint" and "data-target-id" in own and "data-title" in own:
        target = _required(node, "data-target-id")
        message.titles[target] = _required(node, "data-title")
        return None
    if "entity" in java.words(own.get("class", "")):
        return _entity(message, node, parent, SPAN)
    return Element(SPAN, parent)


def _from_div(message: Message, node: Node, parent: Element) -> Element | None:
    if "data-generated" in node.attributes:
        return None
    style = node.attributes.get("class")
    if style is None:
        return Element(DIV, parent)
    words = java.words(style)
    if "entity" in words:
        return _entity(message, node, parent, DIV)
    for word, kind in _DIVISIONS:
        if word in words:
            _remove_word(node, "class", word)
            return Element(kind, parent, presentationml=True)
    return Element(DIV, parent)


def _from_input(node: Node, parent: Element) -> Element:
    style = node.attributes.get("type", "")
    words = java.words(style)
    for word, kind in _INPUTS:
        if word in words:
            if kind is fields.TEXT_FIELD:
                _remove_word(node, "type", word)
            return Element(kind, parent, presentationml=True)
    raise InvalidMessage(f'The input type "{style}" is not allowed on PresentationML')


def _remove_word(node: Node, name: str, word: str) -> None:
    left = " ".join(other for other in java.words(node.attributes[name]) if other.lower() != word.lower())
    if java.blank(left):
        del node.attributes[name]
    else:
        node.attributes[name] = left


# --- reading it ------------------------------------------------------------------------------------------------------

Children = list[Node | Foreign | str]


def _read(message: Message, node: Node, element: Element) -> Children:
    """Reads the attributes; the nodes that become the element's children."""
    kind = element.kind
    if kind.created is not None:
        kind.created(message, element)
    attributes, children = node.attributes, node.children
    if element.presentationml:
        if kind is fields.TEXT_FIELD and children:
            raise InvalidMessage(f'Element "{kind.tag}" may not have child elements or text content')
        if kind in (forms.CHECKBOX, forms.RADIO):
            return _read_box(message, node, element)
        if kind in _SELECTORS:
            attributes = pickers.spelled_as_attributes(kind, attributes)
    for name, value in attributes.items():
        take_attribute(message, element, name, value)
    return children


def _read_box(message: Message, node: Node, element: Element) -> Children:
    """A checkbox or radio button of PresentationML: an input, or a group of an input and its label."""
    if node.tag == "input":
        _read_input(message, node, element)
        return []
    wrong = InvalidMessage(f'Invalid PresentationML for the "{element.kind.tag}" element')
    parts = [child for child in node.children if not isinstance(child, str)]
    if len(parts) != 2:
        raise wrong
    content: Children = []
    seen: set[str] = set()
    for part in parts:
        if isinstance(part, Foreign) or part.tag not in ("input", "label") or part.tag in seen:
            raise wrong
        seen.add(part.tag)
        if part.tag == "input":
            _read_input(message, part, element)
        elif not part.children:
            raise wrong
        else:
            content = part.children
    return content


def _read_input(message: Message, node: Node, element: Element) -> None:
    for name, value in node.attributes.items():
        if name != "type":
            take_attribute(message, element, name, value)


# --- the walk --------------------------------------------------------------------------------------------------------


def _finish(message: Message, element: Element) -> None:
    for check in element.kind.checks:
        check(message, element)
    if element.kind.identified:
        message.claim_id(element.attributes["id"])
    assert element.parent is not None
    element.parent.children.append(element)


def build(message: Message, node: Node, root: Element) -> None:
    """Builds all below the root into it. Raises InvalidMessage for the first thing wrong, in the agent's order:

    an element's attributes, then its children, then its own rules.
    """
    # Not recursive, so that deep messages need no deep stack: children still to come, and what then is to be done.
    steps: list[tuple[Children, int, Element, Callable[[Message, Element], None] | None]] = [
        (node.children, 0, root, None)
    ]
    while steps:
        children, at, parent, finish = steps.pop()
        if at == len(children):
            if finish is not None:
                finish(message, parent)
            continue
        steps.append((children, at + 1, parent, finish))
        child = children[at]
        if isinstance(child, str):
            parent.children.append(Element(TEXT, parent, text=child))
        elif isinstance(child, Foreign):
            raise InvalidMessage(f'Invalid element "{child.name}"')
        else:
            element = _create(message, child, parent)
            if element is not None:
                steps.append((_read(message, child, element), 0, element, _finish))
            elif child.tag == "div":
                # The div that the library wraps around a labelled control: its children belong to the parent.
                steps.append((child.children, 0, parent, None))
