"""Polls that are held, over sockets: a reader that has gone takes nothing, and a reset answers at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator import Emulator
from tests.security.conftest import Raw

FEEDS = "/agent/v5/datafeeds"
OPEN = "/emulator/v1/requests?path=/agent/v5/datafeeds/%7BdatafeedId%7D/read"


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start() as started:
        started.stage.hold = 120
        yield started


@pytest.fixture
def bot(pod: Emulator) -> Iterator[httpx.Client]:
    pod.fresh()
    with pod.client("acme-bot") as client:
        yield client


def held(pod: Emulator, bot: httpx.Client, feed: str, sent: dict[str, Any]) -> Raw:
    """A poll on a connection of its own, that waits."""
    raw = Raw(pod.url)
    body = json.dumps(sent).encode()
    token = bot.headers["sessionToken"].encode()
    raw.head("POST", f"{FEEDS}/{feed}/read".encode(), [(b"sessionToken", token)], len(body))
    raw.send(body)
    assert bot.get(f"{OPEN}&open=true&wait=10").status_code == 200
    return raw


def test_a_reader_that_has_gone_takes_nothing(pod: Emulator, bot: httpx.Client) -> None:
    feed = bot.post(FEEDS, json={}).json()["id"]
    gone = held(pod, bot, feed, {})
    gone.socket.close()
    (left,) = bot.get(f"{OPEN}&status=0&wait=10").json()
    assert left["reason"] == "the client went away while its call waited"
    said = pod.say("alice", "Trading Desk", "hello")
    told = bot.post(f"{FEEDS}/{feed}/read", json={}).json()
    assert [event["messageId"] for event in told["events"]] == [said.id]


def test_a_reset_answers_at_once_and_the_feed_goes_on(pod: Emulator, bot: httpx.Client) -> None:
    feed = bot.post(FEEDS, json={}).json()["id"]
    poll = held(pod, bot, feed, {})
    assert bot.post("/emulator/v1/reset", json={}).status_code == 200
    answer = poll.answer()
    assert answer.status == 200
    told = json.loads(answer.body)
    assert told["events"] == []
    said = pod.say("alice", "Trading Desk", "hello")
    (event,) = bot.post(f"{FEEDS}/{feed}/read", json={"ackId": told["ackId"]}).json()["events"]
    assert event["messageId"] == said.id


def test_a_bot_hears_a_stranger_whom_a_test_invented(pod: Emulator, bot: httpx.Client) -> None:
    feed = bot.post(FEEDS, json={}).json()["id"]
    poll = held(pod, bot, feed, {})
    stranger = {"username": "mallory", "company": "Globex"}
    assert bot.post("/emulator/v1/users", json=stranger).status_code == 201
    asked = {"from": "mallory", "to": "acme-bot", "status": "PENDING"}
    silent = {"from": "dave", "to": "acme-bot", "status": "PENDING", "silent": True}
    assert bot.post("/emulator/v1/connections", json=silent).status_code == 201
    assert bot.post("/emulator/v1/connections", json=asked).status_code == 201
    (event,) = json.loads(poll.answer().body)["events"]
    assert event["type"] == "CONNECTIONREQUESTED"
    assert event["initiator"]["user"]["displayName"] == "mallory"
    assert event["payload"]["connectionRequested"]["toUser"]["displayName"] == "Acme Bot"
