"""The tags that create entities: mention, hash, cash, emoji, tag, dateTime. production/messageml.md 6.2."""

from __future__ import annotations

import re
from typing import Any

from emulator.messageml import checks, java
from emulator.messageml.element import Check, Element, Kind, Message
from emulator.messageml.emoji import unicode_of
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import ENTITY_ID, STYLED
from emulator.messageml.roles import Role
from emulator.messageml.uri import uri_scheme
from emulator.messageml.writing import attribute, escaped

HASHTAG = "org.symphonyoss.taxonomy"
CASHTAG = "org.symphonyoss.fin.security"
MENTION = "com.symphony.user.mention"
_HASHTAG_PATTERN = r"""[\S]*[^\s!@#$%^&*()+=<>,./?`~:;'"\\|-]+[\S]*$"""
_SPACE = frozenset(" \t\n\x0b\f\r")
_PUNCTUATION = _SPACE | frozenset("""!@#$%^&*()+=<>,./?`~:;'"\\|-""")
_SHORTCODE = re.compile("[A-Za-z0-9_+-]*")

Json = dict[str, Any]


def _numbered(prefix: str) -> Any:
    def create(message: Message, element: Element) -> None:
        # In PresentationML the element's own data-entity-id names it; only new entities are counted.
        if not element.presentationml:
            element.entity_id = f"{prefix}{message.next_number()}"

    return create


def _store(message: Message, element: Element, name: str, value: str) -> None:
    if name == ENTITY_ID:
        element.entity_id = value
    else:
        checks.read_styled(message, element, name, value)


def _add(element: Element, entities: Json, make: Any) -> Json:
    """The element's object in `entities`: the one that is there, or a new one."""
    assert element.entity_id is not None
    found = entities.get(element.entity_id)
    if element.entity_id in entities:
        if not isinstance(found, dict):
            raise InvalidMessage(f'Error processing EntityJSON: the node "{element.entity_id}" has to be an object')
        return found
    made: Json = make(element)
    entities[element.entity_id] = made
    return made


def _needs_entity_id(_message: Message, element: Element) -> None:
    if element.entity_id is None:
        raise InvalidMessage(f'The attribute "{ENTITY_ID}" is required')


def _span(element: Element, text: str) -> tuple[str, str, bool]:
    # A known entity of a div in PresentationML stays a div.
    tag = element.text or "span"
    named = attribute("class", "entity") + attribute(ENTITY_ID, element.entity_id or "")
    return f"<{tag}{named}>{escaped(text)}</{tag}>", "", False


# --- hash, cash ----------------------------------------------------------------------------------------------------


def keyword_text(element: Element) -> str:
    """`#tag` or `$tag`, or `$ticker`."""
    if element.kind.name == "tag":
        return f"${element.attributes['fallback-ticker']}"
    return f"{'#' if element.kind.name == 'hashtag' else '$'}{element.attributes['tag']}"


def _check_hashtag(_message: Message, element: Element) -> None:
    tag = element.get("tag")
    if tag is None:
        raise InvalidMessage('The attribute "tag" is required')
    if not _SPACE.isdisjoint(tag) or _PUNCTUATION.issuperset(tag):
        raise InvalidMessage(
            f"Values of the attribute 'tag' for the element 'hash' must match the pattern {_HASHTAG_PATTERN}."
        )


def _keyword(tag: str, name: str, kind: str, identifier: str, check: Check) -> Kind:
    def make(element: Element) -> Json:
        return {"type": kind, "version": "1.0", "id": [{"type": identifier, "value": element.attributes["tag"]}]}

    return Kind(
        tag,
        name,
        Role("keyword"),
        lambda _message, element: _span(element, keyword_text(element)),
        {"tag": "tag", ENTITY_ID: ENTITY_ID},
        {"tag": "tag", ENTITY_ID: ENTITY_ID, **STYLED},
        checks=(check, _needs_entity_id),
        read=_store,
        created=_numbered("keyword"),
        entity=lambda _message, element, entities: _add(element, entities, make),
    )


HASH = _keyword("hash", "hashtag", HASHTAG, "org.symphonyoss.taxonomy.hashtag", _check_hashtag)
CASH = _keyword("cash", "cashtag", CASHTAG, "org.symphonyoss.fin.security.id.ticker", checks.present("tag"))


# --- mention -------------------------------------------------------------------------------------------------------


