"""Makes a world of a world file."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.access.permissions import ACT_AS_USER, PERMISSIONS
from emulator.rendering import Everybody, rendered
from emulator.seeding import behaving, fidelity
from emulator.seeding.file import Source, WorldFileError, find, read, read_choices
from emulator.seeding.kinds import ago, check_key, near
from emulator.world.apps import App, Installation
from emulator.world.companies import Company
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS
from emulator.world.errors import Refused
from emulator.world.messages import Content, Origin
from emulator.world.policy import rooms as policy
from emulator.world.streams import RoomAttributes, name_key
from emulator.world.users import NORMAL, User
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.seeding.parts import (
        AppPart,
        BarriersPart,
        BehaviourPart,
        CompanyPart,
        ImPart,
        MessagePart,
        RoomPart,
        SettingsPart,
        UserPart,
        Who,
    )
    from emulator.world.streams import Stream

T = TypeVar("T")


def load(world: str = "demo", seed: int = 0) -> World:
    """The world of this name, or of the file at this path; WorldFileError when the file has mistakes."""
    return build(read(find(world)), seed)


def build(source: Source, seed: int = 0) -> World:
    """The world that a file describes; WorldFileError where it contradicts itself."""
    return _Builder(source, seed).build()


Place = str | int


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
        file = self.file
        for at, company in enumerate(file["companies"]):
            self._company(company, "companies", at)
        if not len(self.world.companies.book):
            self._mistake("a world has at least one company", "companies")
            raise WorldFileError(self.source.name, self.mistakes)
        self._settings(file.get("settings", {}))
        for at, user in enumerate(file.get("users", [])):
            self._user(user, "users", at)
        for at, connection in enumerate(file.get("connections", [])):
            one = self._named(connection["from"], "connections", at)
            other = self._named(connection["to"], "connections", at)
            if one and other:
                self.world.connections.set(one, other, connection.get("status", "ACCEPTED"))
        self._barriers(file.get("barriers", {}))
        for at, app in enumerate(file.get("apps", [])):
            self._app(app, "apps", at)
        for at, room in enumerate(file.get("rooms", [])):
            self._try(partial(self._room, room, "rooms", at), "rooms", at)
        for at, im in enumerate(file.get("ims", [])):
            self._try(partial(self._im, im, "ims", at), "ims", at)
        for at, behaviour in enumerate(file.get("behaviours", [])):
            self._behaviour(behaviour, "behaviours", at)
        for user in file.get("users", []):  # last: a deactivated owner still owned while the rooms were made
            if user.get("status") == "DISABLED" and user["username"] in self.users:
                self.world.users.change(self.users[user["username"]], enabled=False)
        if self.mistakes:
            raise WorldFileError(self.source.name, self.mistakes)
        self.world.events.recent.clear()
        return self.world

    # --- mistakes ---

    def _mistake(self, what: str, *place: Place) -> None:
        self.mistakes.append(f"{self.source.where(*place)}: {'.'.join(map(str, place))}: {what}")

    def _try(self, make: Callable[[], T], *place: Place) -> T | None:
        try:
            return make()
        except Refused as refused:
            self._mistake(refused.reason, *place)
            return None

    def _named(self, username: str, *place: Place) -> User | None:
        user = self.users.get(username)
        if user is None:
            self._mistake(f"no user is named '{username}'{near(username, self.users)}", *place)
        return user

    def _all_named(self, usernames: Iterable[str], *place: Place) -> list[User]:
        return [user for name in usernames if (user := self._named(name, *place))]

    def _ago(self, how_long: int | str, *place: Place) -> int:
        """How long ago in ms."""
        long = ago(how_long)
        if 0 <= long <= self.now:
            return long
        self._mistake(f"{how_long} ago is not between now and 1970", *place)
        return 0

    def _key(self, part: UserPart | AppPart, *place: Place) -> str | None:
        """The public key of a user or an app, out of the file itself or of one beside it."""
        if "publicKeyFile" not in part:
            return part.get("publicKey")
        place = (*place, "publicKeyFile")
        if "publicKey" in part:
            self._mistake("give publicKey or publicKeyFile, not both", *place)
            return None
        path = self.source.folder(*place) / part["publicKeyFile"]
        try:
            key = path.read_text(encoding="ascii")
            check_key(key)
        except (OSError, ValueError) as error:
            self._mistake(f"{path}: {getattr(error, 'strerror', None) or error}", *place)
            return None
        return key

    # --- parts ---

    def _company(self, part: CompanyPart, *place: Place) -> None:
        if part["pod"] in self.world.companies.book:
            self._mistake(f"there is a company with the pod id {part['pod']} already", *place, "pod")
            return
        self.world.companies.add(
            Company(
                id=part["pod"],
                name=part["name"],
                cross_pod=part.get("crossPod", True),
                entitlements=frozenset(part.get("entitlements", ())),
            )
        )

    def _settings(self, part: SettingsPart) -> None:
        given: dict[str, Any] = {}
        if "fileTypes" in part:
            given["file_types"] = frozenset(each.lower() for each in part["fileTypes"])
        if "protocols" in part:
            given["protocols"] = tuple(part["protocols"])
        for name, field in (("sessionHours", "session_hours"), ("suppressMinutes", "suppress_minutes")):
            if name in part:
                given[field] = part[name]  # type: ignore[literal-required]
        self.world.set(**given)
        self._choices(part)

    def _choices(self, part: SettingsPart) -> None:
        """How the world reads what is open: strictly, over that as a file of choices says, then as the settings do."""
        self.world.set(**fidelity.settings({"strict": part.get("strict", False)}))
        if "fidelity" in part:
            path = self.source.folder("settings", "fidelity") / part["fidelity"]
            try:
                self.world.set(**read_choices(path))
            except WorldFileError as error:
                for mistake in error.mistakes:
                    self._mistake(f"{path}: {mistake}", "settings", "fidelity")
                return
        self.world.set(**fidelity.settings({**part, "strict": False}))

    def _user(self, part: UserPart, *place: Place) -> None:
        companies = self.world.companies
        company = companies.named(part["company"]) if "company" in part else companies.home
        if company is None:
            known = [each.name for each in companies.book]
            self._mistake(f"no company is named '{part['company']}'{near(part['company'], known)}", *place, "company")
            return
        public_key = self._key(part, *place)
        username = part["username"]
        names = [name for name in (part.get("firstName"), part.get("lastName")) if name]
        switches = part.get("entitlements", {})
        entitlements = DEFAULT_ENTITLEMENTS | {name for name, on in switches.items() if on}
        user = self._try(
            lambda: self.world.users.add(
                User(
                    id=self.world.users.next_id(company.id),
                    username=username,
                    email=part.get("email", f"{username}@{company.name.split()[0].lower()}.example"),
                    display_name=part.get("displayName", " ".join(names) or username),
                    first_name=part.get("firstName"),
                    last_name=part.get("lastName"),
                    title=part.get("title"),
                    department=part.get("department"),
                    division=part.get("division"),
                    location=part.get("location"),
                    job_function=part.get("jobFunction"),
                    work_phone=part.get("workPhone"),
                    mobile_phone=part.get("mobilePhone"),
                    two_factor_phone=part.get("twoFactorPhone"),
                    sms_number=part.get("smsNumber"),
                    industries=tuple(part.get("industries", ())),
                    asset_classes=tuple(part.get("assetClasses", ())),
                    functions=tuple(part.get("functions", ())),
                    market_coverages=tuple(part.get("marketCoverages", ())),
                    responsibilities=tuple(part.get("responsibilities", ())),
                    instruments=tuple(part.get("instruments", ())),
                    account_type=part.get("accountType", NORMAL),
                    suspended=part.get("suspended", False),
                    roles=frozenset(part.get("roles", ("INDIVIDUAL",))),
                    entitlements=entitlements - {name for name, on in switches.items() if not on},
                    accepts_connections=part.get("acceptsConnections", False),
                    public_key=public_key,
                )
            ),
            *place,
        )
        if user is None:
            return
        self.users[username] = user
        if "presence" in part:
            self._try(partial(self.world.presences.set, user, part["presence"]), *place, "presence")

    def _barriers(self, part: BarriersPart) -> None:
        for name, members in part.get("groups", {}).items():
            users = self._all_named(members, "barriers", "groups", name)
            self.world.barriers.set_group(name, [user.id for user in users])
        known = [group.name for group in self.world.barriers.groups]
        for at, pair in enumerate(part.get("between", [])):
            strange = [name for name in pair if self.world.barriers.group_named(name) is None]
            for name in strange:
                self._mistake(f"no group is named '{name}'{near(name, known)}", "barriers", "between", at)
            if not strange:
                self._try(partial(self.world.barriers.raise_between, *pair), "barriers", "between", at)

    def _app(self, part: AppPart, *place: Place) -> None:
        asked = part.get("permissions", [])
        permissions = PERMISSIONS if asked == "all" else frozenset(asked) | {ACT_AS_USER}
        if not part.get("actAsUser", True):
            permissions -= {ACT_AS_USER}
        installed = part.get("installedFor", "all")
        users = None if installed == "all" else self._all_named(installed, *place, "installedFor")
        app = App(
            id=part["id"],
            name=part.get("name", part["id"]),
            permissions=permissions,
            enabled=part.get("enabled", True),
            automatic=users is None,
            public_key=self._key(part, *place),
        )
        self._try(partial(self.world.apps.add, app), *place)
        for user in users or ():
            self.world.apps.choose(Installation(user=user.id, app=app.id, install=True))

    def _behaviour(self, part: BehaviourPart, *place: Place) -> None:
        behaviour = self._try(partial(behaving.meant, part, _Names(self, place)), *place)
        if behaviour is not None:
            self._try(partial(self.world.behaviours.add, behaviour), *place)

    def _room_named(self, name: str, *place: Place) -> Stream | None:
        for company in self.world.companies.book:
            room = self.world.streams.book.one_by("name", (company.id, name_key(name)))
            if room is not None:
                return room
        names = (stream.room.name for stream in self.world.streams.book if stream.room)
        self._mistake(f"no room is named '{name}'{near(name, names)}", *place)
        return None

    def _room(self, part: RoomPart, *place: Place) -> None:
        owners = self._all_named(part["owners"], *place, "owners")
        members = self._all_named(part.get("members", []), *place, "members")
        if not owners:
            self._mistake("a room needs an owner", *place)
            return
        public = part.get("public", False)
        attributes = RoomAttributes(
            name=part["name"],
            description=part.get("description", ""),
            keywords=tuple(part.get("keywords", {}).items()),
            members_can_invite=part.get("membersCanInvite", public),
            discoverable=part.get("discoverable", public),
            public=public,
            read_only=part.get("readOnly", False),
            copy_protected=part.get("copyProtected", False),
            cross_pod=part.get("crossPod", False),
            view_history=part.get("viewHistory", public),
            multilateral=part.get("multiLateralRoom", False),
        )
        self._try(partial(policy.fits, attributes), *place)
        created = self.now - self._ago(part.get("created", 0), *place, "created")
        room = self.world.rooms.open(owners[0], attributes, at=created)
        for user in owners[1:]:
            self.world.streams.seat(room, user.id, owner=True, at=created)
        for user in members:
            self.world.streams.seat(room, user.id, at=created)
        self._messages(room, part.get("messages", []), *place)
        if not part.get("active", True):
            self.world.rooms.set_active(owners[0], room.id, False)

    def _im(self, part: ImPart, *place: Place) -> None:
        users = self._all_named(part["between"], *place, "between")
        if len({user.id for user in users}) < 2:
            self._mistake("an IM is between two users or more", *place)
            return
        created = self.now - self._ago(part.get("created", 0), *place, "created")
        im = self.world.streams.open_im(users[0], tuple(sorted({user.id for user in users})), at=created)
        self._messages(im, part.get("messages", []), *place)

    def _messages(self, stream: Stream, parts: list[MessagePart], *above: Place) -> None:
        for at, part in enumerate(parts):
            place = (*above, "messages", at)
            sender = self._named(part["from"], *place)
            content = self._try(partial(self._content, part), *place)
            if sender is not None and content is not None:
                sent = self.now - self._ago(part.get("ago", 0), *place, "ago")
                self.world.messages.load(sender, stream, content, self.origin, at=sent)

    def _content(self, part: MessagePart) -> Content:
        if ("text" in part) == ("message" in part):
            raise Refused("a message has either 'text' or 'message' (MessageML)")
        if "text" in part:
            return plain(part["text"])
        text = part["message"]
        if not text.lstrip().startswith("<messageML"):
            text = f"<messageML>{text}</messageML>"
        return rendered(self.world, Everybody(self.world), text)


class _Names:
    """What the names of a behaviour mean in this file; what means nothing is noted as a mistake at its place."""

    def __init__(self, builder: _Builder, place: tuple[Place, ...]) -> None:
        self._builder, self._place = builder, place

    def user(self, who: Who, *place: Place) -> int:
        user = self._builder._named(str(who), *self._place, *place)
        return user.id if user is not None else 0

    def stream(self, which: str, *place: Place) -> str:
        room = self._builder._room_named(which, *self._place, *place)
        return room.id if room is not None else ""


def plain(text: str) -> Content:
    """A message of plain text."""
    words = {word.strip(".,;:!?()\"'").casefold() for word in text.split()}
    return Content(
        presentationml=f'<div data-format="PresentationML" data-version="2.0">{escape(text, quote=True)}</div>',
        words=tuple(sorted(words - {""})),
        characters=len(text),
    )
