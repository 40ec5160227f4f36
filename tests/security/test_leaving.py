"""SIGTERM and Ctrl-C: status 0, soon, and not a word about polls that were open."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.security.conftest import Raw

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of this kind are of POSIX")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", "--quiet", "--port", "0", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process, json.loads(process.stdout.readline())["url"]
    process.kill()
    process.wait()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_what_waits_is_answered_and_the_server_ends(
    served: tuple[subprocess.Popen[str], str], by: signal.Signals
) -> None:
    process, url = served
    with httpx.Client(base_url=url, trust_env=False) as plane:
        opened = plane.post("/emulator/v1/tokens", json={"user": "acme-bot"}).json()
        token = {"sessionToken": opened["token"]}
        feed = plane.post("/agent/v5/datafeeds", headers=token, json={}).json()["id"]
        target = f"/agent/v5/datafeeds/{feed}/read".encode()
        late = {"match": {"path": "/pod/v1/podcert"}, "delayMs": 60_000}
        assert plane.post("/emulator/v1/faults", json=late).status_code == 201
        polls = [Raw(url) for _ in range(20)]
        for poll in polls:
            poll.call("GET", b"/agent/v3/health")
            poll.head("POST", target, [(b"sessionToken", opened["token"].encode())], 2)
            poll.send(b"{}")
        events, waits, never, slow = (Raw(url) for _ in range(4))
        events.head("GET", b"/emulator/v1/events", [])
        assert events.socket.recv(1000).startswith(b"HTTP/1.1 200")
        waits.head("GET", b"/emulator/v1/requests?path=/nowhere&wait=60", [])
        never.head("POST", b"/login/pubkey/authenticate", [], 1000)
        never.send(b'{"token')
        slow.head("GET", b"/pod/v1/podcert", [])
        hostile = [Raw(url) for _ in range(4)]
        hostile[0].call("POST", b"/emulator/v1/snapshots", [], b'{"name": "one"}')
        grown = json.dumps({"world": "demo", "users": 5_000, "rooms": 1_000, "messages": 50_000}).encode()
        hostile[0].head("POST", b"/emulator/v1/worlds", [], len(grown))
        hostile[0].send(grown)
        hostile[1].head("PUT", b"/emulator/v1/state", [], 60_000_000)
        hostile[1].send(b'{"version":2,"users":[' + b"{}," * 300_000)
        hostile[2].send(b"GET / HTTP/1.1\r\nX: " + b"a" * 50_000)
        hostile[3].send(b"G" * 300_000)
        assert plane.get("/agent/v3/health").status_code == 200
        process.send_signal(by)
        for poll in polls:
            answer = poll.answer()
            assert answer.status == 200
            assert json.loads(answer.body)["events"] == []
        assert slow.answer().status == 200
        assert waits.answer().status == 408
    _, errors = process.communicate(timeout=2)
    assert process.returncode == 0
    assert "ERROR" not in errors, errors
    assert "Traceback" not in errors, errors
