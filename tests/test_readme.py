"""The README says what is so: its table is the table, its Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator import Emulator
from emulator.listing import as_markdown, entitlements_as_markdown, rows

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
    import subprocess
    import sys

    (tmp_path / "test_example.py").write_text(BLOCKS[1])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stdout
