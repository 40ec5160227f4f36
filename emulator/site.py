"""Site: one ASGI app out of the API and the control plane, for one world or for many side by side."""

from __future__ import annotations

import gc
from asyncio import Lock
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from emulator.api.call import address
from emulator.api.dispatch import serve
from emulator.api.pictures import serve_picture
from emulator.api.writing import error, reason_header
from emulator.stage.stage import Stage
from emulator.world.errors import Invalid
from emulator.world.portraits import PREFIX
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.control.keys import Keys

_BESIDE = 2_000
"""Worlds beside the main one draw ids as if it had been started so many times."""
MOST_WORLDS = 1_000

_PREFIX = "/worlds/"
_CONTROL = "/emulator/"
_CONSOLE = "/console/"


class Site:
    """The ASGI app. Any path may be prefixed with `/worlds/NAME`; without it the main world answers. What it writes of
    its own address is the one that is `advertised`, or that by which the client called."""

    def __init__(
        self,
        stage: Stage,
        *,
        control_token: str | None = None,
        keys: Keys | None = None,
        advertised: str | None = None,
    ) -> None:
        self.main = stage
        self.worlds: dict[str, Stage] = {}
        self._made = 0
        self.making = Lock()
        self.control_token = control_token
        self.keys = keys
        self.advertised = advertised

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        if self.advertised is not None:
            scope["emulator.base"] = self.advertised
        # The raw path keeps an escaped slash in an id apart from one between segments.
        raw = scope.get("raw_path")
        path: str = raw.decode("latin-1") if raw else scope["path"]
        stage, prefix = self.main, ""
        if path.startswith(_PREFIX):
            name, slash, rest = path[len(_PREFIX) :].partition("/")
            found = self.worlds.get(unquote(name))
            if found is None:
                await self._no_world(unquote(name), send)
                return
            stage, prefix, path = found, _PREFIX + name, slash + rest
        if path.startswith(_CONTROL):
            await self._control(stage, prefix, path, scope, receive, send)
        elif path.startswith(PREFIX) and scope["method"] in ("GET", "HEAD"):
            await serve_picture(stage.world, path, send)
        elif (path in ("", "/") or path.startswith(_CONSOLE)) and scope["method"] in ("GET", "HEAD"):
            from emulator.console import pages  # nor does one that shows nobody a page

            await pages.serve_page(path, prefix, scope, send)
        else:
            await serve(stage, scope, receive, send, path)

    async def _control(self, stage: Stage, prefix: str, path: str, scope: Any, receive: Any, send: Any) -> None:
        from emulator.control import plane  # a server that is never controlled does not pay for it

        base = address(scope)
        inner = {
            **scope,
            "path": unquote(path),
            "emulator.stage": stage,
            "emulator.site": self,
            "emulator.base": base,
            "emulator.url": base + prefix,
        }
        await plane.serve(inner, receive, send, token=self.control_token, advertised=self.advertised)

    def close(self) -> None:
        """Let go of all that waits: the pod stops."""
        for stage in (self.main, *self.worlds.values()):
            stage.close()

    def world_names(self) -> list[str]:
        return ["main", *self.worlds]

    def must_be_new(self, name: str | None) -> str:
        """The name of a world to come, one that is free where none was given; Invalid where it cannot be."""
        if name is None:
            name = next(fresh for number in count(1) if (fresh := f"world-{number}") not in self.worlds)
        if name == "main" or name in self.worlds:
            raise Invalid(f"there is a world '{name}' already")
        if len(self.worlds) >= MOST_WORLDS:
            raise Invalid(f"there are {MOST_WORLDS} worlds already: delete one")
        return name

    def make_world(
        self, world: str | None = None, growth: tuple[int, int, int, int] | None = None, document: Any = None
    ) -> World:
        """The main world as it was loaded, or one that ships with the emulator, or a `document` (over that one), grown
        by so many users, rooms and messages with a seed (`growth`, in this order). It may be made beside the calls:
        nothing else is changed."""
        if world is None and document is None:
            made = World()
            made.restore(self.main.loaded)
            made.ids.reseed(f"{self.main.world.ids.seed} beside", _BESIDE)
        else:
            made = self._loaded(world, document)
            for app in list(made.apps.book):
                known = self.main.world.apps.book.get(app.id)
                if known is not None and app.public_key is None:
                    made.apps.change(app, public_key=known.public_key)
        if growth is not None and any(growth[:3]):
            from emulator.seeding.grow import grow

            users, rooms, messages, seed = growth
            with _nothing_collected():
                grow(made, users=users, rooms=rooms, messages=messages, seed=seed)
        return made

    @staticmethod
    def _loaded(world: str | None, document: Any) -> World:
        from emulator.seeding.file import find, read, read_document
        from emulator.seeding.load import build
        from emulator.seeding.source import WorldFileError

        below = [] if world is None else [find(world)]
        try:
            return build(read(*below) if document is None else read_document(document, *below))
        except WorldFileError as error:
            raise Invalid(str(error)) from None

    def add_world(self, name: str | None = None, made: World | None = None) -> str:
        """A world beside the others: what was made, or the main one as it was loaded. Its name."""
        name, main = self.must_be_new(name), self.main
        made = made or self.make_world()
        self._made += 1
        made.ids.reseed(f"{main.world.ids.seed} {name} {self._made}", _BESIDE + self._made)
        self.worlds[name] = Stage(made, pod_key=main.pod_key, hold=main.hold, bodies=main.bodies)
        self.worlds[name].fit(self.main.fitted)
        return name

    def drop_world(self, name: str) -> None:
        """Let go of a world beside the others."""
        self.worlds.pop(name).close()
        gc.unfreeze()

    async def _no_world(self, name: str, send: Any) -> None:
        reason = f"there is no world '{name[:64]}', there are {', '.join(self.world_names())}"
        body = error(404, "Not Found")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-emulator-reason", reason_header(reason)),
        ]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is made is no garbage. To look for some holds everybody, as long as there is much to look through."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if before:
            gc.enable()


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
