"""What lists cost in a grown world, where a rule decides about each thing in them; and against another checkout.

    python -m bench.seeing [CHECKOUT [ROUNDS]]

Calls the ASGI app in this process, as the user who is in most streams. With a checkout both are measured in
alternating processes, and the median of the ratios is printed. The promise: streams/list and searches
cost at most 1.3 times what they did.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve()
USERS, ROOMS, MESSAGES = 2_000, 600, 20_000
CALLS, TIMES = 10, 25


def lists() -> dict[str, Callable[[], Any]]:
    """What is measured."""
    import httpx

    from emulator.seeding.grow import grow
    from emulator.seeding.load import load
    from emulator.site import Site
    from emulator.stage.stage import Stage
    from emulator.testing.transport import InProcess

    world = load("demo")
    world.clock.freeze()
    grow(world, users=USERS, rooms=ROOMS, messages=MESSAGES)
    streams = world.streams
    people = [world.users.book[key] for key in world.users.book.keys_by("company", world.companies.home.id)]
    user = max(people, key=lambda each: streams.memberships.count_by("user", each.id))
    world.users.change(user, roles=user.roles | {"USER_PROVISIONING"})
    busiest = max(streams.listed(user), key=lambda stream: len(world.messages.timeline.of(stream.id)))
    room = next(each for each in streams.listed(user) if each.room is not None and not each.cross_pod)
    feed = world.datafeeds.create(user)
    stage = Stage(world)
    token = stage.sessions.open("bot", subject=user.username, user=user.id).token
    tokens = {"sessionToken": token, "keyManagerToken": stage.sessions.open_key_manager(user.id)}
    client = httpx.Client(base_url="http://bench", headers=tokens, transport=InProcess(Site(stage)))
    presences = client.post("/pod/v1/presence/feed/create").json()["id"]

    def posted(path: str, body: Any) -> Callable[[], Any]:
        return lambda: client.post(path, json=body)

    def got(path: str, **query: Any) -> Callable[[], Any]:
        return lambda: client.get(path, params=query)

    descriptions = cycle(("one", "other"))

    def hear() -> Any:
        feed.queue.clear()
        return client.post(f"/pod/v3/room/{room.id}/update", json={"description": next(descriptions)})

    def changed() -> Any:
        for each in people[:20]:
            world.presences.set(each, "BUSY")
        return client.get(f"/pod/v1/presence/feed/{presences}/read")

    return {
        "streams/list": posted("/pod/v1/streams/list", {"includeInactiveStreams": True}),
        "room search": posted("/pod/v3/room/search", {"query": "desk"}),
        "message search, everywhere": posted("/agent/v1/message/search", {"hashtag": "rates"}),
        "messages of a stream": got(f"/agent/v4/stream/{busiest.id}/message", since=0),
        "user search": posted("/pod/v1/user/search", {"query": "an"}),
        "signals/list": got("/agent/v1/signals/list"),
        "connection/list": got("/pod/v1/connection/list", status="ALL"),
        "presences of all": got("/pod/v2/users/presence"),
        "presence feed": changed,
        "a change that a feed hears": hear,
    }


def measured() -> dict[str, float]:
    """Microseconds of the processor by the list: the best of some rounds, which is what the code costs."""
    found = {}
    for what, call in lists().items():
        answer = call()
        assert answer is None or answer.status_code in (200, 204), answer.text
        rounds = []
        for _ in range(TIMES):
            start = time.process_time()
            for _ in range(CALLS):
                call()
            rounds.append((time.process_time() - start) / CALLS * 1e6)
        found[what] = min(rounds)
    return found


def of(checkout: Path) -> dict[str, float]:
    """The same, of the code in a checkout."""
    done = subprocess.run(
        [sys.executable, str(HERE), "--once"],
        env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def main(other: str | None = None, rounds: str = "5") -> None:
    if other is None:
        for what, cost in measured().items():
            print(f"{what:<28} {cost:9.1f} us")
        return
    pairs = [(of(Path(other).resolve()), of(HERE.parent.parent)) for _ in range(int(rounds))]
    for what in pairs[0][1]:
        before, now = (min(pair[at][what] for pair in pairs) for at in (0, 1))
        ratio = median(ours[what] / theirs[what] for theirs, ours in pairs)
        print(f"{what:<28} there {before:9.1f} us   here {now:9.1f} us   ratio {ratio:5.2f}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--once"]:
        print(json.dumps(measured()))
    else:
        main(*sys.argv[1:])
