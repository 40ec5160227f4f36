"""The control plane puts the world into the state that a test needs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.conftest import Wire, refused

PLANE = "/emulator/v1"


def put(wire: Wire, path: str, body: dict[str, Any], method: str = "POST") -> Any:
    answer = wire.http.request(method, PLANE + path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def test_users_are_made_and_changed(wire: Wire) -> None:
    made = put(wire, "/users", {"username": "zoe", "firstName": "Zoe", "lastName": "Z", "company": "Globex"})
    assert made["company"] == "Globex"
    assert made["email"] == "zoe@globex.example"
    assert made["id"] >> 36 == 191
    put(wire, "/users/bob", {"status": "DISABLED"}, "PATCH")
    refused(wire.get("/pod/v2/sessioninfo", user="bob"), 401)
    put(
        wire, "/users/alice", {"entitlements": {"isExternalIMEnabled": False}, "roles": ["COMPLIANCE_OFFICER"]}, "PATCH"
    )
    refused(wire.post("/pod/v1/im/create", json=[wire.id("carol")]), 403, "isExternalIMEnabled")
    told = wire.http.get(f"{PLANE}/users", params={"who": "alice"}).json()[0]
    assert told["roles"] == ["COMPLIANCE_OFFICER"]
    assert told["entitlements"]["isExternalIMEnabled"] is False
    assert told["entitlements"]["isExternalRoomEnabled"] is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users", {"username": "bob"}),
        ("/users", {"username": "x", "company": "Nobody"}),
        ("/users", {"username": ""}),
        ("/users", {"username": "x", "roles": ["KING"]}),
        ("/users", {"username": "x", "entitlements": {"canFly": True}}),
        ("/connections", {"from": "alice", "to": "bob"}),
        ("/connections", {"from": "alice", "to": "nobody"}),
        ("/streams", {"members": ["alice"]}),
        ("/streams", {"members": ["alice", "carol"], "name": "Mixed"}),
        ("/streams", {"members": ["alice"], "name": "trading desk"}),
        ("/messages", {"from": "alice", "stream": "No room", "message": "x"}),
        ("/messages", {"from": "alice", "stream": "Trading Desk", "message": "<messageML>"}),
        ("/barriers", {"between": ["research", "nothing"]}),
        ("/barriers", {"between": ["research", "research"]}),
        ("/snapshots", {"name": "../x"}),
        ("/clock", {"set": "2026-01-01T00:00:00"}),
        ("/clock", {"advance": 1e300}),
        ("/clock", {"set": "9998-12-31T00:00:00Z", "advance": 1e8}),
        ("/clock", {"set": "1969-12-31T00:00:00Z"}),
        ("/faults", {"respond": {"status": 500, "headers": {"X": "a\r\nSet-Cookie: b"}}}),
        ("/faults", {"respond": {"status": 500, "headers": {"Content-Length": "5"}}}),
        ("/worlds", {"name": "main"}),
        ("/worlds", {"name": "a/b"}),
        ("/worlds", {"world": "/etc/passwd"}),
        ("/faults", {}),
        ("/faults", {"dropConnection": True, "respond": {"status": 500}}),
        ("/faults", {"respond": {"status": 99}}),
        ("/throttle", {"perSecond": 0}),
    ],
)
def test_what_makes_no_sense_changes_nothing(wire: Wire, path: str, body: dict[str, Any]) -> None:
    held = wire.world.users.book, wire.world.streams.book, wire.world.messages.book, wire.world.barriers.groups
    before = [len(book) for book in held]
    answer = wire.http.post(PLANE + path, json=body)
    assert answer.status_code in (400, 404), answer.text
    assert answer.headers["X-Emulator-Reason"]
    assert [len(book) for book in held] == before
    assert not wire.stage.faults.all
    assert list(wire.site.worlds) == []


def test_connections(wire: Wire) -> None:
    refused(wire.post("/pod/v1/im/create", json=[wire.id("dave")]), 403, "not connected")
    put(wire, "/connections", {"from": "alice", "to": "dave"})
    assert wire.post("/pod/v1/im/create", json=[wire.id("dave")]).status_code == 200
    put(wire, "/connections", {"from": "alice", "to": "dave", "status": "NONE"})
    refused(wire.post("/pod/v1/im/create", json=[wire.id("dave")]), 403, "not connected")


def test_streams_and_messages_of_anybody(wire: Wire) -> None:
    room = put(wire, "/streams", {"name": "War room", "members": ["bob", "alice"], "viewHistory": True})
    sent = put(
        wire,
        "/messages",
        {
            "from": "bob",
            "stream": "War Room",
            "message": "5 < 6 & so on",
            "attachments": [{"name": "a.csv", "content": base64.b64encode(b"1,2").decode()}],
        },
    )
    (read,) = wire.get(f"/agent/v4/stream/{room['id']}/message?since=0").json()
    assert read["messageId"] == sent["messageId"]
    assert "5 &lt; 6 &amp; so on" in read["message"]
    assert read["attachments"][0]["name"] == "a.csv"
    im = put(wire, "/streams", {"members": ["alice", "dave"]})
    put(wire, "/messages", {"from": "dave", "stream": im["id"], "message": "<messageML><b>hi</b></messageML>"})
    assert "<b>hi</b>" in wire.get(f"/agent/v4/stream/{im['id']}/message?since=0").json()[0]["message"]
    closed = put(wire, "/streams", {"name": "Old", "members": ["alice"], "active": False})
    refused(
        wire.post(f"/agent/v4/stream/{closed['id']}/message/create", data={"message": "<messageML>x</messageML>"}), 400
    )


def test_presence_and_barriers(wire: Wire) -> None:
    put(wire, "/presence/bob", {"category": "AWAY"}, "PUT")
    assert wire.get(f"/pod/v2/user/{wire.id('bob')}/presence").json()["category"] == "AWAY"
    barrier = put(wire, "/barriers", {"groups": {"a": ["alice"], "b": ["frank"]}, "between": ["a", "b"]})
    refused(wire.post("/pod/v1/im/create", json=[wire.id("frank")]), 403, "barrier")
    assert barrier["id"] in {each["id"] for each in wire.http.get(f"{PLANE}/barriers").json()}
    assert wire.http.delete(f"{PLANE}/barriers/{barrier['id']}").status_code == 200
    assert wire.post("/pod/v1/im/create", json=[wire.id("frank")]).status_code == 200
    refused(wire.http.delete(f"{PLANE}/barriers/{barrier['id']}"), 404)


def test_the_clock_ages_tokens(wire: Wire) -> None:
    wire.token("alice")
    before = wire.world.clock.now()
    told = put(wire, "/clock", {"advance": 60})
    assert told == {"now": before + 60_000, "iso": told["iso"], "frozen": True}
    at = put(wire, "/clock", {"set": "2031-05-06T07:08:09Z", "freeze": True})
    assert at["iso"] == "2031-05-06T07:08:09.000Z"
    refused(wire.get("/pod/v2/sessioninfo"), 401, "expired")
    assert put(wire, "/clock", {"freeze": False})["frozen"] is False


def test_snapshots_by_name(wire: Wire) -> None:
    put(wire, "/snapshots", {"name": "before"})
    put(wire, "/streams", {"name": "Later", "members": ["alice"]})
    put(wire, "/snapshots", {"name": "after"})
    assert [each["name"] for each in wire.http.get(f"{PLANE}/snapshots").json()] == ["before", "after"]
    search = {"json": {"query": "Later"}}
    for name, count in (("before", 0), ("after", 1), ("before", 0), ("after", 1)):
        put(wire, f"/snapshots/{name}/restore", {})
        assert wire.post("/pod/v3/room/search", **search).json()["count"] == count
    assert wire.http.delete(f"{PLANE}/snapshots/before").status_code == 200
    refused(wire.http.post(f"{PLANE}/snapshots/before/restore"), 404, "there are after")


def test_fifty_worlds_do_not_see_each_other(wire: Wire) -> None:
    worlds = [put(wire, "/worlds", {})["name"] for _ in range(50)]
    for at, name in enumerate(worlds):
        prefix = f"/worlds/{name}"
        token = wire.http.post(f"{prefix}{PLANE}/tokens", json={"user": "alice", "app": "acme-desk"}).json()["token"]
        headers = {"sessionToken": token}
        room = {"name": f"Room {at}", "description": "x"}
        assert wire.http.post(f"{prefix}/pod/v3/room/create", json=room, headers=headers).status_code == 200
        found = wire.http.post(f"{prefix}/pod/v3/room/search", json={"query": "Room "}, headers=headers).json()
        assert [each["roomAttributes"]["name"] for each in found["rooms"]] == [f"Room {at}"]
        refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "unknown")
        called = wire.http.get(f"{prefix}{PLANE}/requests").json()
        assert [each["path"] for each in called] == ["/pod/v3/room/create", "/pod/v3/room/search"]
        url = wire.http.get(f"{prefix}{PLANE}/world").json()["url"]
        assert url == f"http://127.0.0.1:8080{prefix}"
    assert wire.post("/pod/v3/room/search", json={"query": "Room "}).json()["count"] == 0
    assert wire.http.get(f"{PLANE}/health").json()["worlds"] == ["main", *worlds]
    assert wire.http.delete(f"{PLANE}/worlds/{worlds[0]}").status_code == 200
    refused(wire.http.get(f"/worlds/{worlds[0]}/pod/v2/sessioninfo"), 404, "no world")


def test_a_world_of_its_own_kind(wire: Wire, keys: dict[str, str]) -> None:
    put(wire, "/worlds", {"name": "bare", "world": "empty"})
    assert wire.http.get(f"/worlds/bare{PLANE}/world").json()["counts"]["streams"] == 0
    put(wire, "/worlds", {"name": "fresh", "world": "demo"})
    from tests.access.test_login import APP, signed

    answer = wire.http.post(f"/worlds/fresh{APP}", json={"token": signed(keys["app"])})
    assert answer.status_code == 200, "the keys of the main world's apps are good in each"
    refused(wire.http.post(f"{PLANE}/worlds", json={"name": "bare"}), 400, "already")


def test_a_new_world_grows(wire: Wire) -> None:
    asked = {"name": "grown", "world": "demo", "users": 60, "rooms": 10, "messages": 100, "seed": 3}
    assert put(wire, "/worlds", asked)["name"] == "grown"
    told = wire.http.get("/worlds/grown/emulator/v1/world?describe=true").json()["described"]
    before = len(wire.world.users.book), wire.world.messages.count
    assert (told["users"], told["messages"]) == (before[0] + 60, before[1] + 100)
    assert len(told["busiestRooms"]) == 8
    assert told["said"]["last hour"] > 0
    refused(wire.http.post("/emulator/v1/worlds", json={"users": -1}), 400)
    refused(wire.http.post("/emulator/v1/worlds", json={"messages": 10_000_000}), 400)
