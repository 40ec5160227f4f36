"""Rooms: made, changed, found, and who is let in (production/pod.md 9)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from emulator.world.books import Grams
from emulator.world.errors import UnknownRoom
from emulator.world.events import (
    Place,
    Properties,
    RoomCreated,
    RoomDeactivated,
    RoomMemberDemotedFromOwner,
    RoomMemberPromotedToOwner,
    RoomReactivated,
    UserJoinedRoom,
    UserLeftRoom,
)
from emulator.world.ids import pod_of
from emulator.world.policy import allowed, allows, people
from emulator.world.policy import rooms as policy
from emulator.world.policy import streams as seeing
from emulator.world.record import record
from emulator.world.streams import ROOM, Membership, RoomAttributes, Stream, updated

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

SEARCH_FIELDS = ("name", "description", "keywords_key", "keywords_value")
_USUAL_FIELDS = ("name", "description", "keywords_value")
_TAG = re.compile(r"[#$][^\s#$]+")


@record
class RoomSearch:
    """What a room search asks for (production/pod.md 9.7)."""

    query: str
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    active: bool | None = None
    private: bool | None = None
    owner: int | None = None
    creator: int | None = None
    member: int | None = None
    relevance: bool = False
    sub_type: str | None = None


def _text_of(stream: Stream) -> str | None:
    """What a room is found by."""
    room = stream.room
    if room is None:
        return None
    pieces = [room.name, room.description]
    pieces += [piece for keyword in room.keywords for piece in keyword]
    return "\n".join(pieces)


class Rooms:
    """What is done to rooms. Their state is among the streams."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.words: Grams[str, Stream] = world.streams.book.also(Grams(_text_of))

    # --- making and changing ---

    def create(self, user: User, attributes: RoomAttributes) -> Stream:
        """A new room that `user` owns and is alone in."""
        policy.fits(attributes)
        policy.may_create_room(self._world, user, attributes)
        policy.name_is_free(self._world, user.company_id, attributes)
        return self.open(user, attributes)

    def close(self, stream: Stream) -> Stream:
        """Deactivate a room, asked no questions: for putting worlds into a state."""
        return self._set_active(stream, False, stream.created_by)

    def open(self, user: User, attributes: RoomAttributes, at: int | None = None) -> Stream:
        """A new room, asked no questions: for `create` and for loading worlds."""
        now = self._world.clock.now() if at is None else at
        stream = Stream(
            id=self._world.ids.stream(now),
            type=ROOM,
            created_at=now,
            created_by=user.id,
            cross_pod=attributes.cross_pod,
            room=attributes,
        )
        self._world.streams.book.put(stream.id, stream)
        self._world.streams.seat(stream, user.id, owner=True, at=now)
        created = RoomCreated(
            stream=Place(stream=stream, shows="pods"), room_properties=Properties(stream=stream, creator=user)
        )
        self._world.tell(user.id, created, at=at)
        if self._world.settings.room_creator == "told":
            self._world.tell(user.id, UserJoinedRoom(stream=Place(stream=stream), affected_user=user), at=at)
        return stream

    def seen_by(self, user: User, stream_id: str) -> Stream:
        """The room whose details `user` may see; UnknownRoom else."""
        stream = self._world.streams.book.get(stream_id)
        if stream is None:
            raise UnknownRoom(f"there is no room '{stream_id}'")
        seeing.may_see_room(self._world, user, stream)
        return stream

    def update(self, user: User, stream_id: str, given: dict[str, Any], pinned: str | None = None) -> Stream:
        """Change what is given; attributes that keep their value do not count. `pinned` is a message id, "" unpins."""
        stream = self.seen_by(user, stream_id)
        assert stream.room is not None
        current = asdict(stream.room)
        changes = {name: value for name, value in given.items() if current[name] != value}
        named = dict(changes)
        if pinned is not None and (stream.pinned or "") != pinned:
            named["pinned"] = pinned
        policy.may_update(self._world, user, stream, named)
        policy.created_by_own_company(user, stream)
        policy.room_is_active(stream)
        policy.update_changes_something(self._world, [*given, *(() if pinned is None else ("pinned",))], named)
        policy.fixed_attributes_stay(self._world, stream.room, given, changes)
        if not named:
            return stream
        attributes = replace(stream.room, **changes)
        policy.fits(attributes)
        if "view_history" in changes:
            policy.external_history_is_entitled(self._world, user, attributes)
        if "name" in changes:
            policy.name_is_free(self._world, pod_of(stream.created_by), attributes, stream)
        if named.get("pinned"):
            self._world.messages.must_be_in(user, stream, named["pinned"])
        pinned_now = (named["pinned"] or None) if "pinned" in named else stream.pinned
        changed = replace(stream, room=attributes, pinned=pinned_now)
        self._world.streams.book.put(stream.id, changed)
        self._world.tell(user.id, updated(changed))
        return changed

    def set_active(self, user: User, stream_id: str, active: bool) -> Stream:
        """Deactivate or reactivate a room; nothing happens where it is so already."""
        stream = self._reachable_by(user, stream_id)
        policy.may_set_active(self._world, user, stream)
        policy.created_by_own_company(user, stream)
        if stream.active == active:
            return stream
        if active:
            policy.has_members(self._world, stream)
        return self._set_active(stream, active, user.id)

    def _set_active(self, stream: Stream, active: bool, by: int) -> Stream:
        changed = self._world.streams.book.put(stream.id, replace(stream, active=active))
        if active:
            self._world.tell(by, RoomReactivated(stream=Place(stream=changed)))
        else:
            self._world.tell(by, RoomDeactivated(stream=Place(stream=changed, shows="type")))
        return changed

    # --- members ---

    def members(self, user: User, stream_id: str) -> list[Membership]:
        """Who is in a room, in the order in which they joined."""
        stream = self._world.streams.book.get(stream_id)
        if stream is None or stream.room is None:
            raise UnknownRoom(f"there is no room '{stream_id}'")
        seeing.may_list_members(self._world, user, stream)
        return self._world.streams.members(stream.id)

    def add(self, user: User, stream_id: str, target_id: int) -> Membership:
        """Let somebody in; who is in stays in."""
        stream = self._reachable_by(user, stream_id)
        target = self._target(user, stream, target_id)
        policy.room_is_active(stream)
        policy.may_add(self._world, user, stream, target)
        present = self._world.streams.membership(stream.id, target.id)
        if present is not None:
            policy.may_be_added_again(self._world, stream, target)
            return present
        people.account_works(self._world, target)
        policy.fits_into_external_room(self._world, user, stream, target)
        policy.companies_fit(self._world, stream, target)
        policy.no_barrier_to_members(self._world, stream, target)
        return self.let_in(user, stream, target)

    def let_in(
        self, by: User, stream: Stream, target: User, *, owner: bool = False, at: int | None = None
    ) -> Membership:
        """Make somebody a member, asked no questions, as an owner if they are to be one: for `add`, for loading worlds
        and for putting them into a state."""
        present = self._world.streams.membership(stream.id, target.id)
        if present is None:
            present = self._world.streams.seat(stream, target.id, at=at)
            self._world.tell(by.id, UserJoinedRoom(stream=Place(stream=stream), affected_user=target), at=at)
        if owner and not present.owner:
            self._set_owner(stream, target.id, True, by.id, at=at)
            present = self._world.streams.memberships[stream.id, target.id]
        return present

    def remove(self, user: User, stream_id: str, target_id: int) -> None:
        """Put somebody out, or leave. With the last owner gone the member of longest standing owns the room."""
        stream = self._reachable_by(user, stream_id)
        target = self._target(user, stream, target_id)
        policy.may_remove(self._world, user, stream, target)
        policy.room_is_active(stream)
        policy.is_a_member(self._world, stream, target)
        self._world.streams.memberships.drop((stream.id, target.id))
        self._world.tell(user.id, UserLeftRoom(stream=Place(stream=stream), affected_user=target))
        self._pass_on(stream, user.id)

    def promote(self, user: User, stream_id: str, target_id: int) -> None:
        """Make a member an owner. Works on deactivated rooms, which is how orphaned ones are rescued."""
        stream = self._reachable_by(user, stream_id)
        target = self._target(user, stream, target_id)
        policy.may_change_owners(self._world, user, stream)
        policy.is_a_member(self._world, stream, target)
        policy.may_own(stream, target)
        self._set_owner(stream, target.id, True, user.id)

    def demote(self, user: User, stream_id: str, target_id: int) -> None:
        """Make an owner a plain member; the last owner cannot be."""
        stream = self._reachable_by(user, stream_id)
        target = self._target(user, stream, target_id)
        policy.may_change_owners(self._world, user, stream)
        policy.is_a_member(self._world, stream, target)
        if seeing.owns(self._world, target, stream):
            policy.an_owner_remains(self._world, stream, target)
            self._set_owner(stream, target.id, False, user.id)

    def _set_owner(self, stream: Stream, target: int, owner: bool, by: int, *, at: int | None = None) -> None:
        membership = self._world.streams.membership(stream.id, target)
        if membership is not None and membership.owner != owner:
            self._world.streams.seat(stream, target, owner=owner)
            kind = RoomMemberPromotedToOwner if owner else RoomMemberDemotedFromOwner
            affected = self._world.users.get(target)
            self._world.tell(by, kind(stream=Place(stream=stream), affected_user=affected), at=at)

    def _pass_on(self, stream: Stream, by: int) -> bool:
        """See that the room has an owner who can act: else the eldest end user in it becomes one."""
        members = self._world.streams.members(stream.id)
        users = [self._world.users.book[member.user] for member in members]
        if any(
            member.owner and allows(people.account_works, self._world, user)
            for member, user in zip(members, users, strict=True)
        ):
            return True
        heir = next(allowed(policy.may_inherit, users, self._world, stream), None)
        if heir is None:
            return False
        self._set_owner(stream, heir.id, True, by)
        return True

    def keep_owned(self, stream: Stream, gone: User) -> None:
        """An owner was deactivated: pass the room on, or deactivate what nobody can own (production/pod.md 3.1)."""
        if stream.active and not self._pass_on(stream, gone.id):
            self._set_active(stream, False, gone.id)

    def _target(self, user: User, stream: Stream, target_id: int) -> User:
        """Whom a change is about: who is in the room is seen there, others as the directory shows them."""
        if self._world.streams.is_member(stream.id, target_id):
            return self._world.users.get(target_id)
        return self._world.users.seen_by(user, target_id)

    def _reachable_by(self, user: User, stream_id: str) -> Stream:
        """The room that `user` may try to change; what they may not even see does not exist for them."""
        stream = self._world.streams.seen_by(user, stream_id)
        if stream.room is None:
            raise UnknownRoom(f"stream '{stream.id}' is not a room")
        return stream

    # --- finding ---

    def search(self, user: User, search: RoomSearch) -> tuple[list[Stream], Counter[str]]:
        """The rooms that match and that `user` may find, and for each keyword key how many rooms matched by it."""
        fields = frozenset(search.fields or _USUAL_FIELDS)
        facets: Counter[str] = Counter()
        found: list[tuple[bool, Stream]] = []
        barred = self._world.barriers.barred_users(user)
        query = search.query.strip().casefold()
        candidates = (self._world.streams.book[stream_id] for stream_id in self.words.find(query))
        fitting = (stream for stream in candidates if self._filtered(stream, search))
        for stream in allowed(seeing.may_find, fitting, self._world, user, barred):
            room = stream.room
            assert room is not None
            by_keys = self._matching_keywords(room, query, search.labels, fields)
            by_name = "name" in fields and query in room.name.casefold()
            if by_keys or by_name or ("description" in fields and self._described(room, query)):
                facets.update(by_keys)
                found.append((by_name, stream))
        if search.relevance:
            found.sort(key=lambda hit: (not hit[0], hit[1].room.name.casefold() if hit[1].room else "", hit[1].id))
        else:
            found.sort(key=lambda hit: (hit[1].created_at, hit[1].id))
        return [stream for _, stream in found], facets

    def _filtered(self, stream: Stream, search: RoomSearch) -> bool:
        room, streams = stream.room, self._world.streams
        assert room is not None
        if search.active is not None and stream.active != search.active:
            return False
        if search.private is not None and room.public == search.private:
            return False
        if search.creator is not None and stream.created_by != search.creator:
            return False
        if search.sub_type is not None and room.sub_type != search.sub_type:
            return False
        if search.member is not None and not streams.is_member(stream.id, search.member):
            return False
        if search.owner is not None:
            membership = streams.membership(stream.id, search.owner)
            return membership is not None and membership.owner
        return True

    def _described(self, room: RoomAttributes, query: str) -> bool:
        """Whether the description has it: by any word, or by a tag as the page says (production/pod.md 9.7)."""
        by_word = self._world.settings.room_description_search == "words"
        texts = [room.description] if by_word else _TAG.findall(room.description)
        return any(query in text.casefold() for text in texts)

    @staticmethod
    def _matching_keywords(
        room: RoomAttributes, query: str, labels: tuple[str, ...], fields: frozenset[str]
    ) -> set[str]:
        wanted = {label.casefold() for label in labels}
        return {
            key
            for key, value in room.keywords
            if (not wanted or key.casefold() in wanted)
            and (
                ("keywords_value" in fields and query in value.casefold())
                or ("keywords_key" in fields and query in key.casefold())
            )
        }
