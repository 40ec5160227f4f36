"""Records: what books hold."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, TypeVar, dataclass_transform

from emulator.world.clock import LATEST

T = TypeVar("T")
_TOLD = 15


@dataclass(frozen=True, slots=True)
class Such:
    """Which values of its type a field takes, said in its annotation. The parts of the world see to it that no call
    stores others; where records come from outside, as in a state that is put, this is asked."""

    fits: Callable[[Any], bool]
    what: str


def one_of(values: Collection[Any]) -> Such:
    """One of these values."""
    more = ", ..." if len(values) > _TOLD else ""
    return Such(lambda value: value in values, f"one of {', '.join(map(str, islice(values, _TOLD)))}{more}")


def within(least: int, most: int) -> Such:
    """A number from `least` to `most`."""
    return Such(lambda value: least <= value <= most, f"a number from {least} to {most}")


Time = Annotated[int, Such(lambda at: at < LATEST, "a time in ms from 1970 to 9998")]
Name = Annotated[str, Such(lambda name: bool(name.strip()), "more than blanks")]


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def record(kind: type[T]) -> type[T]:
    """A dataclass with slots whose fields are given by name and never set again.

    The type checker holds them immutable. Python's own `frozen` would do so once more at run time, for a third of the
    time that the emulator needs to start and for twice that of making a record.
    """
    return dataclass(slots=True, kw_only=True, eq=False)(kind)
