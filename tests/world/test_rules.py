"""Every rule refuses what it is for, and nothing else would: with the rule taken away the same action passes it."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.world import World
from emulator.world.entitlements import SHARED_HISTORY
from emulator.world.errors import Forbidden, Refused, Unknown
from emulator.world.policy import RULES, overheard
from emulator.world.world import Snapshot
from tests.world.cast import Cast, arrange
from tests.world.scenarios import BY_INDEX, LISTS, PARTLY, SCENARIOS, Scenario


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
    assert refused, f"nothing refuses what SCENARIOS has for {name}: let the look-up or action that it protects ask it"
    world.restore(before)
    monkeypatch.setattr(RULES[name], "check", lambda *args, **kwargs: None)
    assert reason_of(SCENARIOS[name], world) != refused, f"without {name} it is refused for the same reason"


# --- lists ---


Shown = dict[str, set[Any]]


class Lists:
    """The lists of the arranged world, and the rules that each of them asks."""

    def __init__(self, world: World) -> None:
        self._cast = Cast(world)
        arrange(self._cast)
        self._arranged = world.snapshot()
        self.asked: dict[str, set[str]] = {}
        self.shown: Shown = {}
        for name in LISTS:
            with overheard() as asked:
                self.shown[name] = self.now(name)
            self.asked[name] = {each.rule.name for each in asked}

    def now(self, name: str) -> set[Any]:
        """What is in a list; nothing where the list is refused."""
        try:
            return LISTS[name][1](self._cast)
        except Refused:
            return set()
        finally:
            self._cast.world.datafeeds.drop_all()
            self._cast.world.restore(self._arranged)

    def asking(self, rule: str) -> list[str]:
        return [name for name, asked in self.asked.items() if rule in asked]


@pytest.fixture
def lists(world: World) -> Lists:
    return Lists(world)


def test_what_hides_a_thing_hides_it_in_lists(world: World, lists: Lists, as_loaded: Snapshot) -> None:
    asked = set().union(*lists.asked.values())
    for name, scenario in SCENARIOS.items():
        world.restore(as_loaded)
        try:
            scenario(Cast(world))
        except Unknown:
            assert name in asked, (
                f"{name} hides things, and no list asks it: let the lists of them ask it (policy.allowed), and name one"
                " in LISTS of tests/world/scenarios.py"
            )
        except Refused:
            continue


def test_a_list_asks_the_rule_that_a_single_thing_is_asked(lists: Lists) -> None:
    for name, (rule, _) in LISTS.items():
        assert rule in lists.asked[name], f"the list of {name} no longer asks {rule}"


def test_where_nobody_may_nothing_is_shown(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any, **kwargs: Any) -> None:
        raise Forbidden("nobody")

    for rule in set().union(*lists.asked.values()):
        asking = [name for name in lists.asking(rule) if lists.shown[name]]
        assert asking, f"{rule}: put something into {lists.asking(rule)} with `arrange` of tests/world/cast.py"
        with monkeypatch.context() as patch:
            patch.setattr(RULES[rule], "check", nobody)
            left = {name: found for name in asking if (found := lists.now(name))}
        assert not left or rule in PARTLY, f"{rule} lets nobody through, and there is still something in {list(left)}"
        assert all(found <= lists.shown[name] for name, found in left.items()) or rule == "presence.category_shows"


def test_without_a_rule_lists_show_more(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in set().union(*lists.asked.values()):
        with monkeypatch.context() as patch:
            patch.setattr(RULES[rule], "check", lambda *args, **kwargs: None)
            changed = [name for name in lists.asking(rule) if lists.now(name) != lists.shown[name]]
        assert bool(changed) != (rule in BY_INDEX), (
            f"without {rule} {lists.asking(rule)} show the same: put something that it hides into one of them with"
            " `arrange` of tests/world/cast.py, or say in BY_INDEX why there is no such thing"
        )


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
