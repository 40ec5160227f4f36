"""What calls of apps send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Flag, Wire

MOST_PAGES = 1_000_000


class UsersPage(Wire):
    installed: Flag | None = None
    page: Annotated[int, Field(ge=0, le=MOST_PAGES)] = 0
    size: Annotated[int, Field(ge=1, le=1000)] = 20
