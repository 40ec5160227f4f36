"""Logging in: apps, users through apps, and accounts of their own (production/auth.md 3, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access import signing
from emulator.access.errors import CertificateUnknown, LoginForbidden, LoginRefused
from emulator.access.permissions import ACT_AS_USER
from emulator.access.validity import Stopped, doubt
from emulator.world.clock import Clock
from emulator.world.errors import Invalid
from emulator.world.keys import working
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from emulator.access.sessions import Session, Sessions
    from emulator.world.apps import App
    from emulator.world.users import User
    from emulator.world.world import World


def app_of(world: World, token: str) -> App:
    """The app that signed a login JWT; LoginRefused else."""
    app_id = signing.subject_of(token)
    app = world.apps.book.get(app_id)
    if app is None:
        raise LoginRefused(f"no app has the id '{app_id}' (the 'sub' of the JWT)")
    signing.verify_login(token, working(app, world.clock.now()), Clock.real())
    must_be_valid(world, app=app)
    return app


def must_be_valid(world: World, user: User | None = None, app: App | None = None) -> None:
    """LoginRefused unless a session of this user, of this app, or of both may be."""
    why_not = doubt(world, None if user is None else user.id, None if app is None else app.id)
    if why_not is not None:
        raise LoginRefused(why_not)


def open_app_session(sessions: Sessions, app: App) -> Session:
    return sessions.open("app", subject=app.id, app=app.id)


def app_in_session(world: World, sessions: Sessions, token: str) -> App:
    """The app whose session this is; LoginRefused when it is none, or a user's."""
    session = sessions.find(token)
    if session.kind != "app" or session.app is None:
        raise LoginRefused("this is not the session of an app")
    why_not = doubt(world, None, session.app)
    if why_not is not None:
        raise LoginRefused(why_not)
    return world.apps.get(session.app)


def check_acting(world: World, app: App, user: User) -> None:
    """LoginRefused or LoginForbidden unless this app may act for this user."""
    why_not = doubt(world, user.id, app.id)
    if isinstance(why_not, Stopped) and world.settings.deactivated_login == "forbidden":
        raise LoginForbidden(why_not)
    if why_not is not None:
        raise LoginRefused(why_not)
    if ACT_AS_USER not in app.permissions:
        raise LoginForbidden(f"app '{app.id}' has no permission {ACT_AS_USER}")


def open_user_session(world: World, sessions: Sessions, app: App, user: User) -> Session:
    """A session in which the app acts for the user."""
    check_acting(world, app, user)
    return sessions.open("obo", subject=user.username, user=user.id, app=app.id)


def account_of(world: World, token: str) -> User:
    """The service account that signed a login JWT; LoginRefused else."""
    username = signing.subject_of(token)
    user = world.users.book.one_by("username", (world.companies.home.id, username.casefold()))
    if user is None or user.username != username:
        raise LoginRefused(f"no account is named '{username}' (the 'sub' of the JWT)")
    if user.account_type != SYSTEM:
        raise LoginRefused(f"'{username}' is not a service account")
    signing.verify_login(token, working(user, world.clock.now()), Clock.real())
    must_be_valid(world, user)
    return user


# --- by client certificate ---


def certified_app(world: World, name: str | None) -> App:
    """The app that a client certificate names; LoginRefused else."""
    app = world.apps.book.get(_certified(name))
    if app is None:
        raise CertificateUnknown(f"no app has the id '{name}' (the CN of the client certificate)")
    must_be_valid(world, app=app)
    return app


def certified_account(world: World, name: str | None) -> User:
    """The service account that a client certificate names; LoginRefused for nobody who works here, LoginForbidden for
    who does not log in so."""
    username = _certified(name)
    user = world.users.book.one_by("username", (world.companies.home.id, username.casefold()))
    if user is None or user.username != username:
        raise CertificateUnknown(f"no account is named '{username}' (the CN of the client certificate)")
    if user.account_type != SYSTEM:
        raise LoginForbidden(f"'{username}' is not a service account")
    app = world.apps.book.get(username)
    if app is not None and app.enabled and app.certificate:
        raise LoginForbidden(f"an enabled app with a certificate has the name '{username}' too")
    must_be_valid(world, user)
    return user


def _certified(name: str | None) -> str:
    if name is None:
        raise LoginRefused("the connection has no client certificate: serve with --tls, and give the client one")
    return name


def open_account_session(sessions: Sessions, user: User) -> Session:
    return sessions.open("bot", subject=user.username, user=user.id)


# --- at once ---


def open_at_once(
    world: World, sessions: Sessions, user: User, app: App | None, *, counterpart: bool = False
) -> tuple[Session, str]:
    """A session without logging in, of the user's account or of the app acting for the user, and for an account its
    key manager token; Invalid where it may not be. For tests that are not about logging in."""
    why_not = doubt(world, user.id, None if app is None else app.id, counterpart=counterpart)
    if why_not is not None:
        raise Invalid(why_not)
    if app is None:
        opened = sessions.open("bot", subject=user.username, user=user.id, counterpart=counterpart)
        return opened, sessions.open_key_manager(user.id)
    return sessions.open("obo", subject=user.username, user=user.id, app=app.id, counterpart=counterpart), ""
