"""Presence: own, of others, feeds (production/pod.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import GET_PRESENCE, SET_PRESENCE
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.presence import Presence

_NOT_IN_V1 = frozenset({"IN_A_MEETING", "OUT_OF_OFFICE", "OFF_WORK"})


class PresenceV1(TypedDict):
    category: str


class V2Presence(TypedDict):
    category: str
    userId: int
    timestamp: int


def _v1(presence: Presence) -> PresenceV1:
    # The specification has UNDEFINED for what the values known to the call cannot represent.
    return {"category": "UNDEFINED" if presence.category in _NOT_IN_V1 else presence.category}


def _v2(presence: Presence) -> V2Presence:
    return {"category": presence.category, "userId": presence.user, "timestamp": presence.at}


@endpoint("GET", "/pod/v2/user/presence", permissions=[GET_PRESENCE], returns="V2Presence")
def own_presence(call: Call) -> V2Presence:
    """The own presence."""
    return _v2(call.world.presences.own(call.user))


@endpoint("GET", "/pod/v1/user/presence", permissions=[GET_PRESENCE], returns="Presence", deprecated=True)
def own_presence_v1(call: Call) -> PresenceV1:
    """The own presence, the oldest form."""
    return _v1(call.world.presences.own(call.user))


def _seen(call: Call) -> Presence:
    return call.world.presences.seen_by(call.user, call.number("uid"), local=bool(call.query and call.query.local))


@endpoint(
    "GET",
    "/pod/v3/user/{uid}/presence",
    permissions=[GET_PRESENCE],
    query="presence:Local",
    returns="V2Presence",
    missing=404,
)
def presence(call: Call) -> V2Presence:
    """The presence of a user."""
    return _v2(_seen(call))


@endpoint(
    "GET",
    "/pod/v2/user/{uid}/presence",
    permissions=[GET_PRESENCE],
    query="presence:Local",
    returns="Presence",
    missing=404,
    deprecated=True,
)
def presence_v2(call: Call) -> PresenceV1:
    """The presence of a user, the older form."""
    return _v1(_seen(call))


@endpoint(
    "GET",
    "/pod/v1/user/{uid}/presence",
    permissions=[GET_PRESENCE],
    returns="Presence",
    missing=404,
    deprecated=True,
)
def presence_v1(call: Call) -> PresenceV1:
    """The presence of a user, the oldest form."""
    return _v1(_seen(call))


@endpoint(
    "POST",
    "/pod/v2/user/presence",
    permissions=[SET_PRESENCE],
    query="presence:Soft",
    body="presence:Status",
    returns="V2Presence",
)
def set_presence(call: Call) -> V2Presence:
    """Set the own presence."""
    return _v2(call.world.presences.set(call.user, call.body.category, soft=call.query.soft))


@endpoint(
    "POST",
    "/pod/v1/user/presence",
    permissions=[SET_PRESENCE],
    body="presence:StatusV1",
    returns="Presence",
    deprecated=True,
)
def set_presence_v1(call: Call) -> PresenceV1:
    """Set the own presence, the oldest form."""
    return _v1(call.world.presences.set(call.user, call.body.category))


@endpoint(
    "POST",
    "/pod/v3/user/presence",
    permissions=[SET_PRESENCE],
    query="presence:Soft",
    body="presence:UserStatus",
    returns="V2Presence",
    missing=404,
)
def set_user_presence(call: Call) -> V2Presence:
    """Set the presence of a user: one's own, unless a role allows more."""
    presences = call.world.presences
    return _v2(presences.set_of(call.user, call.body.userId, call.body.category, soft=call.query.soft))


@endpoint(
    "POST", "/pod/v1/user/{uid}/presence", body="presence:AnyStatusV1", returns="Presence", missing=404, deprecated=True
)
def set_user_presence_v1(call: Call) -> PresenceV1:
    """Set the presence of a user, the oldest form, in limited release."""
    return _v1(call.world.presences.set_released(call.user, call.number("uid"), call.body.category))


@endpoint(
    "POST",
    "/pod/v1/user/presence/register",
    permissions=[GET_PRESENCE],
    body="presence:Users",
    returns="SuccessResponse",
    missing=404,
)
def register_interest(call: Call) -> Success:
    """Register interest in the presence of users of other companies."""
    call.world.presences.register(call.user, call.body)
    return success("OK")


class FeedId(TypedDict):
    id: str


@endpoint("POST", "/pod/v1/presence/feed/create", permissions=[GET_PRESENCE], returns="StringId")
def create_presence_feed(call: Call) -> FeedId:
    """A new feed of presences."""
    return {"id": call.world.presences.create_feed(call.user).id}


@endpoint("GET", "/pod/v1/presence/feed/{feedId}/read", permissions=[GET_PRESENCE], returns="V2PresenceList")
def read_presence_feed(call: Call) -> list[V2Presence]:
    """The presences that changed since the last read."""
    return [_v2(each) for each in call.world.presences.read_feed(call.user, call.path["feedId"])]


@endpoint("POST", "/pod/v1/presence/feed/{feedId}/delete", permissions=[GET_PRESENCE], returns="StringId")
def delete_presence_feed(call: Call) -> FeedId:
    """Delete a feed of presences."""
    return {"id": call.world.presences.delete_feed(call.user, call.path["feedId"]).id}


@endpoint("GET", "/pod/v2/users/presence", query="presence:AllPage", returns="V2PresenceList")
def all_presences(call: Call) -> list[V2Presence]:
    """The presences of the whole company, by user id."""
    found = call.world.presences.listed(call.user, call.query.lastUserId, call.query.limit)
    return [_v2(each) for each in found]
