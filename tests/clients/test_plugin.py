"""The pytest plugin, in suites of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.inner import pytest_run

SUITE = """
import pytest

ROOM = {"name": "Mine", "description": "x"}

@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("transport", ["socket", "asgi"])
def test_the_world_is_fresh(symphony_pod, number, transport):
    assert symphony_pod.requests() == []
    client = symphony_pod.client("alice", "acme-desk", transport=transport)
    assert client.get("/pod/v2/sessioninfo").json()["username"] == "alice"
    assert client.post("/pod/v3/room/create", json=ROOM).status_code == 200, "the name is free again"
    symphony_pod.faults.add("/pod/v2/sessioninfo", status=503)
    assert client.get("/pod/v2/sessioninfo").status_code == 503

def test_another_world(symphony_pod_factory):
    assert not symphony_pod_factory("empty").world.streams.book.records
"""

FAILING = """
def test_a_stranger(symphony_pod):
    dave = symphony_pod.world.users.named("dave", 191)
    answer = symphony_pod.client("alice", "acme-desk").post("/pod/v1/im/create", json=[dave.id])
    assert answer.status_code == 200
"""


def run(
    folder: Path, suite: str, *options: str, workers: int = 0, fresh: bool = False
) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(suite)
    return pytest_run("--rootdir", folder, *options, folder, workers=workers, fresh=fresh)


@pytest.mark.parametrize("workers", [0, 2])
def test_each_test_has_a_fresh_world_and_the_report_is_one(tmp_path: Path, workers: int) -> None:
    report = tmp_path / "made" / "for" / "report.json"
    done = run(tmp_path, SUITE, f"--symphony-report={report}", workers=workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 passed" in done.stdout
    (desk,) = json.loads(report.read_text())["apps"]
    assert {"endpoint": "POST /pod/v3/room/create", "ok": 12, "refused": 0} in desk["called"]
    needed = ["ACT_AS_USER", "CREATE_USER_STREAM", "GET_BASIC_USER_INFO", "MANAGE_ROOMS"]
    assert desk["leastPrivilege"] == needed
    assert f"least privilege        {', '.join(needed)}" in done.stdout


def test_a_failure_shows_the_last_calls_with_their_reasons(tmp_path: Path) -> None:
    done = run(tmp_path, FAILING, f"--symphony-report={tmp_path / 'report.md'}")
    assert done.returncode == 1
    assert "403  POST   /pod/v1/im/create  (alice through acme-desk)" in done.stdout
    assert "because 'alice' and 'dave' of another company are not connected" in done.stdout
    assert (tmp_path / "report.md").read_text().startswith("# What was called")


def test_another_world_by_option(tmp_path: Path) -> None:
    suite = "def test_it(symphony_pod):\n    assert not symphony_pod.world.streams.book.records\n"
    done = run(tmp_path, suite, "--symphony-world=empty")
    assert done.returncode == 0, done.stdout


def test_suites_that_do_not_use_it_pay_nothing(tmp_path: Path) -> None:
    suite = """
import sys

def test_nothing_is_imported():
    ours = {name for name in sys.modules if name.split(".")[0] == "emulator"}
    assert ours <= {"emulator", "emulator.version", "emulator.testing", "emulator.testing.plugin"}
    assert not {"starlette", "uvicorn", "pydantic", "orjson", "jwt", "httpx"} & set(sys.modules)
"""
    done = run(tmp_path, suite, fresh=True)
    assert done.returncode == 0, done.stdout


def test_the_world_of_the_ini_file_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text("companies: [{name: Mine, pod: 5}]\nusers: [{username: zoe, company: Mine}]\n")
    (tmp_path / "more.yaml").write_text("users: [{username: zoe, title: Boss}]\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nsymphony_world =\n    world.yaml\n    more.yaml\n")
    suite = """
import os

def test_it(symphony_pod):
    assert symphony_pod.users["zoe"].title == "Boss"
    assert "127.0.0.1" in os.environ["NO_PROXY"].split(",")
