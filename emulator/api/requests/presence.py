"""What presence calls send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emulator.api.requests.params import Flag, Number, Wire

MOST_USERS = 1_000

Category = Literal[
    "AVAILABLE",
    "BUSY",
    "DO_NOT_DISTURB",
    "ON_THE_PHONE",
    "BE_RIGHT_BACK",
    "IN_A_MEETING",
    "AWAY",
    "OUT_OF_OFFICE",
    "OFF_WORK",
    "OFFLINE",
]
CategoryV1 = Literal["AVAILABLE", "BUSY", "DO_NOT_DISTURB", "ON_THE_PHONE", "BE_RIGHT_BACK", "AWAY", "OFFLINE"]
Users = Annotated[list[Number], Field(min_length=1, max_length=MOST_USERS)]


class Local(Wire):
    local: Flag = False


class Soft(Wire):
    soft: Flag = False


class Status(Wire):
    category: Category


class StatusV1(Wire):
    category: CategoryV1


class AnyStatusV1(Wire):
    category: CategoryV1 | Literal["UNDEFINED"]


class UserStatus(Wire):
    category: Category
    userId: Number | None = None


class AllPage(Wire):
    lastUserId: Number | None = None
    limit: Annotated[int, Field(ge=1, le=5000)] = 1000
