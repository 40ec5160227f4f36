"""Datafeeds over the wire: what a bot hears, how it acknowledges, how a feed dies."""

from __future__ import annotations

from typing import Any

import pytest

from tests import official
from tests.conftest import Wire, refused

FEEDS = "/agent/v5/datafeeds"


def bot(wire: Wire, method: str, path: str, **request: Any) -> Any:
    return wire.call(method, path, "acme-bot", None, **request)


@pytest.fixture
def feed(wire: Wire) -> str:
    wire.stage.hold = 0.01
    answer = bot(wire, "POST", FEEDS, json={})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def read(wire: Wire, feed: str, ack: str = "") -> Any:
    answer = bot(wire, "POST", f"{FEEDS}/{feed}/read", json={"ackId": ack, "updatePresence": True})
    assert answer.status_code == 200, answer.text
    assert official.complaints("POST", f"{FEEDS}/{{datafeedId}}/read", 200, answer.json()) == []
    return answer.json()


def say(wire: Wire, text: str = "hi") -> str:
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create"
    return str(wire.post(path, data={"message": f"<messageML>{text}</messageML>"}).json()["messageId"])


def test_a_bot_hears_what_is_said_where_it_is(wire: Wire, feed: str) -> None:
    said = say(wire)
    wire.post("/pod/v1/im/create", json=[wire.id("bob")])
    events = read(wire, feed)["events"]
    assert [(event["type"], event["messageId"]) for event in events] == [("MESSAGESENT", said)]
    message = events[0]["payload"]["messageSent"]["message"]
    assert "roomName" not in message["stream"]
    assert events[0]["initiator"]["user"]["username"] == "alice"


def test_nothing_is_an_empty_list(wire: Wire, feed: str) -> None:
    answer = read(wire, feed)
    assert answer["events"] == []
    assert answer["ackId"]


def test_what_is_not_acknowledged_comes_again(wire: Wire, feed: str) -> None:
    say(wire)
    first = read(wire, feed)
    assert read(wire, feed)["events"] == []
    wire.world.clock.advance(31)
    again = read(wire, feed)
    assert again["events"] == first["events"]
    wire.world.clock.advance(31)
    assert read(wire, feed, again["ackId"])["events"] == []
    wire.world.clock.advance(31)
    assert read(wire, feed)["events"] == []
    refused(bot(wire, "POST", f"{FEEDS}/{feed}/read", json={"ackId": "strange"}), 400)


def test_every_kind_of_event_has_its_payload(wire: Wire, feed: str) -> None:
    me = wire.id("acme-bot")
    room = wire.post("/pod/v3/room/create", json={"name": "Events", "description": "x"}).json()["roomSystemInfo"]["id"]
    wire.post(f"/pod/v1/room/{room}/membership/add", json={"id": me})
    wire.post(f"/pod/v3/room/{room}/update", json={"description": "y"})
    wire.post(f"/pod/v1/room/{room}/membership/promoteOwner", json={"id": me})
    wire.post(f"/pod/v1/room/{room}/membership/demoteOwner", json={"id": me})
    wire.post(f"/pod/v1/room/{room}/setActive?active=false")
    wire.post(f"/pod/v1/room/{room}/setActive?active=true")
    wire.post(f"/pod/v1/room/{room}/membership/remove", json={"id": me})
    wire.post("/pod/v1/im/create", json=[me])
    wire.post(f"/pod/v1/admin/messagesuppression/{say(wire)}/suppress")
    bot(wire, "POST", "/pod/v3/room/create", json={})
    wire.world.connections.request(wire.user("acme-bot"), wire.id("dave"))
    wire.world.connections.accept(wire.user("dave"), me)
    assert [event["type"] for event in read(wire, feed)["events"]] == [
        "USERJOINEDROOM",
        "ROOMUPDATED",
        "ROOMMEMBERPROMOTEDTOOWNER",
        "ROOMMEMBERDEMOTEDFROMOWNER",
        "ROOMDEACTIVATED",
        "ROOMREACTIVATED",
        "USERLEFTROOM",
        "INSTANTMESSAGECREATED",
        "MESSAGESENT",
        "MESSAGESUPPRESSED",
        "CONNECTIONREQUESTED",
        "CONNECTIONACCEPTED",
    ]


def test_feeds_are_few_tagged_and_die(wire: Wire, feed: str) -> None:
    assert bot(wire, "GET", FEEDS).json() == [{"id": feed, "type": "fanout"}]
    tagged = bot(wire, "POST", FEEDS, json={"tag": "t"}).json()
    assert bot(wire, "POST", FEEDS, json={"tag": "t"}).json() == tagged
    assert bot(wire, "GET", FEEDS, params={"tag": "t"}).json() == [tagged]
    refused(bot(wire, "POST", FEEDS, json={"tag": "x" * 101}), 400)
    for _ in range(18):
        assert bot(wire, "POST", FEEDS).status_code == 201
    refused(bot(wire, "POST", FEEDS), 403, "delete a listed one")
    assert bot(wire, "DELETE", f"{FEEDS}/{feed}").status_code == 204
    assert bot(wire, "DELETE", f"{FEEDS}/{feed}").status_code == 200
    refused(bot(wire, "POST", f"{FEEDS}/{feed}/read"), 400, "no datafeed")
    wire.world.clock.advance(30 * 60)
    assert bot(wire, "GET", FEEDS).json() == []


def test_a_feed_is_its_owners_and_not_for_apps(wire: Wire, feed: str) -> None:
    refused(wire.get(FEEDS), 403, "not enabled for apps")
    refused(wire.post(f"{FEEDS}/{feed}/read", "alice", None), 400)
    assert wire.call("DELETE", f"{FEEDS}/{feed}", "alice", None).status_code == 200
    assert read(wire, feed)["events"] == []


def test_tests_that_reset_and_make_a_feed_each_go_on(wire: Wire) -> None:
    """Nobody uses the feeds of the tests before; a bot that goes on reading keeps its own."""
    kept = bot(wire, "POST", FEEDS, json={}).json()["id"]
    wire.stage.hold = 0
    for _ in range(22):
        wire.stage.reset()
        made = bot(wire, "POST", FEEDS, json={})
        assert made.status_code == 201
        said = say(wire)
        for feed in (kept, made.json()["id"]):
            assert [event["messageId"] for event in read(wire, feed)["events"]] == [said]


def test_a_reset_empties_the_feed_and_leaves_it(wire: Wire, feed: str) -> None:
    say(wire)
    wire.stage.reset()
    assert read(wire, feed)["events"] == []
    said = say(wire)
    assert read(wire, feed)["events"][0]["messageId"] == said
