"""What a world file can hold: the types that read it, its JSON Schema and docs/world.md.

The parts are typed dictionaries, so that a file that is known to be good (those that ship with the emulator are, the
tests see to it) is used without the cost of checking it again.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required

from typing_extensions import TypedDict

from emulator.seeding.fidelity import Fidelity
from emulator.seeding.kinds import (
    Category,
    CompanyEntitlement,
    Entitlement,
    Id,
    Moment,
    Must,
    Name,
    Permission,
    PublicKey,
    Role,
    Says,
    Who,
    by,
    one_of,
    read_base64,
    sized,
    turn,
    within,
)
from emulator.seeding.stream_parts import ImPart, RoomPart, SignalPart
from emulator.world import patterns
from emulator.world.events import NAMES
from emulator.world.settings import LONGEST_SESSION, LONGEST_SUPPRESS

_LONGEST_DELAY = 86_400_000
_LONGEST_SHIFT = 8_000 * 365 * 86_400_000

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


class AvatarPart(TypedDict, total=False):
    """A picture of a user."""

    size: Required[str]
    """The width in pixels; the documentation has 50, 150, 500, 600 and original."""
    url: Required[str]
    """Where it lies."""


class FollowPart(TypedDict, total=False):
    """Somebody whom a user follows, and since when."""

    user: Required[Who]
    """Who is followed."""
    since: Moment
    """Since when; the start."""


class PresencePart(TypedDict, total=False):
    """What a user shows of themselves, and since when."""

    category: Required[Category]
    """What they show."""
    since: Moment
    """Since when; the start."""


class UserPart(TypedDict, total=False):
    """A user: a person, or with `accountType: SYSTEM` a service account, which is a bot."""

    username: Required[Name]
    """The name with which they log in, and by which all else in the file names them; where users of several companies
    have it, by e-mail or id."""
    id: Annotated[int, within(1, 2**63 - 1)]
    """The user id, or the number within the company, which makes its lower 36 bits; the next one that is free."""
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
    picture: Annotated[str, Must(read_base64)]
    """The picture that they uploaded, in Base64; without one their initials are shown."""
    pictureFile: str
    """A file with that picture, relative to the world file."""
    avatars: list[AvatarPart]
    """The addresses of pictures; those of what they uploaded, else of their initials."""
    accountType: Literal["NORMAL", "SYSTEM", "SDL"]
    """NORMAL is a person, SYSTEM a service account, SDL a distribution list; NORMAL."""
    status: Literal["ENABLED", "DISABLED"]
    """Who is DISABLED is deactivated; ENABLED."""
    suspended: bool
    """Whether the account is suspended; false."""
    suspendedUntil: Moment
    """Until when it is suspended, such as +2h; for ever."""
    suspensionReason: str
    """Why it is suspended."""
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
    previousKey: PublicKey
    """The PEM of the key before that one, while it works."""
    previousKeyUntil: Moment
    """Until when the key before works."""
    presence: Category | PresencePart
    """What they show of themselves; OFFLINE."""
    delegates: list[Who]
    """Who may act for them in meetings and calendars."""
    follows: list[Who | FollowPart]
    """Colleagues whom they follow."""
    createdBy: Who
    """Who made the account."""
    created: Moment
    """When it was made; the start."""
    updated: Moment
    """When it was changed last; when it was made."""
    deactivated: Moment
    """When it was deactivated; the start for who is DISABLED."""
    lastLogin: Moment
    """When they logged in last."""


_ConnectionPart = TypedDict(
    "_ConnectionPart",
    {"from": Annotated[Required[Who], Says("Who asked.")]},
    total=False,
)


class ConnectionPart(_ConnectionPart, total=False):
    """A request for a connection between users of two companies, and what became of it."""

    to: Required[Who]
    """Who was asked."""
    status: Literal["PENDING", "ACCEPTED", "REJECTED"]
    """What became of it; ACCEPTED."""
    requests: Annotated[int, within(1, 1_000_000)]
    """How often it was asked for; 1."""
    firstRequested: Moment
    """When it was asked for first; the start."""
    updated: Moment
    """When it became what it is; when it was asked for first."""


class GroupPart(TypedDict, total=False):
    """A group of users whom barriers are about."""

    members: Required[list[Who]]
    """Who is in it."""
    id: Id
    """The id of the group; one is made up."""
    created: Moment
    """When it was made; the start."""
    modified: Moment
    """When it was changed last; the start."""


class BarrierPart(TypedDict, total=False):
    """A policy between two groups, with all that it has."""

    groups: Required[tuple[str, str]]
    """The names of the groups."""
    id: Id
    """The id of the policy; one is made up."""
    active: bool
    """Whether it holds; true."""
    created: Moment
    """When it was made; the start."""
    modified: Moment
    """When it was changed last; the start."""


class BarriersPart(TypedDict, total=False):
    """Information barriers: groups of users of the pod, and the pairs of groups that are kept apart."""

    groups: dict[Name, list[Who] | GroupPart]
    """The users of each group."""
    between: Annotated[list[tuple[str, str] | BarrierPart], by("id")]
    """Pairs of groups whose users may not communicate."""


class ProductPart(TypedDict, total=False):
    """A product of an app that a user may be subscribed to."""

    name: Required[str]
    """What it is called."""
    type: Required[str]
    """Its kind: Standard, or another."""
    subscribed: Required[bool]
    """Whether the user is subscribed."""
    sku: str
    """What it is sold as."""


class ChoicePart(TypedDict, total=False):
    """What one user has of an app, other than everybody has."""

    user: Required[Who]
    """Who."""
    install: bool
    """Whether it is installed for them."""
    listed: bool
    """Whether they find it in the app store."""
    products: list[ProductPart]
    """The products of the app."""


class NotificationPart(TypedDict, total=False):
    """Where an app is told of what happens to it."""

    url: Required[str]
    """The address."""
    apiKey: Required[str]
    """What is sent along."""


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
    installedFor: Literal["all"] | list[Who]
    """For whom it is installed; all."""
    choices: Annotated[list[ChoicePart], by("user")]
    """What single users have of it, other than everybody has."""
    listed: bool
    """Whether it is in the app store; true."""
    url: str
    """The address of an extension app."""
    domain: str
    """The domain that the address is in."""
    publisher: str
    """Who made it."""
    description: str
    """What it is for."""
    iconUrl: str
    """The address of its picture."""
    allowOrigins: str
    """Which origins may call from a browser."""
    notification: NotificationPart
    """Where it is told of what happens to it."""
    properties: dict[str, str]
    """Properties of its own."""
    certificate: str
    """The PEM of the certificate with which an extension app logs in."""
    publicKey: PublicKey
    """The PEM of the public key with which it logs in; without one the emulator makes a pair."""
    publicKeyFile: str
    """A file with that PEM, relative to the world file."""
    previousKey: PublicKey
    """The PEM of the key before that one, while it works."""
    previousKeyUntil: Moment
    """Until when the key before works."""
    created: Moment
    """When it was made; the start."""
    updated: Moment
    """When it was changed last; when it was made."""


class WhenPart(TypedDict, total=False):
    """What a behaviour waits for: an event or a timer, and all else that is said must be so."""

    event: Annotated[str, one_of("event", NAMES)]
    """The kind of event."""
    every: Annotated[int | str, Must(turn, {"examples": ["90s", "15m"]})]
    """In the place of an event a timer of the world's clock: 90s, 15m, or ms, up to a day."""
    stream: Short
    """The room, by its name, or the stream, by its id, in which it happens; any."""
    user: Who
    """Who does it; anybody."""
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
    base64: Annotated[str, sized(0, 200_000), Must(read_base64)]
    """In the place of a text what is in it, in Base64."""


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
    live: bool
    """In world files: whether it is there only in a world that is served with `--live`; false."""
    id: Id
    """The id of the behaviour; one is made up."""
    done: Annotated[int, within(0, 2**31)]
    """How often it was done already; 0."""


