"""What Jackson, the agent's JSON parser, says of JSON that it cannot read: its words, its source snippet, its columns.

Read by hand only where the fast reader has refused a text, or where a place in the text is asked for.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from sys import byteorder

MAX_DEPTH = 1000
MAX_DIGITS = 1000
_SNIPPET = 500
_MAX_TOKEN = 256
_VALID = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_DIGITS = re.compile("[0-9]*")
_BLANKS = re.compile("[ \t\r\n]*")
_IDENTIFIER_PART = re.compile(r"[\w$\x00-\x08\x0e-\x1b\x7f-\x9f]")
_IDENTIFIER = re.compile(_IDENTIFIER_PART.pattern + "*")
_HEX = frozenset("0123456789abcdefABCDEF")


class JsonFault(ValueError):
    """The text is no JSON. The message is Jackson's without its place; `at` is where its reader stood."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


@dataclass(slots=True, frozen=True)
class Token:
    """One token: its kind (`{ } [ ] name text int float true false null`), its own text, where it starts."""

    kind: str
    text: str
    at: int


def utf16(text: str) -> str:
    """The text with each character beyond U+FFFF as its two halves: Java's positions are those of this text."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, array("H", units))) if byteorder == "little" else text


def source(text: str) -> str:
    """The source as the messages name it: its first 500 characters."""
    shown = _escape_controls(text[:_SNIPPET])
    more = len(text) - _SNIPPET
    return f'(String)"{shown}"' + (f"[truncated {more} chars]" if more > 0 else "")


def _escape_controls(text: str) -> str:
    return "".join(f"\\u{ord(c):04X}" if (c < " " and c not in "\r\n") or "\x7f" <= c <= "\x9f" else c for c in text)


def place(text: str, at: int, *, ended: bool = True) -> str:
    """`[Source: ...; line: L, column: C]` for the offset at which the reader stood."""
    # A line break that is itself what was wrong has not been counted.
    if at < 0:
        return f"[Source: {source(text)}; line: 1, column: 0]"
    counted = at if ended or at < 1 else at - 1
    before = text[:counted].replace("\r\n", " \n").replace("\r", "\n")
    line, start = before.count("\n") + 1, before.rfind("\n") + 1
    return f"[Source: {source(text)}; line: {line}, column: {at - start + 1}]"


def described(text: str, fault: JsonFault) -> str:
    """The whole message of Jackson for this fault of the text."""
    if fault.at < 0:
        return str(fault)
    return f"{fault}\n at {place(text, fault.at, ended=str(fault).startswith('Unexpected end'))}"


def _character(c: str) -> str:
    code = ord(c)
    if code < 32 or 0x7F <= code <= 0x9F:
        return f"(CTRL-CHAR, code {code})"
    return f"'{c}' (code {code} / 0x{code:x})" if code > 255 else f"'{c}' (code {code})"


def _unexpected(c: str, comment: str, at: int) -> JsonFault:
    return JsonFault(f"Unexpected character ({_character(c)}): {comment}", at)


def _in_number(c: str, comment: str, at: int) -> JsonFault:
    return JsonFault(f"Unexpected character ({_character(c)}) in numeric value: {comment}", at)


class _Reader:
    __slots__ = ("at", "open", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[tuple[str, int]] = []

    # --- between tokens ----------------------------------------------------------------------------------------------

    def skip(self) -> str:
        """The next character that is no white space, not yet passed; empty at the end."""
        found = _BLANKS.match(self.text, self.at)
        self.at = found.end() if found else self.at
        c = self.text[self.at : self.at + 1]
        if c and c < " ":
            reason = "only regular white space (\\r, \\n, \\t) is allowed between tokens"
            raise JsonFault(f"Illegal character ({_character(c)}): {reason}", self.at + 1)
        if c == "/":
            feature = "not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser"
            raise _unexpected(c, f"maybe a (non-standard) comment? ({feature})", self.at + 1)
        return c

    def around(self) -> str:
        return {"{": "Object", "[": "Array"}[self.open[-1][0]] if self.open else "root"

    def wrong_close(self, c: str) -> JsonFault:
        other = "}" if c == "]" else "]"
        begun = place(self.text, self.open[-1][1] if self.open else -1)
        return JsonFault(
            f"Unexpected close marker '{c}': expected '{other}' (for {self.around()} starting at {begun})", self.at + 1
        )

    # --- values ------------------------------------------------------------------------------------------------------

    def string(self, what: str) -> str:
        """Reads to the closing quote; `what` is it, for the messages."""
        text = self.text
        self.at += 1
        parts: list[str] = []
        while True:
            found = _PLAIN.match(text, self.at)
            assert found is not None
            parts.append(found[0])
            self.at = found.end()
            c = text[self.at : self.at + 1]
            if c == '"':
                self.at += 1
                return "".join(parts)
            if not c:
                missing = (
                    ": was expecting closing quote for a string value" if what == "string value" else " in field name"
                )
                raise JsonFault(f"Unexpected end-of-input{missing}", self.at)
            if c < " ":
                raise JsonFault(
                    f"Illegal unquoted character ({_character(c)}): has to be escaped using backslash "
                    f"to be included in {what}",
                    self.at + 1,
                )
            parts.append(self.escape())

    def escape(self) -> str:
        text = self.text
        c = text[self.at + 1 : self.at + 2]
        ended = "Unexpected end-of-input in character escape sequence"
        if not c:
            raise JsonFault(ended, self.at + 1)
        if c != "u":
            if c not in '"\\/bfnrt':
                raise JsonFault(f"Unrecognized character escape {_character(c)}", self.at + 2)
            self.at += 2
            return {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(c, c)
        for index in range(self.at + 2, self.at + 6):
            digit = text[index : index + 1]
            if not digit:
                raise JsonFault(ended, index)
            if digit not in _HEX:
                raise _unexpected(digit, "expected a hex-digit for character escape sequence", index + 1)
        code = text[self.at + 2 : self.at + 6]
        self.at += 6
        return chr(int(code, 16))

    def word(self, c: str) -> Token:
        """A literal, or what stands where a value should: letters are read on, so as to name them."""
        text, begin = self.text, self.at
        for literal in ("true", "false", "null", "NaN", "Infinity"):
            if not literal.startswith(c):
                continue
            matched = 1
            while matched < len(literal) and text[begin + matched : begin + matched + 1] == literal[matched]:
                matched += 1
            if matched < len(literal) or not self.ends(begin + matched):
                raise self.unknown(begin, matched)
            self.at = begin + matched
            if literal in ("NaN", "Infinity"):
                raise self.non_standard(literal)
            return Token(literal, literal, begin)
        if c.isalpha() or c in "_$":
            raise self.unknown(begin, 1)
        if c == "+":
            raise self.plus()
        if c == "}" and self.open and self.open[-1][0] == "[":
            raise _unexpected(c, "expected a value", begin + 1)
        raise _unexpected(c, f"expected a valid value {_VALID}", begin + 1)

    def unknown(self, begin: int, matched: int, sign: str = "") -> JsonFault:
        found = _IDENTIFIER.match(self.text, begin + matched)
        end = found.end() if found else begin + matched
        token = sign + self.text[begin:end]
        if len(token) >= _MAX_TOKEN:
            token, end = token[:_MAX_TOKEN] + "...", begin + _MAX_TOKEN
        return JsonFault(f"Unrecognized token '{token}': was expecting {_VALID}", end)

    def non_standard(self, token: str) -> JsonFault:
        feature = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
        return JsonFault(f"Non-standard token '{token}': {feature}", self.at)

    def plus(self) -> JsonFault:
        c = self.text[self.at + 1 : self.at + 2]
        if not c:
            return JsonFault("Unexpected end-of-input in a Number value", self.at + 1)
        if c == "I" and (special := self.infinity("+", self.at + 1)):
            return special
        feature = "enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow"
        return _in_number(
            "+", f"JSON spec does not allow numbers to have plus signs: {feature}", self.at + 2 + (c == "I")
        )

    def infinity(self, sign: str, at: int) -> JsonFault | None:
        """What is wrong with a signed INF or Infinity at this place; None when it is neither."""
        text = self.text
        if len(text) == at + 1:
            return JsonFault("Unexpected end-of-input in a Number value", at + 1)
        for literal in ("INF", "Infinity"):
            if text[at + 1] == literal[1]:
                matched = 2
                while matched < len(literal) and text[at + matched : at + matched + 1] == literal[matched]:
                    matched += 1
                if matched == len(literal) and self.ends(at + matched):
                    self.at = at + matched
                    return self.non_standard(sign + literal)
                return self.unknown(at, matched, sign)
        return None

    def ends(self, at: int) -> bool:
        """Whether a literal may end before this place."""
        after = self.text[at : at + 1]
        return after < "0" or after in "]}" or not _IDENTIFIER_PART.match(after)

    def number(self) -> Token:
        text, begin = self.text, self.at
        negative = text[begin] == "-"
        at = begin + negative
        c = text[at : at + 1]
        if not c:
            raise JsonFault("Unexpected end-of-inputNo digit following minus sign", at)
        if not ("0" <= c <= "9"):
            raise self.bad_negative(c, at)
        # Jackson has a quick way and a slow one, which stand at different places when something is wrong.
        slow = c == "0"
        if slow and "0" <= text[at + 1 : at + 2] <= "9":
            raise JsonFault("Invalid numeric value: Leading zeroes not allowed", at + 1)
        at = quick = self.digits(at)
        quick += 1  # where the quick way stands: after the point, or after the e when there is none
        kind = "int"
        if text[at : at + 1] == ".":
            kind, after = "float", self.digits(at + 1)
            if after == at + 1:
                c = text[after : after + 1]
                raise _in_number(c or ".", "Decimal point not followed by a digit", after + (1 if slow and c else 0))
            at = after
        if text[at : at + 1] in ("e", "E"):
            kind = "float"
            sign = at + 1 + (text[at + 1 : at + 2] in ("+", "-") and bool(text[at + 1 : at + 2]))
            after = self.digits(sign)
            if after == sign:
                c = text[after : after + 1]
                if not c:
                    raise JsonFault("Unexpected end-of-inputexpected a digit for number exponent", after)
                raise _in_number(c, "Exponent indicator not followed by a digit", after + 1 if slow else quick)
            at = after
        c = text[at : at + 1]
        if not self.open and c and c not in " \t\r\n":
            raise _unexpected(c, "Expected space separating root-level values", at + 1)
        length = at - begin - negative
        if length > MAX_DIGITS:
            raise JsonFault(f"Number length ({length}) exceeds the maximum length ({MAX_DIGITS})", -1)
        self.at = at
        return Token(kind, text[begin:at], begin)

    def digits(self, at: int) -> int:
        found = _DIGITS.match(self.text, at)
        return found.end() if found else at

    def bad_negative(self, c: str, at: int) -> JsonFault:
        if c == "I":
            special = self.infinity("-", at)
            if special:
                return special
            at += 1
            c = self.text[at]
        elif c == ".":
            return _unexpected(c, f"expected a valid value {_VALID}", at + 1)
        reason = "expected digit (0-9) to follow minus sign, for valid numeric value"
        return _in_number(c, reason, at + 1)

    # --- the walk ----------------------------------------------------------------------------------------------------

    def tokens(self) -> Iterator[Token]:
        """The tokens of the first value. Raises JsonFault."""
        first = True
        while True:
            c = self.skip()
            if not c:
                if not self.open:
                    return
                begun = place(self.text, self.open[-1][1])
                raise JsonFault(
                    f"Unexpected end-of-input: expected close marker for {self.around()} (start marker at {begun})",
                    self.at,
                )
            if c in "]}":
                yield self.close(c)
                if not self.open:
                    return
                first = False
                continue
            if not first:
                if c != ",":
                    comment = f"was expecting comma to separate {self.around()} entries"
                    raise _unexpected(c, comment, self.at + 1)
                self.at += 1
                c = self.skip_to_more()
            if self.open and self.open[-1][0] == "{":
                name, c = self.name(c)
                # A value is looked at together with its name, but for the content of a string.
                if c == '"':
                    yield name
                    token = self.value(c)
                else:
                    token = self.value(c)
                    yield name
            else:
                token = self.value(c)
            yield token
            if not self.open:
                return
            first = token.kind in ("[", "{")

    def close(self, c: str) -> Token:
        if not self.open or self.open[-1][0] != {"]": "[", "}": "{"}[c]:
            raise self.wrong_close(c)
        self.open.pop()
        self.at += 1
        return Token(c, c, self.at - 1)

    def skip_to_more(self) -> str:
        c = self.skip()
        if not c:
            raise JsonFault(f"Unexpected end-of-input within/between {self.around()} entries", self.at)
        return c

    def name(self, c: str) -> tuple[Token, str]:
        """A field's name, and the first character of its value."""
        if c != '"':
            raise _unexpected(c, "was expecting double-quote to start field name", self.at + 1)
        begin = self.at
        name = self.string("name")
        c = self.skip_to_more()
        if c != ":":
            raise _unexpected(c, "was expecting a colon to separate field name and value", self.at + 1)
        self.at += 1
        return Token("name", name, begin), self.skip_to_more()

    def value(self, c: str) -> Token:
        begin = self.at
        if c == '"':
            return Token("text", self.string("string value"), begin)
        if c in "[{":
            self.at += 1
            self.open.append((c, begin))
            if len(self.open) > MAX_DEPTH:
                depth = f"Depth ({MAX_DEPTH + 1}) exceeds the maximum allowed nesting depth ({MAX_DEPTH})"
                raise JsonFault(depth, -1)
            return Token(c, c, begin)
        if c == "-" or "0" <= c <= "9":
            return self.number()
        return self.word(c)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the first JSON value in the text (as `utf16` has it). Raises JsonFault where Jackson would."""
    return _Reader(text).tokens()


def fault(text: str) -> str | None:
    """What Jackson says of the text; None when it can read its first value."""
    text = utf16(text)
    try:
        for _ in tokens(text):
            pass
    except JsonFault as found:
        return readable(described(text, found))
    return None


def readable(text: str) -> str:
    """Halves of characters put together again; one alone is a question mark, as Java writes it."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\ufffd", "?")
