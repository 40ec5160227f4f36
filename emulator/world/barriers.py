"""Information barriers: groups of users of the pod, and policies that keep two groups apart (production/pod.md 10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.world.books import Book
from emulator.world.changes import BarrierRaised, BarrierTakenDown, GroupChanged
from emulator.world.errors import Invalid, Refused, Unknown
from emulator.world.policy import admin as policy
from emulator.world.record import Name, Time, record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.world.users import User
    from emulator.world.world import World


@record
class Group:
    id: str
    name: Name
    members: frozenset[int]
    created_at: Time
    modified_at: Time


@record
class Barrier:
    """A policy between two groups: while it is active their users may not communicate."""

    id: str
    groups: tuple[str, str]
    active: bool
    created_at: Time
    modified_at: Time


_NOBODY: frozenset[int] = frozenset()


class Barriers:
    """Groups and the barriers between them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.groups: Book[str, Group] = Book(
            "groups",
            Group,
            lambda group: group.id,
            refers={"members": "users"},
            member=lambda group: group.members,
            name=lambda group: (group.name.casefold(),),
        )
        self.book: Book[str, Barrier] = Book(
            "barriers",
            Barrier,
            lambda barrier: barrier.id,
            refers={"groups": "groups"},
            group=lambda barrier: barrier.groups,
        )

    def between(self, one: User, other: User) -> Barrier | None:
        """The active barrier between two users, if there is one."""
        theirs = frozenset(self.groups.keys_by("member", other.id))
        if not theirs:
            return None
        for group in self.groups.keys_by("member", one.id):
            for barrier in self.book.by("group", group):
                far = barrier.groups[1] if barrier.groups[0] == group else barrier.groups[0]
                if barrier.active and far in theirs:
                    return barrier
        return None

    def barred_users(self, user: User) -> frozenset[int]:
        """All users that an active barrier keeps from this one."""
        groups = self.groups.keys_by("member", user.id)
        if not groups:
            return _NOBODY
        far: set[int] = set()
        for group in groups:
            for barrier in self.book.by("group", group):
                if barrier.active:
                    other = barrier.groups[1] if barrier.groups[0] == group else barrier.groups[0]
                    far |= self.groups[other].members
        return frozenset(far - {user.id})

    def group_named(self, name: str) -> Group | None:
        return self.groups.one_by("name", name.casefold())

    # --- for administrators (production/pod.md 10) ---

    def groups_seen_by(self, user: User) -> list[Group]:
        """The groups that a policy is about; others are not shown."""
        policy.may(user, "VIEW_INFO_BARRIERS", "ACCESS_USER_PROVISIONING_API")
        return [group for group in self.groups if self.book.count_by("group", group.id)]

    def policies_seen_by(self, user: User) -> list[Barrier]:
        policy.may(user, "VIEW_INFO_BARRIERS", "ACCESS_USER_PROVISIONING_API")
        return list(self.book)

    def group_seen_by(self, user: User, group_id: str) -> Group:
        """A group; Unknown where there is none."""
        policy.may(user, "VIEW_INFO_BARRIERS", "ACCESS_USER_PROVISIONING_API")
        return self._group(group_id)

    def _group(self, group_id: str) -> Group:
        group = self.groups.get(group_id)
        if group is None:
            raise Unknown(f"no information barrier group has the id '{group_id[:40]}'")
        return group

    def change_members(self, user: User, group_id: str, user_ids: Iterable[int], *, add: bool) -> list[str]:
        """Put users into a group, or take them out. The answer says for each why not, or is empty."""
        policy.may(user, "MANAGE_INFO_BARRIERS", "ACCESS_USER_PROVISIONING_API")
        group = self._group(group_id)
        members, results = set(group.members), []
        for user_id in user_ids:
            try:
                target = self._world.users.seen_by(user, user_id)
                policy.may_be_barred(user, target)
            except Refused as refused:
                results.append(refused.reason)
                continue
            if add:
                members.add(target.id)
            elif target.id in members:
                members.discard(target.id)
            else:
                results.append(f"user {user_id} is not in the group")
                continue
            results.append("")
        now = self._world.clock.now()
        changed = self.groups.put(group.id, replace(group, members=frozenset(members), modified_at=now))
        self._world.tell(user.id, GroupChanged(group=changed))
        return results

    # --- for world files and the control plane ---

    def set_group(self, name: str, members: Iterable[int]) -> Group:
        """A group with exactly these members: new, or the one of this name changed."""
        now = self._world.clock.now()
        found = self.group_named(name)
        if found is None:
            found = Group(
                id=self._world.ids.object(now), name=name, members=frozenset(), created_at=now, modified_at=now
            )
        for member in members:
            self._world.users.get(member)
        changed = self.groups.put(found.id, replace(found, members=frozenset(members), modified_at=now))
        self._world.tell(0, GroupChanged(group=changed))
        return changed

    def raise_between(self, one: str, other: str) -> Barrier:
        """A barrier between two groups, by their names. Existing streams stay; what is said across is refused."""
        groups = []
        for name in (one, other):
            group = self.group_named(name)
            if group is None:
                raise Invalid(f"no group is named '{name}'")
            groups.append(group.id)
        now = self._world.clock.now()
        barrier = Barrier(
            id=self._world.ids.object(now), groups=(groups[0], groups[1]), active=True, created_at=now, modified_at=now
        )
        self.book.put(barrier.id, barrier)
        self._world.tell(0, BarrierRaised(barrier=barrier))
        return barrier

    def take_down(self, barrier_id: str) -> None:
        barrier = self.book.get(barrier_id)
        if barrier is None:
            raise Unknown(f"no barrier has the id '{barrier_id}'")
        self.book.drop(barrier_id)
        self._world.tell(0, BarrierTakenDown(barrier=barrier))
