"""Acts on the behaviours of a world: after the call that set one off, never in the midst of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from emulator.rendering import render
from emulator.world.errors import Refused
from emulator.world.messages import Origin

if TYPE_CHECKING:
    from emulator.world.behaviours import Behaviour, Deed
    from emulator.world.events import Event
    from emulator.world.world import World

DEEPEST = 10
"""So many behaviours may set each other off in a row: two users who answer each other come to an end."""


class _Due(NamedTuple):
    at: int
    behaviour: Behaviour
    event: Event
    depth: int


class Counterparts:
    """What is to be done yet, and what was refused. `after` is called when something was done outside of a call."""

    def __init__(self, world: World, after: Callable[[], None]) -> None:
        self._world, self._after = world, after
        self.waiting: list[_Due] = []
        self.refusals: dict[str, str] = {}
        """The last refusal of each behaviour that met one."""
        self._depth = 0
        world.events.listen(self._heard)

    def _heard(self, event: Event) -> None:
        if event.kind == "world restored":
            self.waiting.clear()
            self.refusals.clear()
            return
        if not len(self._world.behaviours.book) or self._depth >= DEEPEST:
            return
        for behaviour in self._world.behaviours.called_for(event):
            at = self._world.clock.now() + behaviour.after
            self.waiting.append(_Due(at, behaviour, event, self._depth + 1))
            if behaviour.after:
                with suppress(RuntimeError):  # without a loop it is done with the next call
                    asyncio.get_running_loop().call_later((behaviour.after + 2) / 1000, self._later)

    def _later(self) -> None:
        self.run()
        self._after()

    def run(self) -> None:
        """Do what is due, and what that sets off."""
        while due := [each for each in self.waiting if each.at <= self._world.clock.now()]:
            for each in due:
                if each not in self.waiting:
                    continue
                self.waiting.remove(each)
                self._depth = each.depth
                try:
                    for deed in each.behaviour.deeds:
                        self._do(deed, each.event)
                except Refused as refused:
                    self.refusals[each.behaviour.id] = refused.reason
                finally:
                    self._depth = 0

    def _do(self, deed: Deed, event: Event) -> None:
        world = self._world
        user = world.users.get(deed.user)
        if deed.send is not None:
            stream_id = event.stream or str(event.about)
            stream = world.streams.writable_by(user, stream_id)
            world.messages.post(user, stream, render(world, user, deed.send, None), Origin(session=world.ids.uuid()))
        elif deed.accept is not None:
            world.connections.accept(user, deed.accept)
        elif deed.form is not None:
            world.messages.submit(user, str(event.about), deed.form, deed.values)
