"""`exec -- CMD` runs a command beside a pod, and `health` says whether one is up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli import cli
from tests.test_start import COMMAND

CALL = """
import json, os, sys, urllib.request as r
url = os.environ["SYMPHONY_EMULATOR_URL"]
assert "127.0.0.1" in os.environ["NO_PROXY"].split(",")
assert os.path.isfile(os.environ["SYMPHONY_EMULATOR_HOME"] + "/bdk/config.yaml")
headers = {"Authorization": "Bearer " + os.environ.get("SYMPHONY_EMULATOR_TOKEN", "")}
def call(path, body=None, **more):
    return json.load(r.urlopen(r.Request(url + path, body and json.dumps(body).encode(), {**headers, **more})))
token = call("/emulator/v1/tokens", {"user": "alice", "app": "acme-reader"})["token"]
call("/pod/v2/sessioninfo", sessionToken=token)
try:
    call("/pod/v1/im/create", [1], sessionToken=token)
except r.HTTPError:
    pass
print(os.environ["SYMPHONY_EMULATOR_HOME"])
sys.exit(int(sys.argv[1]))
"""


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Beside = Callable[..., Done]


@pytest.fixture
def beside(capfd: pytest.CaptureFixture[str]) -> Beside:
    """`exec` in this process, with keys that need not be made; what it runs is a process."""

    def run(code: int, *flags: str, command: tuple[str, ...] = (sys.executable, "-c", CALL)) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(["exec", "--well-known-keys", *flags, "--", *command, str(code)], prog_name="symphony-emulator")
        return Done(int(ended.value.code or 0), *capfd.readouterr())

    return run


def test_the_exit_code_is_that_of_the_command_and_the_home_goes_again(beside: Beside) -> None:
    done = beside(7)
    assert (done.returncode, done.stderr) == (7, "")
    assert not Path(done.stdout.strip()).exists()


def test_what_makes_a_run_fail(beside: Beside, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = beside(0, "--report", str(report), "--fail-on-unused-permission", "--control-token", "secret")
    assert done.returncode == 1
    assert "acme-reader has LIST_USER_STREAMS, and did not use it" in done.stderr
    told = json.loads(report.read_text())
    assert told["apps"][0]["leastPrivilege"] == ["ACT_AS_USER", "GET_BASIC_USER_INFO"]
    same = beside(0, "--baseline", str(report), "--fail-on-refusal")
    assert same.returncode == 1
    assert "POST /pod/v1/im/create of acme-reader was refused, 1 of 1 calls" in same.stderr
    assert "before" not in same.stderr
    told["apps"][0]["alsoNeeded"] = []
    report.write_text(json.dumps(told))
    more = beside(0, "--baseline", str(report))
    assert (more.returncode, more.stderr) == (1, "acme-reader needs SEND_MESSAGES, and did not before\n")
    nowhere = beside(0, "--report", str(report / "below.md"))
    assert (nowhere.returncode, "cannot be written: " in nowhere.stderr) == (1, True)
    report.write_text("[]")
    assert "is no report in JSON" in beside(0, "--baseline", str(report)).stderr


def test_a_command_that_is_not_there(beside: Beside) -> None:
    done = beside(0, command=("no-such-command-here",))
    assert done.returncode == 127
    assert done.stderr == "exec: there is no command 'no-such-command-here'\n"


def test_sigterm_goes_to_the_command() -> None:
    code = "import signal as s, sys; s.signal(s.SIGTERM, lambda *_: sys.exit(5)); print('up', flush=True); s.pause()"
    process = subprocess.Popen(
        [*COMMAND, "exec", "--well-known-keys", "--", sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 5
    process.stdout.close()


def test_the_control_token_out_of_a_file(beside: Beside, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-a-file\n")
    assert beside(0, "--control-token-file", str(file)).returncode == 0
    both = beside(0, "--control-token-file", str(file), "--control-token", "x")
    assert (both.returncode, both.stdout) == (1, "")
    assert "not both" in both.stderr
    assert "printable ASCII" in beside(0, "--control-token", "ein Wort").stderr


@pytest.mark.parametrize("tls", [False, True])
def test_health_follows_the_variables_of_serve(tls: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMPHONY_EMULATOR_HOME", str(tmp_path))
    with Emulator.start(tls=tls, well_known_keys=True) as pod:
        monkeypatch.setenv("SYMPHONY_EMULATOR_PORT", pod.url.rpartition(":")[2])
        monkeypatch.setenv("SYMPHONY_EMULATOR_HOST", "0.0.0.0")
        monkeypatch.setenv("SYMPHONY_EMULATOR_TLS", str(tls).lower())
        up = CliRunner().invoke(cli, ["health"])
        assert (up.exit_code, "is up" in up.output) == (0, True)
        assert CliRunner().invoke(cli, ["health", "--url", pod.url]).exit_code == 0
    down = CliRunner().invoke(cli, ["health"])
    assert (down.exit_code, "is not up: " in down.output) == (1, True)
