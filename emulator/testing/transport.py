"""httpx transports that call the ASGI app in this process, without a socket: one for each kind of client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from emulator.api import inside

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from emulator.site import Site


def _call(site: Site, request: httpx.Request, body: bytes) -> Coroutine[Any, Any, inside.Answered]:
    return inside.call(
        site,
        request.method,
        request.url.raw_path,
        request.headers.raw,
        body,
        scheme=request.url.scheme,
        server=(request.url.host, request.url.port or 80),
    )


def _response(answered: inside.Answered) -> httpx.Response:
    if answered.cut:
        what = "peer closed connection without sending complete message body"
        raise httpx.RemoteProtocolError(what if answered.status else "Server disconnected without sending a response.")
    return httpx.Response(answered.status, headers=answered.headers, content=answered.content)


class InProcess(httpx.BaseTransport):
    """Each request is one run of the app on an event loop of its own."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _response(self._loop.run_until_complete(_call(self._site, request, request.read())))

    def close(self) -> None:
        self._loop.close()
