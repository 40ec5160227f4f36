"""MessageML as the world stores it."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from emulator.world.errors import BadMessage, TooLarge, UnknownUser
from emulator.world.messages import Content

if TYPE_CHECKING:
    from emulator.messageml import Converted
    from emulator.messageml.element import Directory
    from emulator.world.messages import Message
    from emulator.world.users import User
    from emulator.world.world import World

MESSAGE_BYTES = 1_500_000
_ESCAPED = re.compile(r"\\(\W)")


def rendered(
    world: World, users: Directory, message: str | None, data: str | None = None, version: str | None = None
) -> Content:
    """What a message says; Invalid with the agent's text when MessageML refuses it. `users` is who can be mentioned."""
    from emulator.messageml import InvalidMessage, convert  # not paid for before the first message

    try:
        done = convert(
            message,
            data,
            version,
            users=users,
            schemes=frozenset(world.settings.protocols),
            short_id=lambda: world.ids.hex(8),
        )
    except InvalidMessage as invalid:
        raise BadMessage(str(invalid)) from None
    return Content(
        presentationml=done.presentationml,
        data=done.data,
        words=done.words,
        characters=len(done.markdown),
        hashtags=done.hashtags,
        cashtags=done.cashtags,
        mentions=done.mentions,
        entities=done.entities,
        forms=done.forms,
    )


class Everybody:
    """All users: the directory of those who know all, as world files and growth do."""

    def __init__(self, world: World) -> None:
        self._world = world

    def by_id(self, user_id: int) -> User | None:
        return self._world.users.book.get(user_id)

    def by_email(self, email: str) -> User | None:
        return self._world.users.book.one_by("email", email.casefold())


def text_of(world: World, message: Message) -> str:
    """What one sees of a message: its text, a line for each block; nothing of one that was kept damaged."""
    done = _reread(world, message)
    return "" if done is None else done.text


def markdown_of(world: World, message: Message) -> str:
    """A message as it would be read in a terminal: rows and items a line each, no empty lines, no escapes."""
    done = _reread(world, message)
    lines = [] if done is None else done.markdown.splitlines()
    return _ESCAPED.sub(r"\1", "\n".join(line.rstrip() for line in lines if line.strip()))


def _reread(world: World, message: Message) -> Converted | None:
    from emulator.messageml import InvalidMessage, convert

    try:
        return convert(_no_template(message.presentationml), message.data, users=Everybody(world), schemes=None)
    except InvalidMessage:
        return None


class _Directory:
    """The users that a sender can mention: those whom the directory shows them."""

    def __init__(self, world: World, sender: User) -> None:
        self._world, self._sender = world, sender

    def by_id(self, user_id: int) -> User | None:
        try:
            return self._world.users.seen_by(self._sender, user_id)
        except UnknownUser:
            return None

    def by_email(self, email: str) -> User | None:
        found = self._world.users.look_up(self._sender, emails=[email])
        return found[0] if found else None


def as_messageml(message: str) -> str:
    """MessageML as it is; text without a tag at its start is made a message that says it."""
    if message.lstrip().startswith("<"):
        return message
    return f"<messageML>{verbatim(message)}</messageML>"


def verbatim(text: str) -> str:
    """A text within MessageML that says just that: no tag, no quote that ends an attribute, no template."""
    return _no_template(escape(text))


def _no_template(markup: str) -> str:
    """Markup in which nothing is a template."""
    return markup.replace("${", "&#36;{").replace("#{", "&#35;{")


def render(world: World, sender: User, message: str | None, data: str | None, version: str | None = None) -> Content:
    """A message in MessageML as the world stores it; Invalid with the agent's text, TooLarge beyond 1.5 MB."""
    if len((message or "").encode()) + len((data or "").encode()) > MESSAGE_BYTES:
        raise TooLarge(f"message and data have more than {MESSAGE_BYTES} bytes together")
    return rendered(world, _Directory(world, sender), message, data, version)
