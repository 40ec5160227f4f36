"""The expressions of templates: text to `Expression`, by precedence climbing, to a limited depth."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from emulator.messageml.names import names
from emulator.messageml.templates.builtins import BY_ITEM, LAZY, LOOP, NAMES, UNAVAILABLE
from emulator.messageml.templates.syntax import Course, Expression, SyntaxFault
from emulator.messageml.templates.values import java_text

MAX_DEPTH = 50
MAX_OPERATORS = 5_000
"""In one interpolation or tag, operands counted too."""
_SPACE = re.compile(r"(?:\s|<#--.*?-->|\[#--.*?--\])*", re.DOTALL)
_NAME = re.compile(r"(?:[^\W\d]|[$@])(?:[\w$@]|\\[-.:#])*")
_LAMBDA = re.compile(rf"(\()?\s*({_NAME.pattern})\s*(?(1)\))\s*-(?:>|&gt;)")
_PLAIN_RUN = re.compile(r"""[^"'\\$#]+""")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OPERATOR = re.compile(
    r"\\and\b|\\or\b|\|\||\||&&|&amp;&amp;|==|!=|<=|>=|&lt;=|&gt;=|&lt;|&gt;|\.\.[<!*]?|[=<>+\-*/%&]"
)
_WORD_OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_SAME = {
    "|": "||",
    "&": "&&",
    "\\and": "&&",
    "\\or": "||",
    "=": "==",
    "&lt;": "<",
    "&gt;": ">",
    "&lt;=": "<=",
    "&gt;=": ">=",
    "&amp;&amp;": "&&",
    "..!": "..<",
}
_STRENGTH = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "..": 5,
    "..<": 5,
    "..*": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "%": 7,
}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "l": "<", "g": ">", "a": "&"}
_AFTER = ('"."', '".."', "<DOT_DOT_LESS>", '"..*"', '"?"', '"??"', '"!"', '"["', '"("', '"}"', "<TERMINATING_EXCLAM>")


_KEYS = (
    *('"false"', '"true"', "<LESS_THAN>", "<LESS_THAN_EQUALS>", "<ESCAPED_GT>", "<ESCAPED_GTE>", '"*"', '"**"', '"in"'),
    *('"as"', '"using"', "<ID>"),
)
_NO_KEY = re.compile(r"\*\*?|<=?|&lt;=?|&gt;=?")


def after_operand(*ends: str) -> str:
    """What FreeMarker expects after an operand, and what ends the expression there."""
    listed = [each for each in _AFTER if each != '"}"']
    place = listed.index('"("') if ends == ('"]"',) else len(listed) - 1
    listed[place:place] = ends
    return patterns(*listed)


def patterns(*expected: str) -> str:
    """What was expected instead, in FreeMarker's words."""
    if len(expected) == 1:
        return f", but was expecting pattern:\n    {expected[0]}"
    return ", but was expecting one of these patterns:\n    " + "\n    ".join(expected)


EXPECTED = """, but was expecting one of these patterns:
    <STRING_LITERAL>
    <RAW_STRING>
    "false"
    "true"
    <INTEGER>
    <DECIMAL>
    "."
    "+"
    "-"
    "!"
    "["
    "("
    "{"
    <ID>"""


_AFTER_SIGN = {
    **dict.fromkeys("+-", EXPECTED.replace('    "+"\n    "-"\n    "!"\n', "")),
    "!": EXPECTED.replace('    "+"\n    "-"\n', ""),
}
"""What may follow a sign."""
_HUMP = re.compile("([a-z0-9])([A-Z])")


def _snake(name: str) -> str:
    """A built-in's name as it is listed, for one written in camel case."""
    if name.islower() or "_" in name:
        return name
    snake = _HUMP.sub(r"\1_\2", name).lower()
    return snake if snake in NAMES or snake in UNAVAILABLE else name


def _unknown_builtin(name: str) -> str:
    lines: list[str] = []
    for known in sorted(NAMES | UNAVAILABLE):
        if lines and lines[-1][0] == known[0]:
            lines[-1] += f", {known}"
        else:
            lines.append(known)
    manual = "https://freemarker.apache.org/docs/ref_builtins.html"
    listed = ", \n".join(lines)
    return (
        f'Unknown built-in: "{name}". Help (latest version): {manual}; you\'re using FreeMarker 2.3.31.\n'
        f"The alphabetical list of built-ins:\n{listed}"
    )


