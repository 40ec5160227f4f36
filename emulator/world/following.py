"""Following: who follows whom (production/pod.md 11)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.world.books import Book
from emulator.world.errors import UnknownFollowers
from emulator.world.policy import following as policy

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

Follow = tuple[int, int]
"""Who follows, and whom."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page of user ids: how many there are in all, and the ranks before the page and of its last (counted from 1)."""

    total: int
    users: list[int]
    before: int
    last: int


class Following:
    """Who follows whom. Only colleagues do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.undo = world.undo
        self.book: Book[Follow, int] = Book()
        self._followers: dict[int, list[int]] = {}
        self._following: dict[int, list[int]] = {}

    def follow(self, user: User, followed_id: int, followers: Iterable[int], *, acting: bool) -> None:
        """Make colleagues follow a user. An unknown one is an error, and all the others follow none the less."""
        valid, strange = self._sorted_out(user, followed_id, followers, acting)
        begun = [follower for follower in valid if (follower, followed_id) not in self.book]
        for follower in begun:
            self.take_in((follower, followed_id), self._world.clock.now())
        self._tell("user followed", user, followed_id, begun)
        _complain(strange)

    def take_in(self, follow: Follow, at: int) -> None:
        """Store who follows whom, since when (ms)."""
        follower, followed = follow
        self.book.put(follow, at)
        if self.undo.open:
            self.undo.steps.append((self._forget, follower, followed))
        self._store(follower, followed)

    def _store(self, follower: int, followed: int) -> None:
        insort(self._followers.setdefault(followed, []), follower)
        insort(self._following.setdefault(follower, []), followed)

    def _forget(self, follower: int, followed: int) -> None:
        self._followers[followed].remove(follower)
        self._following[follower].remove(followed)

    def unfollow(self, user: User, followed_id: int, followers: Iterable[int], *, acting: bool) -> None:
        """Make colleagues no longer follow a user."""
        valid, strange = self._sorted_out(user, followed_id, followers, acting)
        ended = [follower for follower in valid if (follower, followed_id) in self.book]
        for follower in ended:
            self.book.drop((follower, followed_id))
            if self.undo.open:
                self.undo.steps.append((self._store, follower, followed_id))
            self._forget(follower, followed_id)
        self._tell("user unfollowed", user, followed_id, ended)
        _complain(strange)

    def _tell(self, kind: str, user: User, followed_id: int, followers: list[int]) -> None:
        if followers:
            self._world.tell(kind, user.id, to=(followed_id, *followers), about=followed_id)

    def _sorted_out(
        self, user: User, followed_id: int, followers: Iterable[int], acting: bool
    ) -> tuple[list[int], list[int]]:
        """The ids that can follow, and those of nobody in the company."""
        policy.may_change(user, acting=acting)
        followed = self._world.users.seen_by(user, followed_id)
        policy.is_a_colleague(user, followed)
        valid: list[int] = []
        strange: list[int] = []
        for follower_id in dict.fromkeys(followers):
            follower = self._world.users.book.get(follower_id)
            if follower is None or follower.company_id != user.company_id:
                strange.append(follower_id)
            elif follower.id != followed.id:  # nobody follows oneself, which is no error
                valid.append(follower.id)
        return valid, strange

    def followers(self, user: User, followed_id: int, *, limit: int, before: int | None, after: int | None) -> Page:
        """A page of those who follow a user."""
        policy.is_a_colleague(user, self._world.users.seen_by(user, followed_id))
        return _page(self._followers.get(followed_id, []), limit, before, after)

    def following(self, user: User, follower_id: int, *, limit: int, before: int | None, after: int | None) -> Page:
        """A page of those whom a user follows."""
        policy.is_a_colleague(user, self._world.users.seen_by(user, follower_id))
        return _page(self._following.get(follower_id, []), limit, before, after)

    # --- for snapshots: the sorted lists are state too ---

    def state(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        return (
            {user: found.copy() for user, found in self._followers.items()},
            {user: found.copy() for user, found in self._following.items()},
        )

    def restore(self, state: tuple[dict[int, list[int]], dict[int, list[int]]]) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, (self._followers, self._following)))
        self._followers = {user: found.copy() for user, found in state[0].items()}
        self._following = {user: found.copy() for user, found in state[1].items()}


def _complain(strange: list[int]) -> None:
    # Documented: those that exist follow although the answer is an error.
    if strange:
        raise UnknownFollowers(strange)


def _page(users: list[int], limit: int, before: int | None, after: int | None) -> Page:
    """By ranks counted from 1: those after the rank `after`, or the last ones up to the rank `before`."""
    if before is not None:
        last = min(before, len(users))
        first = max(0, last - limit)
    else:
        first = min(after or 0, len(users))
        last = min(first + limit, len(users))
    return Page(len(users), users[first:last], first, last)
