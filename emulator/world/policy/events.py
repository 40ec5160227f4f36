"""Whom events concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Forbidden
from emulator.world.events import MessageSent
from emulator.world.policy import Basis, messages, rule, streams

if TYPE_CHECKING:
    from emulator.world.eventlog import Event
    from emulator.world.users import User
    from emulator.world.world import World


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 3.6, 4.2")
def may_hear(world: World, event: Event, user: User) -> None:
    """A datafeed gets the events that name its user, and those of the streams that the user is in: a message where the
    user may read it, anything else where the user may see the stream."""
    if user.id in event.to:
        return
    if not event.row.members or event.stream is None or not world.streams.is_member(event.stream, user.id):
        raise Forbidden(f"the event {event.kind} does not concern '{user.username}'")
    stream = world.streams.book[event.stream]
    if isinstance(event.about, MessageSent):
        messages.reading(world, user, stream, event.about.message.message)
    else:
        streams.may_see_stream(world, user, stream)
