"""Tests with `await`: an async client, waiting for a call, datafeeds that are polled, an end that does not wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from emulator import Emulator

INFO = "/pod/v2/sessioninfo"
FEEDS = "/agent/v5/datafeeds"
READ = f"{FEEDS}/{{datafeedId}}/read"


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start() as started:
        yield started


async def _hear(pod: Emulator, text: str) -> str:
    """A bot polls, somebody speaks as soon as it does, and the bot hears it."""
    desk = next(stream.id for stream in pod.world.streams.book if stream.room and stream.room.name == "Trading Desk")
    async with pod.aclient("acme-bot") as bot, pod.aclient("alice", "acme-desk") as alice:
        feed = (await bot.post(FEEDS, json={})).json()["id"]
        reading = asyncio.create_task(bot.post(f"{FEEDS}/{feed}/read", json={}))
        (call,) = await pod.called(READ, user="acme-bot", open=True)
        assert call["status"] is None
        await alice.post(f"/agent/v4/stream/{desk}/message/create", data={"message": f"<messageML>{text}</messageML>"})
        (event,) = (await reading).json()["events"]
        (done,) = await pod.called(READ)
        assert (done["status"], done["number"] > call["number"]) == (200, True)
        return str(event["payload"]["messageSent"]["message"]["message"])


@pytest.mark.parametrize("time", range(3))
def test_a_feed_is_polled_three_times_in_a_row(pod: Emulator, time: int) -> None:
    pod.fresh()
    assert f"number {time}" in asyncio.run(_hear(pod, f"number {time}"))


def test_a_call_that_a_fault_delays_is_open(pod: Emulator) -> None:
    pod.fresh()
    pod.faults.add(INFO, delay_ms=200)

    async def late() -> None:
        async with pod.aclient("alice", "acme-desk") as alice:
            asking = asyncio.create_task(alice.get(INFO))
            (call,) = await pod.called(INFO, open=True)
            assert (call["status"], call["user"], call["app"]) == (None, "alice", "acme-desk")
            assert (await asking).status_code == 200
            (call,) = pod.requests(INFO)
            assert call["status"] == 200

    asyncio.run(late())


def test_a_poll_of_an_earlier_test_takes_nothing_from_a_later_one(pod: Emulator) -> None:
    pod.fresh()

    async def leave_it() -> None:
        async with pod.aclient("acme-bot") as bot:
            feed = (await bot.post(FEEDS, json={})).json()["id"]
            reading = asyncio.create_task(bot.post(f"{FEEDS}/{feed}/read", json={}))
            await pod.called(READ, open=True)
            pod.fresh()
            assert (await reading).status_code == 400, "the feed is gone"

    asyncio.run(leave_it())
    assert pod.requests() == []


def test_waiting_forms_say_so_inside_of_a_loop(pod: Emulator) -> None:
    async def wrongly() -> None:
        with pytest.raises(RuntimeError, match=r"await pod\.called"):
            pod.requests(INFO, wait=5)
        with pytest.raises(RuntimeError, match=r"pod\.aclient"):
            pod.client("alice", "acme-desk", transport="asgi")
        with pytest.raises(TimeoutError, match="0 of 1 calls like '/nowhere still open'"):
            await pod.called("/nowhere", open=True, within=0.01)

    asyncio.run(wrongly())


def test_open_calls_over_http(pod: Emulator) -> None:
    pod.fresh()
    with pod.client("acme-bot") as bot:
        feed = bot.post(FEEDS, json={}).json()["id"]
        reading = threading.Thread(target=lambda: httpx.post(f"{pod.url}{FEEDS}/{feed}/read", headers=bot.headers))
        reading.start()
        asked = {"open": "true", "wait": 5}
        (call,) = httpx.get(f"{pod.url}/emulator/v1/requests", params=asked).json()
        assert (call["status"], call["user"]) == (None, "acme-bot")
        assert len(pod.requests(open=False)) == 1
        bot.delete(f"{FEEDS}/{feed}")
        reading.join(5)
        assert pod.requests(open=True) == []


def test_the_hold_is_a_setting() -> None:
    with Emulator.start(hold=0.01) as pod, pod.client("acme-bot") as bot:
        feed = bot.post(FEEDS, json={}).json()["id"]
        assert bot.post(f"{FEEDS}/{feed}/read", json={}).json()["events"] == []


def test_it_ends_at_once_and_silently_while_it_is_polled(capfd: pytest.CaptureFixture[str]) -> None:
    pod = Emulator.start()
    with pod.client("acme-bot", None) as bot:
        feed = bot.post(FEEDS, json={}).json()["id"]

        def read() -> None:
            answer = httpx.post(f"{pod.url}{FEEDS}/{feed}/read", headers=bot.headers, json={}, trust_env=False)
            assert answer.json()["events"] == []

        reading = [threading.Thread(target=read) for _ in range(3)]
        for each in reading:
            each.start()
        pod.requests(READ, open=True, wait=5, count=3)
        began = time.perf_counter()
        pod.stop()
        took = time.perf_counter() - began
        for each in reading:
            each.join(5)
    assert took < 0.2
    assert "".join(capfd.readouterr()) == ""
