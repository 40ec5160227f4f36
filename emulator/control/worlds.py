"""Worlds side by side: each has users, sessions and a journal of its own, under `/worlds/NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import Field
from typing_extensions import TypedDict

from emulator.control.parts import NAME, Deleted, Part, call, stage_of
from emulator.stage.waiting import beside
from emulator.world.errors import Invalid, Unknown

if TYPE_CHECKING:
    from asyncio import Lock

    from starlette.requests import Request

    from emulator.stage.stage import Stage
    from emulator.world.world import World


MOST_USERS, MOST_ROOMS, MOST_MESSAGES = 5_000, 1_000, 50_000
"""By so much a world may grow in one call, which takes a few seconds. More is for the start."""


class Site(Protocol):
    """The app around the worlds, as far as it is needed here."""

    worlds: dict[str, Stage]

    def world_names(self) -> list[str]: ...

    making: Lock

    def must_be_new(self, name: str | None) -> str: ...

    def make_world(
        self, world: str | None, growth: tuple[int, int, int, int] | None, document: Any = None
    ) -> World: ...

    def add_world(self, name: str | None, made: World) -> str: ...

    def drop_world(self, name: str) -> None: ...


def _site(request: Request) -> Site:
    site: Site = request.scope["emulator.site"]
    return site


class WorldPlace(TypedDict):
    name: str
    url: str


def _described(request: Request, name: str) -> WorldPlace:
    base = request.scope["emulator.base"]
    return {"name": name, "url": base if name == "main" else f"{base}/worlds/{name}"}


def list_worlds(request: Request) -> list[WorldPlace]:
    return [_described(request, name) for name in _site(request).world_names()]


class NewWorld(Part):
    """`world` is one that ships with the emulator, `document` a world file, as an object or as text in YAML, which
    names no other files; with both the document is merged over that world. With neither the new world is the main one
    as it was loaded. It grows by so many users, rooms and messages."""

    name: Annotated[str, Field(pattern=NAME)] | None = None
    world: Literal["demo", "empty"] | None = None
    document: dict[str, Any] | str | None = None
    users: Annotated[int, Field(ge=0, le=MOST_USERS)] = 0
    rooms: Annotated[int, Field(ge=0, le=MOST_ROOMS)] = 0
    messages: Annotated[int, Field(ge=0, le=MOST_MESSAGES)] = 0
    seed: int = 0


async def create_world(request: Request, asked: NewWorld) -> WorldPlace:
    """A world beside the others. It is made while they are called."""
    site, growth = _site(request), (asked.users, asked.rooms, asked.messages, asked.seed)
    site.must_be_new(asked.name)
    async with site.making:  # one at a time: each takes from all the others
        made = await beside(lambda: site.make_world(asked.world, growth, asked.document), stage_of(request).waiting)
    return _described(request, site.add_world(asked.name, made))


def delete_world(request: Request) -> Deleted:
    name, site = request.path_params["name"], _site(request)
    if name == "main":
        raise Invalid("the main world stays: reset it")
    if name not in site.worlds:
        raise Unknown(f"there is no world '{name}', there are {', '.join(site.world_names())}")
    site.drop_world(name)
    return {"deleted": name}


CALLS = [
    call("/worlds", list_worlds),
    call("/worlds", create_world, "POST", success=201),
    call("/worlds/{name}", delete_world, "DELETE"),
]
