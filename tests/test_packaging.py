"""What is imported is declared, and what is shipped is whole."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_NAMED_OTHERWISE = {"jwt": "pyjwt", "yaml": "pyyaml", "pydantic_core": "pydantic", "re2": "google-re2"}
_WITH_PYTEST = {"pytest", "_pytest"}
"""The plugin is imported by pytest, which is there then."""
_EXTRA = {"testcontainers"}
"""Each has one module of its own, and an extra of its name."""


def imported(folder: Path) -> set[str]:
    """The packages that the modules of a folder import, at any place."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    return found - sys.stdlib_module_names - {"emulator"}


def test_what_is_imported_is_declared() -> None:
    declared = {re.split(r"[<>=; ]", each)[0].lower() for each in PROJECT["project"]["dependencies"]}
    assert set(PROJECT["project"]["optional-dependencies"]) >= _EXTRA
    for name in imported(ROOT / "emulator") - _WITH_PYTEST - _EXTRA:
        assert _NAMED_OTHERWISE.get(name, name).lower() in declared, f"declare {name} in pyproject.toml"


def test_every_dependency_has_a_lower_bound() -> None:
    for each in PROJECT["project"]["dependencies"]:
        assert re.match(r"[\w-]+>=\d", each), f"{each} needs the lowest version that works; .ci/run tries it"


def test_what_others_made_is_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for folder in ("emulator", "tests"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".txt", ".json") and "__pycache__" not in file.parts:
                name = file.relative_to(ROOT).as_posix()
                assert name in notice, f"say in NOTICE where {name} is from"


def test_pytest_finds_the_plugin_by_itself() -> None:
    assert PROJECT["project"]["entry-points"]["pytest11"] == {"emulator": "emulator.testing.plugin"}
