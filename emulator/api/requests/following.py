"""What following calls send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Number, Wire

MOST_FOLLOWERS = 1_000


class Followers(Wire):
    followers: Annotated[list[Number], Field(min_length=1, max_length=MOST_FOLLOWERS)]


class FollowPage(Wire):
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    before: Annotated[int, Field(ge=0)] | None = None
    after: Annotated[int, Field(ge=0)] | None = None
