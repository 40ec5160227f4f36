"""What an administrator allows for the pod: protocols of links, types of files (production/pod.md 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access.permissions import SEND_MESSAGES
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call


@endpoint("GET", "/pod/v1/admin/system/protocols/list", permissions=[SEND_MESSAGES], returns="StringList")
def protocols_v1(call: Call) -> list[str]:
    """The URI schemes that links in messages may have."""
    return list(call.world.settings.protocols)


@endpoint("GET", "/pod/v2/system/protocols", permissions=[SEND_MESSAGES], query="system:Page", returns="StringList")
def protocols(call: Call) -> list[str]:
    """The URI schemes that links in messages may have, by pages."""
    return list(call.world.settings.protocols[call.query.skip : call.query.skip + call.query.limit])


@endpoint("GET", "/pod/v1/files/allowedTypes", permissions=[SEND_MESSAGES], returns="StringList")
def allowed_file_types(call: Call) -> list[str]:
    """The types of files that messages may carry."""
    return sorted(call.world.settings.file_types)
