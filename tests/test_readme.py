"""The README says what is so: its table is the table, its Python runs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli import cli
from emulator.control import app as control
from emulator.listing import as_markdown, entitlements_as_markdown, rows
from tests.test_examples import plugin

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_table_is_the_one_of_the_code() -> None:
    shown = README.partition("<!-- endpoints -->\n")[2].partition("<!-- /endpoints -->")[0]
    assert shown == as_markdown(rows()), "run python -m emulator.listing and paste what it prints"


def test_the_entitlements_are_those_of_the_code() -> None:
    shown = README.partition("<!-- entitlements -->\n")[2].partition("<!-- /entitlements -->")[0]
    assert shown == entitlements_as_markdown(), "run python -m emulator.listing and paste what it prints"


def test_messageml_alone(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(BLOCKS[2], "README.md", "exec"), {})
    assert 'data-entity-id="keyword1">#rates</span>' in capsys.readouterr().out


def test_the_bdk_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Emulator.start() as pod:
        exec(compile(BLOCKS[0].replace(".symphony-emulator", str(pod.home)), "README.md", "exec"), {})
    assert "Hello <b>bob</b>" in capsys.readouterr().out


def test_the_pytest_example_passes(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(BLOCKS[1])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *plugin(), str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_the_curl_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    (walk,) = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "$POD" in block]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Emulator.start() as pod:
        monkeypatch.setenv("POD", pod.url)
        done = subprocess.run(["sh", "-eu"], input=walk, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"hit":0' in done.stdout
    assert "suite-1" in done.stdout


def test_the_explained_example_is_what_explain_says() -> None:
    (shown,) = re.findall(r"```console\n\$ symphony-emulator (.*?)\n(.*?)```", README, re.DOTALL)
    told = CliRunner().invoke(cli, shlex.split(shown[0])).output
    for line in shown[1].splitlines():
        assert line.strip() == "..." or line in told.splitlines(), line


def test_every_call_of_the_control_plane_is_in_the_readme() -> None:
    table = README.partition("## The workbench")[2].partition("```sh")[0]
    for route in control.ROUTES:
        first = route.path.removeprefix("/emulator/v1/").partition("/")[0]
        assert first in table or first == "extension-apps", route.path


def test_every_flag_is_in_the_readme() -> None:
    for param in cli.commands["serve"].params:
        assert param.opts[0] in README or param.opts[0] == "--help", param.opts
