"""Who may see, find, read and write streams, and open IMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import (
    Barred,
    EntitlementMissing,
    Forbidden,
    Inactive,
    Invalid,
    MembersHidden,
    NotAMember,
    NotAnOwner,
    NotConnected,
    Outside,
    UnknownRoom,
)
from emulator.world.ids import pod_of
from emulator.world.policy import Basis, people, rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World


def oversees(world: World, user: User, stream: Stream, privilege: str) -> bool:
    """Whether a role lets the user deal with a room that is not theirs: service accounts with the privilege always,
    compliance officers while they are not members (production/pod.md 3.2)."""
    return privilege in user.privileges and (
        user.account_type == "SYSTEM" or not world.streams.is_member(stream.id, user.id)
    )


def owns(world: World, user: User, stream: Stream) -> bool:
    membership = world.streams.membership(stream.id, user.id)
    return membership is not None and membership.owner


def colleague_of_creator(user: User, stream: Stream) -> bool:
    return user.company_id == pod_of(stream.created_by)


def name_of(stream: Stream) -> str:
    return stream.room.name if stream.room else stream.id


def nobody_barred(world: World, user: User, stream: Stream) -> None:
    for barred in world.barriers.barred_users(user):
        if world.streams.is_member(stream.id, barred):
            other = world.users.book[barred]
            raise Barred(f"an information barrier stands between '{user.username}' and member '{other.username}'")


# --- seeing ---


@rule(Basis.CHOICE, "production/pod.md 3.2")
def is_of_the_pod(world: World, user: User, stream: Stream) -> None:
    """Roles end where the pod ends: a stream that was not made in the pod, and that nobody of the pod is in, does not
    exist for it."""
    if not colleague_of_creator(user, stream) and user.company_id not in world.streams.companies(stream.id):
        raise UnknownRoom(f"stream '{stream.id}' is of another pod")


@rule(Basis.DOCUMENTED, "production/pod.md 8")
def may_see_stream(world: World, user: User, stream: Stream) -> None:
    """Details of a stream are for its members, for roles that may see any stream, and for colleagues where the room is
    public or can be discovered. Anybody else is told what is told of a stream that does not exist."""
    if world.streams.is_member(stream.id, user.id):
        return
    if "VIEW_ANY_STREAM_DETAILS" in user.privileges:
        is_of_the_pod(world, user, stream)
        return
    room = stream.room
    open_to_all = room is not None and stream.active and (room.public or room.discoverable)
    if open_to_all and colleague_of_creator(user, stream):
        return
    raise UnknownRoom(f"'{user.username}' is not a member of stream '{stream.id}' and may not see it")


@rule(Basis.OBSERVED, "production/pod.md 1.2, 9.3")
def may_see_room(world: World, user: User, stream: Stream) -> None:
    """Room details are for members and for roles that may see any stream; of anything else, and of a stream that is no
    room, the answer is that of a room that does not exist."""
    if stream.room is None:
        raise UnknownRoom(f"stream '{stream.id}' is not a room")
    if world.streams.is_member(stream.id, user.id):
        return
    if "VIEW_ANY_STREAM_DETAILS" not in user.privileges:
        open_to_all = stream.room.public and stream.active and colleague_of_creator(user, stream)
        if open_to_all and world.settings.public_room_info == "colleagues":
            return
        raise UnknownRoom(f"'{user.username}' is not a member of room '{stream.room.name}'")
    is_of_the_pod(world, user, stream)


@rule(Basis.OBSERVED, "production/pod.md 1.2, 9.6")
def may_list_members(world: World, user: User, stream: Stream) -> None:
    """The members of a room are listed for its members and for roles that may see any membership."""
    if world.streams.is_member(stream.id, user.id):
        return
    if not user.privileges & {"VIEW_ANY_STREAM_MEMBERSHIP", "VIEW_ANY_STREAM_DETAILS"}:
        raise MembersHidden(user.id, f"'{user.username}' is not a member of room '{name_of(stream)}'")
    is_of_the_pod(world, user, stream)


@rule(Basis.DOCUMENTED, "production/pod.md 8")
def is_an_im_of(world: World, user: User, stream: Stream) -> None:
    """Details of an IM are for its participants."""
    if stream.room is not None or not world.streams.is_member(stream.id, user.id):
        raise UnknownRoom(f"stream '{stream.id}' is not an IM of '{user.username}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.7")
def may_find(world: World, user: User, barred: Collection[int], stream: Stream) -> None:
    """Rooms are found by their members; active public ones by all colleagues, active discoverable ones by those whom no
    information barrier separates from a member."""
    room, streams = stream.room, world.streams
    may_see_stream(world, user, stream)
    if streams.is_member(stream.id, user.id):
        return
    if room is None or not stream.active or not colleague_of_creator(user, stream):
        raise NotAMember(f"'{user.username}' is not a member of stream '{stream.id}'")
    if not room.public and not room.discoverable:
        raise NotAMember(f"'{user.username}' is not a member of room '{room.name}', which cannot be discovered")
    if not room.public and any(streams.is_member(stream.id, other) for other in barred):
        raise Barred(f"an information barrier stands between '{user.username}' and a member of room '{room.name}'")


# --- reading and writing ---


@rule(Basis.CHOICE, "production/agent.md 4.1")
def may_read(world: World, user: User, stream: Stream) -> None:
    """Messages are for the members of a stream, and those of a public room for all colleagues."""
    if world.streams.is_member(stream.id, user.id):
        return
    if stream.room is not None and stream.room.public and colleague_of_creator(user, stream):
        return
    why = f"'{user.username}' is not a member of stream '{stream.id}'"
    if world.settings.outsider_text == "documented":
        raise NotAMember(why)
    raise Outside(user.id, stream.id, why)


@rule(Basis.DOCUMENTED, "production/pod.md 9.5")
def content_is_visible(stream: Stream) -> None:
    """What was said in a deactivated room cannot be read until the room is reactivated."""
    if stream.room is not None and not stream.active:
        raise Forbidden(f"room '{stream.room.name}' is deactivated, its messages are hidden until it is reactivated")


def reading(world: World, user: User, stream: Stream) -> None:
    """All that is asked of a stream before a user reads in it (production/agent.md 4.1)."""
    may_read(world, user, stream)
    content_is_visible(stream)


@rule(Basis.CHOICE, "production/agent.md 3")
def is_writable(world: World, stream: Stream) -> None:
    """Nobody writes into a deactivated room, nor into an IM of which a participant is deactivated or suspended."""
    if stream.room is not None:
        if not stream.active:
            raise Inactive(f"room '{stream.room.name}' is deactivated")
        return
    for party in stream.parties:
        people.account_works(world, world.users.book[party])


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def owners_only_write(world: World, user: User, stream: Stream) -> None:
    """In a read-only room only owners write."""
    if stream.room is not None and stream.room.read_only and not owns(world, user, stream):
        raise NotAnOwner(f"room '{stream.room.name}' is read-only and '{user.username}' is not an owner")


@rule(Basis.DOCUMENTED, "production/pod.md 3.3")
def may_write_externally(user: User, stream: Stream) -> None:
    """Writing into an IM or a room with other companies needs the entitlement for it."""
    if stream.cross_pod:
        if stream.room is None:
            people.has(user, "isExternalIMEnabled", "write into an IM with another company")
        else:
            people.has(user, "isExternalRoomEnabled", "write into a room with other companies")


@rule(Basis.DOCUMENTED, "production/agent.md 3")
def still_connected(world: World, user: User, stream: Stream) -> None:
    """A user cannot write into an IM with somebody of another company to whom they are not, or no longer, connected."""
    if stream.room is None and stream.cross_pod:
        for party in stream.parties:
            other = world.users.book[party]
            if party != user.id and not world.connections.connected(user, other):
                raise NotConnected(f"'{user.username}' and '{other.username}' of another company are not connected")


@rule(Basis.CHOICE, "production/pod.md 3.4, 8")
def companies_communicate(world: World, companies: Iterable[int]) -> None:
    """Where several companies meet, each of them communicates with others."""
    met = set(companies)
    for each in met if len(met) > 1 else ():
        company = world.companies.of(each)
        if not company.cross_pod:
            raise EntitlementMissing(f"company '{company.name}' does not communicate with other companies")


@rule(Basis.CHOICE, "production/pod.md 3.3, 8, 10")
def parties_may_meet(world: World, parties: Collection[int]) -> None:
    """Those in an IM may all chat with each other, whoever brings them together: no barrier parts any two of them, and
    with several companies each has isExternalIMEnabled."""
    users = [world.users.book[party] for party in parties]
    for user in users:
        barred = world.barriers.barred_users(user)
        for each in barred.intersection(parties) if barred else ():
            other = world.users.book[each]
            raise Barred(f"an information barrier stands between '{user.username}' and '{other.username}'")
    companies = {user.company_id for user in users}
    if len(companies) > 1:
        companies_communicate(world, companies)
        for user in users:
            people.may_chat_externally(user)


@rule(Basis.CHOICE, "production/pod.md 10")
def no_barrier_among_members(world: World, user: User, stream: Stream) -> None:
    """Nobody writes where somebody reads from whom an information barrier separates them; into rooms, unless
    `barredWriting` chooses so."""
    if stream.room is not None and world.settings.barred_writing == "taken":
        return
    nobody_barred(world, user, stream)


def may_write(world: World, user: User, stream: Stream) -> None:
    """All that is asked before a user writes into a stream (production/agent.md 3)."""
    may_read(world, user, stream)
    is_writable(world, stream)
    owners_only_write(world, user, stream)
    may_write_externally(user, stream)
    still_connected(world, user, stream)
    no_barrier_among_members(world, user, stream)
    if stream.room is None:
        parties_may_meet(world, stream.parties)
    elif stream.cross_pod:
        companies_communicate(world, world.streams.companies(stream.id))


@rule(Basis.DOCUMENTED, "production/pod.md 3.3")
def may_send_files(user: User, stream: Stream) -> None:
    """Files need sendFilesEnabled among colleagues and canShareFilesExternally with other companies."""
    if stream.cross_pod:
        people.has(user, "canShareFilesExternally", "send a file to another company")
    else:
        people.has(user, "sendFilesEnabled", "send a file")


# --- IMs ---


@rule(Basis.DOCUMENTED, "production/pod.md 8")
def has_company(others: Sequence[User], user: User) -> None:
    """An IM has at least one participant besides its creator."""
    if not others:
        raise Invalid(f"'{user.username}' cannot have an IM with nobody else")


@rule(Basis.DOCUMENTED, "production/pod.md 8, 10")
def may_open_im(world: World, user: User, other: User) -> None:
    """An IM needs accounts that work, no barrier between them, and with another company the entitlement on both sides
    and a connection."""
    people.account_works(world, other)
    people.not_barred(world, user, other)
    if user.company_id != other.company_id:
        people.may_chat_externally(user)
        people.may_chat_externally(other)
        people.connected(world, user, other)


@rule(Basis.DOCUMENTED, "production/agent.md 10")
def pin_changes_something(stream: Stream, message_id: str) -> None:
    """Pinning what is pinned, and unpinning where nothing is, is an error."""
    if (stream.pinned or "") == message_id:
        raise Invalid("that message is pinned already" if message_id else "no message is pinned")
