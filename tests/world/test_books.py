"""The containers against plain ones that are copied whole, through random changes, snapshots and restores."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emulator.world.books import Book, Grams, Postings, Undo, books_of

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
    book: Book[int, tuple[str, ...]] = Book("letters", tuple, lambda _: 0, letter=lambda record: record)
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
        assert dict(book.records) == plain
        for letter in "abc":
            assert set(book.keys_by("letter", letter)) == {key for key, value in plain.items() if letter in value}
            assert book.count_by("letter", letter) == len(book.by("letter", letter))
    for state, held in taken:
        assert state[0] == held


STANDS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5)), max_size=3).map(tuple)
POSTING_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, STANDS),
        st.tuples(st.just("drop"), KEYS, st.none()),
        st.tuples(st.just("take"), st.none(), st.none()),
        st.tuples(st.just("restore"), st.integers(0, 9), st.none()),
    ),
    max_size=40,
)


@given(POSTING_STEPS)
def test_postings_are_in_order(steps: list[Any]) -> None:
    book: Book[int, Any] = Book("things", tuple, lambda _: 0)
    postings: Postings[Any, str, Any] = book.also(
        Postings(lambda record: [(value, (at, number, record[0])) for number, (value, at) in enumerate(record[1])])
    )
    plain: dict[int, Any] = {}
    taken: list[Any] = []
    for what, key, value in steps:
        if what == "put":
            plain[key] = book.put(key, (key, value))
        elif what == "drop" and key in plain:
            book.drop(key)
            del plain[key]
        elif what == "take":
            taken.append((book.state(), dict(plain)))
        elif what == "restore" and taken:
            state, held = taken[key % len(taken)]
            book.restore(state)
            plain = dict(held)
        for letter in "ab":
            wanted = sorted(
                (at, n, key) for key, all_ in plain.values() for n, (v, at) in enumerate(all_) if v == letter
            )
            assert postings.of(letter) == wanted
            stamps, first, last = postings.between(letter, 1, 3)
            assert stamps[first:last] == [stamp for stamp in wanted if 1 <= stamp[0] <= 3]


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
    book: Book[int, str] = Book("texts", str, lambda _: 0)
    grams: Grams[int, str] = book.also(Grams(lambda text: None if text == "aaa" else text))
    plain: dict[int, str] = {}
    taken: list[Any] = []
    for what, key, text in steps:
        if what == "put":
            plain[key] = book.put(key, text)
        elif what == "drop" and key in plain:
            book.drop(key)
            del plain[key]
        elif what == "take":
            taken.append((book.state(), dict(plain)))
        elif what == "restore" and taken:
            state, held = taken[key % len(taken)]
            book.restore(state)
            plain = dict(held)
        wanted = {key for key, text in plain.items() if piece in text.casefold() and text != "aaa"}
        assert set(grams.find(piece)) == wanted


@given(st.lists(st.tuples(st.booleans(), KEYS, TEXTS), max_size=30))
def test_what_is_undone_was_never_there(steps: list[tuple[bool, int, str]]) -> None:
    def filled(changes: Any, undo: Undo) -> Any:
        class Part:
            book: Book[int, str]

        part = Part()
        part.book = Book("texts", str, lambda _: 0, first=lambda text: text[:1])
        assert books_of(part, undo) == {"texts": part.book}
        grams: Grams[int, str] = part.book.also(Grams(lambda text: text))
        postings: Postings[str, str, int] = part.book.also(Postings(lambda text: [(each, 1) for each in set(text)]))

        def change(steps: Any) -> None:
            for put, key, text in steps:
                if put:
                    part.book.put(key, text)
                elif key in part.book:
                    part.book.drop(key)

        change(changes)
        return part.book, grams, postings, change

    half = len(steps) // 2
    undo = Undo()
    book, grams, postings, change = filled(steps[:half], undo)
    kept = book.state()
    undo.begin()
    change(steps[half:])
    book.restore(kept)
    change(steps[half:])
    undo.back()
    wanted, found, listed, _ = filled(steps[:half], Undo())
    assert book.records == wanted.records
    for letter in "abA":
        assert set(book.keys_by("first", letter)) == set(wanted.keys_by("first", letter))
        assert set(grams.find(letter)) == set(found.find(letter))
        assert postings.of(letter) == listed.of(letter)
