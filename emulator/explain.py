"""What is asked of a call, and what would come of it: for whoever was refused and wonders why.

A call that names real things is tried on the world and thrown away again; of a call with `{placeholders}` it is told
what may be asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from emulator.access import login, permissions
from emulator.api.dispatch import endpoint_at
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.table.table import parameters
from emulator.world.errors import Invalid, Refused
from emulator.world.policy import RULES, overheard

if TYPE_CHECKING:
    from emulator.access.permissions import Match
    from emulator.table.table import Endpoint
    from emulator.world.users import User
    from emulator.world.world import World

ASKED = Path(__file__).parent / "table" / "asked.tsv"
"""The rules that each row asks of the world, as the tests have seen it."""
_HERE = Path(__file__).resolve().parent
PAGES = _HERE if (_HERE / "production").is_dir() else _HERE.parent / "docs"
"""Where the pages that are cited lie: beside this module in a wheel, in docs/ of the source."""
_NAMED = re.compile(r"\{([^{}\"]+)\}")
_NAMED_IN_JSON = re.compile(r"\"\{([^{}\"]+)\}\"")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is asked. `holds` is None where it is not known without a real call."""

    what: str
    says: str
    holds: bool | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is asked of a call, in order, and the answer where the call was tried."""

    call: str
    summary: str
    steps: list[Step]
    status: int | None = None
    answer: str = ""
    reason: str = ""


def explain(
    world: World, username: str, app_id: str | None, method: str, path: str, data: str | None, match: Match = "all"
) -> Explanation:
    """What would be asked of this call. `{Trading Desk}` or `{bob}` in `path` or `data` stand for the id of that room
    or user. UnknownUser or another Refused where there is no such user or app."""
    user = world.users.named(username)
    path = _NAMED.sub(lambda found: str(_id(world, found[1]) or found[0]), path)
    if data is not None:
        data = _NAMED_IN_JSON.sub(lambda found: _as_json(world, found), data)
    endpoint = endpoint_at(method, path.partition("?")[0])
    if endpoint is None:
        return _tried(Explanation(f"{method} {path}", "nothing is served there", []), world, user, app_id, data, None)
    steps = _session(world, user, app_id)
    if app_id is not None and steps[0].holds:
        steps.append(_permission(world, app_id, endpoint, match))
    told = Explanation(endpoint.name, endpoint.summary, steps)
    unnamed = any(f"{{{name}}}" in path for name in parameters(endpoint.path))
    if unnamed or (data is None and endpoint.body_required and (endpoint.form or endpoint.body is not None)):
        return replace(told, steps=[*steps, *_may_be_asked(endpoint)])
    if not steps[0].holds:
        return replace(told, status=401)
    return _tried(replace(told, call=f"{method} {path}"), world, user, app_id, data, endpoint, match)


def _id(world: World, name: str) -> str | int | None:
    """The id of a room or of a user, by name."""
    for company in world.companies.book:
        user = world.users.book.one_by("username", (company.id, name.casefold()))
        if user is not None:
            return user.id
    room = next((stream for stream in world.streams.book if stream.room and stream.room.name == name), None)
    return room.id if room else None


def _as_json(world: World, found: re.Match[str]) -> str:
    known = _id(world, found[1])
    return found[0] if known is None else orjson.dumps(known).decode()


def _session(world: World, user: User, app_id: str | None) -> list[Step]:
    if app_id is None:
        says = f"account '{user.username}' is not deactivated or suspended"
        return [Step("session", says, user.may_act(world.clock.now()), "production/pod.md 3.1")]
    app = world.apps.get(app_id)
    says = f"app '{app.id}' is enabled, installed for '{user.username}', whose account works, and may act for users"
    try:
        login.must_be_enabled(app)
        login.check_acting(world, app, user)
    except Refused as refused:
        return [Step("session", f"{says}. But {refused.reason}.", False, "production/auth.md 6")]
    return [Step("session", says, True, "production/auth.md 6")]


def _permission(world: World, app_id: str, endpoint: Endpoint, match: Match) -> Step:
    app = world.apps.get(app_id)
    if endpoint.permissions is None:
        says = "the endpoint is for apps that act on behalf of users. But it is not."
        return Step("permission", says, False, "production/pod.md 2.1")
    joint = f" {'or' if match == 'any' else 'and'} "
    says = f"the app needs {joint.join(endpoint.permissions)}"
    try:
        permissions.check(app, endpoint.permissions, match)
    except Refused as refused:
        return Step("permission", f"{says}. But {refused.reason}.", False, "production/pod.md 2")
    return Step("permission", says, True, "production/pod.md 2")


def _may_be_asked(endpoint: Endpoint) -> list[Step]:
    for line in ASKED.read_text(encoding="utf-8").splitlines():
        name, _, rules = line.partition("\t")
        if name == endpoint.name:
            found = (RULES[rule] for rule in rules.split())
            return [Step(rule.name, rule.says, None, f"{rule.basis.value}, {rule.page}") for rule in found]
    return []


def _tried(
    told: Explanation,
    world: World,
    user: User,
    app_id: str | None,
    data: str | None,
    endpoint: Endpoint | None,
    match: Match = "all",
) -> Explanation:
    """The call made in this process, on a world that nobody else uses."""
    import httpx

    from emulator.testing.transport import InProcess

    stage = Stage(world, permission_match=match)
    session = stage.sessions.open("obo" if app_id else "bot", subject=user.username, user=user.id, app=app_id)
    headers = {"sessionToken": session.token, "keyManagerToken": stage.sessions.open_key_manager(user.id)}
    body: dict[str, Any] = {}
    if data is not None and endpoint is not None and endpoint.form:
        body["files"] = [(name, (None, str(value))) for name, value in _fields(data).items()]
    elif data is not None:
        body["content"] = data
        headers["Content-Type"] = "application/json"
    method, _, path = told.call.partition(" ")
    transport = InProcess(Site(stage))
    with httpx.Client(base_url="http://127.0.0.1:8080", transport=transport) as client, overheard() as asked:
        answer = client.request(method, path, headers=headers, **body)
    steps = list(told.steps)
    for each in asked:
        rule, refusal = each.rule, each.refusal
        says = rule.says if refusal is None else f"{rule.says} But {refusal.reason}."
        step = Step(rule.name, says, refusal is None, f"{rule.basis.value}, {rule.page}")
        if step not in steps:
            steps.append(step)
    reason = answer.headers.get("X-Emulator-Reason", "")
    return replace(told, steps=steps, status=answer.status_code, answer=answer.text, reason=reason)


def _fields(data: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"--data is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Invalid("--data for a form is a JSON object of its fields")
    return fields


def as_text(explanation: Explanation) -> str:
    """An explanation in lines for a terminal."""
    lines = [f"{explanation.call}   {explanation.summary}", ""]
    width = max((len(step.what) for step in explanation.steps), default=0)
    for step in explanation.steps:
        mark = {True: "yes", False: "NO", None: "asks"}[step.holds]
        lines.append(f"  {mark:<4}  {step.what:<{width}}  {step.says}  ({step.source})")
    if explanation.status is None:
        lines += [
            "",
            "  Name what it is about and it is tried: {Trading Desk} and {bob} stand for ids, --data is the body.",
        ]
    elif explanation.answer:
        lines += ["", f"  would answer {explanation.status} {explanation.answer[:300]}"]
        if explanation.reason:
            lines.append(f"  because {explanation.reason}")
    else:
        lines += ["", f"  would answer {explanation.status}"]
    if any("production/" in step.source for step in explanation.steps):
        lines += ["", f"  The pages named production/... are in {PAGES}."]
    return "\n".join(lines)
