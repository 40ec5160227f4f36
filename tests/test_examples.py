"""The examples are run, as far as this machine can."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator import Emulator
from emulator.cli import cli
from tests.inner import pytest_run

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("test_*.py")))
def test_a_suite_passes(name: str, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    side_by_side = name == "test_scenarios.py"
    done = pytest_run(f"--symphony-report={report}", EXAMPLES / name, workers=2 if side_by_side else 0)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "least privilege: `ACT_AS_USER`" in report.read_text()


def test_the_scenarios_are_short() -> None:
    assert len((EXAMPLES / "test_scenarios.py").read_text().splitlines()) <= 60


def test_the_walk_with_curl() -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    with Emulator.start() as pod:
        done = subprocess.run(
            ["sh", str(EXAMPLES / "walk.sh"), pod.url],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "NO_PROXY": "127.0.0.1"},
        )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "403\n  'alice' and 'dave' of another company are not connected" in done.stdout
    assert "  429\n  200\n" in done.stdout
    assert "ACT_AS_USER, GET_BASIC_CONTACT_INFO, GET_BASIC_USER_INFO, SEND_MESSAGES" in done.stdout


def flags_of(command: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in command if word.startswith("--")}


def test_compose_and_ci_files_call_what_there_is() -> None:
    known = {option for param in cli.commands["serve"].params for option in param.opts}
    compose = yaml.safe_load((EXAMPLES / "docker-compose.yml").read_text())
    assert flags_of(compose["services"]["symphony"]["command"]) <= known
    steps: list[str] = []
    github: Any = yaml.safe_load((EXAMPLES / "ci" / "github-actions.yml").read_text())
    for job in github["jobs"].values():
        steps += [step["run"] for step in job["steps"] if "run" in step]
    gitlab = yaml.safe_load((EXAMPLES / "ci" / "gitlab-ci.yml").read_text())
    for job in gitlab.values():
        steps += [line for part in ("before_script", "script", "after_script") for line in job.get(part, [])]
    served = [step for step in steps if "symphony-emulator --" in step]
    assert len(served) == 2
    for step in served:
        assert flags_of(shlex.split(step.split("symphony-emulator")[-1])) <= known
    with Emulator.start() as pod, pod.client() as client:
        for step in steps:
            if "/emulator/v1/" in step:
                path = step.split("8080")[1].split("'")[0].split()[0]
                assert client.get(path).status_code == 200, path
