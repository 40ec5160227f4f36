"""The events of a world: each is one class, whose fields are what it is about, as it was when it happened.

`world.tell(by, RoomUpdated(...))` says that one happened. The name of one of production's is that of its class, and its
fields are those of production's payload (production/agent_signals_events.md 4); our own are told to server-sent events,
and to whatever else hangs on the event log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform

from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.messages import Message
    from emulator.world.streams import Stream
    from emulator.world.users import User

C = TypeVar("C")
Whom = Callable[[int, Any], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of an event once: its name, whom it concerns (the members of its stream, and users besides), and,
    where it is production's, the name of its payload. `where` is the field that has the stream; `unsaid` are
    fields that the payload leaves out; `ends` are the sessions that it ends, and why."""

    name: str
    about: type
    where: str | None
    members: bool
    to: tuple[Whom, ...]
    payload: str | None
    initiator_is_id: bool
    unsaid: tuple[str, ...]
    ends: tuple[Literal["user", "app"], str] | None

    def concerned(self, by: int, about: Any) -> tuple[int, ...]:
        """The users besides the members of the stream, each once."""
        return tuple(dict.fromkeys(user for whom in self.to for user in whom(by, about))) if self.to else ()


KINDS: dict[type, Kind] = {}
"""Every kind of event, by the class of what it is about, in the order of this file."""


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def _production(
    *to: Whom, members: bool = False, initiator_is_id: bool = False, unsaid: tuple[str, ...] = ()
) -> Callable[[type[C]], type[C]]:
    """Declare an event that datafeeds give out. Its name is production's: ROOMUPDATED of RoomUpdated."""

    def declare(about: type[C]) -> type[C]:
        made, name = record(about), about.__name__
        where = next((field for field, kind in about.__annotations__.items() if kind in ("Place", "Said")), None)
        KINDS[made] = Kind(
            name.upper(), made, where, members, to, name[0].lower() + name[1:], initiator_is_id, unsaid, None
        )
        return made

    return declare


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def ours(*to: Whom, ends: tuple[Literal["user", "app"], str] | None = None) -> Callable[[type[C]], type[C]]:
    """Declare an event that production has no name for. Its name is that of its class in words: "user changed"."""

    def declare(about: type[C]) -> type[C]:
        made = record(about)
        words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in about.__name__)
        KINDS[made] = Kind(words.strip(), made, None, False, to, None, False, (), ends)
        return made

    return declare


# --- what events are about, where it is more than a record ---


@record
class Place:
    """The stream of an event, and how much production says of it (production/agent_signals_events.md 4.3)."""

    stream: Stream
    shows: Literal["id", "type", "name", "pods", "members"] = "name"


@record
class Said:
    """A message as it was sent, by whom, where, and the pods whose users are there."""

    message: Message
    sender: User
    stream: Stream
    pods: tuple[int, ...]


@record
class Properties:
    """What a room is like, and who made it."""

    stream: Stream
    creator: User


@record
class NewProperties:
    """What production says of a room that was changed; nothing of an IM."""

    stream: Stream


# --- whom events concern, besides the members of a stream ---


def _who_did(by: int, _: Any) -> tuple[int, ...]:
    """who did it"""
    return (by,)


def _affected(_: int, about: Any) -> tuple[int, ...]:
    """whom it happened to"""
    return (about.affected_user.id,)


def _asked(_: int, about: ConnectionRequested) -> tuple[int, ...]:
    """who is asked"""
    return (about.to_user.id,)


def _who_asked(_: int, about: ConnectionAccepted) -> tuple[int, ...]:
    """who had asked"""
    return (about.from_user.id,)


def _author(_: int, about: SymphonyElementsAction) -> tuple[int, ...]:
    """the author of the form; with `settings.formAnswers: members` the members of the stream"""
    return about.heard_by


# --- production's events, as datafeeds give them out ---


@_production(members=True)
class MessageSent:
    """A message was sent, or a new version of one."""

    message: Said


@_production(_who_did, members=True, initiator_is_id=True)
class MessageSuppressed:
    """A message was suppressed."""

    message_id: str
    stream: Place


@_production(_author, unsaid=("heard_by",))
class SymphonyElementsAction:
    """Somebody submitted a form."""

    stream: Place
    form_message_id: str
    form_id: str
    form_values: tuple[tuple[str, Any], ...]
    heard_by: tuple[int, ...]


@_production(members=True)
class InstantMessageCreated:
    """An IM or a multi-party IM was made."""

    stream: Place


@_production(_who_did)
class RoomCreated:
    """A room was made."""

    stream: Place
    room_properties: Properties


@_production(members=True)
class RoomUpdated:
    """A room was changed, or what is pinned in a stream."""

    stream: Place
    new_room_properties: NewProperties


@_production(members=True)
class RoomDeactivated:
    """A room was deactivated."""

    stream: Place


@_production(members=True)
class RoomReactivated:
    """A room is active again."""

    stream: Place


@_production(members=True)
class UserJoinedRoom:
    """Somebody was let into a room, or joined."""

    stream: Place
    affected_user: User


@_production(_affected, members=True)
class UserLeftRoom:
    """Somebody was put out of a room, or left."""

    stream: Place
    affected_user: User


@_production(members=True)
class RoomMemberPromotedToOwner:
    """A member became an owner."""

    stream: Place
    affected_user: User


@_production(members=True)
class RoomMemberDemotedFromOwner:
    """An owner is a plain member now."""

    stream: Place
    affected_user: User


@_production(_who_did, _asked)
class ConnectionRequested:
    """Somebody asked a user of another company for a connection."""

    to_user: User


@_production(_who_did, _who_asked)
class ConnectionAccepted:
    """A request for a connection was accepted."""

    from_user: User


NAMES = tuple(kind.name for kind in KINDS.values() if kind.payload is not None)
"""Production's names of all events that datafeeds give out."""
