"""The language of signals: `HASHTAG:rates AND (CASHTAG:ibm OR AUTHOR:1)` (production/agent_signals_events.md 2.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.world.errors import Invalid
from emulator.world.search import term

if TYPE_CHECKING:
    from emulator.world.search import Term

MAX_LENGTH = 8_192
MAX_DEPTH = 50
MAX_ALTERNATIVES = 256
MAX_WORK = 65_536
"""So many terms are put together at most, counted over all alternatives."""

Alternatives = tuple["frozenset[Term]", ...]

_KINDS = {"hashtag": "#", "cashtag": "$", "author": "by", "postedby": "by"}
_FIELD = re.compile(r"\s*+(\w++)\s*+:\s*+")
_VALUE = re.compile(r'"([^"]*)"|((?:[^()":\s]++|\s++(?!(?:AND|OR)\b))++)', re.IGNORECASE)
_OPERATOR = re.compile(r"\s*+(AND|OR)\b", re.IGNORECASE)
_BRACKETS = {"(": re.compile(r"\s*+\("), ")": re.compile(r"\s*+\)")}


def alternatives(query: str) -> Alternatives:
    """What matches: any of the sets of terms, each as a whole. Invalid says what is wrong with the query.

    A post on a wall is a message by its author, so POSTEDBY asks what AUTHOR asks.
    """
    if len(query) > MAX_LENGTH:
        raise Invalid(f"the query has {len(query)} characters, at most {MAX_LENGTH} are allowed")
    reader = _Reader(query)
    found = reader.either(0)
    if not reader.done():
        raise Invalid(f"the query cannot be read from '{reader.rest()}' on")
    if not any(kind in "#$" for each in found for kind, _ in each):
        raise Invalid("the query needs at least one HASHTAG or CASHTAG")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._work = 0

    def done(self) -> bool:
        return not self._text[self._at :].strip()

    def rest(self) -> str:
        return self._text[self._at :].strip()[:40]

    def either(self, depth: int) -> Alternatives:
        found = list(self._both(depth))
        while self._take("OR"):
            found += self._both(depth)
            _bounded(len(found))
        return tuple(dict.fromkeys(found))

    def _both(self, depth: int) -> Alternatives:
        found = self._one(depth)
        while self._take("AND"):
            other = self._one(depth)
            _bounded(len(found) * len(other))
            self._work += sum(len(one) + len(another) for one in found for another in other)
            if self._work > MAX_WORK:
                raise Invalid("the query combines too many terms")
            found = tuple(dict.fromkeys(one | another for one in found for another in other))
        return found

    def _take(self, operator: str) -> bool:
        match = _OPERATOR.match(self._text, self._at)
        if match is None or match[1].upper() != operator:
            return False
        self._at = match.end()
        return True

    def _bracket(self, bracket: str) -> bool:
        match = _BRACKETS[bracket].match(self._text, self._at)
        if match is None:
            return False
        self._at = match.end()
        return True

    def _one(self, depth: int) -> Alternatives:
        if self._bracket("("):
            if depth >= MAX_DEPTH:
                raise Invalid(f"the query has brackets more than {MAX_DEPTH} deep")
            found = self.either(depth + 1)
            if not self._bracket(")"):
                raise Invalid("a bracket in the query is not closed")
            return found
        field = _FIELD.match(self._text, self._at)
        if field is None:
            raise Invalid(f"the query needs 'field:value' at '{self.rest()}'")
        kind = _KINDS.get(field[1].lower())
        if kind is None:
            raise Invalid(f"'{field[1]}' is no field of a query, there are HASHTAG, CASHTAG, AUTHOR, POSTEDBY")
        self._at = field.end()
        value = _VALUE.match(self._text, self._at)
        text = "" if value is None else (value[1] if value[1] is not None else value[2]).strip()
        if value is None or not text or text.upper() in ("AND", "OR"):
            raise Invalid(f"'{field[1]}' has no value")
        self._at = value.end()
        if kind == "by" and not (text.isascii() and text.isdigit() and len(text) < 20):
            raise Invalid(f"'{field[1]}' needs a user id, not '{text[:40]}'")
        return (frozenset({term(kind, int(text) if kind == "by" else text)}),)


def _bounded(count: int) -> None:
    if count > MAX_ALTERNATIVES:
        raise Invalid(f"the query has more than {MAX_ALTERNATIVES} alternatives")
