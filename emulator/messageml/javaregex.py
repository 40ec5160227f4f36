"""Whether a regular expression is one that java.util.regex.Pattern compiles. It is never run here."""

from __future__ import annotations

import re
import unicodedata

from emulator.messageml.names import names

_POSIX = frozenset(
    names(
        "Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space L1 all LC LD "
        "C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
    )
)
_PREFIXED = re.compile(
    r"(?:Is|In)[A-Za-z0-9_ -]+|java[A-Z][A-Za-z]+|(?:script|sc|block|blk|general_category|gc)=[A-Za-z0-9_ -]+"
)
_BACK_NAME = re.compile(r"k<([A-Za-z][A-Za-z0-9]*)>")
_OPENING = re.compile(r"\?(?:<([A-Za-z][A-Za-z0-9]*)>|<[=!]|[:=!>]|[idmsuxU]*(?:-[idmsuxU]*)?([:)]))")
_REPEAT = re.compile(r"\{([0-9]{1,10})(?:(,)([0-9]{1,10})?)?\}")
_HEX = re.compile(r"x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})|u[0-9A-Fa-f]{4}")
_OCTAL = re.compile(r"0(?:[0-3][0-7]{2}|[0-7]{1,2})")


def compiles(pattern: str) -> bool:
    """Whether Java compiles the pattern."""
    try:
        _Pattern(pattern).check()
    except _Illegal:
        return False
    return True


class _Illegal(Exception):
    pass


class _Pattern:
    __slots__ = ("at", "names", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.names: set[str] = set()

    def check(self) -> None:
        groups = 0
        repeatable = False
        while self.at < len(self.source):
            character = self.source[self.at]
            self.at += 1
            if character == "\\":
                repeatable = self.escape(in_class=False)
            elif character == "[":
                self.character_class()
                repeatable = True
            elif character == "(":
                groups += self.group()
                repeatable = False
            elif character == ")":
                groups -= 1
                if groups < 0:
                    raise _Illegal
                repeatable = True
            elif character == "|":
                repeatable = False
            elif character in "*+?{":
                self.quantifier(character, repeatable)
                repeatable = False
            else:
                repeatable = character not in "^$" or repeatable
        if groups:
            raise _Illegal

    def quantifier(self, character: str, repeatable: bool) -> None:
        if character == "{":
            found = _REPEAT.match(self.source, self.at - 1)
            if not found or not repeatable:
                raise _Illegal
            if int(found[1]) > 0x7FFFFFFF or (found[3] and not int(found[1]) <= int(found[3]) <= 0x7FFFFFFF):
                raise _Illegal
            self.at = found.end()
        elif not repeatable and self.source[max(self.at - 2, 0)] not in "^$":
            raise _Illegal
        if self.source[self.at : self.at + 1] in ("?", "+"):
            self.at += 1

    def group(self) -> int:
        """Reads what opens a group; 0 when it was only a switch such as (?i)."""
        if self.source[self.at : self.at + 1] != "?":
            return 1
        found = _OPENING.match(self.source, self.at)
        if not found:
            raise _Illegal
        self.at = found.end()
        if found[1]:
            if found[1] in self.names:
                raise _Illegal
            self.names.add(found[1])
        return 0 if found[2] == ")" else 1

    def escape(self, *, in_class: bool) -> bool:
        """Reads what follows a backslash; whether that can be repeated."""
        if self.at >= len(self.source):
            raise _Illegal
        character = self.source[self.at]
        if character == "Q":
            end = self.source.find("\\E", self.at)
            self.at = len(self.source) if end < 0 else end + 2
            return True
        if character in "xu":
            begun = self.at
            self.read(_HEX)
            if self.source[begun + 1] == "{" and int(self.source[begun + 2 : self.at - 1], 16) > 0x10FFFF:
                raise _Illegal
            return True
        if character == "0":
            return self.read(_OCTAL)
        if character in "pP":
            return self.property()
        if character == "k" and not in_class:
            found = _BACK_NAME.match(self.source, self.at)
            if not found or found[1] not in self.names:
                raise _Illegal
            self.at = found.end()
            return True
        if character == "c":
            if self.at + 1 >= len(self.source):
                raise _Illegal
            self.at += 2
            return True
        if character == "N" and self.source.startswith("N{", self.at):
            return self.read_name()
        self.at += 1
        if character == "E":
            raise _Illegal  # only \\Q gives it a meaning
        known = "dDhHsSvVwWtnrfae" if in_class else "dDhHsSvVwWtnrfaeRXbBAGZzE123456789"
        if character.isascii() and character.isalnum() and character not in known:
            raise _Illegal
        return True

    def read_name(self) -> bool:
        end = self.source.find("}", self.at)
        try:
            unicodedata.lookup(self.source[self.at + 2 : end])
        except KeyError:
            raise _Illegal from None
        self.at = end + 1
        return True

    def read(self, form: re.Pattern[str]) -> bool:
        found = form.match(self.source, self.at)
        if not found:
            raise _Illegal
        self.at = found.end()
        return True

    def property(self) -> bool:
        found = re.compile(r"[pP](?:\{([^}]*)\}|(.))").match(self.source, self.at)
        if not found:
            raise _Illegal
        name = found[1] if found[1] is not None else found[2]
        if name not in _POSIX and not _PREFIXED.fullmatch(name):
            raise _Illegal
        self.at = found.end()
        return True

    def character_class(self) -> None:
        """Reads to the end of a class, with the classes, unions and intersections inside it."""
        depth, first, low, bare = 1, True, "", True
        if self.source.startswith("^", self.at):
            self.at += 1
        while depth:
            if self.at >= len(self.source):
                raise _Illegal
            character = self.source[self.at]
            self.at += 1
            if character == "[":
                depth, first, low, bare = depth + 1, True, "", True
                if self.source.startswith("^", self.at):
                    self.at += 1
                continue
            if character == "]" and not first:
                if bare:
                    raise _Illegal  # nothing but an intersection of nothing
                depth, low = depth - 1, ""
                continue
            first = False
            if character == "&" and self.source.startswith("&", self.at):
                self.at, low = self.at + 1, ""
                continue
            bare = False
            low = self.range_from(character, low)

    def range_from(self, character: str, low: str) -> str:
        """One member of a class; the character from which a range may go on."""
        if character == "\\":
            begun = self.at
            self.escape(in_class=True)
            return _value(self.source[begun : self.at])
        if character != "-" or not low or self.source[self.at : self.at + 1] in ("]", "[", "", "&"):
            return character
        high = self.source[self.at]
        self.at += 1
        if high == "\\" and not self.source.startswith("Q", self.at):
            begun = self.at
            self.escape(in_class=True)
            high = _value(self.source[begun : self.at])
        elif high == "\\":
            self.escape(in_class=True)
            return ""
        if not high or high < low:
            raise _Illegal
        return ""


def _value(escape: str) -> str:
    """The one character that an escape (without its backslash) stands for; empty for a class of them."""
    if escape[0] in "xu" and len(escape) > 1:
        code = int(escape[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else ""
    if escape[0] == "0":
        return chr(int(escape[1:], 8))
    if escape[0] in "tnrfae":
        return {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}[escape[0]]
    return escape if len(escape) == 1 and escape not in "dDhHsSvVwW" else ""
