"""Templates: the part of FreeMarker that messages use, with bounded work (reference/messageml.md 9).

A template is read into a tree of nodes and run over the EntityJSON, which it knows as `data` and as `entity`. Values
are inserted as they are: escaping is up to the template.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.messageml.directives import MAX_DEPTH, Parser, Part
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.expressions import Expression, SyntaxProblem
from emulator.messageml.values import BUILTINS, MISSING, Failure, as_list, bounded, has_content, shown

MAX_STEPS = 200_000
MAX_OUTPUT = 4 * 1024 * 1024

_TRIGGERS = ("<#", "<@", "${", "#{")


def is_template(message: str) -> bool:
    """Whether a message has anything to expand."""
    return any(trigger in message for trigger in _TRIGGERS)


def expand(message: str, entities: dict[str, Any]) -> str:
    """The message with its template run; InvalidMessage as the agent words it."""
    try:
        return _Run(message, entities).run(Parser(message).parse())
    except SyntaxProblem as problem:
        line, column = _place(message, problem.at)
        raise InvalidMessage(
            f'Error parsing EntityJSON: Syntax error in template "messageML" in line {line}, column {column}:\n'
            f"{problem.what}"
        ) from None
    except _Stop as stop:
        line, column = _place(message, stop.at)
        raise InvalidMessage(
            f"Error parsing Freemarker template: invalid input at line {line}, column {column}"
        ) from None
    except RecursionError:
        raise InvalidMessage("Error parsing Freemarker template: invalid input at line 1, column 1") from None


def _place(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


class _Stop(Exception):
    """A run-time error of a template, and where."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Leave(Exception):
    """`break`, `continue` or `return`."""

    def __init__(self, how: str, value: Any = MISSING) -> None:
        super().__init__(how)
        self.how, self.value = how, value


@dataclass(slots=True, eq=False)
class _Loop:
    """Where a list is: for `?index`, `?counter`, `?has_next` and `<#sep>`."""

    items: list[Any]
    at: int = 0


@dataclass(slots=True, eq=False)
class _Macro:
    part: Part


@dataclass(slots=True, eq=False)
class _Frame:
    """A call of a macro: its variables, and what was written inside the call."""

    variables: dict[str, Any]
    body: list[Part] | None = None
    body_variables: list[str] = field(default_factory=list)
    caller: list[_Frame] = field(default_factory=list)


