"""Bodies of message calls: multipart, url-encoded or JSON, all taken as clients send them (production/agent.md 1.2)."""

from __future__ import annotations

import re
from asyncio import sleep
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

from emulator.world.errors import Invalid, NotAFile

_MAX_PARTS = 200
_MAX_TEXT = 4 * 1024 * 1024
_MAX_VALUES = 1_000
_CHUNK = 256 * 1024
"""A form that is longer is read with pauses, in which others have their turn."""
_UNESCAPED = 16 * 1024
"""So many bytes are unescaped at once."""
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """A part that is a file: its name without folders, its content type if it said one, its bytes."""

    name: str
    content_type: str | None
    content: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The parts of a body by name, in the order in which they came. Empty text counts as absent."""

    parts: dict[str, list[str | File]]

    def text(self, name: str) -> str | None:
        """The last text under a name. A text that came as a file is still its text."""
        values = self.texts(name)
        return values[-1] if values else None

    def texts(self, name: str) -> list[str]:
        found = []
        for part in self.parts.get(name, ()):
            text = part if isinstance(part, str) else _decoded(part.content, name)
            if text:
                found.append(text)
        return found

    def files(self, name: str) -> list[File]:
        """The files under a name; Invalid where something else was sent (production/agent.md 1.2)."""
        found = []
        for part in self.parts.get(name, ()):
            if part == "":
                continue
            if isinstance(part, str) or (not part.name and part.content_type is None):
                raise NotAFile(name, f"the part '{name}' has neither a file name nor a content type")
            found.append(part)
        return found


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Invalid(f"the part '{name}' is not UTF-8 text") from None


def _bare(name: str | None) -> str:
    """A file name as the message shows it: without folders; the BDK percent-escapes it (production/agent.md 1.3)."""
    return unquote((name or "").replace("\\", "/").rpartition("/")[2], errors="replace").rpartition("/")[2]


def is_read_with_pauses(body: bytes) -> bool:
    """Whether other calls are answered while a form is read."""
    return len(body) > _CHUNK


async def read_form(content_type: str, body: bytes) -> Form:
    """The form in a body; Invalid when it cannot be read."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(content_type, body)
    if kind == "application/json":
        return _json(body)
    return await _encoded(body)


def _must_be_short(body: bytes) -> None:
    """Invalid for a form without files that is longer than any text of a form: before any work is done on it."""
    if len(body) > _MAX_TEXT:
        raise Invalid(f"a form without files has at most {_MAX_TEXT} bytes")


async def _encoded(body: bytes) -> Form:
    _must_be_short(body)
    if body.count(b"&") >= _MAX_PARTS:
        raise Invalid(f"the form has more than {_MAX_PARTS} fields")
    parts: dict[str, list[str | File]] = {}
    for piece in body.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            parts.setdefault(await _unescaped(name), []).append(await _unescaped(value))
    return Form(parts)


async def _unescaped(text: bytes) -> str:
    """A name or value of a url-encoded form. In pieces: unquoting takes many times the room of what it is given."""
    found, at = [], 0
    while at < len(text):
        if at and at // _CHUNK != (at - _UNESCAPED) // _CHUNK:
            await sleep(0)  # others have their turn
        end = at + _UNESCAPED
        cut = text.rfind(b"%", max(at, end - 2), end)
        end = cut if cut > at and end < len(text) else end
        found.append(unquote_to_bytes(text[at:end].replace(b"+", b" ")))
        at = end
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"the form cannot be read: {error}") from None
    return b"".join(found).decode("utf-8", "replace")


def _json(body: bytes) -> Form:
    from emulator.api.parse import document

    _must_be_short(body)
    bare = _STRING.sub(b"", body)
    if sum(bare.count(mark) for mark in (b",", b"[", b"{")) > _MAX_VALUES:
        raise Invalid(f"the form has more than {_MAX_VALUES} values")
    fields = document(body)
    if not isinstance(fields, dict):
        raise Invalid("the body is not a JSON object")
    parts: dict[str, list[str | File]] = {}
    for name, value in fields.items():
        if value is None:
            continue
        values = value if isinstance(value, list) else [value]
        texts = [str(each) if not isinstance(each, bool) else str(each).lower() for each in values]
        parts[name] = [*texts]
    return Form(parts)


async def _multipart(content_type: str, body: bytes) -> Form:
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    async def whole() -> AsyncIterator[bytes]:
        for at in range(0, len(body), _CHUNK):
            if at:
                await sleep(0)  # others have their turn
            yield body[at : at + _CHUNK]

    parser = MultiPartParser(
        Headers({"content-type": content_type}),
        whole(),  # type: ignore[arg-type]
        max_files=_MAX_PARTS,
        max_fields=_MAX_PARTS,
        max_part_size=_MAX_TEXT,
    )
    parser.spool_max_size = len(body) + 1  # nothing that a caller sends is written to a disk
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Invalid(f"the multipart body cannot be read: {error}") from None
    parts: dict[str, list[str | File]] = {}
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            sent = value.headers.get("content-type")
            parts.setdefault(name, []).append(File(_bare(value.filename), sent, await value.read()))
        else:
            parts.setdefault(name, []).append(value)
    return Form(parts)
