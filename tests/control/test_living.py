"""A world that lives while it is served, and the behaviours of the demo world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator import Emulator
from emulator.rendering import text_of
from emulator.world.events import MessageSent
from emulator.world.messages import Message
from tests.conftest import Wire

FORM = '<form id="order"><text-field name="size"/><button name="go" type="action">Go</button></form>'


A_WEDNESDAY = 1_930_489_200_000
"""2031-03-05 15:00 UTC."""


@pytest.fixture
def wire(wire: Wire) -> Wire:
    wire.world.clock.set(A_WEDNESDAY)
    return wire


def lives(wire: Wire, times: int, seconds: float = 10) -> list[Message]:
    """What is said in a world that lives, while its clock goes on so many times by so many seconds."""
    before = wire.world.messages.count
    if wire.stage.living is None:
        wire.stage.enliven(seconds)
    wire.world.clock.freeze(False)
    assert wire.stage.living is not None
    for _ in range(times):
        wire.world.clock.advance(seconds)
        wire.stage.living.run()
    return list(wire.world.messages.book)[before:]


def test_somebody_says_something_now_and_then(wire: Wire) -> None:
    before = {each.user: each.category for each in wire.world.presences.book}
    said = lives(wire, 300)
    assert 100 < len(said) < 600
    for message in said:
        assert wire.world.streams.is_member(message.stream, message.sender)
        assert "{" not in text_of(wire.world, message)
    assert len({message.stream for message in said}) > 1
    assert len({message.sender for message in said}) > 2
    assert {each.user: each.category for each in wire.world.presences.book} != before
    told = {
        event.about.message.message.id for event in wire.world.events.recent if isinstance(event.about, MessageSent)
    }
    assert told == {message.id for message in said}


def test_nothing_happens_while_the_clock_stands_still(wire: Wire) -> None:
    assert lives(wire, 50)
    wire.world.clock.freeze()
    count, presences = wire.world.messages.count, list(wire.world.presences.book)
    assert wire.stage.living is not None
    for _ in range(50):
        wire.world.clock.advance(60)
        wire.stage.living.run()
    assert (wire.world.messages.count, list(wire.world.presences.book)) == (count, presences)


def test_who_is_logged_in_speaks_for_themselves(wire: Wire) -> None:
    wire.get("/pod/v2/sessioninfo", "bob")
    said = lives(wire, 200)
    senders = {message.sender for message in said}
    assert wire.id("bob") not in senders
    assert len(senders) > 1


def test_it_goes_on_after_a_reset_and_ends_with_the_pod(wire: Wire) -> None:
    assert lives(wire, 50)
    wire.stage.reset()
    assert lives(wire, 50)
    wire.stage.close()
    assert not lives(wire, 50)


def test_behaviours_do_not_hear_it(wire: Wire) -> None:
    when = {"event": "MESSAGESENT", "stream": "Trading Desk"}
    made = wire.http.post(
        "/emulator/v1/behaviours", json={"when": when, "do": [{"as": "heidi", "send": "Heard."}]}
    ).json()
    assert lives(wire, 100)
    assert wire.world.behaviours.book[made["id"]].done == 0


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start(live=0.05) as pod:
        yield pod


def test_a_pod_lives_over_a_socket(pod: Emulator) -> None:
    bot = pod.client("acme-bot")
    feed = bot.post("/agent/v5/datafeeds", json={}).json()["id"]
    told = bot.post(f"/agent/v5/datafeeds/{feed}/read", json={"ackId": ""}, timeout=30).json()["events"]
    assert {event["type"] for event in told} == {"MESSAGESENT"}


@pytest.fixture
def alice(pod: Emulator) -> httpx.Client:
    pod.stage.living.seconds = 3_600.0  # type: ignore[union-attr]
    pod.fresh()
    return pod.client("alice", "acme-desk")


def after(pod: Emulator, client: httpx.Client, stream: str, message: str) -> list[dict[str, Any]]:
    """What is said in a stream within ten seconds after a message, the first of it first."""
    sent = client.post(f"/agent/v4/stream/{stream}/message/create", data={"message": message}).json()
    pod.do(lambda: pod.clock.advance(10))
    client.get("/pod/v2/sessioninfo")
    found = client.get(f"/agent/v4/stream/{stream}/message", params={"since": sent["timestamp"]}).json()
    return [each for each in found[::-1] if each["messageId"] != sent["messageId"]]


def test_a_newcomer_gets_an_answer_a_price_and_a_file(pod: Emulator, alice: httpx.Client) -> None:
    desk = pod.rooms["Trading Desk"].id
    (hello,) = after(pod, alice, desk, "<messageML>Hello, can you read me?</messageML>")
    assert hello["user"]["username"] == "bob"
    assert "Hello Alice Adams" in hello["message"]
    moment, price = after(pod, alice, desk, "<messageML>What price for <b>VOD</b>?</messageML>")
    assert "One moment." in moment["message"]
    assert "<b>VOD</b><table" in price["message"]
    (file,) = after(pod, alice, desk, "<messageML>Please send me the blotter</messageML>")
    assert [each["name"] for each in file["attachments"]] == ["blotter.csv"]


def test_a_form_is_filled_and_a_connection_is_accepted(pod: Emulator, alice: httpx.Client) -> None:
    bot = pod.client("acme-bot")
    feed = bot.post("/agent/v5/datafeeds", json={}).json()["id"]
    after(pod, bot, pod.rooms["Trading Desk"].id, f"<messageML>{FORM}</messageML>")
    events = bot.post(f"/agent/v5/datafeeds/{feed}/read", json={"ackId": ""}).json()["events"]
    (action,) = [event["payload"] for event in events if event["type"] == "SYMPHONYELEMENTSACTION"]
    assert action["symphonyElementsAction"]["formValues"] == {"size": "Fine with me", "action": "go"}
    dave = pod.users["dave"].id
    assert alice.post("/pod/v1/connection/create", json={"userId": dave}).json()["status"] == "PENDING_OUTGOING"
    pod.do(lambda: pod.clock.advance(3))
    im = alice.post("/pod/v1/im/create", json=[dave]).json()["id"]
    (hello,) = after(pod, alice, im, "<messageML>So we are connected</messageML>")
    assert "Dave here" in hello["message"]


def test_without_live_the_demo_world_has_no_behaviours(wire: Wire) -> None:
    assert wire.http.get("/emulator/v1/behaviours").json() == []
