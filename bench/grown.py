"""What growth promises of large worlds: the same seed at the same moment gives the same bytes, each message is one that
the emulator's own MessageML takes, with every slot filled, and alice sees what was said in the last hour.

python -m bench.grown [MESSAGES [SAMPLE]]

The worlds have 2,000 users and 500 rooms. With a million messages it needs 4 GB and a minute or two.
"""

from __future__ import annotations

import gc
import hashlib
import random
import re
import resource
import sys
import time
from unittest.mock import patch

import orjson

from emulator.keeping.document import exported
from emulator.messageml import convert
from emulator.rendering import Everybody
from emulator.seeding.grow import grow
from emulator.seeding.load import load
from emulator.world.world import World

USERS, ROOMS, SAME = 2_000, 500, 20_000
_ID = re.compile(r"(?<=-)[0-9a-f]{8}(?=\")")
_SLOT = re.compile(r"\{[a-z][^{}<>]*\}|zq\w*qz")


def grown(messages: int) -> World:
    world = load("demo", 7)
    grow(world, users=USERS, rooms=ROOMS, messages=messages, seed=7)
    return world


def digest(now: int) -> str:
    """Of all that a world holds that grew at a moment."""
    with patch("time.time_ns", return_value=now):
        return hashlib.sha256(orjson.dumps(exported(grown(SAME)))).hexdigest()


def check(world: World, sample: int) -> None:
    """Convert some messages anew; AssertionError where one is not as it was stored, or has a slot in it."""
    messages = list(world.messages.book)
    everybody = Everybody(world)
    for message in random.Random(7).sample(messages, min(sample, len(messages))):
        text = message.presentationml.replace("${", "&#36;{")
        done = convert(text, message.data, users=everybody, schemes=None, short_id=lambda: "0" * 8)
        assert not _SLOT.search(done.text), done.text
        assert (done.hashtags, done.cashtags) == (message.hashtags, message.cashtags), message.presentationml
        assert done.forms == message.forms, message.presentationml
        assert _ID.sub("", done.presentationml) == _ID.sub("", message.presentationml), message.presentationml


def lively(world: World) -> int:
    """In how many of alice's streams something was said in the last hour."""
    alice, hour = world.users.named("alice"), world.clock.now() - 3_600_000
    return sum((world.messages.last_at(stream) or 0) > hour for stream in world.streams.of(alice.id) if stream.room)


def main(messages: int, sample: int) -> None:
    gc.disable()
    now = time.time_ns()
    one, other = digest(now), digest(now)
    assert one == other
    print(f"{SAME:,} messages twice: the same bytes, sha256 {one[:16]}...")
    start = time.process_time()
    world = grown(messages)
    took = time.process_time() - start
    print(f"{messages:,} messages in {took:.1f} s of processor time, {messages / took:,.0f} a second, all in all")
    check(world, sample)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_048_576
    print(f"{sample:,} of them converted anew, every slot filled; {most:.1f} GB at most")
    print(f"alice sees something of the last hour in {lively(world)} rooms")


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], *("1000000", "20000")[len(sys.argv) - 1 :]]))
