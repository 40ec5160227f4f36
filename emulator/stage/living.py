"""A world that lives while it is served: now and then somebody says something, and people come and go."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from emulator.stage.alarm import Alarm
from emulator.world.changes import WorldRestored
from emulator.world.errors import Refused
from emulator.world.messages import Origin
from emulator.world.presence import AVAILABLE, OFFLINE
from emulator.world.users import NORMAL

if TYPE_CHECKING:
    from emulator.access.sessions import Sessions
    from emulator.seeding.living import Life
    from emulator.seeding.talk import Said
    from emulator.stage.behaving import Behaving
    from emulator.world.eventlog import Event
    from emulator.world.messages import Message
    from emulator.world.users import User
    from emulator.world.world import World

log = logging.getLogger(__name__)

_AT_ONCE = 4
"""So many threads go on at the same time at most."""
_SLOWEST = 4
"""So many times the pause between two messages an answer lets wait at most."""
_GONE = (OFFLINE, "OFF_WORK")


class Living:
    """Lets a message be said every `seconds` on average, by the world's clock, by people for whom nobody is logged in,
    who have the rights that they have. While the clock stands still nothing happens. `after` is called when something
    was done."""

    def __init__(
        self, world: World, sessions: Sessions, behaving: Behaving, seconds: float, after: Callable[[], None]
    ) -> None:
        self._world, self._sessions, self._behaving, self._after = world, sessions, behaving, after
        self.seconds = seconds
        self._alarm = Alarm(world.clock, self.run)
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._count = 0
        self._threads = 0
        self._life = self._drawn()
        world.events.listen(self._heard)
        self._begin()

    def _drawn(self) -> Life:
        from emulator.seeding.living import Life  # with the corpus, which a world that does not live never reads

        return Life(self._world, self._world.ids.seed)

    def _heard(self, event: Event) -> None:
        if isinstance(event.about, WorldRestored):
            self._due.clear()
            self._life = self._drawn()
            self._begin()

    def _begin(self) -> None:
        self._threads = 0
        now = self._world.clock.now()
        self._put(now + self._life.pause(self.seconds), self._speak)
        self._put(now + self._life.pause(self.seconds), self._come_or_go)
        self.wake()

    def _put(self, at: int, work: Callable[[int], None]) -> None:
        self._count += 1
        heappush(self._due, (at, self._count, work))

    def run(self) -> None:
        """Do what is due."""
        clock = self._world.clock
        if clock.frozen:
            return
        now, ran = clock.now(), False
        for _ in range(len(self._due)):  # what comes of it is for the next time, also when the clock jumped
            if self._due[0][0] > now:
                break
            _, _, work = heappop(self._due)
            ran = True
            with self._behaving.unheard():
                try:
                    work(now)
                except Refused as refused:
                    log.debug("nothing is said: %s", refused.reason)
                except Exception:
                    log.exception("the emulator failed while the world lived on")
        self.wake()
        if ran:
            self._after()

    def wake(self) -> None:
        """See that what is due is done in time; to be called when the clock was moved."""
        if self._due:
            self._alarm.set(self._due[0][0])

    def stop(self) -> None:
        """Nothing happens any more."""
        self._due.clear()

    # --- what happens ---

    def _come_or_go(self, now: int) -> None:
        self._put(now + self._life.pause(2 * self.seconds), self._come_or_go)
        found = self._life.shown(now)
        if found is not None:
            user = self._world.users.get(found[0].id)
            if self._is_free(user) and self._world.presences.own(user).category != found[1]:
                self._world.presences.set(user, found[1])

    def _is_free(self, user: User) -> bool:
        """Whether somebody can act who is not acted for by a client."""
        return user.may_act(self._world.clock.now()) and not self._sessions.of_user(user.id)

    def _speak(self, now: int) -> None:
        if now >= self._life.until:
            self._life = self._drawn()
        found = self._life.thread(now) if self._threads < _AT_ONCE else None
        turns = 1 if found is None else len(found[1])
        self._put(now + self._life.pause(self.seconds * turns), self._speak)
        if found is not None:
            self._threads += 1
            place, said = found
            self._say(place.stream.id, said, 0, {}, now)

    def _say(self, stream_id: str, said: list[Said], at: int, made: dict[int, Message], now: int) -> None:
        """One turn of a thread; the next one is put off as long as it lets wait. A turn that cannot be said ends it."""
        each = said[at]
        goes_on = False
        try:
            goes_on = self._said(stream_id, each, made) and at + 1 < len(said)
        finally:
            if goes_on:
                pause = min(said[at + 1].at - each.at, round(_SLOWEST * 1_000 * self.seconds))
                self._put(now + pause, partial(self._say, stream_id, said, at + 1, made))
            else:
                self._threads -= 1

    def _said(self, stream_id: str, each: Said, made: dict[int, Message]) -> bool:
        world = self._world
        user = world.users.get(each.person.id)
        if not self._is_free(user):
            return False
        stream = world.streams.writable_by(user, stream_id)
        if user.account_type == NORMAL and world.presences.own(user).category in _GONE:
            world.presences.set(user, AVAILABLE)
        origin = Origin(session=world.ids.uuid(), app=each.app)
        before = None if each.edits is None else made.get(each.edits)
        if before is None:
            made[each.number] = world.messages.post(user, stream, each.content, origin, each.uploads)
        else:
            made[each.number] = world.messages.update(user, stream, before.id, each.content, origin, each.uploads)
        if each.suppressed_at is not None:
            at = world.clock.now() + each.suppressed_at - each.at
            self._put(at, partial(self._suppress, made[each.number]))
        return True

    def _suppress(self, message: Message, now: int) -> None:
        self._world.messages.suppress(self._world.users.get(message.sender), message.id)
