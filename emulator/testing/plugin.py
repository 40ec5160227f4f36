"""The pytest plugin: `symphony_pod`, restored before each test. Nothing is imported before a fixture is asked for.

Each worker of pytest-xdist has a pod of its own; their reports become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.stage.journal import Entry
    from emulator.stage.report import ReportAnswer
    from emulator.testing.emulator import Emulator

_SHOWN = 10
_STATUS: dict[int | None, str] = {0: "cut", None: "open"}
_PODS: list[Emulator] = []
"""Those that run in this process."""
_SEEN: dict[int, int] = {}
"""How many calls each had had when the test began."""
_REPORTS: list[Any] = []
"""Of those that ran in workers, or have ended before the session."""
_SCOPES: dict[str, Any] = {
    "function": pytest.Item,
    "class": pytest.Class,
    "module": pytest.Module,
    "package": pytest.Package,
    "session": pytest.Session,
}
_ITEM: list[pytest.Item] = []
"""The test that runs."""
_ENDING: list[tuple[Any, Emulator]] = []
"""Pods that are stopped before the session ends: when the tests of a node have run."""
_KEY = "symphony_calls"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symphony", "Symphony pod emulator")
    group.addoption(
        "--symphony-world",
        action="append",
        help="the world of symphony_pod: demo (default), empty, or a YAML file; several are merged in this order",
    )
    group.addoption(
        "--symphony-report",
        metavar="FILE",
        help="say at the end which permissions each app used, and write it to a file: .json, .md, or text",
    )
    group.addoption(
        "--symphony-baseline",
        metavar="FILE",
        help="a report (.json) that was kept: the run fails when an app needs a permission that it did not need there",
    )
    parser.addini(
        "symphony_world",
        "the world of symphony_pod, unless --symphony-world names one; a file beside this one, or under it;"
        " several, one a line, are merged in this order",
        type="linelist",
        default=["demo"],
    )


@pytest.fixture(scope="session")
def symphony_pod_factory() -> Iterator[Callable[..., Emulator]]:
    """Starts pods: `symphony_pod_factory(world="empty", users=200)`, with the arguments of `Emulator.start`.

    They are stopped at the end of `scope`: "function" (this test), "class", "module", "package", or "session", which it
    is unless said otherwise; or where `with symphony_pod_factory() as pod:` ends. Proxies let them alone.
    """
    from emulator.server import no_proxy
    from emulator.testing.emulator import Emulator

    started: list[Emulator] = []

    def start(world: Any = "demo", *, scope: str = "session", **options: Any) -> Emulator:
        if scope not in _SCOPES:
            pytest.fail(f"scope is one of {', '.join(_SCOPES)}, not {scope!r}", pytrace=False)
        pod = _made(lambda: Emulator.start(world, **options))
        started.append(pod)
        _PODS.append(pod)
        if scope != "session" and _ITEM and (node := _ITEM[-1].getparent(_SCOPES[scope])) is not None:
            _ENDING.append((node, pod))
        return pod

    with pytest.MonkeyPatch.context() as variables:
        for name, value in no_proxy().items():
            variables.setenv(name, value)
        yield start
    for pod in started:
        pod.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop the pods whose scope ends with this test, after the fixtures that used them."""
    yield
    still = set() if nextitem is None else set(nextitem.listchain())
    for ended in [each for each in _ENDING if each[0] not in still]:
        _ENDING.remove(ended)
        _end(ended[1])


def _end(pod: Emulator) -> None:
    """Stop a pod before the end of the session; what was called stays in the report."""
    pod.stop()
    _PODS.remove(pod)
    _REPORTS.append(pod.stage.report.as_plain(pod.granted()))


@pytest.fixture(scope="session")
def symphony_world(request: pytest.FixtureRequest) -> Any:
    """The world of symphony_pod, or several that are merged, as the options say; a conftest may override it."""
    return _worlds(request.config)


@pytest.fixture(scope="session")
def _symphony_pod_of_session(symphony_world: Any, symphony_pod_factory: Callable[..., Emulator]) -> Emulator:
    return symphony_pod_factory(symphony_world)


def _worlds(config: pytest.Config) -> list[str]:
    """The worlds that were asked for; those of the ini file are looked for beside it."""
    option: list[str] | None = config.getoption("--symphony-world")
    return option or [_beside(config, named) for named in config.getini("symphony_world")]


def _beside(config: pytest.Config, named: str) -> str:
    beside = config.inipath.parent / named if config.inipath is not None else None
    return str(beside) if beside is not None and beside.is_file() else named


@pytest.fixture
def symphony_pod(_symphony_pod_of_session: Emulator) -> Emulator:
    """A pod and agent on a port of its own, with the world as it was loaded and an empty journal."""
    pod = _symphony_pod_of_session
    pod.fresh()
    return pod


