"""Regular expressions of users: read by RE2, whose time is bounded by the length of the text whatever they say."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from emulator.world.errors import Invalid

LONGEST = 1_000
_MEMORY = 1 << 18


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Any:
    """The pattern, ready to search with; Invalid where it is none, or where RE2 is not installed."""
    try:
        import re2  # type: ignore[import-untyped]  # not paid for where nobody has a pattern
    except ImportError:
        raise Invalid("regular expressions need google-re2, which is not installed here") from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        what = error.args[0] if error.args else ""
        told = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(error)
        raise Invalid(f"'{pattern[:100]}' is no pattern of RE2: {told}") from None


def groups(pattern: str, text: str) -> dict[str, str] | None:
    """What the pattern finds first in a text, by the number and by the name of its groups; None where it finds
    nothing. The whole of it is 0."""
    try:
        match = compiled(pattern).search(text)
    except UnicodeEncodeError:
        return None
    if match is None:
        return None
    found = {str(number): match.group(number) or "" for number in range(compiled(pattern).groups + 1)}
    return found | {name: value or "" for name, value in match.groupdict().items()}
