"""A file that keeps up with a world: what a call changed is written in one transaction before its answer leaves.

SQLite, with its write-ahead log: a process that is killed loses nothing that it has written. One process at a time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from emulator.keeping.codec import decoded, encoded
from emulator.keeping.document import check, clock_of, fill
from emulator.world.changes import WorldRestored
from emulator.world.errors import Invalid
from emulator.world.settings import Settings
from emulator.world.world import World

if TYPE_CHECKING:
    from emulator.access.sessions import Sessions
    from emulator.access.signing import PodKey
    from emulator.world.books import Book

_ANEW = "put back a copy of it, or move it away to begin anew"

FORMAT = "symphony-pod-emulator state 2"

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE rows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, book TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    UNIQUE (book, key)
);
"""


def _text(value: Any) -> str:
    """A key or a record as it stands in the file."""
    return orjson.dumps(encoded(value)).decode()


class Keeps(Protocol):
    """What is kept: the sessions of a world, and where calls ask for it."""

    sessions: Sessions
    pod_key: PodKey
    keep: Callable[[], None] | None


class StateFileError(Exception):
    """The file cannot be used, and why."""


class StateFile:
    """An open state file. Nobody else can open it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        fresh = not path.exists() or path.stat().st_size == 0
        try:
            if fresh:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))  # tokens lie in it
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN EXCLUSIVE")
            if fresh:
                for statement in _TABLES.strip().split(";"):
                    self._db.execute(statement)
                self._tell("format", FORMAT)
            self._db.execute("COMMIT")
            self.fresh = fresh or self._told("settings") is None
            found = self._told("format")
        except (sqlite3.Error, OSError) as error:
            if "locked" in str(error):
                raise self._unusable("another emulator uses it", "stop that one, or name another file") from None
            if isinstance(error, OSError) or "unable to open" in str(error):
                raise self._unusable(f"it cannot be written ({error})", "name a file in a directory of yours") from None
            raise self._unusable(f"it is not a state file, or damaged ({error})", _ANEW) from None
        if found != FORMAT:
            raise self._unusable(f"it is of another version ({found})", _ANEW)
        self._clock: Any = None
        self._settings: Settings | None = None
        self._books: list[Book[Any, Any]] = []
        self._given: dict[int, int] = {}
        self._closed = False
        self._replaced = False

    def _unusable(self, why: str, mend: str) -> StateFileError:
        return StateFileError(f"--state {self.path} cannot be used: {' '.join(why.split())[:300]}; {mend}")

    def _tell(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def _told(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    # --- reading ---

    def load(self, world: World) -> None:
        """Put a world into the state that the file has; StateFileError where it does not fit."""
        fresh = World(world.name, world.ids.seed)
        with self.understood():
            for book in fresh.books.values():
                fill(book, self._read(book))
            fresh.settings = decoded(Settings, orjson.loads(self._told("settings") or "{}"), "settings")
            clock = orjson.loads(self._told("clock") or "[0, null]")
            if type(clock) is not list or len(clock) != 2:
                raise Invalid("clock: two numbers of ms are needed")
            fresh.clock.restore(clock_of(*clock))
            for _ in check(fresh):
                pass  # nobody waits yet
            # Another start draws other ids: none of those that were given out comes again.
            starts = int(self._told("starts") or 0) + 1
            self._tell("starts", str(starts))
            given = decoded(tuple[tuple[int, int], ...], orjson.loads(self._told("given") or "[]"), "given")
        world.ids.reseed(f"{world.ids.seed} {starts}", starts)
        world.users.given = dict(given)
        world.restore(fresh.snapshot())

    def load_sessions(self, sessions: Sessions) -> None:
        """The sessions and other tokens that the file has."""
        with self.understood():
            for book in sessions.books.values():
                fill(book, self._read(book))

    @contextmanager
    def understood(self) -> Iterator[None]:
        """StateFileError for whatever the file has that cannot be read."""
        try:
            yield
        except (Invalid, ValueError) as error:
            raise self._unusable(f"what it holds does not fit ({error})", _ANEW) from None
        except sqlite3.OperationalError as error:
            raise self._unusable(f"it cannot be read or written ({error})", "make room, or " + _ANEW) from None
        except sqlite3.Error as error:
            raise self._unusable(f"it is damaged ({error})", _ANEW) from None

    def of_home(self, key: str) -> None:
        """StateFileError unless this file was kept with the home that has this pod key. Its tokens, and the public keys
        of its apps and bots, are worth nothing with another."""
        with self.understood():
            kept = self._told("home")
            if kept is None:
                self._tell("home", key)
            elif kept != key:
                raise self._unusable(
                    "it was kept with another --home, whose keys its apps and bots have", f"give that one, or {_ANEW}"
                )

    def _read(self, book: Book[Any, Any]) -> Iterator[Any]:
        rows = self._db.execute("SELECT key, value FROM rows WHERE book = ? ORDER BY seq", (book.name,))
        for key, value in rows:
            place = f"{book.name} {key}"
            record = decoded(book.record, orjson.loads(value), place)
            if _text(book.key_of(record)) != key:
                raise Invalid(f"{place}: this is not the key of what is kept under it")
            yield record

    # --- keeping up ---

    def follow(self, world: World, sessions: Sessions) -> None:
        """From now on `keep` writes what has changed; first all there is, where the file has nothing of it."""
        self._world = world
        self._books = [*world.books.values(), *sessions.books.values()]
        if self.fresh:
            self._db.execute("BEGIN")
            for book in self._books:
                self._write_all(book)
            self._db.execute("COMMIT")
        for book in self._books:
            book.changed = {}
        world.events.listen(self._heard)
        self.keep()

    def _heard(self, event: Any) -> None:
        if isinstance(event.about, WorldRestored):
            self._replaced = True

    def keep(self) -> None:
        """Write what has changed since the last time, in one transaction; nothing where nothing has."""
        if self._closed:
            return
        world = self._world
        changed = [book for book in self._books if book.changed]
        clock, settings = world.clock.state(), world.settings
        if not (changed or self._replaced or clock != self._clock or settings is not self._settings):
            return
        self._db.execute("BEGIN")
        try:
            if self._replaced:
                for book in self._books:
                    self._write_all(book)
            else:
                for book in changed:
                    self._write(book)
            if clock != self._clock:
                self._tell("clock", orjson.dumps(clock).decode())
            if world.users.given != self._given:
                self._tell("given", _text(tuple(world.users.given.items())))
            if settings is not self._settings:
                self._tell("settings", _text(settings))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite ends some by itself
                self._db.execute("ROLLBACK")
            raise
        for book in self._books:
            if book.changed:
                book.changed.clear()
        self._clock, self._settings, self._replaced = clock, settings, False
        self._given = dict(world.users.given)

    def _write(self, book: Book[Any, Any]) -> None:
        for key, dropped in (book.changed or {}).items():
            text = _text(key)
            record = book.get(key)
            if dropped:  # also of what came again, which is the last one now
                self._db.execute("DELETE FROM rows WHERE book = ? AND key = ?", (book.name, text))
            if record is not None:
                self._db.execute(
                    "INSERT INTO rows (book, key, value) VALUES (?, ?, ?)"
                    " ON CONFLICT (book, key) DO UPDATE SET value = excluded.value",
                    (book.name, text, _text(record)),
                )

    def _write_all(self, book: Book[Any, Any]) -> None:
        self._db.execute("DELETE FROM rows WHERE book = ?", (book.name,))
        self._db.executemany(
            "INSERT INTO rows (book, key, value) VALUES (?, ?, ?)",
            ((book.name, _text(key), _text(record)) for key, record in book.records.items()),
        )

    def close(self) -> None:
        """Leave all in this one file, with no log beside it."""
        if self._closed:
            return
        self._closed = True
        with suppress(sqlite3.Error):  # a full disk: then the log stays, and is read by the next start
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()


def keep_in(path: Path, world: World, stage: Keeps) -> StateFile:
    """Keep a world and its sessions in a file: it goes on from where the file is, where there is one already.
    StateFileError when the file cannot be used."""
    file = StateFile(path)
    try:
        file.of_home(stage.pod_key.kid)
        if not file.fresh:
            file.load(world)
            file.load_sessions(stage.sessions)
        with file.understood():
            file.follow(world, stage.sessions)
    except StateFileError:
        file.close()
        raise
    stage.keep = file.keep
    return file
