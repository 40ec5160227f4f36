"""Who may use the control plane: it can do everything, so a page of another origin must not reach it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether an address to serve on is reached from this machine only."""
    return host in _LOOPBACK or host.startswith("127.")


def _host(authority: str) -> str:
    return (urlsplit(f"//{authority}").hostname or "").lower()


def refusal(headers: Mapping[str, str], token: str | None) -> str | None:
    """Why a request may not use the control plane, or None when it may.

    Without a token the emulator serves on loopback: then it is open to clients that send no Origin and to pages of its
    own origin, as long as they call it by a name of this machine (a page elsewhere can point its own name here). With a
    token, which `serve` prints on any other address, the token decides.
    """
    if token is not None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
            return None
        return "on this address the control plane needs the token that 'serve' printed, as 'Authorization: Bearer'"
    host = headers.get("host", "")
    if not is_loopback(_host(host)):
        return f"the control plane is not open to the host name '{host}'"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return f"the control plane is not open to pages of '{origin}'"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "the control plane is not open to pages of other origins"
    return None
