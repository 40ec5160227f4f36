"""The control plane as an ASGI app: the guard, then the routes."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Router

from emulator.api.dispatch import reason_header
from emulator.control import (
    apps,
    behaviours,
    events,
    extension,
    faults,
    openapi,
    populate,
    requests,
    state,
    users,
    world,
    worlds,
)
from emulator.control.guard import refusal

_PARTS = (world, users, apps, populate, behaviours, state, faults, requests, events, extension, worlds, openapi)
ROUTES = [each for part in _PARTS for each in part.ROUTES]
_ROUTER = Router(ROUTES, redirect_slashes=False)


def _error(status: int, message: str) -> Response:
    return Response(
        orjson.dumps({"code": status, "message": message}),
        status,
        {"X-Emulator-Reason": reason_header(message).decode()},
        "application/json",
    )


async def serve(scope: Any, receive: Any, send: Any, *, token: str | None) -> None:
    """Answer one call to the control plane. `token` is what it needs on addresses other than loopback."""
    path = scope["path"]
    why_not = None if path == "/emulator/v1/health" else refusal(Headers(scope=scope), token)
    if why_not is not None:
        await _error(403, why_not)(scope, receive, send)
        return
    try:
        scope.setdefault("app", None)
        await _ROUTER(scope, receive, send)
    except HTTPException as error:
        await _error(error.status_code, f"{error.detail}: {_instead(path)}")(scope, receive, send)


def _instead(path: str) -> str:
    """What there is, for who asked for something else: the methods of this path, or the path most like it."""
    paths = {route.path for route in ROUTES}
    nearest = max(sorted(paths), key=lambda known: SequenceMatcher(None, path[:200], known).ratio())
    methods = sorted(method for route in ROUTES if route.path == nearest for method in route.methods or ())
    known = " or ".join(method for method in methods if method != "HEAD")
    return f"the control plane has {known} {nearest}, and {len(ROUTES)} calls in all, see docs/control-plane.md"
