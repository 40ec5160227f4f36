"""The README and the pages of docs/ say what is so: each of their blocks is run, each of their links leads somewhere.

How a block is run is told by its language:

python   run with a pod serving, in the order of the page; with tests in it, given to pytest. `.symphony-emulator` is
         that pod's home.
sh       with `$POD` in it, run by a shell with a pod serving. Otherwise its commands are looked at, not run.
console  `$ symphony-emulator ...` says what stands below it.
output   what the block above printed; `...` stands for anything.
yaml     is a world file, and loads.
json     is JSON.
java, ts stands in a file of examples/, which .ci/run runs.
text     is not run.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli import cli
from emulator.control import plane as control
from emulator.seeding.file import read
from emulator.seeding.load import build
from tests.inner import pytest_run
from tests.test_examples import EXAMPLES, flags_of

ROOT = Path(__file__).parents[1]
_FILES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in _FILES}
_BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCKS = {name: [(found[1], found[2]) for found in _BLOCK.finditer(text)] for name, text in PAGES.items()}


def looks_like(expected: str, printed: str) -> bool:
    """Whether a text is the expected one, where `...` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def run_python(code: str, names: dict[str, Any], pod: Emulator) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code.replace(".symphony-emulator", str(pod.home)), "page", "exec"), names)
    return printed.getvalue()


def run_tests(code: str, folder: Path) -> str:
    (folder / "test_page.py").write_text(code)
    done = pytest_run(folder)
    assert done.returncode == 0, done.stdout
    assert f"{len(re.findall('^def test_', code, re.MULTILINE))} passed" in done.stdout
    return done.stdout


def run_shell(script: str, pod: Emulator) -> str:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "POD": pod.url}
    done = subprocess.run(["sh", "-eu"], input=script, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def look_at(script: str) -> None:
    """That commands which are not run here call what there is."""
    for line in re.split(r"\n|&&|;", script.replace("\\\n", " ")):
        words = shlex.split(line, comments=True)
        if words[:1] == ["symphony-emulator"]:
            named = words[1] if len(words) > 1 and words[1] in cli.commands else "serve"
            known = {option for param in cli.commands[named].params for option in param.opts}
            own = words[: words.index("--")] if "--" in words else words  # what follows is another command's
            assert flags_of(own) <= known, line
        elif words[:2] == ["python", "-m"]:
            assert (ROOT / (words[2].replace(".", "/") + ".py")).exists() or words[2] in ("pytest", "build", "venv"), (
                line
            )


def console(shown: str) -> None:
    command, _, below = shown.partition("\n")
    told = CliRunner().invoke(cli, shlex.split(command.removeprefix("$ symphony-emulator "))).output
    assert looks_like(below, told), told


@pytest.mark.parametrize("name", [name for name, blocks in BLOCKS.items() if blocks])
def test_each_block_of_a_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    names: dict[str, Any] = {}
    printed = ""
    with Emulator.start() as pod:
        for language, text in BLOCKS[name]:
            if language == "python":
                printed = run_tests(text, tmp_path) if "\ndef test_" in f"\n{text}" else run_python(text, names, pod)
            elif language == "sh" and "$POD" in text:
                printed = run_shell(text, pod)
            elif language == "sh":
                look_at(text)
            elif language == "console":
                console(text)
            elif language == "output":
                assert looks_like(text, printed), printed
            elif language == "yaml":
                (tmp_path / "world.yaml").write_text(text, encoding="utf-8")
                build(read(tmp_path / "world.yaml"))
            elif language == "json":
                json.loads(text)
            elif language in ("java", "ts"):
                assert any(text in each.read_text(encoding="utf-8") for each in EXAMPLES.rglob(f"*.{language}")), text
            else:
                assert language == "text", f"{name}: nobody knows how a block of '{language}' is run"


def test_links_lead_somewhere() -> None:
    for name, text in PAGES.items():
        for link in _LINK.findall(re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", text))):
            target, _, part = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = (ROOT / name).parent / target if target else ROOT / name
            assert file.exists(), f"{name} links to {link}"
            if part:
                assert part in anchors(file.read_text(encoding="utf-8")), f"{name} links to {link}"


def anchors(page: str) -> set[str]:
    """What can be linked to within a page: its headings, and the marks that it sets."""
    headings = re.findall(r"^#+ (.*)$", _BLOCK.sub("", page), re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', page))


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    readme = PAGES["README.md"]
    assert len(readme.splitlines()) < 150
    for name in PAGES:
        assert name == "README.md" or "/production/" in name or f"]({name})" in readme, name


def test_every_call_of_the_control_plane_is_told() -> None:
    table = PAGES["docs/control-plane.md"].partition("```sh")[0]
    for call in control.CALLS:
        first = call.path.removeprefix("/emulator/v1/").partition("/")[0]
        parts = re.findall(r"/([a-z][\w.-]*)", call.path.removeprefix("/emulator/v1"))
        told = all(re.search(rf"\b{re.escape(part)}\b", table) for part in parts)
        assert told or first == "extension-apps", f"tell of {call.path} in docs/control-plane.md"


def test_every_flag_is_told() -> None:
    for param in cli.commands["serve"].params:
        assert param.opts[0] in PAGES["docs/command-line.md"] or param.opts[0] == "--help", param.opts
