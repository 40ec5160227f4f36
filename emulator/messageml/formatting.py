"""Text, lists, tables, images and links. production/messageml.md 6.1."""

from __future__ import annotations

from emulator.messageml import checks, java
from emulator.messageml.element import Check, Element, Kind, Message
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.names import names
from emulator.messageml.roles import NOTHING, Role, inline
from emulator.messageml.uri import uri_scheme
from emulator.messageml.writing import attribute, escaped, opening, plain, void

CHIME = "https://asset.symphony.com/symphony/audio/chime.mp3"
LANGUAGES = names(
    "plaintext c cpp csharp css html java js jsx php python r typescript tsx markdown json scala shell yaml"
)
STYLED = {"class": "class", "style": "style"}


def _styled(tag: str, name: str, role: Role, *rules: Check) -> Kind:
    return Kind(tag, name, role, plain(tag), STYLED, checks=rules, read=checks.read_styled)


TEXT = Kind(None, "text", Role("text"), lambda _message, _element: ("", "", False))


# --- a -----------------------------------------------------------------------------------------------------------


def _read_link(message: Message, element: Element, name: str, value: str) -> None:
    if name == "href" and uri_scheme(value) is None:
        # The library asks a node without namespace for its local name, and prints the null that it gets.
        raise InvalidMessage(f'Invalid input: null must be a URI value not "{value}"')
    checks.read_styled(message, element, name, value)


def _check_link(message: Message, element: Element) -> None:
    href = element.get("href")
    if href is None:
        raise InvalidMessage('The attribute "href" is required')
    if java.blank(href):
        raise InvalidMessage('The attribute "href" cannot be empty')
    scheme = uri_scheme(href)
    if not scheme:
        raise InvalidMessage('The attribute "href" must contain an absolute URI')
    if message.schemes is not None and scheme.lower() not in message.schemes:
        raise InvalidMessage(f'URI scheme "{scheme}" is not supported by the pod.')


def _print_link(_message: Message, element: Element) -> tuple[str, str, bool]:
    before = opening("a", element.attributes)
    if element.children:
        return before, "</a>", True
    return f"{before}{escaped(element.attributes['href'])}</a>", "", False


# --- code, td, chime -----------------------------------------------------------------------------------------------


def _check_code(message: Message, element: Element) -> None:
    for name in ("language", "data-language"):
        if element.get(name):
            checks.one_of(name, *LANGUAGES)(message, element)


def code_language(element: Element) -> str | None:
    """The language of a code block; the PresentationML attribute wins."""
    language = element.get("data-language")
    return element.get("language") if language is None else language


def _print_code(_message: Message, element: Element) -> tuple[str, str, bool]:
    language = code_language(element)
    return f"<code{'' if language is None else attribute('data-language', language)}>", "</code>", True


def _read_cell(message: Message, element: Element, name: str, value: str) -> None:
    if name in ("rowspan", "colspan"):
        number = java.integer(value, 64)
        if number is None:
            raise InvalidMessage(f'Invalid input: {name} must be a int64 value not "{value}"')
        value = str(number)
    checks.read_styled(message, element, name, value)


def _create_chime(message: Message, element: Element) -> None:
    if element.parent is None or element.parent.kind.name != "messageml":
        raise InvalidMessage('Element "chime" has to be the only element in the message.')
    message.chime = True


def _read_chime(_message: Message, _element: Element, name: str, value: str) -> None:
    if name == "src" and value.lower() != CHIME:
        raise InvalidMessage(f'Attribute "src" value needs to be "{CHIME}"')


# --- div and span --------------------------------------------------------------------------------------------------

ENTITY_ID = "data-entity-id"


def _check_entity_class(_message: Message, element: Element) -> None:
    if element.get(ENTITY_ID) is not None and element.get("class") != "entity":
        raise InvalidMessage(f'The attribute "{ENTITY_ID}" is only allowed if the element class is "entity".')
    if element.get("class") == "entity" and element.get(ENTITY_ID) is None:
        raise InvalidMessage(f'The attribute "{ENTITY_ID}" is required if the element class is "entity".')


def _check_card_attributes(_message: Message, element: Element) -> None:
    for name, kind in (
        ("data-icon-src", "card"),
        ("data-accent-color", "card"),
        ("data-state", "expandable-card"),
        ("data-variant", "expandableCardBody"),
    ):
        if name in element.attributes and (element.get("class") or "").split(" ")[0] != kind:
            raise InvalidMessage(f'The attribute "{name}" is only allowed if the element class is "{kind}".')


