"""What administrators see of streams and sessions, and the protocols of links (production/pod.md 8, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.api.call import Answer
from emulator.api.pod.ims import StreamId
from emulator.api.pod.streams import StreamAnswer, stream_answer
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint
from emulator.world.errors import Invalid
from emulator.world.policy import allows, people

if TYPE_CHECKING:
    from emulator.access.sessions import Session
    from emulator.api.call import Call
    from emulator.api.requests.admin import Page
    from emulator.api.requests.streams import StreamFilter


@endpoint("POST", "/pod/v1/admin/im/create", body="admin:UserIds", returns="Stream")
def create_im_between(call: Call) -> StreamId:
    """The IM of users among whom the caller is not."""
    return {"id": call.world.admin.im_between(call.user, call.body).id}


class MemberUser(TypedDict, total=False):
    userId: int
    email: str
    firstName: str
    lastName: str
    displayName: str
    company: str
    companyId: int
    isExternal: bool


class MemberAnswer(TypedDict):
    user: MemberUser
    isOwner: bool
    isCreator: bool
    joinDate: int


class MembersAnswer(TypedDict):
    count: int
    skip: int
    limit: int
    members: list[MemberAnswer]


@endpoint("GET", "/pod/v1/admin/stream/{id}/membership/list", query="admin:Page", returns="V2MembershipList")
def stream_members(call: Call) -> MembersAnswer:
    """Who is in a stream of any kind."""
    page: Page = call.query
    stream, members = call.world.admin.members_of(call.user, call.id("id"))
    answers: list[MemberAnswer] = []
    for seat in members[page.skip : page.skip + page.limit]:
        user = call.world.users.get(seat.user)
        shown: MemberUser = {"userId": user.id, "displayName": user.display_name}
        if allows(people.profile_shows, call.user, user):
            shown["email"] = user.email
        if user.first_name is not None:
            shown["firstName"] = user.first_name
        if user.last_name is not None:
            shown["lastName"] = user.last_name
        shown["company"] = call.world.companies.of(user.company_id).name
        shown["companyId"] = user.company_id
        shown["isExternal"] = user.company_id != call.user.company_id
        answers.append(
            {
                "user": shown,
                "isOwner": seat.owner,
                "isCreator": stream.created_by == user.id,
                "joinDate": seat.joined_at,
            }
        )
    return {"count": len(members), "skip": page.skip, "limit": page.limit, "members": answers}


@endpoint(
    "POST",
    "/pod/v1/admin/user/{uid}/streams/list",
    query="streams:Page",
    body="streams:StreamFilter",
    body_required=False,
    returns="StreamList",
)
def streams_of_user(call: Call) -> list[StreamAnswer] | None:
    """The streams of any user of the pod, oldest first."""
    asked: StreamFilter | None = call.body
    types = {each.type for each in (asked and asked.streamTypes) or ()}
    inactive = bool(asked and asked.includeInactiveStreams)
    found = call.world.admin.streams_of(call.user, call.number("uid"), types, inactive=inactive)
    page = call.query
    return [stream_answer(call, stream) for stream in found[page.skip : page.skip + page.limit]] or None


# --- sessions ---


class SessionAnswer(TypedDict):
    sessionId: str
    userId: int
    creationTime: int
    expirationDelay: int


class SessionsAnswer(TypedDict):
    sessions: list[SessionAnswer]


def _held(call: Call) -> list[Session]:
    holder = call.world.admin.session_holder(call.user, call.number("uid"))
    return call.stage.sessions.of_user(holder.id)


@endpoint("GET", "/pod/v1/users/{uid}/sessions", returns="V1UserSessions", success=(200, 204))
def sessions(call: Call) -> SessionsAnswer | None:
    """The sessions of a user, those in which an app acts for them among them."""
    found = _held(call)
    if not found:
        return None
    return {
        "sessions": [
            {
                "sessionId": each.id,
                "userId": each.user or 0,
                "creationTime": each.created_at,
                "expirationDelay": each.expires_at,
            }
            for each in found
        ]
    }


@endpoint("POST", "/pod/v1/users/{uid}/sessions/{sid}/logout", returns="SuccessResponse")
def end_session(call: Call) -> Success:
    """End one session of a user."""
    for session in _held(call):
        if session.id == call.path["sid"]:
            call.stage.sessions.end(session.token)
            return success("OK")
    raise Invalid(f"user {call.path['uid']} has no session '{call.path['sid'][:40]}'")


@endpoint("POST", "/pod/v1/users/{uid}/sessions/logout", returns="SuccessResponse")
def end_sessions(call: Call) -> Success:
    """End all sessions of a user."""
    for session in _held(call):
        call.stage.sessions.end(session.token)
    return success("OK")


# --- protocols ---


class ProtocolAnswer(TypedDict):
    scheme: str


@endpoint("POST", "/pod/v1/admin/system/protocols", body="admin:Protocol", returns="Protocol")
def add_protocol(call: Call) -> ProtocolAnswer:
    """Let links in messages have one more scheme."""
    scheme = call.body.scheme.lower()
    call.world.admin.add_protocol(call.user, scheme)
    return {"scheme": scheme}


@endpoint("DELETE", "/pod/v1/admin/system/protocols/{scheme}", success=(204,))
def remove_protocol(call: Call) -> Answer:
    """Take a scheme away from links in messages."""
    call.world.admin.remove_protocol(call.user, call.path["scheme"].lower())
    return Answer(204)
