"""Each field of each record with odd values: a state is refused in one sentence, or every call can live with it."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.keeping.codec import encoded
from emulator.keeping.document import exported
from emulator.keeping.file import StateFile
from emulator.table.table import TABLE
from emulator.world import World
from tests.conftest import Wire
from tests.keeping.test_document import busy

SEED, EACH, MOST = 11, 1, 70
"""Of each field so many odd values are tried, and of all of them so many: more for who doubts."""

TEXTS = ["", " ", "\x00", "\x1b\x7f", "a:b", "../x", "é\u2028😀", "x" * 70_000, "[", "{", "ENABLED", "0"]
NUMBERS: list[Any] = [-1, 0, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, 0.5, 1e300]
OTHERS: list[Any] = [None, True, [], {}, [[]], [None], [""], [-1], ["x", "x"], [5, 5]]
ODD = [*TEXTS, *NUMBERS, *OTHERS]
Place = tuple[str | int, ...]


def fields(value: Any, at: Place = ()) -> Iterator[Place]:
    """The places of all values in a record, and in what it holds."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, held in pairs:
        yield (*at, key)
        yield from fields(held, (*at, key))


def whole(wire: Wire) -> dict[str, Any]:
    """A state in which each record has its fields, those included that stay out where they are as by default."""
    document: dict[str, Any] = json.loads(json.dumps(exported(wire.world)))
    for name, book in wire.world.books.items():
        for row, record in zip(document[name], book, strict=True):
            row.update({field.name: encoded(getattr(record, field.name)) for field in dataclasses.fields(record)})
    return document


def mutations(document: dict[str, Any], dice: random.Random) -> Iterator[tuple[Place, Any]]:
    """Places, and what is put there: one of each place of the same name."""
    seen: set[Place] = set()
    for name, rows in document.items():
        if not isinstance(rows, list):
            for path in fields(rows, (name,)):
                yield from ((path, odd) for odd in dice.sample(ODD, EACH))
            continue
        for row in dice.sample(range(len(rows)), min(len(rows), 12)):
            for path in fields(rows[row], (name, row)):
                kind = tuple(step for step in path if isinstance(step, str))
                if kind not in seen:
                    yield from ((path, odd) for odd in dice.sample(ODD, EACH))
                seen.add(kind)


def spoiled(document: dict[str, Any], path: Place, odd: Any) -> dict[str, Any]:
    name = path[0]
    made = {**document, name: copy.deepcopy(document[name])}
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = odd
    return made


READ = [row for row in TABLE if row.method == "GET"]
ASKED = {
    "/pod/v1/streams/list": {},
    "/pod/v3/room/search": {"query": "a"},
    "/pod/v1/user/search": {"query": "a"},
    "/agent/v1/message/search": {"query": "text:hello"},
    "/pod/v1/admin/streams/list": {},
    "/pod/v2/admin/streams/list": {},
    "/pod/v1/admin/user/find": {"role": "INDIVIDUAL"},
}


def look(wire: Wire, path: Place, odd: Any) -> None:
    """That no call fails, whatever it reads."""
    world = wire.world
    wire._tokens.clear()
    users = [user.id for user in world.users.book][:3]
    streams = [stream.id for stream in world.streams.book][:3]
    messages = [message.id for message in world.messages.book][-3:]
    for who, app in (("alice", "acme-desk"), ("acme-admin", None)):
        if not any(each.username == who for each in world.users.book):
            continue
        wire.token(who, app)
        for row in READ:
            if row.path.endswith("/read"):
                continue
            for at in range(1 if who == "alice" else 2):
                filled = row.path
                for name, values in (
                    ("{uid}", users), ("{userId}", users), ("{id}", users if "/user/" in row.path else streams),
                    ("{sid}", streams), ("{streamId}", streams), ("{mid}", messages), ("{messageId}", messages),
                ):  # fmt: skip
                    if name in filled and len(values) > at:
                        filled = filled.replace(name, str(values[at]))
                answer = wire.call("GET", filled, who, app, params={"uid": str(users[0])} if "users" in filled else {})
                assert answer.status_code < 500, (path, odd, filled, answer.headers["X-Emulator-Reason"])
        for target, asked in ASKED.items():
            answer = wire.call("POST", target, who, app, json=asked)
            assert answer.status_code < 500, (path, odd, target, answer.headers["X-Emulator-Reason"])
    for target in ("users", "apps", "world?describe=true", "behaviours", "state", "streams"):
        answer = wire.http.get(f"/emulator/v1/{target}")
        assert answer.status_code < 500, (path, odd, target, answer.text[:300])


def starts_again(wire: Wire, path: Path) -> None:
    """That a pod which keeps this world starts with it again."""
    file = StateFile(path)
    file.follow(wire.world, wire.stage.sessions)
    file.close()
    again = World()
    file = StateFile(path)
    file.load(again)
    file.close()
    assert exported(again) == exported(wire.world)


def test_a_state_is_refused_or_every_call_can_live_with_it(wire: Wire, tmp_path: Path) -> None:
    busy(wire)
    document = whole(wire)
    dice = random.Random(SEED)
    taken = refused = 0
    made = list(mutations(document, dice))
    for path, odd in dice.sample(made, min(len(made), MOST)):
        answer = wire.http.put("/emulator/v1/state", content=json.dumps(spoiled(document, path, odd)))
        if answer.status_code == 200:
            taken += 1
            look(wire, path, odd)
            starts_again(wire, tmp_path / f"{taken}.db")
        else:
            refused += 1
            assert answer.status_code == 400, (path, odd, answer.text[:300])
            assert len(answer.json()["message"]) <= 1_000, (path, odd)
    assert taken > MOST / 20, "some odd values are harmless"
    assert refused > MOST / 2
