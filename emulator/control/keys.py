"""Keys and configurations for clients that cannot read the home: those in other containers."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Literal, Protocol

from starlette.responses import Response

from emulator.control.bdk import Key, bdk_config
from emulator.control.parts import Part, call, stage_of, user_of
from emulator.world.errors import Unknown
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from emulator.world.apps import App
    from emulator.world.users import User
    from emulator.world.world import World


class Keys(Protocol):
    """Where the keys are that were made for the apps and bots of a world."""

    def app_key(self, app_id: str) -> Path: ...

    def bot_key(self, username: str) -> Path: ...

    @property
    def authority(self) -> Path: ...


def _keys(request: Request) -> Keys:
    keys: Keys | None = request.scope["emulator.site"].keys
    if keys is None:
        raise Unknown("this pod runs in the process of a test, and has no home with keys")
    return keys


def _private(path: Path, public_key: str | None) -> str | None:
    """The private key in a file, where it belongs to this public one."""
    public = path.with_name("public.pem")
    if public_key is None or not path.is_file() or not public.is_file():
        return None
    fits = public.read_text(encoding="utf-8").strip() == public_key.strip()
    return path.read_text(encoding="utf-8") if fits else None


def _of_app(keys: Keys, app: App) -> str | None:
    return _private(keys.app_key(app.id), app.public_key)


def _of_bot(keys: Keys, bot: User) -> str | None:
    return _private(keys.bot_key(bot.username), bot.public_key)


def made_keys(keys: Keys, world: World) -> frozenset[str]:
    """The public keys of apps and service accounts whose private ones were made here."""
    holders = [(app.public_key, keys.app_key(app.id)) for app in world.apps.book]
    holders += [(user.public_key, keys.bot_key(user.username)) for user in world.users.book if user.public_key]
    return frozenset(public for public, path in holders if public and _private(path, public) is not None)


def _pem(found: str | None, whose: str) -> Response:
    if found is None:
        raise Unknown(f"{whose} has a public key of its own, or none: its private key is not here")
    return Response(found, media_type="application/x-pem-file", headers={"Cache-Control": "no-store"})


def app_key(request: Request) -> Response:
    """The private key that was made for an app, as PEM."""
    app = stage_of(request).world.apps.get(request.path_params["id"])
    return _pem(_of_app(_keys(request), app), f"app '{app.id}'")


def bot_key(request: Request) -> Response:
    """The private key that was made for a service account, as PEM."""
    bot = user_of(stage_of(request).world, request.path_params["name"])
    return _pem(_of_bot(_keys(request), bot), f"'{bot.username}'")


def authority(request: Request) -> Response:
    """The certificate by which clients check that of the pod, as PEM."""
    path = _keys(request).authority
    if not path.is_file():
        raise Unknown("this pod serves no https: see --tls")
    return Response(path.read_text(encoding="utf-8"), media_type="application/x-pem-file")


class ConfigAsked(Part):
    """Without `app` and `bot` the first that work and whose keys are here. Java's BDK wants the key in Base64."""

    app: str | None = None
    bot: str | None = None
    client: Literal["python", "java"] = "python"


def bdk_configuration(request: Request, asked: ConfigAsked) -> Response:
    """A whole configuration for the Symphony BDK, as YAML with the keys in it."""
    keys, world = _keys(request), stage_of(request).world
    bots = (user for user in world.users.book.by("company", world.companies.home.id) if user.account_type == SYSTEM)
    apps = [world.apps.get(asked.app)] if asked.app else [app for app in world.apps.book if app.enabled]
    users = [user_of(world, asked.bot)] if asked.bot else list(bots)
    app = next(((app.id, _inline(key, asked)) for app in apps if (key := _of_app(keys, app))), None)
    bot = next(((user.username, _inline(key, asked)) for user in users if (key := _of_bot(keys, user))), None)
    for name, found in ((asked.app, app), (asked.bot, bot)):
        if name and found is None:
            raise Unknown(f"'{name}' has a public key of its own, or none: its private key is not here")
    text = bdk_config(request.scope["emulator.url"], app, bot)
    return Response(text, media_type="application/yaml", headers={"Cache-Control": "no-store"})


def _inline(key: str, asked: ConfigAsked) -> Key:
    return Key(content=b64encode(key.encode()).decode() if asked.client == "java" else key)


CALLS = [
    call("/apps/{id}/key", app_key, media=("application/x-pem-file",)),
    call("/bots/{name}/key", bot_key, media=("application/x-pem-file",)),
    call("/authority", authority, also=(404,), media=("application/x-pem-file",)),
    call("/bdk-config", bdk_configuration, media=("application/yaml",)),
]
