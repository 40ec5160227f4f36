"""The containers that hold the world's state: a store for each kind of record, with its indexes.

Records are immutable; a change puts a new record in its book. So a snapshot keeps containers and never copies records,
and what was read stays as it was read. Not even containers are copied when a snapshot is taken or restored: they are
shared from then on, and the first change copies what it changes, the inside of an index entry by entry.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_K = TypeVar("_K", contravariant=True)
_V = TypeVar("_V", contravariant=True)

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
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Index(Protocol[_K, _V]):
    """What a book keeps up besides itself, so that its records are found: `Postings`, `Grams`."""

    def put(self, key: _K, record: _V, before: _V | None) -> None: ...

    def drop(self, key: _K, record: _V) -> None: ...

    def state(self) -> Any: ...

    def restore(self, state: Any) -> None: ...


X = TypeVar("X", bound=Index[Any, Any])


def _anything(record: Any) -> None:
    """Any record will do."""


class Book(Generic[K, V]):
    """Records by key, in the order in which they came, with an index for each question that is asked often.

    Whoever makes a book in a part of the world says here all that snapshots, kept state, export and import need: its
    name in documents, what it holds, the key of a record, which fields of a record are keys of which other book
    (`refers`; a point leads into the records of a field), and what is asked of a record that comes from outside beyond
    what its annotations say (`fits`, which raises one of the world's errors). The other arguments are indexes:
    functions from a record to the values under which it is to be found.
    """

    __slots__ = (
        "_also",
        "_indexes",
        "_keys_of",
        "_own",
        "_shared",
        "changed",
        "fits",
        "key_of",
        "name",
        "record",
        "records",
        "refers",
        "undo",
    )

    def __init__(
        self,
        name: str,
        record: type[V],
        key_of: Callable[[V], K],
        /,
        *,
        refers: Mapping[str, str] = _NOTHING,
        fits: Callable[[V], None] = _anything,
        **indexes: Callable[[V], Iterable[Hashable]],
    ) -> None:
        self.name, self.record, self.key_of, self.refers, self.fits = name, record, key_of, refers, fits
        self.records: dict[K, V] = {}
        self.undo = _NEVER
        self._keys_of = indexes
        self._indexes: dict[str, dict[Hashable, dict[K, None]]] = {name: {} for name in indexes}
        self._also: list[Index[K, V]] = []
        self.changed: dict[K, bool] | None = None
        """The keys that were put or dropped, in the order in which they came, and whether they were dropped meanwhile,
        where somebody keeps the book and clears this; else None."""
        self._shared = False
        self._own: dict[str, set[Hashable]] | None = None
        """By index the values whose keys no snapshot holds; None while there never was one."""

    def also(self, index: X) -> X:
        """Keep up this index, too: it comes and goes with the records, in snapshots as well. To be called while the
        book is empty."""
        self._also.append(index)
        return index

    def _unshare(self) -> None:
        self.records = self.records.copy()
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
        return self.records.get(key)

    def __getitem__(self, key: K) -> V:
        return self.records[key]

    def __contains__(self, key: object) -> bool:
        return key in self.records

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[V]:
        return iter(self.records.values())

    def put(self, key: K, record: V) -> V:
        """Store a record, new or in the place of the one before; the indexes follow."""
        if self._shared:
            self._unshare()
        before = self.records.get(key)
        if self.changed is not None:
            dropped = self.changed.pop(key, False) if before is None else self.changed.get(key, False)
            self.changed[key] = dropped
        if self.undo.open:
            self.undo.steps.append((self.drop, key) if before is None else (self.put, key, before))
        self.records[key] = record
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
        for index in self._also:
            index.put(key, record, before)
        return record

    def drop(self, key: K) -> None:
        if self._shared:
            self._unshare()
        if self.changed is not None:
            self.changed[key] = True
        record = self.records.pop(key)
        if self.undo.open:
            self.undo.steps.append((self.put, key, record))
        for name, values in self._keys_of.items():
            self._forget(name, values(record), key)
        for index in self._also:
            index.drop(key, record)

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
        records = self.records
        return [records[key] for key in self._indexes[index].get(value, ())]

    def one_by(self, index: str, value: Hashable) -> V | None:
        """The first record under a value, if there is one."""
        for key in self._indexes[index].get(value, ()):
            return self.records[key]
        return None

    def count_by(self, index: str, value: Hashable) -> int:
        return len(self._indexes[index].get(value, ()))

    def state(self) -> Any:
        self._shared = True
        return self.records, self._indexes, [index.state() for index in self._also]

    def restore(self, state: Any) -> None:
        if self.undo.open:
            self.undo.steps.append((self.restore, self.state()))
        self.records, self._indexes, also = state
        for index, held in zip(self._also, also, strict=True):
            index.restore(held)
        self._shared = True


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


def books_of(owner: object, undo: Undo) -> dict[str, Book[Any, Any]]:
    """The books that something has as attributes, by name; what is done to them is taken back by `undo`."""
    found: dict[str, Book[Any, Any]] = {}
    for book in vars(owner).values():
        if isinstance(book, Book):
            assert book.name not in found
            found[book.name] = book
            book.undo = undo
    return found


W = TypeVar("W", bound=Hashable)
T = TypeVar("T", bound=_Ordered)


class Postings(Generic[V, W, T]):
    """For each value what is to be found under it, in order: the messages of a stream by time, for one."""

    __slots__ = ("_found_by", "_lists", "_own", "_shared")

    def __init__(self, found_by: Callable[[V], Iterable[tuple[W, T]]]) -> None:
        """`found_by` gives what a record is found by: values, each with what stands under it."""
        self._found_by = found_by
        self._lists: dict[W, list[T]] = {}
        self._shared = False
        self._own: set[W] | None = None
        """The values whose lists no snapshot holds; None while there never was one."""

    def put(self, _: object, record: V, before: V | None) -> None:
        found = self._found_by(record)
        if before is not None:
            found, old = set(found), set(self._found_by(before))
            if found == old:
                return
            for value, item in old - found:
                self._remove(value, item)
            found -= old
        if self._shared:
            self._unshare()
        lists, own = self._lists, self._own
        for value, item in found:
            items = lists.get(value) if own is None else self._own_list(value)
            if items is None:
                lists[value] = [item]
            elif items[-1] < item:
                items.append(item)
            else:  # imported messages carry the time at which they were written elsewhere
                insort(items, item)

    def drop(self, _: object, record: V) -> None:
        for value, item in self._found_by(record):
            self._remove(value, item)

    def _unshare(self) -> None:
        self._lists, self._own, self._shared = self._lists.copy(), set(), False

    def _own_list(self, value: W) -> list[T] | None:
        """The list under a value, to be changed; None where there is none."""
        if self._shared:
            self._unshare()
        items = self._lists.get(value)
        if self._own is not None and value not in self._own:
            self._own.add(value)
            if items is not None:
                items = self._lists[value] = items.copy()
        return items

    def _remove(self, value: W, item: T) -> None:
        items = self._own_list(value)
        assert items is not None
        del items[bisect_left(items, item)]
        if not items:
            del self._lists[value]

    def of(self, value: W) -> list[T]:
        """What is under a value, in order. Not to be changed."""
        return self._lists.get(value, [])

    def between(self, value: W, since: int | None, until: int | None) -> tuple[list[T], int, int]:
        """The list of stamps under a value and the bounds of what lies in [since, until] (ms, both inclusive)."""
        stamps: list[Any] = self._lists.get(value, [])
        first = 0 if since is None else bisect_left(stamps, (since,))
        last = len(stamps) if until is None else bisect_right(stamps, (until + 1,))
        return stamps, first, max(first, last)

    def state(self) -> Any:
        self._shared = True
        return self._lists

    def restore(self, state: Any) -> None:
        self._lists = state
        self._shared = True


_GRAM = 3


def _folded(text: str) -> str:
    return text.casefold()


class Grams(Generic[K, V]):
    """Finds the keys whose text contains a given piece, ignoring case, without looking at every text.

    Each text is known by its three-letter pieces. A change leaves the old entry behind as a hole that no search
    returns.
    """

    __slots__ = ("_entries", "_number", "_numbers", "_own", "_shared", "_text_of")

    def __init__(self, text_of: Callable[[V], str | None]) -> None:
        """`text_of` gives the text of a record; None where it is not to be found."""
        self._text_of = text_of
        self._entries: list[tuple[K, str] | None] = []
        self._number: dict[K, int] = {}
        self._numbers: dict[str, array[int]] = {}
        self._shared = False
        self._own: set[str] | None = None
        """The grams whose numbers no snapshot holds; None while there never was one."""

    def _unshare(self) -> None:
        self._entries, self._number = self._entries.copy(), self._number.copy()
        self._numbers, self._own, self._shared = self._numbers.copy(), set(), False

    def put(self, key: K, record: V, before: V | None) -> None:
        text = self._text_of(record)
        if before is not None:
            if self._text_of(before) == text:
                return
            self.drop(key, before)
        if text is None:
            return
        if self._shared:
            self._unshare()
        text = _folded(text)
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

    def drop(self, key: K, _: V) -> None:
        if key not in self._number:
            return
        if self._shared:
            self._unshare()
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
        self._shared = True
        return self._entries, self._number, self._numbers

    def restore(self, state: Any) -> None:
        self._entries, self._number, self._numbers = state
        self._shared = True
