"""What is kept is kept: one file after a clean stop, mistakes in one line, and nothing of what was answered 500."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.keeping.document import exported
from tests.conftest import Wire, refused
from tests.inner import cli_run
from tests.keeping.killing import PLANE, Served


def start(folder: Path) -> subprocess.CompletedProcess[str]:
    """A start that is to fail."""
    return cli_run("serve", "--quiet", "--port", "0", "--home", folder / "home", "--state", folder / "state.db")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home and a state, with names that are hard to keep, after a clean stop."""
    folder = tmp_path_factory.mktemp("kept")
    served = Served(folder)
    for name in ("x" * 250, "..", "a/../../b", "nul\tl", "žluťoučký" * 20, "CON", "."):
        assert served.http.post(f"{PLANE}/apps", json={"id": name}).status_code == 201, name
        made = served.http.post(f"{PLANE}/users", json={"username": name, "accountType": "SYSTEM"})
        assert made.status_code == 201, made.text
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(10)
    served.http.close()
    return folder


def test_after_a_clean_stop_the_file_alone_holds_everything(kept: Path, tmp_path: Path) -> None:
    assert {each.name for each in kept.iterdir()} == {"home", "state.db"}
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    served = Served(tmp_path)
    try:
        names = {user["username"] for user in served.http.get(f"{PLANE}/users").json()}
        assert {"x" * 250, "..", "a/../../b"} <= names, "no name makes a start impossible"
    finally:
        served.kill()


def test_what_holds_keys_and_tokens_is_private(kept: Path) -> None:
    for folder, _, files in os.walk(kept / "home"):
        assert os.stat(folder).st_mode & 0o077 == 0, folder
        for file in files:
            assert (Path(folder) / file).stat().st_mode & 0o077 == 0, file
            assert not file.endswith(".new")


def _sql(statement: str, *values: Any) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with sqlite3.connect(folder / "state.db") as db:
            db.execute(statement, values)
        db.close()

    return spoil


def _bytes(at: int, content: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / "state.db").open("r+b") as file:
            file.seek(at)
            file.write(content)

    return spoil


def _cut(name: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, 900)


def _half_a_key(folder: Path) -> None:
    (folder / "home/apps/acme-desk/public.pem").unlink()
    _cut("home/apps/acme-desk/private.pem")(folder)


ABOUT = "INSERT OR REPLACE INTO about VALUES (?, ?)"
SPOILED: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut": (_cut("state.db"), "damaged"),
    "overwritten": (_bytes(8192, b"\xff" * 100_000), "damaged"),
    "no clock": (_sql(ABOUT, "clock", "7"), "clock"),
    "a clock of text": (_sql(ABOUT, "clock", '["x", null]'), "clock"),
    "a clock of no time": (_sql(ABOUT, "clock", "[9223372036854775807, null]"), "clock"),
    "a clock that is half": (_sql(ABOUT, "clock", "[1"), "does not fit"),
    "settings": (_sql(ABOUT, "settings", "[]"), "settings"),
    "starts": (_sql(ABOUT, "starts", "often"), "does not fit"),
    "version": (_sql(ABOUT, "format", "another"), "another version"),
    "a row of another kind": (_sql("UPDATE rows SET value = '7' WHERE book = 'users'"), "users"),
    "a key of another kind": (
        _sql("UPDATE rows SET key = '[]' WHERE seq = (SELECT max(seq) FROM rows WHERE book = 'memberships')"),
        "memberships",
    ),
    "a missing user": (_sql("DELETE FROM rows WHERE book = 'users'"), "not among the users"),
    "no tables": (_sql("DROP TABLE rows"), "cannot be"),
    "another home": (lambda folder: (folder / "home/pod/private.pem").unlink(), "another --home"),
    "half a pod key": (_cut("home/pod/private.pem"), "private.pem is damaged"),
    "half a public key": (lambda folder: os.truncate(folder / "home/apps/acme-desk/public.pem", 200), "public.pem is"),
    "half a private key": (_half_a_key, "private.pem is damaged"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_cannot_be_used_is_one_line_that_says_how_to_mend_it(kept: Path, tmp_path: Path, what: str) -> None:
    spoil, says = SPOILED[what]
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    spoil(tmp_path)
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert says in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert "delete it" in ended.stderr or "put back" in ended.stderr


def test_a_full_disk_leaves_reading_alive_and_takes_writes_back(tmp_path: Path) -> None:
    with Emulator.start(state=tmp_path / "state.db") as pod, pod.client("alice", "acme-desk") as client:
        db = pod._kept._db  # type: ignore[union-attr]
        client.post("/pod/v3/room/create", json={"name": "Before", "description": "x"})
        room = next(stream for stream in pod.world.streams.book if stream.room and stream.room.name == "Before")
        before = exported(pod.world)
        feed = pod.world.datafeeds.create(pod.world.users.named("alice"))
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        pod.do(lambda: db.execute(f"PRAGMA max_page_count = {pages}"))
        text = {"message": f"<messageML>{'word ' * 9_000}</messageML>"}
        path = f"/agent/v4/stream/{room.id}/message/create"
        for _ in range(3):
            refused(client.post(path, data=text), 500, "disk is full")
        refused(client.post(f"{PLANE}/reset"), 500, "disk is full")
        assert client.get(f"{PLANE}/health").status_code == 200
        assert client.get("/pod/v2/sessioninfo").json()["username"] == "alice"
        assert feed.queue == [], "what is not there is not told"
        search = {"text": "word", "streamId": room.id}
        assert client.post("/agent/v1/message/search", json=search).status_code == 204
        assert exported(pod.world) == before
        pod.do(lambda: db.execute("PRAGMA max_page_count = 1000000"))
        assert client.post(path, data=text).status_code == 200
        after = exported(pod.world)
    with Emulator.start(state=tmp_path / "state.db") as pod:
        assert exported(pod.world)["messages"] == after["messages"]


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/pod/v3/room/create", {"json": {"name": "Gone", "description": "x"}}),
    ("POST", "/pod/v2/user/presence", {"json": {"category": "BUSY"}}),
    ("POST", "/agent/v1/signals/create", {"json": {"name": "Gone", "query": "HASHTAG:gone"}}),
    ("POST", "/pod/v1/connection/create", {"json": {"userId": 0}}),
]


@pytest.mark.parametrize("seen", [False, True], ids=["", "after a snapshot"])
@pytest.mark.parametrize(("method", "path", "request_"), CHANGES, ids=[path for _, path, _ in CHANGES])
def test_a_call_that_fails_changes_nothing(
    wire: Wire, method: str, path: str, request_: dict[str, Any], seen: bool
) -> None:
    if "connection" in path:
        request_ = {"json": {"userId": wire.id("dave")}}
        wire.world.connections.forget(wire.user("alice"), wire.user("dave"))
    wire.call("POST", "/pod/v2/user/presence", json={"category": "AWAY"})
    if seen:
        wire.stage.take("seen")
    told: list[int] = []
    wire.world.events.listen(lambda event: told.append(event.number))
    before, count = exported(wire.world), len(wire.world.events.recent)

    def fail(*_: Any) -> None:
        if told:
            raise RuntimeError("out of luck")

    wire.world.events.listen(fail)
    answer = wire.call(method, path, **request_)
    refused(answer, 500, "RuntimeError: out of luck")
    assert told, "it failed after the change"
    assert json.dumps(exported(wire.world)) == json.dumps(before)
    assert len(wire.world.events.recent) == count
    told.clear()
    assert wire.world.rooms.words.find("gone") == []
