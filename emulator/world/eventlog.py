"""The event log: each action of the world ends in one event, and all that must be told hangs on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emulator.world import changes  # noqa: F401 - importing it fills the table of kinds
from emulator.world.events import KINDS, Kind
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.users import User

KEPT = 10_000


@record
class Event:
    """Something happened: what, when (ms), who did it, and whom it concerns: the users in `to` and, of some kinds, the
    members of `stream`, where it happened. `initiator` is who did it as they were then; None where nobody did. One that
    is `silent` was arranged: it is not heard by datafeeds and behaviours."""

    number: int
    row: Kind
    at: int
    by: int
    initiator: User | None
    to: tuple[int, ...]
    stream: str | None
    about: Any
    silent: bool = False

    @property
    def kind(self) -> str:
        """Its name: production's, where it has one."""
        return self.row.name


class EventLog:
    """The last events, and who listens. Listeners are called at once, in the order in which they came."""

    def __init__(self) -> None:
        self.recent: deque[Event] = deque(maxlen=KEPT)
        self._listeners: list[Callable[[Event], None]] = []
        self._count = 0
        self.undone: set[int] = set()
        """The numbers of events of calls that were taken back: who has not told of them yet does not."""

    @property
    def count(self) -> int:
        """How many events there were."""
        return self._count

    def emit(self, about: Any, at: int, by: int, initiator: User | None, *, silent: bool = False) -> Event:
        self._count += 1
        row = KINDS[type(about)]
        stream = None if row.where is None else getattr(about, row.where).stream.id
        event = Event(
            number=self._count,
            row=row,
            at=at,
            by=by,
            initiator=initiator,
            to=row.concerned(by, about),
            stream=stream,
            about=about,
            silent=silent,
        )
        self.recent.append(event)
        for listener in tuple(self._listeners):
            listener(event)
        return event

    def forget(self, after: int) -> None:
        """The events after this number did not happen, as it turns out."""
        while self.recent and self.recent[-1].number > after:
            self.undone.add(self.recent.pop().number)

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event from now on. The answer is a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
