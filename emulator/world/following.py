"""Following: who follows whom (production/pod.md 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emulator.world.books import Book, Postings
from emulator.world.changes import UserFollowed, UserUnfollowed
from emulator.world.errors import UnknownFollowers
from emulator.world.policy import following as policy
from emulator.world.record import Time, record

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World


@record
class Follow:
    """Who follows, and whom, since when (ms)."""

    follower: int
    followed: int
    at: Time


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
        self.book: Book[tuple[int, int], Follow] = Book(
            "following",
            Follow,
            lambda follow: (follow.follower, follow.followed),
            refers={"follower": "users", "followed": "users"},
        )
        self._followers: Postings[Follow, int, int] = self.book.also(
            Postings(lambda follow: ((follow.followed, follow.follower),))
        )
        self._following: Postings[Follow, int, int] = self.book.also(
            Postings(lambda follow: ((follow.follower, follow.followed),))
        )

    def follow(self, user: User, followed_id: int, followers: Iterable[int], *, acting: bool) -> None:
        """Make colleagues follow a user. An unknown one is an error, and all the others follow none the less."""
        valid, strange = self._sorted_out(user, followed_id, followers, acting)
        begun = [follower for follower in valid if (follower, followed_id) not in self.book]
        now = self._world.clock.now()
        for follower in begun:
            self.book.put((follower, followed_id), Follow(follower=follower, followed=followed_id, at=now))
        if begun:
            self._world.tell(user.id, UserFollowed(followed=followed_id, followers=tuple(begun)))
        _complain(strange)

    def unfollow(self, user: User, followed_id: int, followers: Iterable[int], *, acting: bool) -> None:
        """Make colleagues no longer follow a user."""
        valid, strange = self._sorted_out(user, followed_id, followers, acting)
        ended = [follower for follower in valid if (follower, followed_id) in self.book]
        for follower in ended:
            self.book.drop((follower, followed_id))
        if ended:
            self._world.tell(user.id, UserUnfollowed(followed=followed_id, followers=tuple(ended)))
        _complain(strange)

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
        return self._shown(user, _page(self._followers.of(followed_id), limit, before, after))

    def following(self, user: User, follower_id: int, *, limit: int, before: int | None, after: int | None) -> Page:
        """A page of those whom a user follows."""
        policy.is_a_colleague(user, self._world.users.seen_by(user, follower_id))
        return self._shown(user, _page(self._following.of(follower_id), limit, before, after))

    def _shown(self, user: User, page: Page) -> Page:
        """Of a page those whom the directory shows to `user`; ranks and total count all."""
        users = self._world.users
        return replace(page, users=[each for each in page.users if users.sees(user, users.book[each])])


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
