"""Which key of a world file is which field of a record: read off the types of both, for reading and for writing.

A key is the field of its own name (`jobFunction` is `job_function`), a time the field that ends in `_at`. What is not
as simple as that is no field here: whoever reads or writes the part says how.
"""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from typing import Any, Literal, get_args, get_origin

from emulator.seeding.check import bare, hints
from emulator.seeding.kinds import MOMENT, WHO

_OTHERWISE_CALLED = {
    "multiLateralRoom": "multilateral",
    "visibleOnProfile": "visible",
    "afterMs": "after",
    "since": "at",
}
_SCALARS = (str, int, bool)


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field of a record that a key stands for. `many` is how its values are held together, None where it is one."""

    name: str
    kind: Literal["plain", "moment", "who"]
    many: type | None
    default: Any


@cache
def fields(part: Any, record: Any) -> dict[str, Field]:
    """The keys of a part that are fields of a record, in the order of the part."""
    known = {field.name: field for field in dataclasses.fields(record)}
    found = {}
    for key, hint in hints(part).items():
        name = _OTHERWISE_CALLED.get(key) or re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", key)
        described = _described(hint)
        if described is None:
            continue
        kind, several = described
        if kind == "moment" and name not in known:
            name += "_at"
        if name not in known:
            continue
        field = known[name]
        many = (frozenset if str(field.type).startswith("frozenset") else tuple) if several else None
        found[key] = Field(name, kind, many, field.default)
    return found


def _described(hint: Any) -> tuple[Literal["plain", "moment", "who"], bool] | None:
    """What a key holds, and whether several of it; None where it is more than a value or a list of them."""
    kinds = list(bare(hint))
    several = len(kinds) == 1 and get_origin(kinds[0]) is list
    if several:
        hint = get_args(kinds[0])[0]
        kinds = list(bare(hint))
    if not all(kind in _SCALARS or get_origin(kind) is Literal for kind in kinds):
        return None
    return ("moment" if _says(hint, MOMENT) else "who" if _says(hint, WHO) else "plain"), several


def _says(hint: Any, marker: object) -> bool:
    """Whether a marker stands anywhere in a hint."""
    said = getattr(hint, "__metadata__", ())
    return any(each is marker for each in said) or any(
        _says(inner, marker) for inner in get_args(hint) if inner is not None
    )
