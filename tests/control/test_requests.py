"""The journal and the report."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from emulator import Emulator
from emulator.stage.journal import KEPT
from tests.access.test_login import BOT, log_in, signed
from tests.conftest import Wire, refused

PLANE = "/emulator/v1"
INFO = "/pod/v2/sessioninfo"


def journal(wire: Wire, **filters: Any) -> list[dict[str, Any]]:
    answer = wire.http.get(f"{PLANE}/requests", params=filters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_filters(wire: Wire) -> None:
    wire.get(INFO)
    wire.get(INFO, user="bob")
    wire.post("/pod/v1/im/create", json=[wire.id("dave")])
    wire.get("/pod/v1/nothing")
    everything = journal(wire)
    assert [each["status"] for each in everything] == [200, 200, 403, 404]
    assert [each["user"] for each in journal(wire, path=INFO)] == ["alice", "bob"]
    assert [each["path"] for each in journal(wire, path="/pod/v1/*")] == ["/pod/v1/im/create", "/pod/v1/nothing"]
    assert [each["status"] for each in journal(wire, status="4xx")] == [403, 404]
    assert [each["status"] for each in journal(wire, status=403, method="post", user="alice", app="acme-desk")] == [403]
    assert journal(wire, since=everything[2]["number"]) == everything[3:]
    assert journal(wire, limit=1) == everything[3:]
    assert "not connected" in everything[2]["reason"]
    assert everything[2]["request"] == f"[{wire.id('dave')}]"
    assert '"code":403' in everything[2]["response"]
    wire.http.delete(f"{PLANE}/requests")
    assert journal(wire) == []


@pytest.mark.parametrize("query", ["status=40", "wait=-1", "wait=1000", "count=0", "since=x", "unknown=1"])
def test_a_filter_that_makes_no_sense(wire: Wire, query: str) -> None:
    refused(wire.http.get(f"{PLANE}/requests?{query}"), 400, "query parameter")


def test_tokens_and_keys_are_blackened_and_files_left_out(wire: Wire, keys: dict[str, str]) -> None:
    jwt = signed(keys["bot"], "acme-bot")
    answer = log_in(wire, jwt, BOT).json()
    room = wire.room("Trading Desk").id
    files = [("attachment", ("a.csv", b"top secret file", "text/csv"))]
    wire.post(f"/agent/v4/stream/{room}/message/create", data={"message": "<messageML>seen</messageML>"}, files=files)
    text = wire.http.get(f"{PLANE}/requests").text
    for secret in (jwt, answer["token"], answer["authorizationToken"], "top secret file", wire.token("alice")):
        assert secret not in text
    assert "<messageML>seen</messageML>" in text
    assert "(a file)" in text


def test_it_is_a_ring_and_bodies_are_cut(wire: Wire) -> None:
    wire.post("/pod/v3/room/search", json={"query": "x" * 10_000})
    assert len(journal(wire)[0]["request"]) == 4_096
    for _ in range(KEPT + 5):
        wire.stage.journal.note(0, 0.0, "GET", "/", "", None, None, None, 200, None, (), b"", b"")
    assert len(journal(wire)) == KEPT


def test_waiting_for_a_call() -> None:
    with Emulator.start() as pod, pod.client("alice", "acme-desk") as client:
        before = len(pod.requests(INFO))
        timer = threading.Timer(0.05, lambda: client.get(INFO))
        timer.start()
        found = pod.requests(INFO, user="alice", wait=10)
        timer.join()
        assert len(found) == before + 1
        with pytest.raises(TimeoutError, match="0 of 1 calls like 'POST /agent"):
            pod.requests("/agent/*", method="POST", wait=0.01)
        late = client.get(f"{PLANE}/requests", params={"path": "/agent/*", "wait": 0.01})
        refused_body = late.json()
        assert late.status_code == refused_body["code"] == 408
        assert "sessioninfo 200" in refused_body["message"]


# --- the report ---


def report(wire: Wire) -> dict[str, Any]:
    told: dict[str, Any] = wire.http.get(f"{PLANE}/report").json()
    return told


def test_the_fewest_permissions_that_would_have_done(wire: Wire) -> None:
    wire.get(INFO)
    wire.get(INFO)
    wire.get("/pod/v2/user", params={"uid": wire.id("bob")})
    wire.post("/pod/v1/im/create", json=[wire.id("dave")])  # refused, but not for want of a permission
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=app.permissions - {"SUPPRESS_MESSAGES"})
    wire.post("/pod/v1/admin/messagesuppression/x/suppress")
    wire.world.users.change(wire.user("alice"), entitlements=frozenset())
    room = {"name": "x", "description": "x", "public": True, "viewHistory": True, "discoverable": True}
    wire.post("/pod/v3/room/create", json={**room, "membersCanInvite": True})
    wire.get(INFO, "acme-bot", None)
    own, desk = report(wire)["apps"]
    assert desk["app"] == "acme-desk"
    assert {"endpoint": f"GET {INFO}", "ok": 2, "refused": 0} in desk["called"]
    needed = {"GET_BASIC_USER_INFO", "GET_BASIC_CONTACT_INFO", "SEND_MESSAGES", "MANAGE_ROOMS", "CREATE_USER_STREAM"}
    assert set(desk["leastPrivilege"]) == {"ACT_AS_USER", *needed}
    assert desk["alsoNeeded"] == ["SUPPRESS_MESSAGES"]
    assert desk["missing"] == {"SUPPRESS_MESSAGES": 1}
    assert "GET_PRESENCE" in desk["unused"]
    assert desk["entitlements"] == {"canCreatePublicRoom": 1}
    assert own["leastPrivilege"] == []
    assert "POST /pod/v1/connection/create" in report(wire)["neverCalled"]
    wire.world.apps.change(app, permissions=frozenset(desk["leastPrivilege"]))
    assert wire.get(INFO).status_code == 200


def test_with_any_match_fewer_do(wire: Wire) -> None:
    wire.world.set(permission_match="any")
    wire.get("/pod/v2/user", params={"uid": wire.id("bob")})
    wire.get("/pod/v2/system/protocols")
    (desk,) = report(wire)["apps"]
    assert desk["leastPrivilege"] == ["ACT_AS_USER", "SEND_MESSAGES"]


def test_what_is_not_there_is_counted_and_all_can_be_read(wire: Wire) -> None:
    wire.get("/pod/v1/languages", "acme-bot", None)
    wire.get("/pod/v1/nope")
    wire.get(INFO)
    told = {each["call"]: each["count"] for each in report(wire)["unknown"]}
    assert told == {"GET /pod/v1/languages": 1, "GET /pod/v1/nope": 1}
    text = wire.http.get(f"{PLANE}/report?format=text").text
    assert "least privilege        ACT_AS_USER, GET_BASIC_USER_INFO" in text
    markdown = wire.http.get(f"{PLANE}/report?format=markdown").text
    assert "- least privilege: `ACT_AS_USER`, `GET_BASIC_USER_INFO`" in markdown
    refused(wire.http.get(f"{PLANE}/report?format=pdf"), 400)
    wire.http.post(f"{PLANE}/reset")
    assert report(wire)["apps"], "a reset before each test leaves the report of the run"
    wire.http.delete(f"{PLANE}/report")
    assert report(wire)["apps"] == []
