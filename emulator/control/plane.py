"""The calls of the control plane that every test needs: health, world, reset, tokens, apps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response
from starlette.routing import Route

from emulator.access import login, signing
from emulator.access.permissions import ACT_AS_USER, PERMISSIONS, is_permission
from emulator.api.call import MAX_LONG
from emulator.api.dispatch import reason_header
from emulator.api.errors import answer_of
from emulator.api.parse import explained
from emulator.control.facts import app_facts, facts
from emulator.version import __version__
from emulator.world.apps import App
from emulator.world.errors import Invalid, Refused, UnknownUser

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.api.stage import Stage
    from emulator.world.users import User
    from emulator.world.world import World

MOST_BYTES = 64 * 1024 * 1024


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


M = TypeVar("M", bound=Part)


def answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def refused(refusal: Refused) -> Response:
    """A refusal in the shape of the real service, with what is wrong as its message: this API is for developers."""
    status, _ = answer_of(refusal, None)
    return Response(
        orjson.dumps({"code": status, "message": refusal.reason}),
        status,
        {"X-Emulator-Reason": reason_header(refusal.reason).decode()},
        "application/json",
    )


async def body_of(request: Request, model: type[M]) -> M:
    """The JSON body as a model; an empty body counts as {}. Invalid says what does not fit."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise Invalid(f"the body has more than {MOST_BYTES} bytes")
        chunks.append(chunk)
    try:
        return model.model_validate_json(b"".join(chunks).strip() or b"{}")
    except ValidationError as error:
        raise Invalid(f"the body does not fit: {explained(error)}") from None


def stage_of(request: Request) -> Stage:
    stage: Stage = request.scope["emulator.stage"]
    return stage


def user_of(world: World, who: str | int) -> User:
    """A user by id, username or e-mail; UnknownUser else."""
    if isinstance(who, int):
        return world.users.get(who)
    if who.isascii() and who.isdigit() and len(who) < 20:
        return world.users.get(int(who))
    for company in world.companies.book:
        found = world.users.book.one_by("username", (company.id, who.casefold()))
        if found is not None:
            return found
    found = world.users.book.one_by("email", who.casefold())
    if found is None:
        raise UnknownUser(f"no user has the id, the name or the e-mail '{who}'")
    return found


Who = Annotated[int, Field(ge=0, le=MAX_LONG)] | str


async def health(request: Request) -> Response:
    return answer({"status": "UP", "version": __version__, "worlds": request.scope["emulator.worlds"]()})


async def world(request: Request) -> Response:
    held = stage_of(request).world
    described: dict[str, Any] = {**facts(held, request.scope["emulator.url"])}
    described["counts"] = {
        "users": len(held.users.book),
        "apps": len(held.apps.book),
        "connections": len(held.connections.book),
        "streams": len(held.streams.book),
        "messages": held.messages.count,
    }
    described["clock"] = {"now": held.clock.now(), "frozen": held.clock.frozen}
    return answer(described)


class Reset(Part):
    sessions: Literal["keep", "end"] = "keep"


async def reset(request: Request) -> Response:
    asked = await body_of(request, Reset)
    stage_of(request).reset(end_sessions=asked.sessions == "end")
    return answer({"reset": True})


class TokenFor(Part):
    user: Who
    app: str | None = None


async def tokens(request: Request) -> Response:
    """A session at once, for tests that are not about logging in."""
    asked = await body_of(request, TokenFor)
    stage = stage_of(request)
    user = user_of(stage.world, asked.user)
    if not user.may_act(stage.world.clock.now()):
        raise Invalid(f"user '{user.username}' is deactivated or suspended, and has no sessions")
    if asked.app is None:
        opened = login.open_account_session(stage.sessions, user)
        key_manager = stage.sessions.open_key_manager(user.id)
        return answer({"token": opened.token, "keyManagerToken": key_manager, "userId": user.id})
    app = stage.world.apps.get(asked.app)
    login.must_be_enabled(app)
    if not stage.world.apps.installed(app, user):
        raise Invalid(f"app '{app.id}' is not installed for '{user.username}'")
    opened = stage.sessions.open("obo", subject=user.username, user=user.id, app=app.id)
    return answer({"token": opened.token, "keyManagerToken": "", "userId": user.id, "app": app.id})


Permission = Annotated[str, Field(max_length=64)]


class AppChange(Part):
    """Fields that are absent stay as they are. `permissions` and `installedFor` take "all" or a list."""

    name: str | None = None
    permissions: Literal["all"] | list[Permission] | None = None
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
        changes["permissions"] = frozenset(asked.permissions)
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


def _app_answer(world: World, app: App) -> dict[str, Any]:
    chosen = world.apps.installations.by("app", app.id)
    installed = "all" if app.automatic else sorted(each.user for each in chosen if each.install)
    return {**app_facts(app), "installedFor": installed, "publicKey": app.public_key}


async def list_apps(request: Request) -> Response:
    world = stage_of(request).world
    return answer([_app_answer(world, app) for app in world.apps.book])


async def create_app(request: Request) -> Response:
    asked = await body_of(request, NewApp)
    stage = stage_of(request)
    changes = {"name": asked.id, "permissions": frozenset({ACT_AS_USER}), **_changes(stage, asked)}
    users = _installed(stage, asked)
    app = stage.world.apps.install_for(stage.world.apps.add(App(id=asked.id, **changes)), users)
    return answer(_app_answer(stage.world, app), 201)


async def change_app(request: Request) -> Response:
    asked = await body_of(request, AppChange)
    stage = stage_of(request)
    app = stage.world.apps.get(request.path_params["id"])
    changes, users = _changes(stage, asked), _installed(stage, asked)
    app = stage.world.apps.change(app, **changes)
    if asked.installedFor is not None:
        app = stage.world.apps.install_for(app, users)
    return answer(_app_answer(stage.world, app))


Handler = Callable[["Request"], Any]


def route(path: str, handler: Handler, method: str = "GET") -> Route:
    """A route whose refusals are answers."""

    async def safe(request: Request) -> Response:
        try:
            done: Response = await handler(request)
        except Refused as refusal:
            return refused(refusal)
        return done

    return Route(f"/emulator/v1{path}", safe, methods=[method], name=handler.__name__)


ROUTES = [
    route("/health", health),
    route("/world", world),
    route("/reset", reset, "POST"),
    route("/tokens", tokens, "POST"),
    route("/apps", list_apps),
    route("/apps", create_app, "POST"),
    route("/apps/{id}", change_app, "PATCH"),
]
