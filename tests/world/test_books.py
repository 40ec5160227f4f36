"""The containers against plain ones that are copied whole, through random changes, snapshots and restores."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emulator.world.books import Book, Grams, Postings

KEYS = st.integers(0, 7)
VALUES = st.lists(st.sampled_from("abc"), max_size=3, unique=True).map(tuple)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, VALUES),
        st.tuples(st.just("drop"), KEYS, st.none()),
        st.tuples(st.just("take"), st.none(), st.none()),
        st.tuples(st.just("restore"), st.integers(0, 9), st.none()),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_book_is_what_was_put_into_it(steps: list[Any]) -> None:
    book: Book[int, tuple[str, ...]] = Book(letter=lambda record: record)
    plain: dict[int, tuple[str, ...]] = {}
    taken: list[tuple[Any, dict[int, tuple[str, ...]]]] = []
    for what, key, value in steps:
        if what == "put":
            book.put(key, value)
            plain[key] = value
        elif what == "drop" and key in plain:
            book.drop(key)
            del plain[key]
        elif what == "take":
            taken.append((book.state(), dict(plain)))
        elif what == "restore" and taken:
            state, held = taken[key % len(taken)]
            book.restore(state)
            plain = dict(held)
        assert dict(book.rows) == plain
        for letter in "abc":
            assert set(book.keys_by("letter", letter)) == {key for key, value in plain.items() if letter in value}
            assert book.count_by("letter", letter) == len(book.by("letter", letter))
    for state, held in taken:
        assert state[0] == held


ADDS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("ab"), st.integers(0, 5)),
        st.tuples(st.just("take"), st.none(), st.none()),
        st.tuples(st.just("restore"), st.integers(0, 9), st.none()),
    ),
    max_size=40,
)


@given(ADDS)
def test_postings_are_in_the_order_of_time(steps: list[Any]) -> None:
    postings: Postings[str] = Postings()
    plain: dict[str, list[Any]] = {}
    taken: list[Any] = []
    for number, (what, key, at) in enumerate(steps):
        if what == "add":
            stamp = (at, number, str(number))
            postings.add(key, stamp)
            plain.setdefault(key, []).append(stamp)
            plain[key].sort()
        elif what == "take":
            taken.append((postings.state(), copy.deepcopy(plain)))
        elif taken:
            state, held = taken[key % len(taken)]
            postings.restore(state)
            plain = copy.deepcopy(held)
        for letter in "ab":
            assert postings.of(letter) == plain.get(letter, [])
    for state, held in taken:
        assert state == held


TEXTS = st.text("abA", max_size=6)
GRAM_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, TEXTS),
        st.tuples(st.just("drop"), KEYS, st.none()),
        st.tuples(st.just("take"), st.none(), st.none()),
        st.tuples(st.just("restore"), st.integers(0, 9), st.none()),
    ),
    max_size=40,
)


@given(GRAM_STEPS, st.text("ab", max_size=4))
def test_grams_find_what_holds_a_piece(steps: list[Any], piece: str) -> None:
    grams: Grams[int] = Grams()
    plain: dict[int, str] = {}
    taken: list[Any] = []
    for what, key, text in steps:
        if what == "put":
            grams.put(key, text)
            plain[key] = text
        elif what == "drop" and key in plain:
            grams.drop(key)
            del plain[key]
        elif what == "take":
            taken.append((grams.state(), dict(plain)))
        elif what == "restore" and taken:
            state, held = taken[key % len(taken)]
            grams.restore(state)
            plain = dict(held)
        assert set(grams.find(piece)) == {key for key, text in plain.items() if piece in text.casefold()}
    for state, held in taken:
        fresh: Grams[int] = Grams()
        fresh.restore(state)
        assert set(fresh.find("a")) == {key for key, text in held.items() if "a" in text.casefold()}
