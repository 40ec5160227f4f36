"""The words that a text is found by."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def words_of(text: str) -> tuple[str, ...]:
    """The distinct words of a text, in lower case: what a message is found by, and how a query should be."""
    return tuple(dict.fromkeys(_WORD.findall(text.lower())))
