"""Where people talk in a grown world: rooms, IMs and multi-party IMs, who is in them and how busy they are."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from emulator.seeding.days import OLDEST, Weighted
from emulator.seeding.market import Choice
from emulator.seeding.workdays import DAY
from emulator.world.streams import RoomAttributes, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from emulator.seeding.corpus import Corpus
    from emulator.seeding.people import People, Person
    from emulator.world.streams import Stream
    from emulator.world.world import World

_FIRST_ROOMS = (14, 10)
"""In so many of the busiest rooms are those whom demos act for."""
_PLAYERS_IMS = 8
_IM_PLACES = "IM", "MIM"
_TRADE = frozenset("dealer pm trader sales treasury broker custody ops collateral middle coverage syndicate".split())
_NAME_LENGTH = 50


@dataclass(slots=True, eq=False)
class Place:
    """A stream in which people talk. `outside` are those of other companies; `weight` is its share of the messages;
    `oldest` and `youngest` bound the age in days of what is said."""

    stream: Stream
    kind: str
    members: list[Person]
    owners: frozenset[int]
    location: str
    zone: str
    threads: tuple[tuple[str, float], ...]
    weight: float
    books: frozenset[str] = frozenset()
    language: str | None = None
    length: str = "short"
    about: dict[str, str] = field(default_factory=dict)
    bot: Person | None = None
    read_only: bool = False
    oldest: int = OLDEST
    youngest: int = 0
    outside: frozenset[int] = frozenset()
    dice: random.Random = field(default_factory=random.Random)

    @property
    def external(self) -> bool:
        return bool(self.outside)


class Places:
    """Makes the rooms and IMs of a world that grows."""

    def __init__(self, world: World, corpus: Corpus, people: People, seed: int) -> None:
        self._world, self._corpus, self._people, self._seed = world, corpus, people, seed
        self._now = world.clock.now()
        self._home = world.companies.home.id
        self._ours = [person for person in people.all if person.company == self._home]
        self._theirs: dict[int, list[Person]] = {}
        self._at: dict[str, list[Person]] = {}
        self._in: dict[str, list[Person]] = {}
        for person in people.all:
            if person.company == self._home:
                for key in {person.desk, person.department}:
                    self._at.setdefault(key, []).append(person)
                self._in.setdefault(person.location, []).append(person)
            else:
                self._theirs.setdefault(person.company, []).append(person)

    # --- rooms ---

    def rooms(self, count: int, tell: Callable[[int], None]) -> list[Place]:
        """So many rooms, the busiest first."""
        found: list[Place] = []
        for number, (part, name, rank, about) in enumerate(islice(self._listed(count), count)):
            found.append(self._room(number, part, name, rank, about))
            tell(len(found))
        return found

    def _listed(self, count: int) -> Iterator[tuple[dict[str, Any], str, int, dict[str, str]]]:
        """The rooms of the corpus by rank, those with a slot in their name as often as need be."""
        listed: list[tuple[int, int, dict[str, Any], str, dict[str, str]]] = []
        for at, part in enumerate(self._corpus.rooms["rooms"]):
            known = part["from"] == ["all"] or self._people.everywhere(part["from"])
            if not known or ("external" in part["flags"] and not self._firms(part)):
                continue
            names = self._names(part)
            for more, (name, about) in enumerate(islice(names, count if "{" in part["name"] else 1)):
                listed.append((part["rank"] + part.get("step", 3) * more, at, part, name, about))
        listed.sort(key=lambda each: each[:2])
        taken = {name_key(stream.room.name) for stream in self._world.streams.book if stream.room is not None}
        for rank, _, part, name, about in listed:
            if name_key(name) not in taken and len(name) <= _NAME_LENGTH:
                taken.add(name_key(name))
                yield part, name, rank, about

    def _names(self, part: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
        """The names that a room can have, and the slots that each decides."""
        form = part["name"]
        slots = self._corpus.slots
        if "{client}" in form and "external" in part["flags"]:
            firms = [self._world.companies.of(pod).name for pod in self._firms(part)]
            yield from ((form.format(client=_short(firm)), {}) for firm in firms)
            for pod, firm in zip(self._firms(part), firms, strict=True):
                for city in self._people.locations(pod):
                    yield f"{form.format(client=_short(firm))} {city}", {}
        elif "{client}" in form:
            for client in self._clients():
                yield form.format(client=client), {"client": client}
        elif "{project}" in form:
            for project in slots["general"]["project"]["choice"]:
                yield form.format(project=project), {"project": project}
        elif "{city}" in form:
            for city in self._corpus.people["locations"]:
                yield form.format(city=city), {}
        else:
            yield form, {}

    def _clients(self) -> Iterator[str]:
        yield from self._corpus.slots["clients"]
        made = self._corpus.slots["more_clients"]
        for last in made["last"]:
            for first in made["first"]:
                yield f"{first} {last}"

    def _firms(self, part: dict[str, Any]) -> list[int]:
        """The other companies that have people and are of a kind that the room is shared with."""
        return [pod for pod in self._theirs if self._people.kinds[pod] in part["with"]]

    def _room(self, number: int, part: dict[str, Any], name: str, rank: int, about: dict[str, str]) -> Place:
        dice = random.Random(f"{self._seed} room {number} {name}")  # noqa: S311 - the same seed, the same world
        rhythm = self._corpus.rhythm["rooms"]
        members = self._members(number, part, name, dice)
        owner = max(members, key=lambda person: (person.seniority, -person.id))
        outside: list[Person] = []
        firms: list[int] = []
        if "external" in part["flags"]:
            firms = self._firms(part)
            if "multilateral" not in part["flags"]:
                firms = [next((pod for pod in firms if self._called(pod, name)), dice.choice(firms))]
            outside = self._outside(number, firms, len(members), dice)
        old = dice.random() < rhythm["created"]["share_older_than_a_year"]
        days = dice.uniform(366, 1_400) if old else dice.uniform(20 if number < max(_FIRST_ROOMS) else 3, 365)
        created = self._now - round(days * DAY)
        public = "public" in part["flags"] and not outside
        city = self._city(part, name) or owner.location
        stream = self._world.rooms.open(
            owner.user,
            RoomAttributes(
                name=name,
                description=part["about"],
                public=public,
                discoverable=public or (not outside and dice.random() < 0.3),
                members_can_invite=public,
                read_only="readonly" in part["flags"],
                cross_pod=bool(outside),
                view_history=public or "history" in part["flags"],
                multilateral=len(firms) > 1,
            ),
            at=created,
        )
        seconds = [person for person in members if person.seniority >= 4 and person is not owner][:2]
        owners = frozenset({owner.id, *(person.id for person in seconds)})
        for person in (*members, *outside):
            if person is not owner:
                self._world.rooms.let_in(owner.user, stream, person.user, owner=person.id in owners, at=created)
        self._connect(members, outside, created)
        bot = self._bot(part["kind"], number)
        if bot is not None:
            self._world.rooms.let_in(owner.user, stream, bot.user, at=created)
        place = Place(
            stream=stream,
            kind=part["kind"],
            members=[*members, *outside],
            owners=owners,
            location=city,
            zone=self._corpus.people["locations"][city]["zone"],
            threads=tuple((kind, 1 / at) for at, kind in enumerate(part["threads"], 1)),
            weight=self._busy(rank) * (rhythm["busyness"]["external"] if outside else 1.0),
            books=frozenset(part.get("books", ())),
            language=part.get("lang"),
            length=part["length"],
            about=about,
            bot=bot,
            read_only="readonly" in part["flags"],
            oldest=min(OLDEST, int(days) - 1),
            outside=frozenset(person.id for person in outside),
            dice=dice,
        )
        if number >= max(_FIRST_ROOMS):
            self._fallen_silent(place, dice, rhythm)
        return place

    def _busy(self, rank: int) -> float:
        law: dict[str, float] = self._corpus.rhythm["rooms"]["busyness"]
        return float(1 / (rank + law["offset"]) ** law["exponent"])

    def _fallen_silent(self, place: Place, dice: random.Random, rhythm: dict[str, Any]) -> None:
        """Some rooms were never used, others no longer are."""
        fate = dice.random()
        if fate < rhythm["never_said"]:
            place.weight = 0.0
        elif fate < rhythm["never_said"] + rhythm["abandoned"] and place.oldest > 90:
            place.youngest = dice.randint(60, min(300, place.oldest - 10))
            if dice.random() < 0.5:
                place.stream = self._world.rooms.close(place.stream)

    def _members(self, number: int, part: dict[str, Any], name: str, dice: random.Random) -> list[Person]:
        """Two thirds from the desks of the room, a tenth from anywhere, the rest from where most of them are."""
        low, high = self._corpus.rooms["sizes"][part["size"]]
        if "external" in part["flags"]:
            low, high = max(2, low // 2), max(2, high // 2)
        size = min(dice.randint(low, high), len(self._ours))
        desks = part["from"]
        pool = self._ours if desks == ["all"] else [person for desk in desks for person in self._at.get(desk, ())]
        city = self._city(part, name)
        here = [person for person in pool if person.location == city] if city else []
        pool = here if len(here) >= 2 else (pool or self._ours)
        found = {person.id: person for person in self._sample(pool, max(2, size * 2 // 3), dice)}
        for person, rooms in zip(self._people.first[:2], _FIRST_ROOMS, strict=False):
            if number < rooms and "readonly" not in part["flags"]:
                found[person.id] = person
        if desks != ["all"]:
            for person in self._sample(self._ours, size // 10, dice):
                found[person.id] = person
        near = self._in.get(city or next(iter(found.values())).location, [])
        for person in self._sample(near, max(0, size - len(found)), dice):
            found[person.id] = person
        return list(found.values())

    def _city(self, part: dict[str, Any], name: str) -> str | None:
        """Where a room is that says so, by its name or its language."""
        for city in self._corpus.people["locations"]:
            if name.endswith(city) or city == part.get("at") or name.startswith((city, f"Desk {city}")):
                return str(city)
        for city, facts in self._corpus.people["locations"].items():
            if part.get("lang") is not None and facts.get("language") == part["lang"]:
                return str(city)
        return None

    @staticmethod
    def _sample(people: list[Person], count: int, dice: random.Random) -> list[Person]:
        return dice.sample(people, min(count, len(people)))

    def _called(self, pod: int, name: str) -> bool:
        return name.startswith(_short(self._world.companies.of(pod).name))

    def _outside(self, number: int, firms: list[int], size: int, dice: random.Random) -> list[Person]:
        """Those of other companies in a room: who trades or settles first, and whom the first ones are connected to."""
        found: dict[int, Person] = {}
        for pod in firms:
            trade = [person for person in self._theirs[pod] if person.function in _TRADE]
            for person in self._sample(trade or self._theirs[pod], max(2, size // len(firms)), dice):
                found[person.id] = person
            if number < _FIRST_ROOMS[0]:
                found |= {person.id: person for person in self._people.first[2:] if person.company == pod}
        return list(found.values())

    def _bot(self, kind: str, number: int) -> Person | None:
        bots = self._people.bots
        named = {part["username"]: part["rooms"] for part in self._corpus.people["bots"]}
        fitting = [bot for bot in bots if kind in named.get(bot.user.username, ())]
        if not fitting and len(bots) <= 1:
            fitting = bots
        return fitting[number % len(fitting)] if fitting else None

    def _connect(self, ours: Iterable[Person], theirs: Iterable[Person], at: int) -> None:
        """Everybody from outside knows somebody in the room."""
        ours = list(ours)
        for number, other in enumerate(theirs):
            for person in {ours[0].id: ours[0], ours[number % len(ours)].id: ours[number % len(ours)]}.values():
                self._connected(person, other, at)

    def _connected(self, one: Person, other: Person, at: int) -> None:
        if not self._world.connections.connected(one.user, other.user):
            self._world.connections.set(one.user, other.user, "ACCEPTED", at=at)

    # --- IMs ---

    def ims(self, count: int, parties: int) -> list[Place]:
        """So many IMs of two, or multi-party IMs where `parties` is more; the busiest first."""
        shares = self._corpus.rhythm["shares"]
        kinds = shares["im_kinds" if parties == 2 else "mim_kinds"]
        name = _IM_PLACES[parties > 2]
        dice = random.Random(f"{self._seed} {name}")  # noqa: S311
        voices = Weighted(person.voice for person in self._ours)
        mix = Choice(shares["im_partners"])
        found: list[Place] = []
        for number in range(count * 3):
            if len(found) == count or not self._ours:
                break
            first = self._people.first[:2]
            if number < len(first) * _PLAYERS_IMS:
                one = first[number % len(first)]
            else:
                one = self._ours[voices.draw(dice)]
            others = [
                self._partner(one, mix.draw(dice), dice) for _ in range(dice.randint(min(2, parties - 1), parties - 1))
            ]
            members = list({person.id: person for person in (one, *others)}.values())
            if len(members) < min(parties, 3):
                continue
            place = self._im(members, name, kinds, dice, number)
            if place is not None:
                place.weight = 1 / (len(found) + 6) ** 0.8
                found.append(place)
        return found

    def _partner(self, one: Person, which: str, dice: random.Random) -> Person:
        others = self._ours
        if which == "same desk":
            others = self._at.get(one.desk, self._ours)
        elif which == "other company" and self._theirs:
            others = self._theirs[list(self._theirs)[int(dice.random() * len(self._theirs))]]
        return others[int(dice.random() * len(others))]

    def _im(
        self, members: list[Person], name: str, kinds: dict[str, float], dice: random.Random, number: int
    ) -> Place | None:
        parties = tuple(sorted(person.id for person in members))
        if self._world.streams.book.one_by("parties", parties) is not None:
            return None
        days = dice.uniform(15, 700)
        created = self._now - round(days * DAY)
        outside = [person for person in members if person.company != self._home]
        ours = [person for person in members if person.company == self._home]
        for other in outside:
            for person in ours:
                self._connected(person, other, created)
        for at, other in enumerate(outside):
            for another in outside[at + 1 :]:
                self._connected(other, another, created)
        fitting = tuple((kind, weight) for kind, weight in kinds.items() if self._fits(kind, members))
        one = members[0]
        same = {person.location for person in members} == {one.location}
        spoken = self._corpus.people["locations"][one.location].get("language") if same else None
        share = self._corpus.rhythm["shares"]["other_language"].get(one.location, 0.0)
        return Place(
            stream=self._world.streams.open_im(one.user, parties, at=created),
            kind="desk",
            members=members,
            owners=frozenset(),
            location=one.location,
            zone=one.zone,
            threads=fitting,
            weight=0.0,
            language=spoken if dice.random() < share else None,
            oldest=min(OLDEST, int(days) - 1),
            outside=frozenset(person.id for person in outside),
            dice=random.Random(f"{self._seed} {name} {number}"),  # noqa: S311
        )

    def _fits(self, kind: str, members: list[Person]) -> bool:
        """Whether members of an IM are such as talk of this."""
        cast = self._corpus.kinds[kind]["cast"]
        for one in members:
            for other in members:
                if one is other:
                    continue
                pairs = (("a", one), ("b", other))
                if all("any" in cast[who] or person.function in cast[who] for who, person in pairs):
                    return True
        return False

    # --- where there are no new rooms ---

    def existing(self) -> list[Place]:
        """The rooms that the world has, for growth of messages alone and for what is said while it is served."""
        known = {person.id: person for person in (*self._people.all, *self._people.bots)}
        found: list[Place] = []
        for number, stream in enumerate(self._world.streams.book):
            if stream.room is None or not stream.active or stream.room.read_only:
                continue
            inside = [known[user] for user in sorted(self._world.streams.member_ids(stream.id)) if user in known]
            members = [person for person in inside if person.function != "bot"]
            if members:
                found.append(self._known(number, stream, members, [bot for bot in inside if bot not in members]))
        return found

    def _known(self, number: int, stream: Stream, members: list[Person], bots: list[Person]) -> Place:
        """A room that was there before: as the corpus has it, if it has one of this name, else as its members are."""
        assert stream.room is not None
        outside = frozenset(person.id for person in members if person.company != self._home)
        outside = outside if len(outside) < len(members) else frozenset()
        part, about = self._like(stream.room.name)
        kind = part["kind"] if part else "social" if stream.room.public else "desk"
        kinds = self._corpus.rhythm["shares"]["social_kinds" if kind == "social" else "im_kinds"]
        if part:
            kinds = {each: 1 / at for at, each in enumerate(part["threads"], 1)}
        city = (self._city(part, stream.room.name) if part else None) or members[0].location
        return Place(
            stream=stream,
            kind=kind,
            members=members,
            owners=frozenset(),
            location=city,
            zone=self._corpus.people["locations"][city]["zone"],
            threads=tuple(kinds.items()),
            weight=1 / (number + 2),
            books=frozenset(part.get("books", ())),
            language=part.get("lang"),
            length=part.get("length", "short"),
            about=about,
            bot=bots[0] if bots else None,
            oldest=max(0, min(OLDEST, (self._now - stream.created_at) // DAY - 1)),
            outside=outside,
            dice=random.Random(f"{self._seed} room {number}"),  # noqa: S311
        )

    def _like(self, name: str) -> tuple[dict[str, Any], dict[str, str]]:
        """What the corpus says of rooms of this name, with the slots that it decides; nothing if it has none."""
        known = {
            "project": self._corpus.slots["general"]["project"]["choice"],
            "city": self._corpus.people["locations"],
        }
        for pattern, part in self._patterns:
            match = pattern.fullmatch(name)
            slots = match.groupdict() if match is not None else {}
            if match is not None and all(value in known.get(slot, (value,)) for slot, value in slots.items()):
                decided = () if "external" in part["flags"] else ("client", "project")
                return part, {slot: value for slot, value in slots.items() if slot in decided}
        return {}, {}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        return [
            (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(part["name"]))), part)
            for part in self._corpus.rooms["rooms"]
        ]


def _short(firm: str) -> str:
    """A firm as people call it."""
    words = firm.split()
    while len(words) > 1 and words[-1] in ("Bank", "Capital", "Management", "Custody", "Asset", "Securities"):
        words.pop()
    return " ".join(words)


def shared_out(weights: list[float], count: int) -> list[int]:
    """`count` divided by these weights, to the last one."""
    if not any(weights):
        return [0] * len(weights)
    total = Weighted(weights)
    marks = [round(count * at / total.total) for at in total.cumulated]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]
