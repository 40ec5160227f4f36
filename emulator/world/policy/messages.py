"""Who may send, change, hide and read which messages, and what messages may be like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import (
    Barred,
    EntitlementMissing,
    Forbidden,
    Invalid,
    NotTheAuthor,
    RoleMissing,
    UnknownMessage,
)
from emulator.world.policy import Basis, allows, people, rule, streams

if TYPE_CHECKING:
    from emulator.world.attachments import Upload
    from emulator.world.messages import Content, Message
    from emulator.world.streams import Stream
    from emulator.world.users import User
    from emulator.world.world import World

ENTITIES = 80
WORDS = 2_500
CHARACTERS = 60_000
FILES_BYTES = 30 * 1024 * 1024
FILE_NAME = 255


def shown(world: World, user: User, stream: Stream, message: Message) -> None:
    """All that is asked of a message before a user sees it who may read in its stream."""
    within_history(world, user, stream, message)
    no_barrier_to_author(world, user, message)


def listed(world: World, user: User, stream: Stream, message: Message) -> None:
    """All that is asked of a message before a list of those of a stream has it."""
    shown(world, user, stream, message)
    stands_in_lists(world, message)


def reading(world: World, user: User, stream: Stream, message: Message) -> None:
    """All that is asked before a user sees a message (production/agent.md 4)."""
    streams.reading(world, user, stream)
    shown(world, user, stream, message)


def reaching(world: World, user: User, stream: Stream, message: Message) -> None:
    """All that is asked before a user may try to suppress a message: content management deals with every message of
    the pod, anybody else with what they may read (production/agent.md 7)."""
    if "SUPPRESS_MESSAGE" in user.privileges:
        is_of_the_pod(world, user, message)
    else:
        reading(world, user, stream, message)


def history_from(world: World, user: User, stream: Stream) -> int:
    """The time (ms) before which `user` sees nothing of a stream: where reading can begin."""
    if stream.room is None or stream.room.view_history:
        return 0
    seat = world.streams.membership(stream.id, user.id)
    return 0 if seat is None else seat.joined_at


@rule(Basis.DOCUMENTED, "production/pod.md 9.1, production/agent.md 4.1")
def within_history(world: World, user: User, stream: Stream, message: Message) -> None:
    """In a room without shared history members see what was sent from the moment they joined."""
    if stream.room is None or stream.room.view_history:
        return
    seat = world.streams.membership(stream.id, user.id)
    if seat is not None and (message.at < seat.joined_at or message.number <= seat.after):
        raise Forbidden(
            f"the message is older than the membership of '{user.username}',"
            f" and room '{stream.room.name}' does not show its history"
        )


@rule(Basis.CHOICE, "production/pod.md 10")
def no_barrier_to_author(world: World, user: User, message: Message) -> None:
    """While an information barrier stands between two users, neither reads what the other wrote, unless
    `barredMessages` chooses so."""
    if world.settings.barred_messages == "shown":
        return
    author = world.users.book[message.sender]
    if world.barriers.between(user, author) is not None:
        raise Barred(f"an information barrier stands between '{user.username}' and the author '{author.username}'")


@rule(Basis.CHOICE, "production/agent.md 6, 7")
def stands_in_lists(world: World, message: Message) -> None:
    """Lists have suppressed messages, emptied, and every version of a message; as `suppressedMessages` and
    `replacedVersions` choose."""
    if message.suppressed_at is not None and world.settings.suppressed_messages == "absent":
        raise UnknownMessage(f"message '{message.id}' is suppressed, and lists leave it out")
    if message.replaced_by is not None and world.settings.replaced_versions == "absent":
        raise UnknownMessage(f"message '{message.id}' was replaced, and lists leave it out")


@rule(Basis.DOCUMENTED, "production/agent.md 7")
def content_shows(message: Message) -> None:
    """What a suppressed message said, and its files, are gone for everybody, and it is not found by them."""
    if message.suppressed_at is not None:
        raise UnknownMessage(f"message '{message.id}' is suppressed")


@rule(Basis.CHOICE, "production/pod.md 3.2")
def is_of_the_pod(world: World, user: User, message: Message) -> None:
    """Content management ends where the pod ends: what was said in streams that nobody of the pod is in, and that were
    not made there, does not exist for it."""
    if not allows(streams.is_of_the_pod, world, user, world.streams.book[message.stream]):
        raise UnknownMessage(f"there is no message '{message.id}'")


# --- what messages may be like ---


@rule(Basis.DOCUMENTED, "production/agent.md 1.1")
def content_fits(content: Content) -> None:
    """A message has at most 80 tags and mentions, 2,500 distinct words and 60,000 characters."""
    for found, most, what in (
        (content.entities, ENTITIES, "hashtags, cashtags and mentions"),
        (len(content.words), WORDS, "distinct words"),
        (content.characters, CHARACTERS, "characters"),
    ):
        if found > most:
            raise Invalid(f"the message has {found} {what}, at most {most} are allowed")


@rule(Basis.DOCUMENTED, "production/agent.md 3")
def may_send_forms(world: World, user: User, content: Content) -> None:
    """Symphony Elements are sent by service accounts only."""
    if content.forms and user.account_type != "SYSTEM" and not world.settings.forms_from_users:
        raise Invalid("Symphony Elements can only be sent by service accounts")


@rule(Basis.DOCUMENTED, "production/agent.md 1.1, 3")
def files_fit(world: World, uploads: tuple[Upload, ...]) -> None:
    """Files have an allowed type, a name of at most 255 characters, and at most 30 MB together."""
    for upload in uploads:
        if not upload.name or len(upload.name) > FILE_NAME:
            raise Invalid(f"a file name has between 1 and {FILE_NAME} characters")
        stem, dot, extension = upload.name.rpartition(".")
        if not dot or f".{extension.lower()}" not in world.settings.file_types:
            what = f"of type .{extension.lower()}" if dot else "without an extension"
            raise Invalid(f"the file '{stem or extension}' {what} is not allowed, see /pod/v1/files/allowedTypes")
    total = sum(len(upload.content) + len(upload.preview or b"") for upload in uploads)
    if total > FILES_BYTES:
        raise Invalid(f"the attachments have {total} bytes together, at most {FILES_BYTES} are allowed")


# --- changing and hiding ---


@rule(Basis.CHOICE, "production/agent.md 6")
def is_in_stream(message: Message, stream: Stream) -> None:
    """A message is changed in the stream in which it is."""
    if message.stream != stream.id:
        raise Invalid(f"message '{message.id}' is not in stream '{stream.id}'")


@rule(Basis.DOCUMENTED, "production/agent.md 6")
def may_update(user: User, message: Message) -> None:
    """A message is changed by its author, who needs canUpdateMessage."""
    if message.sender != user.id:
        raise NotTheAuthor(f"'{user.username}' did not send message '{message.id}'")
    people.has(user, "canUpdateMessage", "change a message")


@rule(Basis.CHOICE, "production/agent.md 6")
def is_current(world: World, message: Message) -> None:
    """A message is updated by the id of any of its versions, or of the last alone, as `replacedVersionUpdate`
    chooses."""
    if message.replaced_by is not None and world.settings.replaced_version_update == "refused":
        raise Invalid(f"message '{message.id}' was replaced by '{message.replaced_by}'")


@rule(Basis.DOCUMENTED, "production/agent.md 6")
def is_not_suppressed(message: Message) -> None:
    """A suppressed message cannot be changed."""
    if message.suppressed_at is not None:
        raise Invalid(f"message '{message.id}' is suppressed")


@rule(Basis.DOCUMENTED, "production/agent.md 7, production/pod.md 12")
def may_suppress(world: World, user: User, message: Message) -> None:
    """Content management suppresses any message; end users with canSuppressMessage their own, within the time limit of
    the company if it has one; service accounts their own."""
    if "SUPPRESS_MESSAGE" in user.privileges:
        return
    if message.sender != user.id:
        raise RoleMissing(
            f"'{user.username}' did not send message '{message.id}' and has no role that suppresses messages of others"
        )
    if user.account_type != "SYSTEM":
        people.has(user, "canSuppressMessage", "suppress an own message")
        limit = world.settings.suppress_minutes
        if limit is not None and world.clock.now() - message.at > limit * 60_000:
            raise EntitlementMissing(f"own messages can be suppressed for {limit} minutes only")
