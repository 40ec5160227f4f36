"""What stream calls send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emulator.api.call import MAX_LONG
from emulator.api.requests.params import MOST_VALUES, Number, Skip, Wire


class TypeFilter(Wire):
    type: Literal["IM", "MIM", "ROOM", "POST"]


class StreamFilter(Wire):
    streamTypes: Annotated[list[TypeFilter], Field(max_length=MOST_VALUES)] | None = None
    includeInactiveStreams: bool | None = None


class FilesPage(Wire):
    since: Number | None = None
    to: Number | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    sortDir: str = "ASC"


class Page(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=0, le=MAX_LONG)] = 50
