"""Extension apps, the pod's certificate, and common JWTs over the wire."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.x509 import load_pem_x509_certificate

from tests import official
from tests.access.test_login import APP, BOT, act, app_token, log_in, signed
from tests.conftest import Wire, refused

AUTHENTICATE = "/login/v1/pubkey/app/authenticate/extensionApp"
FRONT_END = "/emulator/v1/extension-apps/tokens"


def open_pair(wire: Wire, keys: dict[str, str], app_token: str = "Ta", **claims: Any) -> Any:
    body = {"appToken": app_token, "authToken": signed(keys["app"], **claims)}
    return wire.http.post(AUTHENTICATE, json=body)


def front_end(wire: Wire, **changes: Any) -> Any:
    return wire.http.post(FRONT_END, json={"app": "acme-desk", "appToken": "Ta", "user": "alice", **changes})


def test_app_and_pod_know_each_other_by_a_pair_of_tokens(wire: Wire, keys: dict[str, str]) -> None:
    pair = open_pair(wire, keys).json()
    assert pair["appId"] == "acme-desk"
    assert pair["appToken"] == "Ta"
    assert pair["expireAt"] == wire.world.clock.now() + 300_000
    told = front_end(wire).json()
    assert told["symphonyToken"] == pair["symphonyToken"]
    certificate = load_pem_x509_certificate(wire.http.get("/pod/v1/podcert").json()["certificate"].encode())
    options: Any = {"verify_sub": False, "verify_exp": False}
    claims = jwt.decode(told["jwt"], certificate.public_key(), ["RS512"], audience="acme-desk", options=options)
    assert claims["iss"] == "Symphony Communication Services LLC."
    assert claims["sub"] == claims["user"]["id"] == wire.id("alice")
    assert claims["user"]["companyId"] == "190"
    assert claims["user"]["username"] == "alice@acme.example"
    assert claims["exp"] == wire.world.clock.now() // 1000 + 300


def test_a_pair_ends_after_five_minutes(wire: Wire, keys: dict[str, str]) -> None:
    open_pair(wire, keys)
    wire.world.clock.advance(300)
    refused(front_end(wire), 401, "no live pair")


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"appToken": "other"}, 401, "no live pair"),
        ({"app": "acme-reader"}, 401, "no live pair"),
        ({"app": "none"}, 404, "no app"),
        ({"user": "grace"}, 401, "deactivated"),
        ({"user": "carol"}, 401, "another pod"),
    ],
)
def test_the_front_end_gets_nothing_else(
    wire: Wire, keys: dict[str, str], change: dict[str, Any], status: int, says: str
) -> None:
    open_pair(wire, keys)
    refused(front_end(wire, **change), status, says)


def test_the_front_end_gets_nothing_of_an_app_that_is_not_installed(wire: Wire, keys: dict[str, str]) -> None:
    open_pair(wire, keys)
    wire.world.apps.install_for(wire.world.apps.get("acme-desk"), [])
    refused(front_end(wire), 401, "not installed")


@pytest.mark.parametrize("app_token", ["", " ", "x" * 1001])
def test_an_app_token_has_a_length(wire: Wire, keys: dict[str, str], app_token: str) -> None:
    refused(open_pair(wire, keys, app_token), 400, "appToken")


@pytest.mark.parametrize(
    ("claims", "says"),
    [({"algorithm": "RS256"}, "RS512"), ({"life": -60}, "expired"), ({"life": 4000}, "at most")],
)
def test_an_extension_app_signs_as_others_do(
    wire: Wire, keys: dict[str, str], claims: dict[str, Any], says: str
) -> None:
    refused(open_pair(wire, keys, **claims), 401, says)


def test_the_pods_certificate_is_the_same_everywhere_and_always(wire: Wire, keys: dict[str, str]) -> None:
    shown = wire.http.get("/pod/v1/podcert").json()
    assert shown == wire.http.get("/sessionauth/v1/app/pod/certificate").json()
    assert shown == Wire(wire.world, keys["pod"]).http.get("/pod/v1/podcert").json()


# --- common JWTs ---


def common(wire: Wire, keys: dict[str, str]) -> str:
    answer = act(wire, app_token(wire, keys), "username/alice").json()
    assert answer["authorizationToken"].startswith("Bearer ")
    return str(answer["authorizationToken"])


@pytest.mark.parametrize("bare", [True, False])
def test_a_common_jwt_stands_for_its_session(wire: Wire, keys: dict[str, str], bare: bool) -> None:
    value = common(wire, keys)
    headers = {"Authorization": value.removeprefix("Bearer ") if bare else value}
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).json()["username"] == "alice"
    wire.world.clock.advance(299)
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).status_code == 200
    wire.world.clock.advance(1)
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "has expired")


def test_a_common_jwt_ends_with_its_session(wire: Wire, keys: dict[str, str]) -> None:
    headers = {"Authorization": common(wire, keys)}
    wire.world.users.change(wire.user("alice"), enabled=False)
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "deactivated")


def test_a_common_jwt_is_as_clients_read_it(wire: Wire, keys: dict[str, str]) -> None:
    token = wire.post("/login/idm/tokens?scope=").json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 300
    head, payload, _ = token["access_token"].split(".")
    assert not {"-", "_"} & set(payload)  # Java's client reads it with the other alphabet
    claims = json.loads(base64.b64decode(payload + "=="))
    assert claims["ext_pod_id"] == int(claims["sub"]) >> 36 == 190
    (key,) = wire.http.get("/login/idm/keys").json()["keys"]
    assert all(isinstance(value, str) for value in key.values())
    assert json.loads(base64.b64decode(head + "=="))["kid"] == key["kid"]
    public = jwt.PyJWK(key)
    assert jwt.decode(token["access_token"], public, ["RS256"], options={"verify_exp": False}) == claims
    refused(wire.http.post("/login/idm/tokens"), 401, "sessionToken")


def test_who_gets_a_common_jwt(wire: Wire, keys: dict[str, str]) -> None:
    assert "authorizationToken" in log_in(wire, signed(keys["bot"], "acme-bot"), BOT).json()
    assert "authorizationToken" not in log_in(wire, signed(keys["app"]), APP).json()


def test_answers_fit_the_specification(wire: Wire, keys: dict[str, str]) -> None:
    for method, path, body in (
        ("POST", AUTHENTICATE, open_pair(wire, keys).json()),
        ("GET", "/pod/v1/podcert", wire.http.get("/pod/v1/podcert").json()),
        ("POST", "/login/idm/tokens", wire.post("/login/idm/tokens").json()),
        ("GET", "/login/idm/keys", wire.http.get("/login/idm/keys").json()),
    ):
        assert official.complaints(method, path, 200, body) == []
