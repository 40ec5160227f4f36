"""Work grows with the length of a message, not with its square, and ends soon at the size that a pod takes."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable

import pytest

from emulator.messageml import InvalidMessage, convert
from emulator.rendering import MESSAGE_BYTES

Make = Callable[[int], tuple[str, str | None]]


def _content(piece: str, *, before: str = "", after: str = "") -> Make:
    """A message of this piece, again and again."""
    return lambda size: (f"<messageML>{before}{piece * (size // len(piece))}{after}</messageML>", None)


def _data(piece: str, *, before: str = '{"a":[', after: str = "1]}") -> Make:
    """EntityJSON of this piece, again and again."""
    return lambda size: ("<messageML>x</messageML>", f"{before}{piece * (size // len(piece))}{after}")


def _field(name: str, piece: str) -> Make:
    return _content(piece, before=f'<form id="f"><text-field name="a" {name}="', after='"/></form>')


KINDS: dict[str, Make] = {
    **{
        f"content {piece!r}": _content(piece)
        for piece in (
            "<b/>", "<b>x</b>", "<br/>", '<p class="a" style="color:red">x</p>', '<hash tag="x"/>', "<tr/>",
            '<emoji shortcode="smiley"/>', "<ul><li>x</li></ul>", "&amp;", "&#65;", "<!---->", "<?a?>", " ", "\n",
            "x ", "_a", "**", "`a\n", "\u00e9", "\U0001f600", "\ud800", "\x01", "]]>", "<", "</b>", "<![CDATA[x]]>",
            '${"x"}', "${x!}", "<#if true></#if>", "<#assign x=1>", "<#--x-->", "<#noparse>x</#noparse>", "${", "<#",
            "<#list 1..9 as i>", "${1", '<a href="http://a/b">x</a>', '<mention email="a@b" strict="false"/>',
        )
    },
    "many open": _content("<div>"),
    "attributes": lambda size: (
        "<messageML><p " + " ".join(f"a{n}=''" for n in range(size // 9)) + "/></messageML>",
        None,
    ),
    "style ;": _content(";", before='<p style="', after='"/>'),
    "style a:1;": _content("a:1;", before='<p style="', after='"/>'),
    "class": _content("card ", before='<div class="', after='"/>'),
    "hash": _content("!", before='<hash tag="', after='"/>'),
    "hash, blank": _content("!a", before='<hash tag="', after=' "/>'),
    "href": _content("a%41", before='<a href="http://a/', after='"/>'),
    "href, host": _content("a:", before='<a href="http://', after='|"/>'),
    "href, user": _content("a@", before='<a href="http://', after='["/>'),
    "shortcode": _content("a", before='<emoji shortcode="', after='"/>'),
    "pattern": _field('pattern-error-message="" pattern', "(a"),
    "value": _field("value", "a"),
    "dates": _content("[", before='<form id="f"><date-picker name="a" disabled-date="', after='"/></form>'),
    "rooms": _content("['a',", before='<form id="f"><room-selector name="a" value="', after='"/></form>'),
    "rooms, quotes": _content("'", before='<form id="f"><room-selector name="a" value="', after='"/></form>'),
    "declaration": lambda size: ("<?xml " + "version='1.0' " * (size // 14) + "?><messageML/>", None),
    "prolog": lambda size: ("<!---->" * (size // 7) + "<messageML/>", None),
    "unclosed": lambda size: ("<" * size, None),
    "wrong end": lambda size: ("<messageML>" + "<b>x</b>" * (size // 8) + "</x>", None),
    "template, sum": _content("+1", before="${1", after="}"),
    "template, parentheses": _content("(", before="${"),
    "template, text": _content("x", before='${"', after='"?replace("x","y")}'),
    "template, words": _content(" x", before="${x", after="}"),
    "data, numbers": _data("1,"),
    "data, fractions": _data("1e9,"),
    "data, lists": _data("[],"),
    "data, deep": _data('{"a":'),
    "data, wrong end": _data("1,", after="x]}"),
    "data, wrong lists": _data("[],", after="x]}"),
    "data, wrong text": _data("\\n", before='{"a":"', after='\\x"}'),
    "data, digits": _data("1", before='{"a":', after="}"),
    "data, blanks": _data(" "),
    "data, halves": _data("\\ud800", before='{"a":"', after='"}'),
    "data, names": lambda size: (
        '<messageML><span class="entity" data-entity-id="k">x</span></messageML>',
        "{" + ",".join(f'"{n}":{{}}' for n in range(size // 9)) + ',"k":{}}',
    ),
}  # fmt: skip


def seconds(make: Make, size: int) -> float:
    """Processor time of one conversion, the better of two."""
    message, data = make(size)
    took = []
    gc.disable()  # a collection takes as long as the whole suite has left objects behind
    try:
        for _ in range(2):
            started = time.process_time()
            with contextlib.suppress(InvalidMessage):
                convert(message, data)
            took.append(time.process_time() - started)
    finally:
        gc.enable()
    return min(took)


@pytest.mark.parametrize("kind", KINDS)
def test_four_times_the_text_takes_about_four_times_as_long(kind: str) -> None:
    small, large = seconds(KINDS[kind], 8_000), seconds(KINDS[kind], 32_000)
    assert large < 8 * max(small, 0.002)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_waits_for_what_is_too_much(kind: str) -> None:
    # A tenth of a second on a quiet machine; four times that here, since others may be at work.
    assert seconds(KINDS[kind], MESSAGE_BYTES) < 0.4
