"""Walks every row of the table: no token, a dead one, no permission, wrong method, malformed body."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import emulator
from emulator.table.table import TABLE, Endpoint, parameters, routes
from tests.conftest import Wire, refused

ROWS = [row for row in TABLE if row.permissions]
BY_SESSION = [row for row in TABLE if row.auth == "session"]
SERVED = [(method, path, row) for method, path, row in routes() if row.permissions]
BOT_ONLY = [row for row in TABLE if row.auth == "session" and not row.for_apps]


def name(row: Any) -> str:
    return row.name if isinstance(row, Endpoint) else str(row)


def filled(path: str) -> str:
    """The path with something that could stand in its parameters."""
    for parameter in parameters(path):
        path = path.replace(f"{{{parameter}}}", "1" if parameter in ("uid", "userId") else "x")
    return path


def test_the_columns_say_what_the_paths_say() -> None:
    for row in TABLE:
        assert (row.about == "room") == ("/room/" in row.path), f"{row.name}: about='room' is for rooms"
        assert (row.logs_in is not None) == row.path.endswith("/authenticate"), f"{row.name}: logs_in is for logins"
        assert not row.one_token or row.service == "agent", f"{row.name}: one_token is for the agent"


def test_no_path_is_asked_for_what_a_column_says() -> None:
    for file in Path(emulator.__file__).parent.rglob("*.py"):
        asks = re.search(
            r"(endpoint|row)\.path(\.startswith|\.endswith|\.split)|\" in (endpoint|row)\.path", file.read_text()
        )
        assert asks is None, f"{file.name}: {asks and asks[0]}: give the table a column, or ask one that it has"


@pytest.mark.parametrize("row", BY_SESSION, ids=name)
def test_no_session_is_401(wire: Wire, row: Endpoint) -> None:
    answer = wire.call(row.method, filled(row.path), user=None)
    refused(answer, 401, "sessionToken")
    assert answer.json() == {"code": 401, "message": "Invalid session"}


@pytest.mark.parametrize("row", BY_SESSION, ids=name)
def test_an_unknown_token_is_401(wire: Wire, row: Endpoint) -> None:
    refused(wire.call(row.method, filled(row.path), user=None, headers={"sessionToken": "x.y.z"}), 401, "unknown")


@pytest.mark.parametrize("row", BY_SESSION, ids=name)
def test_an_expired_session_is_401(wire: Wire, row: Endpoint) -> None:
    headers = {"sessionToken": wire.token("alice")}
    wire.world.clock.advance(wire.world.settings.session_hours * 3600)
    refused(wire.call(row.method, filled(row.path), user=None, headers=headers), 401, "expired")


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_each_permission_is_needed(wire: Wire, row: Endpoint) -> None:
    assert row.permissions
    for missing in row.permissions:
        app = wire.world.apps.get("acme-desk")
        wire.world.apps.change(app, permissions=app.permissions - {missing})
        answer = wire.call(row.method, filled(row.path))
        wire.world.apps.change(app)
        refused(answer, 403, missing)
        assert answer.json()["message"] == "The user lacks the required entitlement to perform this operation"


@pytest.mark.parametrize(("method", "path", "row"), SERVED, ids=name)
def test_with_its_permissions_a_row_is_there(wire: Wire, method: str, path: str, row: Endpoint) -> None:
    assert row.permissions
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=frozenset({*row.permissions, "ACT_AS_USER"}))
    answer = wire.call(method, filled(path))
    assert answer.status_code not in (401, 403, 404, 405) or "permission" not in answer.headers["X-Emulator-Reason"]
    assert answer.status_code < 500 or row.function is None


@pytest.mark.parametrize("row", BOT_ONLY, ids=name)
def test_what_is_not_for_apps_is_403_for_them(wire: Wire, row: Endpoint) -> None:
    refused(wire.call(row.method, filled(row.path)), 403, "not enabled for apps")


@pytest.mark.parametrize("row", TABLE, ids=name)
def test_a_wrong_method_is_405(wire: Wire, row: Endpoint) -> None:
    answer = wire.call("TRACE", filled(row.path))
    refused(answer, 405)
    assert row.method in answer.headers["Allow"]


@pytest.mark.parametrize("row", [row for row in TABLE if row.body is not None], ids=name)
@pytest.mark.parametrize("body", [b"{", b'"text"', b"\xff\xfe", b"[[[[", b'{"a": NaN', b"[" * 100_000])
def test_a_malformed_body_is_400_and_changes_nothing(wire: Wire, row: Endpoint, body: bytes) -> None:
    before = len(wire.world.events.recent)
    answer = wire.call(row.method, filled(row.path), app="acme-desk" if row.for_apps else None, content=body)
    refused(answer, 400)
    assert len(wire.world.events.recent) == before


@pytest.mark.parametrize("row", [row for row in TABLE if row.body is not None], ids=name)
def test_an_overlong_body_is_refused(wire: Wire, row: Endpoint) -> None:
    answer = wire.call(
        row.method, filled(row.path), app="acme-desk" if row.for_apps else None, content=b" " * (row.limit + 1)
    )
    refused(answer, 413)


def test_the_rows_of_the_mission_are_declared() -> None:
    assert len(ROWS) >= 52
    assert len({(method, path) for method, path, _ in routes()}) == len(list(routes()))
