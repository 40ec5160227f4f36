"""Users as a test needs them: made, changed, entitled, barred, without asking who may."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from emulator.access import signing
from emulator.control.facts import UserFacts, user_facts
from emulator.control.parts import Arranged, Deleted, Part, Who, call, stage_of, user_of
from emulator.world.barriers import Barrier
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS, ENTITLEMENTS
from emulator.world.errors import Invalid, Unknown
from emulator.world.policy import admin as policy
from emulator.world.users import User

if TYPE_CHECKING:
    from starlette.requests import Request

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


class UserChange(Arranged):
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
        policy.entitlements_exist(asked.entitlements)
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


class UserAnswer(UserFacts):
    suspended: bool
    accountType: str
    roles: list[str]
    entitlements: dict[str, bool]


def _answer(world: World, user: User) -> UserAnswer:
    return {
        **user_facts(world, user),
        "suspended": user.suspended_at(world.clock.now()),
        "accountType": user.account_type,
        "roles": sorted(user.roles),
        "entitlements": {name: name in user.entitlements for name in ENTITLEMENTS},
    }


_MOST_LISTED = 1_000


class Wanted(Part):
    """`who` is an id, a username or an e-mail."""

    who: Text | None = None


def list_users(request: Request, asked: Wanted) -> list[UserAnswer]:
    """The first thousand users, or the one that `who` names."""
    world = stage_of(request).world
    found = [user_of(world, asked.who)] if asked.who else islice(world.users.book, _MOST_LISTED)
    return [_answer(world, user) for user in found]


def create_user(request: Request, asked: NewUser) -> UserAnswer:
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
    return _answer(world, made)


def change_user(request: Request, asked: MovedUser) -> UserAnswer:
    world = stage_of(request).world
    user = user_of(world, request.path_params["id"])
    if asked.company is not None and _company(world, asked.company) != user.company_id:
        raise Invalid("a user's id names their company: create another user there")
    changed = world.users.change(user, **_changes(asked, user))
    return _answer(world, changed)


# --- information barriers ---


class NewBarrier(Arranged):
    """Between two groups, each a name with members, or the name of one that is there."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)]
    groups: dict[str, list[Who]] = Field(default_factory=dict)


class BarrierAnswer(TypedDict):
    id: str
    groups: dict[str, list[int]]


def _barrier(world: World, barrier: Barrier) -> BarrierAnswer:
    groups = [world.barriers.groups[group] for group in barrier.groups]
    return {"id": barrier.id, "groups": {group.name: sorted(group.members) for group in groups}}


def list_barriers(request: Request) -> list[BarrierAnswer]:
    world = stage_of(request).world
    return [_barrier(world, barrier) for barrier in world.barriers.book]


def create_barrier(request: Request, asked: NewBarrier) -> BarrierAnswer:
    """Keep two groups apart from now on."""
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
    return _barrier(world, barrier)


def take_barrier_down(request: Request) -> Deleted:
    world = stage_of(request).world
    world.barriers.take_down(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


CALLS = [
    call("/users", list_users),
    call("/users", create_user, "POST", success=201),
    call("/users/{id}", change_user, "PATCH"),
    call("/barriers", list_barriers),
    call("/barriers", create_barrier, "POST", success=201),
    call("/barriers/{id}", take_barrier_down, "DELETE"),
]
