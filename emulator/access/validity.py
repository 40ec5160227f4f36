"""May this session be: the one place that decides, when somebody logs in, when a session is given at once, when a call
is explained, and anew on each call, so that what is taken away is gone at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from emulator.world.apps import App
    from emulator.world.users import User
    from emulator.world.world import World


class Stopped(str):
    """The doubt that an account is deactivated or suspended."""


def doubt(world: World, user: int | None, app: str | None, *, counterpart: bool = False) -> str | None:
    """Why a session of this user, of this app, or of the app acting for the user, may not be; None where it may
    (production/auth.md 6). A user of another pod is in one only where it was opened for a `counterpart`."""
    acting = None if app is None else world.apps.book.get(app)
    if app is not None:
        if acting is None:
            return f"app '{app}' is gone"
        if not acting.enabled:
            return f"app '{app}' is disabled on this pod"
    if user is None:
        return None
    found = world.users.book.get(user)
    if found is None:
        return f"user {user} is gone"
    return _of_user(world, found, counterpart) or (None if acting is None else _of_both(world, acting, found))


def _of_user(world: World, user: User, counterpart: bool) -> str | None:
    if user.company_id != world.companies.home.id and not counterpart:
        return (
            f"user '{user.username}' is of another pod: only the control plane's POST tokens opens a session for them"
            ' here, with {"counterpart": true}'
        )
    if (user.suspended or not user.enabled) and not user.may_act(world.clock.now()):
        return Stopped(f"user '{user.username}' is deactivated or suspended")
    return None


def _of_both(world: World, app: App, user: User) -> str | None:
    if user.account_type == SYSTEM and not world.settings.service_accounts_obo:
        return (
            f"'{user.username}' is a service account, and apps act for people only,"
            " unless the world has the setting serviceAccountsObo"
        )
    if not world.apps.installed(app, user):
        return f"app '{app.id}' is not installed for '{user.username}'"
    return None
