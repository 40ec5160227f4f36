"""A world is made beside the calls: whoever asks meanwhile is answered, and it ends as fast as ever."""

from __future__ import annotations

import threading

from emulator import Emulator


def test_others_are_answered_while_a_world_grows(pod: Emulator) -> None:
    with pod.client() as maker, pod.client("alice", "acme-desk") as other:
        made: list[int] = []
        body = {"name": "grown", "world": "demo", "users": 400, "rooms": 60, "messages": 1_500}
        thread = threading.Thread(target=lambda: made.append(maker.post("/emulator/v1/worlds", json=body).status_code))
        thread.start()
        answered = 0
        while thread.is_alive():
            assert other.get("/pod/v2/sessioninfo").status_code == 200
            answered += not made
        assert made == [201]
        assert answered >= 3, "a loop that was held would have answered once"
        told = other.get("/worlds/grown/emulator/v1/world").json()
        assert told["counts"]["users"] > 400
        assert maker.post("/emulator/v1/worlds", json=body).status_code == 400
        assert maker.delete("/emulator/v1/worlds/grown").status_code == 200
