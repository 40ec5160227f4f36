"""What it costs a pod to deliver a message to readers of datafeeds that wait: python -m bench.feeds [READERS].

Calls are made in this process, without sockets, so that no client is measured. Prints the processor time (ms) from the
call that says a message to the last reader's answer.
"""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median

from emulator.api import inside
from emulator.seeding.load import load
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.world.streams import RoomAttributes
from emulator.world.users import User

ROUNDS = 30
SAID = b"message=<messageML>hello</messageML>"
FORM = (b"content-type", b"application/x-www-form-urlencoded")


async def measure(readers: int) -> list[float]:
    """The times of all rounds."""
    world = load("demo")
    stage = Stage(world)
    site = Site(stage)
    alice = world.users.named("alice")
    room = world.rooms.open(alice, RoomAttributes(name="Feeds"))
    polls: list[tuple[bytes, list[tuple[bytes, bytes]]]] = []
    for number in range(readers):
        name = f"reader{number}"
        user = User(id=world.users.next_id(190), username=name, email=f"{name}@acme.example", display_name=name)
        with world.arranged(silent=True):
            world.rooms.let_in(alice, room, world.users.add(user))
        token = stage.sessions.open("bot", subject=name, user=user.id).token
        path = f"/agent/v5/datafeeds/{world.datafeeds.create(user).id}/read".encode()
        polls.append((path, [(b"sessiontoken", token.encode())]))
    speaker = stage.sessions.open("obo", subject="alice", user=alice.id, app="acme-desk").token.encode()
    say = f"/agent/v4/stream/{room.id}/message/create".encode()
    took = []
    for _ in range(ROUNDS):
        held = [asyncio.ensure_future(inside.call(site, "POST", path, token, b"{}")) for path, token in polls]
        while len(stage.journal.open) < readers:
            await asyncio.sleep(0)
        began = time.process_time()
        await inside.call(site, "POST", say, [(b"sessiontoken", speaker), FORM], SAID)
        answers = await asyncio.gather(*held)
        took.append((time.process_time() - began) * 1000)
        assert all(b"MESSAGESENT" in answer.content for answer in answers)
    return took


if __name__ == "__main__":
    for count in [int(each) for each in sys.argv[1:]] or [1, 50, 500]:
        found = asyncio.run(measure(count))
        print(f"{count:>4} readers  median {median(found):7.2f} ms  longest {max(found):7.2f} ms")
