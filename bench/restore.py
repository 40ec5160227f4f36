"""Snapshot and restore of a world, against one copy of its largest book: python -m bench.restore."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.world import World
from emulator.world.messages import Content, Origin

ROUNDS = 200
HELLO = Content(presentationml="<div>hello</div>", words=("hello",))


def _ms(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _write(world: World) -> None:
    alice = world.users.named("alice")
    desk = next(stream for stream in world.streams.book if stream.room and stream.room.name == "Trading Desk")
    world.messages.post(alice, world.streams.writable_by(alice, desk.id), HELLO, Origin(session="s"))


def measure(name: str, world: World) -> None:
    """Print the medians of restoring a world that was written to, and of the first write after it."""
    snapshot = world.snapshot()
    restores, writes, copies = [], [], []
    for _ in range(ROUNDS):
        writes.append(_ms(lambda: _write(world)))
        restores.append(_ms(lambda: world.restore(snapshot)))
        copies.append(_ms(world.messages.book.records.copy))
    both = median(restores) + median(writes)
    copy = median(copies)
    print(
        f"{name:<30} restore {median(restores):7.3f} ms  and a message {both:7.3f} ms  a copy of a book {copy:7.3f} ms"
    )


if __name__ == "__main__":
    measure("demo", load("demo"))
    grown = load("demo")
    grow(grown, users=1_000, rooms=100, messages=10_000, seed=1)
    measure("1,000 users, 10,000 messages", grown)
