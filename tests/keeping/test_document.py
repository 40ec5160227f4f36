"""A world as a document, and a world out of it, in which everything is as it was."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from emulator.keeping.document import exported, world_of
from emulator.seeding.grow import grow
from emulator.world import World
from emulator.world.errors import Invalid
from tests.api.test_admin import GOOD as ADMIN
from tests.conftest import Wire, refused
from tests.test_good_paths import GOOD, call


def made_of(document: Any, like: World) -> World:
    """The world of a document."""
    *_, made = world_of(json.dumps(document).encode(), like)
    assert made is not None
    return made


def busy(wire: Wire) -> None:
    """Let everything happen that the table can make happen."""
    for name, make in GOOD.items():
        method, _, path = name.partition(" ")
        call(wire, method, path, make(wire))
    behaviour = {"when": {"event": "ROOMCREATED"}, "do": [{"as": "bob", "submitForm": {"formId": "f"}}]}
    wire.http.post("/emulator/v1/behaviours", json=behaviour)
    wire.world.following.follow(wire.user("alice"), wire.id("bob"), [wire.id("alice")], acting=True)
    for name, make in ADMIN.items():
        if "status/update" in name or "suspension" in name:
            continue  # bob goes on being there
        method, _, path = name.partition(" ")
        made = make(wire)
        request = {key: value for key, value in made.items() if key not in ("path", "made")}
        wire.call(method, path.format(**made.get("path", {})), user="acme-admin", app=None, **request)


def test_everything_is_in_a_document_and_comes_back(wire: Wire) -> None:
    grow(wire.world, users=30, rooms=5, messages=50, seed=1)
    busy(wire)
    document = json.loads(json.dumps(exported(wire.world)))
    again = made_of(document, World("again"))
    assert exported(again) == exported(wire.world)
    assert again.users.names.find("alice") == wire.world.users.names.find("alice")


def test_over_the_wire(wire: Wire) -> None:
    busy(wire)
    search = {"json": {"text": "hello world", "streamId": wire.room("Trading Desk").id}}
    found = wire.post("/agent/v1/message/search", **search).json()
    state = wire.http.get("/emulator/v1/state")
    assert b'"username": "alice"' in state.content, "a person can read it"
    wire.stage.reset()
    assert wire.post("/agent/v1/message/search", **search).status_code == 204
    assert wire.http.put("/emulator/v1/state", content=state.content).status_code == 200
    assert wire.post("/agent/v1/message/search", **search).json() == found
    assert wire.http.get("/emulator/v1/state").json() == state.json()
    made = wire.post("/pod/v3/room/create", json={"name": "After", "description": "x"}).json()
    assert made["roomSystemInfo"]["id"] not in {stream["id"] for stream in state.json()["streams"]}


Spoil = Any
SPOILED: list[tuple[Spoil, str]] = [
    (lambda d: d.update(version=9), "version"),
    (lambda d: d.update(extra=1), "extra"),
    (lambda d: d.update(users={}), "users: a list"),
    (lambda d: d["users"].append(5), "an object is needed"),
    (lambda d: d["users"][0].update(id="x"), "users[0].id: int"),
    (lambda d: d["users"][0].update(strange=1), "no field 'strange'"),
    (lambda d: d["users"][0].pop("username"), "needs 'username'"),
    (lambda d: d["users"].append(d["users"][0]), "twice"),
    (lambda d: d["users"].pop(0), "not among the users"),
    (lambda d: d["companies"].clear(), "at least one"),
    (lambda d: d["streams"].pop(0), "not among the streams"),
    (lambda d: d["messages"][0].update(sender=5), "not among the users"),
    (lambda d: d["settings"].update(session_hours="x"), "session_hours"),
    (lambda d: d.update(clock={"shift": 1.5}), "clock"),
]


@pytest.mark.parametrize(("spoil", "says"), SPOILED, ids=lambda each: each if isinstance(each, str) else "")
def test_what_does_not_fit_is_named_and_changes_nothing(wire: Wire, spoil: Spoil, says: str) -> None:
    document = json.loads(json.dumps(exported(wire.world)))
    before = copy.deepcopy(document)
    spoil(document)
    with pytest.raises(Invalid, match=says.replace("[", r"\[").replace("]", r"\]")):
        made_of(document, wire.world)
    refused(wire.http.put("/emulator/v1/state", json=document), 400)
    assert json.loads(json.dumps(exported(wire.world))) == before


def test_what_is_no_json(wire: Wire) -> None:
    refused(wire.http.put("/emulator/v1/state", content=b"{"), 400, "Invalid JSON")
    refused(wire.http.put("/emulator/v1/state", content=b"[]"), 400, "should be an object")
