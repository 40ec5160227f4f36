"""What a template is made of once it is parsed, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class SyntaxFault(Exception):
    """The template is not one. `at` is the offset of the place; the text says what was met there."""

    def __init__(self, at: int, text: str) -> None:
        super().__init__(text)
        self.at = at


class Fault(Exception):
    """Running the template failed at offset `at`; None is filled in with that of the directive being run."""

    def __init__(self, at: int | None) -> None:
        super().__init__()
        self._at = at

    @property
    def at(self) -> int:
        return self._at or 0

    def within(self, at: int) -> Fault:
        """This fault, at `at` unless it has its own place."""
        return self if self._at is not None else Fault(at)


@dataclass(slots=True, frozen=True)
class Expression:
    """An operation on its parts: expressions, names, literals. `at` is where its text begins."""

    kind: str
    at: int
    parts: tuple[Any, ...] = ()


@dataclass(slots=True)
class Block:
    """A directive with what stands in it; also an interpolation or a text, which have nothing in them."""

    kind: str
    at: int
    parts: tuple[Any, ...] = ()
    children: list[Block] = field(default_factory=list)
    end: int = 0
    """Where it ends, its closing tag included."""
    holds_items: bool = False
    """Of a list: whether there is an <#items> that belongs to it."""


@dataclass(slots=True, frozen=True)
class Macro:
    """A macro or a function."""

    name: str
    parameters: tuple[tuple[str, Expression | None], ...]
    rest: str | None
    body: list[Block]
    function: bool
    at: int = 0
