"""Makes a world of a world file."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from emulator.access.permissions import ACT_AS_USER, PERMISSIONS
from emulator.seeding.file import Source, WorldFileError, find, read
from emulator.world.apps import App
from emulator.world.companies import Company
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS
from emulator.world.errors import Refused
from emulator.world.messages import Content, Origin
from emulator.world.policy import streams as policy
from emulator.world.streams import RoomAttributes
from emulator.world.users import SYSTEM, User
from emulator.world.world import World

if TYPE_CHECKING:
    from emulator.seeding.file import AppPart, ImPart, MessagePart, RoomPart, SettingsPart, UserPart
    from emulator.world.streams import Stream

_SYSTEM_ROLES = frozenset({"INDIVIDUAL"})


def load(world: str = "demo", seed: int = 0) -> World:
    """The world of this name, or of the file at this path; WorldFileError when the file has mistakes."""
    return build(read(find(world)), seed)


def build(source: Source, seed: int = 0) -> World:
    """The world that a file describes; WorldFileError where it contradicts itself."""
    return _Builder(source, seed).build()


class _Builder:
    """Goes through a file once, and remembers what names mean and which mistakes it met."""

    def __init__(self, source: Source, seed: int) -> None:
        self.source = source
        self.file = source.file
        self.world = World(seed=seed)
        self.now = self.world.clock.now()
        self.mistakes: list[str] = []
        self.users: dict[str, User] = {}
        self.origin = Origin(session=self.world.ids.uuid())

    def build(self) -> World:
        for company in self.file.companies:
            self.world.companies.add(
                Company(
                    id=company.pod,
                    name=company.name,
                    cross_pod=company.crossPod,
                    entitlements=frozenset(company.entitlements),
                )
            )
        self._settings(self.file.settings)
        for at, user in enumerate(self.file.users):
            self._at(lambda user=user: self._user(user), "users", at)
        for at, connection in enumerate(self.file.connections):
            one, other = self._named(connection.asker, "connections", at), self._named(connection.to, "connections", at)
            if one and other:
                self.world.connections.set(one, other, connection.status)
        self._barriers()
        for at, app in enumerate(self.file.apps):
            self._at(lambda app=app, at=at: self._app(app, at), "apps", at)
        for at, room in enumerate(self.file.rooms):
            self._at(lambda room=room, at=at: self._room(room, at), "rooms", at)
        for at, im in enumerate(self.file.ims):
            self._at(lambda im=im, at=at: self._im(im, at), "ims", at)
        for user in self.file.users:  # last: a deactivated owner still owned while the rooms were made
            if user.status == "DISABLED" and user.username in self.users:
                self.world.users.change(self.users[user.username], enabled=False)
                self.users[user.username] = self.world.users.get(self.users[user.username].id)
        if self.mistakes:
            raise WorldFileError(self.source.name, self.mistakes)
        self.world.events.recent.clear()
        return self.world

    def _at(self, make: object, *place: str | int) -> None:
        try:
            make()  # type: ignore[operator]
        except Refused as refused:
            self._mistake(refused.reason, *place)

    def _mistake(self, what: str, *place: str | int) -> None:
        self.mistakes.append(f"line {self.source.line(*place)}: {'.'.join(map(str, place))}: {what}")

    def _named(self, username: str, *place: str | int) -> User | None:
        user = self.users.get(username)
        if user is None:
            self._mistake(f"no user is named '{username}'", *place)
        return user

    def _settings(self, part: SettingsPart) -> None:
        given = {
            "file_types": None if part.fileTypes is None else frozenset(part.fileTypes),
            "protocols": None if part.protocols is None else tuple(part.protocols),
            "session_hours": part.sessionHours,
            "suppress_minutes": part.suppressMinutes,
            "forms_from_users": part.formsFromUsers,
            "messages_newest_first": None if part.messagesOrder is None else part.messagesOrder == "newest",
            "obo_reads_messages": part.oboReadsMessages,
        }
        self.world.set(**{name: value for name, value in given.items() if value is not None})

    def _user(self, part: UserPart) -> None:
        company = self.world.companies.home if part.company is None else self.world.companies.named(part.company)
        place = self.file.users.index(part)
        if company is None:
            self._mistake(f"no company is named '{part.company}'", "users", place, "company")
            return
        names = [name for name in (part.firstName, part.lastName) if name]
        first_word = company.name.split()[0].lower()
        entitlements = DEFAULT_ENTITLEMENTS | {name for name, on in part.entitlements.items() if on}
        entitlements -= {name for name, on in part.entitlements.items() if not on}
        self.users[part.username] = self.world.users.add(
            User(
                id=self.world.users.next_id(company.id),
                username=part.username,
                email=part.email or f"{part.username}@{first_word}.example",
                display_name=part.displayName or " ".join(names) or part.username,
                first_name=part.firstName,
                last_name=part.lastName,
                title=part.title,
                department=part.department,
                division=part.division,
                location=part.location,
                job_function=part.jobFunction,
                work_phone=part.workPhone,
                mobile_phone=part.mobilePhone,
                two_factor_phone=part.twoFactorPhone,
                sms_number=part.smsNumber,
                industries=tuple(part.industries),
                asset_classes=tuple(part.assetClasses),
                functions=tuple(part.functions),
                market_coverages=tuple(part.marketCoverages),
                responsibilities=tuple(part.responsibilities),
                instruments=tuple(part.instruments),
                account_type=part.accountType,
                suspended=part.suspended,
                roles=frozenset(part.roles) or _SYSTEM_ROLES,
                entitlements=entitlements,
                accepts_connections=part.acceptsConnections,
                public_key=part.publicKey,
            )
        )

    def _barriers(self) -> None:
        for name, members in self.file.barriers.groups.items():
            users = [self._named(member, "barriers", "groups", name) for member in members]
            self.world.barriers.set_group(name, [user.id for user in users if user])
        for at, (one, other) in enumerate(self.file.barriers.between):
            self._at(
                lambda one=one, other=other: self.world.barriers.raise_between(one, other), "barriers", "between", at
            )

    def _app(self, part: AppPart, at: int) -> None:
        permissions = PERMISSIONS if part.permissions == "all" else frozenset(part.permissions) | {ACT_AS_USER}
        if not part.actAsUser:
            permissions -= {ACT_AS_USER}
        installed = None
        if part.installedFor != "all":
            users = [self._named(name, "apps", at, "installedFor") for name in part.installedFor]
            installed = frozenset(user.id for user in users if user)
        self.world.apps.add(
            App(
                id=part.id,
                name=part.name or part.id,
                permissions=permissions,
                enabled=part.enabled,
                installed_for=installed,
                public_key=part.publicKey,
            )
        )

    def _room(self, part: RoomPart, at: int) -> None:
        owners = [user for name in part.owners if (user := self._named(name, "rooms", at, "owners"))]
        members = [user for name in part.members if (user := self._named(name, "rooms", at, "members"))]
        if not owners:
            return
        attributes = RoomAttributes(
            name=part.name,
            description=part.description,
            keywords=tuple(part.keywords.items()),
            members_can_invite=part.public if part.membersCanInvite is None else part.membersCanInvite,
            discoverable=part.public if part.discoverable is None else part.discoverable,
            public=part.public,
            read_only=part.readOnly,
            copy_protected=part.copyProtected,
            cross_pod=part.crossPod,
            view_history=part.public if part.viewHistory is None else part.viewHistory,
            multilateral=part.multiLateralRoom,
        )
        policy.fits(attributes)
        created = self.now - part.created
        room = self.world.rooms.open(owners[0], attributes, at=created)
        for user in owners[1:]:
            self.world.streams.seat(room, user.id, owner=True, at=created)
        for user in members:
            self.world.streams.seat(room, user.id, at=created)
        self._messages(room, part.messages, "rooms", at)
        if not part.active:
            self.world.rooms.set_active(owners[0], room.id, False)

    def _im(self, part: ImPart, at: int) -> None:
        users = [user for name in part.between if (user := self._named(name, "ims", at, "between"))]
        if len(users) < len(part.between):
            return
        parties = tuple(sorted({user.id for user in users}))
        im = self.world.streams.open_im(users[0], parties, at=self.now - part.created)
        self._messages(im, part.messages, "ims", at)

    def _messages(self, stream: Stream, parts: list[MessagePart], *place: str | int) -> None:
        for at, part in enumerate(parts):
            sender = self._named(part.sender, *place, "messages", at)
            if sender is None:
                continue
            if (part.text is None) == (part.message is None):
                self._mistake("a message has either 'text' or 'message' (MessageML)", *place, "messages", at)
                continue
            self._at(
                lambda sender=sender, part=part: self.world.messages.load(
                    sender, stream, self._content(part), self.origin, at=self.now - part.ago
                ),
                *place,
                "messages",
                at,
            )

    def _content(self, part: MessagePart) -> Content:
        if part.message is None:
            return plain(part.text or "")
        from emulator.messageml import InvalidMessage, convert  # not paid for by worlds of plain text

        text = part.message
        if not text.lstrip().startswith("<messageML"):
            text = f"<messageML>{text}</messageML>"
        try:
            done = convert(text, users=_Everybody(self.world))
        except InvalidMessage as invalid:
            raise Refused(str(invalid)) from None
        return Content(
            presentationml=done.presentationml,
            data=done.data,
            words=done.words,
            hashtags=done.hashtags,
            cashtags=done.cashtags,
            mentions=done.mentions,
            entities=done.entities,
            has_form=bool(done.forms),
        )


class _Everybody:
    """All users, as the directory that mentions in world files are looked up in."""

    def __init__(self, world: World) -> None:
        self._world = world

    def by_id(self, user_id: int) -> User | None:
        return self._world.users.book.get(user_id)

    def by_email(self, email: str) -> User | None:
        return self._world.users.book.one_by("email", email.casefold())


def plain(text: str) -> Content:
    """A message of plain text."""
    words = {word.strip(".,;:!?()\"'").casefold() for word in text.split()}
    return Content(
        presentationml=f'<div data-format="PresentationML" data-version="2.0">{escape(text, quote=True)}</div>',
        words=tuple(sorted(words - {""})),
        characters=len(text),
    )


def is_service(user: User) -> bool:
    """Whether an account logs in with a key of its own."""
    return user.account_type == SYSTEM
