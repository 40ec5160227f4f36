"""`explain` says what is asked of a call, and what the same call answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import emulator
from emulator.cli import cli
from emulator.stage.journal import Filter
from emulator.world.entitlements import ENTITLEMENTS
from tests.conftest import Wire, refused


def explained(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["explain", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def held(told: dict[str, Any]) -> dict[str, bool | None]:
    return {step["what"]: step["holds"] for step in told["steps"]}


def test_a_call_that_names_real_things_is_tried() -> None:
    body = ("--data", '["{ivan}"]')
    told = explained("--user", "bob", "--app", "acme-desk", "POST", "/pod/v1/im/create", *body)
    assert told["status"] == 403
    assert "barrier" in told["reason"]
    assert held(told)["permission"] is True
    assert held(told)["people.not_barred"] is False
    good = explained("--user", "frank", "--app", "acme-desk", "POST", "/pod/v1/im/create", *body)
    assert good["status"] == 200
    assert set(held(good).values()) == {True}


def test_a_form_and_a_room_by_its_name() -> None:
    path = "/agent/v4/stream/{Announcements}/message/create"
    message = ("--data", '{"message": "<messageML>x</messageML>"}')
    told = explained("--user", "bob", "--app", "acme-desk", "POST", path, *message)
    assert told["status"] == 403
    assert held(told)["streams.owners_only_write"] is False
    assert explained("--user", "heidi", "--app", "acme-desk", "POST", path, *message)["status"] == 200


def test_of_a_template_it_says_what_may_be_asked() -> None:
    path = "/agent/v4/stream/{sid}/message/create"
    told = explained("--user", "bob", "--app", "acme-reader", "POST", path)
    assert told["status"] is None
    assert held(told)["permission"] is False
    assert held(told)["streams.still_connected"] is None
    assert all(step["source"] for step in told["steps"])


@pytest.mark.parametrize(
    ("user", "app", "path", "status", "says"),
    [
        ("grace", "acme-desk", "/pod/v2/sessioninfo", 401, "deactivated"),
        ("alice", "acme-uninstalled", "/pod/v2/sessioninfo", 401, "not installed"),
        ("alice", "acme-desk", "/pod/v2/admin/user/list", 403, "is not enabled for apps"),
    ],
)
def test_who_gets_nowhere(user: str, app: str, path: str, status: int, says: str) -> None:
    told = explained("--user", user, "--app", app, "GET", path)
    assert told["status"] == status
    assert any(says in step["says"] and not step["holds"] for step in told["steps"])


def test_for_people_it_is_a_table() -> None:
    done = CliRunner().invoke(cli, ["explain", "--user", "acme-bot", "GET", "/pod/v2/admin/user/list"])
    assert "NO    admin.may" in done.output
    assert "would answer 403" in done.output
    wrong = CliRunner().invoke(cli, ["explain", "--user", "nobody", "GET", "/pod/v2/sessioninfo"])
    assert wrong.exit_code == 1
    assert "no user is named 'nobody'" in wrong.output


def test_it_is_a_call_of_the_control_plane_and_changes_nothing(wire: Wire) -> None:
    before = wire.world.messages.count
    call = {"method": "post", "path": "/agent/v4/stream/{Trading Desk}/message/create", "user": "alice"}
    body = {"message": "<messageML>x</messageML>"}
    good = wire.http.post("/emulator/v1/explain", json={**call, "app": "acme-desk", "body": body}).json()
    assert (good["status"], wire.world.messages.count) == (200, before)
    told = wire.http.post("/emulator/v1/explain", json={**call, "app": "acme-reader", "body": body}).json()
    assert told["status"] == 403
    assert told["reason"] == "app 'acme-reader' has no permission SEND_MESSAGES"
    assert held(told) == {"session": True, "permission": False}
    assert list(wire.stage.journal.find(Filter())) == []
    refused(wire.http.post("/emulator/v1/explain", json={**call, "user": "nobody"}), 404, "nobody")
    refused(wire.http.post("/emulator/v1/explain", json={**call, "user": None}), 400, "say which user")
    refused(wire.http.post("/emulator/v1/explain", json={**call, "path": "x"}), 400)


def test_it_does_not_wait_for_events(wire: Wire) -> None:
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    call = {"method": "POST", "path": f"/agent/v5/datafeeds/{feed}/read", "user": "acme-bot"}
    told = wire.http.post("/emulator/v1/explain", json=call).json()
    assert told["status"] in (200, 400)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (
            ["--app", "acme-desk", "--user", "bob", "POST", "/login/pubkey/app/username/bob/authenticate"],
            200,
            "may act",
        ),
        (
            ["--app", "acme-desk", "--user", "grace", "POST", "/login/pubkey/app/username/grace/authenticate"],
            401,
            "suspended",
        ),
        (["--app", "acme-disabled", "POST", "/login/pubkey/app/authenticate"], None, "is disabled"),
        (["--user", "alice", "POST", "/login/pubkey/authenticate"], None, "not a service account"),
        (["POST", "/login/pubkey/authenticate"], None, "a service account that works shows a JWT"),
        (["GET", "/agent/v3/health"], 200, "none is needed"),
    ],
)
def test_logins_and_calls_without_a_session(arguments: list[str], status: int | None, says: str) -> None:
    told = explained(*arguments)
    assert told["status"] == status
    assert any(says in step["says"] for step in told["steps"]), told["steps"]


def test_entitlements_say_what_asks_for_them() -> None:
    rules = [file for file in (Path(emulator.__file__).parent / "world").rglob("*.py") if file.stem != "entitlements"]
    quoted = {name for file in rules for name in re.findall(r'"(\w+)"', file.read_text())}
    for name, each in ENTITLEMENTS.items():
        assert not each.gates or name in quoted, f"let a rule ask people.has(user, '{name}', what)"
        assert each.gates or name not in quoted, f"say in emulator/world/entitlements.py which calls ask for {name}"
