"""The rules of following, asked of the world alone. Each test that stands for a rule is named by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.world import World
from emulator.world.errors import Invalid, RoleMissing, UnknownUser
from emulator.world.following import Page
from emulator.world.ids import user_id
from emulator.world.users import User

NOBODY = user_id(190, 9999)
Named = Callable[[str], User]


@pytest.fixture
def named(world: World) -> Named:
    def find(name: str) -> User:
        return next(user for user in world.users.book if user.username == name)

    return find


def followers(world: World, viewer: User, user: User) -> list[int]:
    return world.following.followers(viewer, user.id, limit=100, before=None, after=None).users


def following(world: World, viewer: User, user: User) -> list[int]:
    return world.following.following(viewer, user.id, limit=100, before=None, after=None).users


def test_following_is_seen_from_both_ends_and_ends(world: World, named: Named) -> None:
    alice, bob, frank = named("alice"), named("bob"), named("frank")
    world.following.follow(alice, bob.id, [frank.id, alice.id], acting=True)
    assert followers(world, alice, bob) == sorted([alice.id, frank.id])
    assert following(world, bob, frank) == [bob.id]
    assert following(world, alice, bob) == []
    world.following.unfollow(alice, bob.id, [frank.id], acting=True)
    assert followers(world, alice, bob) == [alice.id]
    assert following(world, alice, frank) == []


def test_a_change_ends_in_one_event_and_no_change_in_none(world: World, named: Named) -> None:
    alice, bob, frank = named("alice"), named("bob"), named("frank")
    before = len(world.events.recent)
    world.following.unfollow(alice, bob.id, [frank.id], acting=True)
    for _ in range(2):
        world.following.follow(alice, bob.id, [frank.id, alice.id, frank.id], acting=True)
    world.following.unfollow(alice, bob.id, [frank.id, named("ivan").id], acting=True)
    told = [(event.kind, event.by, event.to, event.about.followed) for event in list(world.events.recent)[before:]]
    assert told == [
        ("user followed", alice.id, (bob.id, frank.id, alice.id), bob.id),
        ("user unfollowed", alice.id, (bob.id, frank.id), bob.id),
    ]


def test_following_twice_counts_once(world: World, named: Named) -> None:
    alice, bob = named("alice"), named("bob")
    for _ in range(2):
        world.following.follow(alice, bob.id, [alice.id, alice.id], acting=True)
    assert followers(world, alice, bob) == [alice.id]


def test_following_oneself_is_ignored(world: World, named: Named) -> None:
    alice, bob = named("alice"), named("bob")
    world.following.follow(alice, bob.id, [bob.id, alice.id], acting=True)
    assert followers(world, alice, bob) == [alice.id]


def test_an_unknown_follower_is_named_and_the_others_follow_none_the_less(world: World, named: Named) -> None:
    alice, bob, carol = named("alice"), named("bob"), named("carol")
    with pytest.raises(Invalid) as refused:
        world.following.follow(alice, bob.id, [NOBODY, alice.id, carol.id], acting=True)
    assert str(NOBODY) in refused.value.reason
    assert str(carol.id) in refused.value.reason
    assert str(alice.id) not in refused.value.reason
    assert followers(world, alice, bob) == [alice.id]
    with pytest.raises(Invalid, match=str(NOBODY)):
        world.following.unfollow(alice, bob.id, [NOBODY, alice.id], acting=True)
    assert followers(world, alice, bob) == []


def test_may_change(world: World, named: Named) -> None:
    bob, bot = named("bob"), named("acme-bot")
    for change in (world.following.follow, world.following.unfollow):
        with pytest.raises(RoleMissing):
            change(bot, bob.id, [bot.id], acting=False)
    assert followers(world, bot, bob) == []
    bot = world.users.change(bot, roles=bot.roles | {"USER_PROVISIONING"})
    world.following.follow(bot, bob.id, [bot.id, named("frank").id], acting=False)
    assert followers(world, bot, bob) == sorted([bot.id, named("frank").id])


def test_is_a_colleague(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    for change in (world.following.follow, world.following.unfollow):
        with pytest.raises(Invalid, match=str(carol.id)):
            change(alice, carol.id, [alice.id], acting=True)
    assert len(world.following.book) == 0
    for listing in (world.following.followers, world.following.following):
        with pytest.raises(Invalid, match=str(carol.id)):
            listing(alice, carol.id, limit=10, before=None, after=None)


def test_an_unknown_user_has_no_followers(world: World, named: Named) -> None:
    alice = named("alice")
    for change in (world.following.follow, world.following.unfollow):
        with pytest.raises(UnknownUser):
            change(alice, NOBODY, [alice.id], acting=True)
    assert len(world.following.book) == 0
    for listing in (world.following.followers, world.following.following):
        with pytest.raises(UnknownUser):
            listing(alice, NOBODY, limit=10, before=None, after=None)


@pytest.mark.parametrize(
    ("limit", "before", "after", "ranks"),
    [
        (100, None, None, (1, 5)),
        (2, None, None, (1, 2)),
        (2, None, 2, (3, 4)),
        (2, None, 4, (5, 5)),
        (2, None, 5, (6, 5)),
        (2, None, 10**30, (6, 5)),
        (2, 4, None, (3, 4)),
        (2, 1, None, (1, 1)),
        (2, 0, None, (1, 0)),
        (3, 10**30, None, (3, 5)),
    ],
)
def test_pages_go_by_ranks_counted_from_1(
    world: World, named: Named, limit: int, before: int | None, after: int | None, ranks: tuple[int, int]
) -> None:
    alice = named("alice")
    ids = sorted(named(name).id for name in ("bob", "frank", "heidi", "ivan", "acme-bot"))
    world.following.follow(alice, alice.id, ids, acting=True)
    for followed in ids:
        world.following.follow(alice, followed, [alice.id], acting=True)
    first, last = ranks
    for listing in (world.following.followers, world.following.following):
        page: Page = listing(alice, alice.id, limit=limit, before=before, after=after)
        assert page.users == ids[first - 1 : last]
        assert (page.total, page.before, page.last) == (5, first - 1, last)


def test_a_snapshot_holds_who_follows_whom(world: World, named: Named) -> None:
    alice, bob, frank = named("alice"), named("bob"), named("frank")
    world.following.follow(alice, bob.id, [alice.id], acting=True)
    before = world.snapshot()
    for _ in range(2):
        world.following.follow(alice, bob.id, [frank.id], acting=True)
        world.following.unfollow(alice, bob.id, [alice.id], acting=True)
        world.restore(before)
        assert followers(world, alice, bob) == [alice.id]
        assert following(world, alice, frank) == []
