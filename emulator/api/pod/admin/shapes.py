"""Users as administrators see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.api.shapes import AvatarAnswer, avatars

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World


class KeyAnswer(TypedDict, total=False):
    key: str
    expirationDate: int


class Attributes(TypedDict, total=False):
    emailAddress: str
    firstName: str
    lastName: str
    userName: str
    displayName: str
    companyName: str
    department: str
    division: str
    title: str
    workPhoneNumber: str
    mobilePhoneNumber: str
    twoFactorAuthPhone: str
    smsNumber: str
    accountType: str
    location: str
    jobFunction: str
    assetClasses: list[str]
    industries: list[str]
    marketCoverage: list[str]
    responsibility: list[str]
    function: list[str]
    instrument: list[str]
    currentKey: KeyAnswer
    previousKey: KeyAnswer


class SystemInfo(TypedDict, total=False):
    id: int
    status: str
    suspended: bool
    suspendedUntil: int
    suspensionReason: str
    createdDate: int
    createdBy: str
    lastUpdatedDate: int
    lastLoginDate: int
    deactivatedDate: int


class UserDetail(TypedDict):
    userAttributes: Attributes
    userSystemInfo: SystemInfo
    roles: list[str]
    features: list[int]
    apps: list[int]
    groups: list[int]
    disclaimers: list[int]
    avatar: AvatarAnswer


def _attributes(world: World, user: User, *, version: int) -> Attributes:
    answer: Attributes = {
        "emailAddress": user.email,
        "userName": user.username,
        "displayName": user.display_name,
        "companyName": world.companies.of(user.company_id).name,
        "accountType": user.account_type,
    }
    optional = {
        "firstName": user.first_name,
        "lastName": user.last_name,
        "department": user.department,
        "division": user.division,
        "title": user.title,
        "workPhoneNumber": user.work_phone,
        "mobilePhoneNumber": user.mobile_phone,
        "smsNumber": user.sms_number,
        "location": user.location,
        "jobFunction": user.job_function,
        "assetClasses": list(user.asset_classes),
        "industries": list(user.industries),
    }
    if version == 2:
        optional |= {
            "twoFactorAuthPhone": user.two_factor_phone,
            "marketCoverage": list(user.market_coverages),
            "responsibility": list(user.responsibilities),
            "function": list(user.functions),
            "instrument": list(user.instruments),
        }
        if user.public_key:
            answer["currentKey"] = {"key": user.public_key}
        if user.previous_key:
            answer["previousKey"] = {"key": user.previous_key, "expirationDate": user.previous_key_until or 0}
    answer.update({name: value for name, value in optional.items() if value})  # type: ignore[typeddict-item]
    return answer


def _system_info(world: World, user: User) -> SystemInfo:
    answer: SystemInfo = {
        "id": user.id,
        "status": "ENABLED" if user.enabled else "DISABLED",
        "suspended": user.suspended_at(world.clock.now()),
        "createdDate": user.created_at,
        "lastUpdatedDate": user.updated_at,
    }
    if answer["suspended"]:
        if user.suspended_until is not None:
            answer["suspendedUntil"] = user.suspended_until // 1000
        if user.suspension_reason is not None:
            answer["suspensionReason"] = user.suspension_reason
    if user.created_by is not None:
        answer["createdBy"] = str(user.created_by)
    if user.last_login_at is not None:
        answer["lastLoginDate"] = user.last_login_at
    if user.deactivated_at is not None:
        answer["deactivatedDate"] = user.deactivated_at
    return answer


def user_detail(world: World, user: User, *, version: int = 2) -> UserDetail:
    """A user with attributes, state and roles. Lists of numbers that production fills with ids of its own are empty."""
    return {
        "userAttributes": _attributes(world, user, version=version),
        "userSystemInfo": _system_info(world, user),
        "roles": sorted(user.roles),
        "features": [],
        "apps": [],
        "groups": [],
        "disclaimers": [],
        "avatar": avatars(user)[0],
    }
