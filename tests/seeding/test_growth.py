"""Growth: what people of a grown world are, say and show."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import orjson
import pytest

from emulator.keeping.document import exported
from emulator.messageml import convert
from emulator.rendering import Everybody
from emulator.seeding import phrases
from emulator.seeding.corpus import corpus
from emulator.seeding.days import Days
from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.world import World
from emulator.world.messages import Content
from emulator.world.policy import rooms as policy

NOON = int(dt.datetime(2026, 11, 25, 12, 0, 30, tzinfo=dt.UTC).timestamp() * 1000)
HOUR = 3_600_000


def grown(at: int = NOON, world: str = "demo", **counts: int) -> World:
    """A world that grew at this moment of a clock that stands still."""
    made = load(world)
    made.clock.freeze()
    made.clock.set(at)
    grow(made, **{"seed": 7, **counts})
    return made


@pytest.fixture(scope="module")
def big() -> World:
    return grown(users=300, rooms=90, messages=3_000)


def test_so_many_are_added_as_were_asked_for(big: World) -> None:
    before = load("demo")
    assert len(big.users.book) == len(before.users.book) + 300
    rooms = sum(stream.room is not None for stream in big.streams.book)
    assert rooms == sum(stream.room is not None for stream in before.streams.book) + 90
    assert big.messages.count == before.messages.count + 3_000


def test_the_same_seed_and_moment_give_the_same_bytes() -> None:
    one, same, other = (orjson.dumps(exported(frozen_demo(seed))) for seed in (7, 7, 8))
    assert one == same
    assert one != other


def frozen_demo(seed: int) -> World:
    from unittest.mock import patch

    with patch("time.time_ns", return_value=NOON * 1_000_000):
        return grown(users=60, rooms=20, messages=300, seed=seed)


def test_nothing_is_said_before_its_stream_or_after_now(big: World) -> None:
    streams = big.streams.book
    assert all(streams[message.stream].created_at <= message.at < NOON for message in big.messages.book)


def test_who_speaks_is_in_the_stream_and_in_time_order(big: World) -> None:
    for stream in big.streams.book:
        members = set(big.streams.member_ids(stream.id))
        stamps = big.messages.timeline.of(stream.id)
        assert stamps == sorted(stamps)
        assert all(big.messages.book[stamp[2]].sender in members for stamp in stamps)


def test_titles_fit_departments(big: World) -> None:
    part = corpus().people
    titles = {
        desk: {title for function in facts["fn"] for title, *_ in part["functions"][function]}
        for company in part["desks"].values()
        for department in company.values()
        for desk, facts in department.items()
    }
    wrong = [user.username for user in grown_people(big) if user.title not in titles_of(titles, user.department)]
    assert wrong == []


def titles_of(titles: dict[str, set[str]], desk: str | None) -> set[str]:
    part = corpus().people["desks"].values()
    return {
        title
        for company in part
        for department in company.values()
        for name, facts in department.items()
        if name == desk
        for function in facts["fn"]
        for title, *_ in corpus().people["functions"][function]
    } | titles.get(desk or "", set())


def grown_people(world: World) -> Iterator[object]:
    known = {user.username for user in load("demo").users.book}
    return (user for user in world.users.book if user.username not in known and user.account_type == "NORMAL")


def test_rooms_are_such_as_the_rules_let_people_make(big: World) -> None:
    for stream in big.streams.book:
        if stream.room is not None:
            policy.fits(stream.room)
            companies = big.streams.companies(stream.id)
            assert (len(companies) > 1) <= stream.cross_pod
            assert len(companies) <= 2 or stream.room.multilateral


def test_the_last_hour_is_alive_for_whom_a_demo_acts() -> None:
    sunday_night = int(dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC).timestamp() * 1000)
    for at in (NOON, sunday_night):
        world = grown(at, users=200, rooms=60, messages=2_000)
        alice = world.users.named("alice")
        spoken = {
            message.stream
            for message in world.messages.book
            if message.at > at - HOUR and world.streams.is_member(message.stream, alice.id)
        }
        assert len(spoken) >= 8


def test_most_is_said_in_the_last_two_weeks_on_workdays_and_in_hours_of_work(big: World) -> None:
    ages = Counter((NOON - message.at) // (14 * 24 * HOUR) for message in big.messages.book)
    assert ages[0] / big.messages.count > 0.45
    london = ZoneInfo("Europe/London")
    rates = next(stream for stream in big.streams.book if stream.room and stream.room.name == "Trading Floor Help")
    times = [dt.datetime.fromtimestamp(each[0] / 1000, london) for each in big.messages.timeline.of(rates.id)]
    assert times
    weekends = sum(dt.datetime.fromtimestamp(each.at / 1000, london).weekday() > 4 for each in big.messages.book)
    assert weekends / big.messages.count < 0.03


def test_there_are_companies_connections_and_external_talk(big: World) -> None:
    assert 3 <= len(big.companies.book) <= 5
    alice = big.users.named("alice")
    partners = [other for other in big.users.book if other.company_id != alice.company_id]
    assert sum(big.connections.connected(alice, other) for other in partners) >= 3
    ims = list(big.streams.listed(alice, ("IM",)))
    assert len(ims) >= 4
    external = sum(big.streams.book[message.stream].cross_pod for message in big.messages.book)
    assert 0.08 < external / big.messages.count < 0.35


def test_people_are_seen_to_be_there_or_not(big: World) -> None:
    shown = Counter(presence.category for presence in big.presences.book)
    assert len(shown) >= 5
    assert shown["AVAILABLE"] > 30


def test_signals_find_something(big: World) -> None:
    found = [signal.name for signal in big.signals.book]
    assert len(found) >= 5
    tags = {tag for message in big.messages.book for tag in (*message.hashtags, *message.cashtags)}
    for signal in big.signals.book:
        assert any(value in tags or value.upper() in tags for value in re.findall(r":(\w+)", signal.query)), signal.name


def test_every_thread_of_the_corpus_can_be_said_and_converts_as_its_author_would_have_sent_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Phrases are converted once and filled afterwards: that has to give what converting each message gives."""
    world = load("demo")
    world.clock.freeze()
    world.clock.set(NOON)
    wrong: list[str] = []
    seen: set[str] = set()
    original = phrases.Phrase.content

    def checked(self: phrases.Phrase, values: object, *, capital: bool = False) -> Content:
        made = original(self, values, capital=False)  # type: ignore[arg-type]
        if self.source and (self.source not in seen or len(seen) % 5 == 0):
            seen.add(self.source)
            source = self.messageml(values)  # type: ignore[arg-type]
            done = convert(source, users=Everybody(world), short_id=lambda: "x")
            same = (
                _no_ids(done.presentationml) == _no_ids(made.presentationml)
                and done.data == made.data
                and set(done.words) == set(made.words)
                and done.hashtags == made.hashtags
                and done.cashtags == made.cashtags
                and done.mentions == made.mentions
            )
            if not same or "{" in re.sub(r"\{[^}]*\"", "", made.presentationml):
                wrong.append(source)
        return original(self, values, capital=capital)  # type: ignore[arg-type]

    monkeypatch.setattr(phrases.Phrase, "content", checked)
    grow(world, users=400, rooms=150, messages=6_000, seed=3)
    assert wrong == []
    assert len(seen) > 1_000


