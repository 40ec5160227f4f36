"""What message searches send."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationError

from emulator.api.requests.params import Number, Skip, Wire
from emulator.world.errors import Invalid


class SearchQuery(Wire):
    text: Annotated[str, Field(max_length=10_000)] | None = None
    streamId: str | None = None
    streamType: str | None = None
    author: Number | None = None
    hashtag: str | None = None
    cashtag: str | None = None
    mention: Number | None = None
    signal: str | None = None
    fromDate: Number | None = None
    toDate: Number | None = None


class SemanticQuery(Wire):
    """`threadId` is what the specification and the BDKs say, `streamId` what the page says."""

    text: Annotated[str, Field(max_length=10_000)] | None = None
    threadId: str | None = None
    streamId: str | None = None


class SemanticPage(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 25


class Page(Wire):
    skip: Skip = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    sortDir: str = "DESC"
    scope: str | None = None
    tier: str = "hot"


class GetPage(Page):
    query: str

    def asked(self) -> SearchQuery:
        """What the query of the address asks for; Invalid where it is not one."""
        return parsed(self.query)


_AND = re.compile(r"(?<!\s)\s++AND\s++", re.IGNORECASE)


def parsed(query: str) -> SearchQuery:
    """The query of the GET form: `field:value AND field:value`; Invalid where it is not one."""
    names = {name.lower(): name for name in SearchQuery.model_fields}
    fields: dict[str, str] = {}
    for piece in _AND.split(query.strip()):
        name, colon, value = piece.partition(":")
        field = names.get(name.strip().lower())
        if not colon or field is None:
            raise Invalid(f"'{piece[:80]}' is not one of the arguments of a search with its value")
        if field in fields:
            raise Invalid(f"'{field}' is given twice")
        fields[field] = value.strip()
    try:
        return SearchQuery.model_validate(fields)
    except ValidationError as error:
        if error.errors()[0]["type"] == "string_too_long":
            raise Invalid(f"'{error.errors()[0]['loc'][0]}' is too long") from None
        raise Invalid("author, mention, fromDate and toDate are numbers") from None
