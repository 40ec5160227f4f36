"""pytest and the command line within a test: run as a user would, in a process of its own.

Such a process is a fork of this one wherever it may be: loading all of it again and again took half of our time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pytest_run(*arguments: str | Path, workers: int = 0, fresh: bool = False) -> subprocess.CompletedProcess[str]:
    """What pytest says of these suites, with our plugin and none but what it needs. That pytest finds the plugin by
    itself is seen in `test_packaging`. Unless it is to be `fresh` or has workers it is a fork."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "emulator.testing.plugin", *map(str, arguments)]
    if not workers and not fresh:
        return _forked(lambda: _pytest(options))
    if workers:
        options += ["-p", "xdist.plugin", "-n", str(workers)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def _pytest(options: list[str]) -> int:
    import pytest

    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
        del os.environ[name]
    return int(pytest.main(options))


def cli_run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What `symphony-emulator` says and with which status it ends."""

    def call() -> int:
        from emulator.cli import cli

        try:
            cli.main([*map(str, arguments)], "symphony-emulator")
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return _forked(call)


def _forked(call: Callable[[], int]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
                code = call()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([], os.waitstatus_to_exitcode(status), out.read(), err.read())
