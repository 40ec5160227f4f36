"""Makes the streams of a world file, with who is in them and what is said in them, and the signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from emulator.seeding.said import content_of, files_of
from emulator.seeding.stream_parts import ImPart, MemberPart, MessagePart, RoomPart, SignalPart, SubscriberPart
from emulator.world import ids
from emulator.world.errors import Invalid
from emulator.world.messages import Message, Origin
from emulator.world.policy import rooms as policy
from emulator.world.signal_query import alternatives
from emulator.world.signals import Signal, Subscription
from emulator.world.streams import IM, MIM, ROOM, Membership, RoomAttributes, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.seeding.builder import Builder, Place
    from emulator.world.users import User


@dataclass(slots=True)
class _Seat:
    """Somebody in a stream; `after` is how many messages of it there were, None: those sent before."""

    stream: Stream
    user: User
    owner: bool
    joined_at: int
    after: int | None


class Conversations:
    """Streams first, then what is said in all of them in the order of time, then who joined after how many messages."""

    def __init__(self, builder: Builder) -> None:
        self._builder, self._world = builder, builder.world
        self._seats: list[_Seat] = []
        self._said: list[tuple[int, Stream, MessagePart, tuple[Place, ...]]] = []
        self._pinned: list[tuple[Stream, str, tuple[Place, ...]]] = []

    def build(self) -> None:
        file, attempt = self._builder.source.file, self._builder.attempt
        self._origin = file.get("session") or self._world.ids.uuid()
        closed = []
        for at, room in enumerate(file.get("rooms", [])):
            made = attempt(partial(self._room, room, "rooms", at), "rooms", at)
            if made is not None and not room.get("active", True):
                closed.append(made)
        for at, im in enumerate(file.get("ims", [])):
            attempt(partial(self._im, im, "ims", at), "ims", at)
        for sent, stream, part, place in sorted(self._said, key=lambda each: each[0]):
            attempt(partial(self._message, sent, stream, part, *place), *place)
        for seat in self._seats:
            self._sit(seat)
        streams = self._world.streams.book
        for stream, message_id, place in self._pinned:
            message = self._world.messages.book.get(message_id)
            if message is None or message.stream != stream.id:
                self._builder.mistake(f"no message of it has the id '{message_id}'", *place)
            streams.put(stream.id, replace(streams[stream.id], pinned=message_id))
        for at, signal in enumerate(file.get("signals", [])):
            attempt(partial(self._signal, signal, "signals", at), "signals", at)
        for stream in closed:  # last: nothing is said in a room that is closed, but something was
            streams.put(stream.id, replace(streams[stream.id], active=False))

    # --- streams ---

    def _room(self, part: RoomPart, *place: Place) -> Stream | None:
        builder = self._builder
        given = builder.taken(part, RoomPart, RoomAttributes, *place)
        for field in ("members_can_invite", "discoverable", "view_history"):
            given.setdefault(field, given.get("public", False))
        keywords = part.get("keywords", {})
        given["keywords"] = tuple(keywords.items() if isinstance(keywords, dict) else map(tuple, keywords))
        attributes = RoomAttributes(**given)
        builder.attempt(partial(policy.fits, attributes), *place)
        created = self._created(part, *place)
        owners = list(self._members(part["owners"], created, True, *place, "owners"))
        members = list(self._members(part.get("members", []), created, False, *place, "members"))
        creator = builder.named(part["creator"], *place, "creator") if "creator" in part else None
        if not owners and creator is None:
            builder.mistake("a room needs an owner", *place)
            return None
        stream = Stream(
            id=self._id(part, created, *place),
            type=ROOM,
            created_at=created,
            created_by=(creator or owners[0].user).id,
            cross_pod=attributes.cross_pod,
            room=attributes,
        )
        return self._open(stream, [*owners, *members], part, *place)

    def _im(self, part: ImPart, *place: Place) -> Stream | None:
        builder = self._builder
        users = builder.all_named(part["between"], *place, "between")
        parties = tuple(sorted({user.id for user in users}))
        if len(parties) < 2:
            builder.mistake("an IM is between two users or more", *place)
            return None
        creator = builder.named(part["creator"], *place, "creator") if "creator" in part else None
        created = self._created(part, *place)
        stream = Stream(
            id=self._id(part, created, *place),
            type=IM if len(parties) == 2 else MIM,
            created_at=created,
            created_by=(creator or users[0]).id,
            cross_pod=len({ids.pod_of(party) for party in parties}) > 1,
            parties=parties,
        )
        by_id = {user.id: user for user in users}
        seats = [_Seat(stream, by_id[party], False, created, None) for party in parties]
        return self._open(stream, seats, part, *place)

    def _created(self, part: RoomPart | ImPart, *place: Place) -> int:
        return self._builder.moment(part["created"], *place, "created") if "created" in part else self._builder.now

    def _id(self, part: RoomPart | ImPart, created: int, *place: Place) -> str:
        world = self._world
        return self._builder.id_given(part, world.streams.book, lambda: world.ids.stream(created), *place)

    def _open(self, stream: Stream, seats: list[_Seat], part: RoomPart | ImPart, *place: Place) -> Stream:
        self._world.streams.book.put(stream.id, stream)
        for seat in seats:
            seat.stream = stream
            self._seats.append(seat)
        if "pinned" in part:
            self._pinned.append((stream, part["pinned"], (*place, "pinned")))
        for at, message in enumerate(part.get("messages", [])):
            here = (*place, "messages", at)
            sent = self._builder.moment(message["ago"], *here, "ago") if "ago" in message else self._builder.now
            self._said.append((sent, stream, message, here))
        return stream

    # --- who is in them ---

    def _members(self, parts: list[Any], created: int, owner: bool, *place: Place) -> Iterator[_Seat]:
        for at, each in enumerate(parts):
            part = cast("MemberPart", each if isinstance(each, dict) else {"user": each})
            user = self._builder.named(part["user"], *place, at)
            if user is not None:
                joined = self._builder.moment(part["joined"], *place, at, "joined") if "joined" in part else created
                yield _Seat(_NOWHERE, user, part.get("owner", owner), joined, part.get("after"))

    def _sit(self, seat: _Seat) -> None:
        stamps, _, sent_before = self._world.messages.timeline.between(seat.stream.id, None, seat.joined_at - 1)
        before = sent_before if seat.after is None else min(seat.after, len(stamps))
        self._world.streams.memberships.put(
            (seat.stream.id, seat.user.id),
            Membership(
                stream=seat.stream.id,
                user=seat.user.id,
                owner=seat.owner,
                joined_at=seat.joined_at,
                after=stamps[before - 1][1] if before else 0,
            ),
        )

    # --- what is said in them ---

    def _message(self, sent: int, stream: Stream, part: MessagePart, *place: Place) -> None:
        builder, messages = self._builder, self._world.messages
        sender = builder.named(part["from"], *place, "from")
        content = content_of(builder, part, *place)
        if sender is None:
            return
        before = messages.book.get(part["replaces"]) if "replaces" in part else None
        if "replaces" in part and (before is None or before.stream != stream.id):
            raise Invalid(f"no earlier message of this stream has the id '{part['replaces']}'")
        if before is not None and (before.sender != sender.id or before.replaced_by is not None):
            why = "somebody else wrote" if before.sender != sender.id else "is replaced already:"
            raise Invalid(f"a message replaces one of its own author, once; {why} '{before.id}'")
        suppressed = part.get("suppressed")
        hidden = None
        if suppressed is not None:
            hidden = builder.now if suppressed is True else builder.moment(suppressed, *place, "suppressed")
        app = part.get("app")
        if app is not None and app not in self._world.apps.book:
            builder.mistake(f"no app has the id '{app}'", *place, "app")
        given = builder.taken(part, MessagePart, Message, *place)
        messages.load(
            sender,
            stream,
            content,
            Origin(session=part.get("session") or self._origin, app=app),
            sent,
            id=builder.id_given(part, messages.book, lambda: self._world.ids.message(sent), *place),
            files=files_of(builder, sender, part, *place),
            replaces=before,
            silent=given.get("silent", False),
            suppressed_at=hidden,
        )

    # --- signals ---

    def _signal(self, part: SignalPart, *place: Place) -> None:
        builder, signals = self._builder, self._world.signals
        given: dict[str, Any] = {"visible": True, "company_wide": False, "created_at": builder.now}
        given |= builder.taken(part, SignalPart, Signal, *place)
        created: int = given["created_at"]
        alternatives(part["query"])
        given["id"] = builder.id_given(part, signals.book, lambda: self._world.ids.object(created), *place)
        if not given["owner"]:
            return
        signal = signals.book.put(given["id"], Signal(**given))
        subscribers: dict[int, dict[str, Any]] = {signal.owner: {}}
        for at, each in enumerate(part.get("subscribers", [])):
            here = (*place, "subscribers", at)
            told = cast("SubscriberPart", each if isinstance(each, dict) else {"user": each})
            user = builder.named(told["user"], *here)
            if user is not None:
                subscribers[user.id] = builder.taken(told, SubscriberPart, Subscription, *here)
        for user_id, said in subscribers.items():
            since: int = said.get("at", created)
            subscription = Subscription(
                id=said.get("id") or self._world.ids.object(since),
                signal=signal.id,
                user=user_id,
                pushed=said.get("pushed", False),
                owner=user_id == signal.owner,
                at=since,
            )
            signals.subscriptions.put((signal.id, user_id), subscription)


_NOWHERE = Stream(id="", type=ROOM, created_at=0, created_by=0)
