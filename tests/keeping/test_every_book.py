"""Every book of a world, found by walking it: what is put into it comes back from snapshots, kept state and documents,
and is found there by all that it is found by."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.access.signing import PodKey
from emulator.keeping.codec import encoded
from emulator.keeping.document import exported, named
from emulator.keeping.file import keep_in
from emulator.seeding.grow import grow
from emulator.stage.stage import Stage
from emulator.world import World
from emulator.world.books import Book, Grams, Postings
from tests.conftest import Wire
from tests.keeping.test_document import busy, made_of


@pytest.fixture
def full(wire: Wire) -> World:
    """A world in which every kind of thing is."""
    grow(wire.world, users=30, rooms=5, messages=50, seed=1)
    busy(wire)
    return wire.world


def books(world: World) -> Iterator[tuple[str, Book[Any, Any]]]:
    """What is reachable, whatever the world itself says of it."""
    for part in vars(world).values():
        for name, held in getattr(part, "__dict__", {}).items():
            if isinstance(held, Book):
                yield f"{type(part).__name__}.{name}", held


def contents(world: World) -> dict[str, Any]:
    """What is in each book, and what is found by each of its indexes."""
    told: dict[str, Any] = {}
    for where, book in books(world):
        told[where] = [(key, encoded(record)) for key, record in book.records.items()]
        for name, index in book._indexes.items():
            told[f"{where} by {name}"] = {value: set(keys) for value, keys in index.items()}
        for at, also in enumerate(book._also):
            assert isinstance(also, Postings | Grams), f"say here what {type(also).__name__} finds"
            found = {entry for entry in also._entries if entry} if isinstance(also, Grams) else also._lists
            told[f"{where} also {at}"] = found
    return told


def test_nothing_is_beside_the_books(full: World) -> None:
    found = dict(books(full))
    assert len(found) > 15
    assert {id(book) for book in found.values()} == {id(book) for book in full.books.values()}
    hung = {id(also) for book in found.values() for also in book._also}
    for part in vars(full).values():
        for name, held in getattr(part, "__dict__", {}).items():
            if isinstance(held, Postings | Grams):
                assert id(held) in hung, f"{type(part).__name__}.{name} hangs on no book: give it to also() of one"
    for where, book in found.items():
        assert len(book), f"{where} is empty: let busy() of tests/keeping/test_document.py put something into it"
        for key, record in book.records.items():
            assert book.key_of(record) == key, f"{where} says another key than the one under which records are put"


def _walk(record: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(record):
        held, here = getattr(record, field.name), f"{path}{field.name}"
        for each in held if isinstance(held, tuple | frozenset) else (held,):
            if dataclasses.is_dataclass(each):
                yield from _walk(each, f"{here}.")
            else:
                yield here, each


def test_what_a_record_names_is_declared(full: World) -> None:
    """Ids of these are like nothing else: a field that holds one names it, and an import has to look whether it is
    there. A record's own key, or a part of it that is no other book's, names nothing."""
    unique = {name: full.books[name].records for name in ("users", "streams", "messages", "groups", "signals")}
    for name, book in full.books.items():
        for record in book:
            for field, value in _walk(record):
                for other, rows in unique.items():
                    if type(value) in (int, str) and value in rows and (name, field) != (other, "id"):
                        assert book.refers.get(field) == other, f"say in the book {name} that {field} names {other}"
        for field, other in book.refers.items():
            rows = full.books[other].records
            assert all(key in rows for record in book for key in named(record, field.split("."))), (name, field)


def test_a_snapshot_brings_each_book_back(full: World) -> None:
    before, snapshot = contents(full), full.snapshot()
    for _ in range(2):
        for where, book in books(full):
            for key in list(book.records)[:2]:
                book.put(key, book[key])
            for key in list(book.records)[::2]:
                book.drop(key)
            assert contents(full)[where] != before[where]
        full.restore(snapshot)
        assert contents(full) == before


def test_a_call_that_fails_leaves_each_book(full: World) -> None:
    before = contents(full)
    full.begin()
    for _, book in books(full):
        key = list(book.records)[-1]
        book.put(key, book[key])
        book.drop(key)
    full.back()
    assert contents(full) == before


@pytest.mark.parametrize("at_once", [True, False], ids=["first written", "kept up"])
def test_a_killed_process_has_each_book_again(full: World, tmp_path: Path, at_once: bool) -> None:
    key = PodKey()
    world = full if at_once else World()
    file = keep_in(tmp_path / "state.db", world, stage := Stage(world, pod_key=key))
    opened = stage.sessions.open("bot", subject="x")
    if not at_once:
        for name, book in full.books.items():
            for record_key, record in book.records.items():
                world.books[name].put(record_key, record)
        file.keep()
        for book in world.books.values():  # the last one goes and comes again
            last = list(book.records)[-1]
            record = book[last]
            book.drop(last)
            file.keep()
            book.put(last, record)
    file.keep()
    file._db.close()
    again = World()
    stage = Stage(again, pod_key=key)
    keep_in(tmp_path / "state.db", again, stage).close()
    assert contents(again) == contents(full)
    assert stage.sessions.book[opened.token].id == opened.id


def test_a_document_brings_each_book_back(full: World) -> None:
    document = json.loads(json.dumps(exported(full)))
    assert contents(made_of(document, World("again"))) == contents(full)
