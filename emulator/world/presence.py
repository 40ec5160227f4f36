"""Presence: what users show of themselves, who sees it, and feeds of what changed (production/pod.md 6)."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.world.books import Book
from emulator.world.errors import Forbidden, Invalid, UnknownPresenceFeed
from emulator.world.policy import people
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
_SLACK = 64
"""So many outdated changes of a company are kept at least, so that a small one is not tidied at each change."""


@record
class Presence:
    """What a user shows, since when (ms). `number` counts the changes in the user's company."""

    user: int
    category: str
    at: int
    number: int = 0


@record
class PresenceFeed:
    """A feed of a user, and the number of the last change that it gave out. `opened` is the number of the last change
    before the first read: up to there it tells what is, and after it what changed."""

    id: str
    owner: int
    read_to: int = 0
    opened: int | None = None


Interest = tuple[int, int]


class Presences:
    """The presences of all users, the feeds of them, and who registered an interest in whom."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[int, Presence] = Book()
        self.feeds: Book[str, PresenceFeed] = Book()
        self.interests: Book[Interest, int] = Book()
        self.undo = world.undo
        self._changes: dict[int, list[tuple[int, int]]] = {}
        """By company its changes as (number, user), oldest first. What a later change of the same user outdates is
        passed over, and tidied away now and then."""

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
        presence = self._of(user.id)
        if user.company_id == viewer.company_id:
            return presence
        category = _TO_OTHERS.get(presence.category, presence.category)
        # The time of what is shown as OFFLINE would tell that it is something else.
        if category == OFFLINE or local or not self._shown_to(viewer, user):
            return self._offline(user.id)
        return replace(presence, category=category)

    def _shown_to(self, viewer: User, user: User) -> bool:
        until = self.interests.get((viewer.id, user.id))
        try:
            people.connected(self._world, viewer, user)
            policy.has_registered_interest(viewer, user, until, self._world.clock.now())
        except Forbidden:
            return False
        return True

    def register(self, user: User, user_ids: Iterable[int]) -> None:
        """Register an interest in users of other companies, for an hour; UnknownUser when one does not exist."""
        users = [self._world.users.seen_by(user, user_id) for user_id in dict.fromkeys(user_ids)]
        until = self._world.clock.now() + INTEREST_LIFE
        for other in users:
            if other.company_id != user.company_id:
                self.interests.put((user.id, other.id), until)
        self._world.tell("presence interest", user.id, to=(user.id,), about=tuple(other.id for other in users))

    def listed(self, user: User, first_id: int | None, limit: int) -> list[Presence]:
        """The presences of the company by user id, from that id on (production/pod.md 6)."""
        policy.may_list_all(user)
        company = sorted(self._world.users.book.keys_by("company", user.company_id))
        first = 0 if first_id is None else bisect_left(company, first_id)
        return [self._of(user_id) for user_id in company[first : first + limit]]

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
        if self.undo.open:
            self.undo.steps.append((self._forget, user.company_id, number))
        self._changes.setdefault(user.company_id, []).append((number, user.id))
        self._tidy(user.company_id)
        self._world.tell("presence", by.id, to=(user.id,), about=presence)
        return presence

    def load(self, user: User, category: str, at: int) -> None:
        """What a user has shown since a moment of the past (ms): for growth."""
        number = self._last_number(user.company_id) + 1
        self.take_in(Presence(user=user.id, category=category, at=at, number=number))

    def take_in(self, presence: Presence) -> None:
        """Store a presence out of a kept state."""
        self.book.put(presence.user, presence)
        if presence.number:
            if self.undo.open:
                self.undo.steps.append((self._forget, presence.user >> 36, presence.number))
            insort(self._changes.setdefault(presence.user >> 36, []), (presence.number, presence.user))

    def _forget(self, company_id: int, number: int) -> None:
        """Take back the change of this number."""
        changes = self._changes[company_id]
        changes[:] = [change for change in changes if change[0] != number]

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
        changes = self._changes.get(company_id)
        return changes[-1][0] if changes else 0

    def _tidy(self, company_id: int) -> None:
        # Each user has one change that still counts, so this is rare enough to cost nothing by the change, and keeps
        # a pod that runs for days, and the first read of a feed, in the size of the company.
        changes = self._changes[company_id]
        if len(changes) > 2 * self._world.users.book.count_by("company", company_id) + _SLACK:
            if self.undo.open:
                self.undo.steps.append((self._changes.__setitem__, company_id, changes))
            self._changes[company_id] = [(number, user) for number, user in changes if self.book[user].number == number]

    # --- feeds ---

    def create_feed(self, user: User) -> PresenceFeed:
        feed = PresenceFeed(id=self._world.ids.uuid(), owner=user.id)
        self.feeds.put(feed.id, feed)
        self._world.tell("presence feed created", user.id, to=(user.id,), about=feed.id)
        return feed

    def read_feed(self, user: User, feed_id: str) -> list[Presence]:
        """What changed among colleagues since the last read, at most 500, oldest first, the rest with the next read;
        at first those who are not OFFLINE. A read is no event: it concerns nobody else."""
        feed = self._feed(user, feed_id)
        opened = self._last_number(user.company_id) if feed.opened is None else feed.opened
        changes = self._changes.get(user.company_id, [])
        found: list[Presence] = []
        read_to = feed.read_to
        for at in range(bisect_left(changes, (feed.read_to + 1,)), len(changes)):
            number, user_id = changes[at]
            presence = self.book[user_id]
            outdated = presence.number != number
            if not outdated and (number > opened or presence.category != OFFLINE):
                if len(found) == MOST_IN_A_READ:
                    break
                found.append(presence)
            read_to = number
        self.feeds.put(feed.id, replace(feed, read_to=read_to, opened=opened))
        return found

    def delete_feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self._feed(user, feed_id)
        self.feeds.drop(feed.id)
        self._world.tell("presence feed deleted", user.id, to=(user.id,), about=feed.id)
        return feed

    def _feed(self, user: User, feed_id: str) -> PresenceFeed:
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise UnknownPresenceFeed(f"there is no presence feed '{feed_id[:40]}'")
        policy.owns_feed(user, feed)
        return feed

    # --- for snapshots: the order of changes is state too ---

    def state(self) -> dict[int, list[tuple[int, int]]]:
        return {company: changes.copy() for company, changes in self._changes.items()}

    def restore(self, state: dict[int, list[tuple[int, int]]]) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, self._changes))
        self._changes = {company: changes.copy() for company, changes in state.items()}
