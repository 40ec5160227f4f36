"""A world as a document that a person can read, and a world out of such a document."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from emulator.keeping.codec import decoded, encoded
from emulator.keeping.reading import AT_ONCE, AT_ONCE_BYTES, Document
from emulator.world.clock import LATEST, Clock
from emulator.world.errors import Invalid, Refused
from emulator.world.settings import Settings
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emulator.world.books import Book

VERSION = 2


def exported(world: World) -> dict[str, Any]:
    """The whole state of a world: of each book its records."""
    return {**_head(world), **{name: [encoded(record) for record in book] for name, book in world.books.items()}}


def _head(world: World) -> dict[str, Any]:
    shift, frozen_at = world.clock.state()
    return {
        "version": VERSION,
        "clock": {"shift": shift, "frozenAt": frozen_at},
        "settings": encoded(world.settings),
    }


def written(world: World) -> Iterator[bytes]:
    """The same as JSON that a person can read, in pieces. The world is to stay as it is meanwhile: a copy of it will
    do, which costs nothing."""
    yield orjson.dumps(_head(world), option=orjson.OPT_INDENT_2)[:-2]
    for name, book in world.books.items():
        before = b',\n  "%b": [\n    ' % name.encode()
        piece = bytearray()
        for at, record in enumerate(book, 1):
            row = orjson.dumps(encoded(record), option=orjson.OPT_INDENT_2)
            piece += before + row.replace(b"\n", b"\n    ")
            before = b",\n    "
            if at % AT_ONCE == 0 or len(piece) > AT_ONCE_BYTES:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)
        yield b"\n  ]" if len(book) else before.rstrip() + b"]"
    yield b"\n}\n"


def world_of(content: bytes | bytearray, like: World) -> Iterator[World | None]:
    """The world that a document describes; Invalid names what does not fit. Long ones take their time: None is a pause,
    in which others have their turn, and the world comes last. Its new ids are of its own: none is one of the
    document."""
    fresh = World(like.name, like.ids.seed)
    document = Document(content, fresh.books)
    yield from document.find()
    other = document.other
    if other.pop("version", None) != VERSION:
        raise Invalid(f"this is not the state of a world of version {VERSION}")
    strange = set(other) - {"clock", "settings"}
    if strange:
        raise Invalid(f"'{min(strange)[:100]}' is no part of the state of a world")
    fresh.ids.reseed(f"{like.ids.seed} {sha256(content).hexdigest()}")
    clock = other.get("clock", {})
    if not isinstance(clock, dict) or set(clock) - {"shift", "frozenAt"}:
        raise Invalid("clock: an object with shift and frozenAt is needed")
    fresh.clock.restore(clock_of(clock.get("shift", 0), clock.get("frozenAt")))
    fresh.settings = decoded(Settings, other.get("settings", {}), "settings")
    for name, book in fresh.books.items():
        for at, row in enumerate(document.rows(name)):
            fill(book, (decoded(book.record, row, f"{name}[{at}]"),))
            if at % AT_ONCE == 0:
                yield None
    yield from check(fresh)
    yield fresh


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
            raise Invalid(f"{book.name}: {str(key)[:100]} is there twice")
        try:
            book.fits(record)
        except Refused as refused:
            raise Invalid(f"{book.name}: {str(key)[:100]}: {refused.reason}") from None
        book.put(key, record)


def check(world: World) -> Iterator[None]:
    """Invalid where a record names what is not there: no call may meet that later. Pauses now and then."""
    if not world.companies.book.records:
        raise Invalid("companies: a world has at least one")
    for stream in world.streams.book:
        pinned = world.messages.book.get(stream.pinned or "")
        if pinned is not None and pinned.stream != stream.id:
            raise Invalid(f"streams: pinned of '{stream.id}' is a message of another stream")
    for name, book in world.books.items():
        for field, other in book.refers.items():
            there, path = world.books[other].records, field.split(".")
            for at, record in enumerate(book):
                if at % (10 * AT_ONCE) == 0:
                    yield
                for key in named(record, path):
                    if key not in there:
                        raise Invalid(f"{name}: {field} names '{str(key)[:100]}', which is not among the {other}")


def named(record: Any, path: list[str]) -> Iterator[Any]:
    """The keys that stand in a field of a record, or in those of the records in it; none where it is empty."""
    held = getattr(record, path[0])
    for each in held if isinstance(held, (tuple, frozenset)) else (held,):
        if len(path) > 1:
            yield from named(each, path[1:])
        elif each is not None:
            yield each
