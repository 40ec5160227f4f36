"""The permissions of applications, as the table of OBO endpoints names them, and whether an app has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from emulator.access.errors import PermissionMissing

if TYPE_CHECKING:
    from emulator.world.apps import App

ACT_AS_USER = "ACT_AS_USER"
CREATE_USER_STREAM = "CREATE_USER_STREAM"
GET_BASIC_CONTACT_INFO = "GET_BASIC_CONTACT_INFO"
GET_BASIC_USER_INFO = "GET_BASIC_USER_INFO"
GET_EXTENDED_CONTACT_INFO = "GET_EXTENDED_CONTACT_INFO"
GET_EXTENDED_USER_INFO = "GET_EXTENDED_USER_INFO"
GET_MESSAGES = "GET_MESSAGES"
GET_PRESENCE = "GET_PRESENCE"
GET_USER_CONNECTIONS = "GET_USER_CONNECTIONS"
LIST_USER_STREAMS = "LIST_USER_STREAMS"
MANAGE_ROOMS = "MANAGE_ROOMS"
MANAGE_SIGNALS = "MANAGE_SIGNALS"
MANAGE_USER_FOLLOWING = "MANAGE_USER_FOLLOWING"
REQUEST_USER_CONNECTIONS = "REQUEST_USER_CONNECTIONS"
SEND_MESSAGES = "SEND_MESSAGES"
SET_PRESENCE = "SET_PRESENCE"
SUPPRESS_MESSAGES = "SUPPRESS_MESSAGES"
TRUST_APP = "TRUST_APP"

PERMISSIONS = frozenset(
    {
        ACT_AS_USER,
        CREATE_USER_STREAM,
        GET_BASIC_CONTACT_INFO,
        GET_BASIC_USER_INFO,
        GET_EXTENDED_CONTACT_INFO,
        GET_EXTENDED_USER_INFO,
        GET_MESSAGES,
        GET_PRESENCE,
        GET_USER_CONNECTIONS,
        LIST_USER_STREAMS,
        MANAGE_ROOMS,
        MANAGE_SIGNALS,
        MANAGE_USER_FOLLOWING,
        REQUEST_USER_CONNECTIONS,
        SEND_MESSAGES,
        SET_PRESENCE,
        SUPPRESS_MESSAGES,
        TRUST_APP,
    }
)

Match = Literal["all", "any"]

_CUSTOM = re.compile(r"[A-Z0-9_]{1,64}")


def is_permission(name: str) -> bool:
    """Whether an app can have a permission of this name: one that we know, or a custom one (production/pod.md 2.1)."""
    return name in PERMISSIONS or _CUSTOM.fullmatch(name) is not None


def check(app: App, needed: Sequence[str], match: Match) -> None:
    """PermissionMissing unless the app has what an endpoint needs: all of it, or any of it under `match` any."""
    granted = app.permissions
    if ACT_AS_USER not in granted:
        raise PermissionMissing(f"app '{app.id}' has no permission {ACT_AS_USER}", [ACT_AS_USER])
    missing = [name for name in needed if name not in granted]
    if not missing or (match == "any" and len(missing) < len(needed)):
        return
    joint = " or " if match == "any" else " and "
    raise PermissionMissing(f"app '{app.id}' has no permission {joint.join(missing)}", missing)
