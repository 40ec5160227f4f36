"""Users: made, changed, deactivated, suspended, entitled (production/pod.md 3, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.api.pod.admin.shapes import UserDetail, user_detail
from emulator.api.shapes import AvatarAnswer, Success, avatars, success
from emulator.table.table import endpoint
from emulator.world.entitlements import ENTITLEMENTS, ROLES
from emulator.world.errors import Invalid
from emulator.world.portraits import portrait

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.admin import (
        Delegate,
        Feature,
        Find,
        Page,
        Picture,
        Suspension,
        UserAttributes,
        UserCreate,
    )


@endpoint("POST", "/pod/v2/admin/user/create", body="admin:UserCreate", returns="V2UserDetail")
def create_user(call: Call) -> UserDetail:
    """A new user of the pod, a person or a service account."""
    asked: UserCreate = call.body
    attributes = asked.userAttributes
    made = call.world.admin.create_user(call.user, attributes.attributes(), asked.roles, attributes.keys())
    return user_detail(call.world, made)


@endpoint("POST", "/pod/v2/admin/user/{uid}/update", body="admin:UserAttributes", returns="V2UserDetail")
def update_user(call: Call) -> UserDetail:
    """Attributes and keys of a user changed."""
    asked: UserAttributes = call.body
    changed = call.world.admin.update_user(call.user, call.number("uid"), asked.attributes(), asked.keys())
    return user_detail(call.world, changed)


@endpoint("GET", "/pod/v2/admin/user/list", query="admin:Page", returns="V2UserDetailList")
def list_users(call: Call) -> list[UserDetail]:
    """The users of the pod, by pages."""
    page: Page = call.query
    return [user_detail(call.world, each) for each in call.world.admin.listed(call.user, page.skip, page.limit)]


@endpoint("GET", "/pod/v2/admin/user/{uid}", returns="V2UserDetail")
def user_by_id(call: Call) -> UserDetail:
    """A user with all that administrators know."""
    return user_detail(call.world, call.world.admin.seen_by(call.user, call.number("uid")))


@endpoint("POST", "/pod/v1/admin/user/find", query="admin:Page", body="admin:Find", returns="UserDetailList")
def find_users(call: Call) -> list[UserDetail]:
    """The users with a role, an entitlement, a status."""
    asked: Find = call.body
    page: Page = call.query
    found = call.world.admin.found(
        call.user,
        role=asked.role,
        entitlement=asked.feature,
        enabled=None if asked.status is None else asked.status == "ENABLED",
        skip=page.skip,
        limit=page.limit,
    )
    return [user_detail(call.world, each, version=1) for each in found]


# --- status ---


class StatusAnswer(TypedDict, total=False):
    status: str
    suspended: bool
    suspendedUntil: int
    suspensionReason: str


@endpoint("GET", "/pod/v1/admin/user/{uid}/status", returns="UserStatus")
def status(call: Call) -> StatusAnswer:
    """Whether an account works."""
    info = user_detail(call.world, call.world.admin.seen_by(call.user, call.number("uid")))["userSystemInfo"]
    answer: StatusAnswer = {"status": info["status"], "suspended": info["suspended"]}
    if "suspendedUntil" in info:
        answer["suspendedUntil"] = info["suspendedUntil"]
    if "suspensionReason" in info:
        answer["suspensionReason"] = info["suspensionReason"]
    return answer


@endpoint("POST", "/pod/v1/admin/user/{uid}/status/update", body="admin:Status", returns="SuccessResponse")
def set_status(call: Call) -> Success:
    """Activate or deactivate an account."""
    call.world.admin.set_status(call.user, call.number("uid"), enabled=call.body.status == "ENABLED")
    return success("OK")


@endpoint("PUT", "/pod/v1/admin/user/{userId}/suspension/update", body="admin:Suspension", returns="SuccessResponse")
def suspend(call: Call) -> Success:
    """Suspend an account, or take that back."""
    asked: Suspension = call.body
    call.world.admin.suspend(
        call.user,
        call.number("userId"),
        suspended=asked.suspended,
        until=asked.until(),
        reason=asked.suspensionReason,
    )
    return success("OK")


# --- entitlements and roles ---


class FeatureAnswer(TypedDict):
    entitlment: str  # so spelled by production
    enabled: bool


@endpoint("GET", "/pod/v1/admin/user/{uid}/features", returns="FeatureList")
def features(call: Call) -> list[FeatureAnswer]:
    """The entitlements of a user, on and off, in the order of the alphabet."""
    held = call.world.admin.entitlements_of(call.user, call.number("uid")).entitlements
    return [{"entitlment": name, "enabled": name in held} for name in ENTITLEMENTS]


@endpoint("POST", "/pod/v1/admin/user/{uid}/features/update", body="admin:Features", returns="SuccessResponse")
def update_features(call: Call) -> Success:
    """Switch entitlements of a user on and off."""
    asked: list[Feature] = call.body
    call.world.admin.entitle(call.user, call.number("uid"), {each.entitlment: each.enabled for each in asked})
    return success("OK")


@endpoint("GET", "/pod/v1/admin/system/features/list", returns="StringList")
def all_features(call: Call) -> list[str]:
    """The entitlements that there are."""
    call.world.admin.may_see_catalogue(call.user)
    return list(ENTITLEMENTS)


class RoleAnswer(TypedDict):
    id: str
    name: str
    userTypes: list[str]
    optionalActions: list[str]


@endpoint("GET", "/pod/v1/admin/system/roles/list", returns="RoleDetailList")
def all_roles(call: Call) -> list[RoleAnswer]:
    """The roles that there are."""
    call.world.admin.may_see_catalogue(call.user)
    return [
        {
            "id": role.id,
            "name": role.name,
            "userTypes": list(role.user_types),
            "optionalActions": list(role.optional_actions),
        }
        for role in ROLES.values()
    ]


@endpoint("POST", "/pod/v1/admin/user/{uid}/roles/add", body="admin:RoleId", returns="SuccessResponse")
def add_role(call: Call) -> Success:
    """Give a role to a user."""
    call.world.admin.add_role(call.user, call.number("uid"), call.body.id)
    return success("Role added")


@endpoint("POST", "/pod/v1/admin/user/{uid}/roles/remove", body="admin:RoleId", returns="SuccessResponse", missing=404)
def remove_role(call: Call) -> Success:
    """Take a role from a user."""
    call.world.admin.remove_role(call.user, call.number("uid"), call.body.id)
    return success("Role removed")


# --- pictures and delegates ---


@endpoint("GET", "/pod/v1/admin/user/{uid}/avatar", returns="AvatarList")
def avatar(call: Call) -> list[AvatarAnswer]:
    """The addresses of a user's picture."""
    return avatars(call.world.admin.seen_by(call.user, call.number("uid")))


@endpoint(
    "POST",
    "/pod/v1/admin/user/{uid}/avatar/update",
    body="admin:Picture",
    returns="SuccessResponse",
    most_bytes=4 * 1024 * 1024,
)
def update_avatar(call: Call) -> Success:
    """Give a user a picture."""
    asked: Picture = call.body
    try:
        content = asked.content()
    except ValueError as error:
        raise Invalid(str(error)) from None
    picture = portrait(call.number("uid"), content)
    call.world.admin.set_avatar(call.user, picture.user, picture.addresses, picture)
    return success("OK")


@endpoint("GET", "/pod/v1/admin/user/{uid}/delegates", returns="IntegerList")
def delegates(call: Call) -> list[int]:
    """The delegates of a user."""
    return call.world.admin.delegates_of(call.user, call.number("uid"))


@endpoint("POST", "/pod/v1/admin/user/{uid}/delegates/update", body="admin:Delegate", returns="SuccessResponse")
def update_delegates(call: Call) -> Success:
    """Add a delegate to a user, or take one away."""
    asked: Delegate = call.body
    call.world.admin.set_delegate(call.user, call.number("uid"), asked.userId, add=asked.action == "ADD")
    return success("OK")
