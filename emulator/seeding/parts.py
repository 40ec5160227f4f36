"""What a world file can hold: the types that read it, its JSON Schema and docs/world.md.

The parts are typed dictionaries, so that a file that is known to be good (those that ship with the emulator are, the
tests see to it) is used without the cost of checking it again.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required

from typing_extensions import TypedDict

from emulator.seeding.fidelity import Fidelity
from emulator.seeding.kinds import (
    Ago,
    Category,
    CompanyEntitlement,
    Entitlement,
    Must,
    Name,
    Permission,
    PublicKey,
    Role,
    Says,
    one_of,
    sized,
    turn,
    within,
)
from emulator.world import patterns
from emulator.world.behaviours import EVENTS

_LONGEST_SESSION = 100 * 365 * 24
_LONGEST_SUPPRESS = 100 * 365 * 24 * 60
_LONGEST_DELAY = 86_400_000

Who = str | int
Short = Annotated[str, sized(1, 256)]
Text = Annotated[str, sized(0, 100_000)]


class CompanyPart(TypedDict, total=False):
    """A company is a pod of its own. The first one is the pod that is served, the others are whom its users deal
    with."""

    name: Required[Name]
    """What it is called; users name it by this."""
    pod: Required[Annotated[int, within(1, 2**27 - 1)]]
    """The pod id, which every user id of the company carries."""
    crossPod: bool
    """Whether it communicates with other companies at all; true."""
    entitlements: list[CompanyEntitlement]
    """What the company is entitled to."""


class UserPart(TypedDict, total=False):
    """A user: a person, or with `accountType: SYSTEM` a service account, which is a bot."""

    username: Required[Name]
    """The name with which they log in, and by which all else in the file names them."""
    company: str
    """The name of their company; the first one."""
    email: Name
    """`username@company.example`, with the first word of the company."""
    firstName: str
    """First name."""
    lastName: str
    """Last name."""
    displayName: Name
    """First and last name, or the username."""
    title: str
    """Job title."""
    department: str
    """Department."""
    division: str
    """Division."""
    location: str
    """Where they work."""
    jobFunction: str
    """What they do."""
    workPhone: str
    """Telephone at work."""
    mobilePhone: str
    """Mobile telephone."""
    twoFactorPhone: str
    """The telephone for the second factor of a login."""
    smsNumber: str
    """The number for short messages."""
    industries: list[str]
    """Industries that they deal with."""
    assetClasses: list[str]
    """Asset classes that they deal with."""
    functions: list[str]
    """Functions that they have."""
    marketCoverages: list[str]
    """Markets that they cover."""
    responsibilities: list[str]
    """Responsibilities that they have."""
    instruments: list[str]
    """Instruments that they deal in."""
    accountType: Literal["NORMAL", "SYSTEM"]
    """NORMAL is a person, SYSTEM a service account; NORMAL."""
    status: Literal["ENABLED", "DISABLED"]
    """Who is DISABLED is deactivated; ENABLED."""
    suspended: bool
    """Whether the account is suspended; false."""
    roles: list[Role]
    """The roles; INDIVIDUAL alone."""
    entitlements: dict[Entitlement, bool]
    """Entitlements switched on or off against what everybody has (docs/entitlements.md)."""
    acceptsConnections: bool
    """Whether requests for a connection are accepted at once; false."""
    publicKey: PublicKey
    """The PEM of the public key with which a service account logs in; without one the emulator makes a pair."""
    publicKeyFile: str
    """A file with that PEM, relative to the world file."""
    presence: Category
    """What they show of themselves; OFFLINE."""


_ConnectionPart = TypedDict(
    "_ConnectionPart",
    {"from": Annotated[Required[str], Says("Who asked.")]},
    total=False,
)


class ConnectionPart(_ConnectionPart, total=False):
    """A request for a connection between users of two companies, and what became of it."""

    to: Required[str]
    """Who was asked."""
    status: Literal["PENDING", "ACCEPTED", "REJECTED"]
    """What became of it; ACCEPTED."""


class BarriersPart(TypedDict, total=False):
    """Information barriers: groups of users of the pod, and the pairs of groups that are kept apart."""

    groups: dict[Name, list[str]]
    """The users of each group."""
    between: list[tuple[str, str]]
    """Pairs of groups whose users may not communicate."""


class AppPart(TypedDict, total=False):
    """An app, which acts on behalf of users."""

    id: Required[Name]
    """The app id, with which it logs in."""
    name: Name
    """What it is called; its id."""
    permissions: Literal["all"] | list[Permission]
    """What it may do; ACT_AS_USER alone, which every list has besides."""
    actAsUser: bool
    """Whether it has the permission ACT_AS_USER; true."""
    enabled: bool
    """Whether it is enabled; true."""
    installedFor: Literal["all"] | list[str]
    """For whom it is installed; all."""
    publicKey: PublicKey
    """The PEM of the public key with which it logs in; without one the emulator makes a pair."""
    publicKeyFile: str
    """A file with that PEM, relative to the world file."""


_MessagePart = TypedDict("_MessagePart", {"from": Annotated[Required[str], Says("Who wrote it.")]}, total=False)


class MessagePart(_MessagePart, total=False):
    """A message; it has a `text` or a `message`."""

    ago: Ago
    """How long before the start it was sent: 90s, 15m, 2h, 3d, or ms; 0."""
    text: str
    """What it says, as plain text."""
    message: str
    """What it says, in MessageML; the element around it may be left out."""


class RoomPart(TypedDict, total=False):
    """A room."""

    name: Required[Name]
    """What it is called."""
    description: str
    """What it is about."""
    keywords: dict[str, str]
    """Keywords, each with a value."""
    owners: Required[list[str]]
    """Who owns it; the first one made it."""
    members: list[str]
    """Who else is in it."""
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
    active: bool
    """Whether it is active; true."""
    created: Ago
    """How long before the start it was made: 90s, 15m, 2h, 3d, or ms; 0."""
    messages: list[MessagePart]
    """What was said in it."""


class ImPart(TypedDict, total=False):
    """An IM between two users, or one between more."""

    between: Required[list[str]]
    """Who is in it; the first one opened it."""
    created: Ago
    """How long before the start it was opened: 90s, 15m, 2h, 3d, or ms; 0."""
    messages: list[MessagePart]
    """What was said in it."""


class WhenPart(TypedDict, total=False):
    """What a behaviour waits for: an event or a timer, and all else that is said must be so."""

    event: Annotated[str, one_of("event", EVENTS)]
    """The kind of event."""
    every: Annotated[int | str, Must(turn, {"examples": ["90s", "15m"]})]
    """In the place of an event a timer of the world's clock: 90s, 15m, or ms, up to a day."""
    stream: Short
    """The name of the room in which it happens; any. Over the control plane the id of a stream, too."""
    user: Who
    """Who does it; anybody. Over the control plane an id or an e-mail, too."""
    contains: Annotated[str, sized(1, 1_000)]
    """A piece of what the message says, in capitals or not."""
    matches: Annotated[str, sized(1, patterns.LONGEST)]
    """A regular expression of RE2 that is found in what the message says."""
    form: Short
    """The id of a form in the message; `*` is any."""


