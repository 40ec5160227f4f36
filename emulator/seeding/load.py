"""Makes a world of a world file."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.access.permissions import ACT_AS_USER, PERMISSIONS, is_permission
from emulator.rendering import rendered
from emulator.seeding.file import Source, WorldFileError, find, read
from emulator.world.apps import App, Installation
from emulator.world.behaviours import Deed
from emulator.world.companies import Company
from emulator.world.entitlements import COMPANY_ENTITLEMENTS, DEFAULT_ENTITLEMENTS, ENTITLEMENTS, ROLES
from emulator.world.errors import Refused
from emulator.world.messages import Content, Origin
from emulator.world.policy import rooms as policy
from emulator.world.streams import RoomAttributes, name_key
from emulator.world.users import NORMAL, User
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from emulator.seeding.file import (
        AppPart,
        BarriersPart,
        BehaviourPart,
        CompanyPart,
        ImPart,
        MessagePart,
        RoomPart,
        SettingsPart,
        UserPart,
    )
    from emulator.world.streams import Stream

T = TypeVar("T")


def load(world: str = "demo", seed: int = 0) -> World:
    """The world of this name, or of the file at this path; WorldFileError when the file has mistakes."""
    return build(read(find(world)), seed)


def build(source: Source, seed: int = 0) -> World:
    """The world that a file describes; WorldFileError where it contradicts itself."""
    return _Builder(source, seed).build()


_AGO = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

_LONGEST_SESSION = 100 * 365 * 24
_LONGEST_SUPPRESS = 100 * 365 * 24 * 60
_LONGEST_DELAY = 86_400_000

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
        self.mistakes.append(f"line {self.source.line(*place)}: {'.'.join(map(str, place))}: {what}")

    def _try(self, make: Callable[[], T], *place: Place) -> T | None:
        try:
            return make()
        except Refused as refused:
            self._mistake(refused.reason, *place)
            return None

    def _named(self, username: str, *place: Place) -> User | None:
        user = self.users.get(username)
        if user is None:
            self._mistake(f"no user is named '{username}'", *place)
        return user

    def _all_named(self, usernames: Iterable[str], *place: Place) -> list[User]:
        return [user for name in usernames if (user := self._named(name, *place))]

    def _known(self, names: Iterable[str], known: Collection[str], what: str, *place: Place) -> frozenset[str]:
        names = frozenset(names)
        for name in sorted(names - frozenset(known)):
            self._mistake(f"'{name}' is no {what}, there are {', '.join(sorted(known))}", *place)
        return names

    def _ago(self, how_long: int | str, *place: Place) -> int:
        """How long ago in ms: a number is ms already."""
        if isinstance(how_long, int):
            if 0 <= how_long <= self.now:
                return how_long
            self._mistake(f"{how_long} ms ago is not between now and 1970", *place)
            return 0
        found = _AGO.fullmatch(how_long)
        if found is None:
            self._mistake("write how long ago as a number with s, m, h or d, such as 90s or 3d", *place)
            return 0
        return self._ago(int(found[1]) * _UNITS[found[2]], *place)

    def _within(self, part: Any, name: str, least: int, most: int, *place: Place) -> None:
        value = part.get(name)
        if value is not None and not least <= value <= most:
            self._mistake(f"a number from {least} to {most} is needed, {value} is none", *place, name)

    def _not_blank(self, part: Any, names: tuple[str, ...], *place: Place) -> bool:
        """Whether all these names are more than blanks."""
        blank = [name for name in names if name in part and not str(part[name]).strip()]
        for name in blank:
            self._mistake("a name is more than blanks", *place, name)
        return not blank

    def _key(self, part: Any, *place: Place) -> None:
        """A public key is one with which clients can log in."""
        if "publicKey" in part:
            from emulator.access.signing import check_public_key

            try:
                check_public_key(part["publicKey"])
            except ValueError as error:
                what = str(error).splitlines()[0][:200]
                self._mistake(
                    f"this is not the PEM of an RSA public key of 2048 bits or more: {what}", *place, "publicKey"
                )

    # --- parts ---

    def _company(self, part: CompanyPart, *place: Place) -> None:
        if not 1 <= part["pod"] < 2**27:
            self._mistake("a pod id lies between 1 and 134217727", *place, "pod")
            return
        if not self._not_blank(part, ("name",), *place):
            return
        if part["pod"] in self.world.companies.book:
            self._mistake(f"there is a company with the pod id {part['pod']} already", *place, "pod")
            return
        entitlements = part.get("entitlements", [])
        self.world.companies.add(
            Company(
                id=part["pod"],
                name=part["name"],
                cross_pod=part.get("crossPod", True),
                entitlements=self._known(entitlements, COMPANY_ENTITLEMENTS, "entitlement of a company", *place),
            )
        )

    def _settings(self, part: SettingsPart) -> None:
        given: dict[str, Any] = {}
        self._within(part, "sessionHours", 1, _LONGEST_SESSION, "settings")
        self._within(part, "suppressMinutes", 0, _LONGEST_SUPPRESS, "settings")
        if "fileTypes" in part:
            given["file_types"] = frozenset(each.lower() for each in part["fileTypes"])
        if "protocols" in part:
            given["protocols"] = tuple(part["protocols"])
        if "messagesOrder" in part:
            given["messages_newest_first"] = part["messagesOrder"] == "newest"
        for name, field in (
            ("sessionHours", "session_hours"),
            ("suppressMinutes", "suppress_minutes"),
            ("formsFromUsers", "forms_from_users"),
            ("oboReadsMessages", "obo_reads_messages"),
            ("oboForServiceAccounts", "obo_for_service_accounts"),
            ("strict", "strict"),
        ):
            if name in part:
                given[field] = part[name]  # type: ignore[literal-required]
        self.world.set(**given)

    def _user(self, part: UserPart, *place: Place) -> None:
        companies = self.world.companies
        company = companies.named(part["company"]) if "company" in part else companies.home
        if company is None:
            self._mistake(f"no company is named '{part['company']}'", *place, "company")
            return
        if not self._not_blank(part, ("username", "email", "displayName"), *place):
            return
        self._key(part, *place)
        username = part["username"]
        names = [name for name in (part.get("firstName"), part.get("lastName")) if name]
        switches = part.get("entitlements", {})
        self._known(switches, ENTITLEMENTS, "entitlement", *place, "entitlements")
        entitlements = DEFAULT_ENTITLEMENTS | {name for name, on in switches.items() if on}
        roles = self._known(part.get("roles", ["INDIVIDUAL"]), ROLES, "role", *place, "roles")
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
                    roles=roles,
                    entitlements=entitlements - {name for name, on in switches.items() if not on},
                    accepts_connections=part.get("acceptsConnections", False),
                    public_key=part.get("publicKey"),
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
        for at, (one, other) in enumerate(part.get("between", [])):
            self._try(partial(self.world.barriers.raise_between, one, other), "barriers", "between", at)

    def _app(self, part: AppPart, *place: Place) -> None:
        self._not_blank(part, ("id", "name"), *place)
        self._key(part, *place)
        asked = part.get("permissions", [])
        permissions = PERMISSIONS if asked == "all" else frozenset(asked) | {ACT_AS_USER}
        for name in sorted(permissions):
            if not is_permission(name):
                self._mistake(f"'{name}' is no permission", *place, "permissions")
            elif name not in PERMISSIONS and (meant := get_close_matches(name, PERMISSIONS, 1, 0.8)):
                self._mistake(f"'{name}' is no permission, is {meant[0]} meant?", *place, "permissions")
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
            public_key=part.get("publicKey"),
        )
        self._try(partial(self.world.apps.add, app), *place)
        for user in users or ():
            self.world.apps.choose(Installation(user=user.id, app=app.id, install=True))

    def _behaviour(self, part: BehaviourPart, *place: Place) -> None:
        self._within(part, "afterMs", 0, _LONGEST_DELAY, *place)
        self._within(part, "times", 1, 2**31, *place)
        when = part["when"]
        user = self._named(when["user"], *place, "when", "user") if "user" in when else None
        room = self._room_named(when["stream"], *place, "when", "stream") if "stream" in when else None
        deeds = []
        for at, do in enumerate(part["do"]):
            acting = self._named(do["as"], *place, "do", at)
            asking = do.get("acceptConnection")
            requester = self._named(asking, *place, "do", at) if asking else None
            form = do.get("submitForm")
            deeds.append(
                Deed(
                    user=acting.id if acting else 0,
                    send=do.get("send"),
                    accept=requester.id if requester else None,
                    form=form["formId"] if form else None,
                    values=tuple(form.get("values", {}).items()) if form else (),
                )
            )
        add = partial(
            self.world.behaviours.add,
            when["event"],
            tuple(deeds),
            user=user.id if user else None,
            stream=room.id if room else None,
            contains=when.get("contains"),
            after=part.get("afterMs", 0),
            times=part.get("times"),
            chain=part.get("chain", False),
        )
        self._try(add, *place)

    def _room_named(self, name: str, *place: Place) -> Stream | None:
        for company in self.world.companies.book:
            room = self.world.streams.book.one_by("name", (company.id, name_key(name)))
            if room is not None:
                return room
        self._mistake(f"no room is named '{name}'", *place)
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


class Everybody:
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
