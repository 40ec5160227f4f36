"""Builds elements out of what was written, in MessageML or in PresentationML (reference/messageml.md 1, 3, 8)."""

from __future__ import annotations

from emulator.messageml import actions, cards, entities, forms, pickers, text
from emulator.messageml.checks import PLAIN, empty
from emulator.messageml.element import PML, Conversion, Element, Kind, Take, keep, not_allowed
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.xmltree import Node

CHIME = "https://asset.symphony.com/symphony/audio/chime.mp3"


# --- the root and the chime ---


def _render_root(conversion: Conversion, element: Element) -> None:
    conversion.out.append(f'<div data-format="PresentationML" data-version="{element.note}">')
    conversion.children(element)
    conversion.out.append("</div>")


def _take_chime(_: Conversion, element: Element, name: str, value: str) -> None:
    if name == "src" and value.lower() != CHIME:
        raise InvalidMessage(f'Attribute "src" value needs to be "{CHIME}"')
    element.attributes[name] = value


def _chime(_: Conversion, element: Element) -> None:
    if element.parent is None or element.parent.tag != "messageML":
        raise InvalidMessage('Element "chime" has to be the only element in the message.')


def _render_chime(conversion: Conversion, _: Element) -> None:
    conversion.out.append(f'<audio src="{CHIME}" autoplay="true"/>')


_ROOT = Kind("messageML", {}, (), _render_root)
_CHIME = Kind(
    "chime",
    {"src": _take_chime, "autoplay": _take_chime},
    (empty, _chime),
    _render_chime,
    begin=cards.shorthand("chime"),
)


# --- div and span ---

_DATA_ONLY_ON = {
    "data-icon-src": "card",
    "data-accent-color": "card",
    "data-state": "expandable-card",
    "data-variant": "expandableCardBody",
}


def _misplaced(_: Conversion, __: Element, name: str, ___: str) -> None:
    raise InvalidMessage(f'The attribute "{name}" is only allowed if the element class is "{_DATA_ONLY_ON[name]}".')


_ENTITY: dict[str, Take] = {**PLAIN, "data-entity-id": keep}
_DIV = Kind(
    "div",
    {**_ENTITY, **dict.fromkeys(_DATA_ONLY_ON, _misplaced)},
    (entities.check_entity_id,),
    entities.custom(text.spaced),
)
_SPAN = Kind(
    "span",
    {**_ENTITY, "data-title": keep, "data-target-id": keep},
    (entities.check_entity_id,),
    entities.custom(text.printed()),
)


# --- which kind a tag is ---

_SELECTORS = ("person-selector", "room-selector", "date-selector", "timezone-picker")
_BY_TAG: dict[str, Kind] = {
    kind.tag: kind
    for kind in (
        _CHIME,
        _DIV,
        _SPAN,
        cards.KINDS["card"],
        cards.KINDS["expandable-card"],
        *text.KINDS,
        *entities.KINDS,
        *forms.KINDS,
        *pickers.KINDS,
        *actions.KINDS,
    )
}
_BY_CLASS: dict[str, Kind] = {
    "entity": _DIV,
    "card": cards.KINDS["card"],
    "cardBody": cards.KINDS["cardBody"],
    "cardHeader": cards.KINDS["cardHeader"],
    "expandable-card": cards.KINDS["expandable-card"],
    "expandableCardBody": cards.KINDS["expandableCardBody"],
    "expandableCardHeader": cards.KINDS["expandableCardHeader"],
    "person-selector": _BY_TAG["person-selector"],
    "room-selector": _BY_TAG["room-selector"],
    "date-selector": _BY_TAG["date-selector"],
    "checkbox-group": _BY_TAG["checkbox"],
    "radio-group": _BY_TAG["radio"],
    "ui-action": _BY_TAG["ui-action"],
    "timezone-picker": _BY_TAG["timezone-picker"],
}
_INPUTS = {"text": "text-field", "checkbox": "checkbox", "radio": "radio", "date": "date-picker", "time": "time-picker"}
_FORM_TAGS = frozenset(
    "form text-field textarea richtextarea checkbox radio select option button date-picker time-picker timezone-picker"
    " person-selector room-selector date-selector ui-action".split()
)


