"""Connections, streams, messages, presence: the state that a test needs, as any user, without asking who may."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from emulator.api.agent.shapes import V4Message, v4_message
from emulator.control.facts import StreamFacts, stream_facts
from emulator.control.parts import Arranged, Part, Who, call, stage_of, stream_of, user_of
from emulator.rendering import as_messageml, render
from emulator.stage.filling import completed
from emulator.world import ids
from emulator.world.attachments import Upload
from emulator.world.errors import Invalid
from emulator.world.messages import Origin
from emulator.world.policy import rooms as policy
from emulator.world.streams import RoomAttributes, name_key

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.world.users import User
    from emulator.world.world import World

_MOST_USERS = 1_000


class Connect(Arranged):
    """How two users of different companies stand. `from` is who asked; NONE takes the connection away."""

    from_: Annotated[Who, Field(alias="from")]
    to: Who
    status: Literal["PENDING", "ACCEPTED", "REJECTED", "NONE"] = "ACCEPTED"


Connected = TypedDict("Connected", {"from": int, "to": int, "status": str})


def connect(request: Request, asked: Connect) -> Connected:
    world = stage_of(request).world
    one, other = user_of(world, asked.from_), user_of(world, asked.to)
    if one.company_id == other.company_id:
        raise Invalid(f"'{one.username}' and '{other.username}' are colleagues, who need no connection")
    if asked.status == "NONE":
        world.connections.forget(one, other)
    else:
        world.connections.set(one, other, asked.status)
    return {"from": one.id, "to": other.id, "status": asked.status}


class NewStream(Arranged):
    """An IM with `members`, or a room with a `name`, its first member the owner."""

    members: Annotated[list[Who], Field(min_length=1, max_length=_MOST_USERS)]
    owners: list[Who] = Field(default_factory=list)
    name: Annotated[str, Field(max_length=50)] | None = None
    description: Annotated[str, Field(max_length=4_096)] = ""
    public: bool = False
    readOnly: bool = False
    crossPod: bool = False
    viewHistory: bool = False
    discoverable: bool = False
    membersCanInvite: bool = False
    active: bool = True


def create_stream(request: Request, asked: NewStream) -> StreamFacts:
    world = stage_of(request).world
    users = [user_of(world, who) for who in asked.members]
    owners = [user_of(world, who) for who in asked.owners] or users[:1]
    if asked.name is None:
        parties = tuple(sorted({user.id for user in users}))
        if len(parties) < 2:
            raise Invalid("an IM has at least two members; a room has a name")
        stream = world.streams.book.one_by("parties", parties) or world.streams.open_im(users[0], parties)
        return stream_facts(world, stream)
    attributes = RoomAttributes(
        name=asked.name.strip(),
        description=asked.description,
        public=asked.public,
        read_only=asked.readOnly,
        cross_pod=asked.crossPod,
        view_history=asked.viewHistory or asked.public,
        discoverable=asked.discoverable or asked.public,
        members_can_invite=asked.membersCanInvite or asked.public,
    )
    policy.fits(attributes)
    if not asked.crossPod and len({user.company_id for user in (*owners, *users)}) > 1:
        raise Invalid("a room of several companies needs crossPod")
    if world.streams.book.one_by("name", (owners[0].company_id, name_key(attributes.name))) is not None:
        raise Invalid(f"a room '{attributes.name}' exists already, and here rooms are called by their names")
    stream = world.rooms.open(owners[0], attributes)
    for user in (*owners, *users):
        world.rooms.let_in(owners[0], stream, user, owner=user in owners)
    if not asked.active:
        stream = world.rooms.close(stream)
    return stream_facts(world, stream)


class Attachment(Part):
    name: Annotated[str, Field(min_length=1, max_length=255)]
    content: str

    def upload(self) -> Upload:
        try:
            return Upload(name=self.name, content=base64.b64decode(self.content, validate=True))
        except binascii.Error as error:
            raise Invalid(f"the content of '{self.name}' is not in Base64: {error}") from None


class NewMessage(Arranged):
    """A message of any user into a stream (an id, or the name of a room)."""

    from_: Annotated[Who, Field(alias="from")]
    stream: str
    message: str
    data: str | None = None
    attachments: Annotated[list[Attachment], Field(max_length=20)] = Field(default_factory=list)


def send_message(request: Request, asked: NewMessage) -> V4Message:
    """Send a message as any user, whom nobody asks whether they may. Text without a tag is text."""
    world = stage_of(request).world
    sender, stream = user_of(world, asked.from_), stream_of(world, asked.stream)
    return sent(world, sender, stream.id, asked.message, asked.data, asked.attachments)


def sent(
    world: World, sender: User, stream_id: str, message: str, data: str | None, attachments: list[Attachment]
) -> V4Message:
    stream = world.streams.book[stream_id]
    content = render(world, sender, as_messageml(message), data)
    uploads = tuple(each.upload() for each in attachments)
    made = world.messages.post(sender, stream, content, Origin(session=world.ids.uuid()), uploads)
    return v4_message(world, made, sender)


class Submitted(Arranged):
    """A form of a message as somebody filled it in; values as production's client sends them."""

    as_: Annotated[Who, Field(alias="as")]
    message: str
    formId: str
    values: dict[str, Any] = Field(default_factory=dict)


class SubmittedAnswer(TypedDict):
    submitted: str


def submit_form(request: Request, asked: Submitted) -> SubmittedAnswer:
    """Submit a form as a user who sees it: only production's own client can, no call of its API does. What `values`
    leave out is sent as that client sends what nobody filled in."""
    world = stage_of(request).world
    user = user_of(world, asked.as_)
    message = world.messages.seen_by(user, ids.url_safe(asked.message))
    world.messages.submit(user, message.id, asked.formId, completed(message.presentationml, asked.formId, asked.values))
    return {"submitted": asked.formId}


class Shown(Arranged):
    category: str


class PresenceShown(TypedDict):
    userId: int
    category: str
    timestamp: int


def set_presence(request: Request, asked: Shown) -> PresenceShown:
    world = stage_of(request).world
    presence = world.presences.set(user_of(world, request.path_params["id"]), asked.category)
    return {"userId": presence.user, "category": presence.category, "timestamp": presence.at}


CALLS = [
    call("/connections", connect, "POST", success=201),
    call("/streams", create_stream, "POST", success=201),
    call("/messages", send_message, "POST", success=201),
    call("/forms", submit_form, "POST", success=201),
    call("/presence/{id}", set_presence, "PUT"),
]
