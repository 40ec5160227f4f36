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
from emulator.world.entitlements import ENTITLEMENTS


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
        ("alice", "acme-desk", "/pod/v2/admin/user/list", 403, "it is not"),
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


def test_entitlements_say_what_asks_for_them() -> None:
    rules = [file for file in (Path(emulator.__file__).parent / "world").rglob("*.py") if file.stem != "entitlements"]
    quoted = {name for file in rules for name in re.findall(r'"(\w+)"', file.read_text())}
    assert {each.name for each in ENTITLEMENTS.values() if each.gates} == quoted & set(ENTITLEMENTS)
