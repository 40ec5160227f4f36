"""What rooms may be like, and who may create, change, join and own them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.entitlements import SHARED_HISTORY
from emulator.world.errors import EntitlementMissing, Forbidden, Inactive, Invalid, NameTaken, NotAnOwner
from emulator.world.policy import Basis, people, rule, streams
from emulator.world.streams import name_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from emulator.world.streams import RoomAttributes, Stream
    from emulator.world.users import User
    from emulator.world.world import World

NAME_LENGTH = 50
EXTERNAL_MEMBERS = 300
EXTERNAL_COMPANIES = 25
FIXED_ATTRIBUTES = ("public", "cross_pod", "multilateral", "read_only")


# --- what rooms may be like ---


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def name_fits(name: str) -> None:
    """A room has a name, of at most 50 characters."""
    if not name.strip():
        raise Invalid("a room needs a name")
    if len(name) > NAME_LENGTH:
        raise Invalid(f"the room name has {len(name)} characters, at most {NAME_LENGTH} are allowed")


@rule(Basis.OBSERVED, "production/pod.md 9.1")
def name_is_free(world: World, company: int, room: RoomAttributes, own: Stream | None = None) -> None:
    """Public rooms of a company differ in name by more than case and blanks; with `uniqueRoomNames` all rooms do."""
    everywhere = world.settings.unique_room_names == "all"
    if not room.public and not everywhere:
        return
    index = "name" if everywhere else "public_name"
    taken_by = next(
        (each for each in world.streams.book.by(index, (company, name_key(room.name))) if each != own), None
    )
    if taken_by is not None:
        raise NameTaken(room.name, f"the name '{room.name}' differs from that of a room in case and blanks at most")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def keywords_fit(attributes: RoomAttributes) -> None:
    """Keywords have a key and a value, and the key holds no exclamation mark."""
    for key, value in attributes.keywords:
        if not key or not value or "!" in key:
            raise Invalid(f"the keyword '{key}': '{value}' is not allowed")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def public_rooms_are_open(attributes: RoomAttributes) -> None:
    """A public room shows its history, can be discovered, and lets members invite."""
    if attributes.public and not (
        attributes.view_history and attributes.discoverable and attributes.members_can_invite
    ):
        raise Invalid("a public room cannot have viewHistory, discoverable or membersCanInvite set to false")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def external_rooms_are_closed(attributes: RoomAttributes) -> None:
    """A room with other companies is neither public nor read-only, and cannot be discovered."""
    if attributes.cross_pod and (attributes.public or attributes.read_only or attributes.discoverable):
        raise Invalid("a crossPod room cannot be public, readOnly or discoverable")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def multilateral_rooms_are_external(attributes: RoomAttributes) -> None:
    """A room of more than two companies is a room with other companies."""
    if attributes.multilateral and not attributes.cross_pod:
        raise Invalid("multiLateralRoom needs crossPod")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1")
def external_history_is_entitled(world: World, user: User, attributes: RoomAttributes) -> None:
    """A room with other companies shows its history only where the company has canCreateExternalRoomSharedHistory."""
    if attributes.cross_pod and attributes.view_history:
        company = world.companies.of(user.company_id)
        if SHARED_HISTORY not in company.entitlements:
            raise EntitlementMissing(f"company '{company.name}' lacks the entitlement {SHARED_HISTORY}")


def fits(attributes: RoomAttributes) -> None:
    """All that is asked of a room's attributes together (production/pod.md 9.1)."""
    name_fits(attributes.name)
    keywords_fit(attributes)
    public_rooms_are_open(attributes)
    external_rooms_are_closed(attributes)
    multilateral_rooms_are_external(attributes)


@rule(Basis.DOCUMENTED, "production/pod.md 9.2, 3.3")
def may_create_room(world: World, user: User, attributes: RoomAttributes) -> None:
    """Public, external and multilateral rooms need the entitlement for them."""
    if attributes.public:
        people.has(user, "canCreatePublicRoom", "create a public room")
    if attributes.cross_pod:
        people.has(user, "isExternalRoomEnabled", "create a room with other companies")
    if attributes.multilateral:
        people.has(user, "canCreateMultiLateralRoom", "create a room of more than two companies")
    external_history_is_entitled(world, user, attributes)


# --- changing rooms ---