def _read_mention(message: Message, element: Element, name: str, value: str) -> None:
    if name == "uid":
        number = java.integer(value, 64)
        if number is None:
            raise InvalidMessage(f'Invalid input: uid must be a int64 value not "{value}"')
        value = str(number)
    _store(message, element, name, value)


def _check_mention(message: Message, element: Element) -> None:
    uid, email = element.get("uid"), element.get("email")
    if message.users is not None:
        if uid is not None:
            element.user = message.users.by_id(int(uid))
        elif email is not None:
            element.user = message.users.by_email(email)
    if element.user is not None:
        element.attributes["uid"] = uid or str(element.user.id)
        return
    soft = "strict" in element.attributes and not element.true("strict")
    if (uid is not None or email is not None) and not soft:
        raise InvalidMessage(f'Failed to lookup user "{email if uid is None else uid}"')


def mention_text(element: Element) -> str:
    """What is shown for a mention."""
    if element.user is not None:
        name = element.user.display_name
        return "" if java.blank(name) else f"@{name}"
    return element.get("uid") or element.get("email") or ""


def _print_mention(_message: Message, element: Element) -> tuple[str, str, bool]:
    if element.get("uid") is not None:
        return _span(element, mention_text(element))
    email = element.get("email")
    if email is None:
        return "", "", False
    link = f"mailto:{email}"
    if uri_scheme(link) is None:
        return email, "", False
    before = f"<a{attribute('href', link)}>"
    return (before, "</a>", True) if element.children else (f"{before}{escaped(email)}</a>", "", False)


def _mention_entity(_message: Message, element: Element, entities: Json) -> Json | None:
    if element.get("uid") is None:
        return None

    def make(element: Element) -> Json:
        uid = {"type": "com.symphony.user.userId", "value": element.attributes["uid"]}
        return {"type": MENTION, "version": "1.0", "id": [uid]}

    return _add(element, entities, make)


_MENTION_ATTRIBUTES = {name: name for name in ("uid", "email", "strict", ENTITY_ID)}
MENTION_KIND = Kind(
    "mention",
    "mention",
    Role("mention"),
    _print_mention,
    _MENTION_ATTRIBUTES,
    {**_MENTION_ATTRIBUTES, **STYLED},
    checks=(_check_mention,),
    read=_read_mention,
    created=_numbered("mention"),
    entity=_mention_entity,
)


# --- emoji ---------------------------------------------------------------------------------------------------------


def _check_shortcode(_message: Message, element: Element) -> None:
    shortcode = element.get("shortcode")
    if shortcode is None:
        raise InvalidMessage('Either the attribute "shortcode" or "annotation" are required')
    if not _SHORTCODE.fullmatch(shortcode):
        raise InvalidMessage(
            "Shortcode or Annotation parameter may only contain alphanumeric characters, underscore, plus sign and dash"
        )


def _print_emoji(_message: Message, element: Element) -> tuple[str, str, bool]:
    before = f"<span{attribute('class', 'entity')}{attribute(ENTITY_ID, element.entity_id or '')}>"
    if element.children:
        return before, "</span>", True
    shortcode = element.attributes["shortcode"]
    return f"{before}{unicode_of(shortcode) or f':{shortcode}:'}</span>", "", False


def _make_emoji(element: Element) -> Json:
    shortcode = element.attributes["shortcode"]
    data = {"shortcode": shortcode, "annotation": shortcode, "size": element.attributes.get("size", "normal")}
    character = unicode_of(shortcode)
    if character is not None:
        data["unicode"] = character
    if "family" in element.attributes:
        data["family"] = element.attributes["family"]
    return {"type": "com.symphony.emoji", "version": "1.0", "data": data}


EMOJI = Kind(
    "emoji",
    "emoji",
    Role("emoji"),
    _print_emoji,
    {"annotation": "shortcode", "shortcode": "shortcode", "family": "family", "size": "size"},
    checks=(_check_shortcode, checks.phrasing),
    created=_numbered("emoji"),
    entity=lambda _message, element, entities: _add(element, entities, _make_emoji),
)


# --- dateTime ------------------------------------------------------------------------------------------------------


def _check_moment(_message: Message, element: Element) -> None:
    if not java.is_date_time(element.attributes["value"]):
        raise InvalidMessage('Attribute "value" has invalid date format')