SPECIAL = frozenset(
    names(
        "args auto_esc caller_template_name current_node current_template_name data_model error get_optional_template"
        " globals incompatible_improvements lang locale locale_object locals main main_template_name namespace node now"
        " output_encoding output_format pass template_name time_zone url_escaping_charset vars version"
    )
)
"""The variables behind a dot."""


def _snake_special(name: str) -> str:
    return name if name.islower() else _HUMP.sub(r"\1_\2", name).lower()


def _unknown_special(name: str) -> str:
    listed = sorted(SPECIAL)
    if _HUMP.search(name):
        listed = [re.sub("_([a-z])", lambda found: found[1].upper(), each) for each in listed]
    return f'Unknown special variable name: "{name}".\nThe allowed special variable names are: {", ".join(listed)}'


def _start(value: Expression) -> int:
    """Where its text begins: of parentheses at the first one, though their content is blamed when it is wrong."""
    return int(value.parts[1]) if value.kind == "group" else value.at


class Scanner:
    """Reads expressions from a place in the template on; `at` is how far it has come."""

    __slots__ = ("at", "course", "depth", "in_tag", "operators", "source")

    def __init__(self, source: str, at: int, *, in_tag: bool, course: Course | None = None) -> None:
        self.source = source
        self.at = at
        self.in_tag = in_tag
        """Whether a bare > ends the directive, rather than comparing."""
        self.depth = 0
        self.operators = 0
        self.course = course
        """What is known of the template around, None for an expression by itself."""

    # --- pieces -----------------------------------------------------------------------------------------------------

    def space(self) -> None:
        """Skips white space and comments."""
        found = _SPACE.match(self.source, self.at)
        if found:
            self.at = found.end()

    def looking_at(self, text: str) -> bool:
        """Whether this comes next, after space."""
        self.space()
        return self.source.startswith(text, self.at)

    def accept(self, text: str) -> bool:
        """Reads it if it comes next."""
        if self.looking_at(text):
            self.at += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Reads it, or fails."""
        if not self.accept(text):
            raise self.unexpected(after_operand(f'"{text}"') if text in "})]" else patterns(f'"{text}"'))

    def unexpected(self, rest: str = EXPECTED) -> SyntaxFault:
        """The fault of meeting what comes next."""
        self.space()
        if self.at >= len(self.source):
            return SyntaxFault(max(len(self.source) - 1, 0), "Unexpected end of file reached.")
        if self.in_tag and self.source[self.at] in "]}":
            closed = self.source[self.at]
            nothing = "here, as there's nothing open that it could close."
            return SyntaxFault(self.at, f'You can\'t have an "{closed}" {nothing}')
        if self.source.startswith(("${", "#{"), self.at):
            sign = self.source[self.at]
            return SyntaxFault(
                self.at,
                f"You can't use {sign}{{...}} (an interpolation) here as you are already in FreeMarker-expression-mode."
                f" Thus, instead of {sign}{{myExpression}}, just write myExpression. ({sign}{{...}} is only used where"
                " otherwise static text is expected, i.e., outside FreeMarker tags and interpolations, or inside string"
                " literals.)",
            )
        character = self.source[self.at]
        if character in "'\"" and self.source.find(character, self.at + 1) < 0:
            return self.unclosed(self.at)
        if character == "#" and self.at + 1 < len(self.source):
            return self.lexical(self.at + 1, "#")
        if character > "\uffff":
            return self.lexical(self.at, "")
        word = _NAME.match(self.source, self.at)
        met = word[0] if word else "->" if self.source.startswith("->", self.at) else self.source[self.at]
        return SyntaxFault(self.at, f'Encountered "{met}"{rest}')

    def unclosed(self, at: int) -> SyntaxFault:
        """The fault of a text whose end is missing."""
        rest = self.source[at:].translate({92: "\\\\", 39: "\\'", 34: '\\"', 10: "\\n"})
        return SyntaxFault(len(self.source), f'Lexical error: encountered <EOF> after "{rest}".')

    def lexical(self, at: int, after: str) -> SyntaxFault:
        """The fault of a character with which nothing begins."""
        unit = java_text(self.source[at])[0]
        shown = unit if " " <= unit <= "~" else f"\\u{ord(unit):04x}"
        return SyntaxFault(at, f'Lexical error: encountered "{shown}" ({ord(unit)}), after "{after}".')

    def peek_name(self) -> str | None:
        """The name that comes next, unread."""
        self.space()
        found = _NAME.match(self.source, self.at)
        return found[0] if found else None

    def name(self) -> str:
        """Reads a name."""
        found = self.peek_name()
        if found is None:
            raise self.unexpected(patterns("<ID>"))
        self.at += len(found)
        return found.replace("\\", "")

    def accept_word(self, word: str) -> bool:
        """Reads this word if it is the name that comes next."""
        if self.peek_name() == word:
            self.at += len(word)
            return True
        return False

    # --- expressions ------------------------------------------------------------------------------------------------

    def expression(self, strength: int = 0) -> Expression:
        """Reads an expression whose operators bind at least that strongly."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxFault(self.at, "The expression is nested too deeply.")
        left = self.unary()
        while True:
            self.operators += 1
            if self.operators > MAX_OPERATORS:
                raise SyntaxFault(self.at, "The expression is too long.")
            operator, length = self.operator()
            power = _STRENGTH.get(operator, -1)
            if power <= strength:
                break
            self.at += length
            if operator.startswith("..") and not self.starts_expression():
                if operator != "..":
                    raise self.unexpected()
                left = Expression("range", _start(left), (left, None, ".."))
                continue
            right = self.expression(power)
            if operator in ("-", "*", "/", "%", "<", ">", "<=", ">="):
                self.number_expected(left)
                self.number_expected(right)
            kind = "range" if operator.startswith("..") else "binary"
            left = Expression(kind, _start(left), (left, right, operator))
        self.depth -= 1
        return left

    def number_expected(self, expression: Expression) -> None:
        """A literal of another kind is refused before the template runs."""
        literal = expression.parts[0] if expression.kind == "literal" else None
        if isinstance(literal, str):
            raise SyntaxFault(expression.at, f'Found string literal: "{literal}". Expecting: number')
        if isinstance(literal, bool):
            raise SyntaxFault(expression.at, f"Found boolean literal: {str(literal).lower()}. Expecting: number")

    def operator(self) -> tuple[str, int]:
        """The operator that comes next, unread, and how long it is as written."""
        self.space()
        word = self.peek_name()
        if word is not None:
            return (_WORD_OPERATORS[word], len(word)) if word in _WORD_OPERATORS else ("", 0)
        found = _OPERATOR.match(self.source, self.at)
        if not found or self.source.startswith("->", self.at):
            return "", 0
        if self.in_tag and (found[0] in (">", ">=") or self.source.startswith("/>", self.at)):
            return "", 0
        return _SAME.get(found[0], found[0]), len(found[0])

    def starts_expression(self) -> bool:
        """Whether what comes next can begin an expression."""
        self.space()
        word = self.peek_name()
        if word is not None:
            return word not in ("as", "in", "using", *_WORD_OPERATORS)
        return (
            not self.source.startswith("->", self.at)
            and self.at < len(self.source)
            and self.source[self.at] in "\"'0123456789([{!+-."
        )

    def unary(self) -> Expression:
        self.space()
        at, signs = self.at, ""
        while self.at < len(self.source) and self.source[self.at] in "!+-":
            signs += self.source[self.at]
            self.at += 1
            self.space()
            if len(signs) > MAX_DEPTH:
                raise SyntaxFault(at, "The expression is nested too deeply.")
        if signs and not self.starts_expression():
            raise self.unexpected(_AFTER_SIGN[signs[-1]])
        value = self.postfix(self.primary())
        for sign in reversed(signs):
            value = Expression("not" if sign == "!" else "sign", at, (value, sign))
        return value

    def primary(self) -> Expression:
        self.space()
        at = self.at
        character = self.source[at : at + 1]
        if character in ("'", '"') and character:
            return self.string(raw=False)
        if character == "r" and self.source[at + 1 : at + 2] in ("'", '"') and self.source[at + 1 : at + 2]:
            self.at += 1
            return self.string(raw=True)
        number = _NUMBER.match(self.source, at)
        if number:
            self.at = number.end()
            if len(number[0]) > 300:
                raise SyntaxFault(at, "The number is too long.")
            return Expression("literal", at, (Decimal(number[0]) if "." in number[0] else int(number[0]),))
        if self.accept("("):
            inside, self.in_tag = self.in_tag, False
            value = self.expression()
            self.expect(")")
            self.in_tag = inside
            return Expression("group", value.at, (value, at))
        if self.accept("["):
            return Expression("list", at, tuple(self.arguments("]")))
        if self.accept("{"):
            return Expression("hash", at, tuple(self.pairs()))
        if self.accept("."):
            place = self.at
            special = self.name()
            if _snake_special(special) not in SPECIAL:
                raise SyntaxFault(place, _unknown_special(special))
            if self.course is not None:
                self.course.named(place, special)
            return Expression("special", at, (special,))
        word = None if self.source.startswith("${", at) else self.peek_name()
        if word is None or word in ("as", "in", "using", *_WORD_OPERATORS):
            raise self.unexpected()
        self.at += len(word)
        if word in ("true", "false"):
            return Expression("literal", at, (word == "true",))
        return Expression("name", at, (word.replace("\\", ""),))

    def arguments(self, end: str) -> list[Expression]:
        """Reads expressions up to `end`."""
        inside, self.in_tag = self.in_tag, False
        found: list[Expression] = []
        while not self.accept(end):
            if end == "]" and not found and not self.starts_expression():
                raise self.unexpected(EXPECTED.replace('    "["\n', '    "["\n    "]"\n'))
            if end == ")" and self.looking_at("}"):
                listed = EXPECTED.partition(":")[2].replace('    "("\n', '    "("\n    ")"\n')
                only = ', but at this place only this can be closed: "(".\nWas expecting one of these patterns:'
                raise self.unexpected(only + listed)
            found.append(self.expression())
            if not self.accept(",") and not self.looking_at(end) and not self.starts_expression():
                raise self.unexpected(patterns('","', f'"{end}"'))
        self.in_tag = inside
        return found

    def pairs(self) -> list[tuple[Expression, Expression]]:
        inside, self.in_tag = self.in_tag, False
        found = []
        while not self.accept("}"):
            key = self.expression()
            if not self.accept(":"):
                self.expect(",")
            found.append((key, self.expression()))
            if not self.accept(",") and not self.looking_at("}"):
                raise self.unexpected(patterns('","', '"}"'))
        self.in_tag = inside
        return found

    def string(self, *, raw: bool) -> Expression:
        """Reads a string; with interpolations in it, it is an operation on its pieces."""
        at, quote = self.at, self.source[self.at]
        pieces: list[Any] = []
        text: list[str] = []
        place = at + 1
        short = self.source.find(quote, place, place + 4) > 0  # too short to hold an interpolation
        while True:
            character = self.source[place : place + 1]
            if not character:
                raise self.unclosed(at)
            if character == quote:
                break
            if character == "\\" and not raw:
                taken, letter = self.escape(place + 1)
                text.append(letter)
                place = taken
            elif (
                self.source.startswith(("${", "#{"), place)
                and not raw
                and not short
                and self.source.find("}", place) > 0
            ):
                inner = Scanner(self.source, place + 2, in_tag=False, course=self.course)
                inner.depth = self.depth + 1
                value = inner.expression()
                inner.expect("}")
                if character == "#":
                    value = Expression("ungrouped", value.at, (value,))
                pieces += ["".join(text), value]
                text = []
                place = inner.at
            else:
                run = _PLAIN_RUN.match(self.source, place)
                taken = run.end() if run else place + 1
                text.append(self.source[place:taken])
                place = taken
        self.at = place + 1
        if not pieces:
            return Expression("literal", at, ("".join(text),))
        return Expression("string", at, (*pieces, "".join(text)))

    def escape(self, place: int) -> tuple[int, str]:
        character = self.source[place : place + 1]
        if character in _ESCAPES:
            return place + 1, _ESCAPES[character]
        if character and character in "\\\"'{=$":
            return place + 1, character
        found = re.compile(r"x([0-9A-Fa-f]{1,4})").match(self.source, place)
        if not found:
            raise SyntaxFault(place, f"Lexical error: invalid escape sequence \\{character} in a string literal")
        return found.end(), chr(int(found[1], 16))

    def postfix(self, value: Expression) -> Expression:
        """Reads what may follow a value: .name, [key], (arguments), ?builtin, ??, !default."""
        links = 0
        while True:
            self.space()
            links += 1
            if links > 4 * MAX_DEPTH:
                raise SyntaxFault(self.at, "The expression is too long.")
            at = _start(value)
            if self.looking_at("."):
                if self.source.startswith("..", self.at):
                    return value
                literal = value.parts[0] if value.kind == "literal" else None
                if isinstance(literal, str):
                    raise SyntaxFault(at, f'Found string literal: "{literal}". Expecting: hash')
                if isinstance(literal, bool):
                    raise SyntaxFault(at, f"Found: {str(literal).lower()} literal. Expecting hash")
                self.at += 1
                value = Expression("key", at, (value, Expression("literal", self.at, (self.key_name(),))))
            elif self.accept("["):
                inside, self.in_tag = self.in_tag, False
                value = Expression("key", at, (value, self.expression()))
                self.expect("]")
                self.in_tag = inside
            elif self.accept("("):
                value = Expression("call", at, (value, tuple(self.arguments(")"))))
            elif self.accept("??"):
                value = Expression("exists", at, (value,))
            elif self.accept("?"):
                value = self.builtin(value)
            elif self.looking_at("!") and not self.source.startswith("!=", self.at):
                self.at += 1
                default = self.expression() if self.starts_default() else None
                value = Expression("default", at, (value, default))
            else:
                return value

    def key_name(self) -> str:
        """Reads the name behind a dot."""
        if self.peek_name() is not None:
            return self.name()
        found = _NO_KEY.match(self.source, self.at)
        if found is None:
            raise self.unexpected(patterns(*_KEYS))
        if found[0] in ("*", "**"):
            self.at = found.end()
            return found[0]
        raise SyntaxFault(self.at, f"{found[0]} is not a valid identifier.")

    def starts_default(self) -> bool:
        self.space()
        return self.starts_expression() and self.source[self.at] not in "!."

    def builtin(self, value: Expression) -> Expression:
        self.space()
        place = self.at
        written = self.name()
        name = _snake(written)
        if name not in NAMES and name not in UNAVAILABLE:
            raise SyntaxFault(place, _unknown_builtin(name))
        if name in LOOP and value.kind != "name":
            raise SyntaxFault(
                _start(value),
                f"Expression used as the left hand operand of ?{name} must be a simple loop variable name.",
            )
        if self.course is not None:
            self.course.named(place, written)
            if name in LOOP and not self.course.is_loop_variable(value.parts[0]):
                unbound = f"there's no loop variable in scope with this name: {value.parts[0]}"
                raise SyntaxFault(
                    _start(value), f"The left hand operand of ?{written} must be a loop variable, but {unbound}"
                )
        if name in LAZY | BY_ITEM and not self.looking_at("("):
            raise self.unexpected(patterns('"("'))
        arguments: tuple[Expression, ...] | None = None
        if self.accept("("):
            arguments = (self.function(),) if name in BY_ITEM else tuple(self.arguments(")"))
            if name == "then" and len(arguments) != 2:
                raise SyntaxFault(place + len(written), "?then(...) requires exactly 2 parameters")
        return Expression("builtin", _start(value), (value, name, arguments))

    def function(self) -> Expression:
        """Reads `item -> expression`, or what else gives a function, and the parenthesis after it."""
        self.space()
        inside, self.in_tag = self.in_tag, False
        at, found = self.at, _LAMBDA.match(self.source, self.at)
        if found:
            self.at = found.end()
        value = self.expression()
        self.expect(")")
        self.in_tag = inside
        return Expression("lambda", at, (found[2], value)) if found else value
