"""Logging in: apps, users through apps, and accounts of their own (production/auth.md 3, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access import signing
from emulator.access.errors import CertificateUnknown, LoginForbidden, LoginRefused
from emulator.access.permissions import ACT_AS_USER
from emulator.world.clock import Clock
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
    must_be_enabled(app)
    return app


def must_be_enabled(app: App) -> None:
    if not app.enabled:
        raise LoginRefused(f"app '{app.id}' is disabled on this pod")


def open_app_session(sessions: Sessions, app: App) -> Session:
    return sessions.open("app", subject=app.id, app=app.id)


def app_in_session(world: World, sessions: Sessions, token: str) -> App:
    """The app whose session this is; LoginRefused when it is none, or a user's."""
    session = sessions.find(token)
    if session.kind != "app" or session.app is None:
        raise LoginRefused("this is not the session of an app")
    app = world.apps.book.get(session.app)
    if app is None:
        raise LoginRefused(f"app '{session.app}' is gone")
    must_be_enabled(app)
    return app


def check_acting(world: World, app: App, user: User) -> None:
    """LoginRefused or LoginForbidden unless this app may act for this user."""
    if user.company_id != world.companies.home.id:
        raise LoginRefused(f"user '{user.username}' is of another pod")
    if not user.may_act(world.clock.now()):
        refusal = LoginRefused if world.settings.deactivated_login == "unauthorized" else LoginForbidden
        raise refusal(f"user '{user.username}' is deactivated or suspended")
    if user.account_type == SYSTEM and not world.settings.service_accounts_obo:
        raise LoginRefused(
            f"'{user.username}' is a service account, and apps act for people only,"
            " unless the world has the setting serviceAccountsObo"
        )
    if not world.apps.installed(app, user):
        raise LoginRefused(f"app '{app.id}' is not installed for '{user.username}'")
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
    if not user.may_act(world.clock.now()):
        raise LoginRefused(f"service account '{username}' is deactivated or suspended")
    return user


# --- by client certificate ---


def certified_app(world: World, name: str | None) -> App:
    """The app that a client certificate names; LoginRefused else."""
    app = world.apps.book.get(_certified(name))
    if app is None:
        raise CertificateUnknown(f"no app has the id '{name}' (the CN of the client certificate)")
    must_be_enabled(app)
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
    if not user.may_act(world.clock.now()):
        raise LoginRefused(f"service account '{username}' is deactivated or suspended")
    return user


def _certified(name: str | None) -> str:
    if name is None:
        raise LoginRefused("the connection has no client certificate: serve with --tls, and give the client one")
    return name


def open_account_session(sessions: Sessions, user: User) -> Session:
    return sessions.open("bot", subject=user.username, user=user.id)
