"""Starting, stopping and loading servers, for all benchmarks."""

from __future__ import annotations

import compileall
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
# An installed package is compiled; what is measured here must not be the compiler.
compileall.compile_dir(HERE.parent / "emulator", quiet=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def emulator(port: int, home: Path, *flags: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "emulator", "serve", "--quiet", "--port", str(port), "--home", str(home), *flags]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def bare(port: int, body: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(HERE / "bare.py"), str(port), str(body)], text=True)


def ask(port: int, request: bytes) -> bytes | None:
    """The raw answer to a raw request, None while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as wire:
            wire.sendall(request)
            got = wire.recv(65536)
            while got:
                head, split, body = got.partition(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                if split and len(body) >= int(length or 0):
                    return got
                more = wire.recv(65536)
                if not more:
                    break
                got += more
            return None
    except OSError:
        return None


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def first_answer(port: int, wanted: bytes, limit: float = 30) -> float:
    """How long until a request is answered, in seconds from now."""
    start = time.perf_counter()
    while time.perf_counter() - start < limit:
        if ask(port, wanted):
            return time.perf_counter() - start
        time.sleep(0.001)
    raise RuntimeError("no answer")


def memory(process: subprocess.Popen[str]) -> int:
    """The resident memory of a process in bytes."""
    import psutil

    return int(psutil.Process(process.pid).memory_info().rss)


def stop(process: subprocess.Popen[str]) -> float:
    """End a process with SIGTERM; how long that took, in seconds."""
    start = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return time.perf_counter() - start


def token(port: int, user: str = "alice", app: str | None = "acme-desk") -> str:
    """A session token from the control plane of a running emulator."""
    answer = ask(port, request("POST", "/emulator/v1/tokens", json.dumps({"user": user, "app": app}).encode()))
    assert answer is not None
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["token"])
