"""What stands within a line of Markdown: emphasis, code, links, breaks, and the marks left for entities."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from emulator.messageml.element import Element, Message
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import KINDS, TEXT

_TOKEN = re.compile(
    r"""\x02(?P<entity>[0-9]+)\x03
    | (?P<code>`+)
    | \\(?P<escaped>[!-/:-@\[-`{-~])
    | (?P<hard>(?:[ ]{2,}|\\)\n[ \t]*)
    | (?P<soft>[ ]?\n[ \t]*)
    | <(?P<auto>[A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>]*)>
    | (?P<run>\*+|_+)
    | (?P<open>!?\[)
    | (?P<close>\])
    | (?P<reference>&(?:\#[xX][0-9A-Fa-f]{1,6}|\#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)""",
    re.VERBOSE,
)
_TARGET = re.compile(
    r"""\(\s*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*))
    (?:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)""",
    re.VERBOSE | re.DOTALL,
)
_UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(slots=True)
class _Run:
    """Stars or underscores that may begin or end emphasis."""

    character: str
    count: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class _Bracket:
    """A bracket that may begin a link."""

    text: str
    active: bool = True


_Item = Element | _Run | _Bracket


def inlines(message: Message, text: str, parent: Element, entity: Callable[[int, Element], list[Element]]) -> None:
    """Reads the text into the parent; `entity` makes the elements for the mark with that number."""
    items: list[_Item] = []
    brackets: list[int] = []
    at = 0
    text = text.rstrip(" \t")

    def add_text(piece: str) -> None:
        if piece:
            items.append(Element(TEXT, parent, text=piece))

    while at < len(text):
        found = _TOKEN.search(text, at)
        if not found:
            add_text(text[at:])
            break
        add_text(text[at : found.start()])
        at, kind = found.end(), found.lastgroup
        if kind == "entity":
            items += entity(int(found["entity"]), parent)
        elif kind == "code":
            at = _code(text, found, items, parent)
        elif kind == "escaped":
            add_text(found["escaped"])
        elif kind == "hard":
            items.append(Element(KINDS["br"], parent))
        elif kind == "auto":
            link = _link(message, found["auto"], parent, [])
            items.append(link)
        elif kind == "run":
            items.append(_run(text, found))
        elif kind == "open":
            brackets.append(len(items))
            items.append(_Bracket(found[0]))
        elif kind == "close":
            at = _close(message, text, at, items, brackets, parent)
        elif kind == "reference":
            add_text(html.unescape(found[0]))
    parent.children += _emphasised(items, parent)
    _merge(parent)


def _code(text: str, found: re.Match[str], items: list[_Item], parent: Element) -> int:
    ticks = found["code"]
    end = re.compile(rf"(?<!`){ticks}(?!`)").search(text, found.end())
    if not end:
        items.append(Element(TEXT, parent, text=ticks))
        return found.end()
    code = Element(KINDS["code"], parent)
    literal = " ".join(text[found.end() : end.start()].split("\n")).strip()
    code.children.append(Element(TEXT, code, text=literal))
    items.append(code)
    return end.end()


def _run(text: str, found: re.Match[str]) -> _Run:
    before = text[found.start() - 1] if found.start() else " "
    after = text[found.end()] if found.end() < len(text) else " "

    def mark(character: str) -> bool:
        return unicodedata.category(character)[0] in "PS" and character not in "\x02\x03"

    left = not after.isspace() and (not mark(after) or before.isspace() or mark(before))
    right = not before.isspace() and (not mark(before) or after.isspace() or mark(after))
    if found[0][0] == "_":
        return _Run("_", len(found[0]), left and (not right or mark(before)), right and (not left or mark(after)))
    return _Run("*", len(found[0]), left, right)


def _link(message: Message, target: str, parent: Element, children: list[Element]) -> Element:
    """The link, or the text of a target that may not be linked to."""
    link = Element(KINDS["a"], parent)
    link.attributes["href"] = target
    try:
        for check in link.kind.checks:
            check(message, link)
    except InvalidMessage:
        return Element(TEXT, parent, text=target)
    for child in children:
        child.parent = link
    link.children = children
    _merge(link)
    return link


def _close(message: Message, text: str, at: int, items: list[_Item], brackets: list[int], parent: Element) -> int:
    target = _TARGET.match(text, at)
    while brackets:
        place = brackets.pop()
        bracket = items[place]
        assert isinstance(bracket, _Bracket)
        if not target or not bracket.active:
            break
        inner = _emphasised(items[place + 1 :], parent)
        del items[place:]
        if bracket.text == "[":
            address = target[1] if target[1] is not None else target[2]
            items.append(_link(message, html.unescape(_UNESCAPE.sub(r"\1", address)), parent, inner))
            for outer in brackets:  # no links within links
                around = items[outer]
                if isinstance(around, _Bracket) and around.text == "[":
                    around.active = False
        else:
            items += inner  # of an image only the words are kept
        return target.end()
    items.append(Element(TEXT, parent, text="]"))
    return at


def _emphasised(items: list[_Item], parent: Element) -> list[Element]:
    """Pairs the runs; what is left of them, and of brackets, is text."""
    out: list[_Item] = []
    openers: list[int] = []
    for item in items:
        if not isinstance(item, _Run):
            out.append(item)
            continue
        while item.closes and item.count:
            place = next((p for p in reversed(openers[-50:]) if _pairs(out[p], item)), None)
            if place is None:
                break
            opener = out[place]
            assert isinstance(opener, _Run)
            strong = opener.count >= 2 and item.count >= 2
            wrapped = Element(KINDS["b" if strong else "i"], parent)
            wrapped.children = _plain(out[place + 1 :], wrapped)
            _merge(wrapped)
            taken = 2 if strong else 1
            opener.count -= taken
            item.count -= taken
            del out[place + 1 :]
            openers = [p for p in openers if p < place or (p == place and opener.count)]
            if not opener.count:
                out.pop()
            out.append(wrapped)
        if item.count:
            if item.opens:
                openers.append(len(out))
            out.append(item)
    return _plain(out, parent)


def _pairs(opener: _Item, closer: _Run) -> bool:
    if not isinstance(opener, _Run) or opener.character != closer.character:
        return False
    if (opener.closes or closer.opens) and (opener.count + closer.count) % 3 == 0:
        return opener.count % 3 == 0 and closer.count % 3 == 0
    return True


def _plain(items: list[_Item], parent: Element) -> list[Element]:
    found = []
    for item in items:
        if isinstance(item, Element):
            item.parent = parent
            found.append(item)
        else:
            text = item.text if isinstance(item, _Bracket) else item.character * item.count
            found.append(Element(TEXT, parent, text=text))
    return found


def _merge(parent: Element) -> None:
    """Makes one text of texts side by side."""
    merged: list[Element] = []
    for child in parent.children:
        if merged and child.kind is TEXT and merged[-1].kind is TEXT:
            merged[-1] = Element(TEXT, parent, text=merged[-1].text + child.text)
        else:
            merged.append(child)
    parent.children = merged
