"""Finds messages by words, tags, mentions and authors, from an index kept for each stream (production/agent.md 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from emulator.world.books import Postings, Stamp
from emulator.world.policy import allowed, allows
from emulator.world.policy import messages as policy
from emulator.world.policy import streams as seeing
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.messages import Message
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

MOST_RESEMBLING = 1_000

Term = tuple[str, str]
"""What a message can be found by: a kind (`word`, `#`, `$`, `@`, `by`) and a folded value."""


@record
class MessageSearch:
    """What a search asks for. `any_of` holds alternatives, each a set of terms that must all be there; times in ms,
    `since` inclusive and `before` exclusive."""

    any_of: tuple[frozenset[Term], ...]
    stream: str | None = None
    types: frozenset[str] = frozenset()
    since: int | None = None
    before: int | None = None
    newest_first: bool = True


def term(kind: str, value: str | int) -> Term:
    return kind, str(value).casefold()


def _terms(message: Message) -> Iterable[tuple[tuple[str, str, str], Stamp]]:
    """What a message is found by in its stream."""
    stream, at = message.stream, message.stamp
    terms = {(stream, "word", word) for word in message.words.casefold().split()}
    if message.hashtags or message.cashtags or message.mentions:
        terms |= {(stream, *term("#", tag)) for tag in message.hashtags}
        terms |= {(stream, *term("$", tag)) for tag in message.cashtags}
        terms |= {(stream, *term("@", user)) for user in message.mentions}
    terms.add((stream, "by", str(message.sender)))
    return [(each, at) for each in terms]


class Search:
    """The index of messages. Suppressed and replaced versions stay in it and are passed over."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.found_by: Postings[Message, tuple[str, str, str], Stamp] = world.messages.book.also(Postings(_terms))

    def find(self, user: User, search: MessageSearch, *, skip: int, limit: int) -> list[Message]:
        """The messages that match and that `user` may read, in the order of time asked for."""
        runs = [
            self._matches(user, stream, terms, search)
            for stream in self._streams(user, search)
            for terms in search.any_of
        ]
        stamps = merge(*runs, reverse=search.newest_first)
        return list(islice(self._readable(user, stamps), skip, skip + limit))

    def resembling(
        self, user: User, words: Iterable[str], stream_id: str | None, *, skip: int, limit: int
    ) -> list[Message]:
        """The messages that `user` may read with the most of these words, of which the rare ones count more; the newest
        first among equals. Of each word the last thousand messages of a stream are considered."""
        weights: defaultdict[Stamp, float] = defaultdict(float)
        streams = self._streams(user, MessageSearch(any_of=(), stream=stream_id))
        since = [(stream, policy.history_from(self._world, user, stream)) for stream in streams]
        for word in frozenset(words):
            found: list[Stamp] = []
            for stream, begin in since:
                stamps, first, last = self.found_by.between((stream.id, *term("word", word)), begin, None)
                found += stamps[max(first, last - MOST_RESEMBLING) : last]
            for stamp in found:
                weights[stamp] += 1 / len(found)
        stamps = sorted(weights, key=lambda stamp: (weights[stamp], stamp), reverse=True)
        return list(islice(self._readable(user, stamps), skip, skip + limit))

    def _streams(self, user: User, search: MessageSearch) -> list[Stream]:
        """The streams to look into: the one named, else the user's own and the public rooms of the company."""
        streams = self._world.streams
        if search.stream is not None:
            stream = streams.readable_by(user, search.stream)
            return [stream] if not search.types or stream.type in search.types else []
        candidates = {stream.id: stream for stream in streams.of(user.id)}
        candidates |= {stream.id: stream for stream in streams.book.by("public", user.company_id)}
        readable = allowed(seeing.reading, candidates.values(), self._world, user)
        return [stream for stream in readable if not search.types or stream.type in search.types]

    def _matches(self, user: User, stream: Stream, terms: frozenset[Term], search: MessageSearch) -> Iterator[Stamp]:
        """The stamps in one stream under all the terms, in the order asked for."""
        until = None if search.before is None else search.before - 1
        since = max(search.since or 0, policy.history_from(self._world, user, stream))
        if terms:
            keys = sorted(((stream.id, *each) for each in terms), key=lambda key: len(self.found_by.of(key)))
            stamps, first, last = self.found_by.between(keys[0], since, until)
            others = [set(self.found_by.of(key)) for key in keys[1:]] if first < last else []
        else:
            stamps, first, last = self._world.messages.timeline.between(stream.id, since, until)
            others = []
        order = range(last - 1, first - 1, -1) if search.newest_first else range(first, last)
        return (stamps[at] for at in order if all(stamps[at] in other for other in others))

    def _readable(self, user: User, stamps: Iterable[Stamp]) -> Iterator[Message]:
        before = None
        for stamp in stamps:
            if stamp == before:  # found by two alternatives
                continue
            before = stamp
            message = self._world.messages.book[stamp[2]]
            stream = self._world.streams.book[message.stream]
            if (
                message.replaced_by is None
                and allows(policy.content_shows, message)
                and allows(policy.shown, self._world, user, stream, message)
            ):
                yield message
