"""Who may make whom follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Invalid, RoleMissing
from emulator.world.policy import Basis, rule

if TYPE_CHECKING:
    from emulator.world.users import User


@rule(Basis.DOCUMENTED, "production/pod.md 11")
def may_change(user: User, *, acting: bool) -> None:
    """An account of its own makes users follow only with user provisioning; an app acting for a user by its
    permission."""
    if not acting and "ACCESS_USER_PROVISIONING_API" not in user.privileges:
        raise RoleMissing(f"'{user.username}' has no role that changes who follows whom")


@rule(Basis.DOCUMENTED, "production/pod.md 11")
def is_a_colleague(user: User, other: User) -> None:
    """Only users of the own company are followed, and are asked about."""
    if user.company_id != other.company_id:
        # Without the name: the directory may not show this user.
        raise Invalid(f"{other.id} is of another company, whose users are not followed from here")
