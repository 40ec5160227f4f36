"""All modules that declare endpoints: importing this fills the table."""

from emulator.access.permissions import (
    GET_PRESENCE,
    MANAGE_SIGNALS,
    MANAGE_USER_FOLLOWING,
    SET_PRESENCE,
)
from emulator.api import login as login
from emulator.api.agent import messages as messages
from emulator.api.agent import search as search
from emulator.api.agent import shares as shares
from emulator.api.pod import connections as connections
from emulator.api.pod import ims as ims
from emulator.api.pod import rooms as rooms
from emulator.api.pod import session as session
from emulator.api.pod import streams as streams
from emulator.api.pod import system as system
from emulator.api.pod import users as users
from emulator.api.table import planned

planned("GET", "/pod/v1/presence/feed/{feedId}/read", [GET_PRESENCE], "Presences that changed since the last read.")
planned("GET", "/pod/v1/user/presence", [GET_PRESENCE], "The own presence, the oldest form.")
planned("GET", "/pod/v1/user/{uid}/presence", [GET_PRESENCE], "The presence of a user, the oldest form.")
planned("GET", "/pod/v2/user/presence", [GET_PRESENCE], "The own presence.")
planned("GET", "/pod/v2/user/{uid}/presence", [GET_PRESENCE], "The presence of a user, the older form.")
planned("GET", "/pod/v3/user/{uid}/presence", [GET_PRESENCE], "The presence of a user.")
planned("POST", "/pod/v1/presence/feed/create", [GET_PRESENCE], "A new feed of presences.")
planned("POST", "/pod/v1/presence/feed/{feedId}/delete", [GET_PRESENCE], "Delete a feed of presences.")
planned("POST", "/pod/v1/user/presence", [SET_PRESENCE], "Set the own presence, the oldest form.")
planned("POST", "/pod/v2/user/presence", [SET_PRESENCE], "Set the own presence.")
planned("POST", "/pod/v3/user/presence", [SET_PRESENCE], "Set the presence of a user.")
planned("POST", "/pod/v1/user/presence/register", [GET_PRESENCE], "Register interest in the presence of users.")
planned(
    "POST",
    "/pod/v1/user/{uid}/follow",
    [MANAGE_USER_FOLLOWING],
    "Make users follow.",
    ("POST", "/v1/user/{uid}/follow"),
)
planned(
    "POST",
    "/pod/v1/user/{uid}/unfollow",
    [MANAGE_USER_FOLLOWING],
    "Make users no longer follow.",
    ("POST", "/v1/user/{uid}/unfollow"),
)
planned("GET", "/agent/v1/signals/list", [MANAGE_SIGNALS], "The signals of the user.")
planned("GET", "/agent/v1/signals/{id}/get", [MANAGE_SIGNALS], "A signal.")
planned("GET", "/agent/v1/signals/{id}/subscribers", [MANAGE_SIGNALS], "Who is subscribed to a signal.")
planned("POST", "/agent/v1/signals/create", [MANAGE_SIGNALS], "A new signal.")
planned("POST", "/agent/v1/signals/{id}/update", [MANAGE_SIGNALS], "Change a signal.")
planned("POST", "/agent/v1/signals/{id}/delete", [MANAGE_SIGNALS], "Delete a signal.")
planned("POST", "/agent/v1/signals/{id}/subscribe", [MANAGE_SIGNALS], "Subscribe to a signal.")
planned("POST", "/agent/v1/signals/{id}/unsubscribe", [MANAGE_SIGNALS], "Unsubscribe from a signal.")
