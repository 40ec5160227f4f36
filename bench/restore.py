"""Snapshot and restore of a world, against one copy of its largest book, and what snapshots of a world that changes
take: python -m bench.restore."""

from __future__ import annotations

import gc
import time
import tracemalloc
from statistics import median
from typing import Any

from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.world import World
from emulator.world.messages import Content, Origin

ROUNDS, KEPT = 200, 30
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


def measure_kept(name: str, world: World, changes: int) -> None:
    """Print what a snapshot takes when so many messages are written between one and the next: the time of it and of the
    first write after it (medians, ms), and the memory (kB) that all those hold which are kept."""
    kept, snapshots, firsts = [], [], []
    world.snapshot()
    _write(world)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(KEPT):
        for _ in range(changes):
            _write(world)
        kept.append(None)
        snapshots.append(_ms(lambda: kept.__setitem__(-1, world.snapshot())))  # type: ignore[func-returns-value]
        firsts.append(_ms(lambda: _write(world)))
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    kept.clear()
    gc.collect()
    alone = held - (tracemalloc.get_traced_memory()[0] - before)
    tracemalloc.stop()
    print(
        f"{name:<30} {changes:4} messages between   snapshot {median(snapshots):6.3f} ms   first write after it"
        f" {median(firsts):7.3f} ms   {alone / KEPT / 1024:8.0f} kB a snapshot"
    )


if __name__ == "__main__":
    measure("demo", load("demo"))
    grown = load("demo")
    grow(grown, users=1_000, rooms=100, messages=10_000, seed=1)
    measure("1,000 users, 10,000 messages", grown)
    for changes in (1, 100):
        measure_kept("demo", load("demo"), changes)
        measure_kept("1,000 users, 10,000 messages", grown, changes)