def build(conversion: Conversion, root: Node, version: str | None) -> Element:
    """The checked tree of a message; InvalidMessage where it is not allowed."""
    given = root.attributes
    if root.tag == "messageML":
        element = _mml_root(given)
    elif root.tag == "div":
        conversion.mode = PML
        element = _pml_root(given, version)
    else:
        raise InvalidMessage("Root tag must be <messageML> or <div>")
    if element.note is None:
        element.note = version if version and version.strip() else "2.0"
    _add_children(conversion, element, root)
    if conversion.mode == PML:
        _check_pml_root(given, version)
    chimes = [child for child in element.elements() if child.tag == "chime"]
    if chimes and len(element.children) > 1:
        raise InvalidMessage("Chime messages may not have any other content")
    actions.pair_with_dialogs(element)
    return element


def _mml_root(given: dict[str, str]) -> Element:
    for name in sorted(given):
        if name in ("class", "style"):
            if name == "style":
                from emulator.messageml.checks import check_style

                check_style(given[name])
            raise InvalidMessage('Element "messageML" may not have attributes')
        if name != "xmlns":
            raise InvalidMessage(f'Attribute "{name}" is not allowed in "messageML"')
    return Element(_ROOT, "MML", None)


def _pml_root(given: dict[str, str], version: str | None) -> Element:
    for name in sorted(given):
        if name not in ("data-format", "data-version", "class", "style"):
            raise InvalidMessage(f'Attribute "{name}" is not allowed in "messageML"')
    element = Element(_ROOT, PML, None)
    shown = given.get("data-version", version) or ""
    element.note = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return element


def _check_pml_root(given: dict[str, str], version: str | None) -> None:
    """That the root says what it is; asked when all else is well, as the agent does."""
    versioned = "data-version" in given or bool(version and version.strip())
    if given.get("data-format", "").lower() != "presentationml" or not versioned:
        raise InvalidMessage('Malformed PresentationML. The attributes "data-format" and "data-version" are required.')


def _add_children(conversion: Conversion, element: Element, node: Node) -> None:
    for child in node.children:
        if isinstance(child, str):
            element.children.append(child)
        else:
            _add(conversion, element, child)


def _add(conversion: Conversion, parent: Element, node: Node) -> None:
    if node.tag == "label" and conversion.mode == PML:
        conversion.labels[node.attributes.get("for", "")] = _text(node)
        return
    if node.tag == "span" and node.attributes.get("class") == "info-hint" and "data-target-id" in node.attributes:
        conversion.hints[node.attributes["data-target-id"]] = node.attributes.get("data-title", "")
        return
    if node.tag == "div" and "data-generated" in node.attributes:
        _add_children(conversion, parent, node)
        return
    kind, mode, attributes, inside = _kind_of(conversion, parent, node)
    element = Element(kind, mode, parent)
    if kind.begin is not None:
        kind.begin(conversion, element)
    for name in sorted(attributes):
        take = kind.attributes.get(name)
        if take is None:
            raise not_allowed(element, name)
        take(conversion, element, name, attributes[name])
    parent.children.append(element)
    _add_children(conversion, element, inside)
    for check in kind.checks:
        check(conversion, element)


def _text(node: Node) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in node.children)


def _kind_of(conversion: Conversion, parent: Element, node: Node) -> tuple[Kind, str, dict[str, str], Node]:
    """The kind of a node, the language it is written in, its attributes, and the node whose children it has."""
    given = node.attributes
    tag = node.tag
    if tag == "div":
        return _div(conversion, node)
    if tag in ("header", "body", "title", "footer"):
        return _part(parent, tag), "MML", given, node
    if tag == "audio":
        return _CHIME, PML, given, node
    if tag == "input":
        return _input(conversion, node)
    if conversion.mode == PML:
        if tag == "textarea" and given.get("data-richtext") == "true":
            return _field(conversion, "richtextarea", node, {k: v for k, v in given.items() if k != "data-richtext"})
        if tag in ("textarea", "select", "button"):
            return _field(conversion, tag, node, given)
    kind = _BY_TAG.get(tag)
    if kind is None:
        raise InvalidMessage(f'Invalid MessageML content at element "{tag}"')
    return kind, "MML", given, node


