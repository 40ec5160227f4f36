"""Whom a session is for (production/pod.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import GET_BASIC_USER_INFO, GET_EXTENDED_USER_INFO
from emulator.api.shapes import UserV2, user_v2
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call


class SessionInfo(TypedDict):
    userId: int


@endpoint("GET", "/pod/v1/sessioninfo", permissions=[GET_BASIC_USER_INFO], returns="SessionInfo", deprecated=True)
def session_info_v1(call: Call) -> SessionInfo:
    """The id of the user in session."""
    return {"userId": call.user.id}


@endpoint("GET", "/pod/v2/sessioninfo", permissions=[GET_BASIC_USER_INFO], returns="UserV2")
def session_info(call: Call) -> UserV2:
    """The user in session."""
    answer = user_v2(call.world, call.user, call.caller, extended=GET_EXTENDED_USER_INFO)
    answer["roles"] = sorted(call.user.roles)
    return answer
