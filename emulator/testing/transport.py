"""An httpx transport that calls the ASGI app in this process, without a socket and without asking for `async`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from emulator.api.dispatch import CUT

if TYPE_CHECKING:
    from emulator.site import Site


class InProcess(httpx.BaseTransport):
    """Each request is one run of the app on an event loop of its own."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        path, _, query = request.url.raw_path.partition(b"?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": path,
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (request.url.host, request.url.port or 80),
        }
        started: dict[str, Any] = {}
        cut: list[bool] = []
        scope[CUT] = lambda: cut.append(True)
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if cut:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                chunks.append(message.get("body", b""))

        self._loop.run_until_complete(self._site(scope, receive, send))
        if cut:
            what = "peer closed connection without sending complete message body"
            raise httpx.RemoteProtocolError(what if started else "Server disconnected without sending a response.")
        return httpx.Response(started["status"], headers=started["headers"], content=b"".join(chunks))

    def close(self) -> None:
        self._loop.close()
