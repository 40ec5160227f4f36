"""What people would say and show next in a world as it is: for one that lives while it is served."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from emulator.seeding.corpus import corpus
from emulator.seeding.days import HOUR, MINUTE, Days, Weighted
from emulator.seeding.market import Choice, Market
from emulator.seeding.people import People
from emulator.seeding.phrases import Phrases
from emulator.seeding.places import Places
from emulator.seeding.slots import Slots
from emulator.seeding.talk import Said, Talk

if TYPE_CHECKING:
    from emulator.seeding.people import Person
    from emulator.seeding.places import Place
    from emulator.world.world import World

_AT_NIGHT = 0.02
"""How much is said where nobody works at this hour, against the rest: something is, when it is night everywhere."""


class Life:
    """Draws from the corpus for the people and rooms of a world at a moment; good for an hour."""

    def __init__(self, world: World, seed: int) -> None:
        read, now = corpus(), world.clock.now()
        self.until = now + HOUR
        people = People(world, read, seed)
        people.take_in()
        self._days = Days(read, now // MINUTE * MINUTE)
        slots = Slots(read, Market(read, seed, self._days.zone("Europe/London").days), self._days, seed, people.firms)
        self._talk = Talk(world, read, self._days, slots, Phrases(slots), seed)
        self._rhythm = read.rhythm
        self._people = people.all
        self._places = Places(world, read, people, seed).existing()
        self._dice = random.Random(f"{seed} life {now}")  # noqa: S311 - it decides who chats
        for place in self._places:
            place.dice = self._dice
        self._busy = Weighted(place.weight * self._awake(place, now) for place in self._places)

    def _awake(self, place: Place, now: int) -> float:
        """How much is said in a place at this hour there."""
        curve = self._rhythm["hours"][self._rhythm["hours"]["by_kind"][place.kind]]
        day, minute = self._days.zone(place.zone).local(now)
        return _AT_NIGHT + (curve.get(minute // 60, 0.0) if day.weekday() < 5 else 0.0)

    def thread(self, now: int) -> tuple[Place, list[Said]] | None:
        """What somebody says now, and what is answered to it; None where nobody has anything to say."""
        if not self._places:
            return None
        place = self._places[self._busy.draw(self._dice)]
        said = self._talk.begun(place, now)
        return (place, said) if said else None

    def shown(self, now: int) -> tuple[Person, str] | None:
        """Somebody, and the presence that they show from now on."""
        if not self._people:
            return None
        person = self._dice.choice(self._people)
        day, minute = self._days.zone(person.zone).local(now)
        mix = self._rhythm["presence"].get(minute // 60) if day.weekday() < 5 else None
        return person, str(Choice(mix or {"OFFLINE": 0.8, "AWAY": 0.2}).draw(self._dice))

    def pause(self, seconds: float) -> int:
        """A pause (ms) of so many seconds on average."""
        return round(1_000 * self._dice.expovariate(1 / seconds))
