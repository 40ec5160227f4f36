"""The living world as a world file, which loads to the same world.

Left out is what belongs to single clients: sessions, feeds of presences and interests in them; and messages and changes
of presence are counted anew, in the order of time. Keys that the emulator made are left out, too, so that who loads the
file gets new ones.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections import Counter, defaultdict
from html import unescape
from typing import TYPE_CHECKING, Any

import yaml

from emulator.access.permissions import ACT_AS_USER, PERMISSIONS
from emulator.seeding import behaving
from emulator.seeding.check import hints
from emulator.seeding.fields import fields
from emulator.seeding.kinds import written
from emulator.seeding.load import email_of, name_of
from emulator.seeding.parts import (
    AppPart,
    BarrierPart,
    BehaviourPart,
    ChoicePart,
    CompanyPart,
    ConnectionPart,
    GroupPart,
    ProductPart,
    SettingsPart,
    UserPart,
    WorldFile,
)
from emulator.seeding.said import HEAD, TAIL, plain, text_of
from emulator.seeding.stream_parts import (
    AttachmentPart,
    ImPart,
    MemberPart,
    MessagePart,
    RoomPart,
    SignalPart,
    SubscriberPart,
)
from emulator.words import words_of
from emulator.world import ids
from emulator.world.behaviours import CONNECT
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS
from emulator.world.messages import MESSAGEML
from emulator.world.settings import CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from emulator.world.apps import App
    from emulator.world.attachments import Attachment
    from emulator.world.behaviours import Behaviour
    from emulator.world.messages import Message
    from emulator.world.signals import Signal
    from emulator.world.streams import Membership, Stream
    from emulator.world.users import User
    from emulator.world.world import World

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TITLE = "# A world that lived, as symphony-emulator wrote it: docs/world.md tells every key.\n"


def world_file(world: World, made_keys: Collection[str] = ()) -> str:
    """The world as the text of a world file, without these public keys."""
    return _TITLE + as_yaml(_Writer(world, made_keys).content())


def as_yaml(content: Any) -> str:
    """What a world file holds as its text."""
    text: str = yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120)
    return text


def _ordered(part: Any, given: dict[str, Any]) -> dict[str, Any]:
    """What is given, in the order in which the part has its keys."""
    return {key: given[key] for key in hints(part) if key in given}


class _Writer:
    """Knows what users are called, and which time and session need not be said."""

    def __init__(self, world: World, made_keys: Collection[str]) -> None:
        self._world, self._made_keys = world, made_keys
        times = Counter(user.created_at for user in world.users.book)
        times.update(app.created_at for app in world.apps.book)
        self._time = times.most_common(1)[0][0] if times else world.clock.now()
        sessions = Counter(message.origin.session for message in world.messages.book)
        self._session = sessions.most_common(1)[0][0] if sessions else None
        self._names = self._named()

    def _named(self) -> dict[int, str | int]:
        """By id what a file calls a user: by username, by e-mail where several have it, else by id."""
        usernames = Counter(user.username for user in self._world.users.book)
        emails = Counter(user.email.casefold() for user in self._world.users.book)
        named: dict[int, str | int] = {}
        for user in self._world.users.book:
            by_email = emails[user.email.casefold()] == 1 and user.email not in usernames
            named[user.id] = user.username if usernames[user.username] == 1 else user.email if by_email else user.id
        return named

    def content(self) -> dict[str, Any]:
        world = self._world
        streams = list(world.streams.book)
        made = {
            "time": written(self._time),
            "session": self._session,
            "clock": self._clock(),
            "companies": [self._company(company) for company in world.companies.book],
            "settings": self._settings(),
            "users": self._users(),
            "connections": [self._connection(connection) for connection in world.connections.book],
            "barriers": self._barriers(),
            "apps": [self._app(app) for app in world.apps.book],
            "rooms": [self._room(stream) for stream in streams if stream.room is not None],
            "ims": [self._im(stream) for stream in streams if stream.room is None],
            "signals": [self._signal(signal) for signal in world.signals.book],
            "behaviours": [self._behaviour(behaviour) for behaviour in world.behaviours.book],
        }
        return _ordered(WorldFile, {key: value for key, value in made.items() if value})

    def _given(self, record: Any, part: Any, **defaults: Any) -> dict[str, Any]:
        """What a record has other than by default, for the keys of a part that are its fields."""
        found: dict[str, Any] = {}
        for key, field in fields(part, record.__class__).items():
            value = getattr(record, field.name)
            if value == defaults.get(field.name, field.default):
                continue
            say: Callable[[Any], Any] = {"moment": written, "who": self._names.__getitem__}.get(field.kind, _itself)
            if field.many is None:
                found[key] = say(value)
            else:
                found[key] = [say(each) for each in (sorted(value) if field.many is frozenset else value)]
        return found

    def _since(self, key: str, name: str | int, at: int, otherwise: int, named: str) -> Any:
        """A name alone, or with the time at which something began when that goes without saying."""
        return name if at == otherwise else {named: name, key: written(at)}

    # --- the pod ---

    def _clock(self) -> dict[str, Any]:
        shift, frozen_at = self._world.clock.state()
        clock: dict[str, Any] = {"shift": shift} if shift else {}
        return clock if frozen_at is None else {**clock, "frozenAt": written(frozen_at)}

    def _company(self, company: Any) -> dict[str, Any]:
        return _ordered(CompanyPart, {"pod": company.id, **self._given(company, CompanyPart)})

    def _settings(self) -> dict[str, Any]:
        settings = self._world.settings
        given = self._given(settings, SettingsPart)
        for choice in CHOICES.values():
            given.pop(choice.name, None)
            if (value := getattr(settings, choice.field)) != choice.ours:
                given[choice.name] = value
        if settings.obo_also:
            given["oboAlso"] = sorted(settings.obo_also)
        return _ordered(SettingsPart, given)

    # --- users ---

    def _users(self) -> list[dict[str, Any]]:
        followed: dict[int, list[Any]] = defaultdict(list)
        for follow in self._world.following.book:
            name = self._names[follow.followed]
            followed[follow.follower].append((name, self._since("since", name, follow.at, self._time, "user")))
        return [
            self._user(user, [each for _, each in sorted(followed[user.id], key=lambda pair: str(pair[0]))])
            for user in self._world.users.book
        ]

    def _user(self, user: User, follows: list[Any]) -> dict[str, Any]:
        company = self._world.companies.of(user.company_id)
        home = company.id == self._world.companies.home.id
        given = self._given(
            user,
            UserPart,
            email=email_of(user.username, company),
            display_name=name_of(user.username, user.first_name, user.last_name),
            created_at=self._time,
            updated_at=user.created_at,
            deactivated_at=None if user.enabled else self._time,
        )
        given["id"] = user.id - ids.user_id(user.company_id, 0)
        off = dict.fromkeys(sorted(DEFAULT_ENTITLEMENTS - user.entitlements), False)
        presence = self._world.presences.book.get(user.id)
        picture = self._world.users.pictures.get(user.id)
        shown = picture.addresses if picture else ()
        more = {
            "company": None if home else company.name,
            "picture": picture and base64.b64encode(picture.content).decode(),
            "avatars": [{"size": size, "url": url} for size, url in user.avatars if user.avatars != shown],
            "status": None if user.enabled else "DISABLED",
            "entitlements": {**dict.fromkeys(sorted(user.entitlements - DEFAULT_ENTITLEMENTS), True), **off},
            "presence": presence and self._since("since", presence.category, presence.at, self._time, "category"),
            "follows": follows,
        }
        self._without_made(given)
        return _ordered(UserPart, given | {key: value for key, value in more.items() if value})

    def _without_made(self, given: dict[str, Any]) -> None:
        if given.get("publicKey") in self._made_keys:
            del given["publicKey"]

    def _connection(self, connection: Any) -> dict[str, Any]:
        given = self._given(
            connection,
            ConnectionPart,
            status="ACCEPTED",
            first_requested_at=self._time,
            updated_at=connection.first_requested_at,
        )
        parties = {"from": self._names[connection.requester], "to": self._names[connection.receiver]}
        return _ordered(ConnectionPart, given | parties)

    def _barriers(self) -> dict[str, Any]:
        barriers = self._world.barriers
        stamps = {"created_at": self._time, "modified_at": self._time}
        groups = {
            group.name: self._given(group, GroupPart, **stamps) | {"members": self._all(sorted(group.members))}
            for group in barriers.groups
        }
        between = [
            {"groups": [barriers.groups[group].name for group in barrier.groups]}
            | self._given(barrier, BarrierPart, active=True, **stamps)
            for barrier in barriers.book
        ]
        return {key: value for key, value in (("groups", groups), ("between", between)) if value}

    def _all(self, users: Iterable[int]) -> list[str | int]:
        return [self._names[user] for user in users]

    # --- apps ---

    def _app(self, app: App) -> dict[str, Any]:
        given = self._given(app, AppPart, name=app.id, created_at=self._time, updated_at=app.created_at)
        chosen = sorted(self._world.apps.installations.by("app", app.id), key=lambda each: each.user)
        alone = {"install": True, "listed": None, "products": ()}
        installed = [
            each.user
            for each in chosen
            if not app.automatic and all(getattr(each, name) == value for name, value in alone.items())
        ]
        choices = [
            _ordered(
                ChoicePart,
                self._given(each, ChoicePart)
                | (
                    {"products": [self._given(product, ProductPart) for product in each.products]}
                    if each.products
                    else {}
                ),
            )
            for each in chosen
            if each.user not in installed
        ]
        everything = app.permissions | {ACT_AS_USER} == PERMISSIONS
        more = {
            "permissions": "all" if everything else sorted(app.permissions - {ACT_AS_USER}),
            "choices": choices,
            "notification": app.notification and dict(zip(("url", "apiKey"), app.notification, strict=True)),
            "properties": dict(app.properties),
        }
        given |= {key: value for key, value in more.items() if value}
        if not app.automatic:
            given["installedFor"] = self._all(installed)
        if ACT_AS_USER not in app.permissions:
            given["actAsUser"] = False
        self._without_made(given)
        return _ordered(AppPart, given)

    # --- streams ---

    def _room(self, stream: Stream) -> dict[str, Any]:
        room = stream.room
        assert room is not None
        public = room.public
        given = self._given(room, RoomPart, members_can_invite=public, discoverable=public, view_history=public)
        seats = self._world.streams.members(stream.id)
        numbers = sorted(stamp[1] for stamp in self._world.messages.timeline.of(stream.id))
        first = next((at for at, seat in enumerate(seats) if not seat.owner), len(seats))
        keywords = dict(room.keywords)
        creator = stream.created_by
        more = {
            "keywords": keywords if len(keywords) == len(room.keywords) else [list(each) for each in room.keywords],
            "creator": None if first and seats[0].user == creator else self._names[creator],
            "members": [self._seat(stream, numbers, seat, owner=False) for seat in seats[first:]],
        }
        given |= {key: value for key, value in more.items() if value}
        given["owners"] = [self._seat(stream, numbers, seat, owner=True) for seat in seats[:first]]
        if not stream.active:
            given["active"] = False
        return _ordered(RoomPart, given | self._stream(stream))

    def _im(self, stream: Stream) -> dict[str, Any]:
        others = [party for party in stream.parties if party != stream.created_by]
        opened = len(others) < len(stream.parties)
        given: dict[str, Any] = {"between": self._all([stream.created_by, *others] if opened else others)}
        if not opened:
            given["creator"] = self._names[stream.created_by]
        return _ordered(ImPart, given | self._stream(stream))

    def _stream(self, stream: Stream) -> dict[str, Any]:
        """What rooms and IMs have alike."""
        messages = self._world.messages
        said = [self._message(messages.book[stamp[2]]) for stamp in messages.timeline.of(stream.id)]
        given = {
            "id": stream.id,
            "pinned": stream.pinned,
            "created": None if stream.created_at == self._time else written(stream.created_at),
            "messages": said,
        }
        return {key: value for key, value in given.items() if value}

    def _seat(self, stream: Stream, numbers: list[int], seat: Membership, *, owner: bool) -> Any:
        _, _, before = self._world.messages.timeline.between(stream.id, None, seat.joined_at - 1)
        after = bisect_right(numbers, seat.after)
        given: dict[str, Any] = {"user": self._names[seat.user]}
        if seat.owner != owner:
            given["owner"] = seat.owner
        if seat.joined_at != stream.created_at:
            given["joined"] = written(seat.joined_at)
        if after != before:
            given["after"] = after
        return _ordered(MemberPart, given) if len(given) > 1 else given["user"]

    # --- messages ---

    def _message(self, message: Message) -> dict[str, Any]:
        origin = message.origin
        given = {
            "from": self._names[message.sender],
            "ago": None if message.at == self._time else written(message.at),
            "id": message.id,
            "attachments": [_attachment(each) for each in message.attachments],
            "replaces": message.replaces,
            "silent": message.silent,
            "suppressed": None if message.suppressed_at is None else written(message.suppressed_at),
            "app": origin.app,
            "session": None if origin.session == self._session else origin.session,
        }
        return _ordered(MessagePart, {key: value for key, value in given.items() if value} | self._said(message))

    def _said(self, message: Message) -> dict[str, Any]:
        text = _plain_text(message)
        if text is not None:
            return {"text": text}
        presentationml = message.presentationml
        words = message.words.split()
        more = {
            "data": None if message.data == "{}" else message.data,
            "format": None if message.format == MESSAGEML else message.format,
            "hashtags": list(message.hashtags),
            "cashtags": list(message.cashtags),
            "mentions": self._all(message.mentions),
            "forms": list(message.forms),
        }
        given: dict[str, Any] = {"presentationML": presentationml}
        if tuple(words) != words_of(text_of(presentationml)):
            given["words"] = words
        return given | {key: value for key, value in more.items() if value}

    # --- what goes on ---

    def _signal(self, signal: Signal) -> dict[str, Any]:
        given = self._given(signal, SignalPart, visible=True, company_wide=False, created_at=self._time)
        given["subscribers"] = [
            _ordered(SubscriberPart, self._given(each, SubscriberPart, pushed=False, at=signal.created_at))
            for each in self._world.signals.subscriptions.by("signal", signal.id)
        ]
        return _ordered(SignalPart, given)

    def _behaviour(self, behaviour: Behaviour) -> dict[str, Any]:
        given = self._given(behaviour, BehaviourPart)
        when: Any
        do: Any
        when, do = behaving.written(behaviour)
        for part, keys in ((when, ("user",)), *((deed, ("as", *CONNECT)) for deed in do)):
            for key in keys:
                if isinstance(part.get(key), int):
                    part[key] = self._names[part[key]]
        return _ordered(BehaviourPart, given | {"when": when, "do": do})


def _itself(value: Any) -> Any:
    return value


def _plain_text(message: Message) -> str | None:
    """What a message of plain text says, where a text alone makes it what it is."""
    shown = message.presentationml
    found = (message.hashtags, message.cashtags, message.mentions, message.forms)
    if message.data != "{}" or message.format != MESSAGEML or any(found):
        return None
    if not (shown.startswith(HEAD) and shown.endswith(TAIL)):
        return None
    text = unescape(shown[len(HEAD) : -len(TAIL)])
    content = plain(text)
    return text if content.presentationml == shown and " ".join(content.words) == message.words else None


def _attachment(attachment: Attachment) -> dict[str, Any]:
    given = {"name": attachment.name, **_content(attachment.content)}
    if attachment.preview is not None:
        given["preview"] = base64.b64encode(attachment.preview).decode()
        given["previewId"] = attachment.preview_id
    return _ordered(AttachmentPart, {**given, "id": attachment.id})


def _content(content: bytes) -> dict[str, Any]:
    """As text where it is one that YAML has as it is."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if all(letter.isprintable() or letter in "\n\t" for letter in text):
        return {"text": text}
    return {"base64": base64.b64encode(content).decode()}