def _print_moment(_message: Message, element: Element) -> tuple[str, str, bool]:
    value, shape = element.attributes["value"], element.get("format")
    attributes = attribute(ENTITY_ID, element.entity_id or "") + attribute("datetime", value)
    if shape is not None:
        attributes += attribute("data-format", shape)
    return f"<span><time{attributes}>{escaped(value)}</time></span>", "", False


def _make_moment(element: Element) -> Json:
    data = {
        "value": element.attributes["value"],
        "type": "org.symphonyoss.datetime",
        "format": element.get("format"),
    }
    return {"type": "org.symphonyoss", "version": "1.0", "data": data}


DATE_TIME = Kind(
    "dateTime",
    "datetime",
    Role("moment"),
    _print_moment,
    {"value": "value", "format": "format"},
    checks=(
        checks.not_blank("value"),
        _check_moment,
        checks.one_of("format", "date_time", "date", "time", "time_secs"),
    ),
    created=_numbered("datetime"),
    entity=lambda _message, element, entities: _add(element, entities, _make_moment),
)


# --- tag -----------------------------------------------------------------------------------------------------------

_TAG_ATTRIBUTES = [
    "fullbbgcompticker",
    "unique-id",
    "figi",
    "bbgcompticker",
    "figi-ticker",
    "us-code",
    "isin",
    "local-code",
    "instrument-class",
    "bbgmarket-sector",
    "return-main-listing",
    "country-code",
    "operational-mic",
    "fallback-ticker",
]
_INSTRUMENT_CLASSES = ("equity", "index", "fxcross")
_MARKET_SECTORS = ("Equity", "Comdty", "Corp", "Curncy", "Govt", "Index", "Mmkt", "Mtge", "Muni", "Pfd")


def _check_instrument(_message: Message, element: Element) -> None:
    for name, allowed in (("instrument-class", _INSTRUMENT_CLASSES), ("bbgmarket-sector", _MARKET_SECTORS)):
        value = element.get(name)
        if value is not None and value not in allowed:
            raise InvalidMessage(f'the attribute "{name}" must be one of those values [{", ".join(allowed)}]')


def check_ticker(element: Element) -> None:
    """Offline no instrument is ever found, so the fallback has to be there. Runs when the whole tree is built."""
    if java.blank(element.get("fallback-ticker")):
        raise InvalidMessage('No instrument found , "fallback-ticker" attribute is required')


def _make_tag(element: Element) -> Json:
    ticker = {"type": "org.symphonyoss.fin.security.id.ticker", "value": element.attributes["fallback-ticker"]}
    return {"type": CASHTAG, "version": "1.0", "id": [ticker]}


TAG = Kind(
    "tag",
    "tag",
    Role("keyword"),
    lambda _message, element: _span(element, keyword_text(element)),
    {name: name for name in (*_TAG_ATTRIBUTES, ENTITY_ID)},
    checks=(_check_instrument,),
    read=_store,
    created=_numbered("tag"),
    entity=lambda _message, element, entities: _add(element, entities, _make_tag),
)


# --- custom entities -----------------------------------------------------------------------------------------------


def known_entity(message: Message, tag: str, entity_id: str, found: list[Any], parent: Element) -> Element | None:
    """The element for a span or div of class entity whose data is a hashtag, a cashtag or a mention; else None.

    Such an element is written anew from the data, whatever the markup holds.
    """
    if not found:
        raise InvalidMessage(f'The attribute "{ENTITY_ID}" is required')
    if len(found) > 1:
        raise InvalidMessage(f'Duplicate "{ENTITY_ID}"="{entity_id}" in entityJSON')
    data = found[0] if isinstance(found[0], dict) else {}
    ids = data.get("id")
    first = ids[0] if isinstance(ids, list) and ids else None
    if "type" not in data or not isinstance(first, dict) or "value" not in first:
        return None
    value = first["value"]
    kinds = {HASHTAG: HASH, CASHTAG: CASH, MENTION: MENTION_KIND}
    if not isinstance(data["type"], str):
        raise InvalidMessage('Cannot invoke "String.hashCode()" because "<local9>" is null')
    kind = kinds.get(data["type"])
    if kind is None:
        return None
    element = Element(kind, parent, presentationml=True, text=tag)
    if kind is MENTION_KIND:
        element.attributes["uid"] = str(_as_long(value))
        element.entity_id = "mention0"
    else:
        element.attributes["tag"] = _as_text(value)
    return element


def _as_long(value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str):
        return java.integer(java.trimmed(value), 64) or 0
    return 0


def _as_text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return "" if isinstance(value, dict | list) else str(value)
