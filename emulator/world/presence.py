"""Presence: what users show of themselves, who sees it, and feeds of what changed (production/pod.md 6)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from emulator.world.books import Book, Postings
from emulator.world.changes import PresenceChanged, PresenceFeedCreated, PresenceFeedDeleted, PresenceInterest
from emulator.world.errors import Invalid, UnknownPresenceFeed
from emulator.world.ids import pod_of
from emulator.world.policy import allowed, allows
from emulator.world.policy import presence as policy
from emulator.world.record import Time, one_of, record

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
    """What a user shows, since when (ms). `number` counts the changes in the user's company."""

    user: int
    category: Annotated[str, one_of(CATEGORIES)]
    at: Time
    number: int = 0


@record
class PresenceFeed:
    """A feed of a user, and the number of the last change that it gave out. `opened` is the number of the last change
    before the first read: up to there it tells what is, and after it what changed."""

    id: str
    owner: int
    read_to: int = 0
    opened: int | None = None


@record
class Interest:
    """That a user wants to see the presence of another, until when (ms)."""

    user: int
    other: int
    until: Time


def _changes(presence: Presence) -> tuple[tuple[int, tuple[int, int]], ...]:
    """The change that made a user show this, under their company; what has been from the start (0) is none."""
    return ((pod_of(presence.user), (presence.number, presence.user)),) if presence.number else ()


