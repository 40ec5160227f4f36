"""`--state`: what was answered is there after the process was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import Emulator
from tests.conftest import refused
from tests.keeping.killing import PLANE, Served, Work

ROUNDS = 3


def test_a_killed_process_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """A hundred rounds are for who doubts: `python -m tests.keeping.killing`."""
    work = Work(seed=1)
    for _ in range(ROUNDS):
        work.one_round(tmp_path)
    served = Served(tmp_path)
    try:
        assert work.check(served)["there"] > 0
        assert os.stat(tmp_path / "state.db").st_mode & 0o077 == 0
        second = subprocess.run(
            [
                sys.executable,
                "-m",
                "emulator",
                "--port",
                "0",
                "--state",
                tmp_path / "state.db",
                "--home",
                tmp_path / "h",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert "another emulator uses it" in second.stderr
    finally:
        served.kill()


def test_reset_settings_and_clock_are_kept(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Emulator.start(state=state) as pod, pod.client("alice", "acme-desk") as client:
        made = client.post("/pod/v3/room/create", json={"name": "Gone", "description": "x"}).json()
        token = client.headers["sessionToken"]
        admin = {"sessionToken": pod.token("acme-admin")}
        client.post(f"{PLANE}/reset")
        client.post("/pod/v3/room/create", json={"name": "Here", "description": "x"})
        assert client.post("/pod/v1/admin/system/protocols", json={"scheme": "irc"}, headers=admin).status_code == 200
        client.post(f"{PLANE}/clock", json={"set": "2031-01-01T00:00:00Z", "freeze": True})
        client.post("/pod/v1/room/x/setActive?active=true")  # a refusal changes nothing
    with Emulator.start(state=state) as pod, pod.client() as client:
        headers = {"sessionToken": token}
        told = client.get(f"{PLANE}/clock").json()
        assert told["iso"] == "2031-01-01T00:00:00.000Z"
        assert told["frozen"]
        refused(client.get("/pod/v2/sessioninfo", headers=headers), 401, "expired")
        client.post(f"{PLANE}/clock", json={"set": "2026-11-24T00:00:00Z"})
        assert client.get("/pod/v2/sessioninfo", headers=headers).status_code == 200
        assert "irc" in client.get("/pod/v2/system/protocols", headers=headers).json()
        search = client.post("/pod/v3/room/search", json={"query": "e"}, headers=headers).json()["rooms"]
        names = {room["roomAttributes"]["name"] for room in search}
        assert "Here" in names
        assert "Gone" not in names
        refused(client.get(f"/pod/v3/room/{made['roomSystemInfo']['id']}/info", headers=headers), 400)


@pytest.mark.parametrize("content", [b"not a database, at all" * 100, b"SQLite format 3\x00broken"])
def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a state file"):
        Emulator.start(state=path)
    assert path.read_bytes() == content


def test_a_world_without_a_state_keeps_no_count(tmp_path: Path) -> None:
    with Emulator.start() as pod:
        assert pod.stage.keep is None
        assert pod.world.users.book.changed is None
