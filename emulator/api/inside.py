"""Calls of an ASGI app in this process, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from emulator.api.dispatch import CUT

App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. `status` is 0 where nothing came; `cut` where the connection was broken."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes
    cut: bool


async def call(
    app: App,
    method: str,
    target: bytes,
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    *,
    scheme: str = "http",
    server: tuple[str, int] = ("127.0.0.1", 80),
) -> Answered:
    """One call. `target` is the raw path with its query."""
    path, _, query = target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 0),
        "server": server,
    }
    started: dict[str, Any] = {}
    cut: list[bool] = []
    asked: list[bool] = []
    scope[CUT] = lambda: cut.append(True)
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        if not cut and asked:
            await asyncio.Event().wait()  # who calls waits for the answer, and goes not away
        asked.append(True)
        return {"type": "http.disconnect"} if cut else {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answered(started.get("status", 0), list(started.get("headers", ())), b"".join(chunks), bool(cut))
