"""Feeds through a long life of readers that crash, ack late or never, and come back, with resets between: nothing is
lost, nothing is doubled, nothing is of another life."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from emulator.world import World, datafeeds
from emulator.world.datafeeds import MOST_EVENTS, VISIBILITY
from emulator.world.messages import Content, Origin
from emulator.world.streams import RoomAttributes

HELLO = Content(presentationml="<div>hello</div>", words=("hello",))
ORIGIN = Origin(session="s")


class Reader:
    """One of the instances of a bot, which share a feed: it reads, and crashes or acknowledges."""

    def __init__(self) -> None:
        self.ack: str | None = None
        self.took: list[str] = []


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost_or_doubled(world: World, seed: int) -> None:
    chance = random.Random(seed)
    alice, bob = world.users.named("alice"), world.users.named("bob")
    feed = world.datafeeds.create(bob).id
    ids: Counter[str] = Counter()
    for _ in range(5):  # each a life of the world
        snapshot = world.snapshot()
        room = world.rooms.open(alice, RoomAttributes(name="Feed"))
        world.rooms.let_in(alice, room, bob)
        said: list[str] = []
        done: list[str] = []
        delivered: set[str] = set()
        readers = [Reader() for _ in range(3)]

        def read(reader: Reader) -> None:
            entries, ack = world.datafeeds.take(bob, feed, reader.ack)
            if reader.ack:
                done.extend(reader.took)  # noqa: B023 - of this life
            assert len(entries) <= MOST_EVENTS
            reader.ack, reader.took = ack, []
            for entry in entries:
                if entry.id not in delivered:  # noqa: B023
                    ids[entry.id] += 1
                    delivered.add(entry.id)  # noqa: B023
                if entry.event.kind == "MESSAGESENT":
                    reader.took.append(entry.event.about.message.message.id)

        for _ in range(500):
            what = chance.random()
            if what < 0.7:
                said.append(world.messages.post(alice, room, HELLO, ORIGIN).id)
            elif what < 0.95:
                read(chance.choice(readers))
            else:  # it crashes: what it took comes again to another, when half a minute is over
                readers[chance.randrange(3)] = Reader()
                world.clock.advance(VISIBILITY / 1000 + 1 if chance.random() < 0.5 else 1)
        world.clock.advance(VISIBILITY / 1000 + 1)
        last = Reader()
        for _ in range(len(said) // MOST_EVENTS + 3):
            read(last)
        assert set(done) == set(said), "none is lost, and none is of another life"
        world.restore(snapshot)
    assert set(ids.values()) == {1}, "no id of an event comes in two lives"


def test_readers_that_share_a_feed_in_time_get_each_event_once(world: World) -> None:
    alice, chance = world.users.named("alice"), random.Random(1)
    feed = world.datafeeds.create(alice).id
    room = world.rooms.open(alice, RoomAttributes(name="Feed"))
    said, got = [], []
    for _ in range(400):
        said.append(world.messages.post(alice, room, HELLO, ORIGIN).id)
        if chance.random() < 0.2:
            entries, _ = world.datafeeds.take(alice, feed, None)  # whoever reads, what another took is not to be had
            got += [entry.event.about.message.message.id for entry in entries if entry.event.kind == "MESSAGESENT"]
    entries, _ = world.datafeeds.take(alice, feed, None)
    got += [entry.event.about.message.message.id for entry in entries if entry.event.kind == "MESSAGESENT"]
    assert got == said


def test_what_waits_is_bounded_and_the_newest_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datafeeds, "MOST_QUEUED", 10)
    alice = world.users.named("alice")
    feed = world.datafeeds.create(alice)
    room = world.rooms.open(alice, RoomAttributes(name="Feed"))
    for number in range(30):
        world.rooms.update(alice, room.id, {"description": str(number)})
    entries, _ = world.datafeeds.take(alice, feed.id, None)
    told = [entry.event.about.new_room_properties.stream.room.description for entry in entries]
    assert told == [str(number) for number in range(20, 30)]
