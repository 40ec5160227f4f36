"""Directives of templates: text, interpolations and what stands between tags, read into parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.messageml.expressions import Expression, Reader, SyntaxProblem

MAX_DEPTH = 50

_START = re.compile(r"<#--|</?#(?=[a-zA-Z])|</?@|\$\{|#\{")
_BLOCKS = frozenset(
    "if list items sep macro function switch noparse escape noescape attempt compress autoesc noautoesc outputformat"
    " foreach".split()
)
_IN_BLOCKS = frozenset("else elseif case default recover".split())


@dataclass(slots=True, eq=False)
class Part:
    """A piece of a template: text, an interpolation, or a directive with what it holds."""

    kind: str
    at: int
    value: Any = None
    parts: list[Part] = field(default_factory=list)
    branches: list[tuple[Any, list[Part]]] = field(default_factory=list)


class Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._tag_at = 0

    def parse(self) -> list[Part]:
        parts, ended = self._block(None)
        if ended is not None:
            raise SyntaxProblem(f"Unexpected end tag: {ended}", self._at)
        return parts

    def _block(self, inside: str | None) -> tuple[list[Part], str | None]:
        """The parts up to the end of a block, or to a directive that divides it, whose name is the second answer."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxProblem("directives are nested too deep", self._at)
        parts: list[Part] = []
        try:
            while True:
                found = _START.search(self._text, self._at)
                if found is None:
                    parts.append(Part("text", self._at, self._text[self._at :]))
                    self._at = len(self._text)
                    if inside is not None:
                        raise SyntaxProblem(f"Unclosed tag: {inside}", self._at)
                    return parts, None
                if found.start() > self._at:
                    parts.append(Part("text", self._at, self._text[self._at : found.start()]))
                self._at = found.start()
                ended = self._one(found[0], parts, inside)
                if ended is not None:
                    return parts, ended
        finally:
            self._depth -= 1

    def _one(self, opening: str, parts: list[Part], inside: str | None) -> str | None:
        start = self._at
        if opening == "<#--":
            end = self._text.find("-->", start)
            if end < 0:
                raise SyntaxProblem("Unclosed comment", start)
            self._at = end + 3
            self._strip(parts, start)
            return None
        if opening in ("${", "#{"):
            text, begin = self._up_to("}", start + 2)
            parts.append(Part("value", start, Reader(text, begin).whole()))
            return None
        text, begin = self._up_to(">", start + len(opening))
        closing = opening.startswith("</")
        if opening.endswith("@"):
            return self._macro_call(closing, text, begin, start, parts)
        name_found = re.match(r"[A-Za-z_]+", text)
        if name_found is None:
            raise SyntaxProblem(f"Unknown directive: #{text[:20]}", start)
        name = name_found[0]
        rest, begin = text[len(name) :], begin + len(name)
        empty = rest.rstrip().endswith("/") and name not in ("if", "elseif", "return")
        if empty:
            rest = rest.rstrip()[:-1]
        self._strip(parts, start)
        if closing:
            if inside is None:
                raise SyntaxProblem(f"Unexpected end tag: </#{name}>", start)
            self._tag_at = start
            return f"/{name}"
        if name in _IN_BLOCKS:
            self._pending = (rest, begin, start)
            return name
        parts.append(self._directive(name, rest, begin, start, empty))
        return None

    def _up_to(self, end: str, begin: int) -> tuple[str, int]:
        """The text of a tag or an interpolation, past strings and brackets in it."""
        at, depth = begin, 0
        while at < len(self._text):
            char = self._text[at]
            if char in "\"'":
                close = at + 1
                while close < len(self._text) and self._text[close] != char:
                    close += 2 if self._text[close] == "\\" else 1
                at = close
            elif char in "([{":
                depth += 1
            elif char == end and depth == 0:
                self._at = at + 1
                return self._text[begin:at], begin
            elif char in ")]}":
                depth -= 1
            at += 1
        raise SyntaxProblem(f'Encountered the end of the template, but was expecting "{end}"', begin)

    def _strip(self, parts: list[Part], start: int) -> None:
        """A line that holds nothing but directives vanishes, with its end."""
        line_start = self._text.rfind("\n", 0, start) + 1
        end = self._text.find("\n", self._at)
        line_end = len(self._text) if end < 0 else end
        before, after = self._text[line_start:start], self._text[self._at : line_end]
        if _only_directives(before) and _only_directives(after):
            if (
                parts
                and parts[-1].kind == "text"
                and parts[-1].value.rstrip(" \t") != parts[-1].value
                and not before.strip()
            ):
                parts[-1].value = parts[-1].value.rstrip(" \t")
            if not after.strip():
                self._at = min(len(self._text), line_end + 1)

    def _macro_call(self, closing: bool, text: str, begin: int, start: int, parts: list[Part]) -> str | None:
        if closing:
            self._strip(parts, start)
            return "/@"
        empty = text.rstrip().endswith("/")
        reader = Reader(text.rstrip()[:-1] if empty else text, begin)
        name = reader.name()
        named: dict[str, Expression] = {}
        placed: list[Expression] = []
        while not reader.done() and reader.peek().text != ";":
            one = reader.expression()
            if one.kind == "name" and reader.take("="):
                named[one.parts[0]] = reader.expression()
            elif one.kind == "equal" and one.parts[0].kind == "name":
                named[one.parts[0].parts[0]] = one.parts[1]
            else:
                placed.append(one)
            reader.take(",")
        variables = []
        if reader.take(";"):
            while not reader.done():
                variables.append(reader.name())
                reader.take(",")
        self._strip(parts, start)
        part = Part("call", start, (name, named, placed, variables))
        if not empty:
            part.parts, ended = self._block("@")
            if ended != "/@":
                raise SyntaxProblem(f"Unclosed tag: @{name}", start)
        parts.append(part)
        return None

    def _directive(self, name: str, rest: str, begin: int, start: int, empty: bool) -> Part:
        if name == "noparse":
            end = re.compile(r"</#noparse\s*>").search(self._text, self._at)
            if end is None:
                raise SyntaxProblem("Unclosed tag: noparse", start)
            part = Part("text", start, self._text[self._at : end.start()])
            self._at = end.end()
            return part
        reader = Reader(rest, begin)
        part = Part(name, start)
        make = _READERS.get(name)
        if make is None:
            raise SyntaxProblem(f"Unknown directive: #{name}", start)
        part.value = make(reader)
        if not reader.done():
            raise reader.problem()
        if name in ("if", "switch", "list", "attempt"):
            self._branches(part, name)
        elif name in _BLOCKS or (name in ("assign", "global", "local") and not part.value[1]):
            part.parts, ended = self._block(name)
            if name == "sep" and ended in ("/list", "/items"):
                self._at = self._tag_at  # what ends the list ends what stands between its items too
            elif ended != f"/{name}":
                raise SyntaxProblem(f"Unclosed tag: {name}", start)
        return part

    def _branches(self, part: Part, name: str) -> None:
        """A block and what its dividing directives set apart."""
        condition = part.value
        first = True
        while True:
            parts, ended = self._block(name)
            if first and name != "if":
                part.parts = parts
            else:
                part.branches.append((condition, parts))
            first = False
            if ended == f"/{name}":
                return
            if ended in ("else", "default", "recover"):
                condition = None
            elif ended in ("elseif", "case"):
                rest, begin, _ = self._pending
                condition = Reader(rest, begin).whole()
            else:
                raise SyntaxProblem(f"Unexpected tag: {ended}", self._at)


