"""What is said in a place: threads drawn, cast, dated and filled, and stored in the order of time."""

from __future__ import annotations

import math
import random
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.seeding.corpus import Turn
from emulator.seeding.days import MINUTE, Days, Weighted
from emulator.seeding.files import content_of
from emulator.seeding.slots import Slots, Values
from emulator.seeding.workdays import DAY, business_days, midnight
from emulator.world.attachments import Upload
from emulator.world.messages import Content, Message, Origin

if TYPE_CHECKING:
    from emulator.seeding.corpus import Corpus, Thread
    from emulator.seeding.days import Zone
    from emulator.seeding.people import Person
    from emulator.seeding.phrases import Phrase, Phrases
    from emulator.seeding.places import Place
    from emulator.world.world import World

_STEPS = 256
_TRIES = 8
_NOT_TWICE = 40
_MANY = 15
_SOON = 2_000
_AWAKE = 6 * 60 + 30, 19 * 60
"""When somebody who hears of a release is at work, in minutes of the day."""
_BEFORE_NOW = 1_500
_NEVER = 2**62
_NO_TRADE = frozenset(("support", "incident", "announcement", "social"))
"""Kinds of rooms in which nobody asks a bot for prices."""
_WEEKEND_CURVES = frozenset(("always", "social"))
_DAYS_OF_THEIR_OWN = frozenset(("monday", "friday", "monthend"))


class Said(NamedTuple):
    """A turn that was said: in the order of the place, by whom, through an app or not. `edits` is the number of the
    turn that it replaces."""

    at: int
    number: int
    person: Person
    content: Content
    uploads: tuple[Upload, ...]
    app: str | None
    edits: int | None
    suppressed_at: int | None


