"""Lists of names, written as one string."""

from __future__ import annotations


def names(text: str) -> tuple[str, ...]:
    """The names in it."""
    return tuple(text.split())
