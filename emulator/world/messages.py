"""Messages: sent, read, changed, suppressed (production/agent.md)."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from emulator.world.attachments import Attachment, Upload, stored
from emulator.world.books import Book, Postings, Stamp
from emulator.world.errors import Invalid, UnknownMessage
from emulator.world.events import MessageSent, MessageSuppressed, Place, Said, SymphonyElementsAction
from emulator.world.policy import allowed, allows
from emulator.world.policy import messages as policy
from emulator.world.record import Time, record

if TYPE_CHECKING:
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

MESSAGEML = "com.symphony.messageml.v2"
MARKDOWN = "com.symphony.markdown"
"""The original format of articles that were shared (production/agent.md 8)."""
NOTHING = '<div data-format="PresentationML" data-version="2.0"></div>'


@record
class Content:
    """What a message says, rendered: texts as the agent gives them out, and what it can be found by."""

    presentationml: str
    data: str = "{}"
    words: tuple[str, ...] = ()
    characters: int = 0
    hashtags: tuple[str, ...] = ()
    cashtags: tuple[str, ...] = ()
    mentions: tuple[int, ...] = ()
    entities: int = 0
    forms: tuple[str, ...] = ()
    format: str = MESSAGEML


@record
class Origin:
    """Through what a message came: the id of the session, and the app that acted for the sender, if one did."""

    session: str
    app: str | None = None


@record
class Message:
    """One version of a message. `number` counts all messages of the world; `words` are those that it is found by, with
    blanks between; times are in ms."""

    id: str
    stream: str
    sender: int
    at: Time
    number: int
    presentationml: str
    data: str
    words: str
    origin: Origin
    hashtags: tuple[str, ...] = ()
    cashtags: tuple[str, ...] = ()
    mentions: tuple[int, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    forms: tuple[str, ...] = ()
    replaces: str | None = None
    replaced_by: str | None = None
    initial: str | None = None
    initial_at: Time | None = None
    silent: bool | None = None
    suppressed_at: Time | None = None
    format: str = MESSAGEML

    @property
    def stamp(self) -> Stamp:
        """What the message stands under wherever it is to be found in the order of time."""
        return self.at, self.number, self.id


class Messages:
    """All messages. From the wire a message is had only by asking as a user."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, Message] = Book(
            "messages",
            Message,
            lambda message: message.id,
            refers={
                "stream": "streams",
                "sender": "users",
                "mentions": "users",
                "replaces": "messages",
                "replaced_by": "messages",
                "initial": "messages",
            },
            version=lambda message: (message.initial,) if message.initial else (),
        )
        self.timeline: Postings[Message, str, Stamp] = self.book.also(
            Postings(lambda message: ((message.stream, message.stamp),))
        )
        self.with_files: Postings[Message, str, Stamp] = self.book.also(
            Postings(lambda message: ((message.stream, message.stamp),) if message.attachments else ())
        )

    @property
    def count(self) -> int:
        """How many messages there are; none is ever taken out."""
        return len(self.book)

    # --- reading ---

    def seen_by(self, user: User, message_id: str) -> Message:
        """The message, if `user` may read it; UnknownMessage where there is none."""
        message = self._existing(message_id)
        policy.reading(self._world, user, self._world.streams.book[message.stream], message)
        return message

    def _existing(self, message_id: str) -> Message:
        message = self.book.get(message_id)
        if message is None:
            raise UnknownMessage(f"there is no message '{message_id}'")
        return message

    def listed(
        self, user: User, stream_id: str, *, since: int, until: int | None = None, skip: int = 0, limit: int
    ) -> list[Message]:
        """The earliest `limit` messages of a stream in [since, until] (ms) that `user` may read, oldest first."""
        stream = self._world.streams.readable_by(user, stream_id)
        since = max(since, policy.history_from(self._world, user, stream))
        stamps, first, last = self.timeline.between(stream.id, since, until)
        candidates = (self.book[stamps[at][2]] for at in range(first, last))
        return list(islice(allowed(policy.listed, candidates, self._world, user, stream), skip, skip + limit))

    def attachment(self, user: User, stream_id: str, message_id: str, file_id: str) -> bytes:
        """The content of a file or of its preview; UnknownMessage where the message or the file is not to be had."""
        message = self.seen_by(user, message_id)
        if message.stream == stream_id and allows(policy.content_shows, message):
            for attachment in message.attachments:
                if attachment.id == file_id:
                    return attachment.content
                if attachment.preview_id == file_id and attachment.preview is not None:
                    return attachment.preview
        raise UnknownMessage(f"message '{message_id}' has no file '{file_id}'")

    def files(
        self, user: User, stream_id: str, *, since: int | None, until: int | None, newest_first: bool, limit: int
    ) -> list[tuple[Message, Attachment]]:
        """The first `limit` files of a stream in [since, until] (ms) that `user` may read, with their messages."""
        stream = self._world.streams.readable_by(user, stream_id)
        since = max(since or 0, policy.history_from(self._world, user, stream))
        stamps, first, last = self.with_files.between(stream.id, since, until)
        order = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        listed = allowed(policy.listed, (self.book[stamps[at][2]] for at in order), self._world, user, stream)
        files = ((message, each) for message in allowed(policy.content_shows, listed) for each in message.attachments)
        return list(islice(files, limit))

    def must_be_in(self, user: User, stream: Stream, message_id: str) -> None:
        """That a message to be pinned is one of this stream, readable and not suppressed."""
        try:
            message = self.seen_by(user, message_id)
        except UnknownMessage as unknown:
            raise Invalid(unknown.reason) from None
        if message.stream != stream.id or not allows(policy.content_shows, message):
            raise Invalid(f"message '{message_id}' cannot be pinned in stream '{stream.id}'")

    def last_at(self, stream: Stream) -> int | None:
        """When the last message of a stream was sent (ms)."""
        stamps = self.timeline.of(stream.id)
        return stamps[-1][0] if stamps else None

    # --- sending ---

    def post(
        self, user: User, stream: Stream, content: Content, origin: Origin, uploads: tuple[Upload, ...] = ()
    ) -> Message:
        """Send a message into a stream that was asked for with `streams.writable_by`."""
        policy.content_fits(content)
        policy.may_send_forms(self._world, user, content)
        policy.files_fit(self._world, uploads)
        files = stored(self._world, user, uploads)
        outside = not self._world.streams.is_member(stream.id, user.id)
        if outside and self._world.settings.public_room_writing == "joins":
            self._world.rooms.let_in(user, stream, user)
        return self._store(user, stream, content, origin, files)

    def update(
        self,
        user: User,
        stream: Stream,
        message_id: str,
        content: Content,
        origin: Origin,
        uploads: tuple[Upload, ...] = (),
        *,
        silent: bool = True,
    ) -> Message:
        """A new version of a message of one's own, by the id of any version (production/agent.md 6)."""
        current = self.current(user, stream, message_id)
        policy.content_fits(content)
        policy.may_send_forms(self._world, user, content)
        policy.files_fit(self._world, uploads)
        changed = self._store(
            user, stream, content, origin, stored(self._world, user, uploads), replaces=current, silent=silent
        )
        self.book.put(current.id, replace(current, replaced_by=changed.id))
        return changed

    def current(self, user: User, stream: Stream, message_id: str) -> Message:
        """The last version of a message in a stream, when `user` may change it."""
        named = self.seen_by(user, message_id)
        policy.is_in_stream(named, stream)
        policy.may_update(user, named)
        policy.is_current(self._world, named)
        current = self._versions(named)[-1]
        policy.is_not_suppressed(current)
        return current

    def suppress(self, user: User, message_id: str) -> tuple[Message, int]:
        """Hide what a message says from everybody. The number is the time (ms), 0 where it was hidden before."""
        message = self._existing(message_id)
        policy.reaching(self._world, user, self._world.streams.book[message.stream], message)
        policy.may_suppress(self._world, user, message)
        if message.suppressed_at is not None:
            return message, 0
        now = self._world.clock.now()
        hidden = self._hide(message, now)
        message = self.book[message.id]
        stream = self._world.streams.book[message.stream]
        if stream.pinned in hidden:
            self._world.streams.book.put(stream.id, replace(stream, pinned=None))
        told = MessageSuppressed(message_id=message.id, stream=Place(stream=stream, shows="id"))
        self._world.tell(user.id, told)
        return message, now

    def _versions(self, message: Message) -> list[Message]:
        """All versions of a message, the first one first."""
        first = message.initial or message.id
        return [self.book[first], *(self.book[version] for version in self.book.keys_by("version", first))]

    def _hide(self, message: Message, at: int) -> list[str]:
        """Suppress every version of a message that is not; their ids."""
        versions = self._versions(message)
        for version in versions:
            if version.suppressed_at is None:
                self.book.put(version.id, replace(version, suppressed_at=at))
        return [version.id for version in versions]

    def submit(self, user: User, message_id: str, form: str, values: tuple[tuple[str, Any], ...]) -> None:
        """Submit a form of a message; Invalid where the message has no such form."""
        message = self.seen_by(user, message_id)
        if form not in message.forms:
            raise Invalid(f"message '{message_id}' has no form '{form}'")
        stream = self._world.streams.book[message.stream]
        heard_by: tuple[int, ...] = (message.sender,)
        if self._world.settings.form_answers == "members":
            heard_by = (*heard_by, *self._world.streams.member_ids(stream.id))
        action = SymphonyElementsAction(
            stream=Place(stream=stream, shows="type"),
            form_message_id=message.id,
            form_id=form,
            form_values=values,
            heard_by=heard_by,
        )
        self._world.tell(user.id, action)

    def load(
        self,
        user: User,
        stream: Stream,
        content: Content,
        origin: Origin,
        at: int,
        *,
        id: str | None = None,
        uploads: tuple[Upload, ...] = (),
        files: tuple[Attachment, ...] = (),
        replaces: Message | None = None,
        silent: bool = False,
        suppressed_at: int | None = None,
    ) -> Message:
        """A message of the past, asked no questions: for world files and growth. It may have an id and files that were
        stored, it may replace one of before, and may have been suppressed since."""
        message = self._store(
            user,
            stream,
            content,
            origin,
            files or (stored(self._world, user, uploads) if uploads else ()),
            id=id,
            at=at,
            replaces=replaces,
            silent=None if replaces is None else silent,
            suppressed_at=suppressed_at,
        )
        if replaces is not None:
            self.book.put(replaces.id, replace(replaces, replaced_by=message.id))
        if suppressed_at is not None:
            self._hide(message, suppressed_at)
        return message

    def _store(
        self,
        user: User,
        stream: Stream,
        content: Content,
        origin: Origin,
        attachments: tuple[Attachment, ...],
        *,
        id: str | None = None,
        at: int | None = None,
        replaces: Message | None = None,
        silent: bool | None = None,
        suppressed_at: Time | None = None,
    ) -> Message:
        now = at
        if now is None:
            # Within a stream time never runs backwards, even when the world's clock was set back.
            now = max(self._world.clock.now(), self.last_at(stream) or 0)
        message = Message(
            id=id or self._world.ids.message(now),
            stream=stream.id,
            sender=user.id,
            at=now,
            number=self.count + 1,
            presentationml=content.presentationml,
            data=content.data,
            words=" ".join(content.words),
            origin=origin,
            hashtags=content.hashtags,
            cashtags=content.cashtags,
            mentions=content.mentions,
            attachments=attachments,
            forms=content.forms,
            replaces=replaces.id if replaces else None,
            initial=(replaces.initial or replaces.id) if replaces else None,
            initial_at=(replaces.initial_at or replaces.at) if replaces else None,
            silent=silent,
            suppressed_at=suppressed_at,
            format=content.format,
        )
        self.book.put(message.id, message)
        said = Said(message=message, sender=user, stream=stream, pods=self._world.streams.pods(stream))
        self._world.tell(user.id, MessageSent(message=said), at=now)  # readers look it up by the time of its event
        return message
