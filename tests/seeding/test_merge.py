"""Several world files as one: later ones add and override by name, and mistakes name the right file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli import cli
from emulator.seeding.file import read_document
from emulator.seeding.load import build, load
from emulator.seeding.source import WorldFileError

BASE = """\
companies:
  - {name: Acme, pod: 190}
  - {name: Globex, pod: 191}
settings: {sessionHours: 8, protocols: [https, app]}
users:
  - {username: alice, title: Trader, location: London, roles: [INDIVIDUAL, CONTENT_MANAGEMENT]}
  - {username: bob}
  - {username: bob, company: Globex}
barriers:
  groups: {desk: [alice]}
rooms:
  - name: Desk
    owners: [alice]
    messages:
      - {from: alice, ago: 2h, id: first, text: one}
      - {from: alice, ago: 1h, text: two}
ims:
  - {between: [alice, bob@acme.example], messages: [{from: alice, text: hi}]}
apps:
  - &app {id: a, permissions: [GET_MESSAGES]}
"""
MINE = """\
settings: {protocols: [ftp]}
users:
  - {username: alice, title: Head, roles: [INDIVIDUAL]}
  - {username: bob, company: Globex, title: Sales}
  - {username: zoe}
barriers:
  groups: {desk: [zoe], back: [alice]}
  between:
    - [desk, back]
rooms:
  - {name: Desk, description: Ours, messages: [{from: alice, id: first, text: One}, {from: zoe, text: three}]}
  - {name: Other, owners: [zoe]}
ims:
  - {between: [bob@acme.example, alice], id: im}
apps:
  - {id: a, name: An app}
  - {id: b}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    base, mine = tmp_path / "base.yaml", tmp_path / "mine.yaml"
    base.write_text(BASE)
    mine.write_text(MINE)
    return base, mine


def test_the_later_file_adds_and_overrides_by_name(files: tuple[Path, Path]) -> None:
    world = load(files)
    alice = world.users.named("alice")
    assert (alice.title, alice.location, alice.roles) == ("Head", "London", {"INDIVIDUAL"})
    assert world.users.named("bob").title is None
    assert world.users.named("bob", 191).title == "Sales"
    assert world.settings.session_hours == 8
    assert world.settings.protocols == ("ftp",)
    desk, other = (stream for stream in world.streams.book if stream.room)
    assert desk.room is not None
    assert other.room is not None
    assert (desk.room.description, other.room.name) == ("Ours", "Other")
    said = [world.messages.book[stamp[2]] for stamp in world.messages.timeline.of(desk.id)]
    assert [each.presentationml.partition(">")[2] for each in said] == ["One</div>", "two</div>", "three</div>"]
    assert said[0].id == "first"
    assert [stream.id for stream in world.streams.book if not stream.room] == ["im"]
    assert world.messages.timeline.of("im")
    assert (world.apps.get("a").name, world.apps.get("b").name) == ("An app", "b")
    assert world.apps.get("a").permissions == {"GET_MESSAGES", "ACT_AS_USER"}
    group = world.barriers.group_named("desk")
    assert group is not None
    assert group.members == {world.users.named("zoe").id}
    assert len(world.barriers.book) == 1


def test_mistakes_name_their_file_and_line(files: tuple[Path, Path]) -> None:
    base, mine = files
    mine.write_text("users:\n  - {username: zoe, titel: Boss}\n")
    with pytest.raises(WorldFileError) as raised:
        load(files)
    assert raised.value.mistakes == [f"{mine} line 2: users.3.titel: 'titel' is no key here, is title meant?"]
    mine.write_text("rooms:\n  - {name: Desk, owners: [bobb]}\n")
    base.write_text(BASE.replace("roles: [INDIVIDUAL, CONTENT_MANAGEMENT]", "company: Acmes"))
    with pytest.raises(WorldFileError) as raised:
        load(files)
    assert raised.value.mistakes[0] == f"{base} line 6: users.0.company: no company is named 'Acmes', is Acme meant?"
    assert f"{mine} line 2: rooms.0.owners.0: no user is named 'bobb', is bob meant?" in raised.value.mistakes
    mine.write_text("users: [\n")
    with pytest.raises(WorldFileError, match=r"mine.yaml: line 2: not YAML"):
        load(files)


def test_what_a_file_says_once_in_anchors_is_merged_too(files: tuple[Path, Path]) -> None:
    _, mine = files
    mine.write_text("users:\n  - &boss {username: bob, title: Boss}\n  - {<<: *boss, username: zoe}\n")
    world = load(files)
    assert (world.users.named("bob").title, world.users.named("zoe").title) == ("Boss", "Boss")


def test_a_world_that_ships_may_be_the_base(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("users:\n  - {username: zoe}\n  - {username: alice, title: Head}\n")
    world = load(["demo", tmp_path / "mine.yaml"])
    assert world.users.named("zoe").email == "zoe@acme.example"
    assert (world.users.named("alice").title, world.users.named("alice").location) == ("Head", "New York")


def test_the_command_line_takes_several(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(cli, ["world", *map(str, files)])
    assert "The pod is Acme." in done.output
    assert "4 users" in done.output.replace("  ", " ")
    option = next(each for each in cli.commands["serve"].params if each.name == "world")
    ctx = cli.commands["serve"].make_context("serve", ["--world", "a b.yaml", "--world", "c.yaml"])
    assert ctx.params["world"] == ("a b.yaml", "c.yaml")
    assert option.type.split_envvar_value("a b.yaml:c.yaml") == ["a b.yaml", "c.yaml"]


def test_tests_take_several(files: tuple[Path, Path], tmp_path: Path) -> None:
    with Emulator.start(files) as pod:
        assert pod.users["zoe"].username == "zoe"


def test_a_document_names_no_files_and_has_no_aliases() -> None:
    with pytest.raises(WorldFileError, match=r"^the document: users\.0\.titel: 'titel' is no key here"):
        read_document({"companies": [{"name": "A", "pod": 1}], "users": [{"username": "a", "titel": "b"}]})
    keys = "companies: [{name: A, pod: 1}]\napps: [{id: a, publicKeyFile: /etc/passwd}]\n"
    with pytest.raises(
        WorldFileError, match=r"document line 2: apps.0.publicKeyFile: what comes over the wire names no"
    ):
        build(read_document(keys))
    with pytest.raises(WorldFileError, match=r"document: line 2: aliases \(\*a\) are taken in files only"):
        read_document("companies: &a [{name: A, pod: 1}]\nusers: *a\n")
