"""Entitlements of users and companies, and the roles of users with the privileges that roles carry.

Names are production's (production/pod.md 3.2, 3.3). Where only a label of the admin portal is known, the name is our
choice and `docs/fidelity.md` says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Entitlement:
    """A switch on a user: its name in the admin API, what it lets the user do, which calls ask for it, and whether new
    users have it. Without `gates` it is kept and shown, and nothing that is emulated asks for it."""

    name: str
    lets: str
    gates: str = ""
    default: bool = True
    source: str = "documentation"


_ENTITLEMENTS = (
    Entitlement(
        "canCreateMultiLateralRoom",
        "create rooms of more than two companies",
        "v3/room/create with multiLateralRoom",
        default=False,
    ),
    Entitlement(
        "canCreatePublicRoom",
        "create public rooms, and own one",
        "v3/room/create with public, membership/promoteOwner in a public room, inheriting one",
    ),
    Entitlement(
        "canCreatePushedSignals",
        "create and change company-wide signals",
        "signals/create and update with companyWide, update and delete of a colleague's company-wide one",
        default=False,
    ),
    Entitlement(
        "canJoinMultiLateralRoom",
        "join rooms of more than two companies",
        "membership/add when a third company comes into a multilateral room",
    ),
    Entitlement(
        "canManageSignalSubscription",
        "subscribe others to a signal, and unsubscribe them",
        "signals/subscribe and unsubscribe with a list of users",
        default=False,
    ),
    Entitlement("canProjectInternalScreenShare", "share the screen in a meeting"),
    Entitlement("canProjectInternalScreenShareMobile", "share the screen from a phone"),
    Entitlement(
        "canShareFilesExternally",
        "send files into streams with other companies",
        "message/create, update and blast with a file into a stream with another company",
    ),
    Entitlement(
        "canSuppressMessage",
        "suppress own messages",
        "messagesuppression/suppress of an own message, by people",
        source="choice",
    ),
    Entitlement(
        "canToggleRoomShareHistory",
        "change a room's history setting without owning it",
        "v3/room/update of viewHistory by a member who is no owner",
        default=False,
        source="choice",
    ),
    Entitlement("canUpdateAvatar", "change the own picture", "avatar/update of the own picture"),
    Entitlement("canUpdateMessage", "change own messages after sending", "message/update"),
    Entitlement("canUseCompactMode", "use the compact view of the client"),
    Entitlement("canUseFirehose", "read the firehose", default=False),
    Entitlement("canUseInternalAudio", "speak in meetings"),
    Entitlement("canUseInternalAudioMobile", "speak in meetings from a phone"),
    Entitlement("canUseInternalVideo", "show video in meetings"),
    Entitlement("canUseInternalVideoMobile", "show video in meetings from a phone"),
    Entitlement("canViewInternalScreenShare", "see shared screens"),
    Entitlement("canCreateDatahose", "open a datahose", default=False),
    Entitlement("canReadDatahose", "read a datahose", default=False),
    Entitlement("delegatesEnabled", "have delegates", "delegates/update", default=False),
    Entitlement(
        "isExternalIMEnabled",
        "chat with users of other companies, and see them in the directory",
        "im/create with and messages to another company; also the directory and connections (either of the two)",
    ),
    Entitlement(
        "isExternalRoomEnabled",
        "create, join and write into rooms with other companies",
        "v3/room/create with crossPod, membership/add into and messages to such rooms; also the directory",
    ),
    Entitlement("mustBeRecorded", "be recorded in meetings", default=False),
    Entitlement("postReadEnabled", "read wall posts"),
    Entitlement("postWriteEnabled", "write wall posts"),
    Entitlement(
        "sendFilesEnabled",
        "send files into streams of the own company",
        "message/create, update and blast with a file among colleagues",
    ),
)

ENTITLEMENTS: dict[str, Entitlement] = {each.name: each for each in sorted(_ENTITLEMENTS, key=lambda e: e.name)}
DEFAULT_ENTITLEMENTS: frozenset[str] = frozenset(each.name for each in _ENTITLEMENTS if each.default)

SHARED_HISTORY = "canCreateExternalRoomSharedHistory"
"""The one entitlement that a company has, not a user: its rooms with other companies may show history."""

COMPANY_ENTITLEMENTS: frozenset[str] = frozenset({SHARED_HISTORY})


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """A role of the admin API: its id, its label, which accounts may hold it, and the privileges it carries."""

    id: str
    name: str
    user_types: tuple[str, ...]
    privileges: frozenset[str] = frozenset()
    optional_actions: tuple[str, ...] = ()


_PEOPLE = ("NORMAL",)
_SERVICES = ("SYSTEM",)
_ALL = ("NORMAL", "SYSTEM")

_PROVISIONING = frozenset(
    """ACCESS_ADMIN_API ACCESS_CERT_PROVISIONING_API ACCESS_USER_PROVISIONING_API ACTIVATE_AND_DEACTIVATE_ANY_ROOM
    ACTIVATE_SERVICE_ACCOUNT ADD_AND_REMOVE_USERS_IN_ANY_ROOM ADMIN_PRESENCE_UPDATE ADMIN_RESET_USER_PASSWORD
    BULK_MANAGE_USERS CREATE_APPS CREATE_END_USER_ACCOUNT CREATE_SERVICE_ACCOUNT DEACTIVATE_END_USER_ACCOUNT
    DEACTIVATE_SERVICE_ACCOUNT LOGIN_WITH_SHARED_SECRET MODIFY_APPS MODIFY_APPS_ENTITLEMENTS MODIFY_END_USER_ACCOUNT
    MANAGE_BLACKLIST MANAGE_USER_DELEGATES MANAGE_INFO_BARRIERS MODIFY_END_USER_ENTITLEMENTS
    MODIFY_USER_APPS_ENTITLEMENTS MODIFY_USER_DISCLAIMERS MODIFY_SERVICE_ACCOUNT MODIFY_SERVICE_USER_ENTITLEMENTS
    PROMOTE_AND_DEMOTE_OWNERS_IN_ANY_ROOM VIEW_ANY_STREAM_DETAILS VIEW_ANY_STREAM_MEMBERSHIP VIEW_APPS
    VIEW_APPS_ENTITLEMENTS VIEW_BLACKLIST VIEW_DISCLAIMER_AUDIT_TRAIL VIEW_INFO_BARRIERS VIEW_PAST_STREAM_MEMBERS
    VIEW_POD_DISCLAIMERS VIEW_PROFANITY_ENFORCEMENT_AUDIT_TRAIL VIEW_USAGE_POLICY_DETAILS VIEW_USER_APPS_ENTITLEMENTS
    VIEW_USER_AUDIT_TRAIL VIEW_USER_DETAIL""".split()
)
_COMPLIANCE = frozenset(
    {"VIEW_ANY_STREAM_DETAILS", "ADD_AND_REMOVE_USERS_IN_ANY_ROOM", "ACTIVATE_AND_DEACTIVATE_ANY_ROOM"}
)

_ROLES = (
    Role("ADMINISTRATOR", "Administrator", _PEOPLE),
    Role("AGENT", "Agent", _SERVICES),
    Role("AUDIT_TRAIL_MANAGEMENT", "Audit Trail Management", _SERVICES, frozenset({"VIEW_USER_AUDIT_TRAIL"})),
    Role("CEP_VISIBILITY_GROUP_MANAGEMENT", "CEP Visibility Group Management", _ALL),
    Role(
        "COMPLIANCE_OFFICER",
        "Compliance Officer",
        _PEOPLE,
        _COMPLIANCE,
        ("MONITOR_ROOMS", "MONITOR_WALL_POSTS", "VIEW_TRANSCRIPTS"),
    ),
    Role("CONTENT_EXPORT_SERVICE", "Content Export Service", _SERVICES),
    Role(
        "CONTENT_MANAGEMENT",
        "Content Management",
        _ALL,
        frozenset(
            {
                "ACCESS_ADMIN_API",
                "IMPORT_MESSAGES",
                "LOGIN_WITH_SHARED_SECRET",
                "SUPPRESS_MESSAGE",
                "VIEW_MANAGE_MESSAGES",
                "VIEW_USER_DETAIL",
                "VIEW_USER_ENTITLEMENTS",
            }
        ),
    ),
    Role("EF_POLICY_MANAGEMENT", "Expression Filter Policy Management", _SERVICES),
    Role("INDIVIDUAL", "Individual", _ALL, frozenset({"LOGIN_WITH_PASSWORD"})),
    Role("KEY_MANAGER", "Key Manager", _ALL),
    Role("L1_SUPPORT", "L1 Support", _PEOPLE),
    Role("L2_SUPPORT", "L2 Support", _PEOPLE),
    Role("MALWARE_SCAN_MANAGER", "Malware Scan Manager", _ALL),
    Role("MALWARE_SCAN_STATE_USER", "Malware Scan State User", _ALL),
    Role("SCOPE_MANAGEMENT", "Scope Management", _ALL),
    Role("SUPER_ADMINISTRATOR", "Super Administrator", _PEOPLE),
    Role("SUPER_COMPLIANCE_OFFICER", "Super Compliance Officer", _PEOPLE, _COMPLIANCE),
    Role("SYMPHONY_ADMIN", "Symphony Admin", _ALL),
    Role("USER_PRESENCE_UPDATE", "User Presence Update", _SERVICES, frozenset({"ADMIN_PRESENCE_UPDATE"})),
    Role("USER_PROVISIONING", "User Provisioning", _SERVICES, _PROVISIONING),
)

ROLES: dict[str, Role] = {role.id: role for role in _ROLES}


def privileges_of(roles: frozenset[str]) -> frozenset[str]:
    """All that these roles allow together."""
    return frozenset().union(*(ROLES[role].privileges for role in roles if role in ROLES))
