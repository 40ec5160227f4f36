"""How much the tests notice: `python -m tests.mutants --sample 60` breaks a copy of the emulator in so many places, one
at a time, and tells which breaks no test saw. It needs `coverage`, which says which tests meet which line.

Not part of every run: a sample of 60 takes some ten minutes. A survivor is either a break that users would notice, and
then wants an assertion, or one that changes nothing, and then is left alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "build", "dist", "venv", "*.egg-info")
SLOW = (
    "tests/clients",
    "tests/console/test_console.py",
    "tests/console/test_untrusted.py",
    "tests/test_examples.py",
    "tests/test_exec.py",
    "tests/test_pages.py",
    "tests/security/test_schemathesis.py",
    "tests/messageml/test_growth.py",
)
"""Tests that start processes of their own, in which the coverage sees nothing, and one that measures time."""
AT_ONCE = 250
"""So many tests are tried on a mutant first; the rest of those that meet its line only when it survives them."""
PATIENCE = 240
"""Seconds after which a mutant that hangs its tests counts as noticed."""

RECORDER = """
import json, os, time
import coverage
met, took, failed = {}, {}, set()
cover = coverage.Coverage(data_file=None, source=["emulator"], config_file=False)
cover.start()
def pytest_runtest_protocol(item, nextitem):
    cover.switch_context(item.nodeid)
def pytest_runtest_logreport(report):
    took[report.nodeid] = took.get(report.nodeid, 0) + report.duration
    if report.failed:
        failed.add(report.nodeid)
def pytest_sessionfinish(session):
    cover.stop()
    data = cover.get_data()
    for file in data.measured_files():
        lines = data.contexts_by_lineno(file)
        met[os.path.relpath(file)] = {str(line): sorted(set(tests) - failed) for line, tests in lines.items()}
    json.dump({"met": met, "took": took, "failed": sorted(failed)}, open(os.environ["MUTANTS_MAP"], "w"))
"""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
}


@dataclass(frozen=True)
class Mutant:
    """One break: in which file, at which line, which node of its tree, and how."""

    file: str
    line: int
    node: int
    how: str


def _skipped(tree: ast.Module) -> set[ast.AST]:
    """What never runs or is only text for us: annotations, docstrings, imports for types, words of refusals."""
    out: set[ast.AST] = set()
    for node in ast.walk(tree):
        gone: list[ast.AST | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            gone.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            gone.append(node.returns)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            gone.append(node)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            gone.append(node)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases):
            gone.append(node)
        if isinstance(node, ast.JoinedStr):
            gone.append(node)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            gone += node.exc.args
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__slots__", "__all__"):
            gone.append(node)
        for each in gone:
            if each is not None:
                out.update(ast.walk(each))
    return out


def _ways(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        yield "comparison"
    if isinstance(node, ast.BoolOp):
        yield "and/or"
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield "arithmetic"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not"
    if isinstance(node, ast.If | ast.IfExp):
        yield "never"
        yield "always"
    if isinstance(node, ast.Constant) and node.value is not None and not isinstance(node.value, bytes | type(...)):
        yield "constant"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call left out"
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "returns None"


def candidates() -> list[Mutant]:
    """Every break of every module, in the order of the files."""
    found = []
    for path in sorted((ROOT / "emulator").rglob("*.py")):
        tree = ast.parse(path.read_text())
        skipped = _skipped(tree)
        for index, node in enumerate(ast.walk(tree)):
            if node not in skipped:
                name = str(path.relative_to(ROOT))
                found += [Mutant(name, getattr(node, "lineno", 0), index, how) for how in _ways(node)]
    return found


def _constant(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if value else "x"


def mutated(source: str, mutant: Mutant) -> tuple[str, str, str]:
    """The module's text with the break in it; the place before and after."""
    tree = ast.parse(source)
    node = list(ast.walk(tree))[mutant.node]
    place: ast.AST = node.test if isinstance(node, ast.If | ast.IfExp) else node
    before = ast.unparse(copy.deepcopy(place))
    match node:
        case ast.Compare():
            node.ops = [SWAPS[type(node.ops[0])]()]  # type: ignore[list-item]
        case ast.BoolOp() | ast.BinOp():
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        case ast.UnaryOp():
            node.op = ast.UAdd()
            tree = _replaced(tree, node, node.operand)
        case ast.If() | ast.IfExp():
            place = node.test = ast.Constant(mutant.how == "always")
        case ast.Constant():
            node.value = _constant(node.value)  # type: ignore[assignment]
        case ast.Expr():
            place = node.value = ast.Constant(None)
        case ast.Return():
            node.value = ast.Constant(None)
    return ast.unparse(ast.fix_missing_locations(tree)), before, ast.unparse(place)


