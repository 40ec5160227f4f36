"""Each row of the table on its good path, over the wire, and its answer against the official schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.table.table import TABLE
from tests import matrix, official
from tests.conftest import Wire

DATA = Path(__file__).parent / "data"
Make = Callable[[Wire], dict[str, Any]]
HELLO = "<messageML>Hello <b>world</b> <hash tag='rates'/></messageML>"


def desk(wire: Wire) -> str:
    return wire.room("Trading Desk").id


def sent(wire: Wire) -> str:
    answer = wire.post(f"/agent/v4/stream/{desk(wire)}/message/create", data={"message": HELLO})
    return str(answer.json()["messageId"])


def feed(wire: Wire) -> str:
    return str(wire.post("/pod/v1/presence/feed/create").json()["id"])


def signal(wire: Wire) -> str:
    body = {"name": "Rates", "query": "HASHTAG:rates", "visibleOnProfile": True, "companyWide": False}
    return str(wire.post("/agent/v1/signals/create", json=body).json()["id"])


def new_room(wire: Wire) -> str:
    made = wire.post(
        "/pod/v3/room/create", json={"name": f"Good path {len(wire.world.streams.book)}", "description": "x"}
    ).json()
    return str(made["roomSystemInfo"]["id"])


def im(wire: Wire) -> str:
    return str(wire.post("/pod/v1/im/create", json=[wire.id("bob")]).json()["id"])


def _as_in_the_matrix(name: str) -> Make:
    """The call of the matrix, whose counterpart is a colleague."""

    def made(wire: Wire) -> dict[str, Any]:
        request = matrix.CALLS[name](matrix.scene_of(wire, name))
        request.pop("made", None)
        return request

    return made


GOOD: dict[str, Make] = {name: _as_in_the_matrix(name) for name in matrix.CALLS} | {
    "GET /pod/v1/connection/user/{userId}/info": lambda w: {"path": {"userId": w.id("carol")}},
    "GET /pod/v3/users": lambda w: {"params": {"uid": f"{w.id('bob')},{w.id('carol')},nobody"}},
    "POST /pod/v2/user/presence": lambda w: {"json": {"category": "IN_A_MEETING"}, "params": {"soft": "False"}},
    "POST /pod/v1/user/presence/register": lambda w: {"json": [w.id("carol")]},
    "POST /agent/v1/signals/create": lambda w: {"json": {"name": "S", "query": "CASHTAG:ibm"}},
    "POST /agent/v1/signals/{id}/subscribe": lambda w: {"path": {"id": signal(w)}, "user": "bob"},
    "POST /agent/v1/signals/{id}/unsubscribe": lambda w: {"path": {"id": signal(w)}, "user": "bob"},
    "POST /agent/v4/stream/{sid}/message/create": lambda w: {
        "path": {"sid": desk(w)},
        "data": {"message": HELLO},
        "files": [("attachment", ("a.csv", b"1,2", "text/csv")), ("preview", ("p.png", b"x", "image/png"))],
    },
    "POST /agent/v4/message/blast": lambda w: {"data": {"message": HELLO, "sids": f"{desk(w)},nowhere"}},
    "POST /agent/v4/stream/{sid}/message/{mid}/update": lambda w: {
        "path": {"sid": desk(w), "mid": sent(w)},
        "data": {"message": HELLO, "silent": "False"},
    },
    "POST /agent/v1/message/search": lambda w: {"json": {"streamId": desk(w), "text": "rates are up"}},
    "POST /pod/v1/connection/create": lambda w: {"json": {"userId": w.id("dave")}},
    "POST /pod/v1/room/{id}/setActive": lambda w: {"path": {"id": new_room(w)}, "params": {"active": "False"}},
    "POST /pod/v1/streams/list": lambda w: {"json": {"streamTypes": None, "includeInactiveStreams": None}},
    "POST /pod/v1/user/search": lambda w: {"json": {"query": "bob"}, "params": {"local": "True"}},
    "POST /pod/v3/room/create": lambda w: {
        "json": {"name": "New", "description": "d", "keywords": [{"key": "k", "value": "v"}]}
    },
}
ROWS = [row for row in TABLE if row.permissions]


def call(wire: Wire, method: str, path: str, made: dict[str, Any]) -> httpx.Response:
    request = {key: value for key, value in made.items() if key not in ("path", "user")}
    return wire.call(method, path.format(**made.get("path", {})), user=made.get("user", "alice"), **request)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_does_what_it_says(wire: Wire, row: Any) -> None:
    answer = call(wire, row.method, row.path, GOOD[row.name](wire))
    assert answer.status_code == 200, answer.text
    assert "X-Emulator-Reason" not in answer.headers
    assert ("X-Warning" in answer.headers) == row.deprecated
    assert official.complaints(row.method, row.path, 200, answer.json()) == []


@pytest.mark.parametrize(
    ("row", "alias"),
    [(row, alias) for row in ROWS for alias in row.aliases],
    ids=lambda each: each.name if hasattr(each, "name") else " ".join(each),
)
def test_an_alias_is_the_same_endpoint(wire: Wire, row: Any, alias: tuple[str, str]) -> None:
    assert call(wire, *alias, GOOD[row.name](wire)).status_code == 200


@pytest.mark.parametrize("row", [row for row in TABLE if row.auth == "session"], ids=lambda r: r.name)
def test_a_row_is_an_official_operation(row: Any) -> None:
    declared = official.statuses(row.method, row.path)
    assert declared, "not in the specification"
    assert row.missing in declared or not (row.body or row.form or "{" in row.path)


def test_the_table_holds_every_documented_row() -> None:
    """tests/data/obo_endpoints.tsv: the table of OBO endpoints of production, with the permissions that each needs."""
    served = {(row.method, shape(row.path)): row for row in TABLE}
    for method, path, permissions, alias in documented():
        row = served[method, shape(path)]
        assert set(row.permissions or ()) == set(permissions.split()), row.name
        if alias:
            assert alias in {f"{method} {shape(path)}" for method, path in row.aliases}


def documented() -> Iterator[list[str]]:
    for line in (DATA / "obo_endpoints.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)
