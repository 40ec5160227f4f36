"""Who may use the control plane: it can do everything, so a page of another origin must not reach it."""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from emulator.world.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_AUTHORITY = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?\.?))(?::(\d{1,5}))?"
)
_PORTS = {"http": 80, "https": 443}
_PATH = re.compile(r"[\w.~/-]{0,200}", re.ASCII)
_SAME = ("none", "same-origin")


class Authority(NamedTuple):
    """A host as clients name it, in lower case, and its port."""

    host: str
    port: int


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own: one of the loopback range, or the name localhost. No other name is,
    whatever it begins with: where names point is not ours to say."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _authority(text: str, scheme: str, what: str) -> Authority:
    """A host and a port, strictly; Invalid for anything else."""
    found = _AUTHORITY.fullmatch(text) if len(text) <= 300 else None
    port = int(found[3]) if found is not None and found[3] else _PORTS.get(scheme, 0)
    if found is None or port > 65_535:
        raise Invalid(f"{what} '{text[:100]}' is no host with a port")
    if found[1]:
        try:
            return Authority(str(ip_address(found[1])), port)
        except ValueError:
            raise Invalid(f"{what} '{text[:100]}' is no address") from None
    return Authority(found[2].lower(), port)


def _only(headers: Headers, name: str) -> str | None:
    """A header that comes once or not at all; Invalid else."""
    values = headers.getlist(name)
    if len(values) > 1:
        raise Invalid(f"there are {len(values)} headers '{name}'")
    return values[0] if values else None


def check(headers: Headers, scheme: str, token: str | None, advertised: str | None = None) -> None:
    """Forbidden when a request may not use the control plane, Invalid when its Host or Origin is malformed.

    Without a token the emulator serves on loopback: then it is open to clients that send no Origin and to pages of its
    own origin, as long as they call it by a name of this machine (a page elsewhere can point its own name here), or by
    that of the address that is `advertised`, whose pages are its own too. With a token, which `serve` prints on any
    other address, the token decides.
    """
    if token is not None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
            return
        raise Forbidden(
            "on this address the control plane needs the token that 'serve' printed, as 'Authorization: Bearer'"
        )
    host = _authority(_only(headers, "host") or "", scheme, "the Host")
    own = None if advertised is None else origin_of(advertised)
    if not is_loopback(host.host) and (own is None or own[1].host != host.host):
        raise Forbidden(f"the control plane is not open to the host name '{host.host}'")
    origin = _only(headers, "origin")
    if origin is not None and _origin(origin) not in ((scheme, host), own or ()):
        raise Forbidden(f"the control plane is not open to pages of '{origin}'")
    if headers.get("sec-fetch-site", "none") not in _SAME:
        raise Forbidden("the control plane is not open to pages of other origins")


@lru_cache(maxsize=4)
def origin_of(url: str) -> tuple[str, Authority]:
    """The scheme, the host and the port of an address of ours; Invalid for what is none."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    if scheme not in _PORTS or not _PATH.fullmatch(path):
        raise Invalid(f"the address '{url[:100]}' is not http or https, a host, and if need be a port and a path")
    return scheme, _authority(authority, scheme, "the address")


def _origin(origin: str) -> tuple[str, Authority] | None:
    """The scheme and the authority of an Origin; None for the opaque one of pages that have none."""
    if origin == "null":
        return None
    scheme, there, rest = origin.partition("://")
    if not there:
        raise Invalid(f"the Origin '{origin[:100]}' is none")
    return scheme.lower(), _authority(rest, scheme.lower(), "the Origin")
