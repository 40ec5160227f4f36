"""Rooms and who is in them (production/pod.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from emulator.access.permissions import CREATE_USER_STREAM, LIST_USER_STREAMS, MANAGE_ROOMS
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint
from emulator.world import ids
from emulator.world.errors import Invalid
from emulator.world.rooms import RoomSearch
from emulator.world.streams import RoomAttributes

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.rooms import Attributes, SearchCriteria, SearchPage
    from emulator.world.streams import Stream


class TagAnswer(TypedDict):
    key: str
    value: str


class RoomAttributesAnswer(TypedDict, total=False):
    name: str
    keywords: list[TagAnswer]
    description: str
    membersCanInvite: bool
    discoverable: bool
    readOnly: bool
    copyProtected: bool
    crossPod: bool
    viewHistory: bool
    multiLateralRoom: bool
    public: bool
    scheduledMeeting: bool
    pinnedMessageId: str
    subType: str


class RoomSystemInfo(TypedDict):
    id: str
    creationDate: int
    createdByUserId: int
    active: bool


class RoomDetail(TypedDict):
    roomAttributes: RoomAttributesAnswer
    roomSystemInfo: RoomSystemInfo


def _keywords(room: RoomAttributes) -> list[TagAnswer]:
    return [{"key": key, "value": value} for key, value in room.keywords]


def _system_info(stream: Stream) -> RoomSystemInfo:
    return {
        "id": stream.id,
        "creationDate": stream.created_at,
        "createdByUserId": stream.created_by,
        "active": stream.active,
    }


def _attributes_v2(room: RoomAttributes) -> RoomAttributesAnswer:
    return {
        "name": room.name,
        "keywords": _keywords(room),
        "description": room.description,
        "membersCanInvite": room.members_can_invite,
        "discoverable": room.discoverable,
        "readOnly": room.read_only,
        "copyProtected": room.copy_protected,
        "crossPod": room.cross_pod,
        "viewHistory": room.view_history,
        "public": room.public,
    }


def _answer(stream: Stream) -> RoomDetail:
    room = stream.room
    assert room is not None
    attributes = _attributes_v2(room)
    attributes["multiLateralRoom"] = room.multilateral
    if room.scheduled_meeting:
        attributes["scheduledMeeting"] = True
    if stream.pinned:
        attributes["pinnedMessageId"] = stream.pinned
    return {"roomAttributes": attributes, "roomSystemInfo": _system_info(stream)}


def _answer_v2(stream: Stream) -> RoomDetail:
    assert stream.room is not None
    return {"roomAttributes": _attributes_v2(stream.room), "roomSystemInfo": _system_info(stream)}


def _create(call: Call) -> Stream:
    asked: Attributes = call.body
    given = asked.given()
    if "name" not in given:
        raise Invalid("a room needs a name")
    if given.get("public"):
        for implied in ("view_history", "discoverable", "members_can_invite"):
            given.setdefault(implied, True)
    return call.world.rooms.create(call.user, RoomAttributes(**given))


def _update(call: Call, name: str) -> Stream:
    asked: Attributes = call.body
    pinned = asked.pinnedMessageId
    return call.world.rooms.update(
        call.user, call.id(name), asked.given(), None if pinned is None else ids.url_safe(pinned)
    )


@endpoint(
    "POST",
    "/pod/v3/room/create",
    permissions=[MANAGE_ROOMS, CREATE_USER_STREAM],
    body="rooms:Attributes",
    returns="V3RoomDetail",
    about="room",
)
def create_room(call: Call) -> RoomDetail:
    """A new room, owned by the user."""
    return _answer(_create(call))


@endpoint("POST", "/pod/v2/room/create", body="rooms:Attributes", returns="V2RoomDetail", deprecated=True, about="room")
def create_room_v2(call: Call) -> RoomDetail:
    """A new room, the older form."""
    return _answer_v2(_create(call))


@endpoint("GET", "/pod/v3/room/{id}/info", permissions=[MANAGE_ROOMS], returns="V3RoomDetail", about="room")
def room_info(call: Call) -> RoomDetail:
    """What a room is like."""
    return _answer(call.world.rooms.seen_by(call.user, call.id("id")))


@endpoint("GET", "/pod/v2/room/{id}/info", returns="V2RoomDetail", deprecated=True, about="room")
def room_info_v2(call: Call) -> RoomDetail:
    """What a room is like, the older form."""
    return _answer_v2(call.world.rooms.seen_by(call.user, call.id("id")))


class RoomDetailV1(TypedDict):
    roomAttributes: RoomAttributesAnswer
    roomSystemInfo: RoomSystemInfo
    immutableRoomAttributes: RoomAttributesAnswer


def _answer_v1(stream: Stream) -> RoomDetailV1:
    room = stream.room
    assert room is not None
    return {
        "roomAttributes": {
            "name": room.name,
            "description": room.description,
            "membersCanInvite": room.members_can_invite,
            "discoverable": room.discoverable,
        },
        "roomSystemInfo": _system_info(stream),
        "immutableRoomAttributes": {
            "readOnly": room.read_only,
            "copyProtected": room.copy_protected,
            "public": room.public,
        },
    }


@endpoint("GET", "/pod/v1/room/{id}/info", returns="RoomDetail", deprecated=True, about="room")
def room_info_v1(call: Call) -> RoomDetailV1:
    """What a room is like, the oldest form."""
    return _answer_v1(call.world.rooms.seen_by(call.user, call.id("id")))


@endpoint(
    "POST",
    "/pod/v3/room/{id}/update",
    permissions=[MANAGE_ROOMS],
    body="rooms:Attributes",
    returns="V3RoomDetail",
    about="room",
)
def update_room(call: Call) -> RoomDetail:
    """Change a room."""
    return _answer(_update(call, "id"))


@endpoint(
    "POST", "/pod/v2/room/{id}/update", body="rooms:Attributes", returns="V2RoomDetail", deprecated=True, about="room"
)
def update_room_v2(call: Call) -> RoomDetail:
    """Change a room, the older form."""
    return _answer_v2(_update(call, "id"))


@endpoint(
    "POST",
    "/pod/v1/room/{id}/setActive",
    permissions=[MANAGE_ROOMS],
    query="rooms:Active",
    returns="RoomDetail",
    about="room",
)
def set_room_active(call: Call) -> RoomDetailV1:
    """Deactivate or reactivate a room."""
    return _answer_v1(call.world.rooms.set_active(call.user, call.id("id"), call.query.active))


class Member(TypedDict):
    id: int
    owner: bool
    joinDate: int


def _members(call: Call) -> list[Member]:
    return [
        {"id": member.user, "owner": member.owner, "joinDate": member.joined_at}
        for member in call.world.rooms.members(call.user, call.id("id"))
    ]


@endpoint(
    "GET",
    "/pod/v2/room/{id}/membership/list",
    permissions=[MANAGE_ROOMS, LIST_USER_STREAMS],
    returns="MembershipList",
    aliases=[("POST", "/pod/v2/room/{id}/membership/list")],
    about="room",
)
def room_members(call: Call) -> list[Member]:
    """Who is in a room."""
    return _members(call)


@endpoint("GET", "/pod/v1/room/{id}/membership/list", returns="MembershipList", deprecated=True, about="room")
def room_members_v1(call: Call) -> list[Member]:
    """Who is in a room, the older form."""
    return _members(call)


@endpoint(
    "POST",
    "/pod/v1/room/{id}/membership/add",
    permissions=[MANAGE_ROOMS],
    body="rooms:UserId",
    returns="SuccessResponse",
    about="room",
)
def add_member(call: Call) -> Success:
    """Let a user into a room, or join a public one."""
    call.world.rooms.add(call.user, call.id("id"), call.body.id)
    return success("Member added")


@endpoint(
    "POST",
    "/pod/v1/room/{id}/membership/remove",
    permissions=[MANAGE_ROOMS],
    body="rooms:UserId",
    returns="SuccessResponse",
    about="room",
)
def remove_member(call: Call) -> Success:
    """Put a user out of a room, or leave it."""
    call.world.rooms.remove(call.user, call.id("id"), call.body.id)
    return success("Member removed")


@endpoint(
    "POST",
    "/pod/v1/room/{id}/membership/promoteOwner",
    permissions=[MANAGE_ROOMS],
    body="rooms:UserId",
    returns="SuccessResponse",
    about="room",
)
def promote_owner(call: Call) -> Success:
    """Make a member an owner."""
    call.world.rooms.promote(call.user, call.id("id"), call.body.id)
    return success("Member promoted to owner")


@endpoint(
    "POST",
    "/pod/v1/room/{id}/membership/demoteOwner",
    permissions=[MANAGE_ROOMS],
    body="rooms:UserId",
    returns="SuccessResponse",
    about="room",
)
def demote_owner(call: Call) -> Success:
    """Make an owner a plain member."""
    call.world.rooms.demote(call.user, call.id("id"), call.body.id)
    return success("Owner demoted")


class Facet(TypedDict):
    facet: str
    count: int


class RoomSearchResults(TypedDict):
    count: int
    skip: int
    limit: int
    query: dict[str, Any]
    rooms: list[RoomDetail]
    facetedMatchCount: list[Facet]


def _found(call: Call, stream: Stream) -> RoomDetail:
    answer = _answer(stream)
    if call.world.settings.room_search_ids == "standard":
        answer["roomSystemInfo"]["id"] = ids.standard(stream.id)
    return answer


@endpoint(
    "POST",
    "/pod/v3/room/search",
    permissions=[MANAGE_ROOMS],
    query="rooms:SearchPage",
    body="rooms:SearchCriteria",
    returns="V3RoomSearchResults",
    about="room",
)
def search_rooms(call: Call) -> RoomSearchResults:
    """The rooms that match and that the user may find."""
    asked: SearchCriteria = call.body
    page: SearchPage = call.query
    if not asked.query.strip():
        raise Invalid("a room search needs a query")
    found, facets = call.world.rooms.search(
        call.user,
        RoomSearch(
            query=asked.query,
            labels=tuple(asked.labels or ()),
            fields=tuple(asked.searchFields or ()),
            active=asked.active,
            private=asked.private,
            owner=None if asked.owner is None else asked.owner.id,
            creator=None if asked.creator is None else asked.creator.id,
            member=None if asked.member is None else asked.member.id,
            relevance=asked.sortOrder == "RELEVANCE",
            sub_type=asked.subType,
        ),
    )
    return {
        "count": len(found),
        "skip": page.skip,
        "limit": page.limit,
        "query": {**asked.model_dump(exclude_none=True), "labels": asked.labels or []},
        "rooms": [_found(call, stream) for stream in found[page.skip : page.skip + page.limit]],
        "facetedMatchCount": [{"facet": key, "count": count} for key, count in facets.most_common()],
    }