class SettingsPart(Fidelity, total=False):
    """What an administrator sets for the pod as a whole, and how the emulator reads what is open."""

    fileTypes: list[str]
    """The extensions of files that may be sent, with their dot; those of the documentation."""
    protocols: list[str]
    """The schemes that links may have; http, https, ftp, mailto, skype, tel."""
    sessionHours: Annotated[int, within(1, LONGEST_SESSION)]
    """How long a session lives (hours); 336."""
    suppressMinutes: Annotated[int, within(0, LONGEST_SUPPRESS)]
    """How long users may suppress messages of their own (minutes); without it there is no limit."""
    fidelity: str
    """A file of choices such as those here, relative to this one; what stands here overrules it."""


class ClockPart(TypedDict, total=False):
    """The clock of the world, where it does not show real time."""

    shift: Annotated[int, within(-_LONGEST_SHIFT, _LONGEST_SHIFT)]
    """How far it is before real time (ms); 0."""
    frozenAt: Moment
    """The time at which it stands still."""


class WorldFile(TypedDict, total=False):
    """A world as a file describes it. Keys that are left out have the value at the end of their description."""

    time: Moment
    """The start: what has no time of its own is of then, and from then on it is counted how long ago things were; when
    the file is loaded."""
    session: str
    """The id of the session through which messages came that name none; one is made up."""
    clock: ClockPart
    """The clock of the world; real time."""

    companies: Required[Annotated[list[CompanyPart], by("name")]]
    """The companies; the first one is the pod that is served."""
    settings: SettingsPart
    """What is set for the pod as a whole."""
    users: Annotated[list[UserPart], by("username", within="company")]
    """The users of all companies."""
    connections: Annotated[list[ConnectionPart], by("from", "to")]
    """Requests for connections, and connections."""
    barriers: BarriersPart
    """Information barriers."""
    apps: Annotated[list[AppPart], by("id")]
    """The apps of the pod."""
    rooms: Annotated[list[RoomPart], by("name")]
    """The rooms."""
    ims: Annotated[list[ImPart], by("between")]
    """The IMs, and those between more than two."""
    signals: Annotated[list[SignalPart], by("name", "owner")]
    """The signals."""
    behaviours: Annotated[list[BehaviourPart], by("id")]
    """What users do when something happens."""
