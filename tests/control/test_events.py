"""Server-sent events of all that happens."""

from __future__ import annotations

import json
from typing import Any

from emulator import Emulator


def first(lines: Any) -> dict[str, Any]:
    """The first event of a stream."""
    for line in lines:
        if line.startswith("data: "):
            told: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return told
    raise AssertionError("the stream ended")


def test_what_happens_is_told_as_it_happens_and_again_to_who_comes_back() -> None:
    with Emulator.start() as pod, pod.client("alice", "acme-desk") as client, pod.client() as watcher:
        with watcher.stream("GET", "/emulator/v1/events") as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            lines = events.iter_lines()
            next(lines)
            made = client.post("/pod/v3/room/create", json={"name": "Seen", "description": "x"}).json()
            told = first(lines)
            assert told["kind"] == "ROOMCREATED"
            assert told["by"] == pod.world.users.named("alice").id
            assert told["about"]["stream"] == told["stream"] == made["roomSystemInfo"]["id"]
        client.post("/pod/v2/user/presence", json={"category": "AWAY"})
        again = {"Last-Event-ID": str(told["number"])}
        with watcher.stream("GET", "/emulator/v1/events", headers=again) as events:
            assert first(events.iter_lines())["kind"] == "presence changed"
