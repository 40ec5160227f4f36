"""`exec`: a command beside a pod that lives as long as it. `health`: whether one is up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.config import Settings
from emulator.home import ADDRESS
from emulator.server import Background, no_proxy
from emulator.stage import report as reports
from emulator.start import Made, make

if TYPE_CHECKING:
    from emulator.world.world import World

_NOT_FOUND, _NOT_EXECUTABLE, _SIGNALLED = 127, 126, 128
_FORWARDED = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at when the command has ended."""

    report: Path | None
    baseline: Path | None
    unused: bool
    refused: bool


def run_beside(command: tuple[str, ...], flags: Mapping[str, Any], world: World, asked: Asked) -> int:
    """Run a command while a pod is served; its exit code, or 1 when it was 0 and something else was found."""
    own_home = flags["home"] is None
    home = Path(tempfile.mkdtemp(prefix="symphony-emulator-")) if own_home else flags["home"]
    try:
        made = make(Settings(**{**flags, "home": home}), world)
        server = Background(made.site(), flags["host"], made.tls, bound=made.bound)
        server.start()
        try:
            code = _run(command, {**os.environ, **environment(made.url, made.home.path, made.token)})
            found = server.do(lambda: _looked_at(made, asked))
        finally:
            server.stop()
            made.close()
    finally:
        if own_home:
            shutil.rmtree(home, ignore_errors=True)
    for line in found:
        click.echo(line, err=True)
    return code or bool(found)


def environment(url: str, home: Path, token: str | None) -> dict[str, str]:
    """What a client finds in its environment."""
    found = {"SYMPHONY_EMULATOR_URL": url, "SYMPHONY_EMULATOR_HOME": str(home), **no_proxy()}
    if token is not None:
        found["SYMPHONY_EMULATOR_TOKEN"] = token
    return found


def _run(command: tuple[str, ...], variables: dict[str, str]) -> int:
    """The exit code of a command, as a shell has it. Signals that we get go to it."""
    try:
        process = subprocess.Popen(command, env=variables)  # noqa: S603 - what the caller asks us to run
    except FileNotFoundError:
        click.echo(f"exec: there is no command '{command[0]}'", err=True)
        return _NOT_FOUND
    except OSError as error:
        click.echo(f"exec: '{command[0]}' cannot be run: {error.strerror}", err=True)
        return _NOT_EXECUTABLE
    with _forwarded_to(process):
        code = process.wait()
    return code if code >= 0 else _SIGNALLED - code


@contextmanager
def _forwarded_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    before = {each: signal.signal(each, lambda number, _: process.send_signal(number)) for each in _FORWARDED}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _looked_at(made: Made, asked: Asked) -> list[str]:
    """Write the report; what makes the run fail, in words."""
    stage = made.stage
    answer = reports.report_of(stage.report, stage.granted(), stage.permission_match)
    found = reports.unused(answer) if asked.unused else []
    if asked.refused:
        found += reports.refusals(answer)
    try:
        if asked.baseline is not None:
            found += reports.more_than(answer, asked.baseline)
        if asked.report is not None:
            reports.written(answer, asked.report)
    except ValueError as error:
        found.append(str(error))
    return found


# --- health ---


def own_address() -> str:
    """Where `serve` serves: as it says in its home, or else under the variables of this process."""

    def flag(name: str, otherwise: str) -> str:
        return os.environ.get(f"SYMPHONY_EMULATOR_{name}", otherwise)

    with suppress(OSError, UnicodeDecodeError):
        return (Path(flag("HOME", ".symphony-emulator")).expanduser() / ADDRESS).read_text(encoding="utf-8").strip()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(flag("HOST", "127.0.0.1"), flag("HOST", "127.0.0.1"))  # noqa: S104
    scheme = "https" if flag("TLS", "").lower() in ("1", "true", "yes", "on", "t", "y") else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{flag('PORT', '8080')}"
