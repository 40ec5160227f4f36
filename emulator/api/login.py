"""Logging in with keys, and logging out (production/auth.md 1, 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access import login, signing
from emulator.access.errors import LoginRefused, NoSession
from emulator.access.sessions import COMMON_LIFE
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.access.extension import Pair
    from emulator.access.sessions import Session
    from emulator.api.call import Call
    from emulator.world.apps import App

_LONGEST_NAME = 256


class Token(TypedDict, total=False):
    token: str
    name: str
    authorizationToken: str


class Message(TypedDict):
    message: str


def _session_token(token: str) -> Token:
    return {"token": token, "name": "sessionToken"}


def _user_session(call: Call, session: Session) -> Token:
    """The answer to the login of a user, who also gets a common JWT (production/auth.md 2.4)."""
    common = call.stage.sessions.open_common(session)
    return {"token": session.token, "name": "sessionToken", "authorizationToken": f"Bearer {common}"}


@endpoint(
    "POST",
    "/login/pubkey/app/authenticate",
    auth="none",
    body="login:SignedToken",
    returns="Token",
    logs_in=("app", "key"),
)
def authenticate_app(call: Call) -> Token:
    """Log an app in with a JWT that it signed."""
    call.about_app = named(call.body.token)
    app = login.app_of(call.world, call.body.token)
    return _session_token(login.open_app_session(call.stage.sessions, app).token)


def app_in_session(call: Call) -> App:
    """The app that logs a user in with the session of its own; LoginRefused else."""
    token = call.header(b"sessiontoken")
    if not token:
        raise LoginRefused("the call has no header sessionToken: log the app in first")
    app = login.app_in_session(call.world, call.stage.sessions, token)
    call.about_app = app.id
    return app


def named(token: str) -> str | None:
    """Whom a JWT claims to be, None where it is none."""
    try:
        return signing.subject_of(token)[:_LONGEST_NAME]
    except LoginRefused:
        return None


@endpoint("POST", "/login/pubkey/app/user/{userId}/authenticate", auth="none", returns="Token", logs_in=("user", "key"))
def authenticate_user_by_id(call: Call) -> Token:
    """Log a user in through the app in session, by user id."""
    app = app_in_session(call)
    user = call.world.users.book.get(call.number("userId"))
    call.about_user = None if user is None else user.username
    if user is None:
        raise LoginRefused(f"no user has the id {call.path['userId']}")
    return _user_session(call, login.open_user_session(call.world, call.stage.sessions, app, user))


@endpoint(
    "POST", "/login/pubkey/app/username/{username}/authenticate", auth="none", returns="Token", logs_in=("user", "key")
)
def authenticate_user_by_name(call: Call) -> Token:
    """Log a user in through the app in session, by username."""
    app = app_in_session(call)
    name = call.path["username"]
    call.about_user = name[:_LONGEST_NAME]
    user = call.world.users.book.one_by("username", (call.world.companies.home.id, name.casefold()))
    if user is None:
        raise LoginRefused(f"no user is named '{name}'")
    return _user_session(call, login.open_user_session(call.world, call.stage.sessions, app, user))


@endpoint(
    "POST",
    "/login/pubkey/authenticate",
    auth="none",
    body="login:SignedToken",
    returns="Token",
    logs_in=("account", "key"),
)
def authenticate_account(call: Call) -> Token:
    """Log a service account in with a JWT that it signed."""
    call.about_user = named(call.body.token)
    account = login.account_of(call.world, call.body.token)
    return _user_session(call, login.open_account_session(call.stage.sessions, account))


@endpoint(
    "POST",
    "/relay/pubkey/authenticate",
    auth="none",
    body="login:SignedToken",
    returns="Token",
    logs_in=("account", "key"),
)
def authenticate_at_key_manager(call: Call) -> Token:
    """Log a service account in at the key manager."""
    call.about_user = named(call.body.token)
    account = login.account_of(call.world, call.body.token)
    return {"token": call.stage.sessions.open_key_manager(account.id), "name": "keyManagerToken"}


# --- extension apps, the pod's certificate, common JWTs ---


class ExtensionTokens(TypedDict):
    appId: str
    appToken: str
    symphonyToken: str
    expireAt: int


def extension_tokens(pair: Pair) -> ExtensionTokens:
    return {
        "appId": pair.app,
        "appToken": pair.app_token,
        "symphonyToken": pair.symphony_token,
        "expireAt": pair.expires_at,
    }


@endpoint(
    "POST",
    "/login/v1/pubkey/app/authenticate/extensionApp",
    auth="none",
    body="login:ExtensionApp",
    returns="ExtensionAppTokens",
)
def authenticate_extension_app(call: Call) -> ExtensionTokens:
    """Log an extension app in with a JWT that it signed: the pod answers its token with one of its own."""
    call.about_app = named(call.body.authToken)
    app = login.app_of(call.world, call.body.authToken)
    return extension_tokens(call.stage.pairs.open(app, call.body.appToken))


class Certificate(TypedDict):
    certificate: str


@endpoint("GET", "/pod/v1/podcert", auth="none", returns="PodCertificate")
def pod_certificate(call: Call) -> Certificate:
    """The certificate by which JWTs of the pod are checked."""
    return {"certificate": call.stage.pod_key.certificate}


class CommonJwt(TypedDict):
    token_type: str
    expires_in: int
    access_token: str


@endpoint("POST", "/login/idm/tokens", query="login:Scope", returns="JwtToken", permissions=[])
def common_jwt(call: Call) -> CommonJwt:
    """A short-lived JWT that stands for the session."""
    token = call.stage.sessions.open_common(call.caller.session)
    return {"token_type": "Bearer", "expires_in": COMMON_LIFE, "access_token": token}


class Keys(TypedDict):
    keys: list[dict[str, str]]


@endpoint("GET", "/login/idm/keys", auth="none", returns="Jwks")
def key_set(call: Call) -> Keys:
    """The keys by which common JWTs are checked."""
    return {"keys": [call.stage.pod_key.jwk()]}


# --- logging out ---


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
