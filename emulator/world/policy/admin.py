"""Who may administrate: users, their entitlements and roles, apps, information barriers, protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.entitlements import ENTITLEMENTS, ROLES
from emulator.world.errors import Invalid, LongDescription, OtherDomain, RoleMissing, UnknownUser
from emulator.world.policy import Basis, people, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.world.apps import App
    from emulator.world.users import User

MOST_TEXT = 4_096
DESCRIPTION_LENGTH = 300
AVATAR_BYTES = 2 * 1024 * 1024


@rule(Basis.DOCUMENTED, "production/pod.md 3.2, 5")
def may(user: User, *privileges: str) -> None:
    """Each call of administration needs a privilege, which roles carry: user provisioning nearly all of them."""
    if not user.privileges.intersection(privileges):
        raise RoleMissing(f"'{user.username}' has no role with the privilege {' or '.join(privileges)}")


@rule(Basis.CHOICE, "production/pod.md 5")
def is_of_the_pod(user: User, target: User) -> None:
    """A pod administrates its own users."""
    if user.company_id != target.company_id:
        raise UnknownUser(f"user {target.id} is of another company, whose pod administrates them")


@rule(Basis.DOCUMENTED, "production/pod.md 3.2")
def role_fits_account(role: str, account_type: str) -> None:
    """A role is one that exists, for the type of account that it is for."""
    known = ROLES.get(role.partition(".")[0])
    action = role.partition(".")[2]
    if known is None or (action and action not in known.optional_actions):
        raise Invalid(f"there is no role '{role}', see /pod/v1/admin/system/roles/list")
    if account_type not in known.user_types:
        raise Invalid(f"role {known.id} is for accounts of type {' and '.join(known.user_types)}, not {account_type}")


@rule(Basis.CHOICE, "production/pod.md 3.3")
def entitlements_exist(names: Iterable[str]) -> None:
    """Only entitlements of the pod are switched on and off."""
    for name in names:
        if name not in ENTITLEMENTS:
            raise Invalid(f"there is no entitlement '{name}', see /pod/v1/admin/system/features/list")


@rule(Basis.CHOICE, "production/pod.md 3.1")
def is_complete(user: User) -> None:
    """A user has an e-mail, a username and a display name; a person also a first and a last name."""
    wanted = {"emailAddress": user.email, "userName": user.username, "displayName": user.display_name}
    if user.account_type == "NORMAL":
        wanted |= {"firstName": user.first_name or "", "lastName": user.last_name or ""}
    for name, value in wanted.items():
        if not value.strip():
            raise Invalid(f"a user needs '{name}'")
    if "@" not in user.email:
        raise Invalid(f"'{user.email}' is no e-mail address")


@rule(Basis.DOCUMENTED, "production/pod.md 3.3")
def may_have_delegates(user: User, delegate: User) -> None:
    """Delegates are colleagues of somebody who has delegatesEnabled, and nobody is their own."""
    people.has(user, "delegatesEnabled", "have delegates")
    is_of_the_pod(user, delegate)
    if user.id == delegate.id:
        raise Invalid(f"'{user.username}' cannot be their own delegate")


@rule(Basis.DOCUMENTED, "production/pod.md 3.3")
def may_change_picture(user: User, target: User) -> None:
    """A picture is changed by who may change accounts, and one's own with canUpdateAvatar."""
    if user.id == target.id and not user.privileges & {"MODIFY_END_USER_ACCOUNT", "MODIFY_SERVICE_ACCOUNT"}:
        people.has(user, "canUpdateAvatar", "change the own picture")
        return
    may(user, "MODIFY_SERVICE_ACCOUNT" if target.account_type == "SYSTEM" else "MODIFY_END_USER_ACCOUNT")


@rule(Basis.SPECIFIED, "production/auth.md 6")
def app_is_sound(app: App) -> None:
    """An app has a name, addresses that begin with https://, a description of at most 300 characters, and a domain that
    its address is in."""
    if not app.name.strip():
        raise Invalid("an app needs a name")
    for what, address in (("appUrl", app.url), ("iconUrl", app.icon_url)):
        if address and not address.startswith("https://"):
            raise Invalid(f"'{what}' begins with https://, which '{address[:100]}' does not")
    if len(app.description or "") > DESCRIPTION_LENGTH:
        raise LongDescription(f"the description has more than {DESCRIPTION_LENGTH} characters")
    if app.url and app.domain:
        host = app.url.removeprefix("https://").partition("/")[0].partition(":")[0].casefold()
        domain = app.domain.casefold()
        if host != domain and not host.endswith(f".{domain}"):
            raise OtherDomain(f"appUrl '{app.url}' is not in the domain '{app.domain}'")
    for key, value in app.properties:
        if not key or len(key) > 1_024 or len(value) > MOST_TEXT:
            raise Invalid("a property has a key of 1 to 1,024 characters and a value of at most 4,096")
    if len({key for key, _ in app.properties}) != len(app.properties):
        raise Invalid("the keys of properties are unique")


@rule(Basis.DOCUMENTED, "production/auth.md 3")
def key_action_fits(action: str, current: str | None, previous: str | None, key: str | None, now_old: bool) -> None:
    """A key in use is not saved again, nor is one while an older key still works; only keys that are there are revoked
    or extended."""
    if action == "SAVE":
        if not key:
            raise Invalid("SAVE needs a key")
        if key in (current, previous):
            raise Invalid("this key is registered already")
        if current and previous and not now_old:
            raise Invalid("there are a current and a previous key that still work: revoke the previous one first")
    elif action == "REVOKE current":
        if not current:
            raise Invalid("there is no current key to revoke")
    elif action in ("REVOKE previous", "EXTEND previous"):
        if not previous or (now_old and action.startswith("EXTEND")):
            raise Invalid("there is no previous key that still works")
    else:
        raise Invalid(f"'{action}' cannot be done to a key: current takes SAVE and REVOKE, previous REVOKE and EXTEND")


@rule(Basis.DOCUMENTED, "production/pod.md 10")
def may_be_barred(user: User, target: User) -> None:
    """Information barriers stand between users of the own company only."""
    if user.company_id != target.company_id:
        raise Invalid(f"'{target.username}' is of another company, barriers are for colleagues")


@rule(Basis.DOCUMENTED, "production/pod.md 13")
def scheme_fits(scheme: str) -> None:
    """A protocol begins with a letter, then come letters, digits, -, . and +."""
    rest = scheme[1:].translate(str.maketrans("", "", "-.+"))
    if not (scheme[:1].isascii() and scheme[:1].isalpha() and scheme.isascii() and (not rest or rest.isalnum())):
        raise Invalid(f"'{scheme[:40]}' is no protocol: a letter, then letters, digits, -, . and +")
