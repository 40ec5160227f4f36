"""Why a message is refused."""

from __future__ import annotations


class InvalidMessage(ValueError):
    """The message, its data or its template is not valid. Carries the agent's text."""
