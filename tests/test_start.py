"""The command line as people and scripts use it: real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from emulator.seeding.load import load

COMMAND = [sys.executable, "-m", "emulator"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "inner"


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    environment = {**os.environ, "SYMPHONY_EMULATOR_HOME": str(home), "SYMPHONY_EMULATOR_PORT": "0"}
    process = subprocess.Popen([*COMMAND, "--quiet"], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    yield process, json.loads(process.stdout.readline())
    process.kill()
    process.wait()


def test_it_serves_says_where_and_ends_at_once(served: tuple[subprocess.Popen[str], dict[str, Any]]) -> None:
    process, said = served
    home = Path(said["home"])
    assert httpx.get(f"{said['url']}/emulator/v1/health").json()["status"] == "UP"
    world = json.loads((home / "world.json").read_text())
    assert world["url"] == said["url"]
    key = home / next(app["key"] for app in world["apps"] if app["id"] == "acme-desk")
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    config = yaml.safe_load((home / "bdk" / "config.yaml").read_text())
    assert config["app"] == {"appId": "acme-desk", "privateKey": {"path": str(key)}}
    assert config["port"] == int(said["url"].rpartition(":")[2])
    port = config["port"]
    wires = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for wire in wires:
        wire.sendall(b"GET /agent/v3/health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.recv(100).startswith(b"HTTP/1.1 200")
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    assert time.monotonic() - start < 2


def test_keys_are_kept(served: tuple[subprocess.Popen[str], dict[str, Any]], home: Path) -> None:
    before = (home / "apps" / "acme-desk" / "private.pem").read_text()
    assert "PRIVATE KEY" in before
    assert served[1]["home"] == str(home.resolve())


def test_a_taken_port_is_explained(served: tuple[subprocess.Popen[str], dict[str, Any]], home: Path) -> None:
    port = served[1]["url"].rpartition(":")[2]
    done = run("serve", "--port", port, "--home", str(home))
    assert done.returncode == 1
    assert "--port 0 picks a free port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "x"], "not a valid integer"),
        (["--port", "70000"], "range"),
        (["--world", "nowhere.yaml"], "no such file"),
        (["--permission-match", "some"], "all"),
        (["nonsense"], "No such command"),
    ],
)
def test_mistakes_are_explained(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_version_and_endpoints() -> None:
    assert run("--version").stdout.startswith("symphony-emulator, version ")
    listed = json.loads(run("endpoints", "--json").stdout)
    assert sum(row["who"] == "app and bot" for row in listed) >= 52
    assert all(row["built"] for row in listed)
    assert "POST   /pod/v1/im/create" in run("endpoints").stdout


def test_a_world_file_is_checked(tmp_path: Path) -> None:
    good = run("world", "demo", "--json")
    assert json.loads(good.stdout)["users"] == len(load("demo").users.book)
    bad = tmp_path / "bad.yaml"
    bad.write_text("companies:\n  - {name: A, pod: 5}\nusers:\n  - {username: x, unknown: 1}\n")
    done = run("world", str(bad))
    assert done.returncode == 1
    assert "line 4: users.0.unknown" in done.stderr
