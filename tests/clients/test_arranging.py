"""The world in Python, read and arranged in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator import Emulator
from emulator.world.errors import Invalid


@pytest.fixture(scope="module")
def started() -> Iterator[Emulator]:
    with Emulator.start() as pod:
        yield pod


@pytest.fixture
def pod(started: Emulator) -> Emulator:
    started.fresh()
    started.stage.report.clear()
    return started


def test_users_and_rooms_by_name(pod: Emulator) -> None:
    assert pod.users["dave"].email == "dave@globex.example"
    assert pod.users["alice@acme.example"] == pod.users["alice"]
    assert pod.rooms["Trading Desk"].room is not None
    assert "bob" in pod.users
    assert "Water Cooler" in list(pod.rooms)
    with pytest.raises(KeyError, match="there is no room 'Tradin Desk', did you mean 'Trading Desk'"):
        pod.rooms["Tradin Desk"]


def test_a_connection_makes_the_difference(pod: Emulator) -> None:
    alice = pod.client("alice", "acme-desk")
    assert alice.post("/pod/v1/im/create", json=[pod.users["dave"].id]).status_code == 403
    pod.connect("alice", "dave")
    assert alice.post("/pod/v1/im/create", json=[pod.users["dave"].id]).status_code == 200
    with pytest.raises(Invalid, match="colleagues"):
        pod.connect("alice", "bob")


def test_what_is_said_and_answered(pod: Emulator) -> None:
    pod.when(text="rates", room="Trading Desk").reply("bob", "Up, {sender}.")
    room = pod.rooms["Trading Desk"]
    form = {"message": "<messageML>rates?</messageML>"}
    pod.client("alice", "acme-desk").post(f"/agent/v4/stream/{room.id}/message/create", data=form)
    said = pod.say("frank", room, "seen")
    last = pod.messages("Trading Desk")[-3:]
    assert [message.sender for message in last] == [pod.users[name].id for name in ("alice", "bob", "frank")]
    assert "Up, Alice Adams." in last[1].presentationml
    assert last[2] == said


def test_permissions_and_entitlements_come_and_go(pod: Emulator) -> None:
    alice, path = pod.client("alice", "acme-desk"), "/pod/v1/im/create"
    bob = [pod.users["bob"].id]
    pod.app("acme-desk").revoke("SEND_MESSAGES")
    assert "no permission SEND_MESSAGES" in alice.post(path, json=bob).headers["X-Emulator-Reason"]
    pod.app("acme-desk").grant("SEND_MESSAGES")
    assert alice.post(path, json=bob).status_code == 200
    pod.app("acme-desk").only("GET_PRESENCE")
    assert pod.app("acme-desk").now.permissions == {"ACT_AS_USER", "GET_PRESENCE"}
    pod.user("bob").revoke("sendFilesEnabled")
    assert "sendFilesEnabled" not in pod.user("bob").now.entitlements
    assert "sendFilesEnabled" in pod.user("bob").grant("sendFilesEnabled").now.entitlements
    with pytest.raises(Invalid):
        pod.user("bob").grant("noSuchThing")


def test_act_as_user_stays_on_the_control_plane_too(pod: Emulator) -> None:
    plane = pod.client()
    changed = plane.patch("/emulator/v1/apps/acme-desk", json={"permissions": ["GET_PRESENCE"]}).json()
    assert set(changed["permissions"]) == {"ACT_AS_USER", "GET_PRESENCE"}
    without = plane.patch("/emulator/v1/apps/acme-desk", json={"actAsUser": False}).json()
    assert without["permissions"] == ["GET_PRESENCE"]
    made = plane.post("/emulator/v1/apps", json={"id": "mine", "actAsUser": False, "permissions": []}).json()
    assert made["permissions"] == []


def test_none_of_it_is_a_call(pod: Emulator) -> None:
    pod.say("bob", "Trading Desk", "hello")
    pod.app("acme-desk").revoke("SEND_MESSAGES")
    pod.messages("Trading Desk")
    assert pod.requests() == []
    assert pod.report()["apps"] == []


def test_who_is_of_another_pod_calls_here_as_a_counterpart_only(pod: Emulator) -> None:
    with pytest.raises(Invalid, match="counterpart"):
        pod.token("carol")
    carol = pod.client("carol", counterpart=True, transport="asgi")
    assert carol.get("/pod/v2/sessioninfo").json()["username"] == "carol"
    with pytest.raises(Invalid, match="deactivated"):
        pod.token("grace")
    with pytest.raises(Invalid, match="not installed"):
        pod.token("alice", "acme-uninstalled")


def test_who_is_not_there_is_told_with_who_is_meant(pod: Emulator) -> None:
    with pytest.raises(KeyError, match="there is no app 'acme-dsk', did you mean 'acme-desk'"):
        pod.client("alice", "acme-dsk")
    with pytest.raises(KeyError, match="there is no app 'acme-dsk', did you mean 'acme-desk'"):
        pod.app("acme-dsk")
    with pytest.raises(KeyError, match="there is no user 'alicia', did you mean 'alice'"):
        pod.token("alicia")


def test_a_world_does_not_grow_by_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="grows by 0 or more: -5 users"):
        Emulator.start("empty", users=-5)
