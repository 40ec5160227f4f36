"""Logging in over the wire: apps, users through apps, service accounts, and every way to be refused."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest

from tests import official
from tests.conftest import Wire, refused

APP = "/login/pubkey/app/authenticate"
BOT = "/login/pubkey/authenticate"


def signed(key: str, subject: str = "acme-desk", *, algorithm: str = "RS512", life: float = 240, **claims: Any) -> str:
    return jwt.encode({"sub": subject, "exp": int(time.time() + life), **claims}, key, algorithm=algorithm)


def log_in(wire: Wire, token: str, path: str = APP) -> Any:
    return wire.http.post(path, json={"token": token})


def app_token(wire: Wire, keys: dict[str, str], app: str = "acme-desk") -> str:
    return str(log_in(wire, signed(keys["app"], app)).json()["token"])


def act(wire: Wire, token: str, who: str) -> Any:
    return wire.http.post(f"/login/pubkey/app/{who}/authenticate", headers={"sessionToken": token})


def test_an_app_acts_for_a_user_by_id_and_by_name(wire: Wire, keys: dict[str, str]) -> None:
    token = app_token(wire, keys)
    for who in (f"user/{wire.id('alice')}", "username/alice"):
        answer = act(wire, token, who)
        assert answer.json()["name"] == "sessionToken"
        path = f"/login/pubkey/app/{who.split('/')[0]}/{{x}}/authenticate"
        assert official.complaints("POST", path, 200, answer.json()) == []
        info = wire.http.get("/pod/v2/sessioninfo", headers={"sessionToken": answer.json()["token"]})
        assert info.json()["username"] == "alice"


def test_a_session_token_reads_as_production_writes_it(wire: Wire, keys: dict[str, str]) -> None:
    token = act(wire, app_token(wire, keys), "username/alice").json()["token"]
    head, payload, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "RS512"}
    assert list(claims) == ["sub", "iss", "appPermissions", "appGroupId", "sessionId", "userId"]
    assert claims["appPermissions"] == sorted(wire.world.apps.get("acme-desk").permissions)
    assert claims["appGroupId"] == "acme-desk"
    assert (claims["sub"], claims["iss"], claims["userId"]) == ("alice", "symphony", str(wire.id("alice")))
    assert len(claims["sessionId"]) == 128
    assert int(claims["sessionId"][96:112], 16) == wire.world.clock.now()
    assert int(claims["sessionId"][112:], 16) == wire.id("alice")


def test_a_login_jwt_may_be_used_twice_and_under_any_content_type(wire: Wire, keys: dict[str, str]) -> None:
    token = signed(keys["bot"], "acme-bot")
    body = json.dumps({"token": token})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in (BOT, "/relay/pubkey/authenticate", BOT):
        assert wire.http.post(path, content=body, headers=headers).status_code == 200


def test_a_signature_in_standard_base64_is_taken(wire: Wire, keys: dict[str, str]) -> None:
    head, payload, signature = signed(keys["app"]).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    assert log_in(wire, f"{head}.{payload}.{base64.b64encode(raw).decode()}").status_code == 200


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("no app has the id", lambda keys: signed(keys["app"], "nobody")),
        ("does not fit the public key", lambda keys: signed(keys["stranger"])),
        ("only RS512", lambda keys: signed(keys["app"], algorithm="RS256")),
        ("only RS512", lambda keys: jwt.encode({"sub": "acme-desk", "exp": time.time() + 60}, "x" * 64, "HS512")),
        ("only RS512", lambda keys: jwt.encode({"sub": "acme-desk", "exp": time.time() + 60}, "", "none")),
        ("expired", lambda keys: signed(keys["app"], life=-60)),
        ("at most 300", lambda keys: signed(keys["app"], life=400)),
        ("at most 300", lambda keys: signed(keys["app"], exp=int(time.time() * 1000) + 60_000)),
        ("no 'exp'", lambda keys: jwt.encode({"sub": "acme-desk"}, keys["app"], "RS512")),
        ("no 'sub'", lambda keys: jwt.encode({"exp": time.time() + 60}, keys["app"], "RS512")),
        ("not a JWT", lambda keys: "abc"),
        ("not a JWT", lambda keys: "a.b.c"),
        ("too long", lambda keys: "a" * 20_000),
        ("disabled", lambda keys: signed(keys["app"], "acme-disabled")),
    ],
)
def test_an_app_login_is_refused(wire: Wire, keys: dict[str, str], reason: str, make: Any) -> None:
    refused(log_in(wire, make(keys)), 401, reason)


def test_five_minutes_and_a_little_are_taken(wire: Wire, keys: dict[str, str]) -> None:
    assert log_in(wire, signed(keys["app"], life=300)).status_code == 200


def test_advancing_the_worlds_clock_does_not_lock_real_clients_out(wire: Wire, keys: dict[str, str]) -> None:
    wire.world.clock.advance(30 * 86_400)
    assert log_in(wire, signed(keys["app"])).status_code == 200


@pytest.mark.parametrize(
    ("reason", "app", "who"),
    [
        ("not installed", "acme-uninstalled", "username/alice"),
        ("deactivated", "acme-desk", "username/grace"),
        ("no user is named", "acme-desk", "username/nobody"),
        ("no user has the id", "acme-desk", "user/1"),
        ("no user is named", "acme-desk", "username/carol"),
    ],
)
def test_acting_is_refused(wire: Wire, keys: dict[str, str], reason: str, app: str, who: str) -> None:
    refused(act(wire, app_token(wire, keys, app), who), 401, reason)


def test_acting_for_another_pods_user_is_refused(wire: Wire, keys: dict[str, str]) -> None:
    refused(act(wire, app_token(wire, keys), f"user/{wire.id('carol')}"), 401, "another pod")


def test_acting_for_a_suspended_user_is_refused(wire: Wire, keys: dict[str, str]) -> None:
    wire.world.users.change(wire.user("bob"), suspended=True)
    refused(act(wire, app_token(wire, keys), "username/bob"), 401, "suspended")


def test_acting_without_act_as_user_is_forbidden(wire: Wire, keys: dict[str, str]) -> None:
    app = wire.world.apps.get("acme-desk")
    token = app_token(wire, keys)
    wire.world.apps.change(app, permissions=app.permissions - {"ACT_AS_USER"})
    refused(act(wire, token, "username/alice"), 403, "ACT_AS_USER")


def test_only_an_app_session_acts(wire: Wire) -> None:
    refused(act(wire, wire.token("alice"), "username/bob"), 401, "not the session of an app")
    refused(act(wire, "", "username/bob"), 401, "no header sessionToken")


def test_a_disabled_app_is_out_at_once(wire: Wire, keys: dict[str, str]) -> None:
    token = app_token(wire, keys)
    assert wire.get("/pod/v2/sessioninfo").status_code == 200
    wire.world.apps.change(wire.world.apps.get("acme-desk"), enabled=False)
    refused(wire.get("/pod/v2/sessioninfo"), 401, "disabled")
    refused(act(wire, token, "username/alice"), 401, "disabled")


def test_a_deactivated_user_and_an_uninstalled_app_are_out_at_once(wire: Wire) -> None:
    assert wire.get("/pod/v2/sessioninfo", user="bob").status_code == 200
    wire.world.users.change(wire.user("bob"), enabled=False)
    refused(wire.get("/pod/v2/sessioninfo", user="bob"), 401, "deactivated")
    wire.world.apps.install_for(wire.world.apps.get("acme-desk"), [])
    refused(wire.get("/pod/v2/sessioninfo"), 401, "is not installed")


def test_a_bot_needs_its_key_manager_token_on_the_agent_only(wire: Wire, keys: dict[str, str]) -> None:
    token = signed(keys["bot"], "acme-bot")
    session = log_in(wire, token, BOT).json()["token"]
    key_manager = log_in(wire, token, "/relay/pubkey/authenticate").json()
    assert key_manager["name"] == "keyManagerToken"
    assert key_manager["token"].startswith("0100")
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message?since=0"
    headers = {"sessionToken": session}
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).status_code == 200
    refused(wire.http.get(path, headers=headers), 401, "keyManagerToken")
    assert wire.http.get(path, headers={**headers, "keyManagerToken": key_manager["token"]}).status_code == 200


def test_an_obo_session_needs_no_key_manager_token(wire: Wire) -> None:
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message?since=0"
    assert wire.get(path).status_code == 200
    assert wire.get(path, headers={"keyManagerToken": ""}).status_code == 200


def test_people_do_not_log_in_as_service_accounts(wire: Wire, keys: dict[str, str]) -> None:
    refused(log_in(wire, signed(keys["bot"], "alice"), BOT), 401, "not a service account")


def test_logout_ends_the_session(wire: Wire) -> None:
    headers = {"sessionToken": wire.token("bob")}
    assert wire.http.post("/sessionauth/v1/logout", headers=headers).status_code == 200
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "ended")
    refused(wire.http.post("/sessionauth/v1/logout", headers=headers), 401)


def test_a_bearer_token_is_as_good(wire: Wire) -> None:
    for value in (f"Bearer {wire.token('alice')}", wire.token("alice")):
        assert wire.http.get("/pod/v2/sessioninfo", headers={"Authorization": value}).status_code == 200


def test_tokens_are_never_in_the_journal(wire: Wire) -> None:
    wire.get("/pod/v2/sessioninfo")
    assert wire.token("alice") not in str(list(wire.stage.journal.entries))


def test_the_journal_says_whom_a_login_was_about(wire: Wire, keys: dict[str, str]) -> None:
    log_in(wire, signed(keys["bot"], "acme-bot"), BOT)
    log_in(wire, signed(keys["stranger"], "acme-bot"), BOT)
    wire.http.post("/login/pubkey/app/authenticate", json={"token": signed(keys["stranger"], "acme-desk")})
    session = wire.http.post("/login/pubkey/app/authenticate", json={"token": signed(keys["app"], "acme-desk")}).json()
    for name in ("alice", "grace"):
        path = f"/login/pubkey/app/username/{name}/authenticate"
        wire.http.post(path, headers={"sessionToken": session["token"]})
    told = [(each.app, each.user, each.status) for each in wire.stage.journal.entries]
    assert told == [
        (None, "acme-bot", 200),
        (None, "acme-bot", 401),
        ("acme-desk", None, 401),
        ("acme-desk", None, 200),
        ("acme-desk", "alice", 200),
        ("acme-desk", "grace", 401),
    ]
