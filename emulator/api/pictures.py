"""Pictures of users at the addresses that answers name: what was uploaded, else initials on a hue of the name, as SVG.

An address holds all that is drawn, or a digest of what was uploaded, so that whoever has it learns nothing by it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote
from zlib import crc32

from emulator.world.portraits import PREFIX

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

SIZES = (("original", 150), ("small", 50))
_INITIALS = re.compile(r"/avatars/initials/(150|50)/([^/]{1,40})-(\d{1,3})\.svg")
_UPLOADED = re.compile(r"/avatars/\d{1,9}/(?:600|150|orig|500|50)/(\d{1,19})/([0-9a-f]{64})\.png")
_DEFAULT = re.compile(r"/avatars/static/(150|50)/default\.png")
_TYPES = ((b"\x89PNG", b"image/png"), (b"\xff\xd8\xff", b"image/jpeg"), (b"GIF8", b"image/gif"))
_SVG = b"image/svg+xml"
_NOBODY = 210


def addresses(user: User) -> tuple[tuple[str, str], ...]:
    """The address of a user's initials by size."""
    return _of_initials(user.display_name, user.username)


@lru_cache(maxsize=4_096)
def _of_initials(display_name: str, username: str) -> tuple[tuple[str, str], ...]:
    words = display_name.split() or [username]
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()[:2]
    hue = crc32(display_name.encode("utf-8", "replace")) % 360
    return tuple(
        (size, f"..{PREFIX}initials/{pixels}/{quote(letters.encode('utf-8', 'replace'), safe='')}-{hue}.svg")
        for size, pixels in SIZES
    )


def found(world: World, path: str) -> tuple[bytes, bytes] | None:
    """The picture at an address with its type; None where the address has none."""
    if match := _INITIALS.fullmatch(path):
        letters = "".join(letter for letter in unquote(match[2])[:2] if letter.isprintable())
        return _drawn(int(match[1]), letters, int(match[3]) % 360), _SVG
    if match := _DEFAULT.fullmatch(path):
        return _drawn(int(match[1]), "", _NOBODY), _SVG
    if match := _UPLOADED.fullmatch(path):
        picture = world.users.pictures.get(int(match[1]))
        if picture is not None and picture.name == match[2]:
            kinds = (kind for start, kind in _TYPES if picture.content.startswith(start))
            return picture.content, next(kinds, b"application/octet-stream")
    return None


def _drawn(size: int, letters: str, hue: int) -> bytes:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" fill="hsl({hue} 45% 40%)"/>'
        '<text x="50" y="52" fill="#fff" font-family="sans-serif" font-size="42" text-anchor="middle"'
        f' dominant-baseline="central">{escape(letters)}</text></svg>'
    )
    return svg.encode("utf-8", "replace")


async def serve_picture(world: World, path: str, send: Any) -> None:
    """Answers a picture, or 404."""
    content, kind = found(world, path) or (b"", b"text/plain")
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"max-age=86400"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200 if content else 404, "headers": headers})
    await send({"type": "http.response.body", "body": content})
