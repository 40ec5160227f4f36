"""Whatever a user is shown in a list they see by itself, and the other way round: in grown worlds, for everybody."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.world import World
from emulator.world.attachments import Upload
from emulator.world.errors import Refused
from emulator.world.ids import pod_of
from emulator.world.messages import Message
from emulator.world.presence import CATEGORIES, Presence
from emulator.world.rooms import RoomSearch
from emulator.world.search import MessageSearch, Term, term
from emulator.world.streams import RoomAttributes, Stream
from emulator.world.users import Search, User
from tests.world.cast import HELLO, ORIGIN

ALL = 10**6
ROLES = ("USER_PROVISIONING", "COMPLIANCE_OFFICER", "CONTENT_MANAGEMENT")


def _mixed(seed: int) -> World:
    """A grown world in which much happened since: barriers, connections, late members, rooms that were closed, messages
    that were suppressed and changed, people who left."""
    chance = random.Random(f"seeing {seed}")
    world = load("demo")
    world.clock.freeze()
    grow(world, users=30, rooms=12, messages=250, seed=seed)
    users, users_of = list(world.users.book), world.users.book.keys_by
    home = [world.users.book[key] for key in users_of("company", world.companies.home.id)]
    for side in ("one", "other"):
        world.barriers.set_group(side, [user.id for user in chance.sample(home, 5)])
    world.barriers.raise_between("one", "other")
    for number in range(8):
        owner = chance.choice(users)
        room = world.rooms.open(
            owner,
            RoomAttributes(
                name=f"Mixed {number}",
                public=number % 4 == 0,
                discoverable=number % 2 == 0,
                view_history=number % 3 == 0,
                cross_pod=number % 4 == 3,
            ),
        )
        for user in chance.sample(users, 8):
            world.streams.seat(room, user.id)
            world.messages.post(owner, room, HELLO, ORIGIN, (Upload(name="a.csv", content=b"1"),))
    for stream in chance.sample([stream for stream in world.streams.book if stream.room], 4):
        world.rooms.close(stream)
    messages = [message for message in world.messages.book if message.replaced_by is None]
    for message in chance.sample(messages, 12):
        sender, stream = world.users.book[message.sender], world.streams.book[message.stream]
        world.messages.load(sender, stream, HELLO, ORIGIN, message.at, replaces=message)
    boss = world.users.change(home[0], roles=home[0].roles | {"CONTENT_MANAGEMENT"})
    for message in chance.sample(messages, 12):
        if world.streams.companies(message.stream) & {boss.company_id}:
            world.messages.suppress(boss, message.id)
    for one, other in zip(chance.sample(users, 10), chance.sample(users, 10), strict=True):
        if one.company_id != other.company_id:
            world.connections.set(one, other, chance.choice(("PENDING", "ACCEPTED", "REJECTED")))
    for owner in chance.sample(users, 6):
        shown = chance.random() < 0.5
        signal = world.signals.create(owner, name="s", query="HASHTAG:rates", visible=shown, company_wide=False)
        for user in chance.sample(users, 4):
            world.signals._subscribe(signal, user.id, user.id)
    for user in chance.sample(users, 20):
        if user.enabled:
            world.presences.set(user, chance.choice(CATEGORIES))
    for user, followed in zip(chance.sample(home, 10), chance.sample(home, 10), strict=True):
        world.following.follow(user, followed.id, [user.id], acting=True)
    for user in chance.sample(users, 4):
        world.users.change(world.users.book[user.id], entitlements=frozenset())
    for user, role in zip(chance.sample(home, 3), ROLES, strict=True):
        world.users.change(world.users.book[user.id], roles=user.roles | {role})
    world.users.change(chance.choice(home[3:]), enabled=False)
    for user in chance.sample(users, 12):
        now = world.users.book[user.id]
        others = (world.users.book[other.id] for other in chance.sample(users, 5))
        world.presences.register(now, [other.id for other in others if world.users.sees(now, other)])
    return world


@pytest.fixture(scope="module", params=[1, 2])
def mixed(request: pytest.FixtureRequest) -> World:
    return _mixed(request.param)


@pytest.fixture
def everybody(mixed: World) -> list[User]:
    """Every fourth of the grown users, all of those who are named, and whoever has a role or a barrier."""
    special = {member for group in mixed.barriers.groups for member in group.members}
    users = list(mixed.users.book)
    return [
        user
        for number, user in enumerate(users)
        if number < 14 or number % 4 == 0 or user.id in special or len(user.roles) > 1
    ]


def _seen(user: User, look: object, things: Iterator[str]) -> set[str]:
    """The ids with which a look-up of one thing is content."""
    found = set()
    for thing in things:
        try:
            look(user, thing)  # type: ignore[operator]
        except Refused:
            continue
        found.add(thing)
    return found


def _readable(world: World, user: User) -> set[str]:
    return _seen(user, world.messages.seen_by, (message.id for message in world.messages.book))


def _of(world: World, ids: set[str]) -> list[Message]:
    return [world.messages.book[message_id] for message_id in ids]


def test_messages_of_streams(mixed: World, everybody: list[User]) -> None:
    hidden = 0
    for user in everybody:
        readable = _readable(mixed, user)
        for stream in mixed.streams.book:
            try:
                found = {each.id for each in mixed.messages.listed(user, stream.id, since=0, limit=ALL)}
            except Refused:
                found = set()
            assert found == {each.id for each in _of(mixed, readable) if each.stream == stream.id}, user.username
            hidden += len(mixed.messages.timeline.of(stream.id)) - len(found)
    assert hidden


def _terms(message: Message) -> set[Term]:
    found = {("by", str(message.sender))} | {term("word", word) for word in message.words.split()[:1]}
    return found | {term("#", tag) for tag in message.hashtags} | {term("@", user) for user in message.mentions}


def _holds(message: Message, sought: Term) -> bool:
    kind, value = sought
    if kind == "word":
        return value in {word.casefold() for word in message.words.split()}
    if kind == "#":
        return value in {tag.casefold() for tag in message.hashtags}
    return value in ({str(message.sender)} if kind == "by" else {str(user) for user in message.mentions})


def test_messages_that_are_searched_for(mixed: World, everybody: list[User]) -> None:
    sought = sorted({each for message in list(mixed.messages.book)[::25] for each in _terms(message)})
    for user in everybody:
        readable = [each for each in _of(mixed, _readable(mixed, user)) if each.replaced_by is None]
        current = [each for each in readable if each.suppressed_at is None]
        for each in sought:
            search = MessageSearch(any_of=(frozenset({each}),))
            found = {message.id for message in mixed.search.find(user, search, skip=0, limit=ALL)}
            assert found == {message.id for message in current if _holds(message, each)}, (user.username, each)
        for stream in list(mixed.streams.book)[::5]:
            inside = MessageSearch(any_of=(frozenset(),), stream=stream.id)
            try:
                found = {message.id for message in mixed.search.find(user, inside, skip=0, limit=ALL)}
            except Refused:
                found = set()
            assert found == {message.id for message in current if message.stream == stream.id}


def test_files_of_messages(mixed: World, everybody: list[User]) -> None:
    with_files = [message for message in mixed.messages.book if message.attachments]
    assert with_files
    for user in everybody:
        readable = _readable(mixed, user)

        def file_of(user: User, message_id: str) -> bytes:
            message = mixed.messages.book[message_id]
            return mixed.messages.attachment(user, message.stream, message.id, message.attachments[0].id)

        found = _seen(user, file_of, (message.id for message in with_files))
        assert found == {each.id for each in with_files if each.id in readable and each.suppressed_at is None}


def test_messages_that_feeds_hear_of(mixed: World, everybody: list[User]) -> None:
    before = mixed.snapshot()
    feeds = {user.id: mixed.datafeeds.create(user) for user in everybody}
    said = []
    for stream in mixed.streams.book:
        for seat in mixed.streams.members(stream.id)[:2]:
            said += [mixed.messages.post(mixed.users.book[seat.user], stream, HELLO, ORIGIN)]
    heard = 0
    for user in everybody:
        found = {
            entry.event.about.message.message.id for entry in feeds[user.id].queue if entry.event.kind == "MESSAGESENT"
        }
        readable = _seen(user, mixed.messages.seen_by, (message.id for message in said))
        mine = {each.id for each in said if mixed.streams.is_member(each.stream, user.id)}
        assert found == readable & mine, user.username
        heard += len(found)
    assert heard
    mixed.datafeeds.drop_all()
    mixed.restore(before)


def _is_open(stream: Stream) -> bool:
    return stream.room is not None and (stream.room.public or stream.room.discoverable)


def test_streams_and_rooms(mixed: World, everybody: list[User]) -> None:
    ids = [stream.id for stream in mixed.streams.book]
    for user in everybody:
        seen = _seen(user, mixed.streams.seen_by, iter(ids))
        mine = {stream.id for stream in mixed.streams.book if mixed.streams.is_member(stream.id, user.id)}
        assert {stream.id for stream in mixed.streams.listed(user, inactive=True)} == seen & mine == mine
        rooms, _ = mixed.rooms.search(user, RoomSearch(query="", fields=("name",)))
        found = {stream.id for stream in rooms}
        assert found <= seen, user.username
        barred = mixed.barriers.barred_users(user)
        for stream_id in seen - mine:  # what is seen is found, but for what only roles see, and behind barriers
            stream = mixed.streams.book[stream_id]
            assert stream.room is not None or "VIEW_ANY_STREAM_DETAILS" in user.privileges
            behind = not (stream.room and stream.room.public) and barred & set(mixed.streams.member_ids(stream_id))
            colleague = pod_of(stream.created_by) == user.company_id
            assert (stream_id in found) == bool(_is_open(stream) and stream.active and colleague and not behind)
        # Whose details are seen as those of a room is known to its members and to roles, and so is who is in it.
        detailed = _seen(user, mixed.rooms.seen_by, iter(ids))
        assert detailed == _seen(user, mixed.rooms.members, iter(ids))
        assert detailed <= seen


def test_streams_that_administrators_list(mixed: World, everybody: list[User]) -> None:
    listers = [user for user in everybody if "VIEW_ANY_STREAM_MEMBERSHIP" in user.privileges]
    assert listers
    for lister in listers:
        for user in everybody:
            if user.company_id == lister.company_id:
                found = {each.id for each in mixed.admin.streams_of(lister, user.id, (), inactive=True)}
                mine = (stream.id for stream in mixed.streams.of(user.id))
                assert found == _seen(lister, mixed.admin.members_of, mine)


def test_signals(mixed: World, everybody: list[User]) -> None:
    listed = 0
    for user in everybody:
        found = {signal.id for signal in mixed.signals.listed(user)}
        seen = _seen(user, mixed.signals.seen_by, (signal.id for signal in mixed.signals.book))
        mine = {signal_id for signal_id, _ in mixed.signals.subscriptions.keys_by("user", user.id)}
        everybodys = {each.id for each in mixed.signals.book if each.company_wide and each.id in seen}
        assert found == seen & (mine | everybodys) == mine | everybodys
        listed += len(found)
    assert listed


def _told(presence: Presence) -> tuple[int, str, int]:
    return presence.user, presence.category, presence.at


def test_presences(mixed: World, everybody: list[User]) -> None:
    shown: set[str] = set()
    for user in everybody:
        for other in mixed.users.book:
            if not mixed.users.sees(user, other):
                continue
            seen = mixed.presences.seen_by(user, other.id)
            if other.company_id != user.company_id:
                connected = mixed.connections.connected(user, other)
                assert seen.category == "OFFLINE" or (connected and (user.id, other.id) in mixed.presences.interests)
                shown.add(seen.category)
        if user.privileges & {"ACCESS_USER_PROVISIONING_API", "ADMIN_PRESENCE_UPDATE"}:
            for presence in mixed.presences.listed(user, None, ALL):
                assert _told(presence) == _told(mixed.presences.seen_by(user, presence.user))
        feed = mixed.presences.create_feed(user)
        told = {presence.user: _told(presence) for presence in mixed.presences.read_feed(user, feed.id)}
        colleagues = mixed.users.book.keys_by("company", user.company_id)
        visible = {key: mixed.presences.seen_by(user, key) for key in colleagues}
        assert told == {key: _told(seen) for key, seen in visible.items() if seen.category != "OFFLINE"}
    assert "OFFLINE" in shown


def test_people(mixed: World, everybody: list[User]) -> None:
    ids = [user.id for user in mixed.users.book]
    for user in everybody:
        seen = _seen(user, mixed.users.seen_by, iter(ids))  # type: ignore[arg-type]
        assert {each.id for each in mixed.users.look_up(user, user_ids=ids)} == seen
        emails = [each.email for each in mixed.users.book]
        assert {each.id for each in mixed.users.look_up(user, emails=emails)} == seen
        found = {each.id for each in mixed.users.search(user, Search(query=""))}
        assert found == {key for key in seen if mixed.users.book[key].enabled}  # type: ignore[index]
        titled = mixed.users.search(user, Search(query="", title="Trader"))
        assert all(each.company_id == user.company_id for each in titled)
        standings = {each.user for each in mixed.connections.list(user, _STATUSES, None)}
        asked = {each.user for each in mixed.connections.list(user, _STATUSES, ids)}
        assert asked == _seen(user, mixed.connections.standing, iter(ids))  # type: ignore[arg-type]
        assert standings == {key for key in asked if mixed.users.book[key].company_id != user.company_id}
        for other in ids[::3]:
            try:
                followers = mixed.following.followers(user, other, limit=ALL, before=None, after=None)
                followed = mixed.following.following(user, other, limit=ALL, before=None, after=None)
            except Refused:
                continue
            assert {*followers.users, *followed.users} <= seen


_STATUSES = ("PENDING_INCOMING", "PENDING_OUTGOING", "ACCEPTED", "REJECTED")


def test_users_that_administrators_list(mixed: World, everybody: list[User]) -> None:
    ids = [user.id for user in mixed.users.book]
    for user in everybody:
        seen = _seen(user, mixed.admin.seen_by, iter(ids))  # type: ignore[arg-type]
        try:
            listed = {each.id for each in mixed.admin.listed(user, 0, ALL)}
            found = {
                each.id
                for each in mixed.admin.found(
                    user, role="INDIVIDUAL", entitlement=None, enabled=None, skip=0, limit=ALL
                )
            }
        except Refused:
            listed = found = set()
        assert listed == seen  # type: ignore[comparison-overlap]
        assert found == {key for key in seen if "INDIVIDUAL" in mixed.users.book[key].roles}  # type: ignore[index]
