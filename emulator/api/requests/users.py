"""What user look-ups and searches send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emulator.api.requests.params import MOST_VALUES, Flag, Listed, Number, Skip, Wire
from emulator.world.users import NORMAL, SYSTEM, Search

AccountType = Literal["NORMAL", "SYSTEM", "SDL"]


class ByEmail(Wire):
    email: str
    local: Flag = False


class ByOne(Wire):
    uid: Number | None = None
    email: str | None = None
    username: str | None = None
    local: Flag = False


class ByMany(Wire):
    uid: Listed | None = None
    email: Listed | None = None
    username: Listed | None = None
    local: Flag = False
    active: Flag | None = None


class UserSearchFilter(Wire):
    title: str | None = None
    company: str | None = None
    location: str | None = None
    marketCoverage: str | None = None
    responsibility: str | None = None
    function: str | None = None
    instrument: str | None = None
    accountTypes: Annotated[list[AccountType], Field(max_length=MOST_VALUES)] | None = None

    def search(self, query: str | None) -> Search:
        """What is searched for, in the world's words."""
        return Search(
            query=query,
            title=self.title,
            company=self.company,
            location=self.location,
            market_coverage=self.marketCoverage,
            responsibility=self.responsibility,
            function=self.function,
            instrument=self.instrument,
            account_types=tuple(self.accountTypes or (NORMAL, SYSTEM)),
        )


class UserSearchQuery(Wire):
    query: str | None = None
    filters: UserSearchFilter | None = None


class SearchPage(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    local: Flag = False
