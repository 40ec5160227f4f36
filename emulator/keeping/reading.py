"""A document read row by row: a state of 60 MB takes no more room than its longest record, and others have their turn
while it is read."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterator
from typing import Any

import orjson

from emulator.world.errors import Invalid

MOST_ROWS = 1_000_000
MOST_VALUES = 200_000
"""A record has at most so many values, as the words of the longest message."""

AT_ONCE = 200
"""So many rows are read before others have their turn."""

AT_ONCE_BYTES = 1024 * 1024
_DEEPEST = 8
_OTHER = 64 * 1024
_BLANK = re.compile(rb"[ \t\r\n]*+")
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_KEY = re.compile(rb"(" + _STRING + rb")[ \t\r\n]*+:[ \t\r\n]*+", re.DOTALL)
_MARK = re.compile(rb'["\[\]{}]')


def _balanced(depth: int) -> bytes:
    """A pattern of JSON whose brackets close. Each byte is looked at once."""
    inside = rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+"
    for _ in range(depth):
        inside = rb'(?:[^"\[\]{}]++|' + _STRING + rb"|[\[{]" + inside + rb"[\]}])*+"
    return inside


_RECORD = re.compile(rb"\{" + _balanced(_DEEPEST) + rb"\}", re.DOTALL)
_VALUE = re.compile(rb"[\[{]" + _balanced(_DEEPEST) + rb"[\]}]|" + _STRING + rb"|[^,}\]\s]++", re.DOTALL)


class Document:
    """A JSON object whose lists of records are read one record at a time.

    `parts` are the names of the lists. `other` has the members that are none of them; `rows` reads a list.
    """

    def __init__(self, content: bytes | bytearray, parts: Collection[str]) -> None:
        self._content, self._parts = content, parts
        self._spans: dict[str, array[int]] = {}
        self._at = 0
        self.other: dict[str, Any] = {}

    def find(self) -> Iterator[None]:
        """Find where each record is; Invalid where the document is none. Pauses now and then."""
        content, count = self._content, 0
        at = self._after(self._blank(0), b"{", "the state of a world should be an object")
        more = content[at : at + 1] != b"}"
        while more:
            key = _KEY.match(content, at)
            if key is None:
                raise self._broken(at)
            name, at = str(self._loaded(key.start(1), key.end(1))), key.end()
            if name in self._spans or name in self.other:
                raise Invalid(f"'{name[:100]}' is there twice")
            if name in self._parts:
                spans = self._spans[name] = array("q")
                for start, end in self._records(name, at):
                    spans.extend((start, end))
                    count += 1
                    if count > MOST_ROWS:
                        raise Invalid(f"a state has at most {MOST_ROWS} records")
                    if count % AT_ONCE == 0 or end - start > AT_ONCE_BYTES:
                        yield
                at = self._after(self._at, b"]", f"{name}: a list is needed")
            else:
                found = _VALUE.match(content, at, at + _OTHER)
                if found is None:
                    raise self._broken(at)
                self.other[name], at = self._loaded(at, found.end()), self._blank(found.end())
            more = content[at : at + 1] == b","
            at = self._blank(at + 1) if more else at
        at = self._after(at, b"}", "")
        if at < len(content):
            raise self._broken(at)

    def rows(self, name: str) -> Iterator[Any]:
        """The records of a list, each as JSON has it."""
        spans = self._spans.get(name, ())
        for at in range(0, len(spans), 2):
            start, end = spans[at], spans[at + 1]
            if end - start > MOST_VALUES:
                values = sum(self._content.count(mark, start, end) for mark in (b",", b"[", b"{"))
                if values > MOST_VALUES:
                    raise Invalid(f"{name}[{at // 2}]: a record has at most {MOST_VALUES} values")
            yield self._loaded(start, end)

    def _records(self, name: str, at: int) -> Iterator[tuple[int, int]]:
        """Where the records of a list begin and end."""
        content = self._content
        self._at = self._after(at, b"[", f"{name}: a list is needed")
        number, more = 0, content[self._at : self._at + 1] != b"]"
        while more:
            at = self._at
            if content[at : at + 1] != b"{":
                raise Invalid(f"{name}[{number}]: an object is needed")
            end = self._end(at)
            yield at, end
            number += 1
            self._at = self._blank(end)
            more = content[self._at : self._at + 1] == b","
            if more:
                self._at = self._blank(self._at + 1)

    def _end(self, at: int) -> int:
        """Where the record that begins here ends. One that is long is looked through in larger steps."""
        found = _RECORD.match(self._content, at, at + AT_ONCE_BYTES)
        if found is not None:
            return found.end()
        content, depth, place = self._content, 0, at
        while True:
            mark = _MARK.search(content, place)
            if mark is None:
                raise self._broken(at)
            place = mark.end()
            if mark[0] == b'"':
                place = self._string_end(place)
            else:
                depth += 1 if mark[0] in b"[{" else -1
                if depth == 0:
                    return place
                if depth > _DEEPEST + 1:
                    raise Invalid(f"the state at byte {at}: a record lies too deep")

    def _string_end(self, at: int) -> int:
        content = self._content
        while (quote := content.find(b'"', at)) >= 0:
            text = content[at:quote]
            if (len(text) - len(text.rstrip(b"\\"))) % 2 == 0:
                return quote + 1
            at = quote + 1
        raise self._broken(at)

    def _blank(self, at: int) -> int:
        blank = _BLANK.match(self._content, at)
        return at if blank is None else blank.end()

    def _after(self, at: int, mark: bytes, missing: str) -> int:
        if self._content[at : at + 1] != mark:
            raise self._broken(at) if at >= len(self._content) or not missing else Invalid(missing)
        return self._blank(at + 1)

    def _loaded(self, start: int, end: int) -> Any:
        try:
            return orjson.loads(memoryview(self._content)[start:end])
        except orjson.JSONDecodeError as error:
            raise Invalid(f"Invalid JSON at byte {start}: {error}") from None

    def _broken(self, at: int) -> Invalid:
        return Invalid(f"Invalid JSON at byte {at}: it is cut, or too deep")
