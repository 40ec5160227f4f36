"""Regular expressions of templates: those that no text can make slow. Others fail when the template runs."""

from __future__ import annotations

import re
from functools import lru_cache

from emulator.messageml.templates.syntax import Fault

MAX_SEARCHED = 5_000
"""Characters of a text that is searched: with one repetition in the pattern the work is its square at most."""
_MAX_PATTERN = 200
_LITERAL = re.compile(r"(?:[^\\^$.|?*+()\[{\]}]|\])*")
_ATOM = r"\\[dDwWsStnr.\\+*?()\[\]{}|^$/-]|\[\^?(?:\\[dDwWsS\\\]-]|[^\]\[\\&])+\]|[^\\()|*+?{}\[]"
_PIECE = re.compile(f"(?:{_ATOM})([*+?]?)")


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: int) -> re.Pattern[str] | None:
    if len(pattern) > _MAX_PATTERN:
        return None
    at = repeated = 0
    while at < len(pattern):
        found = _PIECE.match(pattern, at)
        if not found:
            return None
        repeated += bool(found[1])
        at = found.end()
    return re.compile(pattern, flags | re.ASCII) if repeated <= 1 else None


def compiled(pattern: str, text: str, flags: str = "") -> re.Pattern[str]:
    """The pattern, for use on this text. Raises Fault for one that might take long."""
    if len(text) > MAX_SEARCHED:
        raise Fault(None)
    options = re.IGNORECASE * ("i" in flags) | re.MULTILINE * ("m" in flags) | re.DOTALL * ("s" in flags)
    found = _compiled(pattern, int(options))
    if found is None:
        raise Fault(None)
    return found


def is_literal(pattern: str) -> bool:
    """Whether the pattern stands for itself."""
    return _LITERAL.fullmatch(pattern) is not None