def _part(parent: Element, tag: str) -> Kind:
    """A header or a body is part of the card, or the dialog, in which it stands."""
    if tag in ("header", "body") and parent.tag == "expandable-card":
        return cards.KINDS["expandableCardHeader" if tag == "header" else "expandableCardBody"]
    in_dialog = parent.tag == "dialog" or (
        parent.tag == "form" and parent.parent is not None and parent.parent.tag == "dialog"
    )
    if tag == "header" or (tag == "body" and not in_dialog):
        return cards.KINDS["cardHeader" if tag == "header" else "cardBody"]
    return actions.DIALOG_PARTS[tag]


def _div(conversion: Conversion, node: Node) -> tuple[Kind, str, dict[str, str], Node]:
    given = dict(node.attributes)
    words = given.get("class", "").split()
    for part, kind in actions.DIALOG_PARTS.items():
        if conversion.mode == PML and f"dialog-{part}" in words:
            del given["class"]
            return kind, PML, given, node
    for word, kind in _BY_CLASS.items():
        if word not in words:
            continue
        if word == "entity":
            return kind, PML, given, node
        rest = " ".join(each for each in words if each != word)
        del given["class"]
        if rest:
            given["class"] = rest
        if word.endswith("-group"):
            return _group(conversion, kind, node)
        if word in ("ui-action", *_SELECTORS):
            given = {name.removeprefix("data-") if word == "ui-action" else name: given[name] for name in given}
            if word in _SELECTORS:
                _attach_label(conversion, given)
        return kind, PML, given, node
    return _DIV, "MML", given, node


def _group(conversion: Conversion, kind: Kind, node: Node) -> tuple[Kind, str, dict[str, str], Node]:
    """A checkbox or a radio button with its label, as a div around both."""
    parts = [child for child in node.children if isinstance(child, Node)]
    inputs = [part for part in parts if part.tag == "input" and part.attributes.get("type") == kind.tag]
    labels = [part for part in parts if part.tag == "label"]
    if len(inputs) != 1 or len(labels) != 1 or len(parts) != 2:
        raise InvalidMessage(f'Invalid PresentationML for the "{kind.tag}" element')
    _, mode, attributes, _ = _input(conversion, inputs[0])
    return kind, mode, attributes, labels[0]


def _input(conversion: Conversion, node: Node) -> tuple[Kind, str, dict[str, str], Node]:
    given = dict(node.attributes)
    kind = given.pop("type", "")
    if kind not in _INPUTS:
        raise InvalidMessage(f'The input type "{kind}" is not allowed on PresentationML')
    tag = _INPUTS[kind]
    if tag == "text-field" and node.children:
        raise InvalidMessage('Element "text-field" may not have child elements or text content')
    inside = Node(tag, {})
    if tag == "text-field" and "value" in given:
        inside.children.append(given.pop("value"))
    return _field(conversion, tag, inside, given)


def _field(
    conversion: Conversion, tag: str, inside: Node, given: dict[str, str]
) -> tuple[Kind, str, dict[str, str], Node]:
    """A field of a form as PresentationML writes it: without the prefixes, and with the label that was found for it."""
    kind = _BY_TAG[tag]
    attributes = {}
    for name, value in given.items():
        bare = name.removeprefix("data-")
        attributes[bare if name not in kind.attributes and bare in kind.attributes else name] = value
    _attach_label(conversion, attributes)
    return kind, PML, attributes, inside


def _attach_label(conversion: Conversion, attributes: dict[str, str]) -> None:
    identity = attributes.get("id")
    if identity in conversion.labels:
        attributes["label"] = conversion.labels.pop(identity)
    if identity in conversion.hints:
        attributes["title"] = conversion.hints.pop(identity)
    if "label" in attributes or "title" in attributes:
        attributes.pop("id", None)
