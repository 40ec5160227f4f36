"""What all parts of a world file share while a world is made of them: names, times, fields, and mistakes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.seeding.fields import fields
from emulator.seeding.kinds import check_key, moment, near
from emulator.seeding.source import MOST_MISTAKES, WorldFileError
from emulator.world import ids
from emulator.world.errors import Refused
from emulator.world.policy.messages import FILES_BYTES
from emulator.world.streams import name_key
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.seeding.parts import AppPart, UserPart
    from emulator.seeding.source import Source
    from emulator.world.streams import Stream
    from emulator.world.users import User

T = TypeVar("T")
Place = str | int


class Builder:
    """Remembers what names mean and which mistakes were met."""

    def __init__(self, source: Source, world: World) -> None:
        self.source, self.world = source, world
        self.now = world.clock.now()
        self.mistakes: list[str] = []
        self.users: dict[str, list[User]] = {}
        """By username; users of several companies may have the same."""

    # --- mistakes ---

    def mistake(self, what: str, *place: Place) -> None:
        """Note a mistake with its line; WorldFileError when there are too many to go on."""
        self.mistakes.append(self.source.said(what, *place))
        if len(self.mistakes) == MOST_MISTAKES:
            raise WorldFileError(self.source.name, [*self.mistakes, "and so on"])

    def attempt(self, make: Callable[[], T], *place: Place) -> T | None:
        """What comes of it; None, and a mistake, where the world refuses it."""
        try:
            return make()
        except Refused as refused:
            self.mistake(refused.reason, *place)
            return None

    # --- names ---

    def known(self, user: User) -> None:
        """A user whom others may name from now on."""
        self.users.setdefault(user.username, []).append(user)

    def named(self, who: int | str, *place: Place) -> User | None:
        """The user of this name, e-mail address or id."""
        if isinstance(who, int):
            user = self.world.users.book.get(who)
            if user is None:
                self.mistake(f"no user has the id {who}", *place)
            return user
        found = self.users.get(who) or self.world.users.book.by("email", who.casefold())
        if len(found) > 1:
            self.mistake(f"several companies have a user '{who}': name one by e-mail or id", *place)
        elif not found:
            self.mistake(f"no user is named '{who}'{near(who, self.users)}", *place)
        return found[0] if len(found) == 1 else None

    def all_named(self, which: Iterable[int | str], *place: Place) -> list[User]:
        """The users of these names, each mistake at its place in the list."""
        return [user for at, who in enumerate(which) if (user := self.named(who, *place, at))]

    def stream_named(self, name: str, *place: Place) -> Stream | None:
        """The room of this name, or the stream with this id."""
        world = self.world
        for company in world.companies.book:
            room = world.streams.book.one_by("name", (company.id, name_key(name)))
            if room is not None:
                return room
        stream = world.streams.book.get(ids.url_safe(name))
        if stream is None:
            names = (stream.room.name for stream in world.streams.book if stream.room)
            self.mistake(f"no room is named '{name}'{near(name, names)}", *place)
        return stream

    # --- values ---

    def moment(self, said: int | str, *place: Place) -> int:
        """A time in ms."""
        try:
            return moment(said, self.now)
        except ValueError as error:
            self.mistake(str(error), *place)
            return self.now

    def taken(self, part: Any, kind: Any, record: Any, *place: Place) -> dict[str, Any]:
        """What a part says of the fields of a record."""
        found: dict[str, Any] = {}
        for key, field in fields(kind, record).items():
            if key not in part:
                continue
            read = partial(self._value, field.kind)
            value = part[key]
            if field.many is None:
                found[field.name] = read(value, *place, key)
            else:
                found[field.name] = field.many(read(each, *place, key, at) for at, each in enumerate(value))
        return found

    def _value(self, kind: str, value: Any, *place: Place) -> Any:
        if kind == "moment":
            return self.moment(value, *place)
        if kind == "who":
            user = self.named(value, *place)
            return user.id if user else 0
        return value

    def id_given(self, part: Any, there: Any, make: Callable[[], str], *place: Place) -> str:
        """The id that a part chooses for itself, which nothing else may have, or a new one."""
        if "id" not in part:
            return make()
        given: str = part["id"]
        if given in there:
            self.mistake(f"the id '{given}' is there twice", *place, "id")
        return given

    def key(self, part: UserPart | AppPart, *place: Place) -> str | None:
        """The public key of a user or an app, out of the file itself or of one beside it."""
        if "publicKeyFile" not in part:
            return part.get("publicKey")
        place = (*place, "publicKeyFile")
        if "publicKey" in part:
            self.mistake("give publicKey or publicKeyFile, not both", *place)
            return None
        content = self.beside(part["publicKeyFile"], *place)
        if content is None:
            return None
        try:
            key = content.decode("ascii")
            check_key(key)
        except ValueError as error:
            self.mistake(f"{part['publicKeyFile']}: {str(error).splitlines()[0]}", *place)
            return None
        return key

    def beside(self, name: str, *place: Place) -> bytes | None:
        """What a file holds whose name is relative to the world file."""
        folder = self.source.folder(*place)
        if folder is None:
            self.mistake("what comes over the wire names no files: write what is in it", *place)
            return None
        path = folder / name
        try:
            if path.stat().st_size > FILES_BYTES:
                self.mistake(f"{path} has more than {FILES_BYTES} bytes", *place)
                return None
            return path.read_bytes()
        except OSError as error:
            self.mistake(f"{path}: {error.strerror}", *place)
            return None
