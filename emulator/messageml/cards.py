"""Cards and expandable cards. production/messageml.md 6.3."""

from __future__ import annotations

from emulator.messageml import checks
from emulator.messageml.element import Element, Kind, Message, Print
from emulator.messageml.formatting import STYLED
from emulator.messageml.roles import Role
from emulator.messageml.writing import attribute, division, listed


def _part(kind: str, *pairs: tuple[str, str]) -> Print:
    def write(_message: Message, element: Element) -> tuple[str, str, bool]:
        return f"<div{attribute('class', kind)}{''.join(listed(element, pairs))}>", "</div>", True

    return write


_PART = Role("paragraph", line=True)
CARD = Kind(
    "card",
    "card",
    Role("nothing", line=True),
    division("card", (("iconSrc", "data-icon-src"), ("accent", "data-accent-color"))),
    {
        **STYLED,
        "iconSrc": "iconSrc",
        "data-icon-src": "iconSrc",
        "accent": "accent",
        "data-accent-color": "accent",
    },
    read=checks.read_styled,
)
CARD_HEADER = Kind("header", "cardheader", _PART, _part("cardHeader"), checks=(checks.parent("card"),))
CARD_BODY = Kind("body", "cardbody", _PART, _part("cardBody"), checks=(checks.parent("card"),))

EXPANDABLE_CARD = Kind(
    "expandable-card",
    "expandablecard",
    Role("nothing", line=True),
    division("expandable-card", (("state", "data-state"),)),
    {**STYLED, "state": "state", "data-state": "state"},
    checks=(checks.not_blank("state"), checks.one_of("state", "collapsed", "cropped", "expanded")),
    read=checks.read_styled,
)
EXPANDABLE_HEADER = Kind(
    "header", "expandablecardheader", _PART, _part("expandableCardHeader"), checks=(checks.parent("expandablecard"),)
)
EXPANDABLE_BODY = Kind(
    "body",
    "expandablecardbody",
    _PART,
    _part("expandableCardBody", ("variant", "data-variant")),
    {"variant": "variant", "data-variant": "variant"},
    checks=(checks.parent("expandablecard"), checks.one_of("variant", "default", "error")),
)
