"""Acts on the behaviours of a world: after the call that set one off, never in the midst of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from emulator.rendering import text_of
from emulator.stage.alarm import Alarm
from emulator.stage.deeds import Answered, perform
from emulator.world.behaviours import TIMER
from emulator.world.changes import BehaviourAdded, BehaviourRemoved, Timer, WorldRestored
from emulator.world.errors import Refused
from emulator.world.eventlog import Event
from emulator.world.events import KINDS

if TYPE_CHECKING:
    from emulator.world.behaviours import Behaviour
    from emulator.world.messages import Message
    from emulator.world.world import World

log = logging.getLogger(__name__)

BUDGET = 50
"""So many behaviours may be set off, all in all, by what behaviours did after one thing that somebody else did."""
MOST_WAITING = 10_000
"""So many deeds wait for their time at most; what else is called for is refused."""


class _Cause:
    """One thing that somebody else did, and how much more may come of what it set off."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = BUDGET


class _Due(NamedTuple):
    """A deed that is to be done at `at` (ms), `step` of its behaviour. `turn` keeps the order in which they came."""

    at: int
    turn: int
    step: int
    behaviour: Behaviour
    answered: Answered
    cause: _Cause


class Behaving:
    """What is to be done yet, and what was refused. `after` is called when something was done outside of a call."""

    def __init__(self, world: World, after: Callable[[], None]) -> None:
        self._world, self._after = world, after
        self.waiting: list[_Due] = []
        """What is to be done, as a heap: the first one is due first."""
        self.refusals: dict[str, str] = {}
        """The last refusal of each behaviour that met one."""
        self._acting: _Cause | None = None
        self._turns = 0
        self._alarm = Alarm(world.clock, self._later)
        world.events.listen(self._heard)
        self._set_timers()

    def _heard(self, event: Event) -> None:
        if isinstance(event.about, WorldRestored):
            self.waiting.clear()
            self.refusals.clear()
            self._set_timers()
        elif isinstance(event.about, BehaviourRemoved):
            gone = event.about.behaviour.id
            self.refusals.pop(gone, None)
            self._keep(lambda due: due.behaviour.id != gone)
        elif isinstance(event.about, BehaviourAdded):
            self._set_timer(event.about.behaviour)
        elif len(self._world.behaviours.book) and not event.silent:
            cause = self._acting or _Cause()
            chained = self._acting is not None
            most = cause.left if chained else None
            for behaviour, groups in self._world.behaviours.called_for(event, self._text, chained=chained, most=most):
                cause.left -= chained
                self._put(self._world.clock.now() + behaviour.after, 0, behaviour, Answered(event, groups), cause)

    def _text(self, message: Message) -> str:
        return text_of(self._world, message)

    def _set_timers(self) -> None:
        for behaviour in self._world.behaviours.book.by("event", TIMER):
            self._set_timer(behaviour)

    def _set_timer(self, behaviour: Behaviour) -> None:
        """A timer strikes once when its time has come, however many of its turns the clock jumped over."""
        if behaviour.every is not None:
            at = self._world.clock.now() + behaviour.every
            event = Event(
                number=0,
                row=KINDS[Timer],
                at=at,
                by=0,
                initiator=None,
                to=(),
                stream=behaviour.stream,
                about=Timer(),
            )
            self._put(at + behaviour.after, 0, behaviour, Answered(event, {}), _Cause())

    def _put(self, at: int, step: int, behaviour: Behaviour, answered: Answered, cause: _Cause) -> None:
        if len(self.waiting) >= MOST_WAITING and (step or behaviour.every is None):
            self.refusals[behaviour.id] = f"{MOST_WAITING} deeds wait already"
            return
        at += behaviour.deeds[step].after
        self._turns += 1
        heappush(self.waiting, _Due(at, self._turns, step, behaviour, answered, cause))
        self._alarm.set(at)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """What is done meanwhile is done as by a behaviour: only those that ask for it hear it."""
        self._acting = _Cause()
        try:
            yield
        finally:
            self._acting = None

    def forget(self, undone: set[int]) -> None:
        """Nothing follows on events that did not happen, as it turned out."""
        self._keep(lambda due: due.answered.event.number not in undone)

    def _keep(self, stays: Callable[[_Due], bool]) -> None:
        self.waiting = [due for due in self.waiting if stays(due)]
        heapify(self.waiting)

    def _later(self) -> None:
        if self.run():
            self._after()

    def run(self) -> bool:
        """Do what is due, and what that sets off; whether there was anything."""
        ran = False
        while self.waiting and self.waiting[0].at <= self._world.clock.now():
            ran = True
            due = heappop(self.waiting)
            behaviour = due.behaviour
            if due.answered.event.kind == TIMER and due.step == 0:
                current = self._world.behaviours.book.get(behaviour.id)
                if current is None or current.times == current.done:
                    continue
                behaviour = self._world.behaviours.count(current)
                self._set_timer(behaviour)
            self._acting = due.cause
            try:
                perform(self._world, behaviour.deeds[due.step], due.answered)
            except Refused as refused:
                self.refusals[behaviour.id] = refused.reason
            except Exception as error:
                log.exception("the emulator failed on a deed of behaviour %s", behaviour.id)
                self.refusals[behaviour.id] = f"the emulator itself failed, please report it: {error}"
            else:
                if due.step + 1 < len(behaviour.deeds):
                    self._put(due.at, due.step + 1, behaviour, due.answered, due.cause)
            finally:
                self._acting = None
        if self.waiting:
            self._alarm.set(self.waiting[0].at)
        return ran
