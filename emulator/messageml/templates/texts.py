"""The built-ins of templates for texts: value?upper_case, value?replace(old, new) and others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from emulator.messageml import java
from emulator.messageml.templates import regex
from emulator.messageml.templates.syntax import Fault
from emulator.messageml.templates.values import (
    MAX_TEXT,
    Markup,
    Value,
    bounded,
    is_number,
    java_text,
    number_of,
    text_of,
    whole_text,
)

Builtin = Callable[[Value, list[Value], int], Value]


def _of_text(function: Callable[[str], Value]) -> Builtin:
    return lambda value, _arguments, at: bounded(function(text_of(value, at)), at)


def _with_text(function: Callable[[str, str], Value]) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        if not arguments:
            raise Fault(at)
        if not isinstance(arguments[0], str):
            raise Fault(None)
        return bounded(function(text_of(value, at), arguments[0]), at)

    return run


def _escape(apostrophe: str) -> Callable[[str], str]:
    def run(text: str) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return text.replace("'", apostrophe)

    return run


html_escaped = _escape("&#39;")


def _escaped(value: Value, _arguments: list[Value], at: int) -> Value:
    return value if isinstance(value, Markup) else Markup(html_escaped(text_of(value, at)))


_JAVA_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _java_string(text: str) -> str:
    return re.sub(r'["\\\x00-\x1f]', lambda found: _JAVA_ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def _capitalize(text: str) -> str:
    return "".join(map(str.capitalize, re.split(r"(\s+)", text)))


def _first_letter(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub(r"\S", lambda found: change(found[0]), text, count=1)


def _replace(value: Value, arguments: list[Value], at: int) -> Value:
    if len(arguments) < 2:
        raise Fault(at)
    text, old, new = text_of(value, at), text_of(arguments[0], at), text_of(arguments[1], at)
    flags = text_of(arguments[2], at) if len(arguments) > 2 else ""
    if "r" in flags:
        escaped = re.sub(r"\$([0-9])", r"\\g<\1>", new.replace("\\", "\\\\"))
        pattern = regex.compiled(old, text, flags)
        try:
            return bounded(pattern.sub(escaped, text, count=1 if "f" in flags else 0), at)
        except (re.error, IndexError):
            raise Fault(None) from None
    if "i" in flags and old:
        old = re.escape(old)
        if len(re.findall(old, text, re.IGNORECASE)) * len(new) > MAX_TEXT:
            raise Fault(at)
        return bounded(re.sub(old, lambda _: new, text, count=1 if "f" in flags else 0, flags=re.IGNORECASE), at)
    # Reckoned before it is done: the text could otherwise grow beyond memory in one step.
    if (text.count(old) if old else len(text) + 1) * len(new) > MAX_TEXT:
        raise Fault(at)
    return bounded(text.replace(old, new, 1 if "f" in flags else -1), at)


def _substring(value: Value, arguments: list[Value], at: int) -> Value:
    text = java_text(text_of(value, at))
    start = int(number_of(arguments[0], at)) if arguments else 0
    end = int(number_of(arguments[1], at)) if len(arguments) > 1 else len(text)
    if not 0 <= start <= end <= len(text):
        raise Fault(None)
    return whole_text(text[start:end])


def _pad(left: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not arguments:
            raise Fault(at)
        width = int(number_of(arguments[0], at))
        filling = text_of(arguments[1], at) if len(arguments) > 1 else " "
        missing = max(width - java.length(text), 0)
        if width > MAX_TEXT or (missing and not filling):
            raise Fault(at)
        if not missing:
            return text
        padding = (filling * (missing // len(filling) + 1))[:missing]
        return padding + text if left else text + padding

    return run


def _split(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    if not arguments:
        raise Fault(at)
    separator = text_of(arguments[0], at)
    flags = text_of(arguments[1], at) if len(arguments) > 1 else ""
    if "r" in flags:
        return bounded(regex.compiled(separator, text, flags).split(text), at)
    if "i" in flags and separator:
        return bounded(re.split(re.escape(separator), text, flags=re.IGNORECASE), at)
    return bounded(text.split(separator) if separator else list(text), at)


def _keep(before: bool, last: bool) -> Callable[[str, str], str]:
    def run(text: str, separator: str) -> str:
        head, found, tail = text.rpartition(separator) if last else text.partition(separator)
        if not found:
            return text if before else ""
        return head if before else tail

    return run


def _to_number(text: str) -> Value:
    value = Decimal(text.strip())
    return int(value) if value == value.to_integral_value() and "." not in text and "e" not in text.lower() else value


def _as_number(value: Value, _arguments: list[Value], at: int) -> Value:
    if is_number(value):
        return value
    text = text_of(value, at)
    if len(text) > 100 or not re.fullmatch(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*", text):
        raise Fault(at)
    try:
        return bounded(_to_number(text), at)
    except (InvalidOperation, ValueError):
        raise Fault(at) from None


def _as_boolean(value: Value, _arguments: list[Value], at: int) -> Value:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise Fault(at)


def _index(last: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = java_text(text_of(value, at))
        if not isinstance(arguments[0], str):
            raise Fault(None)
        part = java_text(arguments[0])
        start = max(int(number_of(arguments[1], at)), 0) if len(arguments) > 1 else 0
        if last:
            return text.rfind(part, 0, start + len(part) if len(arguments) > 1 else None)
        return text.find(part, start)

    return run


def _url(safe: str) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not arguments:
            raise Fault(None)  # the agent names no encoding
        try:
            return quote(text, safe=safe, encoding=text_of(arguments[0], at), errors="replace")
        except LookupError:
            raise Fault(None) from None

    return run


def _truncated(by_character: bool, by_word: bool) -> Builtin:
    """Cut to a length, the mark that stands for the rest included; at a word's end if one is near."""

    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = java_text(text_of(value, at))
        most = int(number_of(arguments[0], at))
        mark = java_text(text_of(arguments[1], at)) if len(arguments) > 1 else "[...]"
        if most < 0:
            raise Fault(None)
        return whole_text(text if len(text) <= most else cut(text, most, mark))

    def cut(text: str, most: int, mark: str) -> str:
        room = most - len(mark)
        if room < 0:
            return mark
        if not by_character:
            # At the end of a word, a space before the mark, unless that loses more than a quarter of the length.
            end = room
            while end > 0 and not (text[end - 1] != " " and text[end : end + 1] == " " and end < room):
                end -= 1
            least = 0 if by_word else most * 0.75
            if end and end + 1 + len(mark) >= least:
                return f"{text[:end]} {mark}"
            if by_word:
                return mark
        # Never at the end of a word, which would look whole; half of a character is worth nothing by itself.
        end = room - 1 if text[room : room + 1] == " " and room else room
        return re.sub("[\ud800-\udbff]\\Z", "", text[:end]) + mark

    return run


