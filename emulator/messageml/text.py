"""Text, lists, tables, links, images, code: elements that are printed much as they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emulator.messageml.checks import (
    PLAIN,
    at_least_one,
    child_of,
    empty,
    no_text,
    number,
    only,
    only_elements,
    phrasing,
    present,
)
from emulator.messageml.element import Check, Conversion, Element, Kind, Render, drop, keep
from emulator.messageml.errors import InvalidMessage

_LANGUAGES = frozenset(
    "plaintext c cpp csharp css html java js jsx php python r typescript tsx markdown json scala shell yaml".split()
)


def printed(_: str = "") -> Render:
    """Print the element under its own name, attributes in the order in which they were taken."""

    def render(conversion: Conversion, element: Element) -> None:
        conversion.tag(element.tag, element.attributes)
        conversion.children(element)
        conversion.out.append(f"</{element.tag}>")

    return render


def closed(conversion: Conversion, element: Element) -> None:
    """Print an element that has nothing inside."""
    conversion.tag(element.tag, element.attributes, "/>")


def spaced(conversion: Conversion, element: Element) -> None:
    """Print an element that parts the words before it from those after it."""
    conversion.words.append(" ")
    printed()(conversion, element)
    conversion.words.append(" ")


def closed_spaced(conversion: Conversion, element: Element) -> None:
    conversion.words.append(" ")
    closed(conversion, element)


def _plain(tag: str, checks: Sequence[Check] = (), render: Render = spaced, label: str = "") -> Kind:
    return Kind(tag, PLAIN, tuple(checks), render, label)


# --- links and images ---

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_NOT_IN_URI = re.compile(r'[\s"`<>\\^{|}\x00-\x20\x7f]')
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def is_uri(text: str) -> bool:
    """Whether Java takes this for a URI (reference/messageml.md 6.1)."""
    if _NOT_IN_URI.search(text) or _BAD_ESCAPE.search(text) or text.count("#") > 1 or text.startswith(":"):
        return False
    scheme = _SCHEME.fullmatch(text)
    rest = scheme[2] if scheme else text
    if scheme and rest in ("", "//"):
        return False
    path = rest.partition("#")[0].partition("?")[0]
    authority = path[2:].partition("/")[0] if path.startswith("//") else ""
    bracketed = re.fullmatch(r"(?:[^\[\]@]*@)?\[[0-9A-Fa-f:.]+\](?::\d*)?", authority) is not None
    return bracketed or not re.search(r"[\[\]]", path)


def check_uri(conversion: Conversion, url: str | None) -> None:
    """InvalidMessage unless a link may lead there."""
    if url is not None and not is_uri(url):
        raise InvalidMessage(f'Invalid input: null must be a URI value not "{url}"')
    if url is None:
        raise InvalidMessage('The attribute "href" is required')
    if not url:
        raise InvalidMessage('The attribute "href" cannot be empty')
    scheme = _SCHEME.fullmatch(url)
    if scheme is None:
        raise InvalidMessage('The attribute "href" must contain an absolute URI')
    if conversion.schemes is not None and scheme[1].lower() not in conversion.schemes:
        raise InvalidMessage(f'URI scheme "{scheme[1]}" is not supported by the pod.')


def _take_href(_: Conversion, element: Element, name: str, value: str) -> None:
    if value and not is_uri(value):
        raise InvalidMessage(f'Invalid input: null must be a URI value not "{value}"')
    element.attributes[name] = value


def _link(conversion: Conversion, element: Element) -> None:
    check_uri(conversion, element.attributes.get("href"))


def _render_link(conversion: Conversion, element: Element) -> None:
    conversion.tag("a", element.attributes)
    if element.children:
        conversion.children(element)
    else:
        conversion.text(element.attributes["href"], element)
    conversion.out.append("</a>")


# --- code ---


def _take_language(_: Conversion, element: Element, name: str, value: str) -> None:
    if value and value.lower() not in _LANGUAGES:
        raise InvalidMessage(
            f'Attribute "{name}" of element "code" can only be one of the following values:'
            f" [{', '.join(_LANGUAGE_ORDER)}]."
        )
    # Attributes come in the order of their names: data-language is there first and stays.
    element.attributes.setdefault("data-language", value)


_LANGUAGE_ORDER = (
    "plaintext c cpp csharp css html java js jsx php python r typescript tsx markdown json scala shell yaml".split()
)


def _code(_: Conversion, element: Element) -> None:
    only_elements(element, _PHRASING_OR_PRE)


_PHRASING_OR_PRE = frozenset("a b i img br span emoji hash cash mention sub sup chime pre".split())

_LIST_CHECKS = (only("li"), no_text, at_least_one("li", called="listitem"))
_ROWS = (only("tr"), no_text)

KINDS: tuple[Kind, ...] = (
    _plain("p"),
    _plain("sub", render=printed()),
    _plain("sup", render=printed()),
    *(_plain(tag, [phrasing], printed()) for tag in ("b", "i")),
    *(_plain(tag, [phrasing]) for tag in ("h1", "h2", "h3", "h4", "h5", "h6")),
    Kind("br", {}, (empty,), closed_spaced),
    Kind("hr", {}, (empty,), closed_spaced),
    _plain("pre", [phrasing]),
    Kind(
        "code",
        {"class": drop, "style": PLAIN["style"], "language": _take_language, "data-language": _take_language},
        (_code,),
        spaced,
    ),
    _plain("ul", _LIST_CHECKS, label="bulletlist"),
    _plain("ol", _LIST_CHECKS, label="orderedlist"),
    _plain("li", [child_of("ul", "ol", called="orderedlist, bulletlist")], label="listitem"),
    _plain("table", [only("thead", "tbody", "tfoot", "tr"), no_text]),
    *(_plain(tag, _ROWS) for tag in ("thead", "tbody", "tfoot")),
    _plain("tr", [only("th", "td"), no_text]),
    Kind("td", {**PLAIN, "rowspan": number, "colspan": number}, (), spaced),
    _plain("th"),
    Kind("img", {**PLAIN, "src": keep}, (present("src"), empty), closed),
    Kind("a", {**PLAIN, "href": _take_href}, (_link,), _render_link),
)
