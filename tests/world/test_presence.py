"""The rules of presence, asked of the world alone. Each test that stands for a rule is named by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from emulator.world import World
from emulator.world.errors import Forbidden, Invalid, RoleMissing, UnknownPresenceFeed, UnknownUser
from emulator.world.ids import user_id
from emulator.world.presence import CATEGORIES, MOST_IN_A_READ, Presence
from emulator.world.users import User

HOUR = 3600
Named = Callable[[str], User]


@pytest.fixture
def named(world: World) -> Named:
    def find(name: str) -> User:
        return next(user for user in world.users.book if user.username == name)

    return find


def with_role(world: World, user: User, role: str) -> User:
    return world.users.change(user, roles=user.roles | {role})


def grown(world: World, like: User, count: int) -> list[User]:
    """Colleagues, for what begins with many."""
    return [
        world.users.add(
            replace(
                like,
                id=world.users.next_id(like.company_id),
                username=f"extra{number}",
                email=f"extra{number}@acme.example",
            )
        )
        for number in range(count)
    ]


def shown(presences: list[Presence]) -> dict[int, str]:
    by_user = {each.user: each.category for each in presences}
    assert len(by_user) == len(presences), "a user was told of twice"
    return by_user


# --- seeing ---


def test_who_never_set_a_presence_is_offline_now(world: World, named: Named) -> None:
    frank = named("frank")
    world.clock.advance(5)
    own = world.presences.own(frank)
    assert (own.category, own.user, own.at) == ("OFFLINE", frank.id, world.clock.now())


def test_the_time_is_that_of_setting_but_offline_is_as_of_the_query(world: World, named: Named) -> None:
    bob = named("bob")
    world.presences.set(bob, "AWAY")
    at = world.clock.now()
    world.clock.advance(60)
    assert world.presences.own(bob).at == at
    world.presences.set(bob, "OFFLINE")
    world.clock.advance(60)
    assert world.presences.own(bob).at == world.clock.now()


@pytest.mark.parametrize("category", CATEGORIES)
def test_colleagues_see_each_other_as_they_are(world: World, named: Named, category: str) -> None:
    world.presences.set(named("bob"), category)
    for local in (False, True):
        assert world.presences.seen_by(named("alice"), named("bob").id, local=local).category == category


def test_connected(world: World, named: Named) -> None:
    alice, dave = named("alice"), named("dave")
    world.presences.set(dave, "BUSY")
    world.presences.register(alice, [dave.id])
    assert world.presences.seen_by(alice, dave.id).category == "OFFLINE"
    world.connections.request(alice, dave.id)
    assert world.presences.seen_by(alice, dave.id).category == "OFFLINE"
    world.connections.accept(dave, alice.id)
    assert world.presences.seen_by(alice, dave.id).category == "BUSY"
    world.connections.remove(dave, alice.id)
    assert world.presences.seen_by(alice, dave.id).category == "OFFLINE"


def test_has_registered_interest(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.set(carol, "BUSY")
    assert world.presences.seen_by(alice, carol.id).category == "OFFLINE"
    world.presences.register(alice, [carol.id])
    assert world.presences.seen_by(alice, carol.id).category == "BUSY"


def test_has_registered_interest_for_an_hour_and_again_when_repeated(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.register(alice, [carol.id])
    world.clock.advance(HOUR - 1)
    assert world.presences.seen_by(alice, carol.id).category == "AVAILABLE"
    world.presences.register(alice, [carol.id])
    world.clock.advance(HOUR - 0.001)
    assert world.presences.seen_by(alice, carol.id).category == "AVAILABLE"
    world.clock.advance(0.001)
    assert world.presences.seen_by(alice, carol.id).category == "OFFLINE"


def test_has_registered_interest_in_one_direction_only(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.register(alice, [carol.id])
    assert world.presences.seen_by(carol, alice.id).category == "OFFLINE"


@pytest.mark.parametrize(
    ("category", "to_others"),
    [
        ("AVAILABLE", "AVAILABLE"),
        ("BUSY", "BUSY"),
        ("DO_NOT_DISTURB", "AWAY"),
        ("ON_THE_PHONE", "ON_THE_PHONE"),
        ("BE_RIGHT_BACK", "AWAY"),
        ("IN_A_MEETING", "IN_A_MEETING"),
        ("AWAY", "AWAY"),
        ("OUT_OF_OFFICE", "OUT_OF_OFFICE"),
        ("OFF_WORK", "OFFLINE"),
        ("OFFLINE", "OFFLINE"),
    ],
)
def test_another_company_sees_a_category_as_documented(
    world: World, named: Named, category: str, to_others: str
) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.register(alice, [carol.id])
    world.presences.set(carol, category)
    world.clock.advance(60)
    seen = world.presences.seen_by(alice, carol.id)
    assert seen.category == to_others
    assert (seen.at == world.clock.now()) == (to_others == "OFFLINE")


def test_a_local_query_shows_other_companies_offline(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.register(alice, [carol.id])
    world.clock.advance(60)
    seen = world.presences.seen_by(alice, carol.id, local=True)
    assert (seen.category, seen.at) == ("OFFLINE", world.clock.now())


def test_an_unknown_user_has_no_presence(world: World, named: Named) -> None:
    with pytest.raises(UnknownUser):
        world.presences.seen_by(named("alice"), user_id(190, 9999))


def test_an_unknown_id_registers_nothing(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    with pytest.raises(UnknownUser):
        world.presences.register(alice, [carol.id, user_id(190, 9999)])
    assert world.presences.seen_by(alice, carol.id).category == "OFFLINE"


# --- setting ---


def test_a_change_ends_in_one_event(world: World, named: Named) -> None:
    alice, before = named("alice"), len(world.events.recent)
    presence = world.presences.set(alice, "AWAY")
    (event,) = list(world.events.recent)[before:]
    assert (event.kind, event.by, event.to, event.about.presence) == (
        "presence changed",
        alice.id,
        (alice.id,),
        presence,
    )


@pytest.mark.parametrize("category", ["UNDEFINED", "available", "", "GONE_FISHING"])
def test_what_is_no_category_changes_nothing(world: World, named: Named, category: str) -> None:
    alice, before = named("alice"), len(world.events.recent)
    with pytest.raises(Invalid):
        world.presences.set(alice, category)
    assert world.presences.own(alice).category == "AVAILABLE"
    assert len(world.events.recent) == before


def test_softly_who_is_offline_stays_so(world: World, named: Named) -> None:
    frank = named("frank")
    assert world.presences.set(frank, "BUSY", soft=True).category == "OFFLINE"
    assert world.presences.own(frank).category == "OFFLINE"
    world.presences.set(frank, "BUSY")
    assert world.presences.set(frank, "AWAY", soft=True).category == "AWAY"


def test_may_set(world: World, named: Named) -> None:
    alice, bob, bot = named("alice"), named("bob"), named("acme-bot")
    assert world.presences.set_of(alice, alice.id, "AWAY").user == alice.id
    assert world.presences.set_of(alice, None, "BUSY").user == alice.id
    with pytest.raises(RoleMissing):
        world.presences.set_of(alice, bob.id, "AWAY")
    with pytest.raises(RoleMissing):
        world.presences.set_of(bot, bob.id, "AWAY")
    assert world.presences.own(bob).category == "BUSY"


@pytest.mark.parametrize("role", ["USER_PROVISIONING", "USER_PRESENCE_UPDATE"])
def test_may_set_with_the_privilege_and_only_in_the_own_company(world: World, named: Named, role: str) -> None:
    bot, bob = with_role(world, named("acme-bot"), role), named("bob")
    assert world.presences.set_of(bot, bob.id, "AWAY").user == bob.id
    assert world.events.recent[-1].by == bot.id
    with pytest.raises(RoleMissing):
        world.presences.set_of(bot, named("carol").id, "AWAY")
    with pytest.raises(UnknownUser):
        world.presences.set_of(bot, user_id(190, 9999), "AWAY")


def test_is_released(world: World, named: Named) -> None:
    bot, bob = with_role(world, named("acme-bot"), "USER_PRESENCE_UPDATE"), named("bob")
    released = {"AVAILABLE", "BUSY", "ON_THE_PHONE", "AWAY"}
    for category in released:
        assert world.presences.set_released(bot, bob.id, category).category == category
    before = world.presences.own(bob)
    for category in set(CATEGORIES) - released:
        with pytest.raises(Forbidden):
            world.presences.set_released(bot, bob.id, category)
    assert world.presences.own(bob) == before


# --- listing ---


def test_may_list_all(world: World, named: Named) -> None:
    for name in ("alice", "acme-bot", "heidi"):
        with pytest.raises(RoleMissing):
            world.presences.listed(named(name), 0, 10)


@pytest.mark.parametrize("role", ["USER_PROVISIONING", "USER_PRESENCE_UPDATE"])
def test_may_list_all_with_the_role_by_pages_of_ids(world: World, named: Named, role: str) -> None:
    bot = with_role(world, named("acme-bot"), role)
    whole = world.presences.listed(bot, 0, 1000)
    company = sorted(user.id for user in world.users.book if user.company_id == 190)
    assert [each.user for each in whole] == company
    assert shown(whole)[named("bob").id] == "BUSY"
    assert [each.user for each in world.presences.listed(bot, company[2], 3)] == company[2:5]
    assert world.presences.listed(bot, company[-1] + 1, 10) == []


# --- feeds ---


def test_a_feed_tells_first_who_is_not_offline_and_then_what_changed(world: World, named: Named) -> None:
    alice, bob, frank = named("alice"), named("bob"), named("frank")
    world.presences.set(named("ivan"), "OFFLINE")
    feed = world.presences.create_feed(frank).id
    assert shown(world.presences.read_feed(frank, feed)) == {
        alice.id: "AVAILABLE",
        bob.id: "BUSY",
        named("heidi").id: "AVAILABLE",
    }
    assert world.presences.read_feed(frank, feed) == []
    world.presences.set(bob, "AWAY")
    world.presences.set(alice, "OFFLINE")
    world.presences.set(bob, "IN_A_MEETING")
    assert shown(world.presences.read_feed(frank, feed)) == {alice.id: "OFFLINE", bob.id: "IN_A_MEETING"}
    assert world.presences.read_feed(frank, feed) == []


def test_a_feed_has_colleagues_only(world: World, named: Named) -> None:
    alice, carol = named("alice"), named("carol")
    world.presences.register(alice, [carol.id])
    feed = world.presences.create_feed(alice).id
    assert carol.id not in shown(world.presences.read_feed(alice, feed))
    world.presences.set(carol, "BUSY")
    assert world.presences.read_feed(alice, feed) == []


def test_a_feed_gives_500_at_a_read_and_the_rest_next_time(world: World, named: Named) -> None:
    alice = named("alice")
    extra = grown(world, named("frank"), 2 * MOST_IN_A_READ)
    for user in extra:
        world.presences.set(user, "BUSY")
    feed = world.presences.create_feed(alice).id
    told = [world.presences.read_feed(alice, feed) for _ in range(4)]
    assert [len(each) for each in told] == [500, 500, 4, 0]
    assert {each.user for read in told for each in read} >= {user.id for user in extra}


def test_a_feed_never_tells_of_who_was_offline_before_its_first_read(world: World, named: Named) -> None:
    alice = named("alice")
    extra = grown(world, named("frank"), MOST_IN_A_READ + 2)
    for user in extra:
        world.presences.set(user, "BUSY")
    feed = world.presences.create_feed(alice).id
    world.presences.set(extra[-1], "OFFLINE")
    assert len(world.presences.read_feed(alice, feed)) == MOST_IN_A_READ
    world.presences.set(extra[0], "OFFLINE")
    rest = shown(world.presences.read_feed(alice, feed))
    assert extra[-1].id not in rest
    assert rest[extra[0].id] == "OFFLINE"


def test_feeds_do_not_disturb_each_other(world: World, named: Named) -> None:
    alice, bob = named("alice"), named("bob")
    one, other = world.presences.create_feed(alice).id, world.presences.create_feed(alice).id
    assert one != other
    first = shown(world.presences.read_feed(alice, one))
    world.presences.set(bob, "AWAY")
    assert shown(world.presences.read_feed(alice, one)) == {bob.id: "AWAY"}
    assert shown(world.presences.read_feed(alice, other)) == first | {bob.id: "AWAY"}


def test_a_read_after_many_changes_costs_by_the_size_of_the_company(world: World, named: Named) -> None:
    alice, bob = named("alice"), named("bob")
    feed = world.presences.create_feed(alice).id
    world.presences.read_feed(alice, feed)
    for number in range(5000):
        world.presences.set(bob, "AWAY" if number % 2 else "BUSY")
    changes = len(world.presences._changes.of(190))
    assert changes < 200
    assert shown(world.presences.read_feed(alice, feed)) == {bob.id: "AWAY"}


def test_owns_feed(world: World, named: Named) -> None:
    feed = world.presences.create_feed(named("alice")).id
    for ask in (world.presences.read_feed, world.presences.delete_feed):
        with pytest.raises(Forbidden):
            ask(named("bob"), feed)
    assert world.presences.read_feed(named("alice"), feed)


def test_a_deleted_feed_is_unknown_as_one_that_never_was(world: World, named: Named) -> None:
    alice = named("alice")
    feed = world.presences.create_feed(alice).id
    assert world.presences.delete_feed(alice, feed).id == feed
    for feed_id in (feed, "c4dca251-8639-48db-a9d4-f387089e17cf"):
        for ask in (world.presences.read_feed, world.presences.delete_feed):
            with pytest.raises(UnknownPresenceFeed):
                ask(alice, feed_id)


def test_a_snapshot_holds_presences_feeds_and_interests(world: World, named: Named) -> None:
    alice, bob, carol = named("alice"), named("bob"), named("carol")
    feed = world.presences.create_feed(alice).id
    world.presences.read_feed(alice, feed)
    world.presences.register(alice, [carol.id])
    before = world.snapshot()
    for _ in range(2):
        world.presences.set(bob, "AWAY")
        assert shown(world.presences.read_feed(alice, feed)) == {bob.id: "AWAY"}
        world.clock.advance(2 * HOUR)
        world.restore(before)
        assert world.presences.own(bob).category == "BUSY"
        assert world.presences.seen_by(alice, carol.id).category == "AVAILABLE"
        assert world.presences.read_feed(alice, feed) == []
