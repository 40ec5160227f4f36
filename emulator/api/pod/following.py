"""Who follows whom (production/pod.md 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import MANAGE_USER_FOLLOWING
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.following import Page


@endpoint(
    "POST",
    "/pod/v1/user/{uid}/follow",
    permissions=[MANAGE_USER_FOLLOWING],
    body="following:Followers",
    returns="SuccessResponse",
    aliases=[("POST", "/v1/user/{uid}/follow")],
)
def follow(call: Call) -> Success:
    """Make users follow a user."""
    acting = call.caller.app is not None
    call.world.following.follow(call.user, call.number("uid"), call.body.followers, acting=acting)
    return success("User(s) successfully added in the list of followers")


@endpoint(
    "POST",
    "/pod/v1/user/{uid}/unfollow",
    permissions=[MANAGE_USER_FOLLOWING],
    body="following:Followers",
    returns="SuccessResponse",
    aliases=[("POST", "/v1/user/{uid}/unfollow")],
)
def unfollow(call: Call) -> Success:
    """Make users no longer follow a user."""
    acting = call.caller.app is not None
    call.world.following.unfollow(call.user, call.number("uid"), call.body.followers, acting=acting)
    return success("User(s) successfully removed from the list of followers")


class Cursors(TypedDict, total=False):
    before: str
    after: str


class Pagination(TypedDict):
    cursors: Cursors


class FollowersAnswer(TypedDict):
    count: int
    followers: list[int]
    pagination: Pagination


class FollowingAnswer(TypedDict):
    count: int
    following: list[int]
    pagination: Pagination


def _pagination(page: Page) -> Pagination:
    cursors: Cursors = {"before": str(page.before)}
    if page.last < page.total:
        cursors["after"] = str(page.last)
    return {"cursors": cursors}


@endpoint("GET", "/pod/v1/user/{uid}/followers", query="following:FollowPage", returns="FollowersListResponse")
def list_followers(call: Call) -> FollowersAnswer:
    """Those who follow a user, by pages."""
    asked = call.query
    page = call.world.following.followers(
        call.user, call.number("uid"), limit=asked.limit, before=asked.before, after=asked.after
    )
    return {"count": page.total, "followers": page.users, "pagination": _pagination(page)}


@endpoint("GET", "/pod/v1/user/{uid}/following", query="following:FollowPage", returns="FollowingListResponse")
def list_following(call: Call) -> FollowingAnswer:
    """Those whom a user follows, by pages."""
    asked = call.query
    page = call.world.following.following(
        call.user, call.number("uid"), limit=asked.limit, before=asked.before, after=asked.after
    )
    return {"count": page.total, "following": page.users, "pagination": _pagination(page)}
