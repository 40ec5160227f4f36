"""Mentions, tags, emoji, dates and custom entities: elements that go into the EntityJSON too."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from emulator.messageml import entityjson
from emulator.messageml.checks import int64, phrasing
from emulator.messageml.element import PML, Conversion, Element, Kind, Render, User, escaped, keep, keep_as
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.text import is_uri

MENTION, TAXONOMY, SECURITY = "com.symphony.user.mention", "org.symphonyoss.taxonomy", "org.symphonyoss.fin.security"
_HASHTAG = re.compile(r"""[\S]*[^\s!@#$%^&*()+=<>,./?`~:;'"\\|-]+[\S]*$""")
_HASHTAG_SHOWN = r"""[\S]*[^\s!@#$%^&*()+=<>,./?`~:;'"\\|-]+[\S]*$"""
_SHORTCODE = re.compile(r"[A-Za-z0-9_+-]*")
_DATE_TIME = re.compile(
    r"\d{4}-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d(?::\d\d)?)"
)


def _entity(kind: str, inner_type: str, value: str, version: str = "1.0") -> dict[str, Any]:
    return {"type": kind, "version": version, "id": [{"type": inner_type, "value": value}]}


def _number(conversion: Conversion, element: Element) -> None:
    element.note = conversion.next_number()


def _span(conversion: Conversion, name: str, shown: str, tag: str = "span") -> None:
    conversion.out.append(f'<{tag} class="entity" data-entity-id="{escaped(name)}">{escaped(shown)}</{tag}>')


def _inner(conversion: Conversion, element: Element, entity: Any) -> None:
    """What stands inside a tag is checked, and makes entities inside its own, but is not printed."""
    if not element.children:
        return
    out, words = conversion.out, conversion.words
    conversion.out, conversion.words = [], []
    conversion.targets.append(entity)
    conversion.children(element)
    conversion.targets.pop()
    conversion.out, conversion.words = out, words


def _add(conversion: Conversion, name: str, entity: dict[str, Any]) -> Any:
    return entityjson.append(conversion.targets[-1], name, entity)


# --- mentions ---


def _mention(conversion: Conversion, element: Element) -> None:
    given = element.attributes
    uid = int64(element, "uid", given["uid"]) if "uid" in given else None
    email = given.get("email")
    if uid is None and email is None:
        raise InvalidMessage("Error processing user mention. No id or email provided")
    user = find_user(conversion, uid, email)
    if user is None and given.get("strict", "true").lower() == "true":
        raise InvalidMessage(f'Failed to lookup user "{uid if uid is not None else email}"')
    element.note = (element.note, user, uid)


def find_user(conversion: Conversion, uid: int | None, email: str | None) -> User | None:
    """The user of this id, else of this e-mail."""
    if conversion.users is None:
        return None
    if uid is not None:
        return conversion.users.by_id(uid)
    return conversion.users.by_email(email) if email is not None else None


def mention_text(user: User) -> str:
    return f"@{user.display_name}" if user.display_name.strip() else ""


def _render_mention(conversion: Conversion, element: Element) -> None:
    number, user, uid = element.note
    name = f"mention{number}"
    if user is None and uid is None:
        email = element.attributes["email"]
        if not is_uri(f"mailto:{email}"):
            conversion.out.append(email)
            return
        conversion.out.append(f'<a href="mailto:{escaped(email)}">')
        if element.children:
            conversion.children(element)
        else:
            conversion.out.append(escaped(email))
        conversion.out.append("</a>")
        return
    mentioned = uid if uid is not None else user.id
    _span(conversion, name, mention_text(user) if user is not None else str(uid))
    _add(conversion, name, _entity(MENTION, "com.symphony.user.userId", str(mentioned)))
    conversion.mentions.append(mentioned)


# --- hashtags and cashtags ---


def check_hashtag(tag: str) -> None:
    if _HASHTAG.fullmatch(tag) is None:
        raise InvalidMessage(
            f"Values of the attribute 'tag' for the element 'hash' must match the pattern {_HASHTAG_SHOWN}."
        )


def _hash(_: Conversion, element: Element) -> None:
    if "tag" not in element.attributes:
        raise InvalidMessage('The attribute "tag" is required')
    check_hashtag(element.attributes["tag"])


def _render_hash(conversion: Conversion, element: Element) -> None:
    tag, name = element.attributes["tag"], f"keyword{element.note}"
    _span(conversion, name, f"#{tag}")
    conversion.hashtags.append(tag)
    _inner(conversion, element, _add(conversion, name, _entity(TAXONOMY, f"{TAXONOMY}.hashtag", tag)))


def _cash(_: Conversion, element: Element) -> None:
    if "tag" not in element.attributes:
        raise InvalidMessage('The attribute "tag" is required')


def _render_cash(conversion: Conversion, element: Element) -> None:
    tag, name = element.attributes["tag"], f"keyword{element.note}"
    _span(conversion, name, f"${tag}")
    conversion.cashtags.append(tag)
    _inner(conversion, element, _add(conversion, name, _entity(SECURITY, f"{SECURITY}.id.ticker", tag)))


# --- instruments ---

_CLASSES = ("equity", "index", "fxcross")
_SECTORS = ("Equity", "Comdty", "Corp", "Curncy", "Govt", "Index", "Mmkt", "Mtge", "Muni", "Pfd")
_TAG_ATTRIBUTES = (
    "fullbbgcompticker unique-id figi bbgcompticker figi-ticker us-code isin local-code instrument-class"
    " bbgmarket-sector return-main-listing country-code operational-mic fallback-ticker"
).split()


def _tag(_: Conversion, element: Element) -> None:
    given = element.attributes
    for name, allowed in (("instrument-class", _CLASSES), ("bbgmarket-sector", _SECTORS)):
        if name in given and given[name] not in allowed:
            raise InvalidMessage(f'the attribute "{name}" must be one of those values [{", ".join(allowed)}]')
    if not given.get("fallback-ticker", "").strip():
        raise InvalidMessage('No instrument found , "fallback-ticker" attribute is required')


def _render_tag(conversion: Conversion, element: Element) -> None:
    ticker, name = element.attributes["fallback-ticker"], f"tag{element.note}"
    _span(conversion, name, f"${ticker}")
    conversion.cashtags.append(ticker)
    _inner(conversion, element, _add(conversion, name, _entity(SECURITY, f"{SECURITY}.id.ticker", ticker)))


# --- emoji ---


@lru_cache(maxsize=1)
def _emoji_table() -> dict[str, str]:
    lines = Path(__file__).with_name("emoji.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def _emoji(_: Conversion, element: Element) -> None:
    code = element.attributes.get("shortcode")
    if code is None:
        raise InvalidMessage('Either the attribute "shortcode" or "annotation" are required')
    if _SHORTCODE.fullmatch(code) is None:
        raise InvalidMessage(
            "Shortcode or Annotation parameter may only contain alphanumeric characters, underscore, plus sign and dash"
        )


def _render_emoji(conversion: Conversion, element: Element) -> None:
    given, name = element.attributes, f"emoji{element.note}"
    code = given["shortcode"]
    unicode = _emoji_table().get(code)
    data = {"shortcode": code, "annotation": code, "size": given.get("size", "normal")}
    if unicode is not None:
        data["unicode"] = unicode
    if "family" in given:
        data["family"] = given["family"]
    conversion.out.append(f'<span class="entity" data-entity-id="{name}">')
    entity = _add(conversion, name, {"type": "com.symphony.emoji", "version": "1.0", "data": data})
    if element.children:
        conversion.targets.append(entity)
        conversion.children(element)
        conversion.targets.pop()
    else:
        conversion.out.append(escaped(unicode or f":{code}:"))
    conversion.out.append("</span>")


# --- dates ---


def _date_time(_: Conversion, element: Element) -> None:
    value = element.attributes.get("value")
    if value is None:
        raise InvalidMessage('The attribute "value" is required')
    found = _DATE_TIME.fullmatch(value)
    if found is None or not _exists(value):
        raise InvalidMessage('Attribute "value" has invalid date format')
    kind = element.attributes.get("format")
    if kind is not None and kind.lower() not in ("date_time", "date", "time", "time_secs"):
        raise InvalidMessage(
            'Attribute "format" of element "dateTime" can only be one of the following values:'
            " [date_time, date, time, time_secs]."
        )


def _exists(value: str) -> bool:
    from datetime import datetime

    plain = re.sub(r"\.(\d{6})\d*", r".\1", value.upper().replace("Z", "+00:00"))
    try:
        datetime.fromisoformat(plain)
    except ValueError:
        return False
    return True


def _render_date_time(conversion: Conversion, element: Element) -> None:
    given, name = element.attributes, f"datetime{element.note}"
    value, kind = given["value"], given.get("format")
    conversion.out.append("<span>")
    conversion.tag("time", {"data-entity-id": name, "datetime": value, "data-format": kind})
    conversion.text(value, element)
    conversion.out.append("</time></span>")
    data = {"value": value, "type": "org.symphonyoss.datetime", "format": kind}
    entity = _add(conversion, name, {"type": "org.symphonyoss", "version": "1.0", "data": data})
    _inner(conversion, element, entity)


# --- custom entities: a div or a span with a class of `entity` ---


def check_entity_id(conversion: Conversion, element: Element) -> None:
    """That data-entity-id and the class `entity` go together, and that there is one entity of this id."""
    name = element.attributes.get("data-entity-id")
    if name is None:
        if element.attributes.get("class") == "entity":
            raise InvalidMessage('The attribute "data-entity-id" is required')
        return
    if element.attributes.get("class") != "entity":
        raise InvalidMessage('The attribute "data-entity-id" is only allowed if the element class is "entity".')
    found = [each for _, each in zip(range(2), entityjson.find(conversion.entities, name), strict=False)]
    if len(found) > 1:
        raise InvalidMessage(f'Duplicate "data-entity-id"="{name}" in entityJSON')
    element.note = _known(conversion, found[0] if found else None)


def _known(conversion: Conversion, entity: Any) -> tuple[str, str, Any] | None:
    """How an entity of a type that we know is shown: its kind, its text, its value."""
    if not isinstance(entity, dict):
        return None
    ids = entity.get("id")
    first = ids[0] if isinstance(ids, list) and ids else None
    value = first.get("value") if isinstance(first, dict) else None
    if value is None or isinstance(value, (dict, list)):
        return None
    text = str(value)
    match entity.get("type"):
        case "org.symphonyoss.fin.security":
            return "cash", f"${text}", text
        case "org.symphonyoss.taxonomy":
            check_hashtag(text)
            return "hash", f"#{text}", text
        case "com.symphony.user.mention":
            if not re.fullmatch(r"[+-]?\d{1,19}", text, re.ASCII):
                raise InvalidMessage(f'Invalid input: uid must be a int64 value not "{text}"')
            user = find_user(conversion, int(text), None)
            if user is None:
                raise InvalidMessage(f'Failed to lookup user "{text}"')
            return "mention", mention_text(user), user.id
    return None


def custom(plain: Render) -> Render:
    """Print an element that may be a custom entity; `plain` prints it when it is none."""

    def render(conversion: Conversion, element: Element) -> None:
        name = element.attributes.get("data-entity-id")
        if name is None:
            plain(conversion, element)
            return
        if element.note is not None:
            kind, shown, value = element.note
            _span(conversion, name, shown, element.tag)
            found: dict[str, list[Any]] = {
                "hash": conversion.hashtags,
                "cash": conversion.cashtags,
                "mention": conversion.mentions,
            }
            found[kind].append(value)
            return
        target = conversion.targets[-1]
        entity = target.get(name) if isinstance(target, dict) else None
        if not isinstance(entity, dict):
            raise InvalidMessage(f'Error processing EntityJSON: "{name}" is not nested in the data as in the message')
        conversion.targets.append(entity)
        plain(conversion, element)
        conversion.targets.pop()

    return render


def _no_shorthand(tag: str) -> Any:
    def begin(conversion: Conversion, element: Element) -> None:
        if conversion.mode == PML:
            raise InvalidMessage(f'Shorthand tag "{tag}" is not allowed in PresentationML')
        _number(conversion, element)

    return begin


_STRICT = {"strict": keep}

KINDS: tuple[Kind, ...] = (
    Kind(
        "mention",
        {"uid": keep, "email": keep, **_STRICT},
        (_mention,),
        _render_mention,
        begin=_no_shorthand("mention"),
    ),
    Kind("hash", {"tag": keep}, (_hash,), _render_hash, begin=_no_shorthand("hash")),
    Kind("cash", {"tag": keep}, (_cash,), _render_cash, begin=_no_shorthand("cash")),
    Kind(
        "emoji",
        {"shortcode": keep, "annotation": keep_as("shortcode"), "size": keep, "family": keep},
        (_emoji, phrasing),
        _render_emoji,
        begin=_number,
    ),
    Kind("dateTime", {"value": keep, "format": keep}, (_date_time,), _render_date_time, begin=_number),
    Kind("tag", dict.fromkeys(_TAG_ATTRIBUTES, keep), (_tag,), _render_tag, begin=_number),
)
