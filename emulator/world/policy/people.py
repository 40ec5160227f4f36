"""Who may deal with whom: companies, connections, barriers, and accounts that no longer work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import (
    Barred,
    EntitlementMissing,
    Forbidden,
    Inactive,
    Invalid,
    NotConnected,
    UnknownUser,
)
from emulator.world.policy import Basis, allows, rule

if TYPE_CHECKING:
    from emulator.world.connections import Connection
    from emulator.world.users import User
    from emulator.world.world import World


def has(user: User, entitlement: str, to: str) -> None:
    """EntitlementMissing unless the user has the entitlement; `to` says what for."""
    if entitlement not in user.entitlements:
        raise EntitlementMissing(
            f"user '{user.username}' lacks the entitlement {entitlement}, needed to {to}", entitlement
        )


@rule(Basis.DOCUMENTED, "production/pod.md 7, 3.4")
def may_meet(world: World, user: User, other: User) -> None:
    """Users of two companies may connect only where both companies and both users may talk to other companies."""
    _both_external(world, user, other)


def _both_external(world: World, user: User, other: User) -> None:
    if not world.cross_pod(user, other):
        raise EntitlementMissing("one of the two companies does not communicate with other companies")
    for each in (user, other):
        if not each.entitlements & {"isExternalIMEnabled", "isExternalRoomEnabled"}:
            raise EntitlementMissing(
                f"user '{each.username}' has neither isExternalIMEnabled nor isExternalRoomEnabled,"
                " so may not deal with other companies"
            )


@rule(Basis.DOCUMENTED, "production/pod.md 3.4")
def directory_shows(world: World, viewer: User, other: User) -> None:
    """The directory shows colleagues; and users of other companies where both companies and both users may talk to
    other companies."""
    if viewer.company_id != other.company_id:
        _both_external(world, viewer, other)
    if world.settings.barred_users == "hidden":
        not_barred(world, viewer, other)


@rule(Basis.CHOICE, "production/pod.md 7, 3.4")
def knows_of(world: World, user: User, other: User) -> None:
    """How somebody stands to another is told of those whom the directory shows, and of who asked or was asked."""
    if world.connections.between(user, other) is None and not allows(directory_shows, world, user, other):
        raise UnknownUser(f"no user has the id {other.id}, or '{user.username}' may not see them")


@rule(Basis.DOCUMENTED, "production/pod.md 3.4, production/agent.md 2")
def profile_shows(viewer: User, other: User) -> None:
    """E-mail, title, location and what else is in a profile are for colleagues. Others see the names, in look-ups the
    username, the company, the type of the account and the picture, and find nobody by the rest."""
    if viewer.company_id != other.company_id:
        raise Forbidden(f"'{other.username}' is of another company than '{viewer.username}'")


@rule(Basis.DOCUMENTED, "production/pod.md 7")
def one_request_at_a_time(world: World, before: Connection | None, user: User, other: User) -> None:
    """A user asks another once; again only after the other declined. What comes of asking who is connected, and again
    while a request waits, `requestToConnected` and `requestAgain` choose."""
    settings = world.settings
    if before is not None and before.status == "ACCEPTED" and settings.request_to_connected == "refused":
        raise Invalid(f"'{user.username}' and '{other.username}' are connected already")
    waits = before is not None and before.status == "PENDING" and before.requester == user.id
    if waits and settings.request_again == "refused":
        raise Invalid(f"'{user.username}' has asked '{other.username}' already, and the request waits for an answer")


@rule(Basis.CHOICE, "production/pod.md 7")
def request_is_waiting(connection: Connection, user: User, requester: User) -> None:
    """Only who received a request that waits can accept or reject it."""
    if connection.receiver != user.id or connection.status != "PENDING":
        raise Invalid(f"no request of '{requester.username}' waits for an answer of '{user.username}'")


@rule(Basis.DOCUMENTED, "production/pod.md 7")
def not_a_colleague(user: User, other: User) -> None:
    """The connection between colleagues is given: it can be neither rejected nor removed."""
    if user.company_id == other.company_id:
        raise Invalid(f"'{user.username}' and '{other.username}' are colleagues, that connection cannot be ended")


@rule(Basis.DOCUMENTED, "production/pod.md 7")
def has_a_connection_to_remove(world: World, connection: Connection | None, user: User, other: User) -> None:
    """Only a connection, a request or one rejected can be removed; one's own request depends on
    `ownRequestRemoval`."""
    if connection is None:
        raise Invalid(f"'{user.username}' is not connected to '{other.username}'")
    own = connection.status == "PENDING" and connection.requester == user.id
    if own and world.settings.own_request_removal == "refused":
        raise Invalid(f"'{user.username}' is not connected to '{other.username}'")
    if connection.status == "REJECTED" and connection.receiver != user.id:
        raise Invalid(f"'{other.username}' rejected the request of '{user.username}', who has nothing to remove")


@rule(Basis.DOCUMENTED, "production/pod.md 8")
def connected(world: World, user: User, other: User) -> None:
    """Users of different companies communicate only when they are connected."""
    if not world.connections.connected(user, other):
        raise NotConnected(f"'{user.username}' and '{other.username}' of another company are not connected")


@rule(Basis.CHOICE, "production/pod.md 10")
def not_barred(world: World, user: User, other: User) -> None:
    """Users whom an information barrier separates do not communicate."""
    if world.barriers.between(user, other) is not None:
        raise Barred(f"an information barrier stands between '{user.username}' and '{other.username}'")


@rule(Basis.DOCUMENTED, "production/pod.md 3.3")
def may_chat_externally(user: User) -> None:
    """An IM with another company needs isExternalIMEnabled, on both sides."""
    has(user, "isExternalIMEnabled", "chat with users of other companies")


@rule(Basis.CHOICE, "production/pod.md 8")
def account_works(world: World, user: User) -> None:
    """Nobody opens an IM with, writes to, or adds to a room, who is deactivated or suspended."""
    if not user.may_act(world.clock.now()):
        raise Inactive(f"user '{user.username}' is deactivated or suspended")
