"""The examples are run, as far as this machine can."""

from __future__ import annotations

import re
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


CI_FILES = {path.name: yaml.safe_load(path.read_text()) for path in sorted((EXAMPLES / "ci").glob("*.yml"))}
JOBS = {
    **CI_FILES["github-actions.yml"]["jobs"],
    **{f"gitlab {name}": job for name, job in CI_FILES["gitlab-ci.yml"].items()},
}


def steps_of(job: Any) -> list[str]:
    parts = [line for part in ("before_script", "script", "after_script") for line in job.get(part, [])]
    return parts + [step["run"] for step in job.get("steps", []) if "run" in step]


def test_compose_and_ci_files_set_what_there_is() -> None:
    known = {option for param in cli.commands["serve"].params for option in param.opts}
    compose = yaml.safe_load((EXAMPLES / "docker-compose.yml").read_text())["services"]["symphony"]
    assert flags_of(compose["command"]) <= known
    text = "".join(path.read_text() for path in [EXAMPLES / "docker-compose.yml", *(EXAMPLES / "ci").glob("*.yml")])
    variables = set(re.findall(r"SYMPHONY_EMULATOR_(\w+)", text))
    assert {f"--{name.lower().replace('_', '-')}" for name in variables} <= known
    of_exec = {option for param in cli.commands["exec"].params for option in param.opts}
    (beside,) = [step for job in JOBS.values() for step in steps_of(job) if "symphony-emulator exec" in step]
    assert flags_of(shlex.split(beside.partition(" -- ")[0])) <= of_exec


def test_ci_files_call_what_there_is() -> None:
    with Emulator.start() as pod, pod.client() as client:
        for step in [step for job in JOBS.values() for step in steps_of(job) if "/emulator/v1/" in step]:
            path = step.split("8080")[1].split("'")[0].split()[0]
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("name", JOBS)
def test_ci_is_closed_to_whoever_takes_the_name(name: str) -> None:
    job = JOBS[name]
    installs = [step for step in steps_of(job) if "pip install" in step]
    assert all("symphony" not in step for step in installs), "nothing is fetched by name"
    vendored = [step for step in installs if "vendor/emulator" in step]
    assert all("--no-index --no-deps --require-hashes" in step for step in vendored)
    services = job.get("services", [])
    images = (
        [each["image"] for each in services.values()]
        if isinstance(services, dict)
        else [each["name"] for each in services]
    )
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in images)
    assert vendored or images