class Presences:
    """The presences of all users, the feeds of them, and who registered an interest in whom."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[int, Presence] = Book(
            "presences", Presence, lambda presence: presence.user, refers={"user": "users"}
        )
        self._changes: Postings[Presence, int, tuple[int, int]] = self.book.also(Postings(_changes))
        """By company the last change of each user as (number, user), oldest first."""
        self.feeds: Book[str, PresenceFeed] = Book(
            "presenceFeeds", PresenceFeed, lambda feed: feed.id, refers={"owner": "users"}
        )
        self.interests: Book[tuple[int, int], Interest] = Book(
            "presenceInterests",
            Interest,
            lambda interest: (interest.user, interest.other),
            refers={"user": "users", "other": "users"},
        )

    # --- reading ---

    def own(self, user: User) -> Presence:
        return self._of(user.id)

    def _of(self, user_id: int) -> Presence:
        found = self.book.get(user_id)
        return self._offline(user_id) if found is None or found.category == OFFLINE else found

    def _offline(self, user_id: int) -> Presence:
        # Documented: who is OFFLINE is so since the time of the query.
        return Presence(user=user_id, category=OFFLINE, at=self._world.clock.now())

    def seen_by(self, viewer: User, user_id: int, *, local: bool = False) -> Presence:
        """What `viewer` sees of a user; UnknownUser where there is none. Users of other companies are OFFLINE unless
        connected and registered, and in a local query."""
        user = self._world.users.seen_by(viewer, user_id)
        if local and user.company_id != viewer.company_id:
            return self._offline(user.id)
        if self._world.settings.unseen_presence == "refused":
            policy.may_see(self._world, viewer, user)
        return self._shown(viewer, user) if self._sees(viewer, user) else self._offline(user.id)

    def _sees(self, viewer: User, user: User) -> bool:
        return allows(policy.may_see, self._world, viewer, user)

    def _shown(self, viewer: User, user: User) -> Presence:
        """A presence as `viewer`, who may see it, sees it, by itself and in lists."""
        presence = self._of(user.id)
        category = _TO_OTHERS.get(presence.category)
        if category is None or allows(policy.category_shows, viewer, user):
            return presence
        # The time of what is shown as OFFLINE would tell that it is something else.
        return self._offline(user.id) if category == OFFLINE else replace(presence, category=category)

    def register(self, user: User, user_ids: Iterable[int]) -> None:
        """Register an interest in users of other companies, for an hour; UnknownUser when one does not exist."""
        users = [self._world.users.seen_by(user, user_id) for user_id in dict.fromkeys(user_ids)]
        until = self._world.clock.now() + INTEREST_LIFE
        for other in users:
            if other.company_id != user.company_id:
                self.interests.put((user.id, other.id), Interest(user=user.id, other=other.id, until=until))
        self._world.tell(user.id, PresenceInterest(others=tuple(other.id for other in users)))

    def listed(self, user: User, first_id: int | None, limit: int) -> list[Presence]:
        """The presences of the company by user id, from that id on (production/pod.md 6)."""
        policy.may_list_all(user)
        company = sorted(self._world.users.book.keys_by("company", user.company_id))
        first = 0 if first_id is None else bisect_left(company, first_id)
        page = (self._world.users.book[user_id] for user_id in company[first : first + limit])
        return [self._shown(user, each) for each in allowed(policy.may_see, page, self._world, user)]

    # --- setting ---

    def set(self, user: User, category: str, *, soft: bool = False) -> Presence:
        """Show this from now on. Softly: who is OFFLINE stays so (production/pod.md 6)."""
        return self._set(user, user, category, soft)

    def _set(self, by: User, user: User, category: str, soft: bool) -> Presence:
        if category not in CATEGORIES:
            raise Invalid(f"'{category}' is no presence, there are {', '.join(CATEGORIES)}")
        before = self._of(user.id)
        if soft and before.category == OFFLINE:
            return before
        number = self._last_number(user.company_id) + 1
        presence = Presence(user=user.id, category=category, at=self._world.clock.now(), number=number)
        self.book.put(user.id, presence)
        self._world.tell(by.id, PresenceChanged(presence=presence))
        return presence

    def load(self, user: User, category: str, at: int) -> None:
        """What a user has shown since a moment of the past (ms): for growth."""
        number = self._last_number(user.company_id) + 1
        presence = self.book.put(user.id, Presence(user=user.id, category=category, at=at, number=number))
        self._world.tell(user.id, PresenceChanged(presence=presence), at=at)

    def gone(self, user: User) -> None:
        """Show who no longer works here as OFFLINE."""
        if self._of(user.id).category != OFFLINE:
            self._set(user, user, OFFLINE, soft=False)

    def set_of(self, user: User, user_id: int | None, category: str, *, soft: bool = False) -> Presence:
        """Set the presence of a user, by default one's own."""
        target = user if user_id is None else self._world.users.seen_by(user, user_id)
        policy.may_set(user, target)
        return self._set(user, target, category, soft)

    def set_released(self, user: User, user_id: int, category: str) -> Presence:
        """Set the presence of a user by the call of limited release, which sets few of them."""
        policy.is_released(category)
        return self.set_of(user, user_id, category)

    def _last_number(self, company_id: int) -> int:
        changes = self._changes.of(company_id)
        return changes[-1][0] if changes else 0

    # --- feeds ---

    def create_feed(self, user: User) -> PresenceFeed:
        everybody = self._world.settings.first_presence_read == "all"
        read_to = 0 if everybody else self._last_number(user.company_id)
        feed = PresenceFeed(id=self._world.ids.uuid(), owner=user.id, read_to=read_to)
        self.feeds.put(feed.id, feed)
        self._world.tell(user.id, PresenceFeedCreated(feed=feed))
        return feed

    def read_feed(self, user: User, feed_id: str) -> list[Presence]:
        """What changed among colleagues since the last read, at most 500, oldest first, the rest with the next read;
        at first those who are not OFFLINE. A read is no event: it concerns nobody else."""
        feed = self._feed(user, feed_id)
        opened = self._last_number(user.company_id) if feed.opened is None else feed.opened
        changes = self._changes.of(user.company_id)
        found: list[Presence] = []
        read_to = feed.read_to
        for at in range(bisect_left(changes, (feed.read_to + 1,)), len(changes)):
            number, user_id = changes[at]
            presence = self.book[user_id]
            told = number > opened or presence.category != OFFLINE
            if told and self._sees(user, self._world.users.book[user_id]):
                if len(found) == MOST_IN_A_READ:
                    break
                found.append(presence)
            read_to = number
        self.feeds.put(feed.id, replace(feed, read_to=read_to, opened=opened))
        return found

    def delete_feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self._feed(user, feed_id)
        self.feeds.drop(feed.id)
        self._world.tell(user.id, PresenceFeedDeleted(feed=feed))
        return feed

    def _feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise UnknownPresenceFeed(f"there is no presence feed '{feed_id[:40]}'")
        policy.owns_feed(user, feed)
        return feed
