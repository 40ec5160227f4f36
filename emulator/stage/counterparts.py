"""Acts on the behaviours of a world: after the call that set one off, never in the midst of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from emulator.rendering import as_messageml, render
from emulator.world.errors import Forbidden, Refused
from emulator.world.messages import Origin

if TYPE_CHECKING:
    from emulator.world.behaviours import Behaviour, Deed
    from emulator.world.events import Event
    from emulator.world.world import World

_SLOT = re.compile(r"(?<![$#])\{(sender|room)\}")

BUDGET = 50
"""So many behaviours may be set off, all in all, by what behaviours did after one thing that somebody else did."""


class _Cause:
    """One thing that somebody else did, and how much more may come of what it set off."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = BUDGET


class _Due(NamedTuple):
    at: int
    behaviour: Behaviour
    event: Event
    cause: _Cause


class Counterparts:
    """What is to be done yet, and what was refused. `after` is called when something was done outside of a call."""

    def __init__(self, world: World, after: Callable[[], None]) -> None:
        self._world, self._after = world, after
        self.waiting: list[_Due] = []
        self.refusals: dict[str, str] = {}
        """The last refusal of each behaviour that met one."""
        self._acting: _Cause | None = None
        world.events.listen(self._heard)

    def _heard(self, event: Event) -> None:
        if event.kind == "world restored":
            self.waiting.clear()
            self.refusals.clear()
            return
        if not len(self._world.behaviours.book):
            return
        cause = self._acting or _Cause()
        chained = self._acting is not None
        most = cause.left if chained else None
        for behaviour in self._world.behaviours.called_for(event, chained=chained, most=most):
            cause.left -= chained
            at = self._world.clock.now() + behaviour.after
            self.waiting.append(_Due(at, behaviour, event, cause))
            if behaviour.after:
                with suppress(RuntimeError):  # without a loop it is done with the next call
                    asyncio.get_running_loop().call_later((behaviour.after + 2) / 1000, self._later)

    def forget(self, undone: set[int]) -> None:
        """Nothing follows on events that did not happen, as it turned out."""
        self.waiting = [each for each in self.waiting if each.event.number not in undone]

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
                self._acting = each.cause
                try:
                    for deed in each.behaviour.deeds:
                        self._do(deed, each.event)
                except Refused as refused:
                    self.refusals[each.behaviour.id] = refused.reason
                finally:
                    self._acting = None

    def _filled(self, text: str, event: Event) -> str:
        """A text with `{sender}` and `{room}` filled: who did what it answers, and where."""

        def value(match: re.Match[str]) -> str:
            if match[1] == "sender":
                user = self._world.users.book.get(event.by)
                found = user.display_name if user is not None else ""
            else:
                stream = self._world.streams.book.get(event.stream or "")
                found = stream.room.name if stream is not None and stream.room is not None else ""
            return escape(found) if text.lstrip().startswith("<") else found

        return _SLOT.sub(value, text)

    def _do(self, deed: Deed, event: Event) -> None:
        world = self._world
        user = world.users.get(deed.user)
        if not user.may_act(world.clock.now()):
            raise Forbidden(f"'{user.username}' is deactivated or suspended")
        if deed.send is not None:
            stream_id = event.stream or str(event.about)
            stream = world.streams.writable_by(user, stream_id)
            text = as_messageml(self._filled(deed.send, event))
            world.messages.post(user, stream, render(world, user, text, None), Origin(session=world.ids.uuid()))
        elif deed.accept is not None:
            world.connections.accept(user, deed.accept)
        elif deed.form is not None:
            world.messages.submit(user, str(event.about), deed.form, deed.values)
