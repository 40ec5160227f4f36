"""Rooms, membership, IMs and streams over the wire: bad input, other people's objects, quirks of clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import Wire, refused


def create(wire: Wire, **attributes: Any) -> Any:
    return wire.post("/pod/v3/room/create", json={"name": "New", "description": "d", **attributes})


def room_id(wire: Wire, **attributes: Any) -> str:
    return str(create(wire, **attributes).json()["roomSystemInfo"]["id"])


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": None},
        {"name": "  "},
        {"name": "x" * 51},
        {"name": "x" * 100_000},
        {"keywords": [{"key": "a"}]},
        {"keywords": [{"key": "a!", "value": "b"}]},
        {"keywords": [{"key": "a", "value": "b"}] * 101},
        {"public": True, "viewHistory": False},
        {"crossPod": True, "public": True},
        {"crossPod": True, "readOnly": True},
        {"multiLateralRoom": True},
        {"public": "perhaps"},
        {"name": 7},
        {"subType": "OTHER"},
    ],
)
def test_rooms_that_cannot_be(wire: Wire, attributes: dict[str, Any]) -> None:
    before = len(wire.world.streams.book)
    refused(create(wire, **attributes), 400)
    assert len(wire.world.streams.book) == before


def test_a_public_room_is_open_by_itself(wire: Wire) -> None:
    attributes = create(wire, public=True).json()["roomAttributes"]
    assert attributes["viewHistory"]
    assert attributes["discoverable"]
    assert attributes["membersCanInvite"]


def test_what_one_may_not_see_reads_as_what_is_not_there(wire: Wire) -> None:
    texts = set()
    for room in (wire.room("Trading Desk").id, "nowhere", "x" * 34):
        answer = wire.get(f"/pod/v3/room/{room}/info", "ivan")
        refused(answer, 400)
        texts.add(answer.json()["message"])
    assert len(texts) == 1


@pytest.mark.parametrize("call", ["update", "membership/add", "membership/remove", "membership/promoteOwner"])
def test_a_stranger_changes_nothing(wire: Wire, call: str) -> None:
    body = {"description": "mine"} if call == "update" else {"id": wire.id("ivan")}
    version = "v3" if call == "update" else "v1"
    refused(wire.post(f"/pod/{version}/room/{wire.room('Trading Desk').id}/{call}", "ivan", json=body), 400)


def test_a_room_comes_back_as_it_was_read(wire: Wire) -> None:
    """GET, change one thing, POST it all: attributes that cannot change but keep their value are no mistake."""
    desk = wire.room("Trading Desk").id
    attributes = wire.get(f"/pod/v3/room/{desk}/info").json()["roomAttributes"]
    changed = wire.post(f"/pod/v3/room/{desk}/update", json={**attributes, "description": "new"}).json()
    assert changed["roomAttributes"] == {**attributes, "description": "new"}
    again = changed["roomAttributes"]
    assert wire.post(f"/pod/v3/room/{desk}/update", json=again).json() == changed
    refused(wire.post(f"/pod/v3/room/{desk}/update", json={**attributes, "readOnly": True}), 400, "read_only")


def test_copy_protection_goes_one_way(wire: Wire) -> None:
    room = room_id(wire)
    assert wire.post(f"/pod/v3/room/{room}/update", json={"copyProtected": True}).status_code == 200
    refused(wire.post(f"/pod/v3/room/{room}/update", json={"copyProtected": False}), 400, "copyProtected")


def test_pinning(wire: Wire) -> None:
    room = room_id(wire)
    path = f"/agent/v4/stream/{room}/message/create"
    message = wire.post(path, data={"message": "<messageML>x</messageML>"}).json()["messageId"]
    update = f"/pod/v3/room/{room}/update"
    assert wire.post(update, json={"pinnedMessageId": message}).json()["roomAttributes"]["pinnedMessageId"] == message
    assert wire.post(update, json={"pinnedMessageId": message}).status_code == 200
    refused(wire.post(update, json={"pinnedMessageId": "unknown"}), 400, "no message")
    wire.post(f"/pod/v1/admin/messagesuppression/{message}/suppress")
    assert "pinnedMessageId" not in wire.get(f"/pod/v3/room/{room}/info").json()["roomAttributes"]


def test_joining_a_public_room(wire: Wire) -> None:
    cooler = wire.room("Water Cooler").id
    assert wire.post(f"/pod/v1/room/{cooler}/membership/add", "bob", json={"id": wire.id("bob")}).status_code == 200
    refused(wire.post(f"/pod/v1/room/{cooler}/membership/add", "ivan", json={"id": wire.id("ivan")}), 403, "barrier")


def test_the_eldest_member_inherits(wire: Wire) -> None:
    room = room_id(wire)
    for name in ("acme-bot", "bob", "heidi"):
        wire.post(f"/pod/v1/room/{room}/membership/add", json={"id": wire.id(name)})
    assert wire.post(f"/pod/v1/room/{room}/membership/remove", json={"id": wire.id("alice")}).status_code == 200
    members = wire.get(f"/pod/v2/room/{room}/membership/list", "bob").json()
    assert {member["id"] for member in members if member["owner"]} == {wire.id("bob")}


def test_deactivating_the_last_owner_passes_the_room_on(wire: Wire) -> None:
    wire.world.users.change(wire.user("heidi"), enabled=False)
    room = wire.room("Announcements")
    assert wire.world.streams.membership(room.id, wire.id("alice")).owner  # type: ignore[union-attr]


def test_old_versions_have_their_own_shapes(wire: Wire) -> None:
    desk = wire.room("Trading Desk").id
    for version, key in (("v1", "immutableRoomAttributes"), ("v2", "roomAttributes")):
        answer = wire.get(f"/pod/{version}/room/{desk}/info", "acme-bot", None)
        assert key in answer.json()
        assert answer.headers["X-Warning"]
    assert wire.get(f"/pod/v1/room/{desk}/membership/list", "acme-bot", None).status_code == 200


@pytest.mark.parametrize(
    "body",
    ["[]", "[1]", '["x"]', "[true]", "{}", "null", f"[{10**30}]", "[" + "1," * 9_999 + "1]", "[-1]", "[1.5]"],
)
def test_ims_that_cannot_be(wire: Wire, body: str) -> None:
    before = len(wire.world.streams.book)
    refused(wire.post("/pod/v1/im/create", content=body), 400)
    assert len(wire.world.streams.book) == before


def test_an_im_is_one_for_its_participants(wire: Wire) -> None:
    bob, heidi = wire.id("bob"), wire.id("heidi")
    one = wire.post("/pod/v1/im/create", json=[bob]).json()
    assert wire.post("/pod/v1/im/create", json=[bob, bob, wire.id("alice")]).json() == one
    many = wire.post("/pod/v1/im/create", json=[bob, heidi]).json()
    assert wire.post("/pod/v1/im/create", "heidi", json=[wire.id("alice"), bob]).json() == many
    assert wire.get(f"/pod/v2/streams/{many['id']}/info").json()["streamType"] == {"type": "MIM"}


def test_an_im_with_a_deactivated_user_is_inactive(wire: Wire) -> None:
    im = wire.post("/pod/v1/im/create", json=[wire.id("bob")]).json()["id"]
    wire.world.users.change(wire.user("bob"), enabled=False)
    assert wire.get(f"/pod/v2/streams/{im}/info").json()["active"] is False
    listed = wire.post("/pod/v1/streams/list").json()
    assert im not in {stream["id"] for stream in listed}
    everything = wire.post("/pod/v1/streams/list", json={"includeInactiveStreams": True}).json()
    assert im in {stream["id"] for stream in everything}
    answer = wire.post(f"/agent/v4/stream/{im}/message/create", data={"message": "<messageML>x</messageML>"})
    refused(answer, 400, "deactivated")


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 1001}, {"skip": -1}, {"limit": "x"}, {"skip": 10**30}])
def test_malformed_pages(wire: Wire, params: dict[str, Any]) -> None:
    if params.get("limit") not in (0, 1001):
        refused(wire.post("/pod/v1/streams/list", params=params), 400)
    refused(wire.post("/pod/v1/user/search", params=params, json={"query": "a"}), 400)
    refused(wire.post("/pod/v3/room/search", params=params, json={"query": "a"}), 400)


def test_pages_join_without_gap(wire: Wire) -> None:
    whole = wire.post("/pod/v1/streams/list").json()
    pages: list[Any] = []
    while page := wire.post("/pod/v1/streams/list", params={"skip": len(pages), "limit": 2}):
        if page.status_code == 204:
            break
        pages += page.json()
    assert pages == whole


def test_room_search_finds_by_name_keyword_and_description(wire: Wire) -> None:
    room = room_id(wire, name="Bonds", description="about #gilts", keywords=[{"key": "region", "value": "EMEA"}])

    def found(user: str = "alice", **query: Any) -> list[str]:
        answer = wire.post("/pod/v3/room/search", user, json=query).json()
        assert answer["count"] == len(answer["rooms"])
        return [each["roomSystemInfo"]["id"] for each in answer["rooms"]]

    for query in ("bon", "emea", "GILTS"):
        assert found(query=query) == [room]
    assert room in found(query="about")
    assert found(query="about", searchFields=["name"]) == []
    wire.world.set(room_description_search="tags")
    assert found(query="about") == []
    wire.world.set(room_description_search="words")
    assert found(query="emea", labels=["other"]) == []
    assert found(query="region", searchFields=["keywords_key"]) == [room]
    assert found("bob", query="bonds") == []
    assert wire.room("Water Cooler").id in found("bob", query="cooler")
    assert found(query="desk", owner={"id": wire.id("bob")}) == []
    assert found(query="archive", active=False) == [wire.room("Archive").id]
    assert found(query="archive", active=True) == []


def test_a_discoverable_room_hides_from_the_barred(wire: Wire) -> None:
    room = room_id(wire, name="Found", discoverable=True)
    for user, rooms in (("bob", [room]), ("ivan", [])):
        answer = wire.post("/pod/v3/room/search", user, json={"query": "found"}).json()
        assert [each["roomSystemInfo"]["id"] for each in answer["rooms"]] == rooms


def test_connections_to_the_end(wire: Wire) -> None:
    """A bot's way through every state; apps are not let near accept, reject and remove."""
    world = wire.world
    bot, dave = wire.id("acme-bot"), wire.user("dave")

    def status() -> str | None:
        answer = wire.get(f"/pod/v1/connection/user/{dave.id}/info", "acme-bot", None)
        return str(answer.json()["status"]) if answer.status_code == 200 else None

    assert status() is None
    body = {"userId": dave.id}
    wire.post("/pod/v1/connection/create", "acme-bot", None, json=body)
    assert status() == "PENDING_OUTGOING"
    refused(wire.post("/pod/v1/connection/create", "acme-bot", None, json=body), 400, "already")
    world.connections.reject(dave, bot)
    assert status() == "REJECTED"
    again = wire.post("/pod/v1/connection/create", "acme-bot", None, json=body).json()
    assert again["requestCounter"] == 2
    world.connections.accept(dave, bot)
    assert status() == "ACCEPTED"
    im = wire.post("/pod/v1/im/create", "acme-bot", None, json=[dave.id]).json()["id"]
    send = {"data": {"message": "<messageML>x</messageML>"}}
    assert wire.post(f"/agent/v4/stream/{im}/message/create", "acme-bot", None, **send).status_code == 200
    assert wire.post(f"/pod/v1/connection/user/{dave.id}/remove", "acme-bot", None).status_code == 200
    assert status() is None
    refused(wire.post(f"/agent/v4/stream/{im}/message/create", "acme-bot", None, **send), 403, "not connected")
    assert wire.get(f"/agent/v4/stream/{im}/message?since=0", "acme-bot", None).status_code == 200
    refused(wire.post("/pod/v1/connection/accept", json=body), 403, "not enabled for apps")


