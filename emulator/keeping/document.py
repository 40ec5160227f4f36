"""A world as a document that a person can read, and a world out of such a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.keeping.codec import decoded, encoded
from emulator.world.apps import App, Installation
from emulator.world.barriers import Barrier, Group
from emulator.world.behaviours import Behaviour
from emulator.world.books import Book
from emulator.world.clock import LATEST, Clock
from emulator.world.companies import Company
from emulator.world.connections import Connection
from emulator.world.errors import Invalid
from emulator.world.messages import Message
from emulator.world.presence import Presence, PresenceFeed
from emulator.world.signals import Signal, Subscription
from emulator.world.streams import Membership, Stream
from emulator.world.users import User
from emulator.world.world import Settings, World

VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A book: its name in documents, where it is, what it holds under which keys, how a record is taken in, and which
    fields name what is in which other book."""

    name: str
    book: Callable[[World], Book[Any, Any]]
    key: Any
    record: Any
    refers: tuple[tuple[str, str], ...] = ()
    take_in: Callable[[World, Any, Any], object] | None = None


def _stream(world: World, _: str, stream: Stream) -> None:
    if stream.room is None:
        world.streams.book.put(stream.id, stream)
    else:
        world.rooms.take_in(stream)


_PAIR = tuple[int, int]
BOOKS = (
    Kept("companies", lambda world: world.companies.book, int, Company),
    Kept("users", lambda world: world.users.book, int, User, (), lambda world, _, user: world.users.take_in(user)),
    Kept("apps", lambda world: world.apps.book, str, App),
    Kept(
        "installations",
        lambda world: world.apps.installations,
        tuple[int, str],
        Installation,
        (("user", "users"), ("app", "apps")),
    ),
    Kept(
        "connections",
        lambda world: world.connections.book,
        _PAIR,
        Connection,
        (("requester", "users"), ("receiver", "users")),
    ),
    Kept("groups", lambda world: world.barriers.groups, str, Group, (("members", "users"),)),
    Kept("barriers", lambda world: world.barriers.book, str, Barrier, (("groups", "groups"),)),
    Kept(
        "streams",
        lambda world: world.streams.book,
        str,
        Stream,
        (("created_by", "users"), ("parties", "users")),
        _stream,
    ),
    Kept(
        "memberships",
        lambda world: world.streams.memberships,
        tuple[str, int],
        Membership,
        (("stream", "streams"), ("user", "users")),
    ),
    Kept(
        "messages",
        lambda world: world.messages.book,
        str,
        Message,
        (("stream", "streams"), ("sender", "users")),
        lambda world, _, message: world.messages.take_in(message),
    ),
    Kept(
        "presences",
        lambda world: world.presences.book,
        int,
        Presence,
        (("user", "users"),),
        lambda world, _, presence: world.presences.take_in(presence),
    ),
    Kept("presenceFeeds", lambda world: world.presences.feeds, str, PresenceFeed, (("owner", "users"),)),
    Kept("presenceInterests", lambda world: world.presences.interests, _PAIR, int),
    Kept(
        "following",
        lambda world: world.following.book,
        _PAIR,
        int,
        (),
        lambda world, follow, at: world.following.take_in(follow, at),
    ),
    Kept("signals", lambda world: world.signals.book, str, Signal, (("owner", "users"),)),
    Kept(
        "subscriptions",
        lambda world: world.signals.subscriptions,
        tuple[str, int],
        Subscription,
        (("signal", "signals"), ("user", "users")),
    ),
    Kept("behaviours", lambda world: world.behaviours.book, str, Behaviour),
)


def exported(world: World) -> dict[str, Any]:
    """The whole state of a world."""
    shift, frozen_at = world.clock.state()
    return {
        "version": VERSION,
        "clock": {"shift": shift, "frozenAt": frozen_at},
        "settings": encoded(world.settings),
        **{kept.name: _rows(kept, world) for kept in BOOKS},
    }


