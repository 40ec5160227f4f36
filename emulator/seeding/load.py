"""Makes a world of a world file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from emulator.access.permissions import ACT_AS_USER, PERMISSIONS
from emulator.seeding import behaving, fidelity
from emulator.seeding.builder import Builder, Place
from emulator.seeding.conversations import Conversations
from emulator.seeding.file import find, read, read_choices
from emulator.seeding.kinds import near
from emulator.seeding.parts import (
    AppPart,
    BarrierPart,
    ChoicePart,
    CompanyPart,
    ConnectionPart,
    GroupPart,
    ProductPart,
    SettingsPart,
    UserPart,
)
from emulator.seeding.said import bytes_of
from emulator.seeding.source import Source, WorldFileError
from emulator.world import ids
from emulator.world.apps import App, Installation, Product
from emulator.world.barriers import Barrier, Group
from emulator.world.behaviours import makes_sense
from emulator.world.companies import Company
from emulator.world.connections import Connection
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS
from emulator.world.following import Follow
from emulator.world.portraits import Portrait, portrait
from emulator.world.settings import Settings
from emulator.world.users import User
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.seeding.kinds import Who
    from emulator.seeding.parts import BarriersPart, BehaviourPart, ClockPart


def load(
    world: str | PathLike[str] | Sequence[str | PathLike[str]] = "demo", seed: int = 0, *, live: bool = False
) -> World:
    """The world of this name, or of the file at this path, or of several, the later ones over the earlier; `live` with
    the behaviours of a world that lives. WorldFileError when a file has mistakes."""
    worlds = [world] if isinstance(world, str | PathLike) else world
    return build(read(*(find(fspath(each)) for each in worlds)), seed, live=live)


def build(source: Source, seed: int = 0, *, live: bool = False) -> World:
    """The world that a file describes; WorldFileError where it contradicts itself."""
    file = source.file
    builder = Builder(source, World(seed=seed))
    world = builder.world
    if "clock" in file:
        _clock(builder, file["clock"])
    if "time" in file:
        builder.now = builder.moment(file["time"], "time")
    for at, company in enumerate(file["companies"]):
        _company(builder, company, "companies", at)
    if not len(world.companies.book):
        builder.mistake("a world has at least one company", "companies")
        raise WorldFileError(source.name, builder.mistakes)
    _settings(builder, file.get("settings", {}))
    users = file.get("users", [])
    made = [_user(builder, user, "users", at) for at, user in enumerate(users)]
    for at, user in enumerate(made):
        if user is not None:
            made[at] = _about(builder, users[at], user, "users", at)
    for at, connection in enumerate(file.get("connections", [])):
        _connection(builder, connection, "connections", at)
    _barriers(builder, file.get("barriers", {}), "barriers")
    for at, app in enumerate(file.get("apps", [])):
        builder.attempt(partial(_app, builder, app, "apps", at), "apps", at)
    Conversations(builder).build()
    for at, behaviour in enumerate(file.get("behaviours", [])):
        builder.attempt(partial(_behaviour, builder, behaviour, live, "behaviours", at), "behaviours", at)
    for user in made:  # last: a deactivated owner still owned while the rooms were made
        if user is not None and not user.enabled:
            _deactivate(world, user)
    if builder.mistakes:
        raise WorldFileError(source.name, builder.mistakes)
    world.events.recent.clear()
    return world


def _clock(builder: Builder, part: ClockPart) -> None:
    clock = builder.world.clock
    clock.restore((part.get("shift", 0), None))
    builder.now = clock.now()
    if "frozenAt" in part:
        builder.now = builder.moment(part["frozenAt"], "clock", "frozenAt")
        clock.restore((part.get("shift", 0), builder.now))


def _company(builder: Builder, part: CompanyPart, *place: Place) -> None:
    companies = builder.world.companies
    if part["pod"] in companies.book:
        builder.mistake(f"there is a company with the pod id {part['pod']} already", *place, "pod")
    else:
        companies.add(Company(id=part["pod"], **builder.taken(part, CompanyPart, Company, *place)))


def _settings(builder: Builder, part: SettingsPart) -> None:
    given = builder.taken(part, SettingsPart, Settings, "settings")
    if "file_types" in given:
        given["file_types"] = frozenset(each.lower() for each in given["file_types"])
    builder.world.set(**given)
    _choices(builder, part, "settings")


def _choices(builder: Builder, part: SettingsPart, *place: Place) -> None:
    """How the world reads what is open: strictly, over that as a file of choices says, then as the settings do."""
    world = builder.world
    world.set(**fidelity.settings({"strict": part.get("strict", False)}))
    if "fidelity" in part:
        folder = builder.source.folder(*place, "fidelity")
        if folder is None:
            builder.mistake("what comes over the wire names no files: write the choices here", *place, "fidelity")
            return
        path = folder / part["fidelity"]
        try:
            world.set(**read_choices(path))
        except WorldFileError as error:
            for mistake in error.mistakes:
                builder.mistake(f"{path}: {mistake}", *place, "fidelity")
            return
    world.set(**fidelity.settings({**part, "strict": False}))


# --- users ---


def email_of(username: str, company: Company) -> str:
    """The e-mail address of a user for whom a file names none."""
    return f"{username}@{company.name.split()[0].lower()}.example"


def name_of(username: str, first: str | None, last: str | None) -> str:
    """The display name of a user for whom a file names none."""
    return " ".join(name for name in (first, last) if name) or username


def _user(builder: Builder, part: UserPart, *place: Place) -> User | None:
    world = builder.world
    company = world.companies.named(part["company"]) if "company" in part else world.companies.home
    if company is None:
        names = [each.name for each in world.companies.book]
        builder.mistake(f"no company is named '{part['company']}'{near(part['company'], names)}", *place, "company")
        return None
    user_id = part.get("id") or world.users.next_id(company.id)
    if user_id < 1 << 36:
        user_id = ids.user_id(company.id, user_id)
    if ids.pod_of(user_id) != company.id or user_id in world.users.book:
        first, last = ids.user_id(company.id, 1), ids.user_id(company.id + 1, 0) - 1
        why = "is there twice" if user_id in world.users.book else f"is none of this company's, {first} to {last}"
        builder.mistake(f"the user id {user_id} {why}", *place, "id")
        return None
    picture = _picture(builder, user_id, part, *place)
    switches = part.get("entitlements", {})
    on = {name for name, switched in switches.items() if switched}
    here = {key: value for key, value in part.items() if key not in ("delegates", "createdBy")}  # known later
    given = builder.taken(here, UserPart, User, *place)
    given |= {
        "id": user_id,
        "email": part.get("email") or email_of(part["username"], company),
        "display_name": part.get("displayName")
        or name_of(part["username"], part.get("firstName"), part.get("lastName")),
        "avatars": _avatars(part, picture),
        "entitlements": (DEFAULT_ENTITLEMENTS | on) - (switches.keys() - on),
        "public_key": builder.key(part, *place),
        "created_at": (created := given.get("created_at", builder.now)),
        "updated_at": given.get("updated_at", created),
    }
    user = builder.attempt(partial(world.users.add, User(**given)), *place)
    if user is None:
        return None
    builder.known(user)
    if picture is not None:
        world.users.pictures.put(user.id, picture)
    if part.get("status") != "DISABLED":
        return user
    # Deactivated when all else is there; until then the time stays with the record.
    return replace(user, enabled=False, deactivated_at=user.deactivated_at or builder.now)


def _picture(builder: Builder, user_id: int, part: UserPart, *place: Place) -> Portrait | None:
    if "picture" in part and "pictureFile" in part:
        builder.mistake("give picture or pictureFile, not both", *place)
    content = bytes_of(builder, part, "picture", "pictureFile", *place)
    return None if content is None else portrait(user_id, content)


def _avatars(part: UserPart, picture: Portrait | None) -> tuple[tuple[str, str], ...]:
    if "avatars" in part:
        return tuple((each["size"], each["url"]) for each in part["avatars"])
    return picture.addresses if picture is not None else ()


def _about(builder: Builder, part: UserPart, user: User, *place: Place) -> User:
    """What a user has to do with others, now that all are known."""
    world = builder.world
    others = {key: value for key, value in part.items() if key in ("delegates", "createdBy")}
    if others:
        user = replace(user, **builder.taken(others, UserPart, User, *place))
        world.users.book.put(user.id, replace(user, enabled=True))
    if "presence" in part:
        shown = part["presence"]
        shown = {"category": shown} if isinstance(shown, str) else shown
        since = builder.moment(shown["since"], *place, "presence", "since") if "since" in shown else builder.now
        world.presences.load(user, shown["category"], since)
    for at, each in enumerate(part.get("follows", [])):
        follow = each if isinstance(each, dict) else {"user": each}
        followed = builder.named(follow["user"], *place, "follows", at)
        if followed is None:
            continue
        if followed.company_id != user.company_id or followed.id == user.id:
            builder.mistake("one follows colleagues", *place, "follows", at)
            continue
        since = builder.moment(follow["since"], *place, "follows", at) if "since" in follow else builder.now
        world.following.book.put((user.id, followed.id), Follow(follower=user.id, followed=followed.id, at=since))
    return user


def _deactivate(world: World, user: User) -> None:
    """Deactivate a user with all that follows of it; the times are those of the file."""
    changed = world.users.change(world.users.get(user.id), enabled=False)
    world.users.book.put(user.id, replace(changed, deactivated_at=user.deactivated_at, updated_at=user.updated_at))


def _connection(builder: Builder, part: ConnectionPart, *place: Place) -> None:
    one, other = builder.named(part["from"], *place), builder.named(part["to"], *place)
    if one is None or other is None:
        return
    given = builder.taken(part, ConnectionPart, Connection, *place)
    given.setdefault("status", "ACCEPTED")
    given.setdefault("first_requested_at", builder.now)
    given.setdefault("updated_at", given["first_requested_at"])
    connection = Connection(requester=one.id, receiver=other.id, **given)
    book = builder.world.connections.book
    book.put(book.key_of(connection), connection)


# --- barriers, apps, behaviours ---


def _barriers(builder: Builder, part: BarriersPart, *place: Place) -> None:
    barriers, now = builder.world.barriers, builder.now
    for name, members in part.get("groups", {}).items():
        here = (*place, "groups", name)
        group: GroupPart = members if isinstance(members, dict) else {"members": []}
        users = builder.all_named(members, *here) if isinstance(members, list) else ()
        given: dict[str, Any] = {"created_at": now, "modified_at": now}
        given |= builder.taken(group, GroupPart, Group, *here)
        given["id"] = builder.id_given(group, barriers.groups, lambda: builder.world.ids.object(now), *here)
        given["members"] |= {user.id for user in users}
        barriers.groups.put(given["id"], Group(name=name, **given))
    known = [group.name for group in barriers.groups]
    for at, pair in enumerate(part.get("between", [])):
        here = (*place, "between", at)
        barrier: BarrierPart = pair if isinstance(pair, dict) else {"groups": pair}
        groups = []
        for name in barrier["groups"]:
            found = barriers.group_named(name)
            if found is None:
                builder.mistake(f"no group is named '{name}'{near(name, known)}", *here)
            else:
                groups.append(found.id)
        if len(groups) == 2:
            given = {"active": True, "created_at": now, "modified_at": now}
            given |= builder.taken(barrier, BarrierPart, Barrier, *here)
            given["id"] = builder.id_given(barrier, barriers.book, lambda: builder.world.ids.object(now), *here)
            barriers.book.put(given["id"], Barrier(**{**given, "groups": (groups[0], groups[1])}))


def _app(builder: Builder, part: AppPart, *place: Place) -> None:
    asked = part.get("permissions", [])
    permissions = PERMISSIONS if asked == "all" else frozenset(asked) | {ACT_AS_USER}
    if not part.get("actAsUser", True):
        permissions -= {ACT_AS_USER}
    installed = part.get("installedFor", "all")
    users = None if installed == "all" else builder.all_named(installed, *place, "installedFor")
    given = builder.taken(part, AppPart, App, *place)
    given |= {
        "name": part.get("name", part["id"]),
        "permissions": permissions,
        "automatic": users is None,
        "properties": tuple(part.get("properties", {}).items()),
        "public_key": builder.key(part, *place),
        "created_at": (created := given.get("created_at", builder.now)),
        "updated_at": given.get("updated_at", created),
    }
    if "notification" in part:
        given["notification"] = (part["notification"]["url"], part["notification"]["apiKey"])
    apps = builder.world.apps
    app = apps.add(App(**given))
    for user in users or ():
        apps.choose(Installation(user=user.id, app=app.id, install=True))
    for at, choice in enumerate(part.get("choices", [])):
        here = (*place, "choices", at)
        chosen = builder.taken(choice, ChoicePart, Installation, *here)
        products = tuple(
            Product(**builder.taken(product, ProductPart, Product, *here)) for product in choice.get("products", ())
        )
        if chosen["user"]:
            apps.choose(Installation(**{**chosen, "app": app.id, "products": products}))


def _behaviour(builder: Builder, part: BehaviourPart, live: bool, *place: Place) -> None:
    behaviour = behaving.meant(part, _Names(builder, place))
    if live or not part.get("live", False):
        builder.world.behaviours.add(behaviour)
    else:
        makes_sense(behaviour)


class _Names:
    """What the names of a behaviour mean in this file; what means nothing is noted as a mistake at its place."""

    def __init__(self, builder: Builder, place: tuple[Place, ...]) -> None:
        self._builder, self._place = builder, place

    def user(self, who: Who, *place: Place) -> int:
        user = self._builder.named(who, *self._place, *place)
        return user.id if user is not None else 0

    def stream(self, which: str, *place: Place) -> str:
        stream = self._builder.stream_named(which, *self._place, *place)
        return stream.id if stream is not None else ""
