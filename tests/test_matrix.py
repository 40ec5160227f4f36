"""Each row of the table in each situation has the outcome of `tests/matrix.tsv`, and has it because of the rule that is
named there: with that rule switched off the outcome is another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.access import permissions
from emulator.world.clock import Clock
from emulator.world.policy import RULES
from emulator.world.users import User
from tests.conftest import Wire
from tests.matrix import CALLS, ROWS, SITUATIONS, outcome

HEAD, *LINES = Path(__file__).with_name("matrix.tsv").read_text().splitlines()
COLUMNS = HEAD.split("\t")[1:]
NOW = Clock.real()
CELLS = {
    (line.split("\t")[0], column): cell
    for line in LINES
    for column, cell in zip(COLUMNS, line.split("\t")[1:], strict=True)
}


def again(wire: Wire, as_loaded: Any) -> None:
    """Start over, at the same moment."""
    wire.stage.restore(as_loaded)
    wire.world.clock.freeze()
    wire.world.clock.set(NOW)


def switch_off(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if rule == "permission":
        monkeypatch.setattr(permissions, "check", lambda *args: None)
    elif rule == "session":
        monkeypatch.setattr(User, "may_act", lambda *args: True)
    else:
        monkeypatch.setattr(RULES[rule], "check", lambda *args, **kwargs: None)


def test_the_matrix_is_whole() -> None:
    named = {row.name for row in ROWS}
    assert named == set(CALLS), f"CALLS of tests/matrix.py has too few or too many: {sorted(named ^ set(CALLS))}"
    wanted = {(row.name, situation) for row in ROWS for situation in SITUATIONS}
    assert set(CELLS) == wanted, "run python -m tests.refresh, and read what it changed"


@pytest.mark.parametrize(("name", "situation"), sorted(CELLS))
def test_a_cell(wire: Wire, as_loaded: Any, monkeypatch: pytest.MonkeyPatch, name: str, situation: str) -> None:
    expected, where = CELLS[name, situation], SITUATIONS[situation]
    again(wire, as_loaded)
    usual = outcome(wire, name, SITUATIONS["other company" if where.abroad else "good"])
    again(wire, as_loaded)
    found = outcome(wire, name, where)
    assert found.said(usual) == expected, found.body
    for rule in expected.split(" ")[1:]:
        again(wire, as_loaded)
        with monkeypatch.context() as switched:
            switch_off(rule, switched)
            try:
                without = outcome(wire, name, where).said(usual)
            except AssertionError:
                continue  # the code behind the rule met what the rule keeps from it
            assert without != expected, f"without {rule} the outcome is the same"
