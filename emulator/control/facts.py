"""What a world holds, for scripts: `world.json` and `GET /emulator/v1/world`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired

from typing_extensions import TypedDict

from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from emulator.world.apps import App
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

MOST_NAMED = 1_000


class PodFacts(TypedDict):
    id: int
    name: str


class AppFacts(TypedDict):
    id: str
    name: str
    enabled: bool
    permissions: list[str]
    key: NotRequired[str | None]


class BotFacts(TypedDict):
    id: int
    username: str
    key: NotRequired[str | None]


class UserFacts(TypedDict):
    id: int
    username: str
    email: str
    displayName: str
    company: str
    role: str
    status: str


class StreamFacts(TypedDict):
    id: str
    type: str
    name: str


class Facts(TypedDict):
    url: str
    pod: PodFacts
    apps: list[AppFacts]
    bots: list[BotFacts]
    users: list[UserFacts]
    streams: list[StreamFacts]


def app_facts(app: App) -> AppFacts:
    return {"id": app.id, "name": app.name, "enabled": app.enabled, "permissions": sorted(app.permissions)}


def user_facts(world: World, user: User) -> UserFacts:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "displayName": user.display_name,
        "company": world.companies.of(user.company_id).name,
        "role": role_of(user),
        "status": "ENABLED" if user.enabled else "DISABLED",
    }


def role_of(user: User) -> str:
    """The one role that says most about a user."""
    special = sorted(user.roles - {"INDIVIDUAL"})
    return special[0] if special else "INDIVIDUAL"


def stream_facts(world: World, stream: Stream) -> StreamFacts:
    names = [world.users.get(party).username for party in stream.parties]
    return {"id": stream.id, "type": stream.type, "name": stream.room.name if stream.room else ", ".join(names)}


def facts(world: World, url: str) -> Facts:
    """The facts of a world. Of a grown one the first thousand users and streams."""
    users = [user for user, _ in zip(world.users.book, range(MOST_NAMED), strict=False)]
    streams = [stream for stream, _ in zip(world.streams.book, range(MOST_NAMED), strict=False)]
    home = world.companies.home
    return {
        "url": url,
        "pod": {"id": home.id, "name": home.name},
        "apps": [app_facts(app) for app in world.apps.book],
        "bots": [
            {"id": user.id, "username": user.username}
            for user in users
            if user.account_type == SYSTEM and user.company_id == home.id
        ],
        "users": [user_facts(world, user) for user in users],
        "streams": [stream_facts(world, stream) for stream in streams],
    }
