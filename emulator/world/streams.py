"""Streams: IMs, multi-party IMs and rooms, and who is in them. What rooms can do besides is in `rooms`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated

from emulator.world import ids
from emulator.world.books import Book
from emulator.world.errors import Invalid, UnknownRoom, UnknownStream
from emulator.world.events import InstantMessageCreated, NewProperties, Place, RoomUpdated
from emulator.world.policy import allowed, people, rooms
from emulator.world.policy import streams as policy
from emulator.world.record import Time, one_of, record

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

IM, MIM, ROOM, POST = "IM", "MIM", "ROOM", "POST"
STREAM_TYPES = (IM, MIM, ROOM, POST)


@record
class RoomAttributes:
    """What a room is like (production/pod.md 9.1)."""

    name: str
    description: str = ""
    keywords: tuple[tuple[str, str], ...] = ()
    members_can_invite: bool = False
    discoverable: bool = False
    public: bool = False
    read_only: bool = False
    copy_protected: bool = False
    cross_pod: bool = False
    view_history: bool = False
    multilateral: bool = False
    scheduled_meeting: bool = False
    sub_type: str | None = None


@record
class Stream:
    """A conversation. `parties` are the participants of an IM, which never change; `room` is what a room is like."""

    id: str
    type: Annotated[str, one_of((IM, MIM, ROOM, POST))]
    created_at: Time
    created_by: int
    active: bool = True
    cross_pod: bool = False
    parties: tuple[int, ...] = ()
    room: RoomAttributes | None = None
    pinned: str | None = None


@record
class Membership:
    """A user in a stream. `after` is how many messages the world had when they joined."""

    stream: str
    user: int
    joined_at: Time
    after: int
    owner: bool = False


Seat = tuple[str, int]
_OLDEST_FIRST = attrgetter("created_at", "id")


def updated(stream: Stream) -> RoomUpdated:
    """That a stream is like this now."""
    return RoomUpdated(stream=Place(stream=stream), new_room_properties=NewProperties(stream=stream))


def name_key(name: str) -> str:
    """Room names are the same when they differ in case and blanks only (production/pod.md 9.1)."""
    return "".join(name.split()).casefold()


def _is_whole(stream: Stream) -> None:
    """A room says what it is like, an IM between whom it is."""
    if (stream.room is not None) != (stream.type == ROOM):
        raise Invalid("a stream is a room when it has attributes of one")
    if stream.room is not None:
        rooms.fits(stream.room)
    if stream.type in (IM, MIM) and len(set(stream.parties)) < (2 if stream.type == IM else 3):
        raise Invalid(f"there are too few parties for a stream of the type {stream.type}")
    if stream.type not in (IM, MIM) and stream.parties:
        raise Invalid("an IM alone has parties")


class Streams:
    """All streams and memberships. From the wire a stream is had only by asking as a user."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, Stream] = Book(
            "streams",
            Stream,
            lambda stream: stream.id,
            refers={"created_by": "users", "parties": "users", "pinned": "messages"},
            fits=_is_whole,
            parties=lambda stream: (stream.parties,) if stream.parties else (),
            public=lambda stream: (ids.pod_of(stream.created_by),) if stream.room and stream.room.public else (),
            name=lambda stream: ((ids.pod_of(stream.created_by), name_key(stream.room.name)),) if stream.room else (),
            public_name=lambda stream: (
                ((ids.pod_of(stream.created_by), name_key(stream.room.name)),)
                if stream.room and stream.room.public
                else ()
            ),
        )
        self.memberships: Book[Seat, Membership] = Book(
            "memberships",
            Membership,
            lambda membership: (membership.stream, membership.user),
            refers={"stream": "streams", "user": "users"},
            stream=lambda membership: (membership.stream,),
            user=lambda membership: (membership.user,),
        )

    # --- reading: look-up and permission are one call ---------------------------------------------------------------

    def seen_by(self, user: User, stream_id: str) -> Stream:
        """The stream whose details `user` may see; UnknownRoom else, whether it exists or not."""
        stream = self.book.get(stream_id)
        if stream is None:
            raise UnknownRoom(f"there is no stream '{stream_id}'")
        policy.may_see_stream(self._world, user, stream)
        return stream

    def readable_by(self, user: User, stream_id: str) -> Stream:
        """The stream whose messages `user` may read; UnknownStream where there is none."""
        stream = self._existing(stream_id)
        policy.reading(self._world, user, stream)
        return stream

    def writable_by(self, user: User, stream_id: str, *, files: bool = False) -> Stream:
        """The stream that `user` may write into, with files or without; UnknownStream where there is none."""
        stream = self._existing(stream_id)
        policy.may_write(self._world, user, stream)
        if files:
            policy.may_send_files(user, stream)
        return stream

    def _existing(self, stream_id: str) -> Stream:
        stream = self.book.get(stream_id)
        if stream is None:
            raise UnknownStream(f"there is no stream '{stream_id}'")
        return stream

    def listed(self, user: User, types: Collection[str] = (), *, inactive: bool = False) -> list[Stream]:
        """The streams of a user, oldest first: of these types (all when empty), inactive ones only when asked for."""
        found = [
            stream
            for stream in allowed(policy.may_see_stream, self.of(user.id), self._world, user)
            if (not types or stream.type in types) and (inactive or self.is_active(stream))
        ]
        found.sort(key=_OLDEST_FIRST)
        return found

    def of(self, user_id: int) -> list[Stream]:
        """The streams that somebody is in, in the order in which they came there."""
        records = self.book.records
        return [records[stream_id] for stream_id, _ in self.memberships.keys_by("user", user_id)]

    def is_active(self, stream: Stream) -> bool:
        """Rooms are active until deactivated; an IM while each of its participants is (production/pod.md 3.1)."""
        if stream.type == ROOM:
            return stream.active
        users = self._world.users.book
        return all(users[party].enabled for party in stream.parties)

    def membership(self, stream_id: str, user_id: int) -> Membership | None:
        return self.memberships.get((stream_id, user_id))

    def is_member(self, stream_id: str, user_id: int) -> bool:
        return (stream_id, user_id) in self.memberships.records

    def members(self, stream_id: str) -> list[Membership]:
        """Who is in a stream, in the order in which they joined."""
        return self.memberships.by("stream", stream_id)

    def member_ids(self, stream_id: str) -> Iterable[int]:
        return (user for _, user in self.memberships.keys_by("stream", stream_id))

    def companies(self, stream_id: str) -> frozenset[int]:
        """The pods whose users are in a stream."""
        return frozenset(ids.pod_of(user) for user in self.member_ids(stream_id))

    def pods(self, stream: Stream) -> tuple[int, ...]:
        """The same in order, without looking at each member where only one pod's can be there."""
        return tuple(sorted(self.companies(stream.id))) if stream.cross_pod else (ids.pod_of(stream.created_by),)

    # --- IMs ---

    def im(self, user: User, other_ids: Collection[int]) -> Stream:
        """The IM of `user` with others: the one that exists with exactly these participants, else a new one.

        More than one other makes it a multi-party IM (production/pod.md 8).
        """
        if any(ids.pod_of(other) != user.company_id for other in other_ids):
            people.may_chat_externally(user)
        others = [self._world.users.seen_by(user, other) for other in dict.fromkeys(other_ids) if other != user.id]
        policy.has_company(others, user)
        parties = tuple(sorted({user.id, *(other.id for other in others)}))
        for other in others:
            policy.may_open_im(self._world, user, other)
        policy.parties_may_meet(self._world, parties)
        existing = self.book.one_by("parties", parties)
        if existing is not None:
            return existing
        return self.open_im(user, parties)

    def open_im(self, user: User, parties: tuple[int, ...], at: int | None = None) -> Stream:
        """A new IM of these participants, asked no questions: for `im` and for loading worlds."""
        now = self._world.clock.now() if at is None else at
        stream = self.book.put(
            stream_id := self._world.ids.stream(now),
            Stream(
                id=stream_id,
                type=IM if len(parties) == 2 else MIM,
                created_at=now,
                created_by=user.id,
                cross_pod=len({ids.pod_of(party) for party in parties}) > 1,
                parties=tuple(sorted(parties)),
            ),
        )
        for party in stream.parties:
            self.seat(stream, party, at=now)
        self._world.tell(user.id, InstantMessageCreated(stream=Place(stream=stream, shows="members")), at=at)
        return stream

    def pin(self, user: User, stream_id: str, message_id: str) -> Stream:
        """Pin a message in an IM, or unpin with an empty id."""
        stream = self.im_seen_by(user, stream_id)
        policy.pin_changes_something(stream, message_id)
        if message_id:
            self._world.messages.must_be_in(user, stream, message_id)
        changed = self.book.put(stream.id, replace(stream, pinned=message_id or None))
        self._world.tell(user.id, updated(changed))
        return changed

    def im_seen_by(self, user: User, stream_id: str) -> Stream:
        """An IM of this user; UnknownRoom else."""
        stream = self.seen_by(user, stream_id)
        policy.is_an_im_of(self._world, user, stream)
        return stream

    # --- for rooms, and for loading worlds ---

    def seat(self, stream: Stream, user_id: int, *, owner: bool = False, at: int | None = None) -> Membership:
        """Make a user a member, or change whether they own."""
        before = self.memberships.get((stream.id, user_id))
        if before is not None:
            return self.memberships.put((stream.id, user_id), replace(before, owner=owner))
        return self.memberships.put(
            (stream.id, user_id),
            Membership(
                stream=stream.id,
                user=user_id,
                owner=owner,
                joined_at=self._world.clock.now() if at is None else at,
                after=self._world.messages.count,
            ),
        )

    def user_deactivated(self, user: User) -> None:
        """What the deactivation of a user does to the rooms they own (production/pod.md 3.1)."""
        for stream_id, _ in tuple(self.memberships.keys_by("user", user.id)):
            stream = self.book[stream_id]
            if stream.type == ROOM and self.memberships[stream_id, user.id].owner:
                self._world.rooms.keep_owned(stream, user)
