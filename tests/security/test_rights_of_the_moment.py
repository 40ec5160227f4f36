"""A call is judged when it acts: what was taken away between its head and its body, or while it waited, is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from emulator import Emulator
from emulator.access import signing
from emulator.api import dispatch
from emulator.world import World
from emulator.world.streams import Stream
from tests.conftest import refused
from tests.security.conftest import Raw

FORM = b"application/x-www-form-urlencoded"


def _desk(pod: Emulator) -> Stream:
    return next(each for each in pod.world.streams.book if each.room is not None and each.room.name == "Trading Desk")


def _permission(pod: Emulator) -> None:
    app = pod.world.apps.get("acme-desk")
    pod.world.apps.change(app, permissions=app.permissions - {"SEND_MESSAGES"})


def _app(pod: Emulator) -> None:
    pod.world.apps.change(pod.world.apps.get("acme-desk"), enabled=False)


def _user(pod: Emulator) -> None:
    alice = pod.world.users.named("alice")
    pod.world.users.change(alice, enabled=False)


def _installation(pod: Emulator) -> None:
    app = pod.world.apps.get("acme-desk")
    pod.world.apps.change(app, automatic=False)
    for key in tuple(pod.world.apps.installations.keys_by("app", app.id)):
        pod.world.apps.installations.drop(key)


def _membership(pod: Emulator) -> None:
    room = _desk(pod)
    pod.world.streams.memberships.drop((room.id, pod.world.users.named("alice").id))


def _session(pod: Emulator) -> None:
    pod.stage.sessions.end_all()


def _key(pod: Emulator) -> None:
    app = pod.world.apps.get("acme-desk")
    pod.world.apps.change(app, public_key=signing.public_key_of(signing.new_private_key()))


def _gone(pod: Emulator) -> None:
    """A world in which the app is another, put in the place of this one."""
    made = World()
    made.restore(pod.world.snapshot())
    made.apps.change(made.apps.get("acme-desk"), enabled=False)
    pod.stage.restore(made.snapshot())


TAKEN: list[tuple[Callable[[Emulator], None], int, str]] = [
    (_permission, 403, "SEND_MESSAGES"),
    (_app, 401, "disabled"),
    (_user, 401, "deactivated"),
    (_installation, 401, "is not installed"),
    (_membership, 403, "not a member"),
    (_session, 401, "unknown"),
    (_key, 401, ""),
    (_gone, 401, "disabled"),
]


@pytest.mark.parametrize(("take", "status", "reason"), TAKEN, ids=lambda each: getattr(each, "__name__", None))
def test_a_body_that_comes_late_acts_with_the_rights_of_then(
    pod: Emulator, raw: Raw, take: Callable[[Emulator], None], status: int, reason: str
) -> None:
    room = _desk(pod)
    body = urlencode({"message": "<messageML>late</messageML>"}).encode()
    token = pod.token("alice", "acme-desk").encode()
    target = f"/agent/v4/stream/{room.id}/message/create".encode()
    before = pod.do(lambda: pod.world.messages.count)
    raw.head("POST", target, [(b"sessionToken", token), (b"Content-Type", FORM)], len(body))
    raw.send(body[:5])
    with pod.client() as other:  # the head has been read when an answer to a later call is there
        assert other.get("/agent/v3/health").status_code == 200
    pod.do(lambda: take(pod))
    raw.send(body[5:])
    raw.answer().refused(status, reason)
    assert pod.do(lambda: pod.world.messages.count) == before


def test_an_entitlement_is_asked_for_when_the_body_is_there(pod: Emulator, raw: Raw) -> None:
    body = json.dumps({"name": "Late", "description": "x", "public": True, "discoverable": True}).encode()
    token = pod.token("alice", "acme-desk").encode()
    headers = [(b"sessionToken", token), (b"Content-Type", b"application/json")]
    raw.head("POST", b"/pod/v3/room/create", headers, len(body))
    raw.send(body[:5])
    with pod.client() as other:
        assert other.get("/agent/v3/health").status_code == 200
        asked = {"entitlements": {"canCreatePublicRoom": False}}
        assert other.patch("/emulator/v1/users/alice", json=asked).status_code == 200
    raw.send(body[5:])
    raw.answer().refused(403, "canCreatePublicRoom")


def test_a_form_that_is_read_with_pauses_is_judged_after_them(pod: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a long form has others act while it is read: here the app is disabled meanwhile."""
    token, room = pod.token("alice", "acme-desk"), _desk(pod)
    before = pod.do(lambda: pod.world.messages.count)
    read = dispatch.read_form

    async def slowly(content_type: str, body: bytes) -> Any:
        form = await read(content_type, body)
        _app(pod)
        return form

    monkeypatch.setattr(dispatch, "read_form", slowly)
    files = {"message": (None, "<messageML>late</messageML>"), "attachment": ("a.txt", b"a" * 400_000)}
    with pod.client() as http:
        path = f"/agent/v4/stream/{room.id}/message/create"
        refused(http.post(path, files=files, headers={"sessionToken": token}), 401, "disabled")
    assert pod.do(lambda: pod.world.messages.count) == before


