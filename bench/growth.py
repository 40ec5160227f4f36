"""What growth costs: searches, lists and pages in a big world against the small demo world, and memory per message.

    python -m bench.growth [USERS ROOMS MESSAGES]

Calls the ASGI app in process, in alternating rounds. The promise: at most 3 times the cost in the demo world.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

import httpx

from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.seeding.said import plain
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.testing.transport import InProcess
from emulator.world import World
from emulator.world.messages import Origin

ROUNDS, CALLS = 9, 40
RARE = "xylophone"


def client_of(world: World) -> httpx.Client:
    stage = Stage(world)
    alice = world.users.named("alice")
    token = stage.sessions.open("obo", subject="alice", user=alice.id, app="acme-desk").token
    return httpx.Client(base_url="http://bench", headers={"sessionToken": token}, transport=InProcess(Site(stage)))


def cost(call: Callable[[], httpx.Response]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        answer = call()
    took = time.perf_counter() - start
    assert answer.status_code == 200, answer.text
    return took / CALLS


def compare(what: str, small: Callable[[], httpx.Response], big: Callable[[], httpx.Response]) -> None:
    cost(small), cost(big)
    pairs = [(cost(small), cost(big)) for _ in range(ROUNDS)]
    ratio = median(theirs / ours for ours, theirs in pairs)
    one, other = (median(pair[at] for pair in pairs) * 1e6 for at in (0, 1))
    print(f"{what:<28} small {one:7.0f} us   big {other:7.0f} us   ratio {ratio:5.2f}")


def talk(world: World, count: int) -> str:
    """A room of alice and bob with so many messages, one of them with a rare word."""
    desk = next(stream for stream in world.streams.book if stream.room and stream.room.name == "Trading Desk")
    alice, origin, now = world.users.named("alice"), Origin(session="bench"), world.clock.now()
    for number in range(count):
        word = RARE if number == count // 2 else f"word{number % 500}"
        content = plain(f"Message {number % 1000} says {word} about the rates of today")
        world.messages.load(alice, desk, content, origin, at=now - (count - number) * 10)
    return desk.id


def main(users: int, rooms: int, messages: int) -> None:
    small, big = load("demo"), load("demo")
    start = time.perf_counter()
    grow(big, users=users, rooms=rooms)
    print(f"grown to {users:,} users and {rooms:,} rooms in {time.perf_counter() - start:.1f} s")
    one, other = client_of(small), client_of(big)
    searches = {
        "user search": ("/pod/v1/user/search", {"query": "alice adams"}),
        "room search": ("/pod/v3/room/search", {"query": "trading desk"}),
        "streams/list": ("/pod/v1/streams/list", {}),
    }
    for what, (path, body) in searches.items():
        compare(what, lambda: one.post(path, json=body), lambda: other.post(path, json=body))  # noqa: B023

    small, big = load("demo"), load("demo")
    desk = talk(small, 200)
    gc.collect()
    tracemalloc.start()
    big_desk = talk(big, messages)
    gc.collect()
    per_message = tracemalloc.get_traced_memory()[0] / messages
    tracemalloc.stop()
    one, other = client_of(small), client_of(big)
    compare(
        f"rare word in {messages:,}",
        lambda: one.post("/agent/v1/message/search", json={"text": RARE, "streamId": desk}),
        lambda: other.post("/agent/v1/message/search", json={"text": RARE, "streamId": big_desk}),
    )
    ours, theirs = (world.messages.timeline.of(room)[-50][0] for world, room in ((small, desk), (big, big_desk)))
    compare(
        f"last 50 of {messages:,}",
        lambda: one.get(f"/agent/v4/stream/{desk}/message", params={"since": ours}),
        lambda: other.get(f"/agent/v4/stream/{big_desk}/message", params={"since": theirs}),
    )
    print(f"memory: {per_message:,.0f} bytes a message")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] or (20_000, 5_000, 200_000)))
