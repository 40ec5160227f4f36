"""The ASGI callable of the API: match, caller, permission, parse, endpoint, answer, journal.

One straight way, written for speed: no middleware, no request objects. The body is read before the endpoint function
starts, so that on the one event loop each call is atomic.
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import contextmanager, suppress
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NoReturn

from emulator.api import rows as rows  # fills the table
from emulator.api.call import Answer, Call, Left
from emulator.api.errors import answer_of
from emulator.api.forms import is_read_with_pauses, read_form
from emulator.api.judging import caller, permit
from emulator.api.texts import text
from emulator.api.writing import as_json, failure, reason_header
from emulator.api.writing import error as error_body
from emulator.table.router import Router
from emulator.table.table import Endpoint, routes
from emulator.world.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from emulator.access.caller import Caller
    from emulator.stage.faults import Fault, Throttle
    from emulator.stage.stage import Stage

log = logging.getLogger(__name__)

JSON = b"application/json"
CUT = "emulator.cut"
"""Where the server leaves, in the ASGI scope, what closes the connection."""
_ROUTER: Router[Endpoint] = Router(routes())
_GONE = "the client went away before its body had come"
_PLAIN = re.compile(rb"[!-~]{1,200}").fullmatch
_WARNING = (b"x-warning", b"This method is deprecated")


class _Refusal(Exception):
    """A refusal that is not the world's: of a path, a method, a size."""

    def __init__(self, status: int, message: str, reason: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(reason)
        self.status, self.message, self.reason, self.headers = status, message, reason, headers


class _Forced(Exception):
    """A fault answers in the place of the endpoint, or nobody does."""

    def __init__(self, fault: Fault, status: int, body: bytes, who: Caller | None) -> None:
        super().__init__(fault.id)
        self.fault, self.status, self.body, self.who = fault, status, body, who
        what = "the connection is dropped" if fault.drop else f"answers {status}"
        self.reason = f"{fault.id}: {what} because a test asked for it, see /emulator/v1/faults"
        headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers]
        if status == HTTPStatus.TOO_MANY_REQUESTS and not any(name == b"retry-after" for name, _ in headers):
            headers.append((b"retry-after", b"1"))
        self.headers = tuple(headers)


