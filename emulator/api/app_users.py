"""For whom an app is: the only call besides logins that takes the session of an app itself (production/auth.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access import login
from emulator.access.errors import NoSession
from emulator.table.table import endpoint
from emulator.world.errors import Forbidden

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.apps import UsersPage
    from emulator.world.apps import App, Installation


class Subscription(TypedDict):
    name: str
    type: str
    subscribed: bool


class AppUser(TypedDict, total=False):
    userId: int
    enable: bool
    listed: bool
    visible: bool
    product: Subscription


class Page(TypedDict):
    size: int
    number: int
    totalElements: int
    totalPages: int
    first: bool
    last: bool
    hasNext: bool
    hasPrevious: bool
    sort: list[str]


class AppUsers(TypedDict):
    users: list[AppUser]
    page: Page


def _answer(app: App, chosen: Installation) -> AppUser:
    """The specification describes `listed` and requires `visible`: both are there."""
    listed = app.listed if chosen.listed is None else chosen.listed
    installed = app.automatic if chosen.install is None else chosen.install
    answer: AppUser = {"userId": chosen.user, "enable": installed, "listed": listed, "visible": listed}
    if chosen.products:
        first = chosen.products[0]
        answer["product"] = {"name": first.name, "type": first.type, "subscribed": first.subscribed}
    return answer


@endpoint(
    "GET",
    "/v5/users/apps/{groupAppId}",
    auth="none",
    query="apps:UsersPage",
    returns="AppUsersResponse",
    missing=404,
)
def app_users(call: Call) -> AppUsers:
    """The people of the pod, and what each of them has of the app in session."""
    token = call.header(b"sessiontoken")
    if not token:
        raise NoSession("the call has no header sessionToken: it is that of the app itself")
    session = call.stage.sessions.find(token)
    if session.kind != "app":
        raise Forbidden("this call takes the session of an app itself, not that of a user")
    app = login.app_in_session(call.world, call.stage.sessions, token)
    call.about_app = app.id
    named = call.world.apps.get(call.path["groupAppId"])
    if named is not app:
        raise Forbidden(f"app '{app.id}' asks for the users of app '{named.id}'")
    asked: UsersPage = call.query
    found = call.world.apps.people(app, installed=asked.installed)
    shown = found[asked.page * asked.size : (asked.page + 1) * asked.size]
    pages = -(-len(found) // asked.size)
    return {
        "users": [_answer(app, each) for each in shown],
        "page": {
            "size": len(shown),
            "number": asked.page,
            "totalElements": len(found),
            "totalPages": pages,
            "first": asked.page == 0,
            "last": asked.page + 1 >= pages,
            "hasNext": asked.page + 1 < pages,
            "hasPrevious": asked.page > 0,
            "sort": [],
        },
    }
