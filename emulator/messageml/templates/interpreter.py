"""Runs templates: a bounded number of steps, of levels, of characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emulator.messageml.templates import builtins
from emulator.messageml.templates.syntax import Block, Expression, Fault, Macro
from emulator.messageml.templates.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Value,
    arithmetic,
    bounded,
    compare,
    has_content,
    is_number,
    number_text,
    numbers,
    plain,
    text_of,
)

MAX_STEPS = 200_000
MAX_LEVELS = 120


def run(blocks: list[Block], data: dict[str, Any]) -> str:
    """What the template prints. Raises Fault."""
    machine = _Machine(data)
    machine.define(blocks)
    machine.block(blocks)
    return "".join(machine.out)


class _Loop:
    """The state of one loop, for ?index, ?has_next, <#items> and <#sep>."""

    __slots__ = ("index", "items", "names", "size")

    def __init__(self, items: Iterable[tuple[Value, ...]], size: int, names: tuple[str, ...]) -> None:
        self.items = items
        self.size = size
        self.names = names
        self.index = 0


class _Machine:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.globals: dict[str, Value] = {}
        self.scopes: list[dict[str, Value]] = []  # locals of macros and variables of loops, inmost last
        self.local: list[dict[str, Value]] = []  # of these, the locals of macros
        self.loops: list[_Loop] = []
        self.nested: list[Callable[[list[Value]], str | None] | None] = []
        self.escapes: list[tuple[str, Expression] | None] = []
        self.html = False
        self.out: list[str] = []
        self.printed = 0
        self.steps = 0
        self.level = 0
        self.result: Value = None

    # --- bounds -----------------------------------------------------------------------------------------------------

    def step(self, at: int) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Fault(at)

    def print(self, text: str, at: int) -> None:
        self.printed += len(text)
        if self.printed > MAX_TEXT:
            raise Fault(at)
        self.out.append(text)

    # --- directives -------------------------------------------------------------------------------------------------

    def define(self, blocks: list[Block]) -> None:
        """Macros are known before the template reaches them."""
        for block in blocks:
            if block.kind in ("macro", "function"):
                name, parameters, rest = block.parts
                self.globals[name] = Macro(name, parameters, rest, block.children, block.kind == "function")

    def block(self, blocks: list[Block]) -> str | None:
        """Runs these; "break", "continue" or "return" when one of them said so."""
        self.level += 1
        for block in blocks:
            if self.level > MAX_LEVELS:
                raise Fault(block.at)
            self.step(block.at)
            if block.kind == "text":
                self.print(block.parts[0], block.at)
                continue
            try:
                signal = self.directive(block)
            except Fault as fault:
                raise fault.within(block.at) from None
            if signal is not None:
                self.level -= 1
                return signal
        self.level -= 1
        return None

    def directive(self, block: Block) -> str | None:
        kind = block.kind
        if kind in ("print", "number"):
            self.interpolation(block)
            return None
        if kind in ("break", "continue"):
            return kind
        if kind in ("assign", "global", "local"):
            self.assign(block)
            return None
        if kind in ("macro", "function", "ftl", "setting"):
            return self.declaration(block)
        run: Callable[[Block], str | None] | None = getattr(self, f"run_{kind}", None)
        if run is None:  # include, import, visit and their like: there is nothing but this template
            raise Fault(block.at)
        return run(block)

    def declaration(self, block: Block) -> str | None:
        if block.kind == "ftl":
            shape = block.parts[0].get("output_format")
            self.html = shape is not None and self.value(shape) in ("HTML", "XHTML", "XML")
        elif block.kind != "setting":
            self.define([block])
        return None

    def interpolation(self, block: Block) -> None:
        expression, digits = block.parts
        if block.kind == "number":
            value = self.value(expression)
            if not is_number(value):
                raise Fault(expression.at)
            least, most = digits or (0, 3)
            text = number_text(value, max(least, most), grouped=False)
            if least:
                whole, _, fraction = text.partition(".")
                text = f"{whole}.{fraction.ljust(least, '0')}"
            self.print(text, block.at)
            return
        value = self.value(expression)
        if self.escapes and self.escapes[-1] is not None:
            variable, escape = self.escapes[-1]
            self.scopes.append({variable: value})
            value = self.value(escape)
            self.scopes.pop()
        text = text_of(value, expression.at)
        unescaped = expression.kind == "builtin" and expression.parts[1] in ("no_esc", "esc")
        self.print(builtins.html_escaped(text) if self.html and not unescaped else text, block.at)

    def assign(self, block: Block) -> None:
        target = self.globals
        if block.kind == "local":
            if not self.local:
                raise Fault(block.at)
            target = self.local[-1]
        for name, operator, expression in block.parts:
            if operator == "capture":
                target[name] = self.captured(block.children)
                continue
            if expression is None:
                value = arithmetic(self.number(self.variable(name), block.at), 1, operator[0], block.at)
            else:
                value = self.value(expression)
                if value is None:
                    raise Fault(expression.at)
                if operator != "=":
                    value = self.operate(self.variable(name), value, operator[0], block.at)
            target[name] = value

    def captured(self, blocks: list[Block]) -> str:
        outer, self.out = self.out, []
        self.block(blocks)
        text = "".join(self.out)
        self.out = outer
        return text

    def run_if(self, block: Block) -> str | None:
        if self.truth(block.parts[0]):
            return self.block([child for child in block.children if child.kind not in ("elseif", "else")])
        for part in block.children:
            if part.kind == "else" or (part.kind == "elseif" and self.truth(part.parts[0])):
                return self.block(part.children)
        return None

    def run_list(self, block: Block) -> str | None:
        names: tuple[str, ...] = block.parts[1:]
        loop = self.loop(self.value(block.parts[0]), names, block.parts[0].at)
        body = [child for child in block.children if child.kind != "else"]
        if loop.size == 0:
            otherwise = next((child for child in block.children if child.kind == "else"), None)
            return self.block(otherwise.children) if otherwise else None
        self.loops.append(loop)
        signal = self.turns(loop, body, block.at) if names else self.block(body)
        self.loops.pop()
        return signal if signal == "return" else None

    run_foreach = run_list

    def run_items(self, block: Block) -> str | None:
        if not self.loops or self.loops[-1].names:
            raise Fault(block.at)
        loop = self.loops[-1]
        loop.names = block.parts
        signal = self.turns(loop, block.children, block.at)
        return signal if signal == "return" else None

    def turns(self, loop: _Loop, body: list[Block], at: int) -> str | None:
        for values in loop.items:
            self.step(at)
            self.scopes.append(dict(zip(loop.names, values, strict=False)))
            signal = self.block(body)
            self.scopes.pop()
            loop.index += 1
            if signal in ("break", "return"):
                return signal
        return None

    def loop(self, value: Value, names: tuple[str, ...], at: int) -> _Loop:
        if isinstance(value, dict):
            return _Loop([(key, plain(item)) for key, item in value.items()], len(value), names)
        if isinstance(value, list | range) and len(names) < 2:
            return _Loop(((plain(item),) for item in value), len(value), names)
        raise Fault(at)

    def run_sep(self, block: Block) -> str | None:
        if not self.loops:
            raise Fault(block.at)
        loop = self.loops[-1]
        return self.block(block.children) if loop.index + 1 < loop.size else None

    def run_switch(self, block: Block) -> str | None:
        value = self.value(block.parts[0])
        if value is None:
            raise Fault(block.parts[0].at)
        chosen = None
        for index, part in enumerate(block.children):
            if part.kind == "case" and any(compare(value, self.value(p), "==", p.at) for p in part.parts):
                chosen = index
                break
            if part.kind == "default" and chosen is None:
                chosen = -1 - index
        if chosen is None:
            return None
        for part in block.children[chosen if chosen >= 0 else -1 - chosen :]:
            if part.kind in ("case", "default"):
                signal = self.block(part.children)  # without a break it falls through
                if signal is not None:
                    return None if signal == "break" else signal
        return None

    def run_attempt(self, block: Block) -> str | None:
        kept, level, depths = len(self.out), self.level, (len(self.scopes), len(self.loops), len(self.local))
        try:
            return self.block([child for child in block.children if child.kind != "recover"])
        except Fault as fault:
            if self.steps > MAX_STEPS or self.printed > MAX_TEXT:
                raise
            del self.out[kept:]
            self.level = level
            del self.scopes[depths[0] :], self.loops[depths[1] :], self.local[depths[2] :]
            recover = next((child for child in block.children if child.kind == "recover"), None)
            if recover is None:
                raise fault.within(block.at) from None
            return self.block(recover.children)

    def run_compress(self, block: Block) -> str | None:
        outer, self.out = self.out, []
        signal = self.block(block.children)
        text = "".join(self.out)
        self.out = outer
        self.out.append("\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip()))
        return signal

    def run_escape(self, block: Block) -> str | None:
        variable, expression = block.parts
        self.escapes.append((variable, expression))
        signal = self.block(block.children)
        self.escapes.pop()
        return signal

    def run_noescape(self, block: Block) -> str | None:
        self.escapes.append(None)
        signal = self.block(block.children)
        self.escapes.pop()
        return signal

    def run_outputformat(self, block: Block) -> str | None:
        return self.with_html(self.value(block.parts[0]) in ("HTML", "XHTML", "XML"), block)

    def run_autoesc(self, block: Block) -> str | None:
        return self.with_html(True, block)

    def run_noautoesc(self, block: Block) -> str | None:
        return self.with_html(False, block)

    def with_html(self, html: bool, block: Block) -> str | None:
        outer, self.html = self.html, html
        signal = self.block(block.children)
        self.html = outer
        return signal

    def run_return(self, block: Block) -> str | None:
        self.result = self.value(block.parts[0]) if block.parts else None
        return "return"

    def run_nested(self, block: Block) -> str | None:
        content = self.nested[-1] if self.nested else None
        if not self.nested:
            raise Fault(block.at)
        return content([self.value(part) for part in block.parts]) if content else None

    # --- macros -----------------------------------------------------------------------------------------------------

    def run_call(self, block: Block) -> str | None:
        target, named, placed, loop_names = block.parts
        macro = self.value(target)
        if not isinstance(macro, Macro):
            raise Fault(target.at)
        given = {name: self.value(expression) for name, expression in named}
        scopes, locals_, loops, outer = self.scopes, self.local, self.loops, self.nested

        def content(values: list[Value]) -> str | None:
            # What stands in the call sees the variables of the place of the call.
            inner = self.scopes, self.local, self.loops, self.nested
            self.scopes, self.local, self.loops, self.nested = (
                [*scopes, dict(zip(loop_names, values, strict=False))],
                locals_,
                loops,
                outer,
            )
            signal = self.block(block.children)
            self.scopes, self.local, self.loops, self.nested = inner
            return "return" if signal == "return" else None

        self.invoke(macro, [self.value(expression) for expression in placed], given, content, block.at)
        return None

    def invoke(
        self,
        macro: Macro,
        placed: list[Value],
        named: dict[str, Value],
        content: Callable[[list[Value]], str | None] | None,
        at: int,
    ) -> Value:
        local: dict[str, Value] = {}
        names = [name for name, _ in macro.parameters]
        if len(placed) > len(names) and macro.rest is None:
            raise Fault(at)
        unknown = [name for name in named if name not in names]
        if unknown and macro.rest is None:
            raise Fault(at)
        if macro.rest is not None:
            local[macro.rest] = placed[len(names) :] if not named else {name: named[name] for name in unknown}
        outer = self.scopes, self.local, self.loops, self.nested
        self.scopes, self.local, self.loops = [local], [local], []
        self.nested = [*self.nested, content]
        given = dict(zip(names, placed, strict=False)) | {name: named[name] for name in named if name in names}
        for name, default in macro.parameters:
            value = given.get(name)
            if value is None:
                value = self.value(default) if default is not None else None
                if value is None:
                    raise Fault(at)
            local[name] = value
        self.result = None
        self.block(macro.body)
        self.scopes, self.local, self.loops, self.nested = outer
        result, self.result = self.result, None
        return result

    # --- expressions ------------------------------------------------------------------------------------------------

    def value(self, expression: Expression) -> Value:
        """The value; None when it is missing. Raises Fault."""
        self.level += 1
        self.step(expression.at)
        if self.level > MAX_LEVELS:
            raise Fault(expression.at)
        kind, at, parts = expression.kind, expression.at, expression.parts
        result: Value
        if kind == "literal":
            result = parts[0]
        elif kind == "name":
            result = self.variable(parts[0])
        elif kind == "key":
            result = self.key(expression)
        else:
            operation: Callable[[int, tuple[Any, ...]], Value] = getattr(self, f"eval_{kind}")
            result = operation(at, parts)
        self.level -= 1
        return result

    def needed(self, expression: Expression) -> Value:
        """The value, which must not be missing."""
        value = self.value(expression)
        if value is None:
            raise Fault(expression.at)
        return value

    def truth(self, expression: Expression) -> bool:
        value = self.value(expression)
        if not isinstance(value, bool):
            raise Fault(expression.at)
        return value

    def number(self, value: Value, at: int) -> Any:
        if not is_number(value):
            raise Fault(at)
        return value

    def variable(self, name: str) -> Value:
        for scope in reversed(self.scopes):
            if name in scope:
                return plain(scope[name])
        if name in self.globals:
            return plain(self.globals[name])
        return self.data.get(name)

    def key(self, expression: Expression) -> Value:
        target, key = expression.parts
        value = self.needed(target)
        if key.kind == "range":
            return self.slice(value, key, expression.at)
        index = self.needed(key)
        if isinstance(value, dict) and isinstance(index, str):
            return plain(value.get(index))
        if is_number(index):
            if isinstance(value, str):
                if not 0 <= index < len(value):
                    raise Fault(expression.at)
                return value[int(index)]
            if isinstance(value, list | range):
                return plain(value[int(index)]) if 0 <= index < len(value) else None
        raise Fault(target.at)

    def slice(self, value: Value, key: Expression, at: int) -> Value:
        first, last, operator = key.parts
        if not isinstance(value, str | list | range):
            raise Fault(at)
        start = int(self.number(self.value(first), first.at))
        if last is None:
            end = len(value)
        else:
            end = int(self.number(self.value(last), last.at))
            if operator == "..*":
                end = min(start + end, len(value))
            elif operator == "..":
                end += 1
        if not 0 <= start <= len(value) or end > len(value) or end < start:
            raise Fault(at)
        taken = value[start:end]
        return list(taken) if isinstance(taken, range) and len(taken) < 1000 else taken

    def eval_group(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return self.value(parts[0])

    def eval_string(self, at: int, parts: tuple[Any, ...]) -> Value:
        pieces = [part if isinstance(part, str) else text_of(self.value(part), part.at) for part in parts]
        return bounded("".join(pieces), at)

    def eval_list(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return [self.needed(part) for part in parts]

    def eval_hash(self, _at: int, parts: tuple[Any, ...]) -> Value:
        made: dict[str, Value] = {}
        for key, value in parts:
            name = self.needed(key)
            if not isinstance(name, str):
                raise Fault(key.at)
            made[name] = self.needed(value)
        return made

    def eval_special(self, at: int, parts: tuple[Any, ...]) -> Value:
        known: dict[str, Callable[[], Value]] = {
            "data_model": lambda: self.data,
            "globals": lambda: {**self.data, **self.globals},
            "vars": lambda: {**self.data, **self.globals, **(self.scopes[-1] if self.scopes else {})},
            "locals": lambda: self.local[-1] if self.local else None,
        }
        if parts[0] not in known:
            raise Fault(at)
        return known[parts[0]]()

    def eval_not(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return not self.truth(parts[0])

    def eval_sign(self, at: int, parts: tuple[Any, ...]) -> Value:
        value = self.number(self.value(parts[0]), parts[0].at)
        return -value if parts[1] == "-" else value

    def eval_range(self, at: int, parts: tuple[Any, ...]) -> Value:
        first, last, operator = parts
        start = int(self.number(self.value(first), first.at))
        end = None if last is None else int(self.number(self.value(last), last.at))
        return numbers(start, end, operator, at)

    def eval_binary(self, at: int, parts: tuple[Any, ...]) -> Value:
        first, second, operator = parts
        if operator == "&&":
            return self.truth(first) and self.truth(second)
        if operator == "||":
            return self.truth(first) or self.truth(second)
        left, right = self.needed(first), self.needed(second)
        if operator in ("==", "!=", "<", ">", "<=", ">="):
            return compare(left, right, operator, at)
        return self.operate(left, right, operator, at)

    def operate(self, left: Value, right: Value, operator: str, at: int) -> Value:
        if is_number(left) and is_number(right):
            return arithmetic(left, right, operator, at)
        if operator != "+":
            raise Fault(at)
        if isinstance(left, list | range) and isinstance(right, list | range):
            if len(left) + len(right) > MAX_ITEMS:
                raise Fault(at)
            return [*left, *right]
        if isinstance(left, dict) and isinstance(right, dict):
            return bounded_hash({**left, **right}, at)
        return bounded(text_of(left, at) + text_of(right, at), at)

    def eval_exists(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return self.or_missing(parts[0]) is not None

    def eval_default(self, _at: int, parts: tuple[Any, ...]) -> Value:
        value = self.or_missing(parts[0])
        if value is not None:
            return value
        return self.value(parts[1]) if parts[1] is not None else ""

    def or_missing(self, expression: Expression) -> Value:
        """The value; in parentheses a missing step on the way counts as missing too."""
        if expression.kind != "group":
            return self.value(expression)
        level, scopes = self.level, len(self.scopes)
        try:
            return self.value(expression)
        except Fault:
            if self.steps > MAX_STEPS:
                raise
            self.level = level
            del self.scopes[scopes:]
            return None

    def eval_call(self, at: int, parts: tuple[Any, ...]) -> Value:
        target, arguments = parts
        function = self.needed(target)
        if not isinstance(function, Macro) or not function.function:
            raise Fault(target.at)
        outer, self.out = self.out, []  # what a function prints is lost
        value = self.invoke(function, [self.value(argument) for argument in arguments], {}, None, at)
        self.out = outer
        return value

    def eval_builtin(self, at: int, parts: tuple[Any, ...]) -> Value:
        target, name, arguments = parts
        if name in builtins.UNAVAILABLE:
            raise Fault(None)
        if name in builtins.LOOP:
            return self.loop_state(name, target, arguments)
        if name in builtins.MISSING:
            return self.missing(name, target, arguments)
        value = self.value(target) if name == "cn" else self.needed(target)
        given = [self.value(argument) for argument in arguments or ()]
        # then and switch evaluate all their values here; only one of them is used.
        try:
            return bounded(builtins.BUILTINS[name](value, given, target.at), at)
        except (ArithmeticError, ValueError, TypeError, MemoryError):
            raise Fault(target.at) from None

    def missing(self, name: str, target: Expression, arguments: tuple[Expression, ...] | None) -> Value:
        value = self.or_missing(target)
        if name == "has_content":
            return has_content(value)
        if name == "exists":
            return value is not None
        if value is not None:
            return value
        if name == "if_exists":
            return ""
        for argument in arguments or ():
            value = self.value(argument)
            if value is not None:
                return value
        return None

    def loop_state(self, name: str, target: Expression, arguments: tuple[Expression, ...] | None) -> Value:
        loop = None
        if target.kind == "name":
            loop = next((loop for loop in reversed(self.loops) if target.parts[0] in loop.names), None)
        if loop is None:
            raise Fault(target.at)
        index = loop.index
        if name == "item_cycle":
            if not arguments:
                raise Fault(target.at)
            return self.value(arguments[index % len(arguments)])
        odd = index % 2 == 0
        found: dict[str, Value] = {
            "index": index,
            "counter": index + 1,
            "has_next": index + 1 < loop.size,
            "is_first": index == 0,
            "is_last": index + 1 == loop.size,
            "is_odd_item": odd,
            "is_even_item": not odd,
            "item_parity": "odd" if odd else "even",
            "item_parity_cap": "Odd" if odd else "Even",
        }
        return found[name]


def bounded_hash(value: dict[str, Value], at: int) -> dict[str, Value]:
    """The hash, if it is not too large. Raises Fault."""
    if len(value) > MAX_ITEMS:
        raise Fault(at)
    return value
