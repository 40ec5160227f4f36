"""The control plane as an ASGI app: the guard, then the routes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Router

from emulator.api.writing import as_json, failure, reason_header
from emulator.control import (
    apps,
    behaviours,
    events,
    explain,
    extension,
    faults,
    keys,
    openapi,
    populate,
    requests,
    state,
    users,
    world,
    worlds,
)
from emulator.control.guard import check
from emulator.control.parts import ControlCall, refused
from emulator.world.errors import Refused

log = logging.getLogger(__name__)

_PARTS = (
    world,
    users,
    apps,
    populate,
    behaviours,
    state,
    faults,
    keys,
    requests,
    events,
    explain,
    extension,
    worlds,
    openapi,
)
CALLS: list[ControlCall] = [each for part in _PARTS for each in part.CALLS]
_ROUTER = Router([each.route() for each in CALLS], redirect_slashes=False)
_OPEN = {each.path for each in CALLS if not each.guarded}


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        as_json({"code": status, "message": message}),
        status,
        {**(headers or {}), "X-Emulator-Reason": reason_header(message).decode()},
        "application/json",
    )


async def serve(scope: Any, receive: Any, send: Any, *, token: str | None, advertised: str | None = None) -> None:
    """Answer one call to the control plane. `token` is what it needs on addresses other than loopback, `advertised` the
    address by which clients are told to call."""
    path = scope["path"]
    began = False

    async def noted(message: Any) -> None:
        nonlocal began
        began = True
        await send(message)

    try:
        if path not in _OPEN:
            check(Headers(scope=scope), scope.get("scheme", "http"), token, advertised)
        scope.setdefault("app", None)
        await _ROUTER(scope, receive, noted)
    except Refused as refusal:
        await refused(refusal)(scope, receive, send)
    except HTTPException as error:
        await _error(error.status_code, f"{error.detail}: {_instead(path)}", error.headers)(scope, receive, send)
    except ClientDisconnect:
        log.debug("a client went away from %s", path)
    except Exception as error:
        log.exception("the control plane failed on %s %s", scope["method"], path)
        if not began:
            why = f"the emulator itself failed, please report it; nothing was changed: {failure(error)}"
            await _error(500, why)(scope, receive, send)


def _instead(path: str) -> str:
    """What there is, for who asked for something else: the methods of this path, or the path most like it."""
    paths = {each.path for each in CALLS}
    nearest = max(sorted(paths), key=lambda known: SequenceMatcher(None, path[:200], known).ratio())
    known = " or ".join(sorted(each.method for each in CALLS if each.path == nearest))
    return f"the control plane has {known} {nearest}, and {len(CALLS)} calls in all, see docs/control-plane.md"
