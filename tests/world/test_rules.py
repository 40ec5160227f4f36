"""Every rule refuses what it is for, and nothing else would: with the rule taken away the same action passes it."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.world import World
from emulator.world.entitlements import SHARED_HISTORY
from emulator.world.errors import Refused
from emulator.world.policy import RULES
from tests.world.scenarios import SCENARIOS, Cast, Scenario


def reason_of(scenario: Scenario, world: World) -> str | None:
    """Why an action is refused, None when it is not."""
    try:
        scenario(Cast(world))
    except Refused as refused:
        return refused.reason
    except (AssertionError, AttributeError):
        return None  # the code behind a rule that was taken away met what the rule keeps from it
    return None


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_refuses_and_only_that_rule_does(name: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = world.snapshot()
    refused = reason_of(SCENARIOS[name], world)
    assert refused
    world.restore(before)
    monkeypatch.setattr(RULES[name], "check", lambda *args, **kwargs: None)
    assert reason_of(SCENARIOS[name], world) != refused, f"without {name} it is refused for the same reason"


def test_every_rule_says_what_it_is_and_where_it_comes_from() -> None:
    for name, declared in RULES.items():
        assert declared.says.endswith("."), name
        assert "production/" in declared.page, name


@pytest.mark.parametrize("entitlement", ["canCreatePublicRoom", "canCreateMultiLateralRoom", "isExternalRoomEnabled"])
def test_room_entitlements_gate_creation(world: World, entitlement: str) -> None:
    c = Cast(world)
    wanted: dict[str, dict[str, Any]] = {
        "canCreatePublicRoom": {"public": True, "view_history": True, "discoverable": True, "members_can_invite": True},
        "canCreateMultiLateralRoom": {"cross_pod": True, "multilateral": True},
        "isExternalRoomEnabled": {"cross_pod": True},
    }
    alice = c.granted(c.alice, "canCreateMultiLateralRoom")
    with pytest.raises(Refused, match=entitlement):
        c.new_room(c.without(alice, entitlement), **wanted[entitlement])
    assert c.new_room(c.granted(c.alice, entitlement), **wanted[entitlement])


def test_shared_history_needs_the_entitlement_of_the_company(world: World) -> None:
    c = Cast(world)
    with pytest.raises(Refused, match=SHARED_HISTORY):
        c.new_room(c.alice, cross_pod=True, view_history=True)
    world.companies.change(190, entitlements=frozenset({SHARED_HISTORY}))
    assert c.new_room(c.alice, cross_pod=True, view_history=True)