"""
    done = run(tmp_path, suite, "-c", str(tmp_path / "pytest.ini"))
    assert done.returncode == 0, done.stdout
    (tmp_path / "world.yaml").write_text("companies: [{nam: Mine}]\n")
    wrong = run(tmp_path, suite, "-c", str(tmp_path / "pytest.ini"))
    assert "more.yaml has mistakes:" in wrong.stdout
    assert "During handling" not in wrong.stdout
    assert "plugin.py" not in wrong.stdout


def test_every_pod_that_a_test_used_shows_its_calls(tmp_path: Path) -> None:
    suite = """
def test_two(symphony_pod, symphony_pod_factory):
    with symphony_pod_factory() as other:
        other.client("alice", "acme-desk").get("/pod/v2/sessioninfo")
    symphony_pod.client("bob", "acme-desk").get("/pod/v1/nothing")
    assert False
"""
    done = run(tmp_path, suite)
    assert "404  GET    /pod/v1/nothing" in done.stdout
    assert "the last calls to the pod at http://127.0.0.1:" in done.stdout
    assert "200  GET    /pod/v2/sessioninfo  (alice through acme-desk)" in done.stdout


def test_a_new_permission_fails_the_run(tmp_path: Path) -> None:
    suite = """
def test_it(symphony_pod):
    symphony_pod.say("bob", "Trading Desk", "arranging is no call")
    symphony_pod.client("alice", "acme-desk").get("/pod/v2/sessioninfo")
"""
    kept, xml = tmp_path / "kept.json", tmp_path / "junit.xml"
    assert run(tmp_path, suite, f"--symphony-report={kept}").returncode == 0
    nowhere = run(tmp_path, suite, f"--symphony-report={kept}/below/report.md")
    assert f"--symphony-report: {kept}/below/report.md cannot be written: " in nowhere.stdout
    assert "Traceback" not in nowhere.stdout + nowhere.stderr
    assert run(tmp_path, suite, f"--symphony-baseline={kept}").returncode == 0
    kept.write_text(kept.read_text().replace('"GET_BASIC_USER_INFO"', '"GET_PRESENCE"'))
    for workers in (0, 2):
        grown = run(tmp_path, suite, f"--symphony-baseline={kept}", f"--junitxml={xml}", workers=workers)
        assert grown.returncode == 1
        assert 'name="symphony acme-desk needs" value="ACT_AS_USER GET_BASIC_USER_INFO"' in xml.read_text()
        assert "--symphony-baseline: acme-desk needs GET_BASIC_USER_INFO, and did not before" in grown.stdout


def test_pods_end_with_their_scope(tmp_path: Path) -> None:
    suite = """
import pytest

PODS = {}

@pytest.fixture
def used(symphony_pod_factory):
    PODS["function"] = symphony_pod_factory("empty", scope="function")
    yield
    assert runs("function"), "it outlives the fixtures of its test"

def runs(name):
    return PODS[name]._server._thread.is_alive()

class TestTwo:
    def test_one(self, used, symphony_pod_factory):
        for scope in ("class", "module", "session"):
            PODS[scope] = symphony_pod_factory("empty", scope=scope)
        assert all(map(runs, PODS))

    def test_other(self):
        assert {name for name in PODS if runs(name)} == {"class", "module", "session"}

def test_after():
    assert {name for name in PODS if runs(name)} == {"module", "session"}

def test_a_scope_that_is_none(symphony_pod_factory):
    symphony_pod_factory("empty", scope="week")
"""
    done = run(tmp_path, suite)
    assert "3 passed" in done.stdout, done.stdout
    assert "scope is one of function, class, module, package, session, not 'week'" in done.stdout


def test_fixtures_tell_of_themselves(tmp_path: Path) -> None:
    told = run(tmp_path, "", "--fixtures").stdout
    for name, says in {
        "symphony_pod": "A pod and agent on a port of its own",
        "symphony_pod_factory [session scope]": "with the arguments of `Emulator.start`",
        "symphony_world [session scope]": "The world of symphony_pod",
    }.items():
        _, _, below = told.partition(f"\n{name} -- ")
        assert says in below[:400], told
