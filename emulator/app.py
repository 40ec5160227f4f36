"""Site: one ASGI app out of the API and the control plane, for one world or for many side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from emulator.api.dispatch import serve
from emulator.api.stage import Stage

_PREFIX = "/worlds/"
_CONTROL = "/emulator/"


class Site:
    """The ASGI app. Any path may be prefixed with `/worlds/NAME`; without it the main world answers."""

    def __init__(self, stage: Stage, *, control_token: str | None = None, https: bool = False) -> None:
        self.main = stage
        self.worlds: dict[str, Stage] = {}
        self.control_token = control_token
        self._scheme = "https" if https else "http"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        # The raw path keeps an escaped slash in an id apart from one between segments.
        raw = scope.get("raw_path")
        path: str = raw.decode("latin-1") if raw else scope["path"]
        stage = self.main
        prefix = ""
        if path.startswith(_PREFIX):
            name, slash, rest = path[len(_PREFIX) :].partition("/")
            found = self.worlds.get(unquote(name))
            if found is not None:
                stage, prefix, path = found, _PREFIX + name, slash + rest
        if path.startswith(_CONTROL):
            await self._control(stage, prefix, path, scope, receive, send)
        else:
            await serve(stage, scope, receive, send, path)

    async def _control(self, stage: Stage, prefix: str, path: str, scope: Any, receive: Any, send: Any) -> None:
        from emulator.control import app  # a server that is never controlled does not pay for it

        host = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")
        inner = {
            **scope,
            "path": unquote(path),
            "emulator.stage": stage,
            "emulator.site": self,
            "emulator.url": f"{scope.get('scheme', self._scheme)}://{host}{prefix}",
            "emulator.worlds": self.world_names,
        }
        await app.serve(inner, receive, send, token=self.control_token)

    def world_names(self) -> list[str]:
        return ["main", *self.worlds]


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
