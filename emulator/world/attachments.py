"""Files that travel with messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World


@record
class Upload:
    """A file as it came in: its bare name, and the preview that the sender made of it, if any."""

    name: str
    content: bytes
    preview: bytes | None = None


@record
class Attachment:
    """A file of a message. Ids carry their own percent-escape, as production's do (production/agent.md 2)."""

    id: str
    name: str
    content: bytes
    preview_id: str | None = None
    preview: bytes | None = None


def stored(world: World, user: User, uploads: tuple[Upload, ...]) -> tuple[Attachment, ...]:
    """The uploads with ids of their own: a file sent to several streams is one record in each message."""

    def new_id() -> str:
        return f"internal_{user.id}%2F{world.ids.file()}"

    return tuple(
        Attachment(
            id=new_id(),
            name=upload.name,
            content=upload.content,
            preview_id=None if upload.preview is None else new_id(),
            preview=upload.preview,
        )
        for upload in uploads
    )
