"""What IM calls send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Number, Wire

MOST_PARTICIPANTS = 300

Participants = Annotated[list[Number], Field(min_length=1, max_length=MOST_PARTICIPANTS)]


class ImUpdate(Wire):
    pinnedMessageId: str
