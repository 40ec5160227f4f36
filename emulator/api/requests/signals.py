"""What signal calls send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Flag, Number, Skip, Wire

MOST_USERS = 1_000

Users = Annotated[list[Number], Field(max_length=MOST_USERS)]


class BaseSignal(Wire):
    name: Annotated[str, Field(max_length=1024)] | None = None
    query: str | None = None
    visibleOnProfile: bool | None = None
    companyWide: bool | None = None


class ListPage(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1)] = 50


class SubscribersPage(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1)] = 100


class Pushed(Wire):
    pushed: Flag = False
