"""Users as a test needs them: made, changed, entitled, barred, without asking who may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from emulator.access import signing
from emulator.control.facts import user_facts
from emulator.control.parts import Part, Who, answer, body_of, route, stage_of, user_of
from emulator.world.barriers import Barrier
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS, ENTITLEMENTS
from emulator.world.errors import Invalid, Unknown
from emulator.world.policy import admin as policy
from emulator.world.users import User

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from emulator.world.world import World

_FIELDS = {
    "username": "username",
    "email": "email",
    "displayName": "display_name",
    "firstName": "first_name",
    "lastName": "last_name",
    "title": "title",
    "department": "department",
    "division": "division",
    "location": "location",
    "jobFunction": "job_function",
    "workPhone": "work_phone",
    "mobilePhone": "mobile_phone",
    "accountType": "account_type",
    "acceptsConnections": "accepts_connections",
    "publicKey": "public_key",
}
Text = Annotated[str, Field(max_length=1_024)]


class UserChange(Part):
    """Fields that are absent stay as they are. `entitlements` switches single ones on and off."""

    username: Annotated[Text, Field(min_length=1)] | None = None
    email: Text | None = None
    displayName: Text | None = None
    firstName: Text | None = None
    lastName: Text | None = None
    title: Text | None = None
    department: Text | None = None
    division: Text | None = None
    location: Text | None = None
    jobFunction: Text | None = None
    workPhone: Text | None = None
    mobilePhone: Text | None = None
    accountType: Literal["NORMAL", "SYSTEM"] | None = None
    acceptsConnections: bool | None = None
    publicKey: Text | None = None
    status: Literal["ENABLED", "DISABLED"] | None = None
    suspended: bool | None = None
    roles: list[Text] | None = None
    entitlements: dict[str, bool] | None = None


class NewUser(UserChange):
    username: Annotated[Text, Field(min_length=1)]
    company: str | None = None


class MovedUser(UserChange):
    company: str | None = None


def _changes(asked: UserChange, user: User) -> dict[str, Any]:
    changes = {field: getattr(asked, name) for name, field in _FIELDS.items() if getattr(asked, name) is not None}
    if asked.publicKey is not None:
        try:
            signing.check_public_key(asked.publicKey)
        except ValueError as error:
            raise Invalid(f"publicKey is not the PEM of an RSA public key of 2048 bits or more: {error}") from None
    if asked.status is not None:
        changes["enabled"] = asked.status == "ENABLED"
    if asked.suspended is not None:
        changes |= {"suspended": asked.suspended, "suspended_until": None, "suspension_reason": None}
    if asked.roles is not None:
        for role in asked.roles:
            policy.role_fits_account(role, changes.get("account_type", user.account_type))
        changes["roles"] = frozenset(asked.roles)
    if asked.entitlements is not None:
        policy.features_exist(asked.entitlements)
        on = {name for name, enabled in asked.entitlements.items() if enabled}
        changes["entitlements"] = frozenset(user.entitlements - set(asked.entitlements) | on)
    return changes


def _company(world: World, name: str | None) -> int:
    if name is None:
        return world.companies.home.id
    company = world.companies.named(name)
    if company is None:
        names = ", ".join(each.name for each in world.companies.book)
        raise Unknown(f"no company is named '{name}', there are {names}")
    return company.id


def _answer(world: World, user: User) -> dict[str, Any]:
    return {
        **user_facts(world, user),
        "suspended": user.suspended_at(world.clock.now()),
        "accountType": user.account_type,
        "roles": sorted(user.roles),
        "entitlements": {name: name in user.entitlements for name in ENTITLEMENTS},
    }


_MOST_LISTED = 1_000


async def list_users(request: Request) -> Response:
    """The first thousand users, or the one that `who` names."""
    world = stage_of(request).world
    who = request.query_params.get("who")
    found = [user_of(world, who)] if who else [user for user, _ in zip(world.users.book, range(_MOST_LISTED))]  # noqa: B905
    return answer([_answer(world, user) for user in found])


async def create_user(request: Request) -> Response:
    asked = await body_of(request, NewUser)
    world = stage_of(request).world
    pod = _company(world, asked.company)
    names = " ".join(name for name in (asked.firstName, asked.lastName) if name)
    company = world.companies.of(pod).name.split()[0].lower()
    fresh = User(
        id=world.users.next_id(pod),
        username=asked.username,
        email=f"{asked.username}@{company}.example",
        display_name=names or asked.username,
        entitlements=DEFAULT_ENTITLEMENTS,
    )
    made = world.users.add(replace(fresh, **_changes(asked, fresh)))
    world.tell("user created", 0, about=made.id)
    return answer(_answer(world, made), 201)


async def change_user(request: Request) -> Response:
    asked = await body_of(request, MovedUser)
    world = stage_of(request).world
    user = user_of(world, request.path_params["id"])
    if asked.company is not None and _company(world, asked.company) != user.company_id:
        raise Invalid("a user's id names their company: create another user there")
    changed = world.users.change(user, **_changes(asked, user))
    world.tell("user changed", 0, about=changed.id)
    return answer(_answer(world, changed))


# --- information barriers ---


class NewBarrier(Part):
    """Between two groups, each a name with members, or the name of one that is there."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)]
    groups: dict[str, list[Who]] = Field(default_factory=dict)


def _barrier(world: World, barrier: Barrier) -> dict[str, Any]:
    groups = [world.barriers.groups[group] for group in barrier.groups]
    return {"id": barrier.id, "groups": {group.name: sorted(group.members) for group in groups}}


async def list_barriers(request: Request) -> Response:
    world = stage_of(request).world
    return answer([_barrier(world, barrier) for barrier in world.barriers.book])


async def create_barrier(request: Request) -> Response:
    """Keep two groups apart from now on."""
    asked = await body_of(request, NewBarrier)
    world = stage_of(request).world
    members = {name: [user_of(world, who) for who in whose] for name, whose in asked.groups.items()}
    for name in asked.between:
        if name not in members and world.barriers.group_named(name) is None:
            raise Invalid(f"there is no group '{name}': give its members under 'groups'")
    if asked.between[0].casefold() == asked.between[1].casefold():
        raise Invalid("a barrier stands between two groups")
    for name, users in members.items():
        world.barriers.set_group(name, [user.id for user in users])
    barrier = world.barriers.raise_between(*asked.between)
    world.tell("barrier raised", 0, about=barrier.id)
    return answer(_barrier(world, barrier), 201)


async def take_barrier_down(request: Request) -> Response:
    world = stage_of(request).world
    world.barriers.take_down(request.path_params["id"])
    world.tell("barrier taken down", 0, about=request.path_params["id"])
    return answer({"deleted": request.path_params["id"]})


ROUTES = [
    route("/users", list_users),
    route("/users", create_user, "POST"),
    route("/users/{id}", change_user, "PATCH"),
    route("/barriers", list_barriers),
    route("/barriers", create_barrier, "POST"),
    route("/barriers/{id}", take_barrier_down, "DELETE"),
]
