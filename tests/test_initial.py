"""`init` writes a project that runs, and never overwrites."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from emulator.cli import cli
from emulator.seeding.load import load
from tests.inner import pytest_run


def test_what_init_writes_runs(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "symphony"
    done = CliRunner().invoke(cli, ["init", str(folder)])
    assert done.exit_code == 0, done.output
    assert f"wrote  {folder / 'world.yaml'}" in done.output
    assert f"next   pytest {folder}" in done.output
    assert load(folder / "world.yaml").companies.home.name == "Acme Capital"
    run = pytest_run("--rootdir", str(tmp_path), str(folder))
    assert "3 passed" in run.stdout, run.stdout


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("mine = 1\n")
    done = CliRunner().invoke(cli, ["init", str(tmp_path)])
    assert f"stays  {tmp_path / 'conftest.py'}" in done.output
    assert (tmp_path / "conftest.py").read_text() == "mine = 1\n"
    assert (tmp_path / "test_symphony.py").exists()
    again = CliRunner().invoke(cli, ["init", str(tmp_path)])
    assert again.output.count("stays") == 3
    blocked = CliRunner().invoke(cli, ["init", str(tmp_path / "conftest.py" / "below")])
    assert blocked.exit_code == 1
    assert "cannot be written" in blocked.output
