"""What room calls send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from emulator.api.requests.params import Flag, Number, Skip, Wire

MOST_KEYWORDS = 100


class Tag(Wire):
    key: Annotated[str, Field(max_length=256)]
    value: Annotated[str, Field(max_length=1024)]


class Attributes(Wire):
    """The attributes of a room as they are sent, for creation and for change."""

    name: Annotated[str, Field(max_length=1024)] | None = None
    description: Annotated[str, Field(max_length=4096)] | None = None
    keywords: Annotated[list[Tag], Field(max_length=MOST_KEYWORDS)] | None = None
    membersCanInvite: bool | None = None
    discoverable: bool | None = None
    public: bool | None = None
    readOnly: bool | None = None
    copyProtected: bool | None = None
    crossPod: bool | None = None
    viewHistory: bool | None = None
    multiLateralRoom: bool | None = None
    scheduledMeeting: bool | None = None
    subType: Literal["EMAIL"] | None = None
    pinnedMessageId: str | None = None

    def given(self) -> dict[str, Any]:
        """What was given, in the world's words."""
        named = {
            "name": None if self.name is None else self.name.strip(),
            "description": self.description,
            "keywords": None if self.keywords is None else tuple((tag.key, tag.value) for tag in self.keywords),
            "members_can_invite": self.membersCanInvite,
            "discoverable": self.discoverable,
            "public": self.public,
            "read_only": self.readOnly,
            "copy_protected": self.copyProtected,
            "cross_pod": self.crossPod,
            "view_history": self.viewHistory,
            "multilateral": self.multiLateralRoom,
            "scheduled_meeting": self.scheduledMeeting,
        }
        return {name: value for name, value in named.items() if value is not None}


class Active(Wire):
    active: Flag


class UserId(Wire):
    id: Number


class SearchPage(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    includeNonDiscoverable: Flag = False


class SearchUser(Wire):
    id: Number


RoomField = Literal["name", "description", "keywords_key", "keywords_value"]


class SearchCriteria(Wire):
    query: str
    labels: Annotated[list[str], Field(max_length=MOST_KEYWORDS)] | None = None
    searchFields: Annotated[list[RoomField], Field(max_length=MOST_KEYWORDS)] | None = None
    active: bool | None = None
    private: bool | None = None
    owner: SearchUser | None = None
    creator: SearchUser | None = None
    member: SearchUser | None = None
    sortOrder: Literal["BASIC", "RELEVANCE"] | None = None
    subType: Literal["EMAIL"] | None = None
