"""Pictures of users who uploaded none: their initials on a hue of their name, as SVG.

The address holds all that is drawn, so that whoever has it learns nothing from asking for it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote
from zlib import crc32

if TYPE_CHECKING:
    from emulator.world.users import User

PREFIX = "/avatars/initials/"
SIZES = (("original", 150), ("small", 50))
_ADDRESS = re.compile(r"/avatars/initials/(150|50)/([^/]{1,40})-(\d{1,3})\.svg")


def addresses(user: User) -> list[tuple[str, str]]:
    """The address of a user's initials by size."""
    words = user.display_name.split() or [user.username]
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()[:2]
    hue = crc32(user.display_name.encode("utf-8", "replace")) % 360
    return [
        (size, f"..{PREFIX}{pixels}/{quote(letters.encode('utf-8', 'replace'), safe='')}-{hue}.svg")
        for size, pixels in SIZES
    ]


def drawn(path: str) -> bytes | None:
    """The picture at an address, as SVG; None where the address has none."""
    match = _ADDRESS.fullmatch(path)
    if match is None:
        return None
    size, letters, hue = int(match[1]), unquote(match[2])[:2], int(match[3]) % 360
    text = escape("".join(letter for letter in letters if letter.isprintable()))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" fill="hsl({hue} 45% 40%)"/>'
        '<text x="50" y="52" fill="#fff" font-family="sans-serif" font-size="42" text-anchor="middle"'
        f' dominant-baseline="central">{text}</text></svg>'
    )
    return svg.encode("utf-8", "replace")


async def serve_picture(path: str, send: Any) -> None:
    """Answers a picture, or 404."""
    found = drawn(path)
    headers = [
        (b"content-type", b"image/svg+xml"),
        (b"content-length", str(len(found or b"")).encode()),
        (b"cache-control", b"max-age=86400"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
    await send({"type": "http.response.body", "body": found or b""})
