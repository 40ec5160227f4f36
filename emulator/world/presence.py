"""Presence: what users show of themselves, who sees it, and feeds of what changed (reference/pod.md 6)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.world.books import Book
from emulator.world.errors import Invalid
from emulator.world.policy import presence as policy
from emulator.world.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.world.users import User
    from emulator.world.world import World

AVAILABLE, AWAY, OFFLINE = "AVAILABLE", "AWAY", "OFFLINE"
CATEGORIES = (
    AVAILABLE,
    "BUSY",
    "DO_NOT_DISTURB",
    "ON_THE_PHONE",
    "BE_RIGHT_BACK",
    "IN_A_MEETING",
    AWAY,
    "OUT_OF_OFFICE",
    "OFF_WORK",
    OFFLINE,
)
_TO_OTHERS = {"BE_RIGHT_BACK": AWAY, "DO_NOT_DISTURB": AWAY, "OFF_WORK": OFFLINE}
"""How another company sees what it does not see as it is."""

MOST_IN_A_READ = 500
INTEREST_LIFE = 3_600_000


@record
class Presence:
    """What a user shows, since when (ms). `number` counts all changes of the world."""

    user: int
    category: str
    at: int
    number: int = 0


@record
class PresenceFeed:
    """A feed of a user, and the number of the last change that it gave out."""

    id: str
    owner: int
    read_to: int = 0


Interest = tuple[int, int]


class Presences:
    """The presences of all users, the feeds of them, and who registered an interest in whom."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[int, Presence] = Book()
        self.feeds: Book[str, PresenceFeed] = Book()
        self.interests: Book[Interest, int] = Book()
        self._order: list[tuple[int, int]] = []
        """Changes as (number, user), oldest first; what a later change of the same user outdates is passed over."""

    # --- reading ---

    def own(self, user: User) -> Presence:
        return self._of(user.id)

    def _of(self, user_id: int) -> Presence:
        found = self.book.get(user_id)
        if found is None or found.category == OFFLINE:
            return Presence(user=user_id, category=OFFLINE, at=self._world.clock.now())
        return found

    def seen_by(self, viewer: User, user_id: int, *, local: bool = False) -> Presence:
        """What `viewer` sees of a user; UnknownUser where there is none. Users of other companies are OFFLINE unless
        connected and registered, and in a local query."""
        user = self._world.users.get(user_id)
        presence = self._of(user.id)
        if user.company_id == viewer.company_id:
            return presence
        if local or not self._follows(viewer, user):
            return replace(presence, category=OFFLINE, at=self._world.clock.now())
        return replace(presence, category=_TO_OTHERS.get(presence.category, presence.category))

    def _follows(self, viewer: User, user: User) -> bool:
        if not self._world.connections.connected(viewer, user):
            return False
        until = self.interests.get((viewer.id, user.id))
        return until is not None and self._world.clock.now() < until

    def register(self, user: User, user_ids: Iterable[int]) -> None:
        """Register an interest in users of other companies, for an hour; UnknownUser when one does not exist."""
        users = [self._world.users.get(user_id) for user_id in dict.fromkeys(user_ids)]
        until = self._world.clock.now() + INTEREST_LIFE
        for other in users:
            if other.company_id != user.company_id:
                self.interests.put((user.id, other.id), until)

    def listed(self, user: User, after: int | None, limit: int) -> list[Presence]:
        """The presences of the company by user id, from that id on (reference/pod.md 6)."""
        policy.may_list_all(user)
        company = sorted(self._world.users.book.keys_by("company", user.company_id))
        first = 0 if after is None else bisect_right(company, after - 1)
        return [self._of(user_id) for user_id in company[first : first + limit]]

    # --- setting ---

    def set(self, user: User, category: str, *, soft: bool = False) -> Presence:
        """Show this from now on. Softly: who is OFFLINE stays so (reference/pod.md 6)."""
        if category not in CATEGORIES:
            raise Invalid(f"'{category}' is no presence, there are {', '.join(CATEGORIES)}")
        before = self._of(user.id)
        if soft and before.category == OFFLINE:
            return before
        number = self._order[-1][0] + 1 if self._order else 1
        presence = Presence(user=user.id, category=category, at=self._world.clock.now(), number=number)
        self.book.put(user.id, presence)
        self._order.append((number, user.id))
        self._world.tell("presence", user.id, to=(user.id,), about=presence)
        return presence

    def set_of(self, user: User, user_id: int | None, category: str, *, soft: bool = False) -> Presence:
        """Set the presence of a user, by default one's own."""
        target = user if user_id is None else self._world.users.get(user_id)
        policy.may_set(user, target)
        return self.set(target, category, soft=soft)

    # --- feeds ---

    def create_feed(self, user: User) -> PresenceFeed:
        feed = PresenceFeed(id=self._world.ids.uuid(), owner=user.id)
        return self.feeds.put(feed.id, feed)

    def read_feed(self, user: User, feed_id: str) -> list[Presence]:
        """What changed among colleagues since the last read, at most 500, oldest first; at first what they show now."""
        feed = self._feed(user, feed_id)
        found: list[Presence] = []
        read_to = feed.read_to
        for at in range(bisect_right(self._order, (feed.read_to, 1 << 62)), len(self._order)):
            number, user_id = self._order[at]
            presence = self.book.get(user_id)
            outdated = presence is None or presence.number != number
            foreign = user_id >> 36 != user.company_id
            if not (outdated or foreign or (feed.read_to == 0 and presence and presence.category == OFFLINE)):
                if len(found) == MOST_IN_A_READ:
                    break
                assert presence is not None
                found.append(presence)
            read_to = number
        self.feeds.put(feed.id, replace(feed, read_to=read_to))
        return found

    def delete_feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self._feed(user, feed_id)
        self.feeds.drop(feed.id)
        return feed

    def _feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise Invalid(f"there is no presence feed '{feed_id}'")
        policy.owns_feed(user, feed)
        return feed

    # --- for snapshots: the order of changes is state too ---

    def state(self) -> list[tuple[int, int]]:
        return self._order.copy()

    def restore(self, state: list[tuple[int, int]]) -> None:
        self._order = state.copy()
