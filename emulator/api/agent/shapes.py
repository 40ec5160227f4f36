"""The message as the agent gives it out (production/agent.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.api.shapes import V4User, v4_user
from emulator.world.messages import MARKDOWN, NOTHING
from emulator.world.policy import allows, messages

if TYPE_CHECKING:
    from emulator.world.messages import Message
    from emulator.world.settings import Settings
    from emulator.world.users import User
    from emulator.world.world import World

USER_AGENT = "Agent-25.8.1-778-Linux-5.10"
PREVIEW_WIDTH = "600"


class ImageAnswer(TypedDict):
    id: str
    dimension: str


class AttachmentAnswer(TypedDict):
    id: str
    name: str
    size: int
    images: list[ImageAnswer]


class StreamRef(TypedDict):
    streamId: str
    streamType: str


class V4Message(TypedDict, total=False):
    messageId: str
    timestamp: int
    message: str
    data: str | None
    attachments: list[AttachmentAnswer]
    user: V4User
    stream: StreamRef
    userAgent: str
    originalFormat: str
    sid: str
    replacing: str
    replacedBy: str
    initialMessageId: str
    initialTimestamp: int
    silent: bool


def v4_message(world: World, message: Message, viewer: User) -> V4Message:
    """A message as `viewer` reads it."""
    stream_type, sender = world.streams.book[message.stream].type, world.users.get(message.sender)
    return message_shape(world.settings, message, stream_type, sender, viewer)


def message_shape(settings: Settings, message: Message, stream_type: str, sender: User, viewer: User) -> V4Message:
    """A message with its sender as they were. What a suppressed one said is gone for everybody."""
    shown = allows(messages.content_shows, message)
    attachments: list[AttachmentAnswer] = []
    if shown:
        for attachment in message.attachments:
            images: list[ImageAnswer] = []
            if attachment.preview_id is not None:
                images.append({"id": attachment.preview_id, "dimension": PREVIEW_WIDTH})
            attachments.append(
                {"id": attachment.id, "name": attachment.name, "size": len(attachment.content), "images": images}
            )
    answer: V4Message = {
        "messageId": message.id,
        "timestamp": message.at,
        "message": message.presentationml if shown else NOTHING,
        "attachments": attachments,
        "user": v4_user(sender, viewer),
        "stream": {"streamId": message.stream, "streamType": stream_type},
        "userAgent": USER_AGENT,
        "originalFormat": message.format,
        "sid": message.origin.session,
    }
    if shown and (message.data != "{}" or message.format == MARKDOWN):
        answer["data"] = message.data
    elif settings.message_data != "absent":
        answer["data"] = None if settings.message_data == "null" else "{}"
    if message.replaced_by is not None:
        answer["replacedBy"] = message.replaced_by
    if message.replaces is not None and message.initial is not None and message.initial_at is not None:
        answer["replacing"] = message.replaces
        answer["initialMessageId"] = message.initial
        answer["initialTimestamp"] = message.initial_at
        answer["silent"] = message.silent is not False
    return answer
