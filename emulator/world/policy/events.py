"""Whom events concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Forbidden
from emulator.world.policy import Basis, messages, rule, streams

if TYPE_CHECKING:
    from emulator.world.events import Event
    from emulator.world.users import User
    from emulator.world.world import World


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 3.6, 4.2")
def may_hear(world: World, event: Event, user: User) -> None:
    """A datafeed gets the events that name its user, and those of the streams that the user is in: a message where the
    user may read it, anything else where the user may see the stream."""
    if user.id in event.to:
        return
    if event.stream is None or not world.streams.is_member(event.stream, user.id):
        raise Forbidden(f"the event {event.kind} does not concern '{user.username}'")
    stream = world.streams.book[event.stream]
    if event.kind == "MESSAGESENT":
        messages.reading(world, user, stream, world.messages.book[event.about])
    else:
        streams.may_see_stream(world, user, stream)