@rule(Basis.DOCUMENTED, "production/pod.md 9.4, 9.5")
def created_by_own_company(user: User, stream: Stream) -> None:
    """A room that another company created is changed there."""
    if not streams.colleague_of_creator(user, stream):
        raise Forbidden("the room was created by another company, whose users alone may change it")


@rule(Basis.DOCUMENTED, "production/pod.md 9.4")
def room_is_active(stream: Stream) -> None:
    """A deactivated room is neither changed nor are its members."""
    if not stream.active:
        raise Inactive(f"room '{streams.name_of(stream)}' is deactivated")


@rule(Basis.DOCUMENTED, "production/pod.md 9.4")
def may_update(world: World, user: User, stream: Stream, changes: Mapping[str, object]) -> None:
    """A room is changed by its owners and by user provisioning; its history setting also by members with
    canToggleRoomShareHistory."""
    if streams.owns(world, user, stream) or "ACCESS_USER_PROVISIONING_API" in user.privileges:
        return
    toggles = set(changes) == {"view_history"} and world.streams.is_member(stream.id, user.id)
    if not (toggles and "canToggleRoomShareHistory" in user.entitlements):
        raise NotAnOwner(f"'{user.username}' is not an owner of room '{streams.name_of(stream)}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.4")
def update_changes_something(world: World, given: Collection[str], changes: Mapping[str, object]) -> None:
    """An update names at least one attribute; with `unchangingRoomUpdate` it changes one."""
    if not given or (world.settings.unchanging_room_update == "refused" and not changes):
        raise Invalid("the update changes no attribute of the room")


@rule(Basis.DOCUMENTED, "production/pod.md 9.1, 9.4")
def fixed_attributes_stay(
    world: World, before: RoomAttributes, given: Collection[str], changes: Mapping[str, object]
) -> None:
    """public, crossPod, multiLateralRoom and readOnly are fixed at creation, and copyProtected is never taken back.
    `fixedAttributesRepeated` chooses whether they may be repeated."""
    named = given if world.settings.fixed_attributes_repeated == "refused" else changes
    for name in FIXED_ATTRIBUTES:
        if name in named:
            raise Invalid(f"{name} cannot be changed after the room was created")
    if before.copy_protected and "copy_protected" in changes:
        raise Invalid("copyProtected cannot be taken back")


@rule(Basis.DOCUMENTED, "production/pod.md 9.5")
def may_set_active(world: World, user: User, stream: Stream) -> None:
    """A room is deactivated and reactivated by its owners, by compliance officers who are not in it, and by user
    provisioning."""
    if not streams.owns(world, user, stream) and not streams.oversees(
        world, user, stream, "ACTIVATE_AND_DEACTIVATE_ANY_ROOM"
    ):
        raise NotAnOwner(f"'{user.username}' is not an owner of room '{streams.name_of(stream)}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.5")
def has_members(world: World, stream: Stream) -> None:
    """Only a room with members can be reactivated."""
    if not world.streams.memberships.count_by("stream", stream.id):
        raise Invalid("the room has no members left and cannot be reactivated")


# --- members ---


@rule(Basis.DOCUMENTED, "production/pod.md 9.6")
def may_add(world: World, user: User, stream: Stream, target: User) -> None:
    """Members are added by owners, by any member where members may invite or the room is public, by compliance officers
    who are not in it and by user provisioning; a public room is joined by any colleague."""
    room = stream.room
    assert room is not None
    membership = world.streams.membership(stream.id, user.id)
    if membership is not None and (membership.owner or room.members_can_invite or room.public):
        return
    if room.public and target.id == user.id and streams.colleague_of_creator(user, stream):
        return
    if streams.oversees(world, user, stream, "ADD_AND_REMOVE_USERS_IN_ANY_ROOM"):
        return
    raise NotAnOwner(f"'{user.username}' may not add members to room '{room.name}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.6")
def fits_into_external_room(world: World, user: User, stream: Stream, target: User) -> None:
    """Users of other companies join only rooms with other companies, when they and who adds them may be in such rooms
    and are connected."""
    room = stream.room
    assert room is not None
    if not room.cross_pod:
        if not streams.colleague_of_creator(target, stream):
            raise Invalid(f"'{target.username}' is of another company and room '{room.name}' is not crossPod")
        return
    streams.companies_communicate(world, {*world.streams.companies(stream.id), target.company_id})
    people.has(target, "isExternalRoomEnabled", "be in a room with other companies")
    if target.company_id != user.company_id:
        people.has(user, "isExternalRoomEnabled", "add users of other companies to a room")
        if world.settings.external_members == "connected":
            people.connected(world, user, target)


