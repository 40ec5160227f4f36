"""Caller: on whose behalf a call is made, and through what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.access.errors import NoSession
from emulator.access.validity import doubt

if TYPE_CHECKING:
    from emulator.access.sessions import Session, Sessions
    from emulator.world.apps import App
    from emulator.world.users import User
    from emulator.world.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Caller:
    """The user in session, and the app that acts for them; without an app it is an account of its own."""

    user: User
    app: App | None
    session: Session

    def app_may(self, permission: str) -> bool:
        """Whether a permission beyond those of the endpoint is there. Accounts of their own need none."""
        return self.app is None or permission in self.app.permissions


def caller_of(world: World, sessions: Sessions, token: str) -> Caller:
    """Who calls with this session token; NoSession when nobody does any more: user, app and installation are looked at
    anew on each call, so that what is taken away is gone at once."""
    session = sessions.find(token)
    if session.user is None:
        raise NoSession("this is the session of an app: log a user in with it, it opens no other endpoint")
    why_not = doubt(world, session.user, session.app, counterpart=session.counterpart)
    if why_not is not None:
        raise NoSession(why_not)
    app = None if session.app is None else world.apps.get(session.app)
    return Caller(world.users.get(session.user), app, session)
