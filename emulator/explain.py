"""What is asked of a call, and what would come of it: for whoever was refused and wonders why.

A call that names real things is tried on the world and thrown away again; of a call with `{placeholders}` it is told
what may be asked.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from emulator.access import login, permissions
from emulator.access.validity import doubt
from emulator.api import inside
from emulator.api.dispatch import endpoint_at, serve
from emulator.api.judging import needed_for
from emulator.stage.stage import Stage
from emulator.table.table import parameters
from emulator.world.errors import Invalid, Refused
from emulator.world.policy import RULES, overheard
from emulator.world.settings import CHOICES, worded
from emulator.world.users import SYSTEM, User

if TYPE_CHECKING:
    from emulator.table.table import Endpoint
    from emulator.world.apps import App
    from emulator.world.world import World

T = TypeVar("T")
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
    """All that is asked of a call, in order, how what is open is read there, and the answer where it was tried."""

    call: str
    summary: str
    steps: list[Step]
    choices: list[Step]
    status: int | None = None
    answer: str = ""
    reason: str = ""


def explain(
    world: World,
    username: str | None,
    app_id: str | None,
    method: str,
    path: str,
    data: str | None,
) -> Explanation:
    """What would be asked of this call. `{Trading Desk}` or `{bob}` in `path` or `data` stand for the id of that room
    or user. The call is tried on `world` itself: give it a world that nobody else uses. Logins are explained too;
    calls that need no session need no user. UnknownUser or another Refused where there is no such user or app."""
    user = None if username is None else world.users.named(username)
    app = None if app_id is None else world.apps.get(app_id)
    path = _NAMED.sub(lambda found: str(_id(world, found[1]) or found[0]), path)
    if data is not None:
        data = _NAMED_IN_JSON.sub(lambda found: _as_json(world, found), data)
    endpoint = endpoint_at(method, path.partition("?")[0])
    stage = Stage(world)
    stage.hold = 0  # an explanation does not wait for events
    if endpoint is None:
        told = Explanation(f"{method} {path}", "nothing is served there", [], [])
        return _tried(told, stage, _session_headers(stage, user, app) if user else {}, data, None)
    if endpoint.auth == "none":
        steps, headers = _login(stage, endpoint, user, app)
    elif user is None:
        raise Invalid(f"{endpoint.name} needs a session: say which user is in it")
    else:
        steps, headers = [_session(world, user, app)], _session_headers(stage, user, app)
        if app is not None and steps[0].holds:
            steps.append(_permission(world, app, endpoint))
    told = Explanation(endpoint.name, endpoint.summary, steps, _choices(world, endpoint))
    unnamed = any(f"{{{name}}}" in path for name in parameters(endpoint.path))
    if unnamed or (data is None and endpoint.body_required and (endpoint.form or endpoint.body is not None)):
        return replace(told, steps=[*steps, *_may_be_asked(endpoint)])
    if endpoint.auth == "session" and not steps[0].holds:
        return replace(told, status=401)
    return _tried(replace(told, call=f"{method} {path}"), stage, headers, data, endpoint)


def _session_headers(stage: Stage, user: User, app: App | None) -> dict[str, str]:
    session = stage.sessions.open(
        "obo" if app else "bot", subject=user.username, user=user.id, app=app.id if app else None
    )
    return {"sessionToken": session.token, "keyManagerToken": stage.sessions.open_key_manager(user.id)}


def _login(stage: Stage, endpoint: Endpoint, user: User | None, app: App | None) -> tuple[list[Step], dict[str, str]]:
    """What is asked of a login, and the headers with which it would come. What a signature proves is not made up."""
    if endpoint.logs_in is None:
        return [Step("session", "none is needed", True, "production/auth.md 6")], {}
    page = "production/auth.md 3"
    who, by = endpoint.logs_in
    how = "a JWT signed with its key" if by == "key" else "its client certificate"
    if who == "user":
        if app is None:
            says = "an app logs the user in, with the session of its own as sessionToken"
            return [Step("session", says, None, page)], {}
        valid = doubt(stage.world, None, app.id) is None
        headers = {"sessionToken": login.open_app_session(stage.sessions, app).token} if valid else {}
        return ([_session(stage.world, user, app)] if user is not None else [_works(stage, app, how)]), headers
    holder = app if who == "app" else user
    if holder is None:
        whose = "an enabled app" if who == "app" else "a service account that works"
        return [Step("session", f"{whose} shows {how}", None, page)], {}
    return [_works(stage, holder, how)], {}


def _works(stage: Stage, holder: App | User, how: str) -> Step:
    """Whether an app or an account can log in at all: what it shows for that is not known here."""
    if isinstance(holder, User):
        whose, but = f"service account '{holder.username}'", doubt(stage.world, holder.id, None)
        if holder.account_type != SYSTEM:
            but = "it is not a service account"
    else:
        whose, but = f"app '{holder.id}'", doubt(stage.world, None, holder.id)
    says = f"{whose} works, and shows {how}"
    if but is None and holder.public_key is None and how.startswith("a JWT"):
        but = "it has no public key here"
    return Step(
        "login", says if but is None else f"{says}. But {but}.", None if but is None else False, "production/auth.md 3"
    )


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


def _session(world: World, user: User, app: App | None) -> Step:
    if app is None:
        says, why_not = f"account '{user.username}' is not deactivated or suspended", doubt(world, user.id, None)
        says = says if why_not is None else f"{says}. But {why_not}."
        return Step("session", says, why_not is None, "production/pod.md 3.1")
    says = f"app '{app.id}' is enabled, installed for '{user.username}', whose account works, and may act for users"
    try:
        login.check_acting(world, app, user)
    except Refused as refused:
        return Step("session", f"{says}. But {refused.reason}.", False, "production/auth.md 6")
    return Step("session", says, True, "production/auth.md 6")


def _permission(world: World, app: App, endpoint: Endpoint) -> Step:
    try:
        needed = needed_for(world, endpoint)
    except Refused as refused:
        says = f"the endpoint is for apps that act on behalf of users. But {refused.reason}."
        return Step("permission", says, False, "production/pod.md 2.1")
    match = world.settings.permission_match
    joint = f" {'or' if match == 'any' else 'and'} "
    says = f"the app needs {joint.join(needed)}"
    try:
        permissions.check(app, needed, match)
    except Refused as refused:
        return Step("permission", f"{says}. But {refused.reason}.", False, "production/pod.md 2")
    return Step("permission", says, True, "production/pod.md 2")


def _choices(world: World, endpoint: Endpoint) -> list[Step]:
    """The choices that decide what this endpoint answers, and what the world has chosen."""
    found = []
    for name, choice in CHOICES.items():
        if endpoint.name in choice.at or (choice.field == "permission_match" and len(endpoint.permissions or ()) > 1):
            reading = getattr(world.settings, choice.field)
            says = f"{choice.decides}: {worded(reading)}; a world may set {choice.but(reading)}"
            found.append(Step(name, says, None, choice.source))
    return found


def _may_be_asked(endpoint: Endpoint) -> list[Step]:
    for line in ASKED.read_text(encoding="utf-8").splitlines():
        name, _, rules = line.partition("\t")
        if name == endpoint.name:
            found = (RULES[rule] for rule in rules.split())
            return [Step(rule.name, rule.says, None, f"{rule.basis.value}, {rule.page}") for rule in found]
    return []


def _tried(
    told: Explanation, stage: Stage, headers: dict[str, str], data: str | None, endpoint: Endpoint | None
) -> Explanation:
    """The call made in this process."""
    import httpx

    body: dict[str, Any] = {}
    if data is not None and endpoint is not None and endpoint.form:
        body["files"] = [(name, (None, str(value))) for name, value in _fields(data).items()]
    elif data is not None:
        body["content"] = data
        headers = {**headers, "Content-Type": "application/json"}
    method, _, path = told.call.partition(" ")
    request = httpx.Request(method, f"http://127.0.0.1:8080{path}", headers=headers, **body)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await serve(stage, scope, receive, send, scope["raw_path"].decode("latin-1"))

    calling = inside.call(app, method, request.url.raw_path, request.headers.raw, request.read())
    with overheard() as asked:
        answer = _at_once(calling)
    steps = list(told.steps)
    for each in asked:
        rule, refusal = each.rule, each.refusal
        says = rule.says if refusal is None else f"{rule.says} But {refusal.reason}."
        step = Step(rule.name, says, refusal is None, f"{rule.basis.value}, {rule.page}")
        if step not in steps:
            steps.append(step)
    reason = dict(answer.headers).get(b"x-emulator-reason", b"").decode()
    return replace(told, steps=steps, status=answer.status, answer=answer.content.decode(), reason=reason)


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run what has nothing to wait for, so that no other call comes in between; Invalid where it would wait."""
    try:
        work.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    work.close()
    raise Invalid("this call would wait for something, and cannot be tried")


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
    width = max((len(step.what) for step in [*explanation.steps, *explanation.choices]), default=0)
    for step in explanation.steps:
        mark = {True: "yes", False: "NO", None: "asks"}[step.holds]
        lines.append(f"  {mark:<4}  {step.what:<{width}}  {step.says}  ({step.source})")
    lines += [f"  open  {each.what:<{width}}  {each.says}  ({each.source})" for each in explanation.choices]
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
