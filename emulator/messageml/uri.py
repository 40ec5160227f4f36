"""Which URIs Java's `java.net.URI` takes. production/messageml.md 6.1, `a`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_UNRESERVED = r"0-9A-Za-z_\-!.~'()*"
_ESCAPED = "%[0-9A-Fa-f]{2}"


@cache
def _pattern() -> re.Pattern[str]:
    uric = rf"(?:[{_UNRESERVED};/?:@&=+$,\[\]]|{_ESCAPED})"
    path = rf"(?:[{_UNRESERVED}:@&=+$,;/]|{_ESCAPED})*"
    registry = rf"(?:[{_UNRESERVED}$,;:@&=+]|{_ESCAPED})+"
    ipv6 = rf"(?:(?:[{_UNRESERVED};:&=+$,]|{_ESCAPED})*@)?\[(?P<a>[0-9A-Fa-f:.]+)(?:%[0-9A-Za-z_.]+)?\](?::[0-9]*)?"
    tail = rf"(?:\?{uric}*)?(?:\#{uric}*)?"
    # An authority may be missing before a path, a query or a fragment, but `https://` alone is refused.
    hierarchical = rf"(?://(?:{ipv6}|{registry})(?:/{path})?|//(?=[/?\#]){path}|/(?!/){path}){tail}"
    opaque = rf"(?!/){uric}+(?:\#{uric}*)?"
    relative = rf"(?!//\Z)(?![^/?\#]*:){path}{tail}"
    bare = hierarchical.replace("?P<a>", "?P<b>")
    return re.compile(rf"(?:([A-Za-z][A-Za-z0-9+\-.]*):(?:{hierarchical}|{opaque})|{bare}|{relative})")


def _as_letter(character: str) -> str:
    """A letter for what is legal wherever an escaped octet is: other alphabets, but no spaces or controls."""
    if character.isascii() or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp", "Zs"):
        return character
    return "x"


def _is_ipv6(host: str) -> bool:
    from ipaddress import IPv6Address  # few links need it

    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def uri_scheme(text: str) -> str | None:
    """The scheme of a URI, or "" when it is relative; None when it is no legal URI."""
    plain = text if text.isascii() else "".join(map(_as_letter, text))
    found = _pattern().fullmatch(plain)
    if found is None:
        return None
    host = found["a"] or found["b"]
    if host and not _is_ipv6(host):
        return None
    scheme = text[: found.end(1)] if found[1] else ""
    return scheme if scheme.isascii() else None
