"""Calls that the BDKs make on behalf of users and the table of OBO endpoints does not list: closed as the table says,
opened one by one by a world's setting `oboAlso`."""

from __future__ import annotations

from emulator.access.permissions import GET_MESSAGES, GET_PRESENCE, REQUEST_USER_CONNECTIONS

OBO_ALSO: dict[str, tuple[str, ...]] = {
    "GET /agent/v1/message/{id}": (GET_MESSAGES,),
    "GET /agent/v1/stream/{sid}/attachment": (GET_MESSAGES,),
    "GET /pod/v1/streams/{sid}/attachments": (GET_MESSAGES,),
    "POST /agent/v4/message/search/semantic": (GET_MESSAGES,),
    "POST /pod/v1/connection/accept": (REQUEST_USER_CONNECTIONS,),
    "POST /pod/v1/connection/reject": (REQUEST_USER_CONNECTIONS,),
    "POST /pod/v1/connection/user/{uid}/remove": (REQUEST_USER_CONNECTIONS,),
    "GET /pod/v2/users/presence": (GET_PRESENCE,),
}
"""What an app needs once such a call is opened, by the name of the endpoint: what the table asks for the like."""
