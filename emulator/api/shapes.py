"""Answers that several endpoints share, one function a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from emulator.api.pictures import addresses
from emulator.world.policy import allows, people

if TYPE_CHECKING:
    from emulator.access.caller import Caller
    from emulator.world.users import User
    from emulator.world.world import World


class Success(TypedDict):
    format: Literal["TEXT"]
    message: str


def success(message: str) -> Success:
    return {"format": "TEXT", "message": message}


class AvatarAnswer(TypedDict):
    size: str
    url: str


class UserV1(TypedDict):
    id: int
    emailAddress: str


class UserV2(TypedDict, total=False):
    id: int
    emailAddress: str
    firstName: str
    lastName: str
    displayName: str
    title: str
    company: str
    username: str
    location: str
    accountType: str
    avatars: list[AvatarAnswer]
    workPhoneNumber: str
    mobilePhoneNumber: str
    jobFunction: str
    department: str
    division: str
    roles: list[str]


def avatars(user: User) -> list[AvatarAnswer]:
    """Where the pictures of a user are: what was uploaded, else their initials."""
    return [{"size": size, "url": url} for size, url in user.avatars or addresses(user)]


def user_v2(world: World, user: User, viewer: Caller, *, extended: str) -> UserV2:
    """A user as the viewer may see them (production/pod.md 3.4, 4): of another company without e-mail, title, location
    and department; phone numbers, function, department and division only with the `extended` permission."""
    answer: UserV2 = {"id": user.id}
    colleague = allows(people.profile_shows, viewer.user, user)
    if colleague:
        answer["emailAddress"] = user.email
    if user.first_name is not None:
        answer["firstName"] = user.first_name
    if user.last_name is not None:
        answer["lastName"] = user.last_name
    answer["displayName"] = user.display_name
    answer["company"] = world.companies.of(user.company_id).name
    if colleague or world.settings.external_usernames == "shown":
        answer["username"] = user.username
    answer["accountType"] = user.account_type
    answer["avatars"] = avatars(user)
    if not colleague:
        return answer
    if user.title is not None:
        answer["title"] = user.title
    if user.location is not None:
        answer["location"] = user.location
    if viewer.app_may(extended):
        _extend(answer, user)
    return answer


def _extend(answer: UserV2, user: User) -> None:
    if user.work_phone is not None:
        answer["workPhoneNumber"] = user.work_phone
    if user.mobile_phone is not None:
        answer["mobilePhoneNumber"] = user.mobile_phone
    if user.job_function is not None:
        answer["jobFunction"] = user.job_function
    if user.department is not None:
        answer["department"] = user.department
    if user.division is not None:
        answer["division"] = user.division


class V4User(TypedDict, total=False):
    userId: int
    firstName: str
    lastName: str
    displayName: str
    email: str
    username: str


def v4_user(user: User, viewer: User) -> V4User:
    """A user in messages and events: e-mail and username for colleagues only (production/agent.md 2)."""
    answer: V4User = {"userId": user.id}
    if user.first_name is not None:
        answer["firstName"] = user.first_name
    if user.last_name is not None:
        answer["lastName"] = user.last_name
    answer["displayName"] = user.display_name
    if allows(people.profile_shows, viewer, user):
        answer["email"] = user.email
        answer["username"] = user.username
    return answer
