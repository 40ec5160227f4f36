"""IMs (production/pod.md 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import SEND_MESSAGES
from emulator.table.table import endpoint
from emulator.world import ids

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.streams import Stream


class StreamId(TypedDict):
    id: str


@endpoint(
    "POST",
    "/pod/v1/im/create",
    permissions=[SEND_MESSAGES],
    body="ims:Participants",
    returns="Stream",
)
def create_im(call: Call) -> StreamId:
    """The IM of the user with others: the one there is, or a new one."""
    return {"id": call.world.streams.im(call.user, call.body).id}


class ImAttributes(TypedDict, total=False):
    pinnedMessageId: str


class ImSystemInfo(TypedDict):
    id: str
    creationDate: int
    active: bool


class ImInfo(TypedDict):
    V1IMAttributes: ImAttributes
    IMSystemInfo: ImSystemInfo


def _answer(call: Call, stream: Stream) -> ImInfo:
    return {
        "V1IMAttributes": {"pinnedMessageId": stream.pinned} if stream.pinned else {},
        "IMSystemInfo": {
            "id": stream.id,
            "creationDate": stream.created_at,
            "active": call.world.streams.is_active(stream),
        },
    }


@endpoint("GET", "/pod/v1/im/{id}/info", returns="V1IMDetail")
def im_info(call: Call) -> ImInfo:
    """What an IM is like."""
    return _answer(call, call.world.streams.im_seen_by(call.user, call.id("id")))


@endpoint("POST", "/pod/v1/im/{id}/update", body="ims:ImUpdate", returns="V1IMDetail")
def update_im(call: Call) -> ImInfo:
    """Pin a message in an IM, or unpin it."""
    return _answer(call, call.world.streams.pin(call.user, call.id("id"), ids.url_safe(call.body.pinnedMessageId)))