def _no_ids(text: str) -> str:
    """Without the random parts of ids, which a phrase has once and a message each time."""
    return re.sub(r'(id|for|name)="[^"]*-(?:x|[0-9a-f]{8})"', "", text)


def test_messages_alone_grow_in_the_rooms_that_are_there() -> None:
    world = grown(messages=60)
    before = load("demo")
    assert len(world.streams.book) == len(before.streams.book)
    assert world.messages.count == before.messages.count + 60


def test_an_empty_world_grows_too() -> None:
    world = grown(world="empty", users=80, rooms=30, messages=400)
    assert world.messages.count == 400
    assert len(world.companies.book) == 5


def test_progress_is_told_to_the_last() -> None:
    told: list[tuple[str, int, int]] = []
    world = load("demo")
    grow(world, users=12, rooms=4, messages=30, progress=lambda *each: told.append(each))
    assert [each for each in told if each[1] == each[2]] == [("users", 12, 12), ("rooms", 4, 4), ("messages", 30, 30)]


def test_no_flag_of_a_turn_is_said() -> None:
    turns = [turn for threads in corpus().threads.values() for thread in threads for turn in thread.turns]
    assert [text for turn in turns for text in turn.variants if re.match(r"\+[a-z]+(=| |$)", text)] == []
    assert any("file" in turn.flags and turn.variants == ("",) for turn in turns)


def test_shares_are_dealt_while_the_market_is_open(big: World) -> None:
    days = Days(corpus(), NOON)
    london = "Europe/London"
    weights = days.minutes(london, "market", "rfq-equity").cumulated
    assert weights[31] == 0  # until 8:00
    assert weights[-1] == weights[64]  # since 16:15
    assert days.is_open("rfq-equity", london, NOON)
    assert not days.is_open("rfq-equity", london, NOON + 6 * HOUR)
    assert days.is_open("lunch", london, NOON + 6 * HOUR)


def test_some_threads_end_with_a_thumb(big: World) -> None:
    thumbs = [message for message in big.messages.book if not message.words and "emoji" in message.presentationml]
    assert len(thumbs) > big.messages.count / 200
