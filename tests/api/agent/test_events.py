"""Events as they are delivered: with the fields that were recorded, and as they were when they happened."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from emulator.api.agent.events import SHAPES, v4_event
from emulator.world import events as declared
from emulator.world.datafeeds import Entry
from emulator.world.events import KINDS
from tests import official
from tests.conftest import Wire
from tests.test_shapes import TEMPLATES, kinds
from tests.world.test_events import SCENES, Scene

RECORDED = [template for template in TEMPLATES if template["row"].startswith("event ")]
NOT_HERE = {"USERREQUESTEDTOJOINROOM": "nobody asks to join a room here", "SHAREDPOST": "there are no walls"}
BEYOND = {
    ("MESSAGESENT", "payload.messageSent.message.stream.recipientTenantIds"): "since 24.2, the templates are older",
    ("MESSAGESENT", "payload.messageSent.message.stream.recipientTenantIds[]"): "the same",
    ("SYMPHONYELEMENTSACTION", "payload.symphonyElementsAction.stream.streamType"): "in captures since 20.9",
}
"""What ours has and no template, and why."""
NOT_SAID = {
    ("MESSAGESENT", "payload.messageSent.message.stream.roomName"): "one recording has it, five have not",
    ("MESSAGESENT", "payload.messageSent.message.stream.external"): "one recording has it, five have not",
    ("MESSAGESENT", "payload.messageSent.message.stream.crossPod"): "one recording has it, five have not",
    ("MESSAGESENT", "payload.messageSent.message.initialTimestamp"): "of a new version only",
    ("MESSAGESENT", "payload.messageSent.message.attachments"): "where there are none it is absent",
    ("MESSAGESENT", "payload.messageSent.message.data"): "where there is nothing it is absent",
}
VALUES = ".formValues."


def delivered(wire: Wire, kind: str) -> dict[str, Any]:
    """An event of a kind as who brings it about gets it, or whom it is done to."""
    scene = Scene(wire.world)
    feeds = {user: wire.world.datafeeds.create(user) for user in (scene.alice, scene.frank)}
    SCENES[kind][0](scene)
    user, entry = next(
        (user, entry) for user, feed in feeds.items() for entry in feed.queue if entry.event.kind == kind
    )
    return v4_event(wire.world.settings, entry, user)


def _told(fields: dict[str, str]) -> dict[str, str]:
    """The fields of an event, without what is in a user, which depends on who looks, and what is in a form."""
    users = [name for name in fields if name.rpartition(".")[2] in ("user", "affectedUser", "toUser", "fromUser")]
    return {
        name: kind
        for name, kind in fields.items()
        if not any(name.startswith(f"{user}.") for user in users) and VALUES not in name
    }


@pytest.mark.parametrize("kind", SCENES)
def test_an_event_has_the_fields_that_were_recorded(wire: Wire, kind: str) -> None:
    templates = [_told(each["fields"]) for each in RECORDED if each["row"] == f"event {kind}"]
    event = delivered(wire, kind)
    assert event["type"] == kind
    assert list(event["payload"]) == [next(each.payload for each in KINDS.values() if each.name == kind)]
    ours = _told(dict(kinds(event)))
    for template in templates:
        missing = {name for name in template if name not in ours and (kind, name) not in NOT_SAID}
        assert not missing, f"{kind} lacks {missing}"
        assert {name: ours[name] for name in template if name in ours} == {
            name: said for name, said in template.items() if name in ours
        }
    if templates:
        known = {name for template in templates for name in template} | {"messageId"}
        beyond = {name for name in ours if name not in known and (kind, name) not in BEYOND}
        assert not beyond, f"{kind} has {beyond}, which no recording has"


def test_every_recorded_kind_is_one_of_ours() -> None:
    assert {each["row"].removeprefix("event ") for each in RECORDED} <= set(SCENES) | set(NOT_HERE)


def test_whatever_an_event_is_about_can_be_written() -> None:
    """A field of another type would be delivered as Python shows it."""
    plain = {"str", "int", "bool"}
    written = {"Said"} | {shape.__name__ for shape in SHAPES if shape is not tuple} | {"tuple[tuple[str, Any], ...]"}
    for kind in KINDS.values():
        if kind.payload is None:
            continue
        for field, hint in kind.about.__annotations__.items():
            said = str(hint) in plain | written or field in kind.unsaid
            assert said, f"give SHAPES of api/agent/events.py a shape for {hint} ({field})"
        assert kind.members or kind.to, f"say whom {kind.name} concerns"
        assert not kind.members or kind.where, f"{kind.name} concerns members, and has no Place or Said"


def test_events_of_messages_are_called_as_the_messages_are(wire: Wire) -> None:
    sent, other = delivered(wire, "MESSAGESENT"), delivered(wire, "CONNECTIONREQUESTED")
    assert sent["messageId"] == sent["payload"]["messageSent"]["message"]["messageId"]
    assert base64.urlsafe_b64decode(sent["messageId"] + "==")[-1:] == b"m"
    assert base64.urlsafe_b64decode(other["messageId"] + "==")[-1:] == b"o"


def test_who_suppressed_is_an_id_and_no_more(wire: Wire) -> None:
    assert delivered(wire, "MESSAGESUPPRESSED")["initiator"] == {"user": {"userId": wire.id("alice")}}


def test_an_event_is_what_it_was_when_it_happened(wire: Wire) -> None:
    wire.stage.hold = 0
    feed = wire.post("/agent/v5/datafeeds", "bob", None).json()["id"]
    scene = Scene(wire.world)
    said = scene.say(scene.alice)
    wire.world.rooms.promote(scene.alice, scene.room.id, scene.bob.id)
    wire.world.rooms.update(scene.alice, scene.room.id, {"name": "Another name", "description": "new"})
    wire.world.messages.suppress(scene.alice, said.id)
    wire.world.users.change(scene.alice, display_name="Somebody Else")
    wire.world.rooms.remove(scene.alice, scene.room.id, scene.carol.id)
    read = wire.post(f"/agent/v5/datafeeds/{feed}/read", "bob", None, json={}).json()
    assert official.complaints("POST", "/agent/v5/datafeeds/{datafeedId}/read", 200, read) == []
    by_kind = {event["type"]: event for event in read["events"]}
    sent = by_kind["MESSAGESENT"]
    assert sent["payload"]["messageSent"]["message"]["message"] == "<div>hello</div>"
    assert sent["payload"]["messageSent"]["message"]["stream"]["recipientTenantIds"] == [190, 191]
    assert sent["initiator"]["user"]["displayName"] == "Alice Adams"
    assert by_kind["USERLEFTROOM"]["initiator"]["user"]["displayName"] == "Somebody Else"
    promoted = by_kind["ROOMMEMBERPROMOTEDTOOWNER"]["payload"]["roomMemberPromotedToOwner"]
    assert promoted["stream"]["roomName"] == "Events"
    assert by_kind["ROOMUPDATED"]["payload"]["roomUpdated"]["newRoomProperties"] == {
        "name": "Another name",
        "description": "new",
        "discoverable": False,
        "membersCanInvite": False,
    }


def test_an_event_of_another_life_is_gone(wire: Wire) -> None:
    scene = Scene(wire.world)
    feed = wire.world.datafeeds.create(scene.bob)
    scene.say(scene.alice)
    entry: Entry = feed.queue[0]
    wire.stage.reset()
    assert feed.queue == []
    assert entry.event not in wire.world.events.recent
    assert declared.KINDS[type(wire.world.events.recent[-1].about)].name == "world restored"
