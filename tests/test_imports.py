"""No circle of imports, not even of those for types or within functions, but inside of the world: its parts speak of
each other as the things in it do."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "emulator"
MODULES = {
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): file
    for file in PACKAGE.rglob("*.py")
}


def _imported(file: Path) -> set[str]:
    """The modules of the package that one imports anywhere in its text."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found & set(MODULES)


def _room(module: str) -> str:
    return "emulator.world" if module.startswith("emulator.world.") else module


def test_there_is_no_circle_of_imports_outside_of_the_world() -> None:
    graph: dict[str, set[str]] = {}
    for module, file in MODULES.items():
        graph.setdefault(_room(module), set()).update(map(_room, _imported(file) - {module}))
    graph["emulator.world"].discard("emulator.world")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise AssertionError(
            f"a circle: {' <- '.join(circle.args[1])}. Move what both need into a module beneath them"
        ) from None
