"""Cards and expandable cards with their headers and bodies."""

from __future__ import annotations

from emulator.messageml.checks import child_of, one_of, style_dropped
from emulator.messageml.element import PML, Check, Conversion, Element, Kind, Take, keep, keep_as
from emulator.messageml.errors import InvalidMessage


def shorthand(tag: str) -> Check:
    """That a MessageML shorthand is not written in PresentationML, where a div with a class stands for it."""

    def begin(conversion: Conversion, element: Element) -> None:
        if conversion.mode == PML and element.mode != PML:
            raise InvalidMessage(f'Shorthand tag "{tag}" is not allowed in PresentationML')

    return begin


def _render(css: str, *shown: str) -> Check:
    """Print a div of this class, the element's own class behind it, and then these attributes."""

    def render(conversion: Conversion, element: Element) -> None:
        own = element.attributes.get("class")
        conversion.words.append(" ")
        conversion.tag(
            "div",
            {
                "class": f"{css} {own}" if own else css,
                **{name: element.attributes[name] for name in shown if name in element.attributes},
            },
        )
        conversion.children(element)
        conversion.out.append("</div>")
        conversion.words.append(" ")

    return render


def _state(_: Conversion, element: Element) -> None:
    if "data-state" not in element.attributes:
        raise InvalidMessage('The attribute "state" is required')


_CARD: dict[str, Take] = {
    "class": keep,
    "style": style_dropped,
    "iconSrc": keep_as("data-icon-src"),
    "data-icon-src": keep,
    "accent": keep_as("data-accent-color"),
    "data-accent-color": keep,
}
_STATES = one_of("collapsed", "cropped", "expanded", stored="data-state")
_VARIANTS = one_of("default", "error", stored="data-variant")

KINDS: dict[str, Kind] = {
    "card": Kind("card", _CARD, (), _render("card", "data-icon-src", "data-accent-color"), begin=shorthand("card")),
    "cardHeader": Kind(
        "header", {}, (child_of("card", called="card"),), _render("cardHeader"), begin=shorthand("header")
    ),
    "cardBody": Kind("body", {}, (child_of("card", called="card"),), _render("cardBody"), begin=shorthand("body")),
    "expandable-card": Kind(
        "expandable-card",
        {"class": keep, "style": style_dropped, "state": _STATES, "data-state": _STATES},
        (_state,),
        _render("expandable-card", "data-state"),
        label="expandablecard",
        begin=shorthand("expandable-card"),
    ),
    "expandableCardHeader": Kind(
        "header",
        {},
        (child_of("expandable-card", called="expandablecard"),),
        _render("expandableCardHeader"),
        begin=shorthand("header"),
    ),
    "expandableCardBody": Kind(
        "body",
        {"variant": _VARIANTS, "data-variant": _VARIANTS},
        (child_of("expandable-card", called="expandablecard"),),
        _render("expandableCardBody", "data-variant"),
        begin=shorthand("body"),
    ),
}
"""By the class word of the div that stands for each in PresentationML."""
