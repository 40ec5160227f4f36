"""What a template is made of once it is parsed, and what can be wrong with it."""

from __future__ import annotations

import re
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


_HUMP = re.compile("[a-z0-9][A-Z]")


class Course:
    """What is known of a template while it is read: its way of naming, and the loops around the place."""

    __slots__ = ("_way", "loops", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.loops: list[tuple[str, tuple[str, ...]]] = []
        """The directives that are open, by name, with the variables of those that are loops, inmost last."""
        self._way: tuple[bool, int, str] | None = None

    def named(self, at: int, name: str, token: str | None = None) -> None:
        """Note a name of the language that is told apart from those of the other way of naming: `example_name`, of
        directives `examplename`, or `exampleName`. Raises SyntaxFault where a template mixes the two."""
        camel = _HUMP.search(name) is not None
        if not camel and "_" not in name and token is None:
            return
        token = token or name
        if self._way is None:
            self._way = (camel, at, token)
        elif self._way[0] != camel:
            before, where, by = self._way
            line = self.source.count("\n", 0, where) + 1
            column = where - self.source.rfind("\n", 0, where)
            way = (
                "camel case naming convention (like: exampleName) "
                if before
                else "legacy naming convention (directive (tag) names are like examplename, everything else is like "
                "example_name) "
            )
            raise SyntaxFault(
                at,
                "Naming convention mismatch. Identifiers that are part of the template language (not the user specified"
                " ones) must consistently use the same naming convention within the same template. This template uses "
                f'{way}estabilished by auto-detection at line {line}, column {column} by token "{by}",'
                f' but the problematic token, "{token}", uses a different convention.',
            )

    def is_loop_variable(self, name: str) -> bool:
        """Whether a loop around the place, in the same macro, has a variable of this name."""
        for kind, variables in reversed(self.loops):
            if kind in ("macro", "function"):
                return False
            if name in variables:
                return True
        return False

    def opened(self, kind: str, variables: tuple[str, ...] = ()) -> None:
        self.loops.append((kind, variables))

    def closed(self, kind: str) -> None:
        """Leave what is open down to the last directive of this name."""
        if any(each == kind for each, _ in self.loops):
            while self.loops.pop()[0] != kind:
                pass

    def otherwise(self) -> None:
        """An <#else>: that of a list knows no variable of it."""
        if self.loops and self.loops[-1][0] == "list":
            self.loops[-1] = ("list", ())


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
