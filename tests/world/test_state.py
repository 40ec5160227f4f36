"""Books, clock, ids, snapshots: what the world stands on."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emulator.world import World, ids
from emulator.world.books import Book, Grams, Postings
from emulator.world.clock import Clock


def test_ids_are_productions() -> None:
    source = ids.IdSource(seed=1)
    at = 1_700_000_000_123
    stream, message = source.stream(at), source.message(at)
    assert (len(stream), stream[-2:], message[-2:]) == (34, "dA", "bQ")
    raw = base64.urlsafe_b64decode(stream + "==")
    assert (1 << 63) - 1 - int.from_bytes(raw[16:24], "big") == at
    assert ids.pod_of(ids.user_id(190, 32)) == 190
    assert ids.user_id(190, 32) == 13056700579872
    assert ids.IdSource(seed=1).stream(at) == stream
    assert ids.url_safe(ids.standard(stream)) == stream


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc"))))
def test_an_index_says_what_a_walk_says(steps: list[tuple[int, str]]) -> None:
    book: Book[int, str] = Book(letter=lambda letter: (letter,))
    for key, letter in steps:
        if letter == "c" and key in book:
            book.drop(key)
        else:
            book.put(key, letter)
    for letter in "abc":
        assert sorted(book.keys_by("letter", letter)) == sorted(k for k, v in book.rows.items() if v == letter)


@given(st.dictionaries(st.integers(), st.text(alphabet="abAB é", max_size=8)), st.text(alphabet="ab é", max_size=4))
def test_grams_find_what_contains_the_piece(texts: dict[int, str], piece: str) -> None:
    grams: Grams[int] = Grams()
    for key, text in texts.items():
        grams.put(key, "before")
        grams.put(key, text)
    wanted = [key for key, text in texts.items() if piece.casefold() in text.casefold()]
    assert sorted(grams.find(piece)) == sorted(wanted)


@given(st.lists(st.integers(0, 50)), st.integers(0, 50), st.integers(0, 50))
def test_postings_keep_the_order_of_time(times: list[int], since: int, until: int) -> None:
    postings: Postings[str] = Postings()
    for number, at in enumerate(times):
        postings.add("s", (at, number, str(number)))
    stamps, first, last = postings.between("s", since, until)
    assert [stamp[0] for stamp in stamps] == sorted(times)
    assert [stamp[0] for stamp in stamps[first:last]] == sorted(at for at in times if since <= at <= until)


def test_the_clock_goes_on_stands_and_is_set() -> None:
    clock = Clock()
    clock.freeze()
    at = clock.now()
    clock.advance(1.5)
    assert clock.now() == at + 1500
    clock.set(5_000)
    assert clock.now() == 5_000
    clock.freeze(False)
    assert 5_000 <= clock.now() < 6_000


def test_a_snapshot_brings_everything_back(world: World) -> None:
    def all_of(world: World) -> list[Any]:
        return [container.state() for container in world._containers()]

    before, snapshot = all_of(world), world.snapshot()
    alice, bob, carol = (world.users.named(name, pod) for name, pod in (("alice", 190), ("bob", 190), ("carol", 191)))
    world.streams.im(alice, [bob.id])
    world.presences.set(bob, "AWAY")
    world.following.follow(alice, bob.id, [alice.id], acting=True)
    world.signals.create(alice, name="s", query="HASHTAG:a", visible=True, company_wide=False)
    world.connections.remove(alice, carol.id)
    world.users.change(bob, enabled=False)
    assert all_of(world) != before
    made = world.ids.stream(1)
    world.restore(snapshot)
    assert all_of(world) == before
    assert world.ids.stream(1) != made


def test_restoring_twice_from_one_snapshot(world: World) -> None:
    snapshot = world.snapshot()
    bob = world.users.named("bob")
    for _ in range(2):
        world.users.change(bob, title="Changed")
        world.restore(snapshot)
        assert world.users.named("bob").title == "Trader"
