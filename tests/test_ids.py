"""Ids that were given out never come again: not after a reset, a restore, an import or a restart, nor in a world
beside."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from emulator.access.signing import PodKey
from emulator.keeping.document import exported
from emulator.keeping.file import keep_in
from emulator.seeding.load import load
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.world.ids import IdSource
from emulator.world.messages import Content, Origin
from emulator.world.streams import RoomAttributes
from tests.conftest import Wire

HELLO = Content(presentationml="<div>hello</div>", words=("hello",))


def given(stage: Stage) -> list[str]:
    """An id of each kind, new."""
    world = stage.world
    alice = world.users.named("alice")
    feed = world.datafeeds.create(alice)
    room = world.rooms.create(alice, RoomAttributes(name="New", description="x"))
    message = world.messages.post(alice, room, HELLO, Origin(session="s"))
    user = world.users.add(
        type(alice)(id=world.users.next_id(190), username="zoe", email="zoe@acme.example", display_name="Zoe")
    )
    signal = world.signals.create(alice, name="s", query="HASHTAG:a", visible=True, company_wide=False)
    session = stage.sessions.open("bot", subject="alice", user=alice.id)
    presences = world.presences.create_feed(alice)
    entries, ack = world.datafeeds.take(alice, feed.id, None)
    world.datafeeds.delete(alice, feed.id)
    ids = [feed.id, room.id, message.id, str(user.id), signal.id, session.id, session.token, presences.id, ack]
    return ids + [entry.id for entry in entries]


def twice(ids: list[str]) -> list[str]:
    return [each for each, count in Counter(ids).items() if count > 1]


def test_no_id_comes_again_in_one_run(wire: Wire) -> None:
    stage, found = wire.stage, []
    stage.take("here")
    document = exported(stage.world)
    for back in (stage.reset, lambda: stage.restore(stage.snapshots["here"][1]), stage.fresh):
        found += given(stage)
        back()
    found += given(stage)
    assert wire.http.put("/emulator/v1/state", json=document).status_code == 200
    found += given(stage)
    assert len(found) > 50
    assert twice(found) == []


def test_no_id_comes_again_after_a_restart(tmp_path: Path) -> None:
    key, found = PodKey(), []
    for _ in range(3):
        stage = Stage(load("demo"), pod_key=key)
        file = keep_in(tmp_path / "state.db", stage.world, stage)
        found += given(stage)
        stage.reset()
        file.keep()
        file.close()
    assert twice(found) == []


def test_no_new_id_is_given_in_two_worlds(wire: Wire) -> None:
    site, found = wire.site, []
    for _ in range(2):
        for world in (None, load("demo")):
            site.add_world("beside", world)
            ids = given(site.worlds.pop("beside"))
            found += [each for each in ids if not each.isdigit()]  # users are of a world
    found += [each for each in given(wire.stage) if not each.isdigit()]
    assert isinstance(site, Site)
    assert twice(found) == []


def test_ids_of_events_are_all_different() -> None:
    ids = IdSource(1)
    drawn = [ids.event() for _ in range(50_000)]
    assert len(set(drawn)) == len(drawn)
    assert all(re.fullmatch(r"[A-Za-z0-9]{6}", each) for each in drawn[:100])
    ids.reseed("1 1", 1)
    assert ids.event() not in drawn
