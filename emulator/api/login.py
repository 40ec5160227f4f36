"""Logging in with RSA, and logging out (reference/auth.md 1, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from emulator.access import login
from emulator.access.errors import LoginRefused, NoSession
from emulator.api.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.apps import App


class Token(TypedDict):
    token: str
    name: str


class Message(TypedDict):
    message: str


def _session_token(token: str) -> Token:
    return {"token": token, "name": "sessionToken"}


@endpoint("POST", "/login/pubkey/app/authenticate", auth="none", body="login:SignedToken", returns="Token")
def authenticate_app(call: Call) -> Token:
    """Log an app in with a JWT that it signed."""
    app = login.app_of(call.world, call.body.token)
    return _session_token(login.open_app_session(call.stage.sessions, app).token)


def _app_in_session(call: Call) -> App:
    token = call.header(b"sessiontoken")
    if not token:
        raise LoginRefused("the call has no header sessionToken: log the app in first")
    return login.app_in_session(call.world, call.stage.sessions, token)


@endpoint("POST", "/login/pubkey/app/user/{userId}/authenticate", auth="none", returns="Token")
def authenticate_user_by_id(call: Call) -> Token:
    """Log a user in through the app in session, by user id."""
    app = _app_in_session(call)
    user = call.world.users.book.get(call.number("userId"))
    if user is None:
        raise LoginRefused(f"no user has the id {call.path['userId']}")
    return _session_token(login.open_user_session(call.world, call.stage.sessions, app, user).token)


@endpoint("POST", "/login/pubkey/app/username/{username}/authenticate", auth="none", returns="Token")
def authenticate_user_by_name(call: Call) -> Token:
    """Log a user in through the app in session, by username."""
    app = _app_in_session(call)
    name = call.path["username"]
    user = call.world.users.book.one_by("username", (call.world.companies.home.id, name.casefold()))
    if user is None:
        raise LoginRefused(f"no user is named '{name}'")
    return _session_token(login.open_user_session(call.world, call.stage.sessions, app, user).token)


@endpoint("POST", "/login/pubkey/authenticate", auth="none", body="login:SignedToken", returns="Token")
def authenticate_account(call: Call) -> Token:
    """Log a service account in with a JWT that it signed."""
    account = login.account_of(call.world, call.body.token)
    return _session_token(login.open_account_session(call.stage.sessions, account).token)


@endpoint("POST", "/relay/pubkey/authenticate", auth="none", body="login:SignedToken", returns="Token")
def authenticate_at_key_manager(call: Call) -> Token:
    """Log a service account in at the key manager."""
    account = login.account_of(call.world, call.body.token)
    return {"token": call.stage.sessions.open_key_manager(account.id), "name": "keyManagerToken"}


@endpoint("POST", "/sessionauth/v1/logout", auth="none", returns="SuccessResponse")
def log_out(call: Call) -> Message:
    """End a session."""
    token = call.header(b"sessiontoken")
    call.stage.sessions.find(token)
    call.stage.sessions.end(token)
    return {"message": "OK"}


@endpoint("POST", "/keyauth/v1/logout", auth="none", returns="SuccessResponse")
def log_out_of_key_manager(call: Call) -> Message:
    """End a key manager session. Clients put its token into either header."""
    for header in (b"keymanagertoken", b"sessiontoken"):
        if call.stage.sessions.end_key_manager(call.header(header)):
            return {"message": "OK"}
    raise NoSession("no live key manager session has this token")
