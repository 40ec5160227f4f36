"""Connections with users of other companies (production/pod.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import GET_USER_CONNECTIONS, REQUEST_USER_CONNECTIONS
from emulator.api.shapes import Success, success
from emulator.table.table import endpoint
from emulator.world.connections import PENDING_INCOMING, PENDING_OUTGOING, STATUSES
from emulator.world.errors import Invalid, UnknownConnection

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.connections import ListQuery
    from emulator.world.connections import Standing


class UserConnection(TypedDict, total=False):
    userId: int
    status: str
    firstRequestedAt: int
    updatedAt: int
    requestCounter: int


def _answer(standing: Standing) -> UserConnection:
    answer: UserConnection = {"userId": standing.user, "status": standing.status}
    connection = standing.connection
    if connection is not None:
        answer["updatedAt"] = connection.updated_at
    return answer


_PENDING = (PENDING_INCOMING, PENDING_OUTGOING)
_ASKED = {"ALL": STATUSES, **{status: (status,) for status in STATUSES}}


@endpoint(
    "GET",
    "/pod/v1/connection/list",
    permissions=[GET_USER_CONNECTIONS],
    query="connections:ListQuery",
    returns="UserConnectionList",
    missing=404,
)
def list_connections(call: Call) -> list[UserConnection]:
    """The connections of the user: those that wait, unless a status is given."""
    query: ListQuery = call.query
    statuses = _PENDING if query.status is None else _ASKED.get(query.status.upper())
    if statuses is None:
        raise Invalid(f"'{query.status}' is none of {', '.join(_ASKED)}")
    found = call.world.connections.list(call.user, statuses, query.userIds)
    if not found and call.world.settings.empty_connections == "notFound":
        raise UnknownConnection("no connection of the user is asked for: settings.emptyConnections")
    return [_answer(each) for each in found]


@endpoint(
    "GET",
    "/pod/v1/connection/user/{userId}/info",
    permissions=[GET_USER_CONNECTIONS],
    returns="UserConnection",
    missing=404,
)
def connection_info(call: Call) -> UserConnection:
    """How the user stands to another."""
    return _answer(call.world.connections.standing(call.user, call.number("userId")))


@endpoint(
    "POST",
    "/pod/v1/connection/create",
    permissions=[REQUEST_USER_CONNECTIONS],
    body="connections:UserConnectionRequest",
    returns="UserConnection",
    missing=404,
)
def create_connection(call: Call) -> UserConnection:
    """Ask another user to connect. The only answer that tells of requests made before."""
    standing = call.world.connections.request(call.user, call.body.userId)
    answer = _answer(standing)
    if standing.connection is not None:
        answer["firstRequestedAt"] = standing.connection.first_requested_at
        answer["requestCounter"] = standing.connection.requests
    return answer


@endpoint(
    "POST", "/pod/v1/connection/accept", body="connections:UserConnectionRequest", returns="UserConnection", missing=404
)
def accept_connection(call: Call) -> UserConnection:
    """Accept the request of another user."""
    return _answer(call.world.connections.accept(call.user, call.body.userId))


@endpoint(
    "POST", "/pod/v1/connection/reject", body="connections:UserConnectionRequest", returns="UserConnection", missing=404
)
def reject_connection(call: Call) -> UserConnection:
    """Reject the request of another user."""
    return _answer(call.world.connections.reject(call.user, call.body.userId))


@endpoint("POST", "/pod/v1/connection/user/{uid}/remove", returns="SuccessResponse")
def remove_connection(call: Call) -> Success:
    """Remove a connection."""
    call.world.connections.remove(call.user, call.number("uid"))
    return success("Connection Removed.")
