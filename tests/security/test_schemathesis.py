"""schemathesis over a socket, out of our own OpenAPI document: no 5xx, nothing undeclared, no dropped call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from emulator import Emulator

pytest.importorskip("schemathesis")


EXAMPLES = 2
"""So many of each call; more for who doubts."""


@pytest.mark.parametrize(
    ("who", "exclude"),
    [
        ("app", "^/emulator|read$|logout"),
        ("bot", "^/emulator|read$|logout"),
        ("control plane", "^/(?!emulator/)|events$|worlds$"),  # streams without end, and worlds of any size
    ],
)
def test_calls_made_from_the_document(pod: Emulator, tmp_path: Path, who: str, exclude: str) -> None:
    headers = {"sessionToken": pod.token("alice", "acme-desk")}
    if who == "bot":
        manager = pod.stage.sessions.open_key_manager(pod.world.users.named("acme-bot").id)
        headers = {"sessionToken": pod.token("acme-bot"), "keyManagerToken": manager}
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{pod.url}/emulator/v1/openapi.json"]
    command += [f"--header={name}: {value}" for name, value in headers.items()]
    command += [
        f"--max-examples={EXAMPLES}",
        "--phases=fuzzing",
        "--seed=1",
        "--checks=not_a_server_error,status_code_conformance",
        f"--exclude-path-regex={exclude}",
        "--request-timeout=10",
        "--no-color",
        "--generation-database=none",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout, done.stdout
