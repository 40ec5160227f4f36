"""Message search (production/agent.md 9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.access.permissions import GET_MESSAGES
from emulator.api.agent.shapes import V4Message, v4_message
from emulator.table.table import endpoint
from emulator.world import ids
from emulator.world.errors import Invalid
from emulator.world.search import MessageSearch, Term, term

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.search import Page, SearchQuery, SemanticPage, SemanticQuery
    from emulator.world.messages import Message

_TYPES = {
    "CHAT": frozenset({"IM", "MIM"}),
    "IM": frozenset({"IM"}),
    "MIM": frozenset({"MIM"}),
    "ROOM": frozenset({"ROOM"}),
    "CHATROOM": frozenset({"ROOM"}),
    "POST": frozenset({"POST"}),
}
_RESERVED = re.compile(r"[:()\s]")
_TIERS = ("hot", "warm", "all")


def _combination(asked: SearchQuery, *, by_type: bool) -> None:
    """Invalid unless production takes these arguments together (production/agent.md 9). Production answers `streamId`
    with `streamType`, though its page rules that out: `by_type` False follows the page."""
    given = {
        name
        for name in ("text", "streamId", "streamType", "author", "hashtag", "cashtag", "mention", "signal")
        if getattr(asked, name) not in (None, "")
    }
    if not given:
        raise Invalid("a search needs at least one argument besides dates")
    if "signal" in given and len(given) > 1:
        raise Invalid("'signal' goes together with fromDate and toDate only")
    if "text" in given and "streamId" not in given:
        raise Invalid("'text' needs 'streamId'")
    if not by_type and {"streamType", "streamId"} <= given:
        raise Invalid("'streamType' and 'streamId' do not go together")
    tags = given & {"hashtag", "cashtag", "mention"}
    if "author" in given and tags and not given & {"streamType", "streamId"}:
        raise Invalid(f"'author' and '{min(tags)}' go together only with a 'streamType' or a 'streamId'")


def _terms(asked: SearchQuery) -> frozenset[Term]:
    terms: set[Term] = set()
    for kind, value in (("#", asked.hashtag), ("$", asked.cashtag)):
        if value:
            if _RESERVED.search(value):
                raise Invalid(f"the tag '{value}' holds a reserved character")
            terms.add(term(kind, value))
    if asked.mention is not None:
        terms.add(term("@", asked.mention))
    if asked.author is not None:
        terms.add(term("by", asked.author))
    if asked.text:
        from emulator.messageml import words_of  # the query is cut into words as messages are

        words = words_of(asked.text)
        if not words:
            raise Invalid("'text' holds no word")
        terms |= {term("word", word) for word in words}
    return frozenset(terms)


def _found(call: Call, asked: SearchQuery, page: Page) -> list[V4Message] | None:
    _combination(asked, by_type=call.world.settings.stream_type_in_stream == "taken")
    if page.sortDir.upper() not in ("ASC", "DESC"):
        raise Invalid(f"sortDir is ASC or DESC, not '{page.sortDir}'")
    if page.tier.lower() not in _TIERS:
        raise Invalid(f"tier is one of {', '.join(_TIERS)}, not '{page.tier}'")
    types: frozenset[str] = frozenset()
    if asked.streamType:
        if asked.streamType.upper() not in _TYPES:
            raise Invalid(f"streamType is one of {', '.join(_TYPES)}, not '{asked.streamType}'")
        types = _TYPES[asked.streamType.upper()]
    if asked.signal:
        any_of = call.world.signals.terms(call.user, asked.signal)
    else:
        any_of = (_terms(asked),)
    search = MessageSearch(
        any_of=any_of,
        stream=ids.url_safe(asked.streamId) if asked.streamId else None,
        types=types,
        since=asked.fromDate,
        before=asked.toDate,
        newest_first=page.sortDir.upper() == "DESC",
    )
    found = call.world.search.find(call.user, search, skip=page.skip, limit=page.limit)
    return _answer(call, found)


def _answer(call: Call, found: list[Message]) -> list[V4Message] | None:
    answer = [v4_message(call.world, message, call.user) for message in found]
    return answer if answer or call.world.settings.empty_search == "emptyList" else None


@endpoint(
    "POST",
    "/agent/v1/message/search",
    permissions=[GET_MESSAGES],
    query="search:Page",
    body="search:SearchQuery",
    returns="V4MessageList",
    success=(200, 204),
)
def search_messages(call: Call) -> list[V4Message] | None:
    """The messages that match and that the user may read."""
    return _found(call, call.body, call.query)


@endpoint(
    "POST",
    "/agent/v4/message/search/semantic",
    query="search:SemanticPage",
    body="search:SemanticQuery",
    returns="V4MessageList",
    success=(200, 204),
)
def search_by_meaning(call: Call) -> list[V4Message] | None:
    """The messages that are nearest to a question."""
    from emulator.messageml import words_of

    asked: SemanticQuery = call.body
    page: SemanticPage = call.query
    words = words_of(asked.text or "")
    if not words:
        raise Invalid("'text' holds no word")
    named = asked.threadId or asked.streamId
    stream = ids.url_safe(named) if named else None
    found = call.world.search.resembling(call.user, words, stream, skip=page.skip, limit=page.limit)
    return _answer(call, found)


@endpoint("GET", "/agent/v1/message/search", query="search:GetPage", returns="V4MessageList")
def search_messages_by_get(call: Call) -> list[V4Message] | None:
    """The messages that match, with the query in the address."""
    return _found(call, call.query.asked(), call.query)
