"""Growth: many users, rooms and messages out of Faker, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.seeding.load import plain
from emulator.world.messages import Origin
from emulator.world.streams import RoomAttributes
from emulator.world.users import User

if TYPE_CHECKING:
    from emulator.world.streams import Stream
    from emulator.world.world import World

_DEPARTMENTS = ("Trading", "Research", "Sales", "Operations", "Compliance", "Technology", "Treasury")
_TAGS = ("rates", "fx", "credit", "equities", "bunds", "gilts", "oil", "carbon", "ipo", "earnings")
_TICKERS = ("IBM", "AAPL", "MSFT", "GS", "JPM", "BP", "SAP", "NESN", "TSLA", "EURUSD")
_DAY = 86_400_000
_SEATS = 12

Progress = Callable[[str, int, int], None]


def grow(
    world: World, *, users: int = 0, rooms: int = 0, messages: int = 0, seed: int = 0, progress: Progress | None = None
) -> None:
    """Add so many users, rooms and messages to the pod that is served. `progress` hears what, how many, of how many."""
    from faker import Faker

    fake = Faker()
    fake.seed_instance(seed)
    dice = random.Random(seed)  # noqa: S311 - the same seed has to give the same world
    tell = progress or (lambda what, done, total: None)
    now = world.clock.now()
    home = world.companies.home.id
    people = [user for user in world.users.book.by("company", home) if user.enabled and user.account_type == "NORMAL"]
    for number in range(1, users + 1):
        first, last = fake.first_name(), fake.last_name()
        username = f"{first}.{last}.{number}".lower().replace(" ", "")
        people.append(
            world.users.add(
                User(
                    id=world.users.next_id(home),
                    username=username,
                    email=f"{username}@{world.companies.home.name.split()[0].lower()}.example",
                    display_name=f"{first} {last}",
                    first_name=first,
                    last_name=last,
                    title=fake.job()[:60],
                    department=dice.choice(_DEPARTMENTS),
                    location=fake.city(),
                )
            )
        )
        tell("users", number, users)
    streams: list[tuple[Stream, list[int]]] = []
    for number in range(1, rooms + 1):
        created = now - dice.randrange(_DAY, 365 * _DAY)
        owner = dice.choice(people)
        public = dice.random() < 0.2
        room = world.rooms.open(
            owner,
            RoomAttributes(
                name=f"{fake.bs().title()[:40]} {number}",
                description=f"{fake.catch_phrase()} #{dice.choice(_TAGS)}",
                public=public,
                discoverable=public or dice.random() < 0.3,
                members_can_invite=public,
                view_history=public or dice.random() < 0.5,
            ),
            at=created,
        )
        seated = {owner.id}
        for member in dice.sample(people, min(len(people), dice.randrange(2, _SEATS))):
            if member.id not in seated:
                seated.add(member.id)
                world.streams.seat(room, member.id, at=created)
        streams.append((room, sorted(seated)))
        tell("rooms", number, rooms)
    _say(world, streams or _existing(world), messages, dice, tell)


def _existing(world: World) -> list[tuple[Stream, list[int]]]:
    return [
        (stream, sorted(world.streams.member_ids(stream.id)))
        for stream in world.streams.book
        if stream.room is not None and stream.active and not stream.room.read_only
    ]


def _say(
    world: World, streams: list[tuple[Stream, list[int]]], messages: int, dice: random.Random, tell: Progress
) -> None:
    from faker import Faker

    if not streams:
        return
    fake = Faker()
    fake.seed_instance(dice.randrange(2**32))
    sentences = [fake.sentence() for _ in range(min(messages, 2_000))]
    origin = Origin(session=world.ids.uuid())
    last: dict[str, int] = {}
    now = world.clock.now()
    for number in range(1, messages + 1):
        stream, members = dice.choice(streams)
        # Each stream's talk runs forward from its creation, and ends before now.
        start = last.get(stream.id, stream.created_at)
        at = min(now - 1, start + dice.randrange(1_000, 6 * 3_600_000))
        last[stream.id] = at
        text = dice.choice(sentences)
        content = plain(text)
        world.messages.load(world.users.get(dice.choice(members)), stream, content, origin, at=at)
        tell("messages", number, messages)