def _rows(kept: Kept, world: World) -> list[Any]:
    """The records of a book, each with its key where the record does not tell it."""
    rows = kept.book(world).rows
    if kept.record is int:
        return [{"key": encoded(key), "at": value} for key, value in rows.items()]
    return [encoded(record) for record in rows.values()]


_KEYS: dict[str, Callable[[Any], Any]] = {
    "installations": lambda each: (each.user, each.app),
    "connections": lambda each: tuple(sorted((each.requester, each.receiver))),
    "memberships": lambda each: (each.stream, each.user),
    "presences": lambda each: each.user,
    "subscriptions": lambda each: (each.signal, each.user),
}


def world_of(document: Any, like: World) -> World:
    """The world that a document describes, with new ids to come from where those of `like` come from; Invalid names
    what does not fit."""
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise Invalid(f"this is not the state of a world of version {VERSION}")
    strange = set(document) - {"version", "clock", "settings", *(kept.name for kept in BOOKS)}
    if strange:
        raise Invalid(f"'{min(strange)}' is no part of the state of a world")
    fresh = World(like.name, like.ids.seed)
    fresh.ids.restore(like.ids.state())
    clock = document.get("clock", {})
    if not isinstance(clock, dict) or set(clock) - {"shift", "frozenAt"}:
        raise Invalid("clock: an object with shift and frozenAt is needed")
    fresh.clock.restore(clock_of(clock.get("shift", 0), clock.get("frozenAt")))
    fresh.settings = decoded(Settings, document.get("settings", {}), "settings")
    for kept in BOOKS:
        fill(fresh, kept, _parsed(kept, document.get(kept.name, [])))
    check(fresh)
    return fresh


def clock_of(shift: Any, frozen_at: Any) -> tuple[int, int | None]:
    """The state of a clock: Invalid unless it shows a time from 1970 to 9998."""
    if type(shift) is not int or (frozen_at is not None and type(frozen_at) is not int):
        raise Invalid("clock: shift and frozenAt are numbers of ms")
    shows = Clock.real() + shift if frozen_at is None else frozen_at
    if not 0 <= shows < LATEST:
        raise Invalid("clock: it goes from 1970 to 9998")
    return shift, frozen_at


def _parsed(kept: Kept, rows: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(rows, list):
        raise Invalid(f"{kept.name}: a list is needed")
    for at, row in enumerate(rows):
        place = f"{kept.name}[{at}]"
        if kept.record is int:
            if not isinstance(row, dict):
                raise Invalid(f"{place}: an object is needed")
            yield decoded(kept.key, row.get("key"), f"{place}.key"), decoded(int, row.get("at"), f"{place}.at")
        else:
            record = decoded(kept.record, row, place)
            yield (_KEYS[kept.name](record) if kept.name in _KEYS else record.id), record


def fill(world: World, kept: Kept, rows: Iterable[tuple[Any, Any]]) -> None:
    """Take rows into a book, and into what is found by it."""
    book = kept.book(world)
    for key, record in rows:
        if key in book:
            raise Invalid(f"{kept.name}: {key} is there twice")
        if kept.take_in is None:
            book.put(key, record)
        else:
            kept.take_in(world, key, record)


def check(world: World) -> None:
    """Invalid where a record names what is not there: no call may meet that later."""
    if not world.companies.book.rows:
        raise Invalid("companies: a world has at least one")
    books = {kept.name: kept.book(world).rows for kept in BOOKS}
    for user in world.users.book:
        if user.company_id not in books["companies"]:
            raise Invalid(f"users: user {user.id} is of no company that is there")
    for kept in BOOKS:
        for field, other in kept.refers:
            for record in kept.book(world):
                named = getattr(record, field)
                for each in named if isinstance(named, (tuple, frozenset)) else (named,):
                    if each not in books[other]:
                        raise Invalid(f"{kept.name}: {field} names '{each}', which is not among the {other}")
    for follower, followed in (*world.following.book.rows, *world.presences.interests.rows):
        if follower not in books["users"] or followed not in books["users"]:
            raise Invalid(f"following: {follower} or {followed} is no user")
