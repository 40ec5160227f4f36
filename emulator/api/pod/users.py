"""Looking users up, and searching for them (production/pod.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from emulator.access.permissions import GET_BASIC_CONTACT_INFO, GET_EXTENDED_CONTACT_INFO, SEND_MESSAGES
from emulator.api.call import MAX_LONG
from emulator.api.shapes import UserV1, UserV2, user_v2
from emulator.table.table import endpoint
from emulator.world.errors import Invalid
from emulator.world.users import Search

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.users import ByMany, ByOne, SearchPage, UserSearchQuery
    from emulator.world.users import User

MOST_LOOKED_UP = 100


def _answer(call: Call, user: User) -> UserV2:
    return user_v2(call.world, user, call.caller, extended=GET_EXTENDED_CONTACT_INFO)


@endpoint(
    "GET",
    "/pod/v1/user",
    permissions=[GET_BASIC_CONTACT_INFO],
    query="users:ByEmail",
    returns="User",
    deprecated=True,
    success=(200, 204),
)
def user_v1(call: Call) -> UserV1 | None:
    """A user by e-mail: the id."""
    found = call.world.users.look_up(call.user, emails=[call.query.email], local=call.query.local)
    # Who asks by e-mail knows it.
    return {"id": found[0].id, "emailAddress": found[0].email} if found else None


@endpoint(
    "GET", "/pod/v1/user/name/{userName}/get", permissions=None, returns="User", deprecated=True, success=(200, 204)
)
def user_by_name_v1(call: Call) -> UserV1 | None:
    """A user of the pod by username: the id."""
    found = call.world.users.look_up(call.user, usernames=[call.path["userName"]], local=True)
    return {"id": found[0].id, "emailAddress": found[0].email} if found else None


@endpoint(
    "GET",
    "/pod/v2/user",
    permissions=[GET_BASIC_CONTACT_INFO, SEND_MESSAGES],
    query="users:ByOne",
    returns="UserV2",
    success=(200, 204),
)
def user(call: Call) -> UserV2 | None:
    """A user by id, e-mail or username."""
    query: ByOne = call.query
    if query.uid is None and not query.email:
        if not query.username:
            raise Invalid("At least one query parameter (uid or email or username) needs to be present")
        if call.world.settings.username_without_local == "refused" and not query.local:
            raise Invalid("a look-up by username needs local=true: settings.usernameWithoutLocal")
    found = call.world.users.look_up(
        call.user,
        user_ids=[] if query.uid is None else [query.uid],
        emails=[query.email] if query.email and query.uid is None else [],
        usernames=[query.username] if query.username and query.uid is None and not query.email else [],
        local=query.local,
    )
    return _answer(call, found[0]) if found else None


class UserError(TypedDict, total=False):
    error: str
    email: str
    id: str


class UserList(TypedDict, total=False):
    users: list[UserV2]
    errors: list[UserError]


@endpoint(
    "GET",
    "/pod/v3/users",
    permissions=[GET_BASIC_CONTACT_INFO],
    query="users:ByMany",
    returns="V2UserList",
    success=(200, 204),
)
def users(call: Call) -> UserList | None:
    """Users by ids, by e-mails or by usernames, at most a hundred. An id that nobody has is among the errors, as in the
    specification's sample, where somebody was found."""
    query: ByMany = call.query
    given = [values for values in (query.uid, query.email, query.username) if values]
    if len(given) != 1:
        raise Invalid("exactly one of uid, email and username has to be given")
    if len(given[0]) > MOST_LOOKED_UP:
        raise Invalid(f"{len(given[0])} users are asked for, at most {MOST_LOOKED_UP} can be at once")
    errors: list[UserError] = []
    user_ids = []
    for text in query.uid or ():
        if text.isascii() and text.isdigit() and int(text[:20]) <= MAX_LONG:
            user_ids.append(int(text))
        else:
            errors.append({"error": "invalid.format", "id": text})
    emails = []
    for text in query.email or ():
        if "@" in text:
            emails.append(text)
        else:
            errors.append({"error": "invalid.format", "email": text})
    external = query.local or call.user.entitlements & {"isExternalIMEnabled", "isExternalRoomEnabled"}
    if not external and call.world.settings.look_up_without_externals == "nobody":
        return None
    found = call.world.users.look_up(
        call.user,
        user_ids=user_ids,
        emails=emails,
        usernames=query.username or (),
        local=query.local,
        active=query.active,
    )
    if not found and not errors:
        return None
    if call.world.settings.unknown_user_ids == "errors":
        known = {each.id for each in call.world.users.look_up(call.user, user_ids=user_ids)}
        strange = [each for each in dict.fromkeys(user_ids) if each not in known]
        errors += [{"error": "invalid.format", "id": str(each)} for each in strange]
    answer: UserList = {"users": [_answer(call, each) for each in found]}
    if errors:
        answer["errors"] = errors
    return answer


class UserSearchResults(TypedDict):
    count: int
    skip: int
    limit: int
    searchQuery: dict[str, Any]
    users: list[UserV2]


@endpoint(
    "POST",
    "/pod/v1/user/search",
    permissions=[GET_BASIC_CONTACT_INFO],
    query="users:SearchPage",
    body="users:UserSearchQuery",
    returns="UserSearchResults",
    success=(200, 204),
)
def search_users(call: Call) -> UserSearchResults | None:
    """Users whose name or e-mail holds a piece of text, and whose attributes fit."""
    asked: UserSearchQuery = call.body
    page: SearchPage = call.query
    filters = asked.filters
    if not (asked.query or "").strip() and asked.filters is None:
        raise Invalid("a search needs a query or filters")
    found = call.world.users.search(
        call.user,
        Search(query=asked.query) if filters is None else filters.search(asked.query),
        local=page.local,
    )
    shown = found[page.skip : page.skip + page.limit]
    if not shown:
        return None
    return {
        "count": len(found),
        "skip": page.skip,
        "limit": page.limit,
        "searchQuery": asked.model_dump(exclude_none=True),
        "users": [_answer(call, each) for each in shown],
    }
