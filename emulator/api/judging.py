"""Who calls, and may the app do this: asked when a call acts, and again when one that waited goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access import permissions
from emulator.access.caller import Caller, caller_of
from emulator.access.errors import NoSession, PermissionMissing
from emulator.access.obo_also import OBO_ALSO

if TYPE_CHECKING:
    from emulator.stage.stage import Stage
    from emulator.table.table import Endpoint
    from emulator.world.world import World


def caller(stage: Stage, headers: list[tuple[bytes, bytes]], endpoint: Endpoint) -> Caller:
    """Whose session a call's headers name; NoSession when it is nobody's any more."""
    token = key_manager_token = ""
    for key, value in headers:
        if key == b"sessiontoken":
            token = value.decode("latin-1")
        elif key == b"keymanagertoken":
            key_manager_token = value.decode("latin-1")
        elif key == b"authorization" and not token:
            scheme, _, rest = value.decode("latin-1").partition(" ")
            token = rest if scheme.lower() == "bearer" else scheme
    if not token:
        raise NoSession("the call has no header sessionToken")
    who = caller_of(stage.world, stage.sessions, token)
    if who.app is None and endpoint.needs_key_manager and who.session.kind == "bot":
        stage.sessions.check_key_manager(key_manager_token, who.user.id)
    return who


def permit(stage: Stage, who: Caller, endpoint: Endpoint) -> None:
    """PermissionMissing unless the app, where there is one, may make such calls."""
    if who.app is None:
        return
    permissions.check(who.app, needed_for(stage.world, endpoint), stage.world.settings.permission_match)


def needed_for(world: World, endpoint: Endpoint) -> tuple[str, ...]:
    """The permissions that an app needs for an endpoint in this world; PermissionMissing where none opens it."""
    if endpoint.permissions is not None:
        return endpoint.permissions
    why = f"{endpoint.name} is not enabled for apps that act on behalf of a user"
    if endpoint.name not in OBO_ALSO:
        raise PermissionMissing(why)
    if endpoint.name not in world.settings.obo_also:
        raise PermissionMissing(f"{why}: a world opens it with settings.oboAlso: ['{endpoint.name}']")
    return OBO_ALSO[endpoint.name]