def _ensured(at_start: bool) -> Builtin:
    def run(value: Value, arguments: list[Value], at: int) -> Value:
        text = text_of(value, at)
        if not all(isinstance(argument, str) for argument in arguments):
            raise Fault(None)
        part: str = arguments[0]
        if at_start and len(arguments) > 1:
            # With more arguments the first is a pattern, the second what is put before the text.
            flags = arguments[2] if len(arguments) > 2 else ""
            starts = regex.compiled(part, text, flags).match(text) if "f" not in flags else text.startswith(part)
            return bounded(text if starts else arguments[1] + text, at)
        if at_start:
            return bounded(text if text.startswith(part) else part + text, at)
        return bounded(text if text.endswith(part) else text + part, at)

    return run


def _matches(value: Value, arguments: list[Value], at: int) -> Value:
    text = text_of(value, at)
    flags = text_of(arguments[1], at) if len(arguments) > 1 else ""
    return regex.compiled(text_of(arguments[0], at), text, flags).fullmatch(text) is not None


TEXTS: dict[str, Builtin] = {
    "upper_case": _of_text(str.upper),
    "lower_case": _of_text(str.lower),
    "cap_first": _of_text(_first_letter(str.upper)),
    "uncap_first": _of_text(_first_letter(str.lower)),
    "capitalize": _of_text(_capitalize),
    "trim": _of_text(str.strip),
    "length": _of_text(java.length),
    "html": _of_text(html_escaped),
    "xhtml": _of_text(html_escaped),
    "xml": _of_text(_escape("&apos;")),
    "esc": _escaped,
    "no_esc": _of_text(Markup),
    "matches": _matches,
    "js_string": _of_text(lambda text: json.dumps(text)[1:-1].replace("'", "\\'").replace("</", "<\\/")),
    "json_string": _of_text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("</", "<\\/")),
    "j_string": _of_text(_java_string),
    "rtf": _of_text(lambda text: re.sub(r"[\\{}]", r"\\\g<0>", text)),
    "url": _url("!*'()"),
    "url_path": _url("/!*'()"),
    "truncate": _truncated(False, False),
    "truncate_w": _truncated(False, True),
    "truncate_c": _truncated(True, False),
    "absolute_template_name": _of_text(lambda text: text if text.startswith("/") else f"/{text}"),
    "chop_linebreak": _of_text(lambda text: re.sub(r"\r?\n\Z|\r\Z", "", text)),
    "word_list": _of_text(str.split),
    "contains": _with_text(lambda text, part: part in text),
    "starts_with": _with_text(str.startswith),
    "ends_with": _with_text(str.endswith),
    "index_of": _index(False),
    "last_index_of": _index(True),
    "remove_beginning": _with_text(str.removeprefix),
    "remove_ending": _with_text(str.removesuffix),
    "ensure_starts_with": _ensured(True),
    "ensure_ends_with": _ensured(False),
    "keep_before": _with_text(_keep(True, False)),
    "keep_after": _with_text(_keep(False, False)),
    "keep_before_last": _with_text(_keep(True, True)),
    "keep_after_last": _with_text(_keep(False, True)),
    "replace": _replace,
    "substring": _substring,
    "left_pad": _pad(True),
    "right_pad": _pad(False),
    "split": _split,
    "number": _as_number,
    "boolean": _as_boolean,
}
