"""A call is judged when it acts: what was taken away between its head and its body, or while it waited, is gone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from emulator import Emulator
from emulator.world.streams import Stream
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


TAKEN: list[tuple[Callable[[Emulator], None], int, str]] = [
    (_permission, 403, "SEND_MESSAGES"),
    (_app, 401, "disabled"),
    (_user, 401, "deactivated"),
    (_installation, 401, "is not installed"),
    (_membership, 403, "not a member"),
    (_session, 401, "unknown"),
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
