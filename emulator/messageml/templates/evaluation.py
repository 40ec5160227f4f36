"""The values of expressions while a template runs, within bounds on steps and levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from emulator.messageml.entityjson import first_value
from emulator.messageml.templates import builtins, dates, texts
from emulator.messageml.templates.dates import Moment
from emulator.messageml.templates.syntax import Expression, Fault, Macro, SyntaxFault
from emulator.messageml.templates.values import (
    MAX_ITEMS,
    Markup,
    Pairs,
    Value,
    arithmetic,
    bounded,
    compare,
    formatted,
    has_content,
    is_number,
    java_text,
    localized,
    number_text,
    numbers,
    plain,
    text_of,
    weight,
    whole_text,
)

MAX_STEPS = 60_000
"""They take about a tenth of a second."""
MAX_LEVELS = 120
MAX_READ = 1_000
"""Characters of a text that a template has read as an expression."""


_NOTHING = Expression("literal", 0, (None,))


class Loop:
    """The state of one loop, for ?index, ?has_next, <#items> and <#sep>."""

    __slots__ = ("index", "items", "names", "size")

    def __init__(self, items: Iterable[tuple[Value, ...]], size: int, names: tuple[str, ...]) -> None:
        self.items = items
        self.size = size
        self.names = names
        self.index = 0


