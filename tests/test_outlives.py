"""What was had before the world was put back or replaced is good for what is still there, and never for another's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from emulator.access import login
from emulator.access.permissions import ACT_AS_USER
from emulator.api import inside
from emulator.keeping.document import exported, world_of
from emulator.world.apps import App
from emulator.world.users import User
from tests.conftest import Wire, refused
from tests.test_good_paths import call, desk, feed, new_room, sent, signal

Use = Callable[[], httpx.Response]
BOT: dict[str, Any] = {"user": "acme-bot", "app": None}


def file_of(wire: Wire) -> tuple[str, str]:
    answer = wire.post(
        f"/agent/v4/stream/{desk(wire)}/message/create",
        data={"message": "<messageML>x</messageML>"},
        files={"attachment": ("a.txt", b"x")},
    ).json()
    return answer["messageId"], answer["attachments"][0]["id"]


def newcomer(wire: Wire, name: str = "zoe", kind: str = "NORMAL") -> User:
    if any(user.username == name for user in wire.world.users.book):
        return wire.user(name)
    made = User(id=wire.world.users.next_id(190), username=name, email=f"{name}@acme.example", display_name=name)
    return wire.world.users.add(replace(made, account_type=kind))


def new_app(wire: Wire) -> App:
    if "new" in wire.world.apps.book:
        return wire.world.apps.get("new")
    every = wire.world.apps.get("acme-desk").permissions
    return wire.world.apps.add(App(id="new", name="New", permissions=every | {ACT_AS_USER}))


# --- what is had of the world, and how it is used ---


def token(user: str, app: str | None) -> Callable[[Wire], Use]:
    def make(wire: Wire) -> Use:
        held = wire.token(user, app)
        return lambda: wire.get("/pod/v2/sessioninfo", None, headers={"sessionToken": held})

    return make


def common_jwt(wire: Wire) -> Use:
    held = wire.post("/login/idm/tokens").json()["access_token"]
    return lambda: wire.get("/pod/v2/sessioninfo", None, headers={"Authorization": f"Bearer {held}"})


def both_tokens(wire: Wire) -> Use:
    bot = wire.id("acme-bot")
    headers = {
        "sessionToken": wire.token("acme-bot", None),
        "keyManagerToken": wire.stage.sessions.open_key_manager(bot),
    }
    path = f"/agent/v4/stream/{desk(wire)}/message"
    return lambda: wire.get(path, None, params={"since": 0}, headers=headers)


def app_session(wire: Wire) -> Use:
    held = login.open_app_session(wire.stage.sessions, wire.world.apps.get("acme-desk")).token
    return lambda: wire.http.post("/login/pubkey/app/username/alice/authenticate", headers={"sessionToken": held})


LIVES: dict[str, Callable[[Wire], Use]] = {
    "session of a user": token("alice", "acme-desk"),
    "session of a bot": token("acme-bot", None),
    "common JWT": common_jwt,
    "both tokens of a bot": both_tokens,
}
"""What stays good for who is still there."""


def later_session(wire: Wire) -> Use:
    zoe = newcomer(wire)
    held = wire.stage.sessions.open("obo", subject="zoe", user=zoe.id, app="acme-desk").token
    return lambda: wire.get("/pod/v2/sessioninfo", None, headers={"sessionToken": held})


def later_key_manager_token(wire: Wire) -> Use:
    bot = newcomer(wire, "new-bot", "SYSTEM").id
    held = wire.stage.sessions.open("bot", subject="new-bot", user=bot).token
    headers = {"sessionToken": held, "keyManagerToken": wire.stage.sessions.open_key_manager(bot)}
    return lambda: wire.post("/agent/v5/datafeeds", None, json={}, headers=headers)


def later_app(wire: Wire) -> Use:
    held = login.open_app_session(wire.stage.sessions, new_app(wire)).token
    return lambda: wire.http.post("/login/pubkey/app/username/alice/authenticate", headers={"sessionToken": held})


def session_through_a_later_app(wire: Wire) -> Use:
    new_app(wire)
    return token("alice", "new")(wire)


def pair_of_a_later_app(wire: Wire) -> Use:
    wire.stage.pairs.open(new_app(wire), "chosen")
    asked = {"app": "new", "appToken": "chosen", "user": wire.id("alice")}
    return lambda: wire.http.post("/emulator/v1/extension-apps/tokens", json=asked)


def of_a_room(method: str, path: str, **asked: Any) -> Callable[[Wire], Use]:
    def make(wire: Wire) -> Use:
        room = new_room(wire)
        return lambda: call(wire, method, path, {"path": {"id": room}, **asked})

    return make


def signal_held(wire: Wire) -> Use:
    held = signal(wire)
    return lambda: wire.get(f"/agent/v1/signals/{held}/get")


def presence_feed(wire: Wire) -> Use:
    held = feed(wire)
    return lambda: wire.get(f"/pod/v1/presence/feed/{held}/read")


def message_held(wire: Wire) -> Use:
    held = sent(wire)
    return lambda: wire.post(f"/pod/v1/admin/messagesuppression/{held}/suppress")


def update_held(wire: Wire) -> Use:
    path = f"/agent/v4/stream/{desk(wire)}/message/{sent(wire)}/update"
    return lambda: wire.post(path, data={"message": "<messageML>x</messageML>"})


def file_held(wire: Wire) -> Use:
    message, file = file_of(wire)
    asked = {"messageId": message, "fileId": file}
    path = f"/agent/v1/stream/{desk(wire)}/attachment"
    bot = wire.stage.sessions.open_key_manager(wire.id("acme-bot"))
    headers = {"sessionToken": wire.token("acme-bot", None), "keyManagerToken": bot}
    return lambda: wire.get(path, None, params=asked, headers=headers)


def im_held(wire: Wire) -> Use:
    held = wire.post("/pod/v1/im/create", json=[wire.id("bob"), wire.id("heidi")]).json()["id"]
    return lambda: wire.get(f"/pod/v2/streams/{held}/info")


def request_held(wire: Wire) -> Use:
    dave = wire.id("dave")
    wire.post("/pod/v1/connection/create", json={"userId": dave})
    return lambda: wire.get(f"/pod/v1/connection/user/{dave}/info")


def user_held(wire: Wire) -> Use:
    zoe = newcomer(wire).id
    return lambda: wire.get(f"/pod/v3/user/{zoe}/presence")


GONE: dict[str, Callable[[Wire], Use]] = {
    "session of a user who came later": later_session,
    "key manager token of a bot that came later": later_key_manager_token,
    "session of an app that came later": later_app,
    "session through an app that came later": session_through_a_later_app,
    "pair of an app that came later": pair_of_a_later_app,
    "room": of_a_room("GET", "/pod/v3/room/{id}/info"),
    "room to be changed": of_a_room("POST", "/pod/v3/room/{id}/update", json={"description": "x"}),
    "room to be deactivated": of_a_room("POST", "/pod/v1/room/{id}/setActive?active=false"),
    "members": of_a_room("GET", "/pod/v2/room/{id}/membership/list"),
    "stream to write into": of_a_room(
        "POST", "/agent/v4/stream/{id}/message/create", data={"message": "<messageML>x</messageML>"}
    ),
    "stream to read": of_a_room("GET", "/agent/v4/stream/{id}/message", params={"since": 0}),
    "stream to search": lambda wire: of_search(wire, new_room(wire)),
    "IM": im_held,
    "message to be suppressed": message_held,
    "message to be changed": update_held,
    "attachment": file_held,
    "signal": signal_held,
    "presence feed": presence_feed,
    "request": request_held,
    "user": user_held,
}
"""What is no more, and is refused as what never was."""


def of_search(wire: Wire, room: str) -> Use:
    return lambda: wire.post("/agent/v1/message/search", json={"streamId": room, "text": "x"})


# --- how the world changes ---


def reset(wire: Wire, _: Any) -> None:
    assert wire.http.post("/emulator/v1/reset").status_code == 200


def fresh(wire: Wire, _: Any) -> None:
    wire.stage.fresh()


def restored(wire: Wire, _: Any) -> None:
    assert wire.http.post("/emulator/v1/snapshots/before/restore").status_code == 200


def state_put(wire: Wire, document: Any) -> None:
    assert wire.http.put("/emulator/v1/state", json=document).status_code == 200


def renamed(document: Any) -> None:
    """The same ids, and other people under them."""
    for user in document["users"]:
        user |= {
            "username": f"other-{user['username']}",
            "email": f"other-{user['email']}",
            "created_at": user["created_at"] + 1,
        }


def another_world(wire: Wire, document: Any) -> None:
    renamed(document)
    state_put(wire, document)


BACK = {"reset": reset, "fresh": fresh, "snapshot": restored, "state": state_put}
CHANGES = {**BACK, "another world": another_world}


@pytest.fixture
def document(wire: Wire) -> Any:
    """The state before anything was had, under the name of a snapshot too."""
    assert wire.http.post("/emulator/v1/snapshots", json={"name": "before"}).status_code == 201
    return exported(wire.world)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_more_is_refused(wire: Wire, document: Any, change: str) -> None:
    uses = {kind: make(wire) for kind, make in GONE.items()}
    assert {kind: use().is_success for kind, use in uses.items()} == dict.fromkeys(GONE, True)
    CHANGES[change](wire, document)
    answers = {kind: use() for kind, use in uses.items()}
    statuses = {kind: answer.status_code for kind, answer in answers.items()}
    assert set(statuses.values()) <= {400, 401, 403, 404}, statuses
    for answer in answers.values():
        refused(answer, answer.status_code)


@pytest.mark.parametrize("change", CHANGES)
def test_who_is_still_there_stays_logged_in_and_nobody_else(wire: Wire, document: Any, change: str) -> None:
    uses = {kind: make(wire) for kind, make in LIVES.items()}
    before = {kind: use().json() for kind, use in uses.items()}
    CHANGES[change](wire, document)
    for kind, use in uses.items():
        if change == "another world":
            refused(use(), 401)
        else:
            assert use().json() == before[kind], kind


def test_the_session_of_an_app_outlives_its_users(wire: Wire, document: Any) -> None:
    use = app_session(wire)
    assert use().status_code == 200
    another_world(wire, document)
    refused(use(), 401, "no user is named 'alice'")


@pytest.mark.parametrize("change", CHANGES)
def test_a_datafeed_tells_nothing_of_before(wire: Wire, document: Any, change: str) -> None:
    wire.stage.hold = 0.01
    held = wire.post("/agent/v5/datafeeds", **BOT, json={}).json()["id"]
    read = f"/agent/v5/datafeeds/{held}/read"
    sent(wire)
    ack = wire.post(read, **BOT, json={}).json()["ackId"]
    sent(wire)
    CHANGES[change](wire, document)
    name = "other-acme-bot" if change == "another world" else "acme-bot"
    bot = {"user": name, "app": None}
    again = wire.post(read, **bot, json={"ackId": ack})
    if change in ("fresh", "another world"):
        refused(again, 400, "has no datafeed")
        assert wire.get("/agent/v5/datafeeds", **bot).json() == []
        return
    assert again.json()["events"] == []
    wire.world.clock.advance(31)
    assert wire.post(read, **BOT, json={}).json()["events"] == []
    said = sent(wire)
    assert [each["messageId"] for each in wire.post(read, **BOT, json={}).json()["events"]] == [said]


@pytest.mark.parametrize("change", CHANGES)
def test_a_behaviour_under_way_is_over(wire: Wire, document: Any, change: str) -> None:
    when = {"event": "MESSAGESENT", "user": "alice"}
    does = {"as": "bob", "send": "I was asked"}
    asked = {"when": when, "do": [does], "afterMs": 5_000}
    assert wire.http.post("/emulator/v1/behaviours", json=asked).status_code == 201
    sent(wire)
    CHANGES[change](wire, document)
    count = wire.world.messages.count
    wire.world.clock.advance(60)
    assert wire.http.get("/emulator/v1/behaviours").json() == []
    assert wire.get("/agent/v3/health", None).status_code == 200
    assert wire.world.messages.count == count


@pytest.mark.parametrize("change", CHANGES)
def test_a_poll_that_is_held_is_let_go(wire: Wire, document: Any, change: str) -> None:
    held = wire.post("/agent/v5/datafeeds", **BOT, json={}).json()["id"]
    headers = {
        b"sessiontoken": wire.token("acme-bot", None).encode(),
        b"keymanagertoken": wire.stage.sessions.open_key_manager(wire.id("acme-bot")).encode(),
    }
    path = f"/agent/v5/datafeeds/{held}/read".encode()
    if change == "another world":
        renamed(document)
    *_, made = world_of(json.dumps(document).encode(), wire.world)
    assert made is not None
    changed = made.snapshot()
    wire.stage.hold = 0.2

    async def both() -> inside.Answered:
        poll = asyncio.ensure_future(inside.call(wire.site, "POST", path, headers.items(), b"{}"))
        while not wire.stage.journal.open:
            await asyncio.sleep(0)
        if change in ("state", "another world"):
            wire.stage.restore(changed)
        elif change == "snapshot":
            wire.stage.restore(wire.stage.snapshots["before"][1])
        else:
            getattr(wire.stage, change)()
        return await asyncio.wait_for(poll, 5)

    answered = asyncio.run(both())
    if change == "fresh":
        assert (answered.status, b"Could not find a datafeed" in answered.content) == (400, True)
    elif change == "another world":
        assert answered.status == 401
    else:
        assert (answered.status, b'"events":[]' in answered.content) == (200, True)


def test_a_world_of_the_same_name_knows_nothing_of_the_one_before(wire: Wire) -> None:
    """Nor does any world take what another gave out."""
    token = {"user": "alice", "app": "acme-desk"}
    held = []
    for _ in range(2):
        assert wire.http.post("/emulator/v1/worlds", json={"name": "w"}).status_code == 201
        headers = {"sessionToken": wire.http.post("/worlds/w/emulator/v1/tokens", json=token).json()["token"]}
        held.append(headers)
        assert wire.http.get("/worlds/w/pod/v2/sessioninfo", headers=headers).status_code == 200
        refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401)
        made = wire.http.post("/worlds/w/pod/v1/presence/feed/create", headers=headers).json()["id"]
        refused(wire.get(f"/pod/v1/presence/feed/{made}/read"), 400)
        assert len(wire.http.get("/worlds/w/emulator/v1/requests").json()) == 2
        if len(held) == 2:
            refused(wire.http.get("/worlds/w/pod/v2/sessioninfo", headers=held[0]), 401)
        assert wire.http.delete("/emulator/v1/worlds/w").status_code == 200
    refused(wire.http.get("/worlds/w/pod/v2/sessioninfo", headers=held[1]), 404)


@pytest.mark.parametrize("change", CHANGES)
def test_the_journal_is_of_what_was_called(wire: Wire, document: Any, change: str) -> None:
    room = new_room(wire)
    CHANGES[change](wire, document)
    told = wire.http.get("/emulator/v1/requests").json()
    assert [each["path"] for each in told] == ([] if change == "fresh" else ["/pod/v3/room/create"])
    for entry in told:
        assert room in entry["response"]
        assert entry["user"] == "alice"
