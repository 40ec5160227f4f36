"""How each kind of deed is done, with the rights of who does it at that moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from emulator.rendering import as_messageml, render, verbatim
from emulator.stage.filling import completed, filled
from emulator.world.behaviours import ANY_FORM
from emulator.world.errors import Forbidden, Invalid, Unknown
from emulator.world.events import MessageSent
from emulator.world.messages import Origin

if TYPE_CHECKING:
    from emulator.world.behaviours import Deed
    from emulator.world.eventlog import Event
    from emulator.world.users import User
    from emulator.world.world import World

_SLOT = re.compile(r"(?<![$#])\{(\w{1,64})\}")


class Answered(NamedTuple):
    """What a deed answers: the event, and what the pattern of the behaviour found, by group."""

    event: Event
    groups: dict[str, str]


def perform(world: World, deed: Deed, answered: Answered) -> None:
    """Do it; a Refused where the user may not."""
    user = world.users.get(deed.user)
    if not user.may_act(world.clock.now()):
        raise Forbidden(f"'{user.username}' is deactivated or suspended")
    DEEDS[deed.kinds[0]](world, user, deed, answered)


def _put_in(world: World, text: str, answered: Answered, as_is: Callable[[str], str]) -> str:
    """A text with `{sender}`, `{room}` and the groups of the pattern filled in."""
    event = answered.event

    def value(match: re.Match[str]) -> str:
        if match[1] == "sender":
            user = world.users.book.get(event.by)
            return as_is(user.display_name if user is not None else "")
        if match[1] == "room":
            stream = world.streams.book.get(event.stream or "")
            return as_is(stream.room.name if stream is not None and stream.room is not None else "")
        found = answered.groups.get(match[1])
        return match[0] if found is None else as_is(found)

    return _SLOT.sub(value, text)


def _send(world: World, user: User, deed: Deed, answered: Answered) -> None:
    if answered.event.stream is None:
        raise Invalid(f"'{answered.event.kind}' happens in no stream: nothing can be said there")
    stream = world.streams.writable_by(user, answered.event.stream)
    text = _put_in(world, as_messageml(deed.send or " "), answered, verbatim)
    world.messages.post(user, stream, render(world, user, text, None), Origin(session=world.ids.uuid()), deed.files)


def _show(world: World, user: User, deed: Deed, answered: Answered) -> None:
    world.presences.set(user, deed.presence or "")


def _join(world: World, user: User, deed: Deed, answered: Answered) -> None:
    world.rooms.add(user, deed.join or "", user.id)


def _connect(world: World, user: User, deed: Deed, answered: Answered) -> None:
    other = answered.event.by if deed.other is None else deed.other
    if deed.connect == "requestConnection":
        world.connections.request(user, other)
    else:
        world.connections.accept(user, other)


def _submit(world: World, user: User, deed: Deed, answered: Answered) -> None:
    about = answered.event.about
    if not isinstance(about, MessageSent):
        raise Invalid(f"'{answered.event.kind}' brings no form")
    message = world.messages.seen_by(user, about.message.message.id)
    if deed.form == ANY_FORM and not message.forms:
        raise Unknown(f"message '{message.id}' has no form")
    form = message.forms[0] if deed.form == ANY_FORM else deed.form or ""
    if deed.values is None:
        values = filled(message.presentationml, form, world.clock.now(), user.id)
    else:
        values = {name: _put_in(world, value, answered, str) for name, value in deed.values}
    world.messages.submit(user, message.id, form, completed(message.presentationml, form, values))


DEEDS: dict[str, Callable[[World, User, Deed, Answered], None]] = {
    "send": _send,
    "presence": _show,
    "join": _join,
    "connect": _connect,
    "form": _submit,
}
"""By the field of a deed that says what is done."""
