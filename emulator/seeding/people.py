"""Who works in a grown world: people of several companies, at desks, in places, with titles that fit."""

from __future__ import annotations

import random
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from emulator.seeding.days import HOUR, Weighted
from emulator.seeding.market import Choice
from emulator.seeding.workdays import DAY
from emulator.world.companies import Company
from emulator.world.users import NORMAL, SYSTEM, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.seeding.corpus import Corpus
    from emulator.seeding.days import Days
    from emulator.world.world import World

MANY = 50
"""So many people to be added make more companies than the world has."""
BOTS_FROM = 100
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d"})
_ANYBODY_LIKE: dict[str, tuple[str, str]] = {
    "Trader": ("Fixed Income", "Credit"),
    "Sales": ("Equities", "Cash Equities"),
}


@dataclass(slots=True, eq=False)
class Person:
    """A user as those who speak know them. `voice` is how much they say, `zone` their clock."""

    user: User
    function: str
    seniority: int
    desk: str
    department: str
    location: str
    zone: str
    firm: str
    company: int
    capital: bool
    brief: bool
    voice: float

    @property
    def id(self) -> int:
        return self.user.id

    def part(self, name: str) -> str:
        """A field of the person, as `{a.first}` names it."""
        user = self.user
        if name == "first":
            return user.first_name or user.display_name
        if name == "last":
            return user.last_name or user.display_name
        if name == "phone":
            return user.work_phone or f"x{2100 + user.id % 5_800}"
        if name == "name":
            return user.display_name
        return str(
            {"desk": self.desk, "city": self.location, "firm": self.firm, "title": user.title, "id": user.id}[name]
        )


