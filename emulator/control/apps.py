"""Apps: permissions, keys, for whom they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from emulator.access import signing
from emulator.access.permissions import ACT_AS_USER, PERMISSIONS, is_permission
from emulator.control.facts import AppFacts, app_facts
from emulator.control.parts import Arranged, Who, call, stage_of, user_of
from emulator.world.apps import App
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.stage.stage import Stage
    from emulator.world.world import World

Permission = Annotated[str, Field(max_length=64)]


class AppChange(Arranged):
    """Fields that are absent stay as they are. `permissions` and `installedFor` take "all" or a list. ACT_AS_USER stays
    unless `actAsUser` is false."""

    name: str | None = None
    permissions: Literal["all"] | list[Permission] | None = None
    actAsUser: bool | None = None
    enabled: bool | None = None
    installedFor: Literal["all"] | list[Who] | None = None
    publicKey: str | None = None


class NewApp(AppChange):
    id: Annotated[str, Field(min_length=1, max_length=256)]


def _changes(stage: Stage, asked: AppChange) -> dict[str, Any]:
    """What was asked for, in the world's words; Invalid for what cannot be."""
    changes: dict[str, Any] = {}
    if asked.name is not None:
        changes["name"] = asked.name
    if asked.enabled is not None:
        changes["enabled"] = asked.enabled
    if asked.permissions == "all":
        changes["permissions"] = PERMISSIONS
    elif asked.permissions is not None:
        strange = [name for name in asked.permissions if not is_permission(name)]
        if strange:
            raise Invalid(f"'{strange[0]}' is no permission: capitals, digits and _ are allowed, 64 at most")
        changes["permissions"] = frozenset({ACT_AS_USER, *asked.permissions})
    if asked.publicKey is not None:
        try:
            signing.check_public_key(asked.publicKey)
        except ValueError as error:
            raise Invalid(f"publicKey is not the PEM of an RSA public key of 2048 bits or more: {error}") from None
        changes["public_key"] = asked.publicKey
    return changes


def _installed(stage: Stage, asked: AppChange) -> list[int] | None:
    """For whom an app is to be installed; UnknownUser where that names nobody."""
    if asked.installedFor is None or asked.installedFor == "all":
        return None
    return [user_of(stage.world, who).id for who in asked.installedFor]


class AppAnswer(AppFacts):
    """An app: `installedFor` is "all" or ids of users."""

    installedFor: Literal["all"] | list[int]
    publicKey: str | None


def _app_answer(world: World, app: App) -> AppAnswer:
    chosen = world.apps.installations.by("app", app.id)
    installed: Any = "all" if app.automatic else sorted(each.user for each in chosen if each.install)
    return {**app_facts(app), "installedFor": installed, "publicKey": app.public_key}


def list_apps(request: Request) -> list[AppAnswer]:
    world = stage_of(request).world
    return [_app_answer(world, app) for app in world.apps.book]


def create_app(request: Request, asked: NewApp) -> AppAnswer:
    stage = stage_of(request)
    changes = {"name": asked.id, "permissions": frozenset({ACT_AS_USER}), **_changes(stage, asked)}
    if asked.actAsUser is False:
        changes["permissions"] -= {ACT_AS_USER}
    users = _installed(stage, asked)
    app = stage.world.apps.install_for(stage.world.apps.add(App(id=asked.id, **changes)), users)
    return _app_answer(stage.world, app)


def change_app(request: Request, asked: AppChange) -> AppAnswer:
    stage = stage_of(request)
    app = stage.world.apps.get(request.path_params["id"])
    changes, users = _changes(stage, asked), _installed(stage, asked)
    if asked.actAsUser is not None:
        rest = changes.get("permissions", app.permissions) - {ACT_AS_USER}
        changes["permissions"] = rest | {ACT_AS_USER} if asked.actAsUser else rest
    app = stage.world.apps.change(app, **changes)
    if asked.installedFor is not None:
        app = stage.world.apps.install_for(app, users)
    return _app_answer(stage.world, app)


CALLS = [
    call("/apps", list_apps),
    call("/apps", create_app, "POST", success=201),
    call("/apps/{id}", change_app, "PATCH"),
]
