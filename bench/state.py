"""What keeping the state costs: messages a second without and with --state, in turns: python -m bench.state."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from emulator import Emulator

ROUNDS, CALLS = 5, 400


def rate(pod: Emulator) -> float:
    """Messages a second through one connection."""
    desk = next(stream for stream in pod.world.streams.book if stream.room and stream.room.name == "Trading Desk")
    path = f"/agent/v4/stream/{desk.id}/message/create"
    with pod.client("alice", "acme-desk") as client:
        began = time.perf_counter()
        for _ in range(CALLS):
            assert client.post(path, data={"message": "<messageML>hello</messageML>"}).status_code == 200
        return CALLS / (time.perf_counter() - began)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator.start() as memory,
        Emulator.start(state=Path(folder) / "state.db") as kept,
    ):
        rates = [(rate(memory), rate(kept)) for _ in range(ROUNDS)]
    plain, slow = median(one for one, _ in rates), median(other for _, other in rates)
    print(f"message/create   in memory {plain:6.0f}/s   with --state {slow:6.0f}/s   ratio {slow / plain:.2f}")
