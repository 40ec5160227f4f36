"""Events: one class each, told to exactly those whom they concern."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.seeding.grow import grow
from emulator.world import World
from emulator.world.events import KINDS
from emulator.world.messages import Content, Message, Origin
from emulator.world.streams import RoomAttributes, Stream
from emulator.world.users import User

SAID = Content(presentationml="<div>hello</div>", words=("hello",), forms=("order",))
ORIGIN = Origin(session="s")


class Scene:
    """A room of two companies, and six kinds of people."""

    def __init__(self, world: World) -> None:
        self.world, self.rooms = world, world.rooms
        world.set(forms_from_users=True)
        self.alice, self.bob, self.frank, self.heidi = map(world.users.named, ("alice", "bob", "frank", "heidi"))
        self.carol, self.dave = (world.users.named(name, 191) for name in ("carol", "dave"))
        self.people = {
            self.alice: "who does it",
            self.frank: "whom it is done to",
            self.bob: "a member",
            self.carol: "a member of another company",
            self.heidi: "an officer outside",
            self.dave: "a stranger",
        }
        self.room = world.rooms.open(self.alice, RoomAttributes(name="Events", cross_pod=True))
        for user in (self.bob, self.carol):
            world.rooms.let_in(self.alice, self.room, user)

    def say(self, user: User) -> Message:
        return self.world.messages.post(user, self.room, SAID, ORIGIN)

    def stream(self) -> Stream:
        return self.world.streams.book[self.room.id]


MEMBERS = {"who does it", "a member", "a member of another company"}
DOES = {"who does it"}
ON = {"whom it is done to"}


def _suppress(scene: Scene) -> None:
    scene.world.messages.suppress(scene.alice, scene.say(scene.alice).id)


def _submit(scene: Scene) -> None:
    scene.rooms.let_in(scene.alice, scene.room, scene.frank)
    message = scene.say(scene.frank)
    scene.world.messages.submit(scene.alice, message.id, "order", (("action", "send"),))


def _leave(scene: Scene) -> None:
    scene.rooms.let_in(scene.alice, scene.room, scene.frank)
    scene.rooms.remove(scene.alice, scene.room.id, scene.frank.id)


def _reactivate(scene: Scene) -> None:
    scene.rooms.set_active(scene.alice, scene.room.id, False)
    scene.rooms.set_active(scene.alice, scene.room.id, True)


def _demote(scene: Scene) -> None:
    scene.rooms.promote(scene.alice, scene.room.id, scene.bob.id)
    scene.rooms.demote(scene.alice, scene.room.id, scene.bob.id)


def _accept(scene: Scene) -> None:
    scene.world.connections.request(scene.alice, scene.dave.id)
    scene.world.connections.accept(scene.dave, scene.alice.id)


SCENES: dict[str, tuple[Callable[[Scene], object], set[str]]] = {
    "MESSAGESENT": (lambda s: s.say(s.alice), MEMBERS),
    "MESSAGESUPPRESSED": (_suppress, MEMBERS),
    "SYMPHONYELEMENTSACTION": (_submit, ON),
    "INSTANTMESSAGECREATED": (lambda s: s.world.streams.im(s.alice, [s.frank.id]), DOES | ON),
    "ROOMCREATED": (lambda s: s.rooms.create(s.alice, RoomAttributes(name="Another", description="x")), DOES),
    "ROOMUPDATED": (lambda s: s.rooms.update(s.alice, s.room.id, {"description": "new"}), MEMBERS),
    "ROOMDEACTIVATED": (lambda s: s.rooms.set_active(s.alice, s.room.id, False), MEMBERS),
    "ROOMREACTIVATED": (_reactivate, MEMBERS),
    "USERJOINEDROOM": (lambda s: s.rooms.add(s.alice, s.room.id, s.frank.id), MEMBERS | ON),
    "USERLEFTROOM": (_leave, MEMBERS | ON),
    "ROOMMEMBERPROMOTEDTOOWNER": (lambda s: s.rooms.promote(s.alice, s.room.id, s.bob.id), MEMBERS),
    "ROOMMEMBERDEMOTEDFROMOWNER": (_demote, MEMBERS),
    "CONNECTIONREQUESTED": (
        lambda s: s.world.connections.request(s.alice, s.dave.id),
        DOES | {"a stranger"},
    ),
    "CONNECTIONACCEPTED": (_accept, DOES | {"a stranger"}),
}
"""By kind: what brings it about, and who of the six hears it, as production/agent_signals_events.md 4.2 says."""

PRODUCTIONS = [kind.name for kind in KINDS.values() if kind.payload is not None]


@pytest.mark.parametrize("kind", PRODUCTIONS)
def test_an_event_is_heard_by_those_whom_it_concerns(world: World, kind: str) -> None:
    assert kind in SCENES, f"say in SCENES of tests/world/test_events.py who hears {kind}"
    scene = Scene(world)
    feeds = {user: world.datafeeds.create(user) for user in scene.people}
    do, wanted = SCENES[kind]
    do(scene)
    heard = {user: [entry.event.kind for entry in feed.queue] for user, feed in feeds.items()}
    assert {scene.people[user] for user, kinds in heard.items() if kind in kinds} == wanted
    assert all(kinds.count(kind) <= 1 for kinds in heard.values())


def test_who_is_kept_from_an_author_hears_nothing_of_what_they_say(world: World) -> None:
    scene = Scene(world)
    ivan = world.users.named("ivan")
    world.rooms.let_in(scene.frank, scene.room, ivan)
    feed = world.datafeeds.create(ivan)
    scene.say(scene.alice)
    assert feed.queue == []
    heard = scene.say(scene.carol)
    assert [entry.event.about.message.message for entry in feed.queue] == [heard]


def test_our_own_events_are_in_no_feed(world: World) -> None:
    alice = world.users.named("alice")
    feed = world.datafeeds.create(alice)
    before = world.events.count
    world.presences.set(alice, "AWAY")
    signal = world.signals.create(alice, name="s", query="HASHTAG:a", visible=True, company_wide=False)
    world.signals.subscribe(world.users.named("heidi"), signal.id, None, pushed=False)
    world.signals.unsubscribe(world.users.named("heidi"), signal.id, None)
    told = [event.kind for event in world.events.recent if event.number > before]
    assert told == [
        "presence changed",
        "signal created",
        "signal subscribed",
        "signal unsubscribed",
    ]
    assert feed.queue == []


def test_what_is_arranged_in_silence_is_in_no_feed_and_changes_the_world(world: World) -> None:
    scene = Scene(world)
    feed = world.datafeeds.create(scene.bob)
    with world.arranged(silent=True):
        silent = scene.say(scene.alice)
    heard = scene.say(scene.alice)
    assert [entry.event.about.message.message.id for entry in feed.queue] == [heard.id]
    assert silent.id in world.messages.book
    assert [event.silent for event in list(world.events.recent)[-2:]] == [True, False]


def test_growth_of_a_living_world_is_heard(world: World) -> None:
    bob = world.users.named("bob")
    feed = world.datafeeds.create(bob)
    before = set(world.messages.book.records)
    grow(world, messages=40, seed=1)
    new = [message for message in world.messages.book if message.id not in before]
    mine = {message.id for message in new if world.streams.is_member(message.stream, bob.id)}
    heard = {entry.event.about.message.message.id: entry.event.at for entry in feed.queue}
    assert mine
    assert set(heard) == mine
    assert all(at == world.messages.book[message].at for message, at in heard.items())
