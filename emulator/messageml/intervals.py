"""Days and times in JSON attributes, bound to a class as Jackson binds them, with its words for what does not fit.

production/messageml.md 6.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.messageml import jackson, java
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.jackson import JsonFault, Token

JSON_LIMIT = 1024
_PACKAGE = "org.finos.symphony.messageml.messagemlutils.util.pojo."
_NAMES = {
    "{": ("Object value", "START_OBJECT"),
    "[": ("Array value", "START_ARRAY"),
    "int": ("Integer value", "VALUE_NUMBER_INT"),
    "float": ("Floating-point value", "VALUE_NUMBER_FLOAT"),
    "true": ("Boolean value", "VALUE_TRUE"),
    "false": ("Boolean value", "VALUE_FALSE"),
}
_COERCION = "(but could if coercion was enabled using `CoercionConfig`)"
_INTEGER_RANGE = "(-2147483648 - 2147483647)"

Interval = dict[str, Any]


class _Binder:
    """Reads an array of intervals; `path` is where it is, for the messages."""

    def __init__(self, text: str, name: str, fields: tuple[str, ...]) -> None:
        self.text = jackson.utf16(text)
        self.tokens: Iterator[Token] = jackson.tokens(self.text)
        self.name = name
        self.fields = fields
        self.path: list[str] = []

    def fault(self, reason: str, at: int) -> JsonFault:
        return JsonFault(f"{reason}\n at {jackson.place(self.text, at)}", -1)

    def mismatch(self, wanted: str, token: Token) -> JsonFault:
        what, name = _NAMES[token.kind]
        return self.fault(
            f"Cannot deserialize value of type `{wanted}` from {what} (token `JsonToken.{name}`)", token.at
        )

    def not_an_array(self, token: Token, shown: str, array: str) -> JsonFault:
        """The fault of a value that should have been an array."""
        if token.kind != "text":
            return self.mismatch(array, token)
        if java.blank(token.text):
            return self.fault(f'Cannot coerce empty String ("") to element of `{shown}[]` {_COERCION}', token.at)
        return self.fault(
            f"Cannot construct instance of `{shown}[]`: no String-argument constructor/factory method "
            f"to deserialize from String value ('{token.text}')",
            token.at,
        )

    def read(self) -> list[Interval | None]:
        token = next(self.tokens, None)
        if token is None:
            raise self.fault("No content to map due to end-of-input", -1)
        if token.kind == "null":
            local = 4 if self.name == "DateInterval" else 3
            raise JsonFault(f'Cannot read the array length because "<local{local}>" is null', -2)
        if token.kind != "[":
            raise self.not_an_array(token, _PACKAGE + self.name, f"[L{_PACKAGE}{self.name};")
        found: list[Interval | None] = []
        self.path.append("")
        while True:
            self.path[-1] = f"java.lang.Object[][{len(found)}]"
            token = next(self.tokens)
            if token.kind == "]":
                return found
            found.append(self.interval(token))

    def interval(self, token: Token) -> Interval | None:
        own = _PACKAGE + self.name
        if token.kind == "null":
            return None
        if token.kind == "[":
            raise self.mismatch(own, token)
        if token.kind == "text" and java.blank(token.text):
            raise self.fault(f'Cannot coerce empty String ("") to `{own}` value {_COERCION}', token.at)
        if token.kind != "{":
            shown = java.double(float(token.text)) if token.kind == "float" else token.text
            how, value = {
                "text": ("String", f"String value ('{shown}')"),
                "int": ("int/Int", f"Number value ({shown})"),
                "float": ("double/Double", f"Number value ({shown})"),
            }.get(token.kind, ("boolean/Boolean", f"boolean value ({shown})"))
            raise self.fault(
                f"Cannot construct instance of `{own}` (although at least one Creator exists): "
                f"no {how}-argument constructor/factory method to deserialize from {value}",
                token.at,
            )
        found: Interval = {}
        while True:
            token = next(self.tokens)
            if token.kind == "}":
                return {key: found[key] for key in self.fields if found.get(key) is not None}
            self.path.append(f'{own}["{token.text}"]')
            if token.text not in self.fields:
                raise self.unknown(token)
            holds = next(self.tokens)
            found[token.text] = self.days(holds) if token.text == "daysOfWeek" else self.day(holds)
            self.path.pop()

    def unknown(self, token: Token) -> JsonFault:
        known = ("from", "to", *(field for field in self.fields if field not in ("from", "to")))
        listed = ", ".join(f'"{field}"' for field in known)
        at = self.text.index(":", token.at + len(token.text)) + 1
        while self.text[at] in " \t\r\n":
            at += 1
        # A value's first character has been met; numbers and words are read whole.
        if self.text[at] in '"[{':
            at += 1
        else:
            at += len(next(self.tokens).text)
        return self.fault(
            f'Unrecognized field "{token.text}" (class {_PACKAGE}{self.name}), not marked as ignorable '
            f"({len(known)} known properties: {listed}])",
            at,
        )

    def day(self, token: Token) -> str | None:
        if token.kind in "[{":
            raise self.mismatch("java.lang.String", token)
        return None if token.kind == "null" else token.text

    def days(self, token: Token) -> list[int | None] | None:
        if token.kind == "null":
            return None
        if token.kind != "[":
            raise self.not_an_array(token, "java.lang.Integer", "[Ljava.lang.Integer;")
        found: list[int | None] = []
        self.path.append("")
        while True:
            self.path[-1] = f"java.lang.Object[][{len(found)}]"
            token = next(self.tokens)
            if token.kind == "]":
                self.path.pop()
                return found
            found.append(self.integer(token))

    def integer(self, token: Token) -> int | None:
        text = java.trimmed(token.text)
        if token.kind == "null" or (token.kind == "text" and not text):
            return None
        if token.kind == "text":
            number = java.integer(text, 32)
            if number is None:
                reason = "not a valid `java.lang.Integer` value"
                if java.integer(text, 64) is not None and len(text) > 9:
                    bounds = "(-2147483648 -2147483647)"
                    reason = f"Overflow: numeric value ({text}) out of range of `java.lang.Integer` {bounds}"
                raise self.fault(
                    f'Cannot deserialize value of type `java.lang.Integer` from String "{token.text}": {reason}',
                    token.at,
                )
            return number
        if token.kind not in ("int", "float"):
            raise self.mismatch("java.lang.Integer", token)
        value = float(token.text) if token.kind == "float" else int(token.text)
        if not -(1 << 31) <= value < 1 << 31:
            end = token.at + len(token.text)
            raise self.fault(f"Numeric value ({token.text}) out of range of int {_INTEGER_RANGE}", end)
        return int(value)


def _read(attribute: str, text: str, name: str, fields: tuple[str, ...]) -> list[Interval]:
    if java.length(text) > JSON_LIMIT:
        raise InvalidMessage(f'Attribute "{attribute}" exceed maximum allowed length ({JSON_LIMIT})')
    binder = _Binder(text, name, fields)
    try:
        found = binder.read()
    except JsonFault as fault:
        if fault.at == -2:
            raise InvalidMessage(str(fault)) from None
        chain = f" (through reference chain: {'->'.join(binder.path)})" if binder.path else ""
        reason = jackson.described(binder.text, fault) + chain
        raise InvalidMessage(f'Error parsing json in attribute "{attribute}": {jackson.readable(reason)}') from None
    intervals = []
    for interval in found:
        if interval is None:
            raise InvalidMessage(
                f'Cannot invoke "{_PACKAGE}{name}.assertIsValid()" because "{name[0].lower()}{name[1:]}" is null'
            )
        intervals.append({key: jackson.readable(v) if isinstance(v, str) else v for key, v in interval.items()})
    return intervals


def date_intervals(attribute: str, text: str) -> list[Interval]:
    """The days, ranges and weekdays, each with its computed type first. Raises InvalidMessage."""
    found = []
    for interval in _read(attribute, text, "DateInterval", ("day", "from", "to", "daysOfWeek")):
        kind = {("day",): "date", ("from", "to"): "range", ("daysOfWeek",): "weekdays"}.get(tuple(interval))
        if kind is None:
            raise InvalidMessage("Date interval 'type' is unknown or null")
        if kind == "weekdays":
            for day in interval["daysOfWeek"]:
                if day is None:
                    raise InvalidMessage('Cannot invoke "java.lang.Integer.intValue()" because "d" is null')
                if not 0 <= day <= 6:
                    raise InvalidMessage("'daysOfWeek' out of range [0-6]")
        else:
            for day in interval.values():
                if not java.is_date(day):
                    raise InvalidMessage(f'"{day}" is not a valid date in ISO_8601 format')
        found.append({"type": kind, **interval})
    return found


def time_intervals(attribute: str, text: str) -> list[Interval]:
    """The times and ranges, each with its computed type first. Raises InvalidMessage."""
    found = []
    for interval in _read(attribute, text, "TimeInterval", ("time", "from", "to")):
        kind = {("time",): "time", ("from", "to"): "range"}.get(tuple(interval))
        if kind is None:
            raise InvalidMessage("Time interval 'type' is unknown or null")
        for time in interval.values():
            if not java.is_time(time):
                raise InvalidMessage(f'"{time}" is not a valid time, only HH:mm:ss format is allowed')
        found.append({"type": kind, **interval})
    return found
