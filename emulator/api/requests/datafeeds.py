"""What datafeed calls send."""

from __future__ import annotations

from emulator.api.requests.params import Wire


class ListFeeds(Wire):
    tag: str | None = None


class CreateFeed(Wire):
    tag: str | None = None
    includeInvisible: bool | None = None


class ReadFeed(Wire):
    ackId: str | None = None
    updatePresence: bool | None = None
