"""What message calls send beside their forms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Number, Skip, Wire


class ListQuery(Wire):
    since: Number
    until: Number | None = None
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class FileQuery(Wire):
    fileId: Annotated[str, Field(min_length=1)]
    messageId: Annotated[str, Field(min_length=1)]
