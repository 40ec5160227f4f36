"""The only place that knows which status and which of production's texts a refusal has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.errors import LoginForbidden, LoginRefused, NoSession
from emulator.world import errors as world

if TYPE_CHECKING:
    from emulator.table.table import Endpoint

FORBIDDEN_TEXT = "The user lacks the required entitlement to perform this operation"
SESSION_TEXT = "Invalid session"
LOGIN_TEXT = "Not authorized"
LOGIN_FORBIDDEN_TEXT = "Forbidden to access this endpoint ."
ROOM_TEXT = (
    "Either the stream you're trying to access does not exist, you're not allowed to view its details, or this stream"
    " is not a room."
)
STREAM_INFO_TEXT = (
    "Either the stream you're trying to access does not exist, or you're not allowed to view its details."
)
THREAD_TEXT = "This thread doesn't exist."
FEED_TEXT = "Could not find a datafeed with the provided id"


MEMBERS_TEXT = "User {} is neither an admin nor a member of the specified rooms"
NAME_TAKEN_TEXT = "The name '{}' is too similar to one that is already in use. Please choose another name."
TOO_LARGE_TEXT = "Limit message-content-max-total-size reached"


class ErrorAnswer(TypedDict, total=False):
    code: int
    message: str
    details: dict[str, str]


def answer_of(refused: world.Refused, endpoint: Endpoint | None) -> tuple[int, ErrorAnswer]:
    """The status and the body of a refusal."""
    if isinstance(refused, world.TooLarge):
        details = {"status": "PAYLOAD_TOO_LARGE", "code": "LIMIT_MESSAGE_CONTENT_MAX_TOTAL_SIZE_REACHED"}
        return 400, {"code": 400, "message": TOO_LARGE_TEXT, "details": details}
    status, message = _status_of(refused, endpoint)
    return status, {"code": status, "message": message}


def _status_of(refused: world.Refused, endpoint: Endpoint | None) -> tuple[int, str]:
    """The status and the message of a refusal (production/auth.md 5.3, pod.md 15, agent.md 1)."""
    match refused:
        case NoSession():
            return 401, SESSION_TEXT
        case LoginRefused():
            return 401, LOGIN_TEXT
        case LoginForbidden():
            return 403, LOGIN_FORBIDDEN_TEXT
        case world.MembersHidden():
            return 403, MEMBERS_TEXT.format(refused.user)
        case world.Forbidden():
            return 403, FORBIDDEN_TEXT
        case world.NameTaken():
            return 400, NAME_TAKEN_TEXT.format(refused.name)
        case world.UnknownRoom():
            return 400, ROOM_TEXT if endpoint is not None and "/room/" in endpoint.path else STREAM_INFO_TEXT
        case world.UnknownStream():
            return 400, THREAD_TEXT
        case world.UnknownFeed():
            return 400, FEED_TEXT
        case world.UnknownConnection():
            return 404, "Connection cannot be found"
        case world.UnknownSignal():
            return 400, "Signal not found."
        case world.Compliance():
            return 451, refused.reason
        case world.Unknown():
            return endpoint.missing if endpoint is not None else 404, refused.reason
        case _:
            return 400, refused.reason
