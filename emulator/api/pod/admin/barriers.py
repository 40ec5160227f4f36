"""Information barriers as administrators see and fill them (production/pod.md 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.admin import Page


class GroupAnswer(TypedDict):
    id: str
    name: str
    active: bool
    memberCount: int
    policies: list[str]
    createdDate: int
    modifiedDate: int


@endpoint("GET", "/pod/v1/admin/group/list", returns="GroupList")
def groups(call: Call) -> list[GroupAnswer]:
    """The groups that a policy keeps apart from others."""
    barriers = call.world.barriers
    return [
        {
            "id": group.id,
            "name": group.name,
            "active": True,
            "memberCount": len(group.members),
            "policies": [barrier.id for barrier in barriers.book.by("group", group.id)],
            "createdDate": group.created_at,
            "modifiedDate": group.modified_at,
        }
        for group in barriers.groups_seen_by(call.user)
    ]


class PolicyAnswer(TypedDict):
    id: str
    policyType: str
    active: bool
    memberCount: int
    groups: list[str]
    createdDate: int
    modifiedDate: int


@endpoint("GET", "/pod/v1/admin/policy/list", returns="PolicyList")
def policies(call: Call) -> list[PolicyAnswer]:
    """The policies that keep groups apart."""
    barriers = call.world.barriers
    return [
        {
            "id": barrier.id,
            "policyType": "BLOCK",
            "active": barrier.active,
            "memberCount": sum(len(barriers.groups[group].members) for group in barrier.groups),
            "groups": list(barrier.groups),
            "createdDate": barrier.created_at,
            "modifiedDate": barrier.modified_at,
        }
        for barrier in barriers.policies_seen_by(call.user)
    ]


@endpoint("GET", "/pod/v1/admin/group/{gid}/membership/list", query="admin:Page", returns="IntegerList", missing=404)
def group_members(call: Call) -> list[int]:
    """Who is in a group."""
    page: Page = call.query
    members = sorted(call.world.barriers.group_seen_by(call.user, call.path["gid"]).members)
    return members[page.skip : page.skip + page.limit]


class BulkAnswer(TypedDict):
    overallResult: str
    results: list[str]


def _bulk(results: list[str]) -> BulkAnswer:
    return {"overallResult": "FAIL" if any(results) else "SUCCESS", "results": results}


@endpoint("POST", "/pod/v1/admin/group/{gid}/membership/add", body="admin:UserIds", returns="BulkActionResult")
def add_to_group(call: Call) -> BulkAnswer:
    """Put users into a group; the answer says for each whether it was done."""
    return _bulk(call.world.barriers.change_members(call.user, call.path["gid"], call.body, add=True))


@endpoint("POST", "/pod/v1/admin/group/{gid}/membership/remove", body="admin:UserIds", returns="BulkActionResult")
def remove_from_group(call: Call) -> BulkAnswer:
    """Take users out of a group; the answer says for each whether it was done."""
    return _bulk(call.world.barriers.change_members(call.user, call.path["gid"], call.body, add=False))
