"""Datafeeds: the events that concern a user, queued until they are read and acknowledged.

They hang on the event log and are no part of a snapshot: a bot's feed outlives sessions and resets
(production/agent_signals_events.md 3).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.world.changes import WorldRestored
from emulator.world.errors import Invalid, TooManyFeeds, UnknownFeed
from emulator.world.policy import allowed
from emulator.world.policy import events as policy

if TYPE_CHECKING:
    from emulator.world.eventlog import Event
    from emulator.world.users import User
    from emulator.world.world import World

LIFE = 30 * 60_000
VISIBILITY = 30_000
MOST_FEEDS = 20
MOST_EVENTS = 100
LONGEST_TAG = 100
MOST_QUEUED = 10_000
MOST_ACKNOWLEDGED = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An event in a feed, with the id under which it is delivered, however often."""

    id: str
    event: Event


@dataclass(slots=True, eq=False)
class _Batch:
    entries: list[Entry]
    until: int


@dataclass(slots=True, eq=False)
class Datafeed:
    """A feed: what waits in it, and what was read and not acknowledged yet, by acknowledgement id."""

    id: str
    owner: int
    tag: str | None
    used_at: int
    used_in: int
    queue: list[Entry] = field(default_factory=list)
    batches: dict[str, _Batch] = field(default_factory=dict)
    acknowledgements: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_ACKNOWLEDGED))
    waiting: list[Callable[[], None]] = field(default_factory=list)


class Datafeeds:
    """The feeds of all users."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._feeds: dict[str, Datafeed] = {}
        self._of_user: dict[int, list[Datafeed]] = {}
        self.life = 0
        """How often the world was put back."""
        world.events.listen(self._arrived)

    def create(self, user: User, tag: str | None = None) -> Datafeed:
        """A new feed, or the one that the user has under this tag; Forbidden at the twenty-first."""
        if tag is not None and len(tag) > LONGEST_TAG:
            raise Invalid(f"a tag has at most {LONGEST_TAG} characters")
        feeds = self.listed(user)
        for feed in feeds if self._world.settings.same_tag == "same" else ():
            if tag and feed.tag == tag:
                return feed
        if len(feeds) >= MOST_FEEDS:  # one of tests before makes room, which nobody has used since a reset
            oldest = min(feeds, key=lambda feed: feed.used_in)
            if oldest.used_in != self.life:
                self._drop(oldest)
                feeds.remove(oldest)
        if len(feeds) >= MOST_FEEDS:
            raise TooManyFeeds(f"'{user.username}' has {MOST_FEEDS} feeds already: delete a listed one")
        feed = Datafeed(
            id=f"{self._world.ids.hex(32)}_f_{self._world.ids.hex(5)}",
            owner=user.id,
            tag=tag or None,
            used_at=self._world.clock.now(),
            used_in=self.life,
        )
        self._feeds[feed.id] = feed
        self._of_user.setdefault(user.id, []).append(feed)
        return feed

    def listed(self, user: User, tag: str | None = None) -> list[Datafeed]:
        """The live feeds of a user, those of a tag when one is given."""
        now = self._world.clock.now()
        for feed in tuple(self._of_user.get(user.id, ())):
            if now >= feed.used_at + LIFE:
                self._drop(feed)
        return [feed for feed in self._of_user.get(user.id, ()) if not tag or feed.tag == tag]

    def seen_by(self, user: User, feed_id: str) -> Datafeed:
        """The live feed of this user; UnknownFeed for none, and for another user's."""
        for feed in self.listed(user):
            if feed.id == feed_id:
                return feed
        raise UnknownFeed(f"'{user.username}' has no datafeed '{feed_id}': it expired, or never was")

    def delete(self, user: User, feed_id: str) -> bool:
        """Delete a feed; whether there was one."""
        for feed in self.listed(user):
            if feed.id == feed_id:
                self._drop(feed)
                return True
        return False

    def take(self, user: User, feed_id: str, acknowledged: str | None) -> tuple[list[Entry], str]:
        """The next events and the id that acknowledges them. What was taken and is not acknowledged within half a
        minute comes again; `acknowledged` ends that for one batch."""
        feed = self.seen_by(user, feed_id)
        if acknowledged:
            if acknowledged not in feed.acknowledgements:
                raise Invalid(f"'{acknowledged[:40]}' acknowledges nothing of this datafeed")
            feed.batches.pop(acknowledged, None)
        now = feed.used_at = self._world.clock.now()
        feed.used_in = self.life
        for key, batch in list(feed.batches.items()):
            if now >= batch.until:
                feed.queue[:0] = batch.entries
                del feed.batches[key]
        entries, feed.queue = feed.queue[:MOST_EVENTS], feed.queue[MOST_EVENTS:]
        key = self._world.ids.hex(32)
        feed.acknowledgements.append(key)
        if entries:
            feed.batches[key] = _Batch(entries, now + VISIBILITY)
        return entries, key

    def has_news(self, feed: Datafeed) -> bool:
        """Whether a read would answer at once: there are events, or the feed is gone."""
        return bool(feed.queue) or feed.id not in self._feeds

    def when_arrives(self, feed: Datafeed, call: Callable[[], None]) -> Callable[[], None]:
        """Call this when something comes into the feed; the answer is a function that ends it."""
        feed.waiting.append(call)
        return lambda: feed.waiting.remove(call)

    def owners(self) -> set[int]:
        """Who has feeds."""
        return {user for user, feeds in self._of_user.items() if feeds}

    def drop_of(self, users: Iterable[int]) -> None:
        """Delete the feeds of these users; reads that wait are told."""
        for user in tuple(users):
            for feed in tuple(self._of_user.get(user, ())):
                self._drop(feed)

    def drop_all(self) -> None:
        """Delete the feeds of everybody."""
        self.drop_of(self._of_user)

    def forget(self, after: int) -> None:
        """Take out what came after the event of this number: it did not happen, as it turns out."""
        for feed in self._feeds.values():
            while feed.queue and feed.queue[-1].event.number > after:
                feed.queue.pop()

    def _drop(self, feed: Datafeed) -> None:
        del self._feeds[feed.id]
        self._of_user[feed.owner].remove(feed)
        for call in tuple(feed.waiting):
            call()

    def _arrived(self, event: Event) -> None:
        if isinstance(event.about, WorldRestored):  # what is queued may speak of what is no more
            self.life += 1
            for feed in self._feeds.values():
                feed.queue.clear()
                feed.batches.clear()
            return
        if event.row.payload is None or event.silent:  # only what production has a name for goes to feeds
            return
        users = self._world.users.book  # a feed outlives its owner where a restore takes the owner away
        owners = [user for user_id, feeds in self._of_user.items() if feeds and (user := users.get(user_id))]
        for owner in allowed(policy.may_hear, owners, self._world, event):
            entry = Entry(self._world.ids.event(), event)
            for feed in self._of_user[owner.id]:
                feed.queue.append(entry)
                del feed.queue[:-MOST_QUEUED]
                for call in tuple(feed.waiting):
                    call()
