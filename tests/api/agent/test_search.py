"""Message search over the wire: its arguments, what goes together, and what a user may find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Wire, refused

SEARCH = "/agent/v1/message/search"


@pytest.fixture(autouse=True)
def tagged(wire: Wire) -> None:
    """What bob says in Trading Desk, with a tag of each kind."""
    message = (
        "<messageML>Good rates <cash tag='ibm'/> <hash tag='rates'/> <mention email='bob@acme.example'/></messageML>"
    )
    wire.world.clock.advance(1)
    wire.post(f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create", "bob", data={"message": message})


def texts(wire: Wire, user: str = "alice", params: Any = None, **query: Any) -> list[str]:
    answer = wire.post(SEARCH, user, json=query, params=params)
    return [] if answer.status_code == 204 else [message["message"] for message in answer.json()]


def test_each_argument_finds(wire: Wire) -> None:
    desk = wire.room("Trading Desk").id
    assert len(texts(wire, hashtag="RATES")) == 1
    assert len(texts(wire, cashtag="IBM")) == 1
    assert len(texts(wire, mention=wire.id("bob"))) == 1
    assert len(texts(wire, author=wire.id("bob"), streamId=desk)) == 2
    assert len(texts(wire, text="rates good", streamId=desk)) == 2
    assert len(texts(wire, text="rates good morning", streamId=desk)) == 1
    assert texts(wire, text="ibm rates", streamId=desk) == []
    assert len(texts(wire, streamType="IM")) == 2
    assert len(texts(wire, streamType="chat")) == 2
    assert len(texts(wire, hashtag="rates", cashtag="ibm")) == 1
    assert len(texts(wire, hashtag="rates", mention=wire.id("bob"))) == 1
    assert texts(wire, hashtag="rates", mention=wire.id("alice")) == []
    assert len(texts(wire, author=str(wire.id("bob")))) >= 1


def test_dates_order_and_pages(wire: Wire) -> None:
    desk = wire.room("Trading Desk").id
    everything = wire.post(SEARCH, json={"streamId": desk}, params={"sortDir": "asc"}).json()
    times = [message["timestamp"] for message in everything]
    assert times == sorted(times)
    newest_first = wire.post(SEARCH, json={"streamId": desk}).json()
    assert newest_first == everything[::-1]
    between = {"streamId": desk, "fromDate": times[1], "toDate": times[2]}
    assert [m["timestamp"] for m in wire.post(SEARCH, json=between).json()] == [times[1]]
    page = wire.post(SEARCH, json={"streamId": desk}, params={"skip": 1, "limit": 2}).json()
    assert page == newest_first[1:3]


def test_a_user_finds_only_what_they_may_read(wire: Wire) -> None:
    assert texts(wire, "ivan", hashtag="rates") == []
    assert len(texts(wire, "bob", hashtag="rates")) == 1
    assert texts(wire, "bob", streamType="IM") == []
    assert any("game" in text for text in texts(wire, "bob", author=wire.id("frank")))


def test_a_signal_finds_what_matches_it(wire: Wire) -> None:
    body = {"name": "S", "query": f"(HASHTAG:rates AND AUTHOR:{wire.id('bob')}) OR CASHTAG:none"}
    signal = wire.post("/agent/v1/signals/create", json=body).json()["id"]
    assert len(texts(wire, signal=signal)) == 1
    refused(wire.post(SEARCH, "ivan", json={"signal": signal}), 400, "not visible")


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ({}, {}),
        ({"fromDate": 1}, {}),
        ({"text": "a"}, {}),
        ({"text": "a", "streamType": "IM"}, {}),
        ({"hashtag": "a", "author": 1}, {}),
        ({"signal": "a", "hashtag": "b"}, {}),
        ({"streamId": "x", "streamType": "IM"}, {}),
        ({"hashtag": "a:b"}, {}),
        ({"author": "x"}, {}),
        ({"author": True}, {}),
        ({"streamType": "x"}, {}),
        ({"streamId": "nowhere"}, {}),
        ({"hashtag": "a"}, {"limit": 1001}),
        ({"hashtag": "a"}, {"limit": 0}),
        ({"hashtag": "a"}, {"skip": -1}),
        ({"hashtag": "a"}, {"sortDir": "up"}),
        ({"hashtag": "a"}, {"tier": "cold"}),
    ],
)
def test_what_production_refuses(wire: Wire, query: dict[str, Any], params: dict[str, Any]) -> None:
    refused(wire.post(SEARCH, json=query, params=params), 400)


def test_the_form_with_the_query_in_the_address_is_for_bots(wire: Wire) -> None:
    params = {"query": "hashtag:rates AND author:" + str(wire.id("bob")) + " AND streamType:ROOM"}
    refused(wire.get(SEARCH, params=params), 403, "not enabled for apps")
    assert len(wire.get(SEARCH, "acme-bot", None, params=params).json()) == 1
    for query in ("nothing", "hashtag:a AND hashtag:b", "x:1", "author:bob", ""):
        refused(wire.get(SEARCH, "acme-bot", None, params={"query": query}), 400)