class _Run:
    def __init__(self, text: str, entities: dict[str, Any]) -> None:
        self._text = text
        self._globals: dict[str, Any] = {"data": entities, "entity": entities}
        self._frames: list[_Frame] = []
        self._scopes: list[dict[str, Any]] = []
        self._loops: list[tuple[str, _Loop]] = []
        self._pending_items: list[list[Any]] = []
        self._escapes: list[tuple[str, Expression] | None] = []
        self._out: list[str] = []
        self._size = 0
        self._steps = 0

    def run(self, parts: list[Part]) -> str:
        self._define(parts)
        try:
            self._parts(parts)
        except _Leave as leave:
            raise _Stop(0) from leave
        return "".join(self._out)

    def _define(self, parts: list[Part]) -> None:
        """Macros and functions are there before they are met."""
        for part in parts:
            if part.kind in ("macro", "function"):
                self._globals.setdefault(part.value[0], _Macro(part))

    def _write(self, text: str, at: int) -> None:
        self._size += len(text)
        if self._size > MAX_OUTPUT:
            raise _Stop(at)
        self._out.append(text)

    def _step(self, at: int) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _Stop(at)

    def _parts(self, parts: list[Part]) -> None:
        for part in parts:
            self._step(part.at)
            self._part(part)

    def _part(self, part: Part) -> None:
        match part.kind:
            case "text":
                self._write(part.value, part.at)
            case "value":
                self._interpolate(part)
            case "if":
                for condition, parts in part.branches:
                    if condition is None or self._true(condition):
                        self._parts(parts)
                        break
            case "list":
                self._list(part)
            case "items":
                if not self._pending_items:
                    raise _Stop(part.at)
                self._each(part.value, self._pending_items[-1], part.parts, part.at)
            case "sep":
                if self._loops and self._loops[-1][1].at < len(self._loops[-1][1].items) - 1:
                    self._parts(part.parts)
            case "assign" | "global" | "local":
                self._assign(part)
            case "macro" | "function":
                self._globals[part.value[0]] = _Macro(part)
            case "call":
                self._call(part)
            case "nested":
                self._nested(part)
            case "switch":
                self._switch(part)
            case "attempt":
                self._attempt(part)
            case "escape":
                self._escapes.append(part.value)
                self._parts(part.parts)
                self._escapes.pop()
            case "noescape":
                self._escapes.append(None)
                self._parts(part.parts)
                self._escapes.pop()
            case "autoesc" | "noautoesc" | "outputformat" | "compress":
                self._parts(part.parts)
            case "return":
                raise _Leave("return", MISSING if part.value is None else self._value(part.value))
            case "break" | "continue":
                raise _Leave(part.kind)
            case "ftl" | "setting" | "t" | "lt" | "rt" | "nt":
                pass
            case _:  # stop, include, import: there is nothing to include
                raise _Stop(part.at)

    def _interpolate(self, part: Part) -> None:
        expression: Expression = part.value
        escape = self._escapes[-1] if self._escapes else None
        if escape is not None:
            name, inside = escape
            self._scopes.append({name: self._value(expression)})
            try:
                value = self._value(inside)
            finally:
                self._scopes.pop()
        else:
            value = self._value(expression)
        if value is MISSING or value is None:
            raise _Stop(expression.at)
        try:
            self._write(shown(value), part.at)
        except Failure:
            raise _Stop(expression.at) from None

    # --- directives ---

    def _list(self, part: Part) -> None:
        source, names = part.value
        value = self._value(source)
        if value is MISSING or value is None:
            raise _Stop(source.at)
        if isinstance(value, dict) and (len(names) == 2 or not names):
            items: list[Any] = list(value.items()) if names else [value]
        else:
            try:
                items = as_list(value)
            except Failure:
                raise _Stop(source.at) from None
        if not items:
            for _, parts in part.branches:
                self._parts(parts)
            return
        if names:
            self._each(names, items, part.parts, part.at)
        else:
            self._pending_items.append(list(value.items()) if isinstance(value, dict) else items)
            try:
                self._parts(part.parts)
            finally:
                self._pending_items.pop()

    def _each(self, names: list[str], items: list[Any], parts: list[Part], at: int) -> None:
        loop = _Loop(items)
        self._loops.append((names[0], loop))
        scope: dict[str, Any] = {}
        self._scopes.append(scope)
        try:
            for loop.at, item in enumerate(items):
                self._step(at)
                if len(names) == 2:
                    scope[names[0]], scope[names[1]] = item
                else:
                    scope[names[0]] = item
                    scope[f"{names[0]}_index"] = loop.at
                    scope[f"{names[0]}_has_next"] = loop.at < len(items) - 1
                try:
                    self._parts(parts)
                except _Leave as leave:
                    if leave.how == "break":
                        break
                    if leave.how != "continue":
                        raise
        finally:
            self._scopes.pop()
            self._loops.pop()

    def _assign(self, part: Part) -> None:
        names, assigned = part.value
        target = self._frames[-1].variables if part.kind == "local" and self._frames else self._globals
        if names:
            before, self._out = self._out, []
            try:
                self._parts(part.parts)
                target[names[0]] = "".join(self._out)
            finally:
                self._out = before
        for name, how, expression in assigned:
            value = self._value(expression)
            if value is MISSING or value is None:
                raise _Stop(expression.at)
            if how != "=":
                kind = {"+": "plus", "-": "minus", "*": "times", "/": "divided", "%": "modulo"}[how]
                old = Expression("name", (name,), part.at)
                value = self._arithmetic(kind, self._value(old), value, part.at)
            target[name] = value

    def _bind(self, macro: _Macro, named: dict[str, Expression], placed: list[Expression], at: int) -> dict[str, Any]:
        _, wanted, rest = macro.part.value
        variables: dict[str, Any] = {}
        values = [self._value(each) for each in placed]
        for position, (name, default) in enumerate(wanted):
            if name in named:
                variables[name] = self._value(named[name])
            elif position < len(values):
                variables[name] = values[position]
            elif default is not None:
                variables[name] = self._value(default)
            else:
                raise _Stop(at)
        extra = [name for name in named if name not in variables]
        if rest is not None:
            variables[rest] = {name: self._value(named[name]) for name in extra} or values[len(wanted) :]
        elif extra or len(values) > len(wanted):
            raise _Stop(at)
        return variables

    def _call(self, part: Part) -> None:
        name, named, placed, variables = part.value
        macro = self._find(name)
        if not isinstance(macro, _Macro) or macro.part.kind != "macro":
            raise _Stop(part.at)
        if len(self._frames) >= MAX_DEPTH:
            raise _Stop(part.at)
        frame = _Frame(self._bind(macro, named, placed, part.at), part.parts, variables, list(self._frames))
        self._frames.append(frame)
        scopes, self._scopes = self._scopes, [frame.variables]
        self._define(macro.part.parts)
        try:
            self._parts(macro.part.parts)
        except _Leave as leave:
            if leave.how != "return":
                raise
        finally:
            self._scopes = scopes
            self._frames.pop()

    def _nested(self, part: Part) -> None:
        if not self._frames:
            raise _Stop(part.at)
        frame = self._frames[-1]
        values = [self._value(each) for each in part.value]
        frames, self._frames = self._frames, frame.caller
        self._scopes.append(dict(zip(frame.body_variables, values, strict=False)))
        try:
            self._parts(frame.body or [])
        finally:
            self._scopes.pop()
            self._frames = frames

    def _switch(self, part: Part) -> None:
        wanted = self._value(part.value)
        running = False
        try:
            for condition, parts in part.branches:
                if not running and condition is not None:
                    running = self._equal(wanted, self._value(condition), part.at)
                if running:
                    self._parts(parts)
            if not running:
                for condition, parts in part.branches:
                    if condition is None:
                        self._parts(parts)
        except _Leave as leave:
            if leave.how != "break":
                raise

    def _attempt(self, part: Part) -> None:
        before, self._out = self._out, []
        try:
            self._parts(part.parts)
            before.extend(self._out)
            self._out = before
        except _Stop:
            self._out = before
            for _, parts in part.branches:
                self._parts(parts)

    # --- expressions ---

    def _find(self, name: str) -> Any:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return self._globals.get(name, MISSING)

    def _needed(self, expression: Expression) -> Any:
        value = self._value(expression)
        if value is MISSING or value is None:
            raise _Stop(expression.at)
        return value

    def _true(self, expression: Expression) -> bool:
        value = self._needed(expression)
        if not isinstance(value, bool):
            raise _Stop(expression.at)
        return value

    def _value(self, expression: Expression) -> Any:
        self._step(expression.at)
        parts = expression.parts
        match expression.kind:
            case "value":
                return parts[0]
            case "string":
                return self._string(parts[0], expression.at)
            case "name":
                return self._find(parts[0])
            case "group":
                return self._value(parts[0])
            case "list":
                return [self._needed(each) for each in parts]
            case "map":
                return {shown(self._needed(key)): self._needed(value) for key, value in parts}
            case "member":
                return self._member(self._needed(parts[0]), parts[1], expression.at)
            case "index":
                return self._index(self._needed(parts[0]), parts[1], expression.at)
            case "exists":
                return self._quietly(parts[0]) not in (MISSING, None)
            case "default":
                return self._default(parts[0], parts[1])
            case "builtin":
                return self._builtin(parts[0], parts[1], (), expression.at)
            case "call":
                return self._invoke(parts[0], parts[1], expression.at)
            case "not":
                return not self._true(parts[0])
            case "negative" | "positive":
                value = self._needed(parts[0])
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    raise _Stop(expression.at)
                return -value if expression.kind == "negative" else value
            case "or":
                return self._true(parts[0]) or self._true(parts[1])
            case "and":
                return self._true(parts[0]) and self._true(parts[1])
            case "equal" | "unequal":
                same = self._equal(self._needed(parts[0]), self._needed(parts[1]), expression.at)
                return same if expression.kind == "equal" else not same
            case "less" | "at most" | "greater" | "at least":
                return self._compared(expression)
            case "range" | "range before" | "range length":
                return self._range(expression)
            case "plus" | "minus" | "times" | "divided" | "modulo":
                return self._arithmetic(expression.kind, self._needed(parts[0]), self._needed(parts[1]), expression.at)
        raise _Stop(expression.at)  # the special variables of FreeMarker are not there

    def _string(self, text: str, at: int) -> str:
        """A literal may hold interpolations of its own."""
        if "${" not in text:
            return text
        inner = Parser(text).parse()
        before, self._out = self._out, []
        try:
            self._parts(inner)
            return "".join(self._out)
        except _Stop:
            raise _Stop(at) from None
        finally:
            self._out = before

    def _member(self, value: Any, name: Any, at: int) -> Any:
        if isinstance(value, dict):
            return value.get(name, MISSING)
        raise _Stop(at)

    def _index(self, value: Any, inside: Expression, at: int) -> Any:
        key = self._needed(inside)
        if isinstance(key, range) and isinstance(value, (list, str, range)):
            end = len(value) if key.stop > 10**9 else key.stop
            if not 0 <= key.start <= end <= len(value):
                raise _Stop(at)
            return value[key.start : end]
        if isinstance(key, str):
            return self._member(value, key, at)
        if isinstance(key, (int, float)) and not isinstance(key, bool) and isinstance(value, (list, str, range)):
            place = int(key)
            return value[place] if 0 <= place < len(value) else MISSING
        raise _Stop(inside.at)

    def _quietly(self, expression: Expression) -> Any:
        """The value, where something missing on the way counts as missing when it stands in brackets."""
        if expression.kind != "group":
            return self._value(expression)
        try:
            return self._value(expression)
        except _Stop:
            return MISSING

    def _default(self, value: Expression, otherwise: Expression | None) -> Any:
        found = self._quietly(value)
        if found is not MISSING and found is not None:
            return found
        return "" if otherwise is None else self._value(otherwise)

    def _builtin(self, value: Expression, name: str, given: tuple[Any, ...], at: int) -> Any:
        if name == "has_content":
            return has_content(self._quietly(value))
        if name in ("index", "counter", "has_next", "is_first", "is_last", "item_parity"):
            return self._loop_builtin(value, name)
        if name in ("then",):
            return given[0] if self._true(value) else given[1]
        if name in ("no_esc", "esc"):
            return self._needed(value)
        function = BUILTINS.get(name)
        if function is None:
            raise _Stop(at)
        found = self._needed(value)
        try:
            return function(found, *given)
        except (Failure, TypeError, ValueError, KeyError, IndexError, OverflowError):
            raise _Stop(at) from None

    def _loop_builtin(self, value: Expression, name: str) -> Any:
        for variable, loop in reversed(self._loops):
            if value.kind == "name" and value.parts[0] == variable:
                last = loop.at == len(loop.items) - 1
                return {
                    "index": loop.at,
                    "counter": loop.at + 1,
                    "has_next": not last,
                    "is_first": loop.at == 0,
                    "is_last": last,
                    "item_parity": "odd" if loop.at % 2 == 0 else "even",
                }[name]
        raise _Stop(value.at)

    def _invoke(self, called: Expression, given: tuple[Expression, ...], at: int) -> Any:
        if called.kind == "builtin":
            value, name = called.parts
            return self._builtin(value, name, tuple(self._needed(each) for each in given), at)
        function = self._value(called)
        if not isinstance(function, _Macro) or function.part.kind != "function" or len(self._frames) >= MAX_DEPTH:
            raise _Stop(at)
        frame = _Frame(self._bind(function, {}, list(given), at))
        self._frames.append(frame)
        scopes, self._scopes = self._scopes, [frame.variables]
        before, self._out = self._out, []
        try:
            self._parts(function.part.parts)
        except _Leave as leave:
            return leave.value
        finally:
            self._scopes, self._out = scopes, before
            self._frames.pop()
        return MISSING

    def _equal(self, one: Any, other: Any, at: int) -> bool:
        kinds = ((str,), (bool,), (int, float))
        for kind in kinds:
            if isinstance(one, kind) and isinstance(other, kind) and isinstance(one, bool) == isinstance(other, bool):
                return bool(one == other)
        raise _Stop(at)

    def _compared(self, expression: Expression) -> bool:
        one, other = (self._needed(each) for each in expression.parts)
        for value in (one, other):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise _Stop(expression.at)
        return bool(
            {
                "less": one < other,
                "at most": one <= other,
                "greater": one > other,
                "at least": one >= other,
            }[expression.kind]
        )

    def _range(self, expression: Expression) -> range:
        start = self._needed(expression.parts[0])
        stop = 10**12 if expression.parts[1] is None else self._needed(expression.parts[1])
        if not all(isinstance(each, int) and not isinstance(each, bool) for each in (start, stop)):
            raise _Stop(expression.at)
        if expression.kind == "range length":
            return range(start, start + stop)
        if expression.kind == "range before":
            return range(start, stop) if start <= stop else range(start, stop, -1)
        return range(start, stop + 1) if start <= stop else range(start, stop - 1, -1)

    def _arithmetic(self, kind: str, one: Any, other: Any, at: int) -> Any:
        if kind == "plus":
            if isinstance(one, list) and isinstance(other, list):
                return one + other
            if isinstance(one, dict) and isinstance(other, dict):
                return {**one, **other}
            if isinstance(one, str) or isinstance(other, str):
                try:
                    return bounded(shown(one) + shown(other))
                except Failure:
                    raise _Stop(at) from None
        for value in (one, other):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 10**30:
                raise _Stop(at)
        if kind in ("divided", "modulo") and other == 0:
            raise _Stop(at)
        if kind == "divided":
            whole = one / other
            return int(whole) if isinstance(whole, float) and whole.is_integer() else whole
        if kind == "modulo":
            return int(one) - int(other) * int(one / other)
        return {"plus": one + other, "minus": one - other, "times": one * other}[kind]
