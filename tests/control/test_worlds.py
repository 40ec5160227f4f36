"""Worlds beside the main one, out of documents and files."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

from emulator import Emulator
from tests.conftest import Wire, refused
from tests.inner import cli_run, pytest_run

DOCUMENT = {
    "companies": [{"name": "Initech", "pod": 7}],
    "users": [{"username": "zoe"}],
    "apps": [{"id": "acme-desk", "permissions": "all"}],
    "rooms": [{"name": "Desk", "id": "desk", "owners": ["zoe"], "messages": [{"from": "zoe", "text": "Hi"}]}],
}


def test_a_world_out_of_a_document(wire: Wire) -> None:
    made = wire.http.post("/emulator/v1/worlds", json={"name": "mine", "document": DOCUMENT, "users": 3})
    assert made.status_code == 201, made.text
    assert wire.http.get("/worlds/mine/emulator/v1/world").json()["pod"] == {"id": 7, "name": "Initech"}
    asked = {"user": "zoe", "app": "acme-desk"}
    token = wire.http.post("/worlds/mine/emulator/v1/tokens", json=asked).json()["token"]
    said = wire.http.get("/worlds/mine/agent/v4/stream/desk/message?since=0", headers={"sessionToken": token}).json()
    assert "Hi" in said[0]["message"]
    stage = wire.site.worlds["mine"]
    assert len(stage.world.users.book) > 3
    assert stage.world.apps.get("acme-desk").public_key == wire.world.apps.get("acme-desk").public_key
    assert "zoe" in wire.http.get("/worlds/mine/emulator/v1/world-file").text
    assert "zoe" not in {user.username for user in wire.world.users.book}


def test_a_document_as_text_over_a_world_that_ships(wire: Wire) -> None:
    text = "users:\n  - {username: alice, title: Head}\n  - {username: zoe}\n"
    made = wire.http.post("/emulator/v1/worlds", json={"name": "over", "world": "demo", "document": text})
    assert made.status_code == 201, made.text
    world = wire.site.worlds["over"].world
    assert (world.users.named("alice").title, world.users.named("alice").last_name) == ("Head", "Adams")
    assert world.users.named("zoe").username == "zoe"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"companies": []}, "at least one company"),
        ({"companies": [{"name": "A", "pod": 1}], "user": []}, "'user' is no key here, is users meant?"),
        ("companies: [{name: A, pod: 1}]\napps: [{id: a, publicKeyFile: /etc/passwd}]", "document line 2"),
        ("companies: [{name: A, pod: 1}]\nsettings: {fidelity: /etc/passwd}", "names no files"),
        ("companies: [", "not YAML"),
        ("", "line 1"),
        ("a: &a [1]\nb: *a", "aliases"),
        (
            {"companies": [{"name": "A", "pod": 1}], "connections": [{"from": "x", "to": "y"}] * 5_000},
            "no user is named",
        ),
    ],
)
def test_a_document_with_mistakes_is_refused_and_nothing_is_there(wire: Wire, document: object, said: str) -> None:
    answer = wire.http.post("/emulator/v1/worlds", json={"name": "odd", "document": document})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["message"]
    refused(wire.http.get("/worlds/odd/emulator/v1/world"), 404)


def test_worlds_beside_it_from_the_command_line(tmp_path: Path) -> None:
    mine, more = tmp_path / "mine.yaml", tmp_path / "more.yaml"
    mine.write_text("companies: [{name: Initech, pod: 7}]\nusers: [{username: zoe}]\napps: [{id: mine}]\n")
    more.write_text("users: [{username: yan}]\n")
    script = tmp_path / "look.py"
    script.write_text(
        "import os, httpx\n"
        "url = os.environ['SYMPHONY_EMULATOR_URL'] + '/worlds/mine/emulator/v1/users'\n"
        "print(sorted(each['username'] for each in httpx.get(url).json()))\n"
        "key = os.environ['SYMPHONY_EMULATOR_HOME'] + '/apps/mine/private.pem'\n"
        "print('PRIVATE KEY' in open(key).read())\n"
    )
    sides = [f"--side=mine={mine}", f"--side=mine={more}"]
    done = cli_run("exec", *sides, "--", sys.executable, script)
    assert done.returncode == 0, done.stderr
    assert "['yan', 'zoe']" in done.stdout
    assert "True" in done.stdout
    assert "write NAME=FILE" in cli_run("exec", "--side=mine", "--", "true").stderr
    mine.write_text("companies: [{nam: Initech}]\n")
    assert "is name meant?" in cli_run("exec", *sides, "--", "true").stderr


def test_worlds_beside_it_in_tests(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("companies: [{name: Initech, pod: 7}]\nusers: [{username: zoe}]\n")
    suite = """
from pathlib import Path

MINE = Path(__file__).with_name("mine.yaml")

def test_two_worlds(symphony_pod, symphony_side):
    side, copy = symphony_side(MINE, users=2), symphony_side()
    assert side.users["zoe"].company_id == 7
    copy.say("alice", "Trading Desk", "Only here")
    assert "Only here" in copy.messages("Trading Desk")[-1].presentationml
    assert "Only here" not in symphony_pod.messages("Trading Desk")[-1].presentationml
    assert copy.client("alice", "acme-desk").get("/pod/v2/sessioninfo").status_code == 200
    assert copy.requests() and not symphony_pod.requests()

def test_they_are_gone(symphony_pod):
    assert symphony_pod.site.world_names() == ["main"]
"""
    (tmp_path / "test_suite.py").write_text(suite)
    done = pytest_run("--rootdir", str(tmp_path), str(tmp_path))
    assert "2 passed" in done.stdout, done.stdout


def test_a_side_has_the_keys_of_its_home() -> None:
    with Emulator.start() as pod, pod.side("empty", name="bare") as side:
        assert side.url == f"{pod.url}/worlds/bare"
        assert httpx.get(f"{side.url}/emulator/v1/world").json()["users"] == []
        assert "PUBLIC KEY" not in side.world_file()
