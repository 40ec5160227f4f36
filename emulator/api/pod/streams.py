"""The streams of a user, and what a stream is like (production/pod.md 8)."""

from __future__ import annotations

from mimetypes import MimeTypes
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import LIST_USER_STREAMS, SEND_MESSAGES
from emulator.api.agent.shapes import PREVIEW_WIDTH
from emulator.table.table import endpoint
from emulator.world.errors import Invalid
from emulator.world.ids import pod_of

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.streams import FilesPage, Page, StreamFilter
    from emulator.world.streams import Stream

MOST_STREAMS = 1000
"""The most streams in an answer that the documentation speaks of."""
_TYPES = MimeTypes()


class TypeAnswer(TypedDict):
    type: str


class Conversation(TypedDict):
    members: list[int]


class RoomName(TypedDict):
    name: str


class StreamAnswer(TypedDict, total=False):
    id: str
    crossPod: bool
    origin: str
    active: bool
    lastMessageDate: int
    streamType: TypeAnswer
    streamAttributes: Conversation
    roomAttributes: RoomName


def stream_answer(call: Call, stream: Stream) -> StreamAnswer:
    answer: StreamAnswer = {
        "id": stream.id,
        "crossPod": stream.cross_pod,
        "active": call.world.streams.is_active(stream),
        "streamType": {"type": stream.type},
    }
    if stream.room is not None:
        answer["roomAttributes"] = {"name": stream.room.name}
    else:
        answer["streamAttributes"] = {"members": list(stream.parties)}
    return answer


@endpoint(
    "POST",
    "/pod/v1/streams/list",
    permissions=[LIST_USER_STREAMS],
    query="streams:Page",
    body="streams:StreamFilter",
    body_required=False,
    returns="StreamList",
    success=(200, 204),
)
def list_streams(call: Call) -> list[StreamAnswer] | None:
    """The streams of the user, oldest first; a limit of 0 is none."""
    asked: StreamFilter | None = call.body
    page: Page = call.query
    if call.world.settings.streams_list_limit == "bounded" and not 1 <= page.limit <= MOST_STREAMS:
        raise Invalid(f"limit is 1 to {MOST_STREAMS}, not {page.limit}: settings.streamsListLimit")
    types = {each.type for each in (asked and asked.streamTypes) or ()}
    found = call.world.streams.listed(call.user, types, inactive=bool(asked and asked.includeInactiveStreams))
    shown = found[page.skip : page.skip + page.limit] if page.limit else found[page.skip :]
    return [stream_answer(call, stream) for stream in shown] or None


@endpoint("GET", "/pod/v1/streams/{sid}/info", permissions=[SEND_MESSAGES], returns="StreamAttributes", deprecated=True)
def stream_info_v1(call: Call) -> StreamAnswer:
    """What a stream is like, the older form."""
    return stream_answer(call, call.world.streams.seen_by(call.user, call.id("sid")))


@endpoint("GET", "/pod/v2/streams/{sid}/info", permissions=[SEND_MESSAGES], returns="V2StreamAttributes")
def stream_info(call: Call) -> StreamAnswer:
    """What a stream is like."""
    stream = call.world.streams.seen_by(call.user, call.id("sid"))
    answer = stream_answer(call, stream)
    answer["origin"] = "INTERNAL" if pod_of(stream.created_by) == call.user.company_id else "EXTERNAL"
    last = call.world.messages.last_at(stream)
    if last is not None:
        answer["lastMessageDate"] = last
    return answer


class PreviewAnswer(TypedDict):
    fileId: str
    width: int


FileAnswer = TypedDict(
    "FileAnswer",
    {
        "messageId": str,
        "ingestionDate": int,
        "userId": int,
        "fileId": str,
        "name": str,
        "size": int,
        "content-type": str,
        "previews": list[PreviewAnswer],
    },
)


@endpoint("GET", "/pod/v1/streams/{sid}/attachments", query="streams:FilesPage", returns="StreamAttachmentResponse")
def stream_files(call: Call) -> list[FileAnswer]:
    """The files that were sent into a stream."""
    page: FilesPage = call.query
    if page.sortDir.upper() not in ("ASC", "DESC"):
        raise Invalid(f"sortDir is ASC or DESC, not '{page.sortDir}'")
    found = call.world.messages.files(
        call.user,
        call.id("sid"),
        since=page.since,
        until=page.to,
        newest_first=page.sortDir.upper() == "DESC",
        limit=page.limit,
    )
    return [
        {
            "messageId": message.id,
            "ingestionDate": message.at,
            "userId": message.sender,
            "fileId": file.id,
            "name": file.name,
            "size": len(file.content),
            "content-type": _TYPES.guess_type(file.name)[0] or "application/octet-stream",
            "previews": [] if file.preview_id is None else [{"fileId": file.preview_id, "width": int(PREVIEW_WIDTH)}],
        }
        for message, file in found
    ]
