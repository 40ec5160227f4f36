"""Roles end at the pod's border, and nobody is brought together whom the rules keep apart: over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator.access import signing
from emulator.server import Background
from emulator.world.attachments import Upload
from emulator.world.messages import Content, Origin
from emulator.world.streams import RoomAttributes, Stream
from tests.conftest import Wire, refused

NOBODY = (191 << 36) + 987_654
SAID = Content(presentationml="<div>said in Globex</div>", words=("said",))
OFFICER = frozenset({"USER_PROVISIONING", "COMPLIANCE_OFFICER", "CONTENT_MANAGEMENT", "SUPER_COMPLIANCE_OFFICER"})


@pytest.fixture
def wire(wire: Wire) -> Iterator[Wire]:
    """The same over a socket."""
    served = Background(wire.site)
    served.start()
    wire.http.close()
    with httpx.Client(base_url=served.url, trust_env=False) as wire.http:
        yield wire
    served.stop()


@pytest.fixture
def theirs(wire: Wire) -> Stream:
    """A room that has only members of the other company."""
    return wire.world.rooms.open(wire.user("carol"), RoomAttributes(name="Globex only", members_can_invite=True))


@pytest.fixture
def officer(wire: Wire) -> str:
    heidi = wire.user("heidi")
    wire.world.users.change(heidi, roles=heidi.roles | OFFICER)
    return "heidi"


def _hidden(wire: Wire, name: str) -> int:
    """Somebody of another company whom the directory does not show."""
    user = wire.user(name)
    return wire.world.users.change(
        user, entitlements=user.entitlements - {"isExternalIMEnabled", "isExternalRoomEnabled"}
    ).id


@pytest.mark.parametrize(
    ("method", "path", "request_"),
    [
        ("GET", "/pod/v2/streams/{sid}/info", {}),
        ("GET", "/pod/v3/room/{sid}/info", {}),
        ("GET", "/pod/v2/room/{sid}/membership/list", {}),
        ("POST", "/pod/v1/room/{sid}/setActive", {"params": {"active": "false"}}),
        ("POST", "/pod/v3/room/{sid}/update", {"json": {"description": "ours"}}),
        ("POST", "/pod/v1/room/{sid}/membership/add", {"json": {"id": "heidi"}}),
        ("POST", "/pod/v1/room/{sid}/membership/remove", {"json": {"id": "carol"}}),
        ("POST", "/pod/v1/room/{sid}/membership/promoteOwner", {"json": {"id": "carol"}}),
    ],
)
def test_a_room_of_another_pod_does_not_exist_for_officers(
    wire: Wire, theirs: Stream, officer: str, method: str, path: str, request_: dict[str, Any]
) -> None:
    if "id" in request_.get("json", {}):
        request_ = {"json": {"id": wire.id(request_["json"]["id"])}}
    before = wire.world.streams.book[theirs.id]
    there = wire.call(method, path.format(sid=theirs.id), officer, **request_)
    missing = wire.call(method, path.format(sid=theirs.id[:-3] + "AAA"), officer, **request_)
    assert there.status_code == missing.status_code >= 400
    assert there.json() == missing.json()
    assert wire.world.streams.book[theirs.id] == before
    assert wire.world.streams.is_member(theirs.id, wire.id("carol"))
    assert not wire.world.streams.is_member(theirs.id, wire.id("heidi"))


def test_officers_see_rooms_in_which_somebody_of_the_pod_is(wire: Wire, officer: str) -> None:
    room = wire.world.rooms.open(wire.user("carol"), RoomAttributes(name="Both", cross_pod=True))
    wire.world.streams.seat(room, wire.id("alice"))
    assert wire.get(f"/pod/v2/streams/{room.id}/info", officer).status_code == 200


def test_content_management_ends_at_the_border(wire: Wire, theirs: Stream, officer: str) -> None:
    message = wire.world.messages.post(wire.user("carol"), theirs, SAID, Origin(session="s"))
    path = "/pod/v1/admin/messagesuppression/{}/suppress"
    answer = wire.post(path.format(message.id), officer)
    missing = wire.post(path.format(message.id[:-3] + "AAA"), officer)
    assert answer.status_code == missing.status_code == 400
    assert answer.text == missing.text.replace(message.id[:-3] + "AAA", message.id)
    assert wire.world.messages.book[message.id].suppressed_at is None


def test_a_third_does_not_bring_together_whom_a_barrier_parts(wire: Wire) -> None:
    count = len(wire.world.streams.book)
    both = [wire.id("alice"), wire.id("ivan")]
    refused(wire.post("/pod/v1/im/create", "heidi", json=both), 403, "barrier stands between")
    assert len(wire.world.streams.book) == count


def test_a_third_does_not_bring_together_who_may_not_meet(wire: Wire) -> None:
    bob = wire.user("bob")
    wire.world.users.change(bob, entitlements=bob.entitlements - {"isExternalIMEnabled"})
    refused(
        wire.post("/pod/v1/im/create", json=[bob.id, wire.id("carol")]), 403, "user 'bob' lacks the entitlement isExt"
    )


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_an_im_asks_both_sides_when_it_is_written_into(wire: Wire, who: str) -> None:
    im = wire.world.streams.im(wire.user("alice"), [wire.id("carol")])
    path, body = f"/agent/v4/stream/{im.id}/message/create", {"message": "<messageML>Hi</messageML>"}
    assert wire.post(path, data=body, files=[]).status_code == 200
    user = wire.user(who)
    wire.world.users.change(user, entitlements=user.entitlements - {"isExternalIMEnabled"})
    refused(wire.post(path, data=body, files=[]), 403, f"user '{who}' lacks the entitlement isExternalIMEnabled")


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_a_room_of_two_companies_asks_both_when_it_is_written_into(wire: Wire, who: str) -> None:
    path = f"/agent/v4/stream/{wire.room('Acme x Globex').id}/message/create"
    wire.world.companies.change(wire.user(who).company_id, cross_pod=False)
    answer = wire.post(path, data={"message": "<messageML>Hi</messageML>"}, files=[])
    refused(answer, 403, "does not communicate with other companies")


_PROFILE = {
    "title": ("title", "Head"),
    "location": ("location", "Oslo"),
    "marketCoverage": ("market_coverages", "EMEA"),
    "responsibility": ("responsibilities", "BB1"),
    "function": ("functions", "Trader"),
    "instrument": ("instruments", "Futures"),
}


@pytest.mark.parametrize("field", _PROFILE)
def test_filters_of_the_directory_do_not_tell_what_answers_hide(wire: Wire, field: str) -> None:
    attribute, value = _PROFILE[field]
    for name in ("carol", "bob"):
        wire.world.users.change(wire.user(name), **{attribute: value if field in ("title", "location") else (value,)})
    for name, found in (("carol", 0), ("bob", 1)):
        answer = wire.post("/pod/v1/user/search", json={"query": name, "filters": {field: value}})
        assert answer.status_code == (200 if found else 204), name


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/pod/v3/user/{}/presence", None),
        ("GET", "/pod/v2/user?uid={}", None),
        ("POST", "/pod/v1/im/create", lambda user: [user]),
        ("POST", "/pod/v1/user/presence/register", lambda user: [user]),
        ("POST", "/pod/v1/room/{room}/membership/add", lambda user: {"id": user}),
        ("POST", "/pod/v1/room/{room}/membership/promoteOwner", lambda user: {"id": user}),
        ("GET", "/pod/v1/connection/user/{}/info", None),
        ("POST", "/pod/v1/connection/accept", lambda user: {"userId": user}),
        ("POST", "/pod/v1/user/{}/follow", lambda user: {"followers": [user]}),
    ],
)
def test_hidden_people_answer_as_missing_ones(wire: Wire, method: str, path: str, body: Any) -> None:
    room = wire.room("Acme x Globex").id

    def answer(user: int) -> tuple[int | str, ...]:
        sent = {} if body is None else {"json": body(user)}
        got = wire.call(method, path.format(user, room=room), **sent)
        return (
            got.status_code,
            got.text.replace(str(user), "ID"),
            got.headers.get("X-Emulator-Reason", "").replace(str(user), "ID"),
        )

    assert answer(_hidden(wire, "dave")) == answer(NOBODY)


def test_a_suppressed_message_is_gone_in_all_its_versions(wire: Wire) -> None:
    room, alice = wire.room("Trading Desk"), wire.user("alice")
    messages, files = wire.world.messages, (Upload(name="a.csv", content=b"secret"),)
    first = messages.post(alice, room, SAID, Origin(session="s"), files)
    second = messages.update(alice, room, first.id, SAID, Origin(session="s"))
    third = messages.update(alice, room, second.id, SAID, Origin(session="s"))
    assert wire.post(f"/pod/v1/admin/messagesuppression/{second.id}/suppress").json()["suppressionDate"] > 0
    for version in (first, second, third):
        assert messages.book[version.id].suppressed_at is not None
        got = wire.get(f"/agent/v1/message/{version.id}", "acme-bot", None)
        assert "said in Globex" not in got.text
    file = first.attachments[0].id
    got = wire.get(f"/agent/v1/stream/{room.id}/attachment", "bob", params={"messageId": first.id, "fileId": file})
    assert got.status_code >= 400
    refused(
        wire.post(
            f"/agent/v4/stream/{room.id}/message/{first.id}/update",
            data={"message": "<messageML>again</messageML>"},
            files=[],
        ),
        400,
        "is suppressed",
    )


def test_apps_act_for_service_accounts_only_where_the_world_allows_it(wire: Wire) -> None:
    app = wire.stage.sessions.open("app", subject="acme-desk", app="acme-desk").token
    path = f"/login/pubkey/app/user/{wire.id('acme-bot')}/authenticate"
    refused(wire.http.post(path, headers={"sessionToken": app}), 401, "serviceAccountsObo")
    wire.world.set(service_accounts_obo=True)
    assert wire.http.post(path, headers={"sessionToken": app}).status_code == 200


@pytest.mark.parametrize("whose", ["app", "account"])
def test_a_key_that_was_replaced_ends_sessions(wire: Wire, keys: dict[str, str], whose: str) -> None:
    app = "acme-desk" if whose == "app" else None
    user = "alice" if app else "acme-bot"
    assert wire.get("/pod/v2/sessioninfo", user, app).status_code == 200
    key = signing.public_key_of(keys["stranger"])
    if app:
        wire.world.apps.change(wire.world.apps.get(app), public_key=key)
    else:
        wire.world.users.change(wire.user(user), public_key=key)
    refused(wire.get("/pod/v2/sessioninfo", user, app), 401, "revoked or replaced")
