"""World: a simulated Symphony pod, its state and its rules."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emulator.world.administration import Administration
from emulator.world.app_admin import AppAdministration
from emulator.world.apps import Apps
from emulator.world.barriers import Barriers
from emulator.world.behaviours import Behaviours
from emulator.world.books import Book, Undo, books_of
from emulator.world.changes import SettingsChanged, WorldRestored
from emulator.world.clock import Clock
from emulator.world.companies import Companies
from emulator.world.connections import Connections
from emulator.world.datafeeds import Datafeeds
from emulator.world.eventlog import Event, EventLog
from emulator.world.following import Following
from emulator.world.ids import IdSource
from emulator.world.messages import Messages
from emulator.world.presence import Presences
from emulator.world.rooms import Rooms
from emulator.world.search import Search
from emulator.world.settings import Settings
from emulator.world.signals import Signals
from emulator.world.streams import Streams
from emulator.world.users import Users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.world.users import User


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of a world at a moment. Good for any number of restores."""

    clock: Any
    settings: Settings
    books: tuple[Any, ...]


class World:
    """One pod and those it deals with: the state, the clock, the source of ids, the event log.

    Everything that changes the world is a method of one of its parts and ends in one event, or raises one of
    `emulator.world.errors` and changes nothing.
    """

    def __init__(self, name: str = "world", seed: int = 0) -> None:
        self.name = name
        self.clock = Clock()
        self.ids = IdSource(seed)
        self.events = EventLog()
        self.settings = Settings()
        self.undo = Undo()
        self.silent = False
        self.companies = Companies(self)
        self.users = Users(self)
        self.apps = Apps(self)
        self.admin = Administration(self)
        self.app_admin = AppAdministration(self)
        self.connections = Connections(self)
        self.barriers = Barriers(self)
        self.streams = Streams(self)
        self.rooms = Rooms(self)
        self.messages = Messages(self)
        self.search = Search(self)
        self.presences = Presences(self)
        self.following = Following(self)
        self.signals = Signals(self)
        self.behaviours = Behaviours(self)
        self.datafeeds = Datafeeds(self)
        self.books: dict[str, Book[Any, Any]] = {}
        """Every piece of state, by its name in documents: what is in no book is in no snapshot, and not kept."""
        for part in (each for each in tuple(vars(self).values()) if hasattr(each, "__dict__")):
            self.books |= books_of(part, self.undo)
        self._before: tuple[Any, Settings, int] | None = None

    def cross_pod(self, one: User, other: User) -> bool:
        """Whether the companies of two users communicate with other companies at all."""
        return self.companies.of(one.company_id).cross_pod and self.companies.of(other.company_id).cross_pod

    def tell(self, by: int, about: Any, *, at: int | None = None) -> Event:
        """Emit an event: say what happened (one of `events` and `changes`), by whom (0: nobody of the pod). All actions
        end here. `at` (ms) when it happened in the past."""
        now = self.clock.now() if at is None else at
        return self.events.emit(about, now, by, self.users.book.get(by), silent=self.silent)

    @contextmanager
    def arranged(self, *, silent: bool) -> Iterator[None]:
        """What happens in here is arranged: where it is `silent`, datafeeds and behaviours do not hear of it."""
        before, self.silent = self.silent, silent
        try:
            yield
        finally:
            self.silent = before

    def set(self, by: int = 0, **settings: Any) -> None:
        """Change settings of the pod."""
        self.settings = replace(self.settings, **settings)
        self.tell(by, SettingsChanged(changed=tuple(settings)))

    # --- a call that fails ---

    def begin(self) -> None:
        """A call acts from here on: until `end` it can be taken back."""
        self.undo.begin()
        self._before = (self.clock.state(), self.settings, self.events.count)

    def touched(self) -> bool:
        """Whether anything has changed since `begin`."""
        return self._before is not None and (
            bool(self.undo.steps) or self.settings is not self._before[1] or self.clock.state() != self._before[0]
        )

    def end(self) -> None:
        """What was done since `begin` stays."""
        self.undo.end()
        self._before = None

    def back(self) -> None:
        """Back to `begin`: nothing that was done is in the world, and nobody hears of it any more."""
        if self._before is None:
            return
        clock, self.settings, events = self._before
        self.undo.back()
        self.clock.restore(clock)
        self.events.forget(events)
        self.datafeeds.forget(events)
        self.end()

    # --- snapshots ---

    def snapshot(self) -> Snapshot:
        """The present state. Costs a copy of the containers, not of what is in them."""
        return Snapshot(
            self.clock.state(),
            self.settings,
            tuple(book.state() for book in self.books.values()),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Back to a snapshot of this world. Ids that were given out since then are not given out again."""
        self.clock.restore(snapshot.clock)
        self.settings = snapshot.settings
        for book, state in zip(self.books.values(), snapshot.books, strict=True):
            book.restore(state)
        self.events.recent.clear()
        self.events.emit(WorldRestored(), self.clock.now(), 0, None)