def _only_directives(text: str) -> bool:
    return not re.sub(r"<#--.*?-->|</?[#@][^<>]*>", "", text).strip() and "${" not in text


def _read_list(reader: Reader) -> tuple[Expression, list[str]]:
    source = reader.expression()
    names = []
    if reader.take("as"):
        names.append(reader.name())
        if reader.take(","):
            names.append(reader.name())
    return source, names


def _read_items(reader: Reader) -> list[str]:
    reader.expect("as")
    names = [reader.name()]
    if reader.take(","):
        names.append(reader.name())
    return names


def _read_assign(reader: Reader) -> tuple[list[str], list[tuple[str, str, Expression]]]:
    """The names of a block assignment, or the assignments."""
    names: list[str] = []
    assigned: list[tuple[str, str, Expression]] = []
    while not reader.done():
        name = reader.name()
        operator = reader.take("=", "+", "-", "*", "/", "%")
        if operator is None:
            names.append(name)
            continue
        how = operator.text
        if how != "=":
            again = reader.take(how)
            if again is None:
                reader.expect("=")
        value = (
            Expression("value", (1,), operator.at)
            if how in "+-" and how != "=" and reader.done()
            else reader.expression()
        )
        assigned.append((name, how, value))
        reader.take(",")
    return names, assigned


def _read_macro(reader: Reader) -> tuple[str, list[tuple[str, Expression | None]], str | None]:
    name = reader.name()
    bracket = reader.take("(")
    wanted: list[tuple[str, Expression | None]] = []
    rest = None
    while not reader.done() and reader.peek().text != ")":
        parameter = reader.name()
        if reader.take(".") or reader.take(".."):
            reader.expect(".")
            rest = parameter
        else:
            wanted.append((parameter, reader.expression() if reader.take("=") else None))
        reader.take(",")
    if bracket:
        reader.expect(")")
    return name, wanted, rest


def _read_expression(reader: Reader) -> Expression:
    return reader.expression()


def _read_optional(reader: Reader) -> Expression | None:
    return None if reader.done() else reader.expression()


def _read_nested(reader: Reader) -> list[Expression]:
    values = []
    while not reader.done():
        values.append(reader.expression())
        reader.take(",")
    return values


def _read_escape(reader: Reader) -> tuple[str, Expression]:
    name = reader.name()
    reader.expect("as")
    return name, reader.expression()


def _read_settings(reader: Reader) -> None:
    while not reader.done():
        reader.name()
        reader.expect("=")
        reader.expression()
        reader.take(",")


def _read_nothing(_: Reader) -> None:
    return None


_READERS: dict[str, Callable[[Reader], Any]] = {
    "assign": _read_assign,
    "attempt": _read_nothing,
    "autoesc": _read_nothing,
    "break": _read_nothing,
    "compress": _read_nothing,
    "continue": _read_nothing,
    "escape": _read_escape,
    "ftl": _read_settings,
    "function": _read_macro,
    "global": _read_assign,
    "if": _read_expression,
    "import": _read_nested,
    "include": _read_nested,
    "items": _read_items,
    "list": _read_list,
    "local": _read_assign,
    "lt": _read_nothing,
    "macro": _read_macro,
    "nested": _read_nested,
    "noautoesc": _read_nothing,
    "noescape": _read_nothing,
    "nt": _read_nothing,
    "outputformat": _read_expression,
    "return": _read_optional,
    "rt": _read_nothing,
    "sep": _read_nothing,
    "setting": _read_settings,
    "stop": _read_optional,
    "switch": _read_expression,
    "t": _read_nothing,
}
