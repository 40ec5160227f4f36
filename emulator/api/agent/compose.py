"""What a message call sent, made into what the world stores: sizes, MessageML, files (production/agent.md 1, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.rendering import render
from emulator.world.attachments import Upload
from emulator.world.errors import Invalid
from emulator.world.messages import Origin

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.forms import Form
    from emulator.world.messages import Content


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
