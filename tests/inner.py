"""pytest within a test: a suite of a user, run as they would, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pytest_run(*arguments: str | Path, workers: int = 0) -> subprocess.CompletedProcess[str]:
    """What pytest says of these suites, with our plugin and none but what it needs: the others of this environment take
    three seconds to load. That pytest finds the plugin by itself is seen in `test_packaging`."""
    plugins = ["-p", "emulator.testing.plugin"]
    if workers:
        plugins += ["-p", "xdist.plugin", "-n", str(workers)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
