"""Logging in with a client certificate, as it was before keys (production/auth.md B, C).

The certificate comes with the connection: `serve --tls` asks for one and checks that our authority signed it. Its CN
is the id of an app, or the name of a service account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access import login
from emulator.access.errors import LoginRefused
from emulator.api.login import Certificate, ExtensionTokens, Token, app_in_session, extension_tokens
from emulator.table.table import endpoint
from emulator.world.errors import UnknownUser

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.users import User

PEER = "emulator.peer"
"""Where the server leaves the CN of a client's certificate in the ASGI scope."""


def _peer(call: Call) -> str | None:
    name: str | None = call.scope.get(PEER)
    return name


def _certified(call: Call) -> str | None:
    """Whose certificate logs in; LoginRefused where JSON was sent with it and the world does not take that
    (production/auth.md 3)."""
    typed = call.header(b"content-type").partition(";")[0].strip().lower() == "application/json"
    length = call.header(b"content-length") or call.header(b"transfer-encoding")
    if call.world.settings.certificate_login_with_json == "refused" and typed and length not in ("", "0"):
        raise LoginRefused(
            "a certificate logs in without JSON: neither a content type nor a body: settings.certificateLoginWithJson"
        )
    return _peer(call)


@endpoint("POST", "/sessionauth/v1/authenticate", auth="none", returns="Token", logs_in=("account", "certificate"))
def authenticate_account(call: Call) -> Token:
    """Log a service account in by its certificate."""
    call.about_user = _peer(call)
    account = login.certified_account(call.world, _certified(call))
    return {"token": login.open_account_session(call.stage.sessions, account).token, "name": "sessionToken"}


@endpoint("POST", "/keyauth/v1/authenticate", auth="none", returns="Token", logs_in=("account", "certificate"))
def authenticate_at_key_manager(call: Call) -> Token:
    """Log a service account in at the key manager by its certificate."""
    call.about_user = _peer(call)
    account = login.certified_account(call.world, _certified(call))
    return {"token": call.stage.sessions.open_key_manager(account.id), "name": "keyManagerToken"}


@endpoint("POST", "/sessionauth/v1/app/authenticate", auth="none", returns="Token", logs_in=("app", "certificate"))
def authenticate_app(call: Call) -> Token:
    """Log an app in by its certificate."""
    call.about_app = _peer(call)
    app = login.certified_app(call.world, _certified(call))
    return {"token": login.open_app_session(call.stage.sessions, app).token, "name": "sessionToken"}


class OboSession(TypedDict):
    sessionToken: str
    token: str
    name: str


def _acting(call: Call, user: User | None, who: str) -> OboSession:
    app = app_in_session(call)
    call.about_user = None if user is None else user.username
    peer = _peer(call)
    if peer is not None and peer != app.id:
        raise LoginRefused(f"the certificate is that of '{peer}', the session that of app '{app.id}'")
    if user is None:
        raise UnknownUser(f"{who} not found")
    token = login.open_user_session(call.world, call.stage.sessions, app, user).token
    # Production has `sessionToken` alone; one client looks for the fields of the other login.
    return {"sessionToken": token, "token": token, "name": "sessionToken"}


@endpoint(
    "POST",
    "/sessionauth/v1/app/user/{uid}/authenticate",
    auth="none",
    returns="OboAuthResponse",
    missing=404,
    logs_in=("user", "certificate"),
)
def authenticate_user_by_id(call: Call) -> OboSession:
    """Log a user in through the app in session, by user id."""
    return _acting(call, call.world.users.book.get(call.number("uid")), "User id")


@endpoint(
    "POST",
    "/sessionauth/v1/app/username/{username}/authenticate",
    auth="none",
    returns="OboAuthResponse",
    missing=404,
    logs_in=("user", "certificate"),
)
def authenticate_user_by_name(call: Call) -> OboSession:
    """Log a user in through the app in session, by username."""
    key = (call.world.companies.home.id, call.path["username"].casefold())
    return _acting(call, call.world.users.book.one_by("username", key), "Username")


@endpoint(
    "POST",
    "/sessionauth/v1/authenticate/extensionApp",
    auth="none",
    body="login:CertifiedExtensionApp",
    returns="ExtensionAppTokens",
)
def authenticate_extension_app(call: Call) -> ExtensionTokens:
    """Log an extension app in by its certificate."""
    call.about_app = _peer(call)
    app = login.certified_app(call.world, _peer(call))
    return extension_tokens(call.stage.pairs.open(app, call.body.appToken))


@endpoint("GET", "/sessionauth/v1/app/pod/certificate", auth="none", returns="PodCertificate")
def pod_certificate(call: Call) -> Certificate:
    """The certificate by which JWTs of the pod are checked."""
    return {"certificate": call.stage.pod_key.certificate}
