"""Whether what a world file holds has names and types that we know, and what to say where it has not."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

from emulator.seeding.kinds import near, no_such
from emulator.seeding.parts import WorldFile
from emulator.seeding.source import MOST_MISTAKES, WorldFileError

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

    from emulator.seeding.source import Place, Source

_NEEDED = {
    "string_type": "a text is needed",
    "bool_type": "true or false is needed",
    "bool_parsing": "true or false is needed",
    "int_type": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "list_type": "a list is needed",
    "tuple_type": "a list is needed",
    "dict_type": "keys with values are needed",
}


@cache
def adapter(root: Any = WorldFile) -> TypeAdapter[Any]:
    """What checks a world file, or another file of such parts, and tells its JSON Schema."""
    from pydantic import ConfigDict, TypeAdapter, with_config

    for part in parts(root):
        with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))(part)
    return TypeAdapter(root)


def checked(source: Source, root: Any = WorldFile) -> Any:
    """What a file holds; WorldFileError unless everything in it has a name and a type that we know."""
    from pydantic import ValidationError

    try:
        return adapter(root).validate_python(source.file)
    except ValidationError as error:
        found: dict[Place, dict[str, None]] = {}
        for each in sorted(error.errors(include_url=False), key=lambda each: each["type"] == "missing"):
            place = _in_file(each, source.file)
            if place not in found and len(found) == MOST_MISTAKES:
                break
            found.setdefault(place, {})[_sentence(each, place, root)] = None
    above = {place[:depth] for place in found for depth in range(len(place))}  # other types were meant there
    raise WorldFileError(
        source.name,
        [source.said(", or ".join(said), *place) for place, said in found.items() if place not in above],
    )


def _in_file(error: ErrorDetails, content: Any) -> Place:
    """Where a mistake is, without the steps that tell which of several types was tried."""
    place: list[str | int] = []
    at = content
    last = len(error["loc"]) - 1
    for number, step in enumerate(error["loc"]):
        known = step in at if isinstance(at, dict) else isinstance(at, list) and step in range(len(at))
        if known:
            at = at[step]
        elif number < last or error["type"] != "missing":
            continue
        place.append(step)
    return tuple(place)


def _sentence(error: ErrorDetails, place: Place, root: Any) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return no_such(place[-1], "key here", _keys_at(place[:-1], root))
    if kind == "missing":
        return "it is missing" if isinstance(place[-1], str) else "one more is needed"
    if kind == "literal_error":
        expected = [each for kind in kinds_at(place, root) if get_origin(kind) is Literal for each in get_args(kind)]
        return f"'{str(error['input'])[:100]}' is none of {', '.join(expected)}{near(error['input'], expected)}"
    if kind == "value_error":
        return error["msg"].removeprefix("Value error, ")
    return _NEEDED.get(kind) or error["msg"]


# --- the types, walked ---


def bare(kind: Any) -> Iterator[Any]:
    """The types that a hint stands for, without what is said about them."""
    origin = get_origin(kind)
    if origin in (Annotated, Required, NotRequired):
        yield from bare(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(kind):
            yield from bare(each)
    else:
        yield kind


@cache
def hints(part: Any) -> dict[str, Any]:
    """The keys of a part with their types and what is said about them."""
    return get_type_hints(part, include_extras=True)


def hints_at(hint: Any) -> tuple[Any, ...]:
    """What is said about a hint, within what says whether it is needed."""
    while get_origin(hint) in (Required, NotRequired):
        hint = get_args(hint)[0]
    return getattr(hint, "__metadata__", ())


def inside_hint(hint: Any, step: str | int) -> Any:
    """The hint of what a step leads to; None where it leads nowhere that is known."""
    for kind in bare(hint):
        if is_typeddict(kind) and step in hints(kind):
            return hints(kind)[str(step)]
        if get_origin(kind) in (list, dict):
            return get_args(kind)[-1]
    return None


def inside(kind: Any, step: str | int) -> Iterator[Any]:
    if is_typeddict(kind):
        if step in hints(kind):
            yield from bare(hints(kind)[str(step)])
    elif get_args(kind) and get_origin(kind) in (list, tuple, dict):
        yield from bare(get_args(kind)[-1])


def kinds_at(place: Iterable[str | int], root: Any = WorldFile) -> list[Any]:
    """The types that a value at this place of a world file may have."""
    kinds: list[Any] = [root]
    for step in place:
        kinds = [inner for kind in kinds for inner in inside(kind, step)]
    return kinds


def _keys_at(place: Place, root: Any) -> list[str]:
    return [key for kind in kinds_at(place, root) if is_typeddict(kind) for key in hints(kind)]


@cache
def parts(root: Any = WorldFile) -> tuple[Any, ...]:
    """The typed dictionaries of which a world file consists, the file itself first."""
    found: dict[Any, None] = {}

    def walk(kind: Any) -> None:
        for each in bare(kind):
            if is_typeddict(each) and each not in found:
                found[each] = None
                for hint in hints(each).values():
                    walk(hint)
            else:
                for inner in get_args(each):
                    walk(inner)

    walk(root)
    return tuple(found)
