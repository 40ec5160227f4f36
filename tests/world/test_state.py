"""Books, clock, ids, snapshots: what the world stands on."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import emulator
from emulator.keeping.document import exported
from emulator.world import World, ids
from emulator.world.clock import Clock


def test_ids_are_productions() -> None:
    source = ids.IdSource(seed=1)
    at = 1_700_000_000_123
    stream, message = source.stream(at), source.message(at)
    assert (len(stream), stream[-2:], message[-2:]) == (34, "dA", "bQ")
    raw = base64.urlsafe_b64decode(stream + "==")
    assert (1 << 63) - 1 - int.from_bytes(raw[16:24], "big") == at
    assert ids.pod_of(ids.user_id(190, 32)) == 190
    assert ids.user_id(190, 32) == 13056700579872
    assert ids.IdSource(seed=1).stream(at) == stream
    assert ids.url_safe(ids.standard(stream)) == stream


def test_the_clock_goes_on_stands_and_is_set() -> None:
    clock = Clock()
    clock.freeze()
    at = clock.now()
    clock.advance(1.5)
    assert clock.now() == at + 1500
    clock.set(5_000)
    assert clock.now() == 5_000
    clock.freeze(False)
    assert 5_000 <= clock.now() < 6_000
    clock.set(5_000)
    clock.freeze(False)  # it goes on already
    assert 5_000 <= clock.now() < 6_000


def test_a_snapshot_brings_everything_back(world: World) -> None:
    def all_of(world: World) -> dict[str, Any]:
        return exported(world)

    before, snapshot = all_of(world), world.snapshot()
    alice, bob, carol = (world.users.named(name, pod) for name, pod in (("alice", 190), ("bob", 190), ("carol", 191)))
    world.streams.im(alice, [bob.id])
    world.presences.set(bob, "AWAY")
    world.following.follow(alice, bob.id, [alice.id], acting=True)
    world.signals.create(alice, name="s", query="HASHTAG:a", visible=True, company_wide=False)
    world.connections.remove(alice, carol.id)
    world.users.change(bob, enabled=False)
    assert all_of(world) != before
    made = world.ids.stream(1)
    world.restore(snapshot)
    assert all_of(world) == before
    assert world.ids.stream(1) != made


def test_restoring_twice_from_one_snapshot(world: World) -> None:
    snapshot = world.snapshot()
    bob = world.users.named("bob")
    for _ in range(2):
        world.users.change(bob, title="Changed")
        world.restore(snapshot)
        assert world.users.named("bob").title == "Trader"


def test_one_function_tells_which_pod_a_user_is_of() -> None:
    for file in Path(emulator.__file__).parent.rglob("*.py"):
        if file.name != "ids.py":
            assert ">> 36" not in file.read_text(encoding="utf-8"), f"{file.name}: ask ids.pod_of"
