"""What messages of a world file say."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

import orjson

from emulator.rendering import Everybody, rendered
from emulator.seeding.kinds import read_base64
from emulator.words import words_of
from emulator.world.attachments import Attachment
from emulator.world.errors import Invalid
from emulator.world.messages import MESSAGEML, Content

if TYPE_CHECKING:
    from emulator.seeding.builder import Builder, Place
    from emulator.seeding.parts import UserPart
    from emulator.seeding.stream_parts import AttachmentPart, MessagePart
    from emulator.world.users import User


HEAD, TAIL = '<div data-format="PresentationML" data-version="2.0">', "</div>"
_TAG = re.compile(r"<[^<>]*>")


def plain(text: str) -> Content:
    """A message of plain text."""
    shown = escape(text, quote=False).replace('"', "&quot;")
    return Content(presentationml=HEAD + shown + TAIL, words=words_of(text), characters=len(text))


def text_of(presentationml: str) -> str:
    """What stands between the tags of a message."""
    return unescape(_TAG.sub(" ", presentationml))


def content_of(builder: Builder, part: MessagePart, *place: Place) -> Content:
    """What a message says; Refused when it says nothing, or says it twice, or not in MessageML."""
    ways = [way for way in ("text", "message", "presentationML") if way in part]
    if len(ways) != 1:
        raise Invalid("a message has one of 'text', 'message' (MessageML) and 'presentationML'")
    data = part.get("data")
    structured = orjson.dumps(data).decode() if isinstance(data, dict) else data
    if "text" in part:
        if structured is not None:
            raise Invalid("'data' goes with 'message' or 'presentationML'")
        return plain(part["text"])
    if "message" in part:
        text = part["message"]
        if not text.lstrip().startswith(("<messageML", "<div")):
            text = f"<messageML>{text}</messageML>"
        return rendered(builder.world, Everybody(builder.world), text, structured)
    text = part["presentationML"]
    words = part.get("words")
    return Content(
        presentationml=text,
        data=structured or "{}",
        format=part.get("format", MESSAGEML),
        words=words_of(text_of(text)) if words is None else tuple(words),
        hashtags=tuple(part.get("hashtags", ())),
        cashtags=tuple(part.get("cashtags", ())),
        mentions=tuple(user.id for user in builder.all_named(part.get("mentions", ()), *place, "mentions")),
        forms=tuple(part.get("forms", ())),
    )


def files_of(builder: Builder, sender: User, part: MessagePart, *place: Place) -> tuple[Attachment, ...]:
    """The files of a message."""
    return tuple(
        _file(builder, sender, each, *place, "attachments", at) for at, each in enumerate(part.get("attachments", ()))
    )


def _file(builder: Builder, sender: User, part: AttachmentPart, *place: Place) -> Attachment:
    def new_id() -> str:
        return f"internal_{sender.id}%2F{builder.world.ids.file()}"

    ways = [way for way in ("text", "base64", "file") if way in part]
    if len(ways) != 1:
        builder.mistake("a file has one of 'text', 'base64' and 'file'", *place)
    if "preview" in part and "previewFile" in part:
        builder.mistake("give preview or previewFile, not both", *place)
    content = part["text"].encode() if "text" in part else bytes_of(builder, part, "base64", "file", *place)
    preview = bytes_of(builder, part, "preview", "previewFile", *place)
    return Attachment(
        id=part.get("id") or new_id(),
        name=part["name"],
        content=content or b"",
        preview_id=None if preview is None else part.get("previewId") or new_id(),
        preview=preview,
    )


def bytes_of(builder: Builder, part: AttachmentPart | UserPart, inline: str, file: str, *place: Place) -> bytes | None:
    """What stands in a part in Base64, or in a file beside the world file; None where neither does."""
    given: dict[str, str] = dict(part)  # type: ignore[arg-type]
    if file in given:
        return builder.beside(given[file], *place, file)
    if inline not in given:
        return None
    return read_base64(given[inline])
