"""Expressions of templates: read into small trees (reference/messageml.md 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 60

_TOKEN = re.compile(
    r"""\s+|<#--.*?-->
    |(?P<number>\d+(?:\.\d+)?(?!\.\w))
    |(?P<string>r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*')
    |(?P<name>(?:[^\W\d]|[$@])(?:\w|[$@]|\\[-.:])*)
    |(?P<operator>\?\?|\.\.[<!*]?|==|!=|<=|>=|&&|\|\||->|[-+*/%<>=!?.,:;(){}\[\]])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "l": "<", "g": ">", "a": "&"}


class SyntaxProblem(ValueError):
    """An expression or a template is not well-formed; where it was met, counted from the start of the template."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.what, self.at = what, at


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A node: what it does, its operands, and where it begins in the template."""

    kind: str
    parts: tuple[Any, ...]
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str, start: int) -> list[_Token]:
    tokens = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise SyntaxProblem(f'Encountered "{text[at]}"', start + at)
        if found.lastgroup is not None:
            tokens.append(_Token(found.lastgroup, found[0], start + at))
        at = found.end()
    tokens.append(_Token("end", "", start + len(text)))
    return tokens


def _unescaped(text: str) -> str:
    if text.startswith("r"):
        return text[2:-1]
    return re.sub(
        r"\\(x[0-9A-Fa-f]{1,4}|.)",
        lambda found: chr(int(found[1][1:], 16)) if len(found[1]) > 1 else _ESCAPES.get(found[1], found[1]),
        text[1:-1],
        flags=re.DOTALL,
    )


_BINARY: tuple[dict[str, str], ...] = (
    {"||": "or", "|": "or"},
    {"&&": "and"},
    {"==": "equal", "=": "equal", "!=": "unequal"},
    {"<": "less", "<=": "at most", ">": "greater", ">=": "at least", "lt": "less", "lte": "at most", "gt": "greater",
     "gte": "at least"},
    {"..": "range", "..<": "range before", "..!": "range before", "..*": "range length"},
    {"+": "plus", "-": "minus"},
    {"*": "times", "/": "divided", "%": "modulo"},
)  # fmt: skip
_WORDS = frozenset({"lt", "lte", "gt", "gte"})
_RANGE_LEVEL = 4


class Reader:
    """Reads expressions off a piece of a template, by recursive descent."""

    def __init__(self, text: str, start: int) -> None:
        self._tokens = _tokens(text, start)
        self._next = 0
        self._depth = 0

    def peek(self) -> _Token:
        return self._tokens[self._next]

    def take(self, *texts: str) -> _Token | None:
        """The next token if it is one of these."""
        token = self._tokens[self._next]
        if token.text in texts and token.kind in ("operator", "name"):
            self._next += 1
            return token
        return None

    def expect(self, text: str) -> _Token:
        token = self.take(text)
        if token is None:
            raise self.problem()
        return token

    def name(self) -> str:
        token = self.peek()
        if token.kind == "string":
            self._next += 1
            return _unescaped(token.text)
        if token.kind != "name":
            raise self.problem()
        self._next += 1
        return token.text

    def problem(self) -> SyntaxProblem:
        token = self.peek()
        return SyntaxProblem(f'Encountered "{token.text}", but was expecting something else', token.at)

    def done(self) -> bool:
        return self.peek().kind == "end"

    def whole(self) -> Expression:
        """One expression and nothing after it."""
        found = self.expression()
        if not self.done():
            raise self.problem()
        return found

    def expression(self, level: int = 0) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH * len(_BINARY):
            raise SyntaxProblem("expressions are nested too deep", self.peek().at)
        try:
            return self._unary() if level == len(_BINARY) else self._binary(level)
        finally:
            self._depth -= 1

    def _binary(self, level: int) -> Expression:
        operators = _BINARY[level]
        left = self.expression(level + 1)
        while True:
            token = self.peek()
            if token.text not in operators or not (token.kind == "operator" or token.text in _WORDS):
                return left
            self._next += 1
            if level == _RANGE_LEVEL and token.text == ".." and self._ends():
                left = Expression("range", (left, None), left.at)
                continue
            left = Expression(operators[token.text], (left, self.expression(level + 1)), left.at)

    def _ends(self) -> bool:
        return self.peek().kind == "end" or self.peek().text in ("]", ")", ",", "}", "as")

    def _unary(self) -> Expression:
        token = self.take("!", "-", "+")
        if token is None:
            return self._postfix(self._primary())
        kind = {"!": "not", "-": "negative", "+": "positive"}[token.text]
        return Expression(kind, (self.expression(len(_BINARY)),), token.at)

    def _primary(self) -> Expression:
        token = self.peek()
        self._next += 1
        if token.kind == "number":
            value = float(token.text) if "." in token.text else int(token.text)
            return Expression("value", (value,), token.at)
        if token.kind == "string":
            kind = "value" if token.text.startswith("r") else "string"
            return Expression(kind, (_unescaped(token.text),), token.at)
        if token.kind == "name":
            if token.text in ("true", "false"):
                return Expression("value", (token.text == "true",), token.at)
            return Expression("name", (token.text,), token.at)
        match token.text:
            case "(":
                inside = self.expression()
                self.expect(")")
                return Expression("group", (inside,), token.at)
            case "[":
                return Expression("list", tuple(self._until("]")), token.at)
            case "{":
                return self._map(token.at)
            case ".":
                return Expression("special", (self.name(),), token.at)
        self._next -= 1
        raise self.problem()

    def _until(self, end: str) -> list[Expression]:
        found: list[Expression] = []
        while self.take(end) is None:
            found.append(self.expression())
            if self.take(",") is None:
                self.expect(end)
                break
        return found

    def _map(self, at: int) -> Expression:
        pairs = []
        while self.take("}") is None:
            key = self.expression()
            self.expect(":")
            pairs.append((key, self.expression()))
            if self.take(",") is None:
                self.expect("}")
                break
        return Expression("map", tuple(pairs), at)

    def _postfix(self, found: Expression) -> Expression:
        steps = 0
        while True:
            steps += 1
            if steps > 500:
                raise SyntaxProblem("the expression is too long", found.at)
            if self.take("."):
                found = Expression("member", (found, self.name()), found.at)
            elif self.take("["):
                inside = self.expression()
                self.expect("]")
                found = Expression("index", (found, inside), found.at)
            elif self.take("("):
                found = Expression("call", (found, tuple(self._until(")"))), found.at)
            elif self.take("??"):
                found = Expression("exists", (found,), found.at)
            elif self.take("?"):
                found = Expression("builtin", (found, self.name()), found.at)
            elif self.peek().text == "!" and self.peek().kind == "operator":
                self._next += 1
                found = Expression("default", (found, None if self._no_operand() else self._default()), found.at)
            else:
                return found

    def _default(self) -> Expression:
        """What follows `x!`: a value with its members, not an operation."""
        return self._postfix(self._primary())

    def _no_operand(self) -> bool:
        token = self.peek()
        if token.kind in ("number", "string"):
            return False
        if token.kind == "name":
            return token.text in _WORDS or token.text == "as"
        return token.text not in ("(", "[", "{")