def test_who_is_deactivated_does_nothing_that_was_to_come_later(pod: Emulator) -> None:
    """A behaviour with a pause: who is to answer is deactivated in it."""
    asked = {
        "when": {"event": "MESSAGESENT", "user": "alice"},
        "do": [{"as": "bob", "send": "too late"}],
        "afterMs": 60_000,
    }
    room = _desk(pod)
    with pod.client("alice", "acme-desk") as alice, pod.client() as plane:
        assert plane.post("/emulator/v1/behaviours", json=asked).status_code == 201
        path = f"/agent/v4/stream/{room.id}/message/create"
        assert alice.post(path, data={"message": "<messageML>hello</messageML>"}).status_code == 200
        assert plane.patch("/emulator/v1/users/bob", json={"status": "DISABLED"}).status_code == 200
        before = pod.do(lambda: pod.world.messages.count)
        assert plane.post("/emulator/v1/clock", json={"advance": 61}).status_code == 200
        alice.get("/agent/v3/health")
        assert pod.do(lambda: pod.world.messages.count) == before
        assert "deactivated" in plane.get("/emulator/v1/behaviours").json()[0]["refused"]


def test_who_was_taken_away_by_a_reset_writes_nothing_into_the_world_after_it(pod: Emulator, raw: Raw) -> None:
    with pod.client() as plane:
        made = plane.post(
            "/emulator/v1/users", json={"username": "zoe", "company": "Acme Capital", "displayName": "Zoe"}
        )
        assert made.status_code in (200, 201), made.text
    zoe = pod.token("zoe", "acme-desk").encode()
    stream = next(each for each in pod.world.streams.book if each.room is not None and each.room.public)
    body = urlencode({"message": "<messageML>from nowhere</messageML>"}).encode()
    raw.head(
        "POST",
        f"/agent/v4/stream/{stream.id}/message/create".encode(),
        [(b"sessionToken", zoe), (b"Content-Type", FORM)],
        len(body),
    )
    pod.reset()
    raw.send(body)
    raw.answer().refused(401)


def test_a_body_that_never_comes_changes_nothing(pod: Emulator, raw: Raw) -> None:
    token = pod.token("acme-bot").encode()
    raw.head("POST", b"/agent/v5/datafeeds", [(b"sessionToken", token)], 10)
    raw.socket.close()
    with pod.client("acme-bot") as bot:
        pod.requests(path="/agent/v5/datafeeds", wait=10)
        assert bot.get("/agent/v5/datafeeds").json() == []


@pytest.mark.parametrize("how", ["deactivated", "logged out"])
def test_a_poll_ends_when_its_account_does(pod: Emulator, raw: Raw, how: str) -> None:
    with pod.client("acme-bot") as bot:
        feed = bot.post("/agent/v5/datafeeds", json={}).json()["id"]
    token = pod.token("acme-bot").encode()
    raw.head("POST", f"/agent/v5/datafeeds/{feed}/read".encode(), [(b"sessionToken", token)], 2)
    raw.send(b"{}")
    with pod.client() as other:
        assert other.get("/agent/v3/health").status_code == 200

        if how == "deactivated":
            answer = other.patch("/emulator/v1/users/acme-bot", json={"status": "DISABLED"})
            assert answer.status_code == 200, answer.text
        else:
            assert other.post("/sessionauth/v1/logout", headers={"sessionToken": token.decode()}).status_code == 200
    raw.answer().refused(401)
