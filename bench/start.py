"""Start-up, memory at idle and shutdown, against a bare Starlette app under uvicorn, in alternating rounds.

    python -m bench.start [ROUNDS]

Prints medians and ratios. The promises: first answer within 1.5 times, memory within 2 times, SIGTERM with 20 open
keep-alive connections within 2 seconds.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.common import bare, emulator, first_answer, free_port, memory, request, stop

SESSION_INFO = request("GET", "/pod/v2/sessioninfo", Connection="close")


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, body = Path(folder) / "home", Path(folder) / "body.json"
        body.write_bytes(b"{}")
        stop(_started(emulator(port := free_port(), home), port)[0])  # makes the keys, which later starts find
        ours, theirs, our_memory, their_memory = [], [], [], []
        for _ in range(rounds):
            process, took = _started(bare(port := free_port(), body), port)
            theirs.append(took)
            time.sleep(0.3)
            their_memory.append(memory(process))
            stop(process)
            process, took = _started(emulator(port := free_port(), home), port)
            ours.append(took)
            time.sleep(0.3)
            our_memory.append(memory(process))
            stop(process)
        process, _ = _started(emulator(port := free_port(), home), port)
        open_ones = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for each in open_ones:
            each.sendall(request("GET", "/pod/v2/sessioninfo"))
            each.recv(65536)
        took = stop(process)
    ratio = median(ours) / median(theirs)
    print(f"first answer   bare {median(theirs) * 1000:6.0f} ms   emulator {median(ours) * 1000:6.0f} ms   {ratio:.2f}")
    ratio = median(our_memory) / median(their_memory)
    theirs_mb, ours_mb = median(their_memory) / 2**20, median(our_memory) / 2**20
    print(f"memory at idle bare {theirs_mb:6.1f} MB   emulator {ours_mb:6.1f} MB   {ratio:.2f}")
    print(f"SIGTERM with 20 open connections: {took:.2f} s")


def _started(process, port):  # type: ignore[no-untyped-def]
    return process, first_answer(port, SESSION_INFO)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
