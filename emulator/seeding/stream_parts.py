"""What a world file can hold of streams, of what is said in them, and of signals; the rest is in `parts`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from typing_extensions import TypedDict

from emulator.seeding.kinds import Id, Moment, Must, Name, Says, Who, by, one_of, read_base64, within
from emulator.world.messages import MARKDOWN, MESSAGEML


class AttachmentPart(TypedDict, total=False):
    """A file of a message; what is in it is one of `text`, `base64` and `file`."""

    name: Required[Name]
    """What it is called."""
    text: str
    """What is in it, as text (UTF-8)."""
    base64: Annotated[str, Must(read_base64)]
    """What is in it, in Base64."""
    file: str
    """A file with that, relative to the world file."""
    preview: Annotated[str, Must(read_base64)]
    """The preview of a picture, in Base64."""
    previewFile: str
    """A file with the preview, relative to the world file."""
    id: str
    """The id of the file; one is made up."""
    previewId: str
    """The id of the preview; one is made up."""


_MessagePart = TypedDict("_MessagePart", {"from": Annotated[Required[Who], Says("Who wrote it.")]}, total=False)


class MessagePart(_MessagePart, total=False):
    """A message; what it says is one of `text`, `message` and `presentationML`."""

    ago: Moment
    """When it was sent: 90s, 15m, 2h, 3d or ms before the start, 3 workdays at 09:30 (UTC), or a time; the start."""
    id: Id
    """The message id, by which others replace it and streams pin it; one is made up."""
    text: str
    """What it says, as plain text."""
    message: str
    """What it says, in MessageML; the element around it may be left out."""
    presentationML: str
    """What it says, as the pod stores it."""
    data: str | dict[str, Any]
    """Its structured objects (EntityJSON)."""
    attachments: Annotated[list[AttachmentPart], by("name")]
    """Its files."""
    replaces: Id
    """The id of the message of which it is the next version."""
    silent: bool
    """Whether that version came without a sign; false."""
    suppressed: Literal[True] | Moment
    """That it was suppressed: true, or when."""
    app: str
    """The id of the app that acted for the sender."""
    session: str
    """The id of the session through which it came; that of the file."""
    format: Annotated[str, one_of("original format", (MESSAGEML, MARKDOWN))]
    """With `presentationML`: the format that it was written in; MessageML."""
    words: list[str]
    """With `presentationML`: the words that it is found by; those of its text."""
    hashtags: list[str]
    """With `presentationML`: the hashtags in it, without #."""
    cashtags: list[str]
    """With `presentationML`: the cashtags in it, without $."""
    mentions: list[Who]
    """With `presentationML`: who is mentioned in it."""
    forms: list[str]
    """With `presentationML`: the ids of the forms in it."""


class MemberPart(TypedDict, total=False):
    """Somebody in a room, and since when."""

    user: Required[Who]
    """Who."""
    owner: bool
    """Whether they own the room; false among members, true among owners."""
    joined: Moment
    """When they joined; when the room was made."""
    after: Annotated[int, within(0, 2**31)]
    """How many messages of the room there were when they joined; those sent before."""


class RoomPart(TypedDict, total=False):
    """A room."""

    name: Required[Name]
    """What it is called."""
    id: Id
    """The stream id; one is made up."""
    description: str
    """What it is about."""
    keywords: dict[str, str] | list[tuple[str, str]]
    """Keywords, each with a value."""
    owners: Required[list[Who | MemberPart]]
    """Who owns it; the first one made it."""
    members: list[Who | MemberPart]
    """Who else is in it, in the order in which they joined."""
    creator: Who
    """Who made it; the first owner."""
    membersCanInvite: bool
    """Whether members may let others in; true for public rooms."""
    discoverable: bool
    """Whether those who are not in it find it; true for public rooms."""
    public: bool
    """Whether everybody may join; false."""
    readOnly: bool
    """Whether owners alone may write; false."""
    copyProtected: bool
    """Whether its content may not be copied; false."""
    crossPod: bool
    """Whether users of other companies may be in it; false."""
    viewHistory: bool
    """Whether new members see what was said before; true for public rooms."""
    multiLateralRoom: bool
    """Whether more than two companies may be in it; false."""
    scheduledMeeting: bool
    """Whether it is for a meeting; false."""
    subType: Literal["EMAIL"]
    """EMAIL for a room that takes e-mails."""
    active: bool
    """Whether it is active; true."""
    pinned: Id
    """The id of the message that is pinned."""
    created: Moment
    """When it was made; the start."""
    messages: Annotated[list[MessagePart], by("id")]
    """What was said in it."""


class ImPart(TypedDict, total=False):
    """An IM between two users, or one between more (MIM)."""

    between: Required[list[Who]]
    """Who is in it; the first one opened it."""
    id: Id
    """The stream id; one is made up."""
    creator: Who
    """Who opened it; the first one."""
    pinned: Id
    """The id of the message that is pinned."""
    created: Moment
    """When it was opened; the start."""
    messages: Annotated[list[MessagePart], by("id")]
    """What was said in it."""


class SubscriberPart(TypedDict, total=False):
    """Somebody who is subscribed to a signal."""

    user: Required[Who]
    """Who."""
    pushed: bool
    """Whether others subscribed them, so that they cannot leave; false."""
    id: Id
    """The id of the subscription; one is made up."""
    since: Moment
    """Since when; since the signal was made."""


class SignalPart(TypedDict, total=False):
    """A signal: a query that users subscribe to."""

    name: Required[Name]
    """What it is called."""
    owner: Required[Who]
    """Who made it, and is subscribed to it."""
    query: Required[str]
    """What messages must hold, such as HASHTAG:rates OR CASHTAG:ibm."""
    id: Id
    """The signal id; one is made up."""
    visibleOnProfile: bool
    """Whether others see it; true."""
    companyWide: bool
    """Whether everybody in the company is subscribed; false."""
    subscribers: list[Who | SubscriberPart]
    """Who else is subscribed."""
    created: Moment
    """When it was made; the start."""