@pytest.hookimpl(tryfirst=True)
@pytest.fixture
def symphony_side(symphony_pod: Emulator) -> Iterator[Callable[..., Emulator]]:
    """Makes worlds beside that of symphony_pod, in its server: `symphony_side(["demo", "mine.yaml"], users=20)`, with
    the arguments of `Emulator.side`. They are gone after the test."""
    made: list[Emulator] = []

    def side(world: Any = None, **options: Any) -> Emulator:
        made.append(_made(lambda: symphony_pod.side(world, **options)))
        _PODS.append(made[-1])
        return made[-1]

    yield side
    for each in made:
        _end(each)


def _made(make: Callable[[], Emulator]) -> Emulator:
    """What is made; a failure of the test that says what was wrong with what was asked."""
    from emulator.seeding.source import WorldFileError

    try:
        return make()
    except WorldFileError as error:
        wrong = "\n  ".join([f"{error.source} has mistakes:", *map(str, error.mistakes)])
    except ValueError as error:
        wrong = str(error)
    pytest.fail(wrong, pytrace=False)  # out of the handler, so that what is shown is this alone


def pytest_runtest_setup(item: pytest.Item) -> None:
    _ITEM[:] = [item]
    _SEEN.clear()
    _SEEN.update({id(pod): pod.stage.journal.count for pod in _PODS})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if not report.failed or not _PODS:
        return report
    own = getattr(item, "funcargs", {}).get("symphony_pod")
    for pod in _PODS:
        calls = pod.stage.journal.since(_SEEN.get(id(pod), 0))
        if calls or pod is own:
            name = "symphony_pod" if pod is own else f"the pod at {pod.url}"
            report.sections.append((f"the last calls to {name}", _told(calls)))
    return report


def _told(calls: list[Entry]) -> str:
    lines = [
        f"{_STATUS.get(call.status, call.status):>4}  {call.method:<6} {call.path}"
        f"  ({call.user or 'nobody'}{' through ' + call.app if call.app else ''})"
        + (f"\n        because {call.reason}" if call.reason else "")
        for call in calls[-_SHOWN:]
    ]
    if len(calls) > _SHOWN:
        lines.insert(0, f"... {len(calls) - _SHOWN} before")
    return "\n".join(lines) or "none"


# --- the report ---


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    worker = getattr(session.config, "workeroutput", None)
    if worker is not None:
        worker[_KEY] = _all_reports()
        yield
        return
    _into_junit(session.config)
    yield
    if session.exitstatus == pytest.ExitCode.OK and _grown(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _REPORTS.extend(getattr(node, "workeroutput", {}).get(_KEY, ()))


def _into_junit(config: pytest.Config) -> None:
    """What each app needs, and was refused for, as properties of the suite in `--junitxml`."""
    from _pytest.junitxml import xml_key  # the fixture for it writes nothing in workers of pytest-xdist

    xml = config.stash.get(xml_key, None)
    if xml is None or not (_PODS or _REPORTS):
        return
    for app in _together()["apps"]:
        xml.add_global_property(f"symphony {app['app']} needs", " ".join(app["leastPrivilege"]))
        xml.add_global_property(f"symphony {app['app']} was refused for", " ".join(app["missing"]))


def _all_reports() -> list[Any]:
    return [*_REPORTS, *(pod.stage.report.as_plain(pod.granted()) for pod in _PODS)]


def _together() -> ReportAnswer:
    """What was called on all pods of all workers."""
    from emulator.api import rows as rows  # the controller of xdist has served no call, and reads the table
    from emulator.stage.report import Report, report_of

    together = Report()
    granted: dict[str, frozenset[str]] = {}
    for plain in _all_reports():
        granted |= together.add_plain(plain)
    return report_of(together, granted, _PODS[0].stage.permission_match if _PODS else "all")


def _grown(config: pytest.Config) -> list[str]:
    """What makes the run fail: permissions that are needed now and were not in the report that was kept."""
    baseline = config.getoption("--symphony-baseline")
    if not baseline or not (_PODS or _REPORTS):
        return []
    from emulator.stage.report import more_than

    try:
        return more_than(_together(), Path(baseline))
    except ValueError as error:
        return [str(error)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in _grown(config):
        terminalreporter.write_line(f"--symphony-baseline: {line}", red=True)
    wanted = config.getoption("--symphony-report")
    if not wanted or not (_PODS or _REPORTS):
        return
    from emulator.stage.report import as_text, written

    told = _together()
    terminalreporter.section("what was called on symphony_pod")
    terminalreporter.write(as_text(told))
    try:
        written(told, Path(wanted))
    except ValueError as error:
        terminalreporter.write_line(f"--symphony-report: {error}", red=True)
    else:
        terminalreporter.write_line(f"written to {wanted}")
