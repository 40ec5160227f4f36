"""200 trivial tests with `symphony_pod`, against the same suite on a bare Starlette app: python -m bench.suite.

Both in processes of their own, in turns; the world is restored before each test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import common  # compiles the package
from bench.common import HERE

ROUNDS = 5

OURS = """
import pytest

@pytest.fixture(scope="session")
def client_of():
    clients = {}
    yield lambda pod: clients.setdefault(id(pod), pod.client("alice", "acme-desk", transport="asgi"))

@pytest.mark.parametrize("number", range(200))
def test_who_am_i(symphony_pod, client_of, number):
    assert client_of(symphony_pod).get("/pod/v2/sessioninfo").json()["username"] == "alice"
"""

BARE = """
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

async def who(request):
    return JSONResponse({"username": "alice"})

@pytest.fixture(scope="session")
def client():
    return TestClient(Starlette(routes=[Route("/pod/v2/sessioninfo", who)]))

@pytest.mark.parametrize("number", range(200))
def test_who_am_i(client, number):
    assert client.get("/pod/v2/sessioninfo").json()["username"] == "alice"
"""


def seconds(suite: str) -> float:
    """How long pytest takes for a suite, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_suite.py").write_text(suite)
        plugin = ["-p", "emulator.testing.plugin"] if "symphony_pod" in suite else []
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, *plugin, folder]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=HERE.parent)
        return time.perf_counter() - began


if __name__ == "__main__":
    assert common
    rounds = [(seconds(BARE), seconds(OURS)) for _ in range(ROUNDS)]
    bare, ours = median(one for one, _ in rounds), median(other for _, other in rounds)
    print(f"200 trivial tests   bare Starlette {bare:5.2f} s   symphony_pod {ours:5.2f} s   ratio {ours / bare:.2f}")
