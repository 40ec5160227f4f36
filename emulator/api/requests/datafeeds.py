"""What datafeed calls send."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from emulator.api.requests.params import Wire


class ListFeeds(Wire):
    tag: str | None = None


class CreateFeed(Wire):
    tag: str | None = None
    includeInvisible: bool | None = None


class ReadFeed(Wire):
    ackId: str | None = None
    updatePresence: bool = True

    @model_validator(mode="before")
    @classmethod
    def _null_is_false(cls, given: Any) -> Any:
        """The one null that is not as good as absent (production/agent_signals_events.md 3.3)."""
        null = isinstance(given, dict) and given.get("updatePresence", True) is None
        return {**given, "updatePresence": False} if null else given
