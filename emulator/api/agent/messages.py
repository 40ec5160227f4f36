"""Messages: sending, changing, hiding, reading (production/agent.md 3-7)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import GET_MESSAGES, SEND_MESSAGES, SUPPRESS_MESSAGES
from emulator.api.agent.compose import content_of, origin_of, uploads
from emulator.api.agent.shapes import V4Message, v4_message
from emulator.api.call import Answer
from emulator.api.errors import ErrorAnswer, answer_of
from emulator.table.table import endpoint
from emulator.world import ids
from emulator.world.errors import Forbidden, Invalid, Refused, UnknownStream

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.forms import Form
    from emulator.api.requests.messages import FileQuery, ListQuery

MOST_STREAMS = 100


def _form(call: Call) -> Form:
    assert call.form is not None
    return call.form


@endpoint("POST", "/agent/v4/stream/{sid}/message/create", permissions=[SEND_MESSAGES], form=True, returns="V4Message")
def create_message(call: Call) -> V4Message:
    """Send a message into a stream."""
    files = uploads(_form(call))
    stream = call.world.streams.writable_by(call.user, call.id("sid"), files=bool(files))
    message = call.world.messages.post(call.user, stream, content_of(call), origin_of(call), files)
    return v4_message(call.world, message, call.user)


class BlastAnswer(TypedDict):
    messages: list[V4Message]
    errors: dict[str, ErrorAnswer]


@endpoint("POST", "/agent/v4/message/blast", permissions=[SEND_MESSAGES], form=True, returns="V4MessageBlastResponse")
def blast_message(call: Call) -> BlastAnswer:
    """Send one message into many streams; what fails is told by stream, the rest is sent."""
    form = _form(call)
    sids = [sid.strip() for text in form.texts("sids") for sid in text.split(",")]
    sids = [sid for sid in dict.fromkeys(sids) if sid]
    if not sids:
        raise Invalid("'sids' names no stream")
    if len(sids) > MOST_STREAMS:
        raise Invalid(f"{len(sids)} streams are named, at most {MOST_STREAMS} are allowed")
    files, content, origin = uploads(form), content_of(call), origin_of(call)
    answer: BlastAnswer = {"messages": [], "errors": {}}
    for sid in sids:
        try:
            stream = call.world.streams.writable_by(call.user, ids.url_safe(sid), files=bool(files))
            message = call.world.messages.post(call.user, stream, content, origin, files)
        except Refused as refused:
            answer["errors"][sid] = answer_of(refused, call.endpoint)[1]
            call.notes.append(f"{sid}: {refused.reason}")
        else:
            answer["messages"].append(v4_message(call.world, message, call.user))
    return answer


@endpoint(
    "POST", "/agent/v4/stream/{sid}/message/{mid}/update", permissions=[SEND_MESSAGES], form=True, returns="V4Message"
)
def update_message(call: Call) -> V4Message:
    """A new version of a message of one's own."""
    files = uploads(_form(call))
    silent = (_form(call).text("silent") or "true").strip().lower()
    if silent not in ("true", "false"):
        raise Invalid(f"'silent' is true or false, not '{silent}'")
    messages = call.world.messages
    stream = call.world.streams.writable_by(call.user, call.id("sid"), files=bool(files))
    messages.current(call.user, stream, call.id("mid"))
    message = messages.update(
        call.user, stream, call.id("mid"), content_of(call), origin_of(call), files, silent=silent == "true"
    )
    return v4_message(call.world, message, call.user)


class Suppression(TypedDict):
    messageId: str
    suppressed: bool
    suppressionDate: int


@endpoint(
    "POST",
    "/pod/v1/admin/messagesuppression/{id}/suppress",
    permissions=[SUPPRESS_MESSAGES],
    returns="MessageSuppressionResponse",
    aliases=[("POST", "/v1/admin/messagesuppression/{id}/suppress")],
)
def suppress_message(call: Call) -> Suppression:
    """Hide what a message says from everybody."""
    message, at = call.world.messages.suppress(call.user, call.id("id"))
    return {"messageId": message.id, "suppressed": True, "suppressionDate": at}


@endpoint(
    "GET",
    "/agent/v4/stream/{sid}/message",
    permissions=[GET_MESSAGES],
    query="messages:ListQuery",
    returns="V4MessageList",
    success=(200, 204),
)
def list_messages(call: Call) -> list[V4Message] | None:
    """The earliest messages of a stream from a time on."""
    asked: ListQuery = call.query
    found = call.world.messages.listed(
        call.user, call.id("sid"), since=asked.since, until=asked.until, skip=asked.skip, limit=asked.limit
    )
    if call.world.settings.messages_order == "newest":
        found.reverse()
    answer = [v4_message(call.world, message, call.user) for message in found]
    return answer if answer or call.world.settings.empty_messages == "emptyList" else None


@endpoint("GET", "/agent/v1/message/{id}", returns="V4Message", success=(200, 204))
def message_by_id(call: Call) -> V4Message | None:
    """A message by its id."""
    message_id = call.id("id")
    if message_id not in call.world.messages.book:
        return None
    try:
        message = call.world.messages.seen_by(call.user, message_id)
    except Forbidden as forbidden:
        if call.world.settings.unreadable_message == "forbidden":
            raise
        call.notes.append(forbidden.reason)
        return None
    return v4_message(call.world, message, call.user)


@endpoint("GET", "/agent/v1/stream/{sid}/attachment", query="messages:FileQuery")
def attachment(call: Call) -> Answer:
    """The content of a file, as Base64 text."""
    asked: FileQuery = call.query
    sid = call.id("sid")
    if sid not in call.world.streams.book:
        raise UnknownStream(f"there is no stream '{sid}'")
    # Old clients send the id with its own escape taken away.
    file_id = asked.fileId if "%" in asked.fileId else asked.fileId.replace("/", "%2F").replace("=", "%3D")
    content = call.world.messages.attachment(call.user, sid, ids.url_safe(asked.messageId), file_id)
    return Answer(200, base64.b64encode(content), content_type=b"application/octet-stream")
