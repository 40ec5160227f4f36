"""The console's page, modules and stylesheets, as they lie beside this module, under a strict content policy."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

PREFIX = "/console/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STATIC = Path(__file__).parent / "static"
_KINDS = {
    ".html": b"text/html; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript",
    ".svg": b"image/svg+xml",
}


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[bytes, bytes]]:
    """Content and type by address: what is not here is not served."""
    found = {path.name: (path.read_bytes(), _KINDS[path.suffix]) for path in _STATIC.iterdir() if path.suffix in _KINDS}
    page = found.pop("index.html")
    return {"/": page, **{PREFIX + name: file for name, file in found.items()}}


async def serve_page(path: str, prefix: str, scope: Any, send: Any) -> None:
    """Answer a file of the console, or 404."""
    if path == "":
        query = scope["query_string"]
        location = (prefix.rpartition("/")[2] + "/").encode() + (b"?" + query if query else b"")
        await _answer(send, 307, b"", [(b"location", location)])
        return
    file = _files().get(path)
    if file is None:
        await _answer(send, 404, b"", [])
        return
    content, kind = file
    headers = [
        (b"content-type", kind),
        (b"cache-control", b"no-cache"),
        (b"content-security-policy", POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    await _answer(send, 200, content, headers)


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