def test_who_accepts_by_themselves_is_connected_at_once(wire: Wire) -> None:
    wire.world.users.change(wire.user("dave"), accepts_connections=True)
    answer = wire.post("/pod/v1/connection/create", json={"userId": wire.id("dave")}).json()
    assert (answer["userId"], answer["status"]) == (wire.id("dave"), "ACCEPTED")


def test_keywords_are_found_by_value_and_by_key_where_asked(wire: Wire) -> None:
    for name, key, value in (("Alpha", "region", "emea"), ("Beta", "emea", "yes"), ("Gamma", "desk", "rates")):
        body = {"name": name, "description": "x", "keywords": [{"key": key, "value": value}]}
        assert wire.post("/pod/v3/room/create", json=body).status_code == 200

    def found(**search: Any) -> list[str]:
        answer = wire.post("/pod/v3/room/search", json={"query": "EMEA", **search}).json()
        return [room["roomAttributes"]["name"] for room in answer["rooms"]]

    assert found() == ["Alpha"], "by value, unless keys are asked for"
    assert found(labels=["region"]) == ["Alpha"]
    assert found(labels=["desk"]) == []


def test_a_company_that_does_not_communicate_is_out_of_every_chat_with_others(wire: Wire) -> None:
    globex = wire.world.companies.of(wire.user("carol").company_id)
    im = wire.post("/pod/v1/im/create", json=[wire.id("carol")]).json()["id"]
    hello = {"data": {"message": "<messageML>Hello</messageML>"}}
    into = [f"/agent/v4/stream/{sid}/message/create" for sid in (im, wire.room("Acme x Globex").id)]
    assert [wire.post(path, **hello).status_code for path in into] == [200, 200]
    wire.world.companies.book.put(globex.id, replace(globex, cross_pod=False))
    for path in into:
        refused(wire.post(path, **hello), 403, f"company '{globex.name}' does not communicate with other companies")
    refused(wire.post("/pod/v1/im/create", json=[wire.id("carol")]), 400, "may not see them")
