"""The containers that hold the world's state.

Records are immutable; a change puts a new record in its book. So a snapshot keeps containers and never copies records,
and what was read stays as it was read. Not even containers are copied when a snapshot is taken or restored: they are
shared from then on, and the first change copies what it changes, the inside of an index entry by entry.
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


class Undo:
    """The steps back to before the call that is being answered. Outside of a call nothing is noted.

    What was dropped and is put back comes last in its book.
    """

    __slots__ = ("open", "steps")

    def __init__(self) -> None:
        self.open = False
        self.steps: list[tuple[Any, ...]] = []
        """Each a function that takes one change back, and what it is called with."""

    def begin(self) -> None:
        self.steps.clear()
        self.open = True

    def end(self) -> None:
        self.steps.clear()
        self.open = False

    def back(self) -> None:
        """Take the changes back, the last one first."""
        self.open = False
        while self.steps:
            step, *given = self.steps.pop()
            step(*given)


_NEVER = Undo()


class Container(Protocol):
    """What a snapshot asks of each piece of state."""

    undo: Undo

    def state(self) -> Any: ...

    def restore(self, state: Any) -> None: ...


class Book(Generic[K, V]):
    """Records by key, in the order in which they came, with an index for each question that is asked often.

    An index is a function from a record to the values under which it is to be found.
    """

    __slots__ = ("_indexes", "_keys_of", "_own", "_shared", "changed", "rows", "undo")

    def __init__(self, **indexes: Callable[[V], Iterable[Hashable]]) -> None:
        self.rows: dict[K, V] = {}
        self.undo = _NEVER
        self._keys_of = indexes
        self._indexes: dict[str, dict[Hashable, dict[K, None]]] = {name: {} for name in indexes}
        self.changed: set[K] | None = None
        """The keys that were put or dropped, where somebody keeps the book and clears this; else None."""
        self._shared = False
        self._own: dict[str, set[Hashable]] | None = None
        """By index the values whose keys no snapshot holds; None while there never was one."""

    def _unshare(self) -> None:
        self.rows = self.rows.copy()
        self._indexes = {name: index.copy() for name, index in self._indexes.items()}
        self._own = {name: set() for name in self._indexes}
        self._shared = False

    def _keys(self, name: str, value: Hashable) -> dict[K, None] | None:
        """The keys under a value, to be changed; None where there are none."""
        index = self._indexes[name]
        keys = index.get(value)
        if keys is not None and self._own is not None and value not in self._own[name]:
            keys = index[value] = keys.copy()
            self._own[name].add(value)
        return keys

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
        if self._shared:
            self._unshare()
        if self.changed is not None:
            self.changed.add(key)
        before = self.rows.get(key)
        if self.undo.open:
            self.undo.steps.append((self.drop, key) if before is None else (self.put, key, before))
        self.rows[key] = record
        for name, values in self._keys_of.items():
            new = tuple(values(record))
            if before is not None:
                old = tuple(values(before))
                if old == new:
                    continue
                self._forget(name, old, key)
            for value in new:
                keys = self._keys(name, value)
                if keys is None:
                    self._indexes[name][value] = {key: None}
                    if self._own is not None:
                        self._own[name].add(value)
                else:
                    keys[key] = None
        return record

    def drop(self, key: K) -> None:
        if self._shared:
            self._unshare()
        if self.changed is not None:
            self.changed.add(key)
        record = self.rows.pop(key)
        if self.undo.open:
            self.undo.steps.append((self.put, key, record))
        for name, values in self._keys_of.items():
            self._forget(name, values(record), key)

    def _forget(self, name: str, values: Iterable[Hashable], key: K) -> None:
        for value in values:
            keys = self._keys(name, value)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del self._indexes[name][value]

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
        self._shared = True
        return self.rows, self._indexes

    def restore(self, state: Any) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, (self.rows, self._indexes)))
        self.rows, self._indexes = state
        self._shared = True


class Postings(Generic[K]):
    """For each key the stamps of messages in the order of time: streams, words, tags, authors."""

    __slots__ = ("_lists", "_own", "_shared", "undo")

    def __init__(self) -> None:
        self._lists: dict[K, list[Stamp]] = {}
        self.undo = _NEVER
        self._shared = False
        self._own: set[K] | None = None
        """The keys whose stamps no snapshot holds; None while there never was one."""

    def add(self, key: K, stamp: Stamp) -> None:
        if self.undo.open:
            self.undo.steps.append((self._remove, key, stamp))
        stamps = self._own_list(key)
        if stamps is None:
            self._lists[key] = [stamp]
        elif stamps[-1] <= stamp:
            stamps.append(stamp)
        else:  # imported messages carry the time at which they were written elsewhere
            insort(stamps, stamp)

    def _own_list(self, key: K) -> list[Stamp] | None:
        """The stamps under a key, to be changed; None where there are none."""
        if self._shared:
            self._lists, self._own, self._shared = self._lists.copy(), set(), False
        stamps = self._lists.get(key)
        if self._own is not None and key not in self._own:
            self._own.add(key)
            if stamps is not None:
                stamps = self._lists[key] = stamps.copy()
        return stamps

    def _remove(self, key: K, stamp: Stamp) -> None:
        stamps = self._own_list(key)
        if stamps is not None:
            stamps.remove(stamp)
        if not stamps:
            del self._lists[key]

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
        self._shared = True
        return self._lists

    def restore(self, state: Any) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, self._lists))
        self._lists = state
        self._shared = True


_GRAM = 3


def _folded(text: str) -> str:
    return text.casefold()


class Grams(Generic[K]):
    """Finds the keys whose text contains a given piece, ignoring case, without looking at every text.

    Each text is known by its three-letter pieces. A change leaves the old entry behind as a hole that no search
    returns.
    """

    __slots__ = ("_entries", "_number", "_numbers", "_own", "_shared", "undo")

    def __init__(self) -> None:
        self.undo = _NEVER
        self._entries: list[tuple[K, str] | None] = []
        self._number: dict[K, int] = {}
        self._numbers: dict[str, array[int]] = {}
        self._shared = False
        self._own: set[str] | None = None
        """The grams whose numbers no snapshot holds; None while there never was one."""

    def _unshare(self) -> None:
        self._entries, self._number = self._entries.copy(), self._number.copy()
        self._numbers, self._own, self._shared = self._numbers.copy(), set(), False

    def put(self, key: K, text: str) -> None:
        text = _folded(text)
        before = self._number.get(key)
        if before is not None:
            entry = self._entries[before]
            if entry is not None and entry[1] == text:
                return
        if self._shared:
            self._unshare()
        if self.undo.open:
            self.undo.steps.append((self._put_back, key, before, None if before is None else self._entries[before]))
        if before is not None:
            self._entries[before] = None
        number = len(self._entries)
        self._entries.append((key, text))
        self._number[key] = number
        for gram in {text[at : at + _GRAM] for at in range(max(1, len(text) - _GRAM + 1))}:
            numbers = self._numbers.get(gram)
            if numbers is None:
                numbers = self._numbers[gram] = array("I")
            elif self._own is not None and gram not in self._own:
                numbers = self._numbers[gram] = numbers[:]
            if self._own is not None:
                self._own.add(gram)
            numbers.append(number)

    def drop(self, key: K) -> None:
        if self._shared:
            self._unshare()
        number = self._number.pop(key)
        if self.undo.open:
            self.undo.steps.append((self._put_back, key, number, self._entries[number]))
        self._entries[number] = None

    def _put_back(self, key: K, number: int | None, entry: tuple[K, str] | None) -> None:
        """Let a text be found under the number that it had; None: not at all."""
        if self._shared:
            self._unshare()
        if key in self._number:
            self._entries[self._number.pop(key)] = None
        if number is not None:
            self._number[key], self._entries[number] = number, entry

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
        self._shared = True
        return self._entries, self._number, self._numbers

    def restore(self, state: Any) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, (self._entries, self._number, self._numbers)))
        self._entries, self._number, self._numbers = state
        self._shared = True
