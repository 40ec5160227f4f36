"""The only place that knows which status and which of production's texts a refusal has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.errors import CertificateUnknown, LoginForbidden, LoginRefused, NoSession
from emulator.api.texts import text
from emulator.world import errors as world
from emulator.world import ids

if TYPE_CHECKING:
    from emulator.table.table import Endpoint


class ErrorAnswer(TypedDict, total=False):
    code: int
    message: str
    details: dict[str, str]


def answer_of(refused: world.Refused, endpoint: Endpoint | None) -> tuple[int, ErrorAnswer]:
    """The status and the body of a refusal."""
    status, message = _status_of(refused, endpoint)
    if isinstance(refused, world.TooLarge):
        details = {"status": "PAYLOAD_TOO_LARGE", "code": "LIMIT_MESSAGE_CONTENT_MAX_TOTAL_SIZE_REACHED"}
        return status, {"code": status, "message": message, "details": details}
    return status, {"code": status, "message": message}


def _status_of(refused: world.Refused, endpoint: Endpoint | None) -> tuple[int, str]:
    """The status and the message of a refusal (production/auth.md 5.3, pod.md 15, agent.md 1)."""
    match refused:
        case NoSession():
            return 401, text("session")
        case CertificateUnknown():
            return 401, text("certificate")
        case LoginRefused():
            return 401, text("login")
        case LoginForbidden():
            return 403, text("login forbidden")
        case world.MembersHidden():
            return 403, text("members", refused.user)
        case world.Outside() if endpoint is not None and endpoint.form:
            return 403, text("outside", refused.user, ids.standard(refused.stream))
        case world.TooManyFeeds():
            return 403, text("feeds")
        case world.Forbidden():
            return 403, text("forbidden")
        case world.NameTaken():
            return 400, text("room name", refused.name)
        case world.LongDescription():
            return 400, text("app description")
        case world.OtherDomain():
            return 400, text("app domain")
        case world.NotAFile():
            return 400, text("file", refused.name)
        case world.UnknownFollowers():
            return 400, text("followers", refused.users)
        case world.TooLarge():
            return 400, text("size")
        case world.BadMessage():
            return 400, refused.reason
        case world.UnknownRoom():
            return 400, text("stream" if endpoint is None else endpoint.about)
        case world.UnknownStream():
            return 400, text("thread")
        case world.UnknownFeed():
            return 400, text("datafeed")
        case world.UnknownConnection():
            return 404, text("connection")
        case world.UnknownSignal():
            return 400, text("signal")
        case world.Unknown() if endpoint is None or endpoint.missing == 404:
            return 404, text("unknown")
        case _:
            return 400, text("malformed")
