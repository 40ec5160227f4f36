"""Who may set and list presences, and read feeds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Forbidden, RoleMissing
from emulator.world.policy import Basis, rule

if TYPE_CHECKING:
    from emulator.world.presence import PresenceFeed
    from emulator.world.users import User


@rule(Basis.CHOICE, "reference/pod.md 6")
def may_set(user: User, target: User) -> None:
    """Users set their own presence; that of a colleague needs the privilege ADMIN_PRESENCE_UPDATE."""
    if target.id == user.id:
        return
    if "ADMIN_PRESENCE_UPDATE" not in user.privileges or target.company_id != user.company_id:
        raise RoleMissing(f"'{user.username}' may not set the presence of '{target.username}'")


@rule(Basis.DOCUMENTED, "reference/pod.md 6")
def may_list_all(user: User) -> None:
    """The presences of a whole company are listed by user provisioning."""
    if "ACCESS_USER_PROVISIONING_API" not in user.privileges:
        raise RoleMissing(f"'{user.username}' has no role that lists the presences of all users")


@rule(Basis.DOCUMENTED, "reference/pod.md 6")
def owns_feed(user: User, feed: PresenceFeed) -> None:
    """A presence feed is read and deleted by who created it."""
    if feed.owner != user.id:
        raise Forbidden(f"presence feed '{feed.id}' belongs to another user")
