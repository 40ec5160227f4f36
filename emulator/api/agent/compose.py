"""What a message call sent, made into what the world stores: sizes, MessageML, files (reference/agent.md 1, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.rendering import rendered
from emulator.world.attachments import Upload
from emulator.world.errors import Invalid, TooLarge, UnknownUser
from emulator.world.messages import Origin

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.forms import Form
    from emulator.world.messages import Content
    from emulator.world.users import User
    from emulator.world.world import World

MESSAGE_BYTES = 1_500_000


class _Directory:
    """The users that a sender can mention: those whom the directory shows them."""

    def __init__(self, world: World, sender: User) -> None:
        self._world, self._sender = world, sender

    def by_id(self, user_id: int) -> User | None:
        try:
            return self._world.users.seen_by(self._sender, user_id)
        except UnknownUser:
            return None

    def by_email(self, email: str) -> User | None:
        found = self._world.users.look_up(self._sender, emails=[email])
        return found[0] if found else None


def render(world: World, sender: User, message: str | None, data: str | None, version: str | None = None) -> Content:
    """A message in MessageML as the world stores it; Invalid with the agent's text, TooLarge beyond 1.5 MB."""
    if len((message or "").encode()) + len((data or "").encode()) > MESSAGE_BYTES:
        raise TooLarge(f"message and data have more than {MESSAGE_BYTES} bytes together")
    return rendered(world, _Directory(world, sender), message, data, version)


def uploads(form: Form) -> tuple[Upload, ...]:
    """The attachments of a form with their previews; Invalid unless each has one or none has."""
    files, previews = form.files("attachment"), form.files("preview")
    if previews and len(previews) != len(files):
        raise Invalid(f"there are {len(previews)} previews for {len(files)} attachments: send one for each, or none")
    return tuple(
        Upload(name=file.name, content=file.content, preview=previews[at].content if previews else None)
        for at, file in enumerate(files)
    )


def content_of(call: Call) -> Content:
    """What the form of a call says."""
    form = call.form
    assert form is not None
    return render(call.world, call.user, form.text("message"), form.text("data"), form.text("version"))


def origin_of(call: Call) -> Origin:
    """Through what a call came."""
    return Origin(session=call.caller.session.id, app=call.caller.session.app)