class People:
    """All who can speak in a world that grows: those who were there and those who are added."""

    def __init__(self, world: World, corpus: Corpus, seed: int) -> None:
        self._world, self._corpus, self._seed = world, corpus, seed
        self._part = corpus.people
        self.kinds = self._kinds()
        self.all: list[Person] = []
        self.bots: list[Person] = []
        self.first: list[Person] = []
        """Whom demos and tests act for: the first two of the pod, and whom they are connected to."""

    @property
    def firms(self) -> dict[str, list[str]]:
        """The names of firms by kind, for those that are only talked about too."""
        found: dict[str, list[str]] = {}
        for part in self._part["companies"]:
            found.setdefault(part["kind"], []).append(part["name"])
        return found

    # --- companies ---

    def _kinds(self) -> dict[int, str]:
        """The kind of each company: the first is a bank, the others follow as the corpus lists them."""
        kinds = [part["kind"] for part in self._part["companies"] if part["share"]]
        return {company.id: kinds[at % len(kinds)] for at, company in enumerate(self._world.companies.book)}

    def _found_companies(self) -> None:
        for part in self._part["companies"]:
            if part["share"] and part["kind"] not in self.kinds.values():
                pod = max(self.kinds) + 1
                self._world.companies.add(Company(id=pod, name=part["name"]))
                self.kinds[pod] = part["kind"]

    def _share(self, pod: int) -> float:
        return next(float(part["share"]) for part in self._part["companies"] if part["kind"] == self.kinds[pod])

    # --- who was there ---

    def everywhere(self, desks: list[str]) -> bool:
        """Whether the home company could have one of these desks."""
        listed = self._part["desks"][self.kinds[self._world.companies.home.id]]
        return not {*listed, *(desk for department in listed.values() for desk in department)}.isdisjoint(desks)

    def take_in(self) -> None:
        """Those who are there already: at desks that fit what they are called."""
        world = self._world
        barred = (
            {user for group in world.barriers.groups for user in group.members} if len(world.barriers.book) else set()
        )
        for user in world.users.book:
            if user.enabled and user.account_type == NORMAL:
                person = self._known(user)
                self.all.append(person)
                if user.company_id == world.companies.home.id and len(self.first) < 2 and user.title:
                    self.first.append(person)
            elif user.enabled and user.account_type == SYSTEM and user.roles <= {"INDIVIDUAL"}:
                self.bots.append(self._known(user))
        named = {person.id for person in self.first}
        for person in self.all:
            if person.company != world.companies.home.id and any(
                world.connections.connected(world.users.book[user], person.user) for user in named
            ):
                self.first.append(person)
        # Who stands behind a barrier says nothing in rooms of others: whom it parts is for its own tests.
        free = named | {person.id for person in self.all if person.id not in barred}
        self.all = [person for person in self.all if person.id in free]

    def _known(self, user: User) -> Person:
        title = user.title or ""
        functions = self._part["functions"]
        function = next(
            (name for name, titles in functions.items() if any(title == each[0] for each in titles)), "sales"
        )
        department, desk = _ANYBODY_LIKE.get(title, (user.department or "", user.department or ""))
        location = user.location if user.location in self._part["locations"] else "London"
        assert location is not None
        return self._person(user, function, 3, desk, department, location)

    def _person(self, user: User, function: str, seniority: int, desk: str, department: str, place: str) -> Person:
        dice = random.Random(f"{self._seed} voice {user.id}")  # noqa: S311 - the same seed, the same world
        style, voices = self._corpus.rhythm["style"], self._corpus.rhythm["voices"]
        return Person(
            user=user,
            function=function,
            seniority=seniority,
            desk=desk,
            department=department,
            location=place,
            zone=self._part["locations"][place]["zone"],
            firm=self._world.companies.of(user.company_id).name,
            company=user.company_id,
            capital=dice.random() < style["capitals"],
            brief=dice.random() < style["brief"],
            voice=voices["seniority"][seniority] * dice.lognormvariate(0, voices["spread"]),
        )

    # --- who is added ---

    def add(self, count: int, tell: Callable[[int], None]) -> None:
        """Add so many users, bots among them, to all companies by their share."""
        if count >= MANY:
            self._found_companies()
        shares = Weighted(self._share(pod) for pod in self.kinds)
        pods = list(self.kinds)
        bots = self._part["bots"] if count >= BOTS_FROM else []
        for number in range(1, count + 1):
            dice = random.Random(f"{self._seed} person {number}")  # noqa: S311
            if number <= len(bots):
                self._bot(bots[number - 1])
            else:
                # Spread evenly, so that few people are of all companies as many are.
                at = (number * 0.6180339887) % 1 * shares.total
                pod = pods[bisect_right(shares.cumulated, at, 0, len(pods) - 1)]
                self._human(pod, dice)
            tell(number)

    def _bot(self, part: dict[str, Any]) -> None:
        home = self._world.companies.home.id
        username = self._free(part["username"], home)
        user = self._world.users.add(
            User(
                id=self._world.users.next_id(home),
                username=username,
                email=f"{username}@{self._domain(home)}",
                display_name=part["name"],
                account_type=SYSTEM,
                created_at=self._world.clock.now() - 400 * DAY,
            )
        )
        self.bots.append(self._person(user, "bot", 2, "", "", "London"))

    def _human(self, pod: int, dice: random.Random) -> None:
        part = self._part
        department, desk, facts = self._desks(self.kinds[pod]).draw(dice)
        function = Choice(facts["fn"]).draw(dice)
        title, _, seniority = self._titles(function).draw(dice)
        locations = tuple(facts.get("only") or self.locations(pod))
        location = self._places(locations).draw(dice)
        place = part["locations"][location]
        names = part["names"]
        locale = Choice(place["names"]).draw(dice)
        listed = names[names["alias"].get(locale, locale)]
        first, last = dice.choice(listed["first"]), dice.choice(listed["last"])
        bare = unicodedata.normalize("NFKD", f"{first}.{last}".lower().translate(_LETTERS)).replace(" ", "")
        username = self._free(re.sub(r"[^a-z.]", "", bare), pod)
        now = self._world.clock.now()
        user = self._world.users.add(
            User(
                id=self._world.users.next_id(pod),
                username=username,
                email=f"{username}@{self._domain(pod)}",
                display_name=f"{first} {last}",
                first_name=first,
                last_name=last,
                title=title,
                division=department,
                department=desk,
                location=location,
                job_function=title,
                work_phone=_digits(place["phone"], dice),
                mobile_phone=_digits(place["mobile"], dice),
                created_at=now - dice.randrange(30 * DAY, 1_800 * DAY),
            )
        )
        self.all.append(self._person(user, function, seniority, desk, department, location))

    def _free(self, username: str, pod: int) -> str:
        book, number, free = self._world.users.book, 1, username
        while book.one_by("username", (pod, free)) is not None:
            number += 1
            free = f"{username}{number}"
        return free

    @cache  # noqa: B019 - as long-lived as the world that grows
    def _domain(self, pod: int) -> str:
        name = self._world.companies.of(pod).name
        known = next((part["domain"] for part in self._part["companies"] if part["name"] == name), None)
        return known or f"{name.split()[0].lower()}.example"

    @cache  # noqa: B019
    def _desks(self, kind: str) -> Choice:
        listed = {
            (department, desk): facts
            for department, desks in self._part["desks"][kind].items()
            for desk, facts in desks.items()
        }
        weights = Weighted(facts["weight"] for facts in listed.values())
        rows = [(department, desk, facts) for (department, desk), facts in listed.items()]
        return _Rows(rows, weights)

    @cache  # noqa: B019
    def _titles(self, function: str) -> Choice:
        rows = [tuple(row) for row in self._part["functions"][function]]
        return _Rows(rows, Weighted(row[1] for row in rows))

    @cache  # noqa: B019
    def locations(self, pod: int) -> tuple[str, ...]:
        """Where a company has offices."""
        kind = self.kinds[pod]
        return next(tuple(part["locations"]) for part in self._part["companies"] if part["kind"] == kind)

    @cache  # noqa: B019
    def _places(self, locations: tuple[str, ...]) -> Choice:
        return Choice({name: self._part["locations"][name]["weight"] for name in locations})

    # --- what they show ---

    def show(self, days: Days, dice: random.Random) -> None:
        """Everybody's presence, by the hour where they are; who was there before keeps their own."""
        world, now = self._world, self._world.clock.now()
        mixes = self._corpus.rhythm["presence"]
        for person in self.all:
            if person.id in world.presences.book:
                continue
            day, minute = days.zone(person.zone).local(now)
            mix = mixes.get(minute // 60) if day.weekday() < 5 else None
            category = Choice(mix or {"OFFLINE": 0.8, "AWAY": 0.2}).draw(dice)
            if category != "OFFLINE":
                world.presences.load(person.user, category, now - 1_000 - dice.randrange(2 * HOUR))


class _Rows(Choice):
    """Draws one of some rows, by weights of their own."""

    __slots__ = ()

    def __init__(self, rows: list[Any], weights: Weighted) -> None:
        super().__init__(rows)
        self._weights = weights


def _digits(form: str, dice: random.Random) -> str:
    return re.sub("[#N]", lambda match: dice.choice("0123456789" if match[0] == "#" else "23456789"), form)