async def serve(stage: Stage, scope: Any, receive: Any, send: Any, path: str) -> None:
    """Answer one call to the API of a world. `path` is the raw path, without the prefix of the world."""
    began = perf_counter()
    journal = stage.journal
    if stage.behaving.waiting:
        stage.behaving.run()
    method: str = scope["method"]
    endpoint: Endpoint | None = None
    fault: Fault | None = None
    who: Caller | None = None
    call: Call | None = None
    why: Refused | None = None
    reason: str | None = None
    sent = b""
    notes: tuple[str, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type = JSON
    try:
        endpoint, parameters = _matched(method, path)
        # All that is waited for comes before the caller is looked up: a call acts with the rights of the moment.
        if endpoint.form or endpoint.body is not None:
            sent = await _read(receive, endpoint.limit)
        if stage.faults.all:
            fault = await _meet(stage, scope, path, endpoint, sent)
        if endpoint.auth == "session":
            who = caller(stage, scope["headers"], endpoint)
            if stage.throttle is not None:
                _throttled(stage, stage.throttle, who, endpoint)
            permit(stage, who, endpoint)
        call = Call(stage, endpoint, scope, parameters, who)
        if endpoint.query is not None:
            from emulator.api import parse  # with pydantic, which a start without such calls does not pay for

            cut = stage.world.settings.limit_above_maximum == "cut"
            call.query = parse.query(endpoint.query, scope["query_string"], cut=cut)
        if endpoint.form:
            call.form = await read_form(call.header(b"content-type"), sent)
            if who is not None and is_read_with_pauses(sent):
                call.judge()
                who = call.who
        elif endpoint.body is not None:
            call.body = _body(endpoint, sent)
        stage.world.begin()
        answer = (endpoint.function or _not_built)(call)
        if type(answer) is CoroutineType:  # a long poll, the only calls that wait
            with _open(stage, scope, path, endpoint, who, sent), _watched(receive, call):
                answer = await answer
        if endpoint.deprecated:
            headers = (_WARNING,)
        notes = tuple(call.notes)
        if answer is None:
            status, body = 204, b""
        elif isinstance(answer, Answer):
            status, content_type, headers = answer.status, answer.content_type, headers + answer.headers
            body = (
                answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else as_json(answer.body)
            )
        else:
            status, body = 200, as_json(answer)
    except Left:
        status, body, reason = 0, b"", "the client went away while its call waited"
    except Refused as refused:
        why, reason, (status, error) = refused, refused.reason, answer_of(refused, endpoint)
        body = as_json(error)
    except _Refusal as refusal:
        status, reason, headers = refusal.status, refusal.reason, refusal.headers
        body = error_body(status, refusal.message)
        if endpoint is None or endpoint.function is None:
            stage.report.note_unknown(f"{method} {path}" if endpoint is None else endpoint.name, reason)
            endpoint = None
    except _Forced as forced:
        status, body, headers, reason, fault = forced.status, forced.body, forced.headers, forced.reason, forced.fault
        who, notes = forced.who, (f"answered by {forced.fault.id}",)
        content_type = b"application/json" if body[:1] in b'{["' else b"text/plain"
    except Exception as cause:
        log.exception("the emulator failed on %s %s", method, path)
        stage.take_back()
        status, reason = 500, f"the emulator itself failed, please report it; nothing was changed: {failure(cause)}"
        body = error_body(500, text("failed"))

    if stage.behaving.waiting:
        stage.behaving.run()
    try:
        stage.settle()
    except Exception as cause:
        log.exception("the state could not be kept")
        status, reason, content_type = 500, f"the state could not be kept, nothing was changed: {failure(cause)}", JSON
        body, headers = error_body(500, text("failed")), ()

    out: list[tuple[bytes, bytes]] = [(b"content-length", str(len(body)).encode()), (b"content-type", content_type)]
    if status == 204:
        out = []
    if headers:
        out.extend(headers)
    if reason is not None:
        out.append((b"x-emulator-reason", reason_header(reason)))
    for key, value in scope["headers"]:
        if key == b"x-trace-id" and _PLAIN(value):
            out.append((key, value))
            break
    app = None if who is None or who.app is None else who.app.id
    if endpoint is not None and who is not None:
        stage.report.note(app, endpoint, why)
    user = None if who is None else who.user.username
    if call is not None and who is None:
        app, user = call.about_app, call.about_user
    # Noted before it is sent: who has the answer finds it in the journal.
    journal.note(
        stage.world.clock.now(),
        (perf_counter() - began) * 1000,
        method,
        path,
        scope["query_string"].decode("latin-1"),
        endpoint,
        app,
        user,
        status,
        reason,
        notes,
        sent,
        body,
    )
    if fault is not None and (fault.drop or fault.half):
        await _break(scope, receive, send, b"" if fault.drop else body, status, out)
        return
    if not status:
        return
    await send({"type": "http.response.start", "status": status, "headers": out})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def _watched(receive: Any, call: Call) -> Iterator[None]:
    """See meanwhile whether the client goes away."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        call.left = True
        if call.on_left is not None:
            call.on_left()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


def _open(
    stage: Stage, scope: Any, path: str, endpoint: Endpoint, who: Caller | None, sent: bytes
) -> AbstractContextManager[None]:
    """As long as a call waits it is in the journal without a status."""
    user = None if who is None else who.user.username
    app = None if who is None or who.app is None else who.app.id
    query, now = scope["query_string"].decode("latin-1"), stage.world.clock.now()
    return stage.journal.waits(now, scope["method"], path, query, endpoint, app, user, sent)


async def _meet(stage: Stage, scope: Any, path: str, endpoint: Endpoint, sent: bytes) -> Fault | None:
    """The fault that a call meets, after its delay. One that answers by itself is raised."""
    who: Caller | None = None
    if endpoint.auth == "session":
        with suppress(Refused):
            who = caller(stage, scope["headers"], endpoint)
    fault = stage.faults.hit(scope["method"], path, endpoint, who)
    if fault is None:
        return None
    if fault.delay:
        with _open(stage, scope, path, endpoint, who, sent):
            await stage.waiting.pause(fault.delay / 1000)
    if fault.drop:
        raise _Forced(fault, 0, b"", who)
    if fault.status is None:
        return fault
    if fault.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        body = b""
    elif fault.body is None:
        known = fault.status in HTTPStatus.__members__.values()
        message = HTTPStatus(fault.status).phrase if known else "Fault"
        body = error_body(fault.status, message)
    else:
        body = fault.body.encode("utf-8", "replace") if isinstance(fault.body, str) else as_json(fault.body)
    raise _Forced(fault, fault.status, body, who)


def _throttled(stage: Stage, throttle: Throttle, who: Caller, endpoint: Endpoint) -> None:
    """_Refusal when a session calls too often (production/auth.md 5.3)."""
    wait = throttle.wait(who.session.token, stage.world.clock)
    if wait:
        status = throttle.agent_status if endpoint.service == "agent" else 429
        reason = f"more than {throttle.per_second:g} calls a second, the session may call again in {wait} s"
        raise _Refusal(status, text("often"), reason, ((b"retry-after", str(wait).encode()),))


async def _break(scope: Any, receive: Any, send: Any, body: bytes, status: int, out: list[tuple[bytes, bytes]]) -> None:
    """Send half of an answer, or nothing of it, and cut the connection."""
    if body:
        await send({"type": "http.response.start", "status": status, "headers": out})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    scope[CUT]()
    while (await receive())["type"] != "http.disconnect":
        pass


def endpoint_at(method: str, path: str) -> Endpoint | None:
    """The endpoint that is served at a raw path, None where there is none."""
    found = _ROUTER.match(method, path)
    return None if found is None else found[0]


def _matched(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    found = _ROUTER.match(method, path)
    if found is not None:
        return found
    if method == "HEAD":
        found = _ROUTER.match("GET", path)
        if found is not None:
            return found
    official = _official().match(method, path)
    if official is not None:
        name, _ = official
        return _unbuilt(name), {}
    allowed = _ROUTER.methods(path) or _official().methods(path)
    if allowed:
        raise _Refusal(
            405,
            text("method"),
            f"{path} takes {', '.join(allowed)}, not {method}",
            ((b"allow", ", ".join(allowed).encode()),),
        )
    raise _Refusal(404, text("unknown"), f"nothing is served at {path}, the nearest is {_nearest(path)}")


def _nearest(path: str) -> str:
    """The known path that looks most like this one, and in what it differs."""
    nearest = _ROUTER.nearest(path)
    told = f"{' or '.join(_ROUTER.methods(nearest))} {nearest}"
    given, known = path.strip("/").split("/"), nearest.strip("/").split("/")
    if len(given) != len(known):
        return f"{told}, which has {len(known)} segments and not {len(given)}"
    odd = [(one, other) for one, other in zip(given, known, strict=True) if one != other and other[:1] != "{"]
    return ", ".join([told, *(f"'{one}' is '{other}' there" for one, other in odd)])


@lru_cache(maxsize=1)
def _official() -> Router[str]:
    from emulator.table.official import operations

    return Router(operations())


@lru_cache(maxsize=512)
def _unbuilt(name: str) -> Endpoint:
    method, _, path = name.partition(" ")
    return Endpoint(
        method=method,
        path=path,
        permissions=None,
        auth="session",
        function=None,
        body=None,
        body_required=False,
        form=False,
        query=None,
        returns="",
        success=(200,),
        missing=400,
        aliases=(),
        deprecated=False,
        most_bytes=None,
        summary="an operation of the official specification",
    )


def _not_built(call: Call) -> NoReturn:
    name = call.endpoint.name
    raise _Refusal(404, text("not built", name), f"{name} is not emulated: {call.endpoint.summary}")


async def _read(receive: Any, limit: int) -> bytes:
    """The whole body, bounded; Invalid when the client goes away before it has come."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Invalid(_GONE)
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        chunks, size = [body], len(body)
        while message.get("more_body", False) and size <= limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Invalid(_GONE)
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
        body = b"".join(chunks)
    if len(body) > limit:
        raise _Refusal(413, text("large"), f"the body has more than {limit} bytes")
    return body


def _body(endpoint: Endpoint, content: bytes) -> Any:
    if content.strip() in (b"", b"null"):
        if endpoint.body_required:
            raise Invalid("the call needs a JSON body")
        return None
    from emulator.api import parse

    return parse.body(endpoint.body or "", content)
