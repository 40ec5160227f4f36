"""Runs templates: a bounded number of steps, of levels, of characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.messageml.templates import numberformats, texts
from emulator.messageml.templates.evaluation import MAX_LEVELS, MAX_STEPS, Evaluator, Loop
from emulator.messageml.templates.syntax import Block, Expression, Fault, Macro
from emulator.messageml.templates.values import (
    MAX_TEXT,
    Markup,
    Value,
    arithmetic,
    compare,
    is_number,
    number_text,
    plain,
)


def run(blocks: list[Block], data: dict[str, Any]) -> str:
    """What the template prints. Raises Fault."""
    machine = _Machine(data)
    machine.define(blocks)
    machine.block(blocks)
    return "".join(machine.out)


class _Machine(Evaluator):
    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.nested: list[Callable[[list[Value]], str | None] | None] = []
        self.escapes: list[tuple[str, Expression] | None] = []
        self.html = False
        self.out: list[str] = []
        self.printed = 0
        self.result: Value = None

    # --- bounds -----------------------------------------------------------------------------------------------------

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
                self.globals[name] = Macro(name, parameters, rest, block.children, block.kind == "function", block.at)

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
        elif block.kind == "setting":
            for name, expression in block.parts[0].items():
                self.set(name, self.needed(expression), expression.at)
        else:
            self.define([block])
        return None

    def set(self, name: str, value: Value, at: int) -> None:
        """Formats count; what else may be set shows in nothing that a message can print."""
        if name == "locale":
            self.locale = self.text(value, at) or "en_US"
            self.symbols = numberformats.symbols(self.locale)
        elif name == "number_format":
            self.number_format = self.text(value, at)
        elif name == "boolean_format":
            yes, comma, no = self.text(value, at).partition(",")
            if comma:
                self.boolean_format = yes, no
            elif yes == "c":
                self.boolean_format = "true", "false"
            else:
                raise Fault(at)

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
        text = self.text(value, expression.at)
        self.print(texts.html_escaped(text) if self.html and not isinstance(value, Markup) else text, block.at)

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

    def turns(self, loop: Loop, body: list[Block], at: int) -> str | None:
        for values in loop.items:
            self.step(at)
            first = loop.names[0]
            # The older spelling of ?index and ?has_next.
            scope: dict[str, Value] = {f"{first}_index": loop.index, f"{first}_has_next": loop.index + 1 < loop.size}
            self.scopes.append(scope | dict(zip(loop.names, values, strict=False)))
            signal = self.block(body)
            self.scopes.pop()
            loop.index += 1
            if signal in ("break", "return"):
                return signal
        return None

    def loop(self, value: Value, names: tuple[str, ...], at: int) -> Loop:
        if isinstance(value, dict):
            self.step(at, value)
            if len(names) == 1:
                raise Fault(None)
            return Loop([(key, plain(item)) for key, item in value.items()], len(value), names)
        if isinstance(value, list | range) and len(names) < 2:
            return Loop(((plain(item),) for item in value), len(value), names)
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
            raise Fault(None if macro.function else at)
        unknown = [name for name in named if name not in names]
        if unknown and macro.rest is None:
            raise Fault(at)
        if macro.rest is not None:
            local[macro.rest] = placed[len(names) :] if not named else {name: named[name] for name in unknown}
        outer = self.scopes, self.local, self.loops, self.nested
        self.scopes, self.local, self.loops = [local], [local], []
        self.nested = [*self.nested, content]
        self.arguments.append(placed if placed else named)
        given = dict(zip(names, placed, strict=False)) | {name: named[name] for name in named if name in names}
        for name, default in macro.parameters:
            value = given.get(name)
            if value is None:
                value = self.value(default) if default is not None else None
                if value is None:
                    raise Fault(macro.at)
            local[name] = value
        self.result = None
        self.block(macro.body)
        self.arguments.pop()
        self.scopes, self.local, self.loops, self.nested = outer
        result, self.result = self.result, None
        return result

    def invoke_function(self, function: Macro, arguments: list[Value], at: int) -> Value:
        outer, self.out = self.out, []  # what a function prints is lost
        value = self.invoke(function, arguments, {}, None, at)
        self.out = outer
        return value
