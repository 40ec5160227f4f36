"""The living world as a world file: what is loaded from it is the same world, and writes the same file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli import cli
from emulator.keeping.document import exported
from emulator.seeding.export import world_file
from emulator.seeding.file import read
from emulator.seeding.grow import grow
from emulator.seeding.load import build, load
from emulator.world import World
from tests.conftest import Wire
from tests.seeding.test_every_key import folder  # noqa: F401 - a fixture

LEFT_OUT = {"presenceFeeds", "presenceInterests"}
COUNTED_ANEW = {"messages": ("number",), "memberships": ("after",), "presences": ("number",)}


def state(world: World) -> dict[str, Any]:
    """All of a world but for what a file leaves out; books in the order of their keys."""
    document = json.loads(json.dumps(exported(world)))
    for name in LEFT_OUT:
        document.pop(name)
    for name, fields in COUNTED_ANEW.items():
        for row in document[name]:
            for field in fields:
                row.pop(field, None)
    for rows in document.values():
        if isinstance(rows, list):
            rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
    return document


def again(world: World, tmp_path: Path) -> World:
    """A world out of the file of a world; the two are the same, and so are their files."""
    path = tmp_path / "exported.yaml"
    path.write_text(world_file(world), encoding="utf-8")
    loaded = build(read(path))
    assert state(loaded) == state(world)
    assert world_file(loaded) == path.read_text(encoding="utf-8")
    return loaded


def test_the_world_with_every_key_is_written_and_read(folder: Path, tmp_path: Path) -> None:  # noqa: F811
    again(load(folder / "world.yaml"), tmp_path)


def test_a_grown_world_is_written_and_read(tmp_path: Path) -> None:
    world = load("demo")
    grow(world, users=60, rooms=25, messages=700, seed=3)
    loaded = again(world, tmp_path)
    assert "created" not in world_file(load("empty"))
    sizes = [len(loaded.messages.timeline.of(stream.id)) for stream in world.streams.book]
    assert sizes == [len(world.messages.timeline.of(stream.id)) for stream in world.streams.book]


def test_a_world_that_lived_is_written_and_read(wire: Wire, tmp_path: Path) -> None:
    desk, world = wire.room("Trading Desk").id, wire.world
    send = f"/agent/v4/stream/{desk}/message/create"
    bob = wire.id("bob")
    rich = f'<messageML><mention uid="{bob}"/> <hash tag="rates"/> <cash tag="ibm"/> <b>10 o\'clock</b> 😀</messageML>'
    first = wire.post(send, data={"message": rich}).json()["messageId"]
    world.clock.advance(1)
    form = "<messageML><form id='f'><text-field name='a'/><button name='b'>Go</button></form></messageML>"
    wire.post(send, "acme-bot", None, data={"message": form})
    world.clock.advance(1)
    files = {"attachment": ("a.txt", b"\x00\xff", "text/plain"), "preview": ("a.png", b"hi", "image/png")}
    wire.post(send, data={"message": '<messageML>a &amp; "b"\u2028: - yes\n# no</messageML>'}, files=files)
    world.clock.advance(1)
    update = f"/agent/v4/stream/{desk}/message/{first}/update"
    changed = wire.post(update, data={"message": "<messageML>changed</messageML>"}).json()["messageId"]
    world.clock.advance(1)
    assert wire.post(f"/pod/v1/admin/messagesuppression/{changed}/suppress", "heidi").status_code == 200
    wire.post(f"/pod/v1/room/{desk}/membership/remove", json={"id": bob})
    world.clock.advance(1)
    wire.post(f"/pod/v1/room/{desk}/membership/add", json={"id": bob})
    wire.post(f"/pod/v1/room/{desk}/membership/promoteOwner", json={"id": bob})
    wire.post(
        "/pod/v1/user/{}/follow".format(wire.id("bob")), "acme-admin", None, json={"followers": [wire.id("alice")]}
    )
    wire.post("/agent/v1/signals/create", json={"name": "S", "query": "HASHTAG:rates", "visibleOnProfile": True})
    wire.post("/pod/v1/im/create", json=[wire.id("frank"), bob])
    wire.post("/pod/v1/connection/create", "dave", None, json={"userId": bob})
    wire.post("/pod/v2/user/presence", json={"category": "AWAY"})
    wire.post(f"/pod/v1/admin/user/{bob}/status/update", "acme-admin", None, json={"status": "DISABLED"})
    when = {"event": "MESSAGESENT", "stream": "Trading Desk", "user": "alice"}
    wire.http.post("/emulator/v1/behaviours", json={"when": when, "do": [{"as": "carol", "send": "yes"}]})
    wire.http.post("/emulator/v1/users", json={"username": "carol", "displayName": "Another Carol"})
    loaded = again(world, tmp_path)
    assert loaded.users.named("bob").enabled is False
    assert len(loaded.messages.book) == len(world.messages.book)
    assert loaded.messages.book[first].suppressed_at is not None


def test_keys_that_were_made_are_left_out(world: World) -> None:
    key = world.apps.get("acme-desk").public_key
    assert key is not None
    assert "PUBLIC KEY" in world_file(world)
    bots = {user.public_key for user in world.users.book if user.public_key}
    assert "PUBLIC KEY" not in world_file(world, {key, *bots})


@pytest.mark.parametrize("text", ["no", "1e3", "2026-03-02", "null", "a: b", "- a", "'", "\t", "é😀", "a\u0085b", "~"])
def test_a_text_stays_what_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text("companies: [{name: A, pod: 1}]\nusers: [{username: a}]\n")
    world = load(path)
    world.users.change(world.users.named("a"), title=text)
    assert again(world, tmp_path).users.named("a").title == text


def test_a_pod_that_runs_and_a_state_file_are_exported(tmp_path: Path) -> None:
    kept, file = tmp_path / "kept.state", tmp_path / "mine.yaml"
    with Emulator.start(state=kept, users=3) as pod:
        pod.say("alice", "Trading Desk", "It was said.")
        done = CliRunner().invoke(cli, ["export", "--url", pod.url, str(file)])
        assert done.output == f"wrote {file}\n"
        text = file.read_text(encoding="utf-8")
        assert text == pod.world_file()
        answer = httpx.get(f"{pod.url}/emulator/v1/world-file?keys=true")
        assert answer.headers["content-type"] == "application/yaml"
        assert answer.text.count("BEGIN PUBLIC KEY") == len(pod.world.apps.book) + 2
    assert "text: It was said." in text
    assert "PUBLIC KEY" not in text
    assert CliRunner().invoke(cli, ["export", "--state", str(kept), "--home", f"{kept}-home"]).output == text
    with Emulator.start(file) as again:
        assert again.world_file() == text
        assert [each.presentationml for each in again.messages("Trading Desk")][-1].endswith("It was said.</div>")
    nobody = CliRunner().invoke(cli, ["export", "--url", "http://127.0.0.1:9"])
    assert nobody.exit_code == 1
    assert "no pod answers at http://127.0.0.1:9" in nobody.output


def test_a_field_of_a_record_that_no_key_sets_is_a_mistake(folder: Path) -> None:  # noqa: F811
    """The file with every key sets every field of every record otherwise than it is by default: what is new in the
    world has to be in files, too."""
    world, seen = load(folder / "usual.yaml"), set[tuple[str, str]]()
    known: set[tuple[str, str]] = set()

    def walk(value: Any) -> None:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            for field in dataclasses.fields(value):
                held, place = getattr(value, field.name), (type(value).__name__, field.name)
                known.add(place)
                if held != field.default:
                    seen.add(place)
                walk(held)
        elif isinstance(value, (tuple, frozenset)):
            for each in value:
                walk(each)

    for name, book in world.books.items():
        if name not in LEFT_OUT:
            assert len(book), f"nothing in tests/data/every_key.yaml makes {name}"
            for record in book:
                walk(record)
    counted = {("Message", "number"), ("Membership", "after"), ("Presence", "number")}
    assert known - seen - counted == {("Upload", "preview")}  # nobody makes one of a file that a behaviour sends
