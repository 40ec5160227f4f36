"""Parses queries and bodies with the models that the table names. Imported when the first call brings one."""

from __future__ import annotations

from functools import lru_cache
from pkgutil import resolve_name
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError

from emulator.world.errors import Invalid

_MOST_FIELDS = 200
MOST_VALUES = 20_000
"""A JSON body has at most so many commas and brackets."""


@lru_cache(maxsize=256)
def adapter(shape: str) -> TypeAdapter[Any]:
    """The parser of a model by the name that the table has for it: `module:Model` among the requests."""
    return TypeAdapter(resolve_name(f"emulator.api.requests.{shape}"))


def query(shape: str, query_string: bytes, *, cut: bool = False) -> Any:
    """The query as a model; Invalid says what does not fit. With `cut` a limit above the maximum is the maximum."""
    try:
        pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=False, max_num_fields=_MOST_FIELDS)
        # Old clients write Python's None for what they leave open (production/agent_signals_events.md 2.2); as a tag it
        # is a word (3.1).
        given = {name: value for name, value in pairs if value != "None" or name == "tag"}
        return adapter(shape).validate_python(given)
    except ValidationError as error:
        (first, *more) = error.errors(include_url=False)
        if cut and not more and (first["type"], first["loc"]) == ("less_than_equal", ("limit",)):
            return adapter(shape).validate_python({**given, "limit": first["ctx"]["le"]})
        raise Invalid(f"query parameter {explained(error)}") from None
    except ValueError as error:
        raise Invalid(f"the query cannot be read: {error}") from None


def values_in(content: bytes) -> int:
    """At most so many values are in a piece of JSON. Each costs many times its own byte when it is read."""
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def must_be_few(values: int) -> None:
    """Invalid where a JSON body has more values than any has that is meant."""
    if values > MOST_VALUES:
        raise Invalid(f"the body has more than {MOST_VALUES} values")


def body(shape: str, content: bytes) -> Any:
    """The body as a model; Invalid says what does not fit."""
    must_be_few(values_in(content))
    try:
        return adapter(shape).validate_json(content)
    except ValidationError as error:
        raise Invalid(f"the body does not fit: {explained(error)}") from None


_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def document(content: bytes) -> Any:
    """Any JSON as it is; Invalid where it is none."""
    try:
        return _ANYTHING.validate_json(content)
    except ValidationError as error:
        raise Invalid(f"the body is not JSON: {explained(error)}") from None


def explained(error: ValidationError) -> str:
    """The first of pydantic's complaints: where, and what."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"'{place}': {first['msg']}" if place else str(first["msg"])