class Talk:
    """Draws what is said; `count` counts features, for the table of shares."""

    def __init__(self, world: World, corpus: Corpus, days: Days, slots: Slots, phrases: Phrases, seed: int) -> None:
        self._world, self._corpus, self._days, self._slots, self._phrases = world, corpus, days, slots, phrases
        self._now = days.now
        self._session = world.ids.uuid()
        self._origins: dict[str | None, Origin] = {}
        self._apps = [app.id for app in world.apps.book if app.enabled and app.automatic]
        self._delays = {name: _quantiles(*part) for name, part in corpus.delays.items() if isinstance(part, list)}
        self._incidents = self._drawn_incidents(seed)
        thumbs = corpus.rhythm["thumbs"]["of"]
        self._thumbs = [Turn(who="all", delay="quick", flags={}, variants=(text,)) for text in thumbs]
        self._casts: dict[tuple[str, tuple[str, ...], bool | None, bool], tuple[list[Person], Weighted] | None] = {}
        self._pairs: dict[tuple[str, str], dict[str, Person]] = {}

    # --- a place ---

    def fill(self, place: Place, count: int, recent: int) -> int:
        """Say so many messages in a place, the first `recent` of them within the last hour; how many were stored."""
        said = self.said(place, count, recent)
        made: dict[int, Message] = {}
        load = self._world.messages.load
        for each in sorted(said):
            origin = self._origins.get(each.app)
            if origin is None:
                origin = self._origins[each.app] = Origin(session=self._session, app=each.app)
            made[each.number] = load(
                each.person.user,
                place.stream,
                each.content,
                origin,
                at=each.at,
                uploads=each.uploads,
                replaces=None if each.edits is None else made.get(each.edits),
                suppressed_at=each.suppressed_at,
            )
        return len(said)

    def said(self, place: Place, count: int, recent: int = 0) -> list[Said]:
        """So many turns, thread after thread."""
        said: list[Said] = []
        threads, table = self._table(_signature(place))
        if not threads:
            return said
        self._casts.clear()
        self._pairs.clear()
        dice = place.dice
        lately: deque[int] = deque(maxlen=min(_NOT_TWICE, len(threads) // 2))
        misses = 0
        while len(said) < count and misses < 1_000:
            left = count - len(said)
            for _ in range(_TRIES):
                which = table.draw(dice)
                if which not in lately and len(threads[which].turns) <= left:
                    break
            before = len(said)
            self._thread(place, threads[which], dice, said, count, recent=before < recent)
            if len(said) == before:
                misses += 1
            else:
                misses = 0
                lately.append(which)
        return said

    @cache  # noqa: B019 - as long-lived as the world that grows
    def _table(self, place: _Signature) -> tuple[list[Thread], Weighted]:
        """The threads that a place may have, by how often."""
        rhythm = self._corpus.rhythm
        low, high = self._corpus.rooms["lengths"][place.length]
        threads: list[Thread] = []
        weights: list[float] = []
        for kind, weight in place.threads:
            listed = self._corpus.threads[kind]
            for language, part in _languages(listed, place.language):
                fitting = [thread for thread in listed if thread.language == language and _may_be_in(thread, place)]
                likely = [3.0 if low <= thread.longest <= high else 1.0 for thread in fitting]
                share = weight * part * self._corpus.kinds[kind]["share"] / sum(likely) if fitting else 0.0
                threads += fitting
                weights += [
                    share * each * math.prod(rhythm["favour"].get(feature, 1.0) for feature in thread.features)
                    for thread, each in zip(fitting, likely, strict=True)
                ]
        return threads, Weighted(weights)

    # --- a thread ---

    def _thread(
        self, place: Place, thread: Thread, dice: random.Random, said: list[Said], most: int, *, recent: bool
    ) -> None:
        start = self._start(place, thread, dice, recent)
        if start is not None:
            self._turns(place, thread, dice, said, most, *start, self._now - _BEFORE_NOW)

    def begun(self, place: Place, at: int) -> list[Said]:
        """A thread that begins at this moment, to its end; nothing where the place has none for any time."""
        threads, table = self._table(_signature(place))
        self._casts.clear()
        self._pairs.clear()
        said: list[Said] = []
        for _ in range(_TRIES if threads else 0):
            thread = threads[table.draw(place.dice)]
            if not said and self._any_time(place, thread, at):
                self._turns(place, thread, place.dice, said, len(thread.turns), at, None, _NEVER)
        return said

    def _any_time(self, place: Place, thread: Thread, at: int) -> bool:
        """Whether a thread that is not drawn by the clock may begin at a moment."""
        return thread.when is None and not thread.months and self._days.is_open(thread.kind, place.zone, at)

    def _turns(
        self,
        place: Place,
        thread: Thread,
        dice: random.Random,
        said: list[Said],
        most: int,
        at: int,
        release: str | None,
        until: int,
    ) -> None:
        """The turns of a thread that begins at a moment, as far as they lie before another."""
        cast = self._cast(place, thread, dice)
        if cast is None:
            return
        zone = self._days.zone(place.zone)
        age = zone.age(at)
        values = Values(self._slots, dice, age, zone.days[age])
        values.people, values.language = cast, self._slots.language(thread.language)
        values.update(place.about)
        self._slots.open_books(values, thread.books, place.location, zone, release)
        last: dict[int, int] = {}
        spoken = False
        for turn in thread.turns:
            if place.read_only and turn.who != "a":
                break
            at += self._after(turn, at, zone, dice)
            if at >= until or len(said) == most:
                break
            if "react" in turn.flags and dice.random() < 0.5:
                continue
            person = self._who(turn, place, cast, dice)
            phrase = self._put(turn, person, dice)
            if phrase.timed:
                values.at = zone.local(at)
            number = len(said)
            said.append(
                Said(
                    at=at,
                    number=number,
                    person=person,
                    content=phrase.content(values, capital=person.capital),
                    uploads=self._files(turn, values, zone, at),
                    app=self._app(turn, dice),
                    edits=last.get(person.id) if "edit" in turn.flags else None,
                    suppressed_at=min(at + 20_000 + dice.randrange(60_000), until + 1_000)
                    if "suppress" in turn.flags
                    else None,
                )
            )
            last[person.id] = number
            spoken = True
        else:
            if spoken and len(said) < most:
                self._thumb(place, thread, cast, values, said, until, dice)
        if spoken and len(cast) > 1:
            self._pairs[thread.kind, "".join(sorted(cast))] = cast

    def _thumb(
        self,
        place: Place,
        thread: Thread,
        cast: dict[str, Person],
        values: Values,
        said: list[Said],
        until: int,
        dice: random.Random,
    ) -> None:
        """Now and then somebody else who spoke has no more to say than that."""
        others = [cast[who] for who in sorted(thread.speakers & cast.keys()) if cast[who] is not said[-1].person]
        if place.read_only or not others or dice.random() >= self._corpus.rhythm["thumbs"]["share"]:
            return
        at = said[-1].at + self._after(self._thumbs[0], said[-1].at, self._days.zone(place.zone), dice)
        if at < until:
            turn = self._thumbs[int(dice.random() * len(self._thumbs))]
            person = others[int(dice.random() * len(others))]
            content = self._phrases.of(turn)[0].content(values)
            said.append(Said(at, len(said), person, content, (), None, None, None))

    def _after(self, turn: Turn, at: int, zone: Zone, dice: random.Random) -> int:
        """How long after the turn before (ms)."""
        if turn.delay == "-":
            return 0
        if turn.delay == "day":
            day, _ = zone.local(at)
            morning = midnight(business_days(day, 1)) - (midnight(zone.days[0]) - zone.starts[0])
            return max(MINUTE, morning - at + round((7.75 + 1.75 * dice.random()) * 60 * MINUTE))
        steps = self._delays[turn.delay]
        return steps[int(dice.random() * _STEPS)] + int(dice.random() * 1_000)

    def _who(self, turn: Turn, place: Place, cast: dict[str, Person], dice: random.Random) -> Person:
        if turn.who == "bot":
            assert place.bot is not None
            return place.bot
        if turn.who != "all":
            return cast[turn.who]
        speaking = {person.id for person in cast.values()}
        people, table = self._voices(place, ("any",), False) or (place.members, Weighted([1.0] * len(place.members)))
        for _ in range(_TRIES):
            person = people[table.draw(dice)]
            if person.id not in speaking:
                break
        return person

    def _put(self, turn: Turn, person: Person, dice: random.Random) -> Phrase:
        ways = self._phrases.of(turn)
        return ways[0] if person.brief or len(ways) == 1 else ways[int(dice.random() * len(ways))]

    def _files(self, turn: Turn, values: Values, zone: Zone, at: int) -> tuple[Upload, ...]:
        name = turn.flags.get("file")
        if name is None:
            return ()
        values.at = zone.local(at)
        filled = self._phrases.file_name(name, values)
        return (Upload(name=filled, content=content_of(filled)),)

    def _app(self, turn: Turn, dice: random.Random) -> str | None:
        return self._apps[0] if "obo" in turn.flags and self._apps else None

    # --- people ---

    def _cast(self, place: Place, thread: Thread, dice: random.Random) -> dict[str, Person] | None:
        wanted = [who for who in "abc" if who in thread.speakers or who in thread.named]
        before = self._pairs.get((thread.kind, "".join(wanted)))
        if before is not None and dice.random() < self._corpus.rhythm["voices"]["keep_pairs"]:
            return before
        cast: dict[str, Person] = {}
        taken: set[int] = set()
        for who in wanted:
            person = self._one_of(place, thread, who, taken, dice)
            if person is None:
                return None
            cast[who] = person
            taken.add(person.id)
        return cast

    def _one_of(self, place: Place, thread: Thread, who: str, taken: set[int], dice: random.Random) -> Person | None:
        outside = place.external and who in thread.out
        found = self._voices(place, thread.cast[who], outside, place.read_only and who == "a")
        for people, table in filter(
            None, (found, self._voices(place, ("any",), outside), self._voices(place, ("any",), None))
        ):
            for _ in range(_TRIES):
                person = people[table.draw(dice)]
                if person.id not in taken:
                    return person
            free = [person for person in people if person.id not in taken]
            if free:
                return free[int(dice.random() * len(free))]
        return None

    def _voices(
        self, place: Place, functions: tuple[str, ...], outside: bool | None, owners: bool = False
    ) -> tuple[list[Person], Weighted] | None:
        """Who of a place could speak as one of these, by how much they say; None where nobody could."""
        key = (place.stream.id, functions, outside, owners)
        if key in self._casts:
            return self._casts[key]
        rhythm = self._corpus.rhythm["voices"]
        people, weights = [], []
        for at, person in enumerate(place.members):
            if owners and person.id not in place.owners:
                continue
            if outside is not None and place.external and outside != (person.id in place.outside):
                continue
            if "any" not in functions and person.function not in functions:
                continue
            silent = (
                len(place.members) > _MANY
                and (person.id * 2_654_435_761 + at) % 1_000 < 1_000 * rhythm["silent_members"]
            )
            if silent and person.id not in place.owners:
                continue
            people.append(person)
            weight = person.voice / (at + 1) ** rhythm["exponent"]
            weights.append(weight * (rhythm["owners_first"] if person.id in place.owners else 1.0))
        found = self._casts[key] = (people, Weighted(weights)) if people else None
        return found

    # --- time ---

    def _start(self, place: Place, thread: Thread, dice: random.Random, recent: bool) -> tuple[int, str | None] | None:
        """When a thread begins, and the release that it is about; None where it does not fit."""
        if recent:
            at = self._now - int((2 + 56 * dice.random()) * MINUTE)
            return (at, None) if self._any_time(place, thread, at) else None
        zone = self._days.zone(place.zone)
        curve = self._corpus.rhythm["hours"]["by_kind"][place.kind]
        ages = self._days.ages(
            place.zone,
            curve in _WEEKEND_CURVES,
            thread.when if thread.when in _DAYS_OF_THEIR_OWN else None,
            thread.kind in self._corpus.rhythm["bursts"]["month_end"]["kinds"],
            thread.months,
        )
        if thread.when == "release":
            return self._at_release(place, self._slots.releases(thread.books[0]), dice, 2, 90)
        burst = self._burst(place, thread, dice)
        if burst is not None:
            return burst, None
        minutes = self._days.minutes(place.zone, curve, thread.kind, thread.when)
        if not ages.cumulated[place.oldest] > 0:
            return None
        for _ in range(_TRIES):
            age = ages.draw_below(dice, place.oldest + 1)
            if age < place.youngest:
                continue
            at = zone.at(age, self._days.minute(dice, minutes))
            if at < self._now - _SOON:
                return at + int(dice.random() * 1_000), None
        return None

    def _at_release(
        self, place: Place, rows: list[dict[str, Any]], dice: random.Random, first: float, last: float
    ) -> tuple[int, str | None] | None:
        """Some seconds after one of these was published."""
        here = self._days.between("Europe/London", place.zone)
        awake = [row for row in rows if _AWAKE[0] <= self._london(row) + here < _AWAKE[1]]
        if not awake:
            return None
        row = awake[int(dice.random() * len(awake))]
        ages = [age for age in self._days.released(row) if place.youngest <= age < place.oldest]
        if not ages:
            return None
        hours, minutes = map(int, row["at"].split(":"))
        age = ages[int(len(ages) * dice.random() ** 2)]
        at = self._days.zone(row["zone"]).at(age, hours * 60 + minutes)
        at += int((first + (last - first) * dice.random()) * 1_000)
        return (at, row["release"]) if at < self._now - _SOON else None

    def _london(self, row: dict[str, Any]) -> int:
        """The minute of the day in London at which something is published."""
        hours, minutes = map(int, row["at"].split(":"))
        return hours * 60 + minutes - self._days.between("Europe/London", row["zone"])

    def _burst(self, place: Place, thread: Thread, dice: random.Random) -> int | None:
        """A moment at which much is said at once, for some of the threads."""
        bursts = self._corpus.rhythm["bursts"]
        for name in ("release", "incident"):
            part = bursts[name]
            if thread.kind in part["kinds"] and thread.when is None and dice.random() < part["share"]:
                lasts = part["lasts_minutes"]
                late = min(dice.expovariate(3 / lasts), lasts) * 60
                if name == "release":
                    found = self._at_release(place, self._slots.releases("release"), dice, late, late + 20)
                    return None if found is None else found[0]
                fitting = [at for at in self._incidents if self._age_fits(place, at)]
                if fitting:
                    return fitting[int(len(fitting) * dice.random() ** 2)] + int(late * 1_000)
        return None

    def _age_fits(self, place: Place, at: int) -> bool:
        age = (self._now - at) // DAY
        return place.youngest <= age < place.oldest

    def _drawn_incidents(self, seed: int) -> list[int]:
        """When something broke, the latest first."""
        dice = random.Random(f"{seed} incidents")  # noqa: S311 - the same seed, the same world
        zone = self._days.zone("Europe/London")
        minutes = self._days.minutes(zone.name, "market", "incident")
        per_day = self._corpus.rhythm["bursts"]["incident"]["per_week"] / 5
        found = [
            zone.at(age, self._days.minute(dice, minutes))
            for age, day in enumerate(zone.days[1:], 1)
            if day.weekday() < 5 and dice.random() < per_day
        ]
        return [at for at in found if at < self._now - 100 * MINUTE]


class _Signature(NamedTuple):
    """What decides which threads a place may have."""

    threads: tuple[tuple[str, float], ...]
    books: frozenset[str]
    language: str | None
    length: str
    bot: bool
    most: int
    external: bool
    read_only: bool
    trades: bool


def _signature(place: Place) -> _Signature:
    return _Signature(
        threads=place.threads,
        books=place.books,
        language=place.language,
        length=place.length,
        bot=place.bot is not None,
        most=min(len(place.members), 4),
        external=place.external,
        read_only=place.read_only,
        trades=place.kind not in _NO_TRADE,
    )


def _languages(threads: tuple[Thread, ...], language: str | None) -> list[tuple[str | None, float]]:
    """Half of what is said where another language is spoken is said in it, where there is such a thread."""
    if language is None or all(thread.language != language for thread in threads):
        return [(None, 1.0)]
    return [(None, 0.5), (language, 0.5)]


def _may_be_in(thread: Thread, place: _Signature) -> bool:
    if thread.kind == "bot" and thread.books and not place.trades:
        return False
    if place.books and thread.first_book is not None and thread.first_book not in place.books:
        return False
    if "bot" in thread.speakers and not place.bot:
        return False
    if place.read_only and thread.turns[0].who != "a":
        return False
    if thread.only == "external" and not place.external:
        return False
    needed = len([who for who in thread.speakers | thread.named if who in "abc"]) + ("all" in thread.speakers)
    return needed <= place.most


def _quantiles(median: float, ninetieth: float) -> list[int]:
    """A log-normal of this median and 90th percentile as equally likely steps (ms)."""
    sigma = math.log(ninetieth / median) / 1.2816
    dice = random.Random(0)  # noqa: S311 - a table, the same for all worlds
    return sorted(max(1_000, round(1_000 * median * math.exp(sigma * dice.gauss(0, 1)))) for _ in range(_STEPS))