def _custom_entity(_message: Message, element: Element, entities: dict[str, object]) -> dict[str, object] | None:
    name = element.get(ENTITY_ID)
    if name is None:
        return None
    found = entities.get(name)
    if not isinstance(found, dict):
        # Found by the look-up through all of the data, but not where the markup has it: the library crashes here.
        raise InvalidMessage(f'Error processing EntityJSON: no entity data provided for "{ENTITY_ID}"="{name}"')
    return found


# --- the table -----------------------------------------------------------------------------------------------------

_LIST = (checks.no_text, checks.content("listitem"), checks.has_child("listitem"))
_BETWEEN_LINES = Role("wrapped", line=True, before="\n   \n", after="\n   \n")
_ROWS = (checks.no_text, checks.content("tablerow"))

KINDS: dict[str, Kind] = {
    "p": _styled("p", "paragraph", Role("paragraph", line=True)),
    "sub": _styled("sub", "subscript", inline("~")),
    "sup": _styled("sup", "superscript", inline("^")),
    "b": _styled("b", "bold", inline("**"), checks.phrasing),
    "i": _styled("i", "italic", inline("_"), checks.phrasing),
    "pre": _styled("pre", "preformatted", Role("preformatted", line=True), checks.phrasing),
    **{f"h{level}": _styled(f"h{level}", "header", inline("**", line=True), checks.phrasing) for level in range(1, 7)},
    "br": Kind("br", "linebreak", Role("linebreak", line=True), void("br"), checks=(checks.empty,)),
    "hr": Kind("hr", "horizontalrule", Role("rule", line=True, seen=True), void("hr"), checks=(checks.empty,)),
    "ul": _styled("ul", "bulletlist", Role("list", line=True), *_LIST),
    "ol": _styled("ol", "orderedlist", Role("list", line=True), *_LIST),
    "li": _styled("li", "listitem", Role("item", line=True), checks.parent("orderedlist", "bulletlist")),
    "table": _styled(
        "table",
        "table",
        _BETWEEN_LINES,
        checks.no_text,
        checks.content("tableheader", "tablebody", "tablefooter", "tablerow"),
    ),
    "thead": _styled("thead", "tableheader", NOTHING, *_ROWS),
    "tbody": _styled("tbody", "tablebody", NOTHING, *_ROWS),
    "tfoot": _styled("tfoot", "tablefooter", NOTHING, *_ROWS),
    "tr": _styled(
        "tr", "tablerow", Role("row", line=True), checks.no_text, checks.content("tableheadercell", "tablecell")
    ),
    "th": _styled("th", "tableheadercell", Role("cell", line=True)),
    "td": Kind(
        "td",
        "tablecell",
        Role("cell", line=True),
        plain("td"),
        {**STYLED, "rowspan": "rowspan", "colspan": "colspan"},
        read=_read_cell,
    ),
    "img": Kind(
        "img",
        "image",
        Role("nothing", seen=True),
        void("img"),
        {**STYLED, "src": "src"},
        checks=(checks.empty, checks.present("src")),
        read=checks.read_styled,
    ),
    "a": Kind(
        "a", "link", Role("link"), _print_link, {**STYLED, "href": "href"}, checks=(_check_link,), read=_read_link
    ),
    "code": Kind(
        "code",
        "code",
        Role("code", line=True),
        _print_code,
        {**STYLED, "language": "language", "data-language": "data-language"},
        checks=(_check_code, checks.content(*checks.PHRASING, "preformatted")),
        read=checks.read_styled,
    ),
}
SPAN = Kind(
    "span",
    "span",
    NOTHING,
    plain("span"),
    {**STYLED, ENTITY_ID: ENTITY_ID, "data-title": "data-title", "data-target-id": "data-target-id"},
    checks=(_check_entity_class,),
    read=checks.read_styled,
    entity=_custom_entity,
)
DIV = Kind(
    "div",
    "div",
    Role("paragraph", line=True),
    plain("div"),
    {
        **STYLED,
        **{n: n for n in (ENTITY_ID, "data-icon-src", "data-accent-color", "data-state", "data-variant")},
    },
    checks=(_check_entity_class, _check_card_attributes),
    read=checks.read_styled,
    entity=_custom_entity,
)
AUDIO = Kind(
    "chime",
    "chime",
    Role("nothing", seen=True),
    lambda _message, _element: (f'<audio src="{CHIME}" autoplay="true"/>', "", False),
    {"src": "src", "autoplay": "autoplay"},
    checks=(checks.empty,),
    read=_read_chime,
    created=_create_chime,
)