class FormPart(TypedDict, total=False):
    """A form of the message that was sent, and what is entered."""

    formId: Short
    """The id of the form; the first one of the message."""
    values: Annotated[dict[str, str], sized(0, 1_000)]
    """The value of each field; what one might well fill in."""


class FilePart(TypedDict, total=False):
    """A file that is sent."""

    name: Required[Annotated[str, sized(1, 200)]]
    """Its name."""
    content: Text
    """The text in it; something small of the type that the name says."""


_DoPart = TypedDict("_DoPart", {"as": Annotated[Required[Who], Says("Who does it.")]}, total=False)


class DoPart(_DoPart, total=False):
    """What somebody does: one of `send` and `upload`, `presence`, `join`, `requestConnection`, `acceptConnection` and
    `submitForm`. In texts `{sender}`, `{room}` and what `matches` found (`{1}`, `{name}`) are filled in."""

    afterMs: Annotated[int, within(0, _LONGEST_DELAY)]
    """How long after what is done before it (ms); 0."""
    send: Text
    """Says this (MessageML or text) where it happened."""
    upload: Annotated[list[FilePart], sized(1, 10)]
    """Sends these files, with what `send` says."""
    presence: Category
    """Shows this presence."""
    join: Short
    """Joins the room of this name."""
    requestConnection: Who
    """Asks this user for a connection; `{sender}` is who did what is answered."""
    acceptConnection: Who
    """Accepts the request of this user; `{sender}` is who did what is answered."""
    submitForm: FormPart
    """Submits a form of the message."""


class BehaviourPart(TypedDict, total=False):
    """What other users do when something happens, so that an app under test is not alone (docs/worlds.md)."""

    when: Required[WhenPart]
    """What it waits for."""
    do: Required[Annotated[list[DoPart], sized(1, 100)]]
    """What is done, in this order; what is refused ends it."""
    afterMs: Annotated[int, within(0, _LONGEST_DELAY)]
    """How long after the event (ms); 0."""
    times: Annotated[int, within(1, 2**31)]
    """How often; each time."""
    chain: bool
    """Whether it hears what behaviours did, too; false."""


class SettingsPart(Fidelity, total=False):
    """What an administrator sets for the pod as a whole, and how the emulator reads what is open."""

    fileTypes: list[str]
    """The extensions of files that may be sent, with their dot; those of the documentation."""
    protocols: list[str]
    """The schemes that links may have; http, https, ftp, mailto, skype, tel."""
    sessionHours: Annotated[int, within(1, _LONGEST_SESSION)]
    """How long a session lives (hours); 336."""
    suppressMinutes: Annotated[int, within(0, _LONGEST_SUPPRESS)]
    """How long users may suppress messages of their own (minutes); without it there is no limit."""
    fidelity: str
    """A file of choices such as those here, relative to this one; what stands here overrules it."""


class WorldFile(TypedDict, total=False):
    """A world as a file describes it. Keys that are left out have the value at the end of their description."""

    companies: Required[list[CompanyPart]]
    """The companies; the first one is the pod that is served."""
    settings: SettingsPart
    """What is set for the pod as a whole."""
    users: list[UserPart]
    """The users of all companies."""
    connections: list[ConnectionPart]
    """Requests for connections, and connections."""
    barriers: BarriersPart
    """Information barriers."""
    apps: list[AppPart]
    """The apps of the pod."""
    rooms: list[RoomPart]
    """The rooms."""
    ims: list[ImPart]
    """The IMs."""
    behaviours: list[BehaviourPart]
    """What users do when something happens."""
