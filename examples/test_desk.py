"""The app against the emulator, with the fixture of its pytest plugin."""

from __future__ import annotations

import pytest
from desk import Desk, MayNot, TryLater


@pytest.fixture
def desk(symphony_pod):
    key = (symphony_pod.home / "apps" / "acme-desk" / "private.pem").read_text()
    return Desk(symphony_pod.url, "acme-desk", key)


def test_bob_hears_of_the_order(symphony_pod, desk):
    message_id = desk.tell("alice", "bob@acme.example", "4711")
    bob = symphony_pod.client(user="bob", app="acme-desk")
    (sent,) = symphony_pod.requests("/agent/v4/stream/{sid}/message/create")
    stream = sent["path"].split("/")[4]
    (message,) = bob.get(f"/agent/v4/stream/{stream}/message", params={"since": 0}).json()
    assert message["messageId"] == message_id
    assert "<b>4711</b>" in message["message"]


def test_a_stranger_hears_nothing(symphony_pod, desk):
    with pytest.raises(MayNot):
        desk.tell("alice", "dave@globex.example", "4711")
    assert "not connected" in symphony_pod.requests(status=403)[-1]["reason"]


def test_a_user_who_was_just_deactivated(symphony_pod, desk):
    symphony_pod.client().patch("/emulator/v1/users/bob", json={"status": "DISABLED"}).raise_for_status()
    with pytest.raises(MayNot):
        desk.tell("bob", "alice@acme.example", "4711")


def test_the_pod_is_busy(symphony_pod, desk):
    symphony_pod.faults.add("/pod/v1/im/create", status=429, headers={"Retry-After": "7"}, times=1)
    with pytest.raises(TryLater) as caught:
        desk.tell("alice", "bob@acme.example", "4711")
    assert caught.value.seconds == 7
    assert desk.tell("alice", "bob@acme.example", "4711")


def test_bob_answers(symphony_pod, desk):
    symphony_pod.client().post(
        "/emulator/v1/behaviours",
        json={
            "when": {"event": "MESSAGESENT", "user": "alice", "contains": "4711"},
            "do": [{"as": "bob", "send": "<messageML>Thanks!</messageML>"}],
        },
    ).raise_for_status()
    desk.tell("alice", "bob@acme.example", "4711")
    stream = symphony_pod.requests("/agent/v4/stream/{sid}/message/create")[0]["path"].split("/")[4]
    alice = symphony_pod.client(user="alice", app="acme-desk")
    said = [each["message"] for each in alice.get(f"/agent/v4/stream/{stream}/message?since=0").json()]
    assert len(said) == 2
    assert "Thanks!" in said[0]
