"""The containers that hold the world's state.

Records are immutable; a change puts a new record in its book. So a snapshot copies containers and never records,
and what was read stays as it was read.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Stamp = tuple[int, int, str]
"""When (ms), the how-manyeth message of the world, its id: one tuple a message, shared by all lists that hold it."""


class Container(Protocol):
    """What a snapshot asks of each piece of state."""

    def state(self) -> Any: ...

    def restore(self, state: Any) -> None: ...


class Book(Generic[K, V]):
    """Records by key, in the order in which they came, with an index for each question that is asked often.

    An index is a function from a record to the values under which it is to be found.
    """

    __slots__ = ("_indexes", "_keys_of", "rows")

    def __init__(self, **indexes: Callable[[V], Iterable[Hashable]]) -> None:
        self.rows: dict[K, V] = {}
        self._keys_of = indexes
        self._indexes: dict[str, dict[Hashable, dict[K, None]]] = {name: {} for name in indexes}

    def get(self, key: K) -> V | None:
        return self.rows.get(key)

    def __getitem__(self, key: K) -> V:
        return self.rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[V]:
        return iter(self.rows.values())

    def put(self, key: K, record: V) -> V:
        """Store a record, new or in the place of the one before; the indexes follow."""
        before = self.rows.get(key)
        self.rows[key] = record
        for name, values in self._keys_of.items():
            index = self._indexes[name]
            if before is not None:
                old, new = tuple(values(before)), tuple(values(record))
                if old == new:
                    continue
                self._forget(index, old, key)
            else:
                new = tuple(values(record))
            for value in new:
                index.setdefault(value, {})[key] = None
        return record

    def drop(self, key: K) -> None:
        record = self.rows.pop(key)
        for name, values in self._keys_of.items():
            self._forget(self._indexes[name], values(record), key)

    @staticmethod
    def _forget(index: dict[Hashable, dict[K, None]], values: Iterable[Hashable], key: K) -> None:
        for value in values:
            keys = index.get(value)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del index[value]

    def keys_by(self, index: str, value: Hashable) -> Iterable[K]:
        """The keys under a value, in the order in which they came. Do not change the book while walking."""
        return self._indexes[index].get(value, ())

    def by(self, index: str, value: Hashable) -> list[V]:
        """The records under a value."""
        rows = self.rows
        return [rows[key] for key in self._indexes[index].get(value, ())]

    def one_by(self, index: str, value: Hashable) -> V | None:
        """The first record under a value, if there is one."""
        for key in self._indexes[index].get(value, ()):
            return self.rows[key]
        return None

    def count_by(self, index: str, value: Hashable) -> int:
        return len(self._indexes[index].get(value, ()))

    def state(self) -> Any:
        return (
            self.rows.copy(),
            {name: {value: keys.copy() for value, keys in index.items()} for name, index in self._indexes.items()},
        )

    def restore(self, state: Any) -> None:
        rows, indexes = state
        self.rows = rows.copy()
        self._indexes = {name: {value: keys.copy() for value, keys in index.items()} for name, index in indexes.items()}


class Postings(Generic[K]):
    """For each key the stamps of messages in the order of time: streams, words, tags, authors."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: dict[K, list[Stamp]] = {}

    def add(self, key: K, stamp: Stamp) -> None:
        stamps = self._lists.get(key)
        if stamps is None:
            self._lists[key] = [stamp]
        elif stamps[-1] <= stamp:
            stamps.append(stamp)
        else:  # imported messages carry the time at which they were written elsewhere
            insort(stamps, stamp)

    def of(self, key: K) -> list[Stamp]:
        """The stamps under a key, oldest first. Not to be changed."""
        return self._lists.get(key, [])

    def between(self, key: K, since: int | None, until: int | None) -> tuple[list[Stamp], int, int]:
        """The list under a key and the bounds of what lies in [since, until] (ms, both inclusive)."""
        stamps = self._lists.get(key, [])
        first = 0 if since is None else bisect_left(stamps, (since,))
        last = len(stamps) if until is None else bisect_right(stamps, (until + 1,))
        return stamps, first, max(first, last)

    def state(self) -> Any:
        return {key: stamps.copy() for key, stamps in self._lists.items()}

    def restore(self, state: Any) -> None:
        self._lists = {key: stamps.copy() for key, stamps in state.items()}


_GRAM = 3


def _folded(text: str) -> str:
    return text.casefold()


class Grams(Generic[K]):
    """Finds the keys whose text contains a given piece, ignoring case, without looking at every text.

    Each text is known by its three-letter pieces. A change leaves the old entry behind as a hole that no search
    returns.
    """

    __slots__ = ("_entries", "_number", "_numbers")

    def __init__(self) -> None:
        self._entries: list[tuple[K, str] | None] = []
        self._number: dict[K, int] = {}
        self._numbers: dict[str, array[int]] = {}

    def put(self, key: K, text: str) -> None:
        text = _folded(text)
        before = self._number.get(key)
        if before is not None:
            entry = self._entries[before]
            if entry is not None and entry[1] == text:
                return
            self._entries[before] = None
        number = len(self._entries)
        self._entries.append((key, text))
        self._number[key] = number
        for gram in {text[at : at + _GRAM] for at in range(max(1, len(text) - _GRAM + 1))}:
            self._numbers.setdefault(gram, array("I")).append(number)

    def drop(self, key: K) -> None:
        self._entries[self._number.pop(key)] = None

    def find(self, piece: str) -> list[K]:
        """The keys whose text contains the piece, in the order in which they came; all keys for an empty piece."""
        piece = _folded(piece)
        found = []
        for number in sorted(self._candidates(piece)) if piece else range(len(self._entries)):
            entry = self._entries[number]
            if entry is not None and piece in entry[1]:
                found.append(entry[0])
        return found

    def _candidates(self, piece: str) -> Iterable[int]:
        if len(piece) < _GRAM:  # too short for one gram: every gram that holds it
            return {n for gram, numbers in self._numbers.items() if piece in gram for n in numbers}
        grams = {piece[at : at + _GRAM] for at in range(len(piece) - _GRAM + 1)}
        lists = sorted((self._numbers.get(gram, array("I")) for gram in grams), key=len)
        # The rarest gram decides most; each entry left is compared with the whole piece anyway.
        return lists[0]

    def state(self) -> Any:
        return self._entries.copy(), self._number.copy(), {gram: found[:] for gram, found in self._numbers.items()}

    def restore(self, state: Any) -> None:
        entries, number, numbers = state
        self._entries, self._number = entries.copy(), number.copy()
        self._numbers = {gram: found[:] for gram, found in numbers.items()}
