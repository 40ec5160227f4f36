"""What administrators do to users, as the admin API does it (production/pod.md 3, 5)."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from emulator.world.errors import Invalid
from emulator.world.keys import rotated
from emulator.world.policy import admin as policy
from emulator.world.policy import allowed
from emulator.world.policy import streams as seeing
from emulator.world.users import SYSTEM, User

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from emulator.world.keys import KeyChange
    from emulator.world.portraits import Portrait
    from emulator.world.streams import Membership, Stream
    from emulator.world.world import World

CREATE = {SYSTEM: "CREATE_SERVICE_ACCOUNT"}
MODIFY = {SYSTEM: "MODIFY_SERVICE_ACCOUNT"}
ENTITLE = {SYSTEM: "MODIFY_SERVICE_USER_ENTITLEMENTS"}
DEACTIVATE = {SYSTEM: "DEACTIVATE_SERVICE_ACCOUNT"}
ACTIVATE = {SYSTEM: "ACTIVATE_SERVICE_ACCOUNT"}


class Administration:
    """What administrators may see of users and do to them. The users are in `users`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _target(self, user: User, target_id: int) -> User:
        target = self._world.users.get(target_id)
        policy.is_of_the_pod(user, target)
        return target

    # --- seeing ---

    def seen_by(self, user: User, target_id: int) -> User:
        """A user of the pod with all that administrators know of them; UnknownUser where there is none."""
        policy.may(user, "VIEW_USER_DETAIL", "ACCESS_USER_PROVISIONING_API")
        return self._target(user, target_id)

    def entitlements_of(self, user: User, target_id: int) -> User:
        """A user whose entitlements `user` may see."""
        policy.may(user, "VIEW_USER_ENTITLEMENTS", "ACCESS_USER_PROVISIONING_API")
        return self._target(user, target_id)

    def listed(self, user: User, skip: int, limit: int) -> list[User]:
        """The users of the pod, in the order in which they came."""
        policy.may(user, "VIEW_USER_DETAIL", "ACCESS_USER_PROVISIONING_API")
        users = self._world.users.book
        candidates = (users[key] for key in users.keys_by("company", user.company_id))
        return list(islice(allowed(policy.is_of_the_pod, candidates, user), skip, skip + limit))

    def found(
        self, user: User, *, role: str | None, entitlement: str | None, enabled: bool | None, skip: int, limit: int
    ) -> list[User]:
        """The users of the pod with a role, an entitlement and a status, as far as each is asked for."""
        policy.may(user, "VIEW_USER_DETAIL", "ACCESS_USER_PROVISIONING_API")
        if entitlement is not None:
            policy.entitlements_exist([entitlement])
        users = self._world.users.book

        keys = users.keys_by("role", role) if role else users.keys_by("company", user.company_id)
        fitting = (
            each
            for each in (users[key] for key in keys)
            if (entitlement is None or entitlement in each.entitlements)
            and (enabled is None or each.enabled == enabled)
        )
        return list(islice(allowed(policy.is_of_the_pod, fitting, user), skip, skip + limit))

    # --- accounts ---

    def create_user(self, user: User, attributes: Mapping[str, Any], roles: Iterable[str], key: KeyChange) -> User:
        """A new user of the pod. `attributes` are those of `User`."""
        account_type = attributes.get("account_type", "NORMAL")
        policy.may(user, CREATE.get(account_type, "CREATE_END_USER_ACCOUNT"))
        fresh = User(
            **{
                "id": self._world.users.next_id(user.company_id),
                "username": "",
                "email": "",
                "display_name": " ".join(
                    name for name in (attributes.get("first_name"), attributes.get("last_name")) if name
                ),
                **attributes,
                "roles": frozenset({"INDIVIDUAL", *roles}),
                "created_by": user.id,
            }
        )
        policy.is_complete(fresh)
        for role in fresh.roles:
            policy.role_fits_account(role, fresh.account_type)
        fresh = replace(fresh, **self._keys(fresh, key))
        return self._world.users.add(fresh, by=user.id)

    def update_user(self, user: User, target_id: int, attributes: Mapping[str, Any], key: KeyChange) -> User:
        """A user with these attributes changed."""
        target = self._target(user, target_id)
        policy.may(user, MODIFY.get(target.account_type, "MODIFY_END_USER_ACCOUNT"))
        if attributes.get("account_type", target.account_type) != target.account_type:
            raise Invalid("the type of an account cannot be changed")
        changes = {**attributes, **self._keys(target, key)}
        policy.is_complete(replace(target, **changes))
        return self._world.users.change(target, by=user.id, **changes)

    def _keys(self, target: User, key: KeyChange) -> dict[str, Any]:
        if not key:
            return {}
        if target.account_type != SYSTEM:
            raise Invalid("only service accounts log in with a key")
        return rotated(self._world, target, key)

    def set_status(self, user: User, target_id: int, *, enabled: bool) -> User:
        """Activate or deactivate an account. Its sessions end with it."""
        target = self._target(user, target_id)
        needed = ACTIVATE if enabled else DEACTIVATE
        policy.may(
            user,
            needed.get(target.account_type, "MODIFY_END_USER_ACCOUNT" if enabled else "DEACTIVATE_END_USER_ACCOUNT"),
        )
        return self._changed(user, target, enabled=enabled)

    def suspend(self, user: User, target_id: int, *, suspended: bool, until: int | None, reason: str | None) -> User:
        """Suspend an account until a time (ms), or until it is taken back."""
        target = self._target(user, target_id)
        policy.may(user, MODIFY.get(target.account_type, "MODIFY_END_USER_ACCOUNT"))
        if suspended and until is not None and until <= self._world.clock.now():
            raise Invalid("suspendedUntil is in the past")
        return self._changed(
            user,
            target,
            suspended=suspended,
            suspended_until=until if suspended else None,
            suspension_reason=reason if suspended else None,
        )

    def entitle(self, user: User, target_id: int, entitlements: Mapping[str, bool]) -> User:
        """Switch entitlements of a user on and off; those not named stay."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        target = self._target(user, target_id)
        policy.may(user, ENTITLE.get(target.account_type, "MODIFY_END_USER_ENTITLEMENTS"))
        policy.entitlements_exist(entitlements)
        on = {name for name, enabled in entitlements.items() if enabled}
        return self._changed(user, target, entitlements=frozenset(target.entitlements - set(entitlements) | on))

    def add_role(self, user: User, target_id: int, role: str) -> User:
        """Give a role to a user."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        target = self._target(user, target_id)
        policy.role_fits_account(role, target.account_type)
        return self._changed(user, target, roles=target.roles | {role})

    def remove_role(self, user: User, target_id: int, role: str) -> User:
        """Take a role, with the optional actions that it brought."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        target = self._target(user, target_id)
        policy.role_fits_account(role, target.account_type)
        left = frozenset(each for each in target.roles if each != role and not each.startswith(f"{role}."))
        return self._changed(user, target, roles=left)

    def set_avatar(
        self, user: User, target_id: int, avatars: tuple[tuple[str, str], ...], picture: Portrait | None = None
    ) -> User:
        """The picture of a user as (size, address), and what is at these addresses."""
        target = self._target(user, target_id)
        policy.may_change_picture(user, target)
        if picture is not None:
            self._world.users.pictures.put(target.id, picture)
        return self._changed(user, target, avatars=avatars)

    # --- delegates ---

    def delegates_of(self, user: User, target_id: int) -> list[int]:
        """Who may act for a user in meetings and calendars, as ids."""
        policy.may(user, "MANAGE_USER_DELEGATES")
        return sorted(self._target(user, target_id).delegates)

    def set_delegate(self, user: User, target_id: int, delegate_id: int, *, add: bool) -> User:
        """Add a delegate to a user, or take one away."""
        policy.may(user, "MANAGE_USER_DELEGATES")
        target = self._target(user, target_id)
        delegate = self._world.users.get(delegate_id)
        if not add:
            return self._changed(user, target, delegates=target.delegates - {delegate.id})
        policy.may_have_delegates(target, delegate)
        return self._changed(user, target, delegates=target.delegates | {delegate.id})

    def _changed(self, user: User, target: User, **changes: Any) -> User:
        return self._world.users.change(target, by=user.id, **changes)

    # --- what else only administrators do ---

    def im_between(self, user: User, user_ids: Iterable[int]) -> Stream:
        """The IM of users among whom the caller is not."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        users = [self._target(user, user_id) for user_id in dict.fromkeys(user_ids) if user_id != user.id]
        if len(users) < 2:
            raise Invalid("an IM between users names at least two of them")
        return self._world.streams.im(users[0], [each.id for each in users[1:]])

    def streams_of(self, user: User, target_id: int, types: Collection[str], *, inactive: bool) -> list[Stream]:
        """The streams of a user, as `Streams.listed` has them, whose members `user` may see."""
        policy.may(user, "VIEW_ANY_STREAM_MEMBERSHIP")
        found = self._world.streams.listed(self._target(user, target_id), types, inactive=inactive)
        return list(allowed(seeing.may_list_members, found, self._world, user))

    def members_of(self, user: User, stream_id: str) -> tuple[Stream, list[Membership]]:
        """A stream of any kind and who is in it; UnknownRoom where there is none."""
        policy.may(user, "VIEW_ANY_STREAM_MEMBERSHIP")
        stream = self._world.streams.seen_by(user, stream_id)
        seeing.may_list_members(self._world, user, stream)
        return stream, self._world.streams.members(stream.id)

    def session_holder(self, user: User, target_id: int) -> User:
        """A user whose sessions `user` may see and end: an administrator's, or one's own."""
        if user.id == target_id:
            return user
        target = self._target(user, target_id)
        policy.may(user, MODIFY.get(target.account_type, "MODIFY_END_USER_ACCOUNT"))
        return target

    def add_protocol(self, user: User, scheme: str) -> None:
        """Let links in messages have this scheme."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        policy.scheme_fits(scheme)
        protocols = self._world.settings.protocols
        if scheme not in protocols:
            self._world.set(user.id, protocols=(*protocols, scheme))

    def remove_protocol(self, user: User, scheme: str) -> None:
        """Take a scheme away again."""
        policy.may(user, "ACCESS_USER_PROVISIONING_API")
        protocols = self._world.settings.protocols
        if scheme not in protocols:
            raise Invalid(f"there is no protocol '{scheme}'")
        self._world.set(user.id, protocols=tuple(each for each in protocols if each != scheme))

    def may_see_catalogue(self, user: User) -> None:
        """RoleMissing unless `user` may see which roles and entitlements there are."""
        policy.may(user, "ACCESS_ADMIN_API", "ACCESS_USER_PROVISIONING_API")