class Evaluator:
    """Knows the variables and works out expressions. `invoke` runs a function of the template."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.globals: dict[str, Value] = {}
        self.scopes: list[dict[str, Value]] = []  # locals of macros and variables of loops, inmost last
        self.local: list[dict[str, Value]] = []  # of these, the locals of macros
        self.loops: list[Loop] = []
        self.arguments: list[Value] = []  # those with which each macro under way was called
        self.steps = 0
        self.level = 0
        self.symbols = (",", ".")
        self.locale = "en_US"
        self.number_format: str | None = None
        self.boolean_format: tuple[str, str] | None = None

    def step(self, at: int, *values: Value) -> None:
        """Counts a step, and more for large values that it walks over. Raises Fault when there were too many."""
        self.steps += 1 + sum(map(weight, values))
        if self.steps > MAX_STEPS:
            raise Fault(at)

    def text(self, value: Value, at: int) -> str:
        """The text that is printed for the value, as <#setting> has it. Raises Fault."""
        if isinstance(value, bool) and self.boolean_format is not None:
            return self.boolean_format[0 if value else 1]
        if self.number_format is not None and is_number(value):
            return formatted(value, self.number_format, self.symbols)
        text = text_of(value, at)
        return localized(text, self.symbols) if is_number(value) else text

    def invoke_function(self, function: Macro, arguments: list[Value], at: int) -> Value:
        """What the function returns; how it is run is known to the interpreter."""
        raise NotImplementedError

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
        if key.kind == "literal" and target.kind == "builtin" and target.parts[1] == "string" and not target.parts[2]:
            number = self.needed(target.parts[0])
            if isinstance(number, Moment):
                return self.dated(number, str(key.parts[0]))
            if is_number(number):
                return formatted(number, str(key.parts[0]), self.symbols)
        if key.kind == "literal" and target.kind == "builtin" and target.parts[1] in builtins.DATES:
            return self.date(target.parts[1], target.parts[0], str(key.parts[0]))
        value = self.needed(target)
        if key.kind == "range":
            return self.slice(value, key, expression.at)
        index = self.needed(key)
        if isinstance(value, dict) and isinstance(index, str):
            return plain(value.get(index))
        if is_number(index):
            if isinstance(value, str) or is_number(value):
                text = java_text(self.text(value, target.at))
                if not 0 <= index < len(text):
                    raise Fault(None)
                return text[int(index)]
            if isinstance(value, list | range):
                return plain(value[int(index)]) if 0 <= index < len(value) else None
        raise Fault(target.at)

    def slice(self, value: Value, key: Expression, at: int) -> Value:
        first, last, operator = key.parts
        if not isinstance(value, str | list | range):
            raise Fault(at)
        at = key.at
        value = java_text(value) if isinstance(value, str) else value
        start = int(self.number(self.value(first), first.at))
        if last is None:
            end = len(value)
        else:
            end = int(self.number(self.value(last), last.at))
            if operator == "..*":
                end = min(start + end, len(value))
            elif operator == "..":
                if end < start and not isinstance(value, str) and end >= 0 and start < len(value):
                    return list(value[end : start + 1])[::-1]
                end += 1
        if not 0 <= start <= len(value) or end > len(value) or end < start:
            raise Fault(at)
        taken = value[start:end]
        taken = whole_text(taken) if isinstance(taken, str) else taken
        self.step(at, taken)
        return list(taken) if isinstance(taken, range) and len(taken) < 1000 else taken

    def eval_group(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return self.value(parts[0])

    def eval_string(self, at: int, parts: tuple[Any, ...]) -> Value:
        pieces = [part if isinstance(part, str) else self.text(self.value(part), part.at) for part in parts]
        text = "".join(pieces)
        self.step(at, text)
        return bounded(text, at)

    def eval_ungrouped(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return number_text(self.number(self.value(parts[0]), parts[0].at), grouped=False)

    def eval_list(self, _at: int, parts: tuple[Any, ...]) -> Value:
        return [self.needed(part) for part in parts]

    def eval_hash(self, _at: int, parts: tuple[Any, ...]) -> Value:
        made = Pairs()
        made.size = len(parts)
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
            "version": lambda: "2.3.31",
            "template_name": lambda: "messageML",
            "main_template_name": lambda: "messageML",
            "current_template_name": lambda: "messageML",
            "time_zone": lambda: "UTC",
            "locale": lambda: self.locale,
            "lang": lambda: self.locale.partition("_")[0],
            "auto_esc": lambda: False,
            "output_format": lambda: "undefined",
            "url_escaping_charset": lambda: None,
            "output_encoding": lambda: None,
            "incompatible_improvements": lambda: "2.3.30",
            "args": lambda: self.arguments[-1] if self.arguments else None,
        }
        name = re.sub("([A-Z])", r"_\1", parts[0]).lower()
        if name not in known:
            raise Fault(at)
        found = known[name]()
        self.step(at, found)
        return found

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
        self.step(at, left, right)
        if operator in ("==", "!=", "<", ">", "<=", ">="):
            return compare(left, right, operator, at)
        if operator != "+":
            self.number(left, first.at)
            self.number(right, second.at)
        elif isinstance(right, list | dict | range | Macro) and type(left) is not type(right):
            raise Fault(second.at)
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
        if isinstance(left, Markup) or isinstance(right, Markup):
            parts = [x if isinstance(x, Markup) else texts.html_escaped(self.text(x, at)) for x in (left, right)]
            return bounded(Markup("".join(parts)), at)
        return bounded(self.text(left, at) + self.text(right, at), at)

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
        return self.invoke_function(function, [self.value(argument) for argument in arguments], at)

    def eval_builtin(self, at: int, parts: tuple[Any, ...]) -> Value:
        target, name, arguments = parts
        if name in builtins.UNAVAILABLE:
            raise Fault(None)
        if name in builtins.LOOP:
            return self.loop_state(name, target, arguments)
        if name in builtins.MISSING:
            return self.missing(name, target, arguments)
        if name in builtins.LAZY:
            return self.chosen(name, target, arguments or ())
        if name in builtins.DATES:
            pattern = self.text(self.needed(arguments[0]), arguments[0].at) if arguments else None
            return self.date(name, target, pattern)
        if name in builtins.ISO:
            if bool(arguments) == ("_utc" in name or "_local" in name) or arguments == ():
                raise Fault(target.at)
            zone = self.text(self.needed(arguments[0]), arguments[0].at) if arguments else None
            return self.iso(name, target, zone)
        if name in builtins.READING:
            return self.reading(name, target)
        if name in builtins.BY_ITEM:
            return self.by_item(name, target, arguments or ())
        value = self.needed(target)
        least, most = builtins.ARGUMENTS.get(name, (0, 0))
        if name == "string" and arguments == ():
            raise Fault(None)
        if (arguments is not None and most == 0) or (arguments is None and least > 0):
            if builtins.suits(name, value):
                raise Fault(target.at)
        elif arguments is not None and not least <= len(arguments) <= most:
            raise Fault(None)
        given = [self.value(argument) for argument in arguments or ()]
        if any(each is None for each in given) and name not in builtins.SEEKING:
            raise Fault(None)
        if isinstance(value, Moment):
            if name == "string":
                return self.dated(value, self.text(given[0], at) if given else None)
            if name == "long":
                return value.milliseconds()
        if name == "string" and is_number(value) and len(given) == 1:
            return formatted(value, self.text(given[0], at), self.symbols)
        if name == "string" and not given and (is_number(value) or self.boolean_format is not None):
            return self.text(value, target.at)
        if name not in builtins.CHEAP:
            self.step(at, value, *given)
        try:
            result = bounded(builtins.BUILTINS[name](value, given, target.at), at)
        except Fault as fault:
            # The value is blamed when it is of the wrong kind, the directive when it is something about it.
            raise (Fault(None) if builtins.suits(name, value) else fault) from None
        except (ArithmeticError, ValueError, TypeError, MemoryError):
            raise Fault(None) from None
        if name not in builtins.CHEAP:
            self.step(at, result)
        return result

    def date(self, name: str, target: Expression, pattern: str | None) -> Value:
        """The text as a date, a time or both."""
        value = self.needed(target)
        if isinstance(value, Moment):
            if not dates.can_be(value.kind, dates.KINDS[name]):
                raise Fault(target.at)
            return Moment(value.at, dates.KINDS[name])
        try:
            return dates.from_pattern(self.text(value, target.at), pattern, dates.KINDS[name])
        except dates.BadDate:
            raise Fault(None) from None

    def iso(self, name: str, target: Expression, zone: str | None) -> str:
        """A date as ISO 8601 has it."""
        value = self.needed(target)
        if not isinstance(value, Moment):
            raise Fault(target.at)
        try:
            return dates.by_iso_builtin(value, name, zone)
        except dates.BadDate:
            raise Fault(None) from None

    def dated(self, value: Moment, pattern: str | None) -> str:
        try:
            return dates.text(value, pattern)
        except dates.BadDate:
            raise Fault(None) from None

    def reading(self, name: str, target: Expression) -> Value:
        """eval and eval_json."""
        text = self.text(self.needed(target), target.at)
        if len(text) > MAX_READ:
            raise Fault(target.at)
        try:
            if name == "eval_json":
                return plain(first_value(text))
            # Read here, since the parser asks which built-ins there are.
            from emulator.messageml.templates.expressions import Scanner

            scanner = Scanner(f"({text})", 0, in_tag=False)
            value = scanner.expression()
            return self.value(value) if scanner.at == len(scanner.source) else self.needed(_NOTHING)
        except (SyntaxFault, ValueError, Fault):
            raise Fault(target.at) from None

    def chosen(self, name: str, target: Expression, arguments: tuple[Expression, ...]) -> Value:
        if name == "then":
            if len(arguments) != 2:
                raise Fault(target.at)
            return self.value(arguments[0 if self.truth(target) else 1])
        value = self.needed(target)
        for case, result in zip(arguments[::2], arguments[1::2], strict=False):
            if compare(value, self.needed(case), "==", target.at):
                return self.value(result)
        if len(arguments) % 2 == 0:
            raise Fault(target.at)
        return self.value(arguments[-1])

    def by_item(self, name: str, target: Expression, arguments: tuple[Expression, ...]) -> Value:
        """filter, map and their like."""
        if len(arguments) != 1:
            raise Fault(target.at)
        items = builtins.items_of(self.needed(target), target.at)
        found: list[Value] = []
        dropping = name == "drop_while"
        for item in map(plain, items):
            result = self.applied(arguments[0], item)
            if name == "map":
                found.append(result)
                continue
            if not isinstance(result, bool):
                raise Fault(None)
            if name == "take_while" and not result:
                break
            dropping = dropping and result
            if not dropping and (result or name == "drop_while"):
                found.append(item)
        return found

    def applied(self, function: Expression, item: Value) -> Value:
        """What `name -> expression`, or a function of the template, makes of the item."""
        if function.kind == "lambda":
            name, body = function.parts
            self.scopes.append({name: item})
            try:
                result = self.value(body)
            except Fault:
                raise Fault(None) from None
            self.scopes.pop()
        else:
            macro = self.needed(function)
            if not isinstance(macro, Macro) or not macro.function:
                raise Fault(function.at)
            result = self.invoke_function(macro, [item], function.at)
        if result is None:
            raise Fault(None)
        return result

    def missing(self, name: str, target: Expression, arguments: tuple[Expression, ...] | None) -> Value:
        value = self.or_missing(target)
        if name == "default" and not arguments:
            raise Fault(target.at)
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
