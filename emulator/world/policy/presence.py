"""Who may see, set and list presences, and read feeds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Forbidden, RoleMissing
from emulator.world.policy import Basis, people, rule

if TYPE_CHECKING:
    from emulator.world.presence import PresenceFeed
    from emulator.world.users import User
    from emulator.world.world import World


_LIMITED_RELEASE = ("AVAILABLE", "BUSY", "ON_THE_PHONE", "AWAY")
_LISTERS = frozenset({"ACCESS_USER_PROVISIONING_API", "ADMIN_PRESENCE_UPDATE"})


@rule(Basis.DOCUMENTED, "production/pod.md 6")
def may_see(world: World, viewer: User, user: User) -> None:
    """A presence is seen by colleagues, and by those of other companies who are connected and registered an
    interest. For anybody else the user is OFFLINE."""
    if viewer.company_id != user.company_id:
        people.connected(world, viewer, user)
        has_registered_interest(world, viewer, user)


@rule(Basis.DOCUMENTED, "production/pod.md 6")
def category_shows(viewer: User, user: User) -> None:
    """Colleagues see a presence as it was set. Others see BE_RIGHT_BACK and DO_NOT_DISTURB as AWAY, OFF_WORK as
    OFFLINE."""
    if viewer.company_id != user.company_id:
        raise Forbidden(f"'{user.username}' is of another company than '{viewer.username}'")


@rule(Basis.DOCUMENTED, "production/pod.md 6")
def has_registered_interest(world: World, viewer: User, user: User) -> None:
    """A user of another company is seen by who registered an interest in them within the last hour."""
    interest = world.presences.interests.get((viewer.id, user.id))
    if interest is None or world.clock.now() >= interest.until:
        raise Forbidden(f"'{viewer.username}' has registered no interest in '{user.username}' within the last hour")


@rule(Basis.CHOICE, "production/pod.md 6")
def may_set(user: User, target: User) -> None:
    """Users set their own presence; that of a colleague needs the privilege ADMIN_PRESENCE_UPDATE."""
    if target.id == user.id:
        return
    if "ADMIN_PRESENCE_UPDATE" not in user.privileges or target.company_id != user.company_id:
        raise RoleMissing(f"'{user.username}' may not set the presence of '{target.username}'")


@rule(Basis.SPECIFIED, "production/pod.md 6")
def is_released(category: str) -> None:
    """The first version of setting the presence of any user sets AVAILABLE, BUSY, ON_THE_PHONE and AWAY only."""
    if category not in _LIMITED_RELEASE:
        raise Forbidden(f"{category} cannot be set by this call, only {', '.join(_LIMITED_RELEASE)}")


@rule(Basis.DOCUMENTED, "production/pod.md 6")
def may_list_all(user: User) -> None:
    """The presences of a whole company are listed by user provisioning, and by who updates them all."""
    if not user.privileges & _LISTERS:
        raise RoleMissing(f"'{user.username}' has no role that lists the presences of all users")


@rule(Basis.DOCUMENTED, "production/pod.md 6")
def owns_feed(user: User, feed: PresenceFeed) -> None:
    """A presence feed is read and deleted by who created it."""
    if feed.owner != user.id:
        raise Forbidden(f"presence feed '{feed.id}' belongs to another user")
