"""What a grown world says, beside what `fixtures/corpus/rhythm.yaml` asks for, and how fast it grew.

python -m bench.shares [USERS ROOMS MESSAGES]
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import time
from collections import Counter

from emulator.seeding.corpus import corpus
from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.seeding.workdays import DAY
from emulator.world.apps import App
from emulator.world.messages import Message
from emulator.world.users import SYSTEM
from emulator.world.world import World

_AGES = {"today": 0, "this week": 5, "two weeks": 14, "month": 30, "quarter": 90, "year": 10_000}


def features(world: World, message: Message) -> list[str]:
    text = message.presentationml
    found = {
        "edit": message.replaces is not None,
        "suppress": message.suppressed_at is not None,
        "file": bool(message.attachments),
        "form": bool(message.forms),
        "table": "<table" in text,
        "mention": bool(message.mentions),
        "tag": bool(message.hashtags or message.cashtags),
        "bot": world.users.book[message.sender].account_type == SYSTEM,
        "obo": message.origin.app is not None,
        "react": "emoji" in text and not message.words,
        "external": world.streams.book[message.stream].cross_pod,
    }
    return [name for name, holds in found.items() if holds]


def grown(users: int, rooms: int, messages: int) -> tuple[World, float]:
    """A world that grew, and the seconds of processor time that it took."""
    world = load("empty")
    world.apps.add(App(id="desk", name="Desk", permissions=frozenset(), automatic=True))
    start = time.process_time()
    grow(world, users=users, rooms=rooms, messages=messages, seed=7)
    return world, time.process_time() - start


def main(users: int, rooms: int, messages: int) -> None:
    gc.disable()  # as serving does while it starts
    corpus()
    _, before = grown(users, rooms, 1)
    world, took = grown(users, rooms, messages)
    now, counts, total = world.clock.now(), Counter[str](), world.messages.count
    today = dt.datetime.fromtimestamp(now / 1_000, dt.UTC).date().toordinal()
    epoch = dt.date(1970, 1, 1).toordinal()
    for message in world.messages.book:
        age = today - epoch - message.at // DAY
        counts[next(name for name, most in _AGES.items() if age <= most)] += 1
        counts[world.streams.book[message.stream].type.lower()] += 1
        counts.update(features(world, message))
        counts["last_hour"] += now - message.at < 3_600_000
    rhythm = corpus().rhythm
    print(f"users and rooms {before:.1f} s; {total:,} messages {took - before:.1f} s of processor time,", end=" ")
    print(f"{total / (took - before):,.0f} a second\n")
    print(f"{'':<12}{'aim':>8}{'is':>8}")
    aims = {name: rhythm["ages"][name] for name in (*_AGES, "last_hour")}
    aims |= {name: rhythm["shares"][name] for name in ("im", "mim", "room", "external")} | rhythm["features"]
    for name, aim in aims.items():
        print(f"{name:<12}{aim:>8.3f}{counts[name] / total:>8.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:] or (2_000, 500, 100_000)))
