"""The rate of GET /pod/v2/sessioninfo against a bare one-route Starlette app that answers the same bytes on the same
uvicorn. Load from another process, in alternating rounds.

    python -m bench.rate [ROUNDS [REQUESTS]]

Prints the median of the ratios. The promise: 0.9 or more, with token, permission, reason and journal in force.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.common import ask, bare, emulator, first_answer, free_port, request, stop, token

LOAD = """
import socket, sys, time

port, count, wanted = int(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer.read()

def answer(wire, left):
    got = wire.recv(65536)
    assert got.startswith(b"HTTP/1.1 200"), got[:200]
    while left is None or len(got) < left:
        head, _, body = got.partition(b"\\r\\n\\r\\n")
        if left is None and body:
            left = len(head) + 4 + int(head.lower().partition(b"content-length: ")[2].split(b"\\r\\n")[0])
            continue
        got += wire.recv(65536)
    return left

wires = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
wires[0].sendall(wanted)
size = answer(wires[0], None)
start = time.perf_counter()
for _ in range(count // 8):
    for wire in wires:
        wire.sendall(wanted)
    for wire in wires:
        answer(wire, size)
print(8 * (count // 8) / (time.perf_counter() - start))
"""


def load(port: int, count: int, wanted: bytes) -> float:
    """Requests a second, from a process of its own with eight connections."""
    command = [sys.executable, "-c", LOAD, str(port), str(count)]
    done = subprocess.run(command, input=wanted, capture_output=True, check=True)
    return float(done.stdout)


def main(rounds: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, body = Path(folder) / "home", Path(folder) / "body.json"
        ours = emulator(our_port := free_port(), home)
        first_answer(our_port, request("GET", "/emulator/v1/health", Connection="close"))
        wanted = request("GET", "/pod/v2/sessioninfo", sessionToken=token(our_port))
        answer = ask(our_port, wanted)
        assert answer is not None
        body.write_bytes(answer.partition(b"\r\n\r\n")[2])
        theirs = bare(their_port := free_port(), body)
        first_answer(their_port, wanted)
        for port in (our_port, their_port):
            load(port, count // 4, wanted)
        ratios, rates = [], []
        for _ in range(rounds):
            their_rate = load(their_port, count, wanted)
            our_rate = load(our_port, count, wanted)
            ratios.append(our_rate / their_rate)
            rates.append((their_rate, our_rate))
        stop(ours)
        stop(theirs)
    bare_rate, our_rate = median(rate for rate, _ in rates), median(rate for _, rate in rates)
    print(f"sessioninfo   bare {bare_rate:8.0f}/s   emulator {our_rate:8.0f}/s   ratio {median(ratios):.2f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in (sys.argv[1:] + ["7", "16000"][len(sys.argv) - 1 :])))
