"""`--state`: what was answered is there after the process was killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator
from tests.conftest import refused

ROUNDS, CALLS = 5, 1_000
PLANE = "/emulator/v1"


class Served:
    """A served emulator that keeps its state, and can be killed."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "emulator", "serve", "--quiet", "--port", "0"]
        command += ["--home", str(folder / "home"), "--state", str(folder / "state.db")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.http = httpx.Client(base_url=json.loads(self.process.stdout.readline())["url"], trust_env=False)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.http.close()


class Work:
    """Random calls, and what their answers promised."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.tokens: list[tuple[str, str]] = []
        self.rooms: dict[str, tuple[str, str]] = {}
        self.messages: dict[str, tuple[str, str]] = {}
        self.given: set[str] = set()
        self.users: dict[int, str] = {}
        self.count = 0

    def token(self, served: Served) -> None:
        user = self.dice.choice(["alice", "bob", "heidi"])
        answer = served.http.post(f"{PLANE}/tokens", json={"user": user, "app": "acme-desk"}).json()
        self.tokens.append((answer["token"], user))

    def room(self, served: Served) -> None:
        token, _ = self.dice.choice(self.tokens)
        name = f"Kept {self.count}"
        answer = self.call(served, token, "/pod/v3/room/create", json={"name": name, "description": "x"})
        self.new(answer["roomSystemInfo"]["id"])
        self.rooms[answer["roomSystemInfo"]["id"]] = (name, token)

    def message(self, served: Served) -> None:
        if not self.rooms:
            self.room(served)
        room = self.dice.choice(list(self.rooms))
        words = f"word{self.count} kept"
        files = [("attachment", ("a.csv", words.encode(), "text/csv"))] if self.dice.random() < 0.2 else None
        data = {"message": f"<messageML>{words}</messageML>"}
        path = f"/agent/v4/stream/{room}/message/create"
        answer = self.call(served, self.rooms[room][1], path, data=data, files=files)
        self.new(answer["messageId"])
        self.messages[answer["messageId"]] = (room, words)

    def user(self, served: Served) -> None:
        answer = served.http.post(f"{PLANE}/users", json={"username": f"user{self.count}"}).json()
        self.users[answer["id"]] = f"user{self.count}"

    def new(self, given: str) -> None:
        assert given not in self.given, "an id was given out twice"
        self.given.add(given)

    def call(self, served: Served, token: str, path: str, **request: Any) -> Any:
        answer = served.http.post(path, headers={"sessionToken": token}, **request)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def one(self, served: Served) -> None:
        self.count += 1
        do = self.dice.choices([self.token, self.room, self.message, self.user], [1, 2, 8, 1])[0]
        (do if self.tokens else self.token)(served)

    def check(self, served: Served) -> None:
        """All that was answered is there."""
        for token, user in self.dice.sample(self.tokens, min(20, len(self.tokens))):
            info = served.http.get("/pod/v2/sessioninfo", headers={"sessionToken": token})
            assert info.json()["username"] == user
        for room, (name, token) in self.rooms.items():
            headers = {"sessionToken": token}
            told = served.http.get(f"/pod/v3/room/{room}/info", headers=headers).json()
            assert told["roomAttributes"]["name"] == name
            listed = served.http.get(f"/agent/v4/stream/{room}/message?since=0&limit=500", headers=headers)
            found = {each["messageId"] for each in listed.json()} if listed.status_code == 200 else set()
            assert found == {message for message, (where, _) in self.messages.items() if where == room}
        for message in self.dice.sample(list(self.messages), min(20, len(self.messages))):
            room, words = self.messages[message]
            body = {"text": words, "streamId": room}
            headers = {"sessionToken": self.rooms[room][1]}
            found = served.http.post("/agent/v1/message/search", json=body, headers=headers).json()
            assert [each["messageId"] for each in found] == [message]
        users = {each["id"]: each["username"] for each in served.http.get(f"{PLANE}/users").json()}
        assert self.users.items() <= users.items()


def test_a_killed_process_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    work = Work(seed=1)
    for _ in range(ROUNDS):
        served = Served(tmp_path)
        try:
            work.check(served)
            for _ in range(CALLS // ROUNDS + work.dice.randrange(-30, 30)):
                work.one(served)
        finally:
            served.kill()
    served = Served(tmp_path)
    try:
        work.check(served)
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
