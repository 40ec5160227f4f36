"""The control plane, and who may use it."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.site import Site
from tests.conftest import Wire, refused

PLANE = "/emulator/v1"


def test_health_and_world(wire: Wire) -> None:
    assert wire.http.get(f"{PLANE}/health").json()["status"] == "UP"
    world = wire.http.get(f"{PLANE}/world").json()
    assert world["pod"] == {"id": 190, "name": "Acme Capital"}
    assert world["url"] == "http://127.0.0.1:8080"
    assert {user["username"] for user in world["users"]} >= {"alice", "carol"}


def test_reset_keeps_sessions_of_those_who_are_still_there(wire: Wire) -> None:
    headers = {"sessionToken": wire.token("alice")}
    made = wire.post("/pod/v3/room/create", json={"name": "Gone", "description": "x"}).json()
    assert wire.http.post(f"{PLANE}/reset", json={}).status_code == 200
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).status_code == 200
    refused(wire.get(f"/pod/v3/room/{made['roomSystemInfo']['id']}/info"), 400)
    wire.http.post(f"{PLANE}/reset", json={"sessions": "end"})
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401)


def test_tokens(wire: Wire) -> None:
    for who in ("alice", wire.id("alice"), str(wire.id("alice")), "alice@acme.example"):
        answer = wire.http.post(f"{PLANE}/tokens", json={"user": who, "app": "acme-desk"}).json()
        info = wire.http.get("/pod/v2/sessioninfo", headers={"sessionToken": answer["token"]})
        assert info.json()["username"] == "alice"
    for body in ({}, {"user": "nobody"}, {"user": "grace"}, {"user": "alice", "app": "no"}, {"user": "alice", "x": 1}):
        assert wire.http.post(f"{PLANE}/tokens", json=body).status_code in (400, 404)


@pytest.mark.parametrize("app", [None, "acme-desk"])
def test_a_counterpart_has_a_session_where_the_word_is_said(wire: Wire, app: str | None) -> None:
    asked = {"user": "carol"} if app is None else {"user": "carol", "app": app}
    said = wire.http.post(f"{PLANE}/tokens", json=asked)
    assert said.status_code == 400
    assert '{"counterpart": true}' in said.json()["message"]
    given = wire.http.post(f"{PLANE}/tokens", json={**asked, "counterpart": True}).json()
    headers = {"sessionToken": given["token"], "keyManagerToken": given["keyManagerToken"]}
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).json()["username"] == "carol"
    assert wire.http.post("/pod/v1/streams/list", headers=headers, json={}).status_code == 200
    # The word is for who is of another pod, not for who may not have a session at all.
    grace = wire.http.post(f"{PLANE}/tokens", json={"user": "grace", "counterpart": True})
    assert (grace.status_code, "deactivated" in grace.json()["message"]) == (400, True)
    wire.http.patch(f"{PLANE}/users/carol", json={"status": "DISABLED"})
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "deactivated")


def test_apps_change_while_sessions_live(wire: Wire, keys: dict[str, str]) -> None:
    assert wire.get("/pod/v2/sessioninfo").status_code == 200
    wire.http.patch(f"{PLANE}/apps/acme-desk", json={"permissions": ["SEND_MESSAGES", "ACT_AS_USER"]})
    refused(wire.get("/pod/v2/sessioninfo"), 403, "GET_BASIC_USER_INFO")
    wire.http.patch(f"{PLANE}/apps/acme-desk", json={"permissions": "all", "installedFor": ["bob"]})
    refused(wire.get("/pod/v2/sessioninfo"), 401, "is not installed")
    from emulator.access.signing import public_key_of

    new = {"id": "new", "permissions": ["GET_PRESENCE"], "publicKey": public_key_of(keys["app"])}
    assert wire.http.post(f"{PLANE}/apps", json=new).status_code == 201
    assert "new" in {app["id"] for app in wire.http.get(f"{PLANE}/apps").json()}


@pytest.mark.parametrize(
    "body",
    [{"permissions": ["lower"]}, {"publicKey": "x"}, {"installedFor": ["nobody"]}, {"unknown": 1}, {"enabled": "?"}],
)
def test_malformed_changes(wire: Wire, body: dict[str, Any]) -> None:
    before = wire.world.apps.get("acme-desk")
    assert wire.http.patch(f"{PLANE}/apps/acme-desk", json=body).status_code in (400, 404)
    assert wire.world.apps.get("acme-desk") is before
    refused(wire.http.patch(f"{PLANE}/apps/none", json={}), 404)
    refused(wire.http.post(f"{PLANE}/apps", json={"id": "a:b"}), 400, "colon")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Host": "evil.example:8080"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_pages_of_other_origins_are_kept_out(wire: Wire, headers: dict[str, str]) -> None:
    refused(wire.http.post(f"{PLANE}/reset", json={}, headers=headers), 403, "not open")


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8080"}, {"Host": "localhost:1"}])
def test_this_machine_is_let_in(wire: Wire, headers: dict[str, str]) -> None:
    assert wire.http.post(f"{PLANE}/reset", json={}, headers=headers).status_code == 200


def test_elsewhere_the_token_decides(wire: Wire) -> None:
    from emulator.testing.transport import InProcess

    wire.http._transport = InProcess(Site(wire.stage, control_token="secret"))
    assert wire.http.get(f"{PLANE}/health").status_code == 200
    refused(wire.http.get(f"{PLANE}/world"), 403, "needs the token")
    refused(wire.http.get(f"{PLANE}/world", headers={"Authorization": "Bearer other"}), 403)
    assert wire.http.get(f"{PLANE}/world", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_unknown_calls_are_told_what_there_is(wire: Wire) -> None:
    refused(wire.http.get(f"{PLANE}/nothing"), 404, "the control plane has")
    refused(wire.http.delete(f"{PLANE}/reset"), 405, "POST /emulator/v1/reset,")
