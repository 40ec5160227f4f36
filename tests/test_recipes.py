"""Who follows a recipe of CONTRIBUTING.md and forgets one of its places is told here what to do."""

from __future__ import annotations

import re
from pathlib import Path

from emulator.control import plane
from emulator.control.parts import PREFIX
from emulator.messageml import build, cards, entities, fields, formatting, forms, pickers, uiactions
from emulator.messageml.element import Kind
from emulator.table.table import TABLE
from emulator.world.events import KINDS
from emulator.world.policy import RULES
from tests import matrix
from tests.api import test_admin
from tests.refresh import GENERATED
from tests.world import scenarios, test_events

ROOT = Path(__file__).parents[1]


def test_an_endpoint_for_apps_has_a_good_call_and_its_situations() -> None:
    for row in TABLE:
        if row.permissions:
            assert row.name in matrix.CALLS, f"put a call of {row.name} into CALLS of tests/matrix.py"
        elif "/admin/" in row.path:
            assert row.name in test_admin.GOOD, f"put a good call of {row.name} into GOOD of tests/api/test_admin.py"


def test_an_endpoint_for_accounts_of_their_own_is_called_by_a_test() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    for row in TABLE:
        if not row.permissions and row.auth == "session" and "/admin/" not in row.path:
            for part in re.findall(r"/[a-z]\w*", row.path):
                assert re.search(rf"{part}\b", tests), f"call {row.name} in a test of tests/api"


def test_a_rule_has_a_scenario() -> None:
    for name in RULES:
        assert name in scenarios.SCENARIOS, (
            f"put an action that {name} refuses into SCENARIOS of tests/world/scenarios.py"
        )


def test_an_event_is_told_and_its_scene_says_who_hears_it() -> None:
    declared = ("events.py", "changes.py")
    code = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "emulator").rglob("*.py") if file.name not in declared
    )
    for kind in KINDS.values():
        name = kind.about.__name__
        assert re.search(rf"\b{name}\b", code), f"nothing tells {name}: end the action in world.tell(by, {name}(...))"
        if kind.payload is not None:
            assert kind.name in test_events.SCENES, f"say who hears {kind.name} in SCENES of tests/world/test_events.py"


def test_an_element_is_described_and_tested() -> None:
    page = (ROOT / "docs" / "production" / "messageml.md").read_text(encoding="utf-8")
    tests = "".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "tests" / "messageml").rglob("*")
        if file.suffix in (".py", ".json", ".jsonl", ".tsv")
    )
    described = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`\n]+)`", page))))
    for tag in {*build._EITHER, *build._ALIKE, *build._SHORTHAND}:
        assert tag in described or re.fullmatch(r"h\d", tag), f"describe <{tag}> in docs/production/messageml.md"
        assert f"<{tag}" in tests or re.fullmatch(r"h\d", tag), f"test <{tag}> in tests/messageml"


def test_an_element_is_in_a_table_by_which_it_is_read() -> None:
    read = build.kinds()
    for module in (cards, entities, fields, formatting, forms, pickers, uiactions):
        for name, held in vars(module).items():
            if isinstance(held, Kind):
                assert held in read, f"put {name} of {module.__name__} into a table of emulator/messageml/build.py"


def test_a_control_call_is_called_by_a_test() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    for call in plane.CALLS:
        for part in re.findall(r"/([a-z][\w.-]*)", call.path.removeprefix(PREFIX)):
            assert re.search(rf"\b{re.escape(part)}\b", tests), f"test {call.method} {call.path} in tests/control"


def test_what_is_generated_is_named() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in GENERATED:
        assert f"`{name}`" in page, f"name {name} in CONTRIBUTING.md among what is generated"


def test_the_recipes_name_what_there_is() -> None:
    for page in ("CONTRIBUTING.md", "ARCHITECTURE.md"):
        text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for name in re.findall(r"`([\w/.]+(?:/|\.py|\.tsv|\.md|\.json))`", text):
            places = (ROOT / name, ROOT / "emulator" / name, ROOT / "emulator" / "messageml" / name)
            assert any(place.exists() for place in places), f"{page} names {name}"
