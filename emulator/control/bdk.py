"""A configuration for the Symphony BDK, for Python and for Java."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Key:
    """A private key by `path`, or as `content`: the PEM itself for Python, the same in Base64 for Java."""

    path: str = ""
    content: str = ""


def bdk_config(
    url: str,
    app: tuple[str, Key] | None,
    bot: tuple[str, Key] | None,
    authority: tuple[str, str | None] | None = None,
) -> str:
    """The configuration in YAML of an app (its id) and a bot (its username) at an address. `authority` is the path of
    the certificate by which https is checked, or of a store with it and the password of that."""
    at = urlsplit(url)
    lines = [f"scheme: {at.scheme}", f"host: {at.hostname}", f"port: {at.port or _PORTS[at.scheme]}"]
    if at.path.strip("/"):
        lines.append(f"context: {at.path.strip('/')}")
    if app is not None:
        lines += ["app:", f"  appId: {_quoted(app[0])}", *_key(app[1])]
    if bot is not None:
        lines += ["bot:", f"  username: {_quoted(bot[0])}", *_key(bot[1])]
    if authority is not None:
        path, password = authority
        lines += ["ssl:", "  trustStore:", f"    path: {_quoted(path)}"]
        if password is not None:
            lines.append(f"    password: {_quoted(password)}")
    return "\n".join(lines) + "\n"


def _key(key: Key) -> list[str]:
    said = f"path: {_quoted(key.path)}" if key.path else f"content: {_quoted(key.content)}"
    return ["  privateKey:", f"    {said}"]


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
