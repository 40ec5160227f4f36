"""Real-time events as datafeeds give them out (production/agent_signals_events.md 4): the fields of what an event is
about, each by its type. An event is what it was when it happened: nothing here looks into the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from emulator.api.agent.shapes import message_shape
from emulator.api.shapes import v4_user
from emulator.world import ids
from emulator.world.events import MessageSent, NewProperties, Place, Properties, Said
from emulator.world.users import User

if TYPE_CHECKING:
    from emulator.world.datafeeds import Entry
    from emulator.world.eventlog import Event
    from emulator.world.settings import Settings

Payload = dict[str, Any]


def camel(name: str) -> str:
    """A name of ours as production writes it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def v4_event(settings: Settings, entry: Entry, viewer: User) -> Payload:
    """An event as `viewer` gets it from a pod with these settings."""
    event = entry.event
    about = event.about
    message_id = about.message.message.id if isinstance(about, MessageSent) else _event_id(entry)
    payload = {
        camel(field.name): _shape(settings, getattr(about, field.name), viewer)
        for field in fields(about)
        if field.name not in event.row.unsaid
    }
    return {
        "id": entry.id,
        "messageId": message_id,
        "timestamp": event.at,
        "type": event.kind,
        "initiator": {"user": _initiator(event, viewer)},
        "payload": {event.row.payload: payload},
    }


def _initiator(event: Event, viewer: User) -> Any:
    if event.row.initiator_is_id or event.initiator is None:
        return {"userId": event.by}
    return v4_user(event.initiator, viewer)


def _event_id(entry: Entry) -> str:
    """The id that events have which are no messages: the same each time the event is delivered."""
    seed = sum(ord(letter) << (6 * at) for at, letter in enumerate(entry.id))
    return ids.IdSource(seed).event_of(entry.event.at)


def _shape(settings: Settings, value: Any, viewer: User) -> Any:
    if isinstance(value, Said):
        return _said(settings, value, viewer)
    shape = SHAPES.get(type(value))
    return value if shape is None else shape(value, viewer)


def _place(place: Place, _: User) -> Payload:
    stream, shows = place.stream, place.shows
    shape: Payload = {"streamId": stream.id}
    if shows == "id":
        return shape
    shape["streamType"] = stream.type
    if shows == "members":
        shape["members"] = [{"userId": party} for party in stream.parties]
    if shows == "members" or (stream.room is not None and shows != "type"):
        if stream.room is not None:
            shape["roomName"] = stream.room.name
        shape["external"] = stream.cross_pod
    if shows == "pods":
        shape["crossPod"] = stream.cross_pod
    return shape


def _said(settings: Settings, said: Said, viewer: User) -> Payload:
    shape: Payload = dict(message_shape(settings, said.message, said.stream.type, said.sender, viewer))
    if not shape["attachments"]:
        del shape["attachments"]
    shape["stream"] |= {"recipientTenantIds": list(said.pods)}
    shape["externalRecipients"] = len(said.pods) > 1
    return shape


def _properties(properties: Properties, viewer: User) -> Payload:
    stream, room = properties.stream, properties.stream.room
    if room is None:
        return {}
    shape: Payload = {
        "name": room.name,
        "description": room.description,
        "creatorUser": v4_user(properties.creator, viewer),
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


def _new_properties(properties: NewProperties, _: User) -> Payload:
    room = properties.stream.room
    if room is None:
        return {}
    return {
        "name": room.name,
        "description": room.description,
        "discoverable": room.discoverable,
        "membersCanInvite": room.members_can_invite,
    }


SHAPES: dict[type, Callable[[Any, User], Any]] = {
    Place: _place,
    Properties: _properties,
    NewProperties: _new_properties,
    User: v4_user,
    tuple: lambda values, _: dict(values),
}
"""How what an event is about is written, by its type; ids and texts as they are."""
