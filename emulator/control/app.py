"""The control plane as an ASGI app: the guard, then the routes."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Router

from emulator.api.dispatch import reason_header
from emulator.control import extension, plane
from emulator.control.guard import refusal

_ROUTES = [*plane.ROUTES, *extension.ROUTES]
_ROUTER = Router(_ROUTES, redirect_slashes=False)


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
        known = sorted({f"{'/'.join(sorted((route.methods or set()) - {'HEAD'}))} {route.path}" for route in _ROUTES})
        await _error(error.status_code, f"{error.detail}: the control plane has {', '.join(known)}")(
            scope, receive, send
        )
