"""Growth: many users, rooms and messages out of the corpus, the same ones for the same seed and time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from emulator.seeding.corpus import corpus
from emulator.seeding.days import HOUR, MINUTE, Days
from emulator.seeding.market import Market
from emulator.seeding.people import People
from emulator.seeding.phrases import Phrases
from emulator.seeding.places import Place, Places, shared_out
from emulator.seeding.slots import Slots
from emulator.seeding.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.seeding.corpus import Corpus
    from emulator.seeding.people import Person
    from emulator.world.world import World


_PER_IM = 14
"""So many messages has an IM on average, and a multi-party one three times as many."""
_LAST_HOUR_ROOMS = 14
_LAST_HOUR_SHARE = 0.2


def grow(
    world: World,
    *,
    users: int = 0,
    rooms: int = 0,
    messages: int = 0,
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Add so many users, rooms and messages to the pod that is served and those it deals with. `progress` hears what,
    how many, of how many. The same seed gives the same growth at the same minute of the world's clock. ValueError where
    something is to become fewer."""
    if min(users, rooms, messages) < 0:
        raise ValueError(f"a world grows by 0 or more: {users} users, {rooms} rooms, {messages} messages")
    tell = progress or (lambda what, done, total: None)
    read = corpus()
    now = world.clock.now() // MINUTE * MINUTE
    people = People(world, read, seed)
    people.take_in()
    people.add(users, lambda done: tell("users", done, users))
    days = Days(read, now)
    places = Places(world, read, people, seed)
    made = places.rooms(rooms, lambda done: tell("rooms", done, rooms)) if people.all else []
    if users:
        people.show(days, random.Random(f"{seed} presence"))  # noqa: S311 - the same seed, the same world
    if messages:
        _speak(world, read, days, people, places, made, messages, seed, tell)
    if rooms:
        _add_signals(world, read, people, now)
    world.events.recent.clear()


def _speak(
    world: World,
    read: Corpus,
    days: Days,
    people: People,
    places: Places,
    rooms: list[Place],
    messages: int,
    seed: int,
    tell: Callable[[str, int, int], None],
) -> None:
    slots = Slots(read, Market(read, seed, days.zone("Europe/London").days), days, seed, people.firms)
    talk = Talk(world, read, days, slots, Phrases(slots), seed)
    shares = read.rhythm["shares"]
    ims: list[Place] = []
    mims: list[Place] = []
    if rooms:
        ims = places.ims(max(2, round(messages * shares["im"] / _PER_IM)), 2)
        mims = places.ims(max(1, round(messages * shares["mim"] / _PER_IM / 3)), 6)
    else:
        rooms = places.existing()
    groups = [(rooms, shares["room"]), (ims, shares["im"]), (mims, shares["mim"])]
    parts = [share if group else 0.0 for group, share in groups]
    done = 0
    for (group, _), part in zip(groups, shared_out(parts, messages), strict=True):
        counts = shared_out([place.weight for place in group], part)
        recent = _recent(group, part, read) if group is rooms else {}
        short = 0
        for place, count in zip(group, counts, strict=True):
            said = talk.fill(place, count + short, recent.get(place.stream.id, 0))
            short = count + short - said  # what one place could not say another does
            done += said
            tell("messages", done, messages)


def _recent(rooms: list[Place], messages: int, read: Corpus) -> dict[str, int]:
    """How many messages of the last hour each of the busiest rooms has."""
    wanted = max(messages * read.rhythm["ages"]["last_hour"], min(3.0 * _LAST_HOUR_ROOMS, messages * _LAST_HOUR_SHARE))
    busiest = [room for room in rooms if not room.read_only][:_LAST_HOUR_ROOMS]
    return {room.stream.id: max(1, round(wanted / len(busiest))) for room in busiest} if wanted >= 1 else {}


def _add_signals(world: World, read: Corpus, people: People, now: int) -> None:
    """Signals that match what is said, some of them of those whom demos act for."""
    owners = [*people.first[:1], *people.all[:60:7]]
    for number, part in enumerate(read.rhythm["signals"]):
        if owners:
            owner: Person = owners[number % len(owners)]
            world.signals.create(
                owner.user,
                name=part["name"],
                query=part["query"],
                visible=part.get("visible", True),
                company_wide=False,
                at=now - (number + 2) * 37 * HOUR,
            )
