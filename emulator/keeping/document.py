"""A world as a document that a person can read, and a world out of such a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.keeping.codec import decoded, encoded
from emulator.world.clock import LATEST, Clock
from emulator.world.errors import Invalid
from emulator.world.settings import Settings
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emulator.world.books import Book

VERSION = 2


def exported(world: World) -> dict[str, Any]:
    """The whole state of a world: of each book its records."""
    shift, frozen_at = world.clock.state()
    return {
        "version": VERSION,
        "clock": {"shift": shift, "frozenAt": frozen_at},
        "settings": encoded(world.settings),
        **{name: [encoded(record) for record in book] for name, book in world.books.items()},
    }


def world_of(document: Any, like: World) -> World:
    """The world that a document describes, with new ids to come from where those of `like` come from; Invalid names
    what does not fit."""
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise Invalid(f"this is not the state of a world of version {VERSION}")
    fresh = World(like.name, like.ids.seed)
    strange = set(document) - {"version", "clock", "settings", *fresh.books}
    if strange:
        raise Invalid(f"'{min(strange)}' is no part of the state of a world")
    fresh.ids.restore(like.ids.state())
    clock = document.get("clock", {})
    if not isinstance(clock, dict) or set(clock) - {"shift", "frozenAt"}:
        raise Invalid("clock: an object with shift and frozenAt is needed")
    fresh.clock.restore(clock_of(clock.get("shift", 0), clock.get("frozenAt")))
    fresh.settings = decoded(Settings, document.get("settings", {}), "settings")
    for name, book in fresh.books.items():
        rows = document.get(name, [])
        if not isinstance(rows, list):
            raise Invalid(f"{name}: a list is needed")
        fill(book, (decoded(book.record, row, f"{name}[{at}]") for at, row in enumerate(rows)))
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


def fill(book: Book[Any, Any], records: Iterable[Any]) -> None:
    """Take records into a book, which lets them be found."""
    for record in records:
        key = book.key_of(record)
        if key in book:
            raise Invalid(f"{book.name}: {key} is there twice")
        book.put(key, record)


def check(world: World) -> None:
    """Invalid where a record names what is not there: no call may meet that later."""
    if not world.companies.book.rows:
        raise Invalid("companies: a world has at least one")
    for name, book in world.books.items():
        for field, other in book.refers.items():
            there, path = world.books[other].rows, field.split(".")
            for record in book:
                for key in named(record, path):
                    if key not in there:
                        raise Invalid(f"{name}: {field} names '{key}', which is not among the {other}")


def named(record: Any, path: list[str]) -> Iterator[Any]:
    """The keys that stand in a field of a record, or in those of the records in it; none where it is empty."""
    held = getattr(record, path[0])
    for each in held if isinstance(held, (tuple, frozenset)) else (held,):
        if len(path) > 1:
            yield from named(each, path[1:])
        elif each is not None:
            yield each