def _replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return Swap().visit(tree)  # type: ignore[no-any-return]


def _pytest(copy_of: Path, *args: str, patience: int, **env: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]
    environment = {**os.environ, "PYTHONPATH": str(copy_of), "PYTHONDONTWRITEBYTECODE": "1", **env}
    try:
        done = subprocess.run(
            command, cwd=copy_of, env=environment, timeout=patience, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return 1
    if "MUTANTS_MAP" in env and not Path(env["MUTANTS_MAP"]).exists():
        sys.exit(f"the tests did not run:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return done.returncode


def _map(copy_of: Path) -> tuple[dict[str, dict[str, list[str]]], dict[str, float]]:
    """Which tests meet which line, and how long (s) each test takes."""
    (copy_of / "mutants_recorder.py").write_text(RECORDER)
    noted = copy_of / "mutants.json"
    left_out = [f"--ignore={path}" for path in SLOW]
    _pytest(copy_of, "-p", "mutants_recorder", *left_out, patience=1800, MUTANTS_MAP=str(noted))
    read = json.loads(noted.read_text())
    if read["failed"]:
        print(f"left out, for they fail before anything is broken: {', '.join(read['failed'])}")
    return read["met"], read["took"]


def _tests(mutant: Mutant, met: dict[str, dict[str, list[str]]]) -> set[str]:
    """The tests that meet the line; those that meet the module, when it runs as the module is loaded."""
    lines = met.get(mutant.file, {})
    found = {test for test in lines.get(str(mutant.line), []) if test}
    return found or (
        {test for tests in lines.values() for test in tests if test} if str(mutant.line) in lines else set()
    )


def _noticed(copy_of: Path, mutant: Mutant, tests: list[str]) -> bool:
    source = (ROOT / mutant.file).read_text()
    target = copy_of / mutant.file
    target.write_text(mutated(source, mutant)[0])
    try:
        for at in (slice(0, AT_ONCE), slice(AT_ONCE, None)):
            chosen = copy_of / "chosen.txt"
            chosen.write_text("\n".join(tests[at]))
            if tests[at] and _pytest(copy_of, "-x", f"@{chosen}", patience=PATIENCE) != 0:
                return True
        return False
    finally:
        target.write_text(source)


def main(say: Callable[[str], None] = print) -> None:
    """Break, run, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--under", default="emulator", help="only modules under this path")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy_of = Path(folder) / "copy"
        shutil.copytree(ROOT, copy_of, ignore=NOT_COPIED)
        say("which tests meet which line ...")
        met, took = _map(copy_of)
        mutants = [mutant for mutant in candidates() if mutant.file.startswith(asked.under)]
        chosen = random.Random(asked.seed).sample(mutants, min(asked.sample, len(mutants)))
        survived = []
        for count, mutant in enumerate(chosen, 1):
            began = time.perf_counter()
            tests = sorted(_tests(mutant, met), key=lambda test: took.get(test, 0))
            noticed = _noticed(copy_of, mutant, tests)
            _, before, after = mutated((ROOT / mutant.file).read_text(), mutant)
            word = "noticed" if noticed else "SURVIVED" if tests else "NOT MET"
            spent = f"{time.perf_counter() - began:.0f} s"
            where = f"{mutant.file}:{mutant.line} {mutant.how}"
            line = f"{count:3}/{len(chosen)} {word:8} {spent:>5}  {where}: {before[:70]!r} -> {after[:70]!r}"
            say(line)
            if not noticed:
                survived.append(line)
        say(f"\n{len(chosen) - len(survived)} of {len(chosen)} noticed; seed {asked.seed}")
        for line in survived:
            say(line)


if __name__ == "__main__":
    main()
