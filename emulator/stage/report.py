"""The report: which permissions an app used, which it was refused for, and the fewest that would have done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from emulator.access.errors import PermissionMissing
from emulator.access.obo_also import OBO_ALSO
from emulator.access.permissions import ACT_AS_USER
from emulator.table.table import TABLE, Endpoint
from emulator.world.errors import EntitlementMissing, RoleMissing

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.access.permissions import Match
    from emulator.world.errors import Refused

MOST_UNKNOWN = 200
OK, REFUSED = "ok", "refused"
NO_APP = "(accounts of their own)"

Key = tuple[str, str, str]
"""An app, an endpoint, and what came of the call: ok, refused, or what was missing."""


class Report:
    """Counts of what was called, by app, endpoint and outcome: bounded by the table."""

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.unknown: dict[tuple[str, str], int] = {}

    def note(self, app: str | None, endpoint: Endpoint, refused: Refused | None) -> None:
        key = (app or NO_APP, endpoint.name, OK if refused is None else _outcome(refused))
        self.counts[key] = self.counts.get(key, 0) + 1

    def note_unknown(self, call: str, why: str) -> None:
        """A call to what is not emulated, or does not exist."""
        key = (call, why)
        if key in self.unknown or len(self.unknown) < MOST_UNKNOWN:
            self.unknown[key] = self.unknown.get(key, 0) + 1

    def as_plain(self, granted: Mapping[str, Iterable[str]]) -> list[Any]:
        """All of it in lists, for another process, with the permissions that apps have."""
        return [
            [[*key, count] for key, count in self.counts.items()],
            [[*key, count] for key, count in self.unknown.items()],
            [[app, sorted(permissions)] for app, permissions in granted.items()],
        ]

    def add_plain(self, plain: list[Any]) -> dict[str, frozenset[str]]:
        """Add what another process counted; the permissions that apps had there."""
        counts, unknown, granted = plain
        for app, endpoint, outcome, count in counts:
            self.counts[app, endpoint, outcome] = self.counts.get((app, endpoint, outcome), 0) + count
        for call, why, count in unknown:
            self.unknown[call, why] = self.unknown.get((call, why), 0) + count
        return {app: frozenset(permissions) for app, permissions in granted}

    def clear(self) -> None:
        self.counts.clear()
        self.unknown.clear()


def _outcome(refused: Refused) -> str:
    match refused:
        case PermissionMissing():
            return f"permission {' '.join(refused.missing)}"
        case EntitlementMissing() if refused.entitlement:
            return f"entitlement {refused.entitlement}"
        case RoleMissing():
            return "role"
        case _:
            return REFUSED


class Called(TypedDict):
    endpoint: str
    ok: int
    refused: int


class AppReport(TypedDict):
    """Of one app: `leastPrivilege` is what would have sufficed for the calls that passed the permission check;
    `alsoNeeded` what those that did not were refused for."""

    app: str
    called: list[Called]
    used: list[str]
    unused: list[str]
    missing: dict[str, int]
    entitlements: dict[str, int]
    leastPrivilege: list[str]
    alsoNeeded: list[str]


class UnknownCall(TypedDict):
    call: str
    why: str
    count: int


class ReportAnswer(TypedDict):
    apps: list[AppReport]
    neverCalled: list[str]
    unknown: list[UnknownCall]


def report_of(report: Report, granted: Mapping[str, frozenset[str]], match: Match) -> ReportAnswer:
    """The report as data. `granted` are the permissions that apps have."""
    by_name = {row.name: row for row in TABLE}
    apps = sorted({app for app, _, _ in report.counts})
    called = {name for _, name, _ in report.counts}
    return {
        "apps": [_of_app(report, granted.get(app, frozenset()), app, by_name, match) for app in apps],
        "neverCalled": sorted(row.name for row in TABLE if row.permissions and row.name not in called),
        "unknown": [
            {"call": call, "why": why, "count": count} for (call, why), count in sorted(report.unknown.items())
        ],
    }


def _of_app(report: Report, granted: frozenset[str], app: str, by_name: dict[str, Endpoint], match: Match) -> AppReport:
    calls: dict[str, Called] = {}
    passed: dict[str, tuple[str, ...]] = {}
    missing: dict[str, int] = {}
    entitlements: dict[str, int] = {}
    for (whose, name, outcome), count in sorted(report.counts.items()):
        if whose != app:
            continue
        call = calls.setdefault(name, {"endpoint": name, "ok": 0, "refused": 0})
        call["ok" if outcome == OK else "refused"] += count
        kind, _, what = outcome.partition(" ")
        if kind == "permission":
            for permission in what.split():
                missing[permission] = missing.get(permission, 0) + count
            continue
        if name in by_name:
            passed[name] = by_name[name].permissions or OBO_ALSO.get(name, ())
        if kind == "entitlement":
            entitlements[what] = entitlements.get(what, 0) + count
    least = _least(list(passed.values()), match) if app != NO_APP else set()
    return {
        "app": app,
        "called": sorted(calls.values(), key=lambda call: call["endpoint"]),
        "used": sorted(least & granted),
        "unused": sorted(granted - least),
        "missing": missing,
        "entitlements": entitlements,
        "leastPrivilege": sorted(least),
        "alsoNeeded": sorted(set(missing) - least),
    }


def _least(needs: list[tuple[str, ...]], match: Match) -> set[str]:
    """The fewest permissions that satisfy all that was needed: each of them, or of each need any one."""
    if not needs:
        return set()
    if match == "all":
        return {ACT_AS_USER}.union(*needs)
    least = {ACT_AS_USER}.union(*(need for need in needs if len(need) == 1))
    for need in sorted(needs):
        if need and not least.intersection(need):
            least.add(max(need, key=lambda permission: sum(permission in other for other in needs)))
    return least


def written(answer: ReportAnswer, path: Path) -> None:
    """Write a report as the name of the file asks for it: .json, .md, or text. Its folder is made; ValueError says why
    it cannot be written."""
    import orjson

    if path.suffix == ".json":
        text = orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    else:
        text = as_markdown(answer) if path.suffix == ".md" else as_text(answer)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None


def more_than(answer: ReportAnswer, path: Path) -> list[str]:
    """What apps need now and did not when the report in this file (.json) was written, in words; ValueError when it is
    no report."""
    import orjson

    try:
        apps = orjson.loads(path.read_bytes())["apps"]
        before = {app["app"]: {*app["leastPrivilege"], *app["alsoNeeded"]} for app in apps}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no report in JSON: {error}") from None
    return [
        f"{app['app']} needs {name}, and did not before"
        for app in answer["apps"]
        if app["app"] != NO_APP
        for name in sorted(({*app["leastPrivilege"], *app["alsoNeeded"]}) - before.get(app["app"], set()))
    ]


def unused(answer: ReportAnswer) -> list[str]:
    """Of the apps that called: what they have and did not use, in words."""
    return [f"{app['app']} has {name}, and did not use it" for app in answer["apps"] for name in app["unused"]]


def refusals(answer: ReportAnswer) -> list[str]:
    """The calls that were refused, and those of what there is not, in words."""
    told = [
        f"{call['endpoint']} of {app['app']} was refused, {call['refused']} of {call['ok'] + call['refused']} calls"
        for app in answer["apps"]
        for call in app["called"]
        if call["refused"]
    ]
    return told + [f"{each['call']}: {each['why']}" for each in answer["unknown"]]


def as_text(answer: ReportAnswer) -> str:
    """The report as aligned columns for a terminal."""
    lines = []
    for app in answer["apps"]:
        lines += [app["app"], f"  {'endpoint':<60} {'ok':>6} {'refused':>8}"]
        lines += [f"  {call['endpoint']:<60} {call['ok']:>6} {call['refused']:>8}" for call in app["called"]]
        lines += [f"  {what:<22} {', '.join(names) or '-'}" for what, names in _rows(app)] + [""]
    if answer["unknown"]:
        lines.append("not emulated, or not there")
        lines += [f"  {each['call']:<60} {each['count']:>6}  {each['why']}" for each in answer["unknown"]]
    return "\n".join(lines).rstrip() + "\n" if lines else "nothing was called\n"


def _rows(app: AppReport) -> list[tuple[str, list[str]]]:
    rows = [
        ("entitlements missing", [f"{name} ({count})" for name, count in app["entitlements"].items()]),
    ]
    if app["app"] == NO_APP:
        return rows
    return [
        ("permissions used", app["used"]),
        ("granted, never used", app["unused"]),
        ("refused for want of", [f"{name} ({count})" for name, count in app["missing"].items()]),
        *rows,
        ("least privilege", app["leastPrivilege"]),
        ("it would also need", app["alsoNeeded"]),
    ]


def as_markdown(answer: ReportAnswer) -> str:
    """The report as Markdown."""
    lines = ["# What was called", ""]
    for app in answer["apps"]:
        lines += [f"## {app['app']}", "", "| endpoint | ok | refused |", "| --- | ---: | ---: |"]
        lines += [f"| `{call['endpoint']}` | {call['ok']} | {call['refused']} |" for call in app["called"]]
        lines += [""] + [f"- {what}: {', '.join(f'`{name}`' for name in names) or '-'}" for what, names in _rows(app)]
        lines.append("")
    if answer["unknown"]:
        lines += ["## Not emulated, or not there", "", "| call | count | why |", "| --- | ---: | --- |"]
        lines += [f"| `{each['call']}` | {each['count']} | {each['why']} |" for each in answer["unknown"]]
    return "\n".join(lines).rstrip() + "\n"
