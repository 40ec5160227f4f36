"""The types that query parameters and bodies are made of. Strict on content, lenient on how clients write it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from emulator.api.call import MAX_LONG

MOST_TEXT = 16_384
"""So many characters a text has at most that has no bound of its own."""
MOST_VALUES = 1_000
"""So many values a list has at most that has no bound of its own."""


class Wire(BaseModel):
    """A body or query as clients send it: unknown fields pass, explicit nulls are as good as absent."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, defer_build=True, str_max_length=MOST_TEXT)

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_absent(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given


def _no_boolean(value: Any) -> Any:
    # JSON's true is no number for the real service, though Python counts it as 1.
    if isinstance(value, bool):
        raise ValueError("a number is needed, not a boolean")  # noqa: TRY004 - pydantic wants a ValueError
    return value


def _split(value: Any) -> Any:
    return [piece.strip() for piece in value.split(",") if piece.strip()] if isinstance(value, str) else value


Number = Annotated[int, BeforeValidator(_no_boolean), Field(ge=0, le=MAX_LONG)]
"""An id or a time: a JSON number, or its digits in a string."""

Skip = Annotated[int, Field(ge=0, le=MAX_LONG)]
Flag = bool
"""Also `True` and `False`, as Python clients write booleans into queries."""

Listed = Annotated[
    list[Annotated[str, Field(max_length=MOST_TEXT)]], Field(max_length=MOST_VALUES), BeforeValidator(_split)
]
"""Comma-separated values."""

Numbers = Annotated[list[Number], Field(max_length=MOST_VALUES), BeforeValidator(_split)]


class NoFields(Wire):
    """A query or body that is taken and not looked at."""
