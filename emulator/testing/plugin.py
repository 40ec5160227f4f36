"""The pytest plugin: `symphony_pod`, restored before each test. Nothing is imported before a fixture is asked for.

Each worker of pytest-xdist has a pod of its own; their reports become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.testing.emulator import Emulator

_SHOWN = 10
_STATUS: dict[int | None, str] = {0: "cut", None: "open"}
_PODS: list[Emulator] = []
"""All that ran in this process, for the report."""
_FROM_WORKERS: list[Any] = []
_KEY = "symphony_calls"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symphony", "Symphony pod emulator")
    group.addoption("--symphony-world", help="the world of symphony_pod: demo (default), empty, or a YAML file")
    group.addoption(
        "--symphony-report",
        metavar="FILE",
        help="say at the end which permissions each app used, and write it to a file: .json, .md, or text",
    )
    parser.addini("symphony_world", "the world of symphony_pod, unless --symphony-world names one", default="demo")


@pytest.fixture(scope="session")
def symphony_pod_factory() -> Iterator[Callable[..., Emulator]]:
    """Starts pods: `symphony_pod_factory(world="empty", users=200)`, with the arguments of `Emulator.start`. They are
    stopped at the end of the session."""
    from emulator.testing.emulator import Emulator

    started: list[Emulator] = []

    def start(world: Any = "demo", **options: Any) -> Emulator:
        pod = Emulator.start(world, **options)
        started.append(pod)
        _PODS.append(pod)
        return pod

    yield start
    for pod in started:
        pod.stop()


@pytest.fixture(scope="session")
def _symphony_pod_of_session(request: pytest.FixtureRequest, symphony_pod_factory: Callable[..., Emulator]) -> Emulator:
    world = request.config.getoption("--symphony-world") or request.config.getini("symphony_world")
    return symphony_pod_factory(world)


@pytest.fixture
def symphony_pod(_symphony_pod_of_session: Emulator) -> Emulator:
    """A pod and agent on a port of its own, with the world as it was loaded and an empty journal."""
    pod = _symphony_pod_of_session
    pod.fresh()
    return pod


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    pod = getattr(item, "funcargs", {}).get("symphony_pod")
    if pod is not None and report.when == "call" and report.failed:
        report.sections.append(("the last calls to symphony_pod", _told(pod)))
    return report


def _told(pod: Emulator) -> str:
    calls = pod.requests()
    lines = [
        f"{_STATUS.get(call['status'], call['status']):>4}  {call['method']:<6} {call['path']}"
        f"  ({call['user'] or 'nobody'}{' through ' + call['app'] if call['app'] else ''})"
        + (f"\n        because {call['reason']}" if call["reason"] else "")
        for call in calls[-_SHOWN:]
    ]
    if len(calls) > _SHOWN:
        lines.insert(0, f"... {len(calls) - _SHOWN} before")
    return "\n".join(lines) or "none"


# --- the report ---


def pytest_sessionfinish(session: pytest.Session) -> None:
    worker = getattr(session.config, "workeroutput", None)
    if worker is not None and _PODS:
        worker[_KEY] = [pod.stage.report.as_plain(pod.granted()) for pod in _PODS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _FROM_WORKERS.extend(getattr(node, "workeroutput", {}).get(_KEY, ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    wanted = config.getoption("--symphony-report")
    if not wanted or not (_PODS or _FROM_WORKERS):
        return
    import json

    from emulator.api import rows as rows  # the controller of xdist has served no call, and reads the table
    from emulator.stage.report import Report, as_markdown, as_text, report_of

    together = Report()
    granted: dict[str, frozenset[str]] = {}
    for plain in [*_FROM_WORKERS, *(pod.stage.report.as_plain(pod.granted()) for pod in _PODS)]:
        granted |= together.add_plain(plain)
    told = report_of(together, granted, _PODS[0].stage.permission_match if _PODS else "all")
    terminalreporter.section("what was called on symphony_pod")
    terminalreporter.write(as_text(told))
    path = Path(wanted)
    text = {".json": lambda: json.dumps(told, indent=2) + "\n", ".md": lambda: as_markdown(told)}
    path.write_text(text.get(path.suffix, lambda: as_text(told))(), encoding="utf-8")
    terminalreporter.write_line(f"written to {path}")
