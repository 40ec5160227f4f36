"""Real-time events as datafeeds give them out (production/agent_signals_events.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.api.agent.shapes import v4_message
from emulator.api.shapes import v4_user
from emulator.world import ids

if TYPE_CHECKING:
    from emulator.world.datafeeds import Entry
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

Payload = dict[str, Any]


def v4_event(world: World, entry: Entry, viewer: User) -> dict[str, Any]:
    """An event as `viewer` gets it."""
    event = entry.event
    name, payload = _PAYLOADS[event.kind](world, event.about, viewer)
    message_id = event.about if event.kind == "MESSAGESENT" else _event_id(entry)
    return {
        "id": entry.id,
        "messageId": message_id,
        "timestamp": event.at,
        "type": event.kind,
        "initiator": {"user": v4_user(world.users.get(event.by), viewer)},
        "payload": {name: payload},
    }


def _event_id(entry: Entry) -> str:
    """The id that events have which are no messages: the same each time the event is delivered."""
    seed = sum(ord(letter) << (6 * at) for at, letter in enumerate(entry.id))
    return ids.IdSource(seed).event_of(entry.event.at)


def _stream(world: World, stream_id: str, *, named: bool = True) -> Payload:
    stream: Stream = world.streams.book[stream_id]
    shape: Payload = {"streamId": stream.id, "streamType": stream.type}
    if named and stream.room is not None:
        shape |= {"roomName": stream.room.name, "external": stream.cross_pod, "crossPod": stream.cross_pod}
    return shape


def _message_sent(world: World, message_id: str, viewer: User) -> tuple[str, Payload]:
    message = world.messages.book[message_id]
    companies = sorted(world.streams.companies(message.stream))
    shape: Payload = dict(v4_message(world, message, viewer))
    if not shape["attachments"]:
        del shape["attachments"]
    shape["stream"] = {**_stream(world, message.stream, named=False), "recipientTenantIds": companies}
    shape["externalRecipients"] = len(companies) > 1
    return "messageSent", {"message": shape}


def _message_suppressed(world: World, message_id: str, _: User) -> tuple[str, Payload]:
    stream = world.messages.book[message_id].stream
    return "messageSuppressed", {"messageId": message_id, "stream": {"streamId": stream}}


def _im_created(world: World, stream_id: str, _: User) -> tuple[str, Payload]:
    stream = world.streams.book[stream_id]
    shape = {
        **_stream(world, stream_id),
        "members": [{"userId": party} for party in stream.parties],
        "external": stream.cross_pod,
        "crossPod": stream.cross_pod,
    }
    return "instantMessageCreated", {"stream": shape}


def _properties(world: World, stream_id: str, viewer: User) -> Payload:
    stream = world.streams.book[stream_id]
    room = stream.room
    if room is None:
        return {}
    shape: Payload = {
        "name": room.name,
        "description": room.description,
        "creatorUser": v4_user(world.users.get(stream.created_by), viewer),
        "createdDate": stream.created_at,
        "external": room.cross_pod,
        "crossPod": room.cross_pod,
        "public": room.public,
        "copyProtected": room.copy_protected,
        "readOnly": room.read_only,
        "discoverable": room.discoverable,
        "membersCanInvite": room.members_can_invite,
        "canViewHistory": room.view_history,
    }
    if room.keywords:
        shape["keywords"] = [{"key": key, "value": value} for key, value in room.keywords]
    return shape


def _room_created(world: World, stream_id: str, viewer: User) -> tuple[str, Payload]:
    properties = _properties(world, stream_id, viewer)
    return "roomCreated", {"stream": _stream(world, stream_id), "roomProperties": properties}


def _room_updated(world: World, stream_id: str, viewer: User) -> tuple[str, Payload]:
    properties = _properties(world, stream_id, viewer)
    return "roomUpdated", {"stream": _stream(world, stream_id), "newRoomProperties": properties}


def _room_deactivated(world: World, stream_id: str, _: User) -> tuple[str, Payload]:
    return "roomDeactivated", {"stream": _stream(world, stream_id, named=False)}


def _room_reactivated(world: World, stream_id: str, _: User) -> tuple[str, Payload]:
    return "roomReactivated", {"stream": _stream(world, stream_id)}


def _member(name: str) -> Any:
    def payload(world: World, about: tuple[str, int], viewer: User) -> tuple[str, Payload]:
        stream_id, user_id = about
        affected = v4_user(world.users.get(user_id), viewer)
        return name, {"stream": _stream(world, stream_id), "affectedUser": affected}

    return payload


def _connection(name: str, key: str) -> Any:
    def payload(world: World, user_id: int, viewer: User) -> tuple[str, Payload]:
        return name, {key: v4_user(world.users.get(user_id), viewer)}

    return payload


def _elements_action(world: World, about: tuple[str, str, Any], _: User) -> tuple[str, Payload]:
    message_id, form, values = about
    shape = {
        "stream": _stream(world, world.messages.book[message_id].stream, named=False),
        "formMessageId": message_id,
        "formId": form,
        "formValues": dict(values),
    }
    return "symphonyElementsAction", shape


_PAYLOADS: dict[str, Any] = {
    "SYMPHONYELEMENTSACTION": _elements_action,
    "MESSAGESENT": _message_sent,
    "MESSAGESUPPRESSED": _message_suppressed,
    "INSTANTMESSAGECREATED": _im_created,
    "ROOMCREATED": _room_created,
    "ROOMUPDATED": _room_updated,
    "ROOMDEACTIVATED": _room_deactivated,
    "ROOMREACTIVATED": _room_reactivated,
    "USERJOINEDROOM": _member("userJoinedRoom"),
    "USERLEFTROOM": _member("userLeftRoom"),
    "ROOMMEMBERPROMOTEDTOOWNER": _member("roomMemberPromotedToOwner"),
    "ROOMMEMBERDEMOTEDFROMOWNER": _member("roomMemberDemotedFromOwner"),
    "CONNECTIONREQUESTED": _connection("connectionRequested", "toUser"),
    "CONNECTIONACCEPTED": _connection("connectionAccepted", "fromUser"),
}