@rule(Basis.DOCUMENTED, "production/pod.md 9.1, 3.3")
def companies_fit(world: World, stream: Stream, target: User) -> None:
    """A room has two companies at most unless it is multilateral, and then only members who may join such rooms;
    at most 300 members of at most 25 companies."""
    room = stream.room
    assert room is not None
    if not room.cross_pod:
        return
    companies = world.streams.companies(stream.id) | {target.company_id}
    if room.multilateral:
        people.has(target, "canJoinMultiLateralRoom", "join a room of more than two companies")
    elif len(companies) > 2:
        raise Invalid(f"room '{room.name}' is not multilateral and has two companies already")
    members = world.streams.memberships.count_by("stream", stream.id)
    if len(companies) > EXTERNAL_COMPANIES or members >= EXTERNAL_MEMBERS:
        raise Invalid(f"a room with other companies has at most {EXTERNAL_MEMBERS} members of {EXTERNAL_COMPANIES}")


@rule(Basis.CHOICE, "production/pod.md 9.6, 10")
def no_barrier_to_members(world: World, stream: Stream, target: User) -> None:
    """Nobody joins a room in which somebody is from whom an information barrier separates them."""
    streams.nobody_barred(world, target, stream)


@rule(Basis.CHOICE, "production/pod.md 9.6")
def may_remove(world: World, user: User, stream: Stream, target: User) -> None:
    """Members are removed by owners, by compliance officers who are not in the room and by user provisioning;
    everybody may leave, or owners and service accounts alone, as `leavingRooms` chooses."""
    leaves = target.id == user.id and (user.account_type == "SYSTEM" or world.settings.leaving_rooms == "everybody")
    if leaves or streams.owns(world, user, stream):
        return
    if not streams.oversees(world, user, stream, "ADD_AND_REMOVE_USERS_IN_ANY_ROOM"):
        raise NotAnOwner(f"'{user.username}' may not remove members from room '{streams.name_of(stream)}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.6")
def may_change_owners(world: World, user: User, stream: Stream) -> None:
    """Owners are made and unmade by owners and by user provisioning."""
    if not streams.owns(world, user, stream) and "PROMOTE_AND_DEMOTE_OWNERS_IN_ANY_ROOM" not in user.privileges:
        raise NotAnOwner(f"'{user.username}' is not an owner of room '{streams.name_of(stream)}'")


@rule(Basis.DOCUMENTED, "production/pod.md 3.3, 9.6")
def may_own(stream: Stream, target: User) -> None:
    """An owner of a public room needs canCreatePublicRoom."""
    if stream.room is not None and stream.room.public:
        people.has(target, "canCreatePublicRoom", "own a public room")


@rule(Basis.CHOICE, "production/pod.md 3.1")
def may_inherit(world: World, stream: Stream, target: User) -> None:
    """A room whose owners are gone passes to a person in it whose account works and who may own it."""
    people.account_works(world, target)
    if target.account_type != "NORMAL":
        raise Forbidden(f"'{target.username}' is a service account and inherits no room")
    may_own(stream, target)


@rule(Basis.CHOICE, "production/pod.md 9.6")
def may_be_added_again(world: World, stream: Stream, target: User) -> None:
    """Who is in a room can be added again, which changes nothing, unless `memberAgain` chooses otherwise."""
    if world.settings.member_again == "refused":
        raise Invalid(f"'{target.username}' is a member of room '{streams.name_of(stream)}' already")


@rule(Basis.CHOICE, "production/pod.md 9.6")
def is_a_member(world: World, stream: Stream, target: User) -> None:
    """Only members are promoted, demoted and removed."""
    if not world.streams.is_member(stream.id, target.id):
        raise Invalid(f"'{target.username}' is not a member of room '{streams.name_of(stream)}'")


@rule(Basis.DOCUMENTED, "production/pod.md 9.6")
def an_owner_remains(world: World, stream: Stream, target: User) -> None:
    """The last owner cannot be demoted."""
    if not any(member.owner and member.user != target.id for member in world.streams.members(stream.id)):
        raise Invalid(f"'{target.username}' is the last owner of room '{streams.name_of(stream)}'")
