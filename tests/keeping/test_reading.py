"""A state is read row by row: in little room, with pauses, and whatever it is, in one sentence or whole."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import pytest

from emulator.keeping.document import exported, world_of, written
from emulator.keeping.reading import Document
from emulator.world import World
from emulator.world.errors import Invalid
from tests.conftest import Wire, refused
from tests.keeping.test_document import made_of


def read(content: bytes) -> dict[str, Any]:
    document = Document(content, ("users", "rooms"))
    for _ in document.find():
        pass
    return {**document.other, **{name: rows for name in ("users", "rooms") if (rows := list(document.rows(name)))}}


def _value(dice: random.Random, depth: int = 0) -> Any:
    kind = dice.randrange(7 if depth < 3 else 4)
    if kind < 4:
        return dice.choice([None, True, 0, -1.5e3, "", 'a"b\\', "[{", "}]", "\\\\", "é😀\n", "x" * 50])
    if kind == 4:
        return [_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice('abc"\\{'): _value(dice, depth + 1) for _ in range(dice.randrange(4))}


@pytest.mark.parametrize("indent", [None, 0, 3])
def test_what_any_parser_reads_is_read_alike(indent: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(indent)
    for number in range(150):
        monkeypatch.setattr("emulator.keeping.reading.AT_ONCE_BYTES", dice.choice([4, 40, 4_000]))
        members = [("version", _value(dice, 2)), ("clock", {"a": _value(dice, 3)})]
        members += [(name, [{"a": _value(dice)} for _ in range(dice.randrange(4))]) for name in ("users", "rooms")]
        dice.shuffle(members)
        document = {name: value for name, value in members if value != []}
        text = json.dumps(document, indent=indent, ensure_ascii=number % 2 == 0)
        assert read(text.encode()) == document
        cut = dice.randrange(1, len(text))
        with pytest.raises(Invalid):
            read(text[:cut].rstrip().encode() if text[cut:].strip() else b"{")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"{", b"{}x", b'{"a"}', b'{"a":}', b'{"a":1,}', b'{,}', b'{"users":{}}', b'{"users":[1]}',
        b'{"users":[{},]}', b'{"users":[{}', b'{"users":[{}}', b'{"users":[{"a":tru}]}', b'{"users":[{"a":"\xff"}]}',
        b'{"users":[{"a":"\\ud800"}]}', b'{"users":[],"users":[]}', b'{"a":1,"a":2}', b"[" * 100_000,
        b'{"users":[' + b'{"a":' * 5_000, b'{"users":[{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}]}",
        b'{"' + b"\\" * 99_999,
        b'{"users":[{"a":"' + b"\\" * 3_000_000, b'{"a":' + b"9" * 100_000 + b"}", b"\x00", b'\xef\xbb\xbf{}',
    ],
)  # fmt: skip
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as told:
        read(content)
    assert len(told.value.reason) < 500


def test_a_record_has_a_bound(wire: Wire) -> None:
    body = b'{"version":2,"companies":[{"id":1,"name":[' + b"[]," * 150_000 + b"[]]}]}"
    refused(wire.http.put("/emulator/v1/state", content=body), 400, "at most 200000 values")


def test_a_long_state_takes_little_room_and_lets_others_have_their_turn(wire: Wire) -> None:
    companies = ",".join(f'{{"id":{number},"name":"{number}"}}' for number in range(1, 5_001))
    content = f'{{"version":2,"companies":[{companies},7]}}'.encode()
    tracemalloc.start()
    try:
        reading = world_of(content, wire.world)
        for _ in range(5_000 // 200):
            assert next(reading) is None
        with pytest.raises(Invalid, match=r"companies\[5000\]: an object"):
            list(reading)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(content) + 500_000
    finally:
        tracemalloc.stop()


def test_what_is_written_is_what_is_exported(wire: Wire) -> None:
    assert json.loads(b"".join(written(wire.world))) == json.loads(json.dumps(exported(wire.world)))
    assert json.loads(b"".join(written(World()))) == json.loads(json.dumps(exported(World())))


def test_ids_after_a_state_are_none_of_its_own(wire: Wire) -> None:
    """Another pod of the same seed at the same time gives the same ids; with the state of the first it does not."""
    before = json.loads(json.dumps(exported(wire.world)))
    first = wire.post("/pod/v3/room/create", json={"name": "First", "description": "x"}).json()
    state = json.loads(json.dumps(exported(wire.world)))
    wire.stage.reset()
    assert json.loads(json.dumps(exported(wire.world)))["streams"] == before["streams"]
    assert wire.http.put("/emulator/v1/state", json=state).status_code == 200
    second = wire.post("/pod/v3/room/create", json={"name": "Second", "description": "x"}).json()
    assert first["roomSystemInfo"]["id"] != second["roomSystemInfo"]["id"]
    assert {stream["id"] for stream in state["streams"]} < {stream.id for stream in wire.world.streams.book}
    assert exported(made_of(state, wire.world))["streams"] == state["streams"]
