"""Markdown with its list of entities, as old clients send it, to PresentationML. reference/messageml.md 10.

CommonMark, but only: bold, italic, links, lists, fenced and inline code, quotes, hard breaks and thematic breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulator.messageml.convert import MAX_LENGTH, Converted, finished, new_root, random_id
from emulator.messageml.element import Directory, Element, Kind, Message
from emulator.messageml.entities import CASH, HASH, MENTION_KIND
from emulator.messageml.errors import InvalidMessage
from emulator.messageml.formatting import KINDS, TEXT
from emulator.messageml.inlines import inlines

MAX_DEPTH = 40
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*?)[ \t]*")
_BREAK = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"( {0,3})(?:([-+*])|([0-9]{1,9})([.)]))(?:( {1,4})(?=\S)|[ \t]*$| )")

Json = dict[str, Any]


def convert_markdown(
    message: str,
    entities: Json | None = None,
    media: Json | None = None,
    users: Directory | None = None,
    schemes: frozenset[str] | None = frozenset({"http", "https"}),
    *,
    short_id: Callable[[], str] = random_id,
) -> Converted:
    """The message as the agent would store it.

    `entities` holds lists of hashtags, user mentions and URLs with their places in the text; `media` lists of tables
    with theirs. Raises InvalidMessage with the agent's text.
    """
    if len(message) > MAX_LENGTH:
        raise InvalidMessage(f"Error parsing message: more than {MAX_LENGTH} characters")
    state = Message(True, {}, users, schemes, short_id)
    root = new_root(state, "2.0")
    root.attributes["data-format"] = "PresentationML"
    text, objects = _marked(message.replace("\u00a0", " "), _places(entities), _tables(media))
    _Blocks(state, objects).read(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), root, 0)
    return finished(state, root)


# --- entities --------------------------------------------------------------------------------------------------------


def _listed(container: Json | None, key: str) -> list[Json]:
    found: list[Json] = []
    for value in (container or {}).values():
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, dict) and key in item]
    return found


def _places(entities: Json | None) -> dict[int, Json]:
    places = {}
    for entity in _listed(entities, "indexStart"):
        for field in ("indexStart", "indexEnd", "id", "type"):
            if field not in entity:
                raise InvalidMessage(f'Required field "{field}" missing from the entity payload')
        start, end = entity["indexStart"], entity["indexEnd"]
        if not isinstance(start, int) or not isinstance(end, int) or end <= start or not 0 <= start < MAX_LENGTH:
            raise InvalidMessage(f"Invalid entity payload: {entity['id']} (start index: {start}, end index: {end})")
        places[start] = entity
    return places


def _tables(media: Json | None) -> dict[int, list[list[str]]]:
    tables = {}
    for item in _listed(media, "index"):
        rows = item.get("text")
        place = item["index"]
        if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
            raise InvalidMessage(f"Invalid table payload: {rows} (index: {place})")
        if isinstance(place, int) and 0 <= place < MAX_LENGTH:
            tables[place] = [[str(cell) for cell in row] for row in rows]
    return tables


def _marked(text: str, places: dict[int, Json], tables: dict[int, list[list[str]]]) -> tuple[str, list[Any]]:
    """The text with a mark for each entity and table, and these in order. Places count UTF-16 units."""
    text = text.replace("\x02", "").replace("\x03", "")
    if not places and not tables:
        return text, []
    units = text.encode("utf-16-le", "replace")
    last = max([*places, *tables])
    units = units.ljust(2 * (last + 1), b"\0").replace(b"\0\0", b" \0") if len(units) <= 2 * last else units
    objects: list[Any] = []
    parts: list[str] = []
    at = 0
    for place in sorted({*places, *tables}):
        if place < at:
            continue
        parts.append(units[2 * at : 2 * place].decode("utf-16-le", "replace"))
        parts.append(f"\x02{len(objects)}\x03")
        objects.append(places.get(place) or tables[place])
        at = places[place]["indexEnd"] if place in places else place
    parts.append(units[2 * at :].decode("utf-16-le", "replace"))
    return "".join(parts), objects


# --- blocks ----------------------------------------------------------------------------------------------------------


class _Blocks:
    def __init__(self, message: Message, objects: list[Any]) -> None:
        self.message = message
        self.objects = objects

    def add(self, kind: Kind, parent: Element, **attributes: str) -> Element:
        element = Element(kind, parent)
        element.attributes.update(attributes)
        parent.children.append(element)
        return element

    def read(self, lines: list[str], parent: Element, depth: int) -> None:
        """Reads blocks into the parent."""
        if depth > MAX_DEPTH:
            raise InvalidMessage("Error parsing message: the Markdown is nested too deeply")
        at, first = 0, True
        while at < len(lines):
            line = lines[at]
            fence = _FENCE.fullmatch(line)
            if not line.strip():
                at += 1
                continue
            if fence and not (fence[1][0] == "`" and "`" in fence[2]):
                at = self.fenced(lines, at, fence, parent)
            elif _BREAK.fullmatch(line):
                at += 1
            elif _QUOTE.match(line):
                end = self.paragraph_end(lines, at, quoted=True)
                self.read([_QUOTE.sub("", quoted, count=1) for quoted in lines[at:end]], parent, depth + 1)
                at = end
            elif _ITEM.match(line):
                at = self.items(lines, at, parent, depth)
            else:
                end = self.paragraph_end(lines, at, quoted=False)
                if not (parent.kind.name == "listitem" or (parent.kind.name == "messageml" and first)):
                    self.add(KINDS["br"], parent)
                self.inline("\n".join(text.lstrip(" \t") for text in lines[at:end]), parent)
                at = end
            first = False

    def paragraph_end(self, lines: list[str], at: int, *, quoted: bool) -> int:
        """Where the paragraph, or the quote with its lazy lines, ends."""
        end = at + 1
        while end < len(lines) and lines[end].strip():
            line = lines[end]
            item = _ITEM.match(line)
            starts_list = item and (item[2] or item[3] == "1") and item[5]
            if _QUOTE.match(line):
                if not quoted:
                    break
            elif _FENCE.fullmatch(line) or _BREAK.fullmatch(line) or starts_list:
                break
            end += 1
        return end

    def fenced(self, lines: list[str], at: int, fence: re.Match[str], parent: Element) -> int:
        mark = fence[1]
        closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*")
        end = at + 1
        while end < len(lines) and not closing.fullmatch(lines[end]):
            end += 1
        literal = "\n".join(lines[at + 1 : end]).strip("".join(map(chr, range(33))))
        if mark == "```":
            code = self.add(KINDS["code"], parent, **({"data-language": fence[2]} if fence[2] else {}))
            self.text(literal, code)
        else:
            self.text(f"{mark}{literal}{mark}", parent)
        return end + 1

    def items(self, lines: list[str], at: int, parent: Element, depth: int) -> int:
        found = _ITEM.match(lines[at])
        assert found is not None
        marker = found[2] or found[4]
        outer = self.add(KINDS["ul" if found[2] else "ol"], parent)
        while at < len(lines):
            found = _ITEM.match(lines[at])
            if not found or (found[2] or found[4]) != marker or _BREAK.fullmatch(lines[at]):
                break
            width = found.end()
            content = [lines[at][width:]]
            at += 1
            while at < len(lines):
                line = lines[at]
                indent = len(line) - len(line.lstrip(" "))
                if line.strip() and indent < width:
                    # A line that begins nothing goes on with the paragraph before it.
                    if not content[-1].strip() or self.paragraph_end([" x", line], 0, quoted=False) == 1:
                        break
                    if _ITEM.match(line):
                        break
                content.append(line[min(indent, width) :])
                at += 1
            self.read(content, self.add(KINDS["li"], outer), depth + 1)
        return at

    # --- inline -----------------------------------------------------------------------------------------------------

    def text(self, text: str, parent: Element) -> None:
        parent.children.append(Element(TEXT, parent, text=text))

    def inline(self, text: str, parent: Element) -> None:
        inlines(self.message, text, parent, self.entity)

    def entity(self, number: int, parent: Element) -> list[Element]:
        """The elements for an entity of the text."""
        entity = self.objects[number]
        if isinstance(entity, list):
            return [self.table(entity, parent)]
        kind, identifier = str(entity["type"]).upper(), str(entity["id"])
        if kind == "KEYWORD" and identifier[:1] in ("#", "$"):
            keyword = Element(HASH if identifier[0] == "#" else CASH, parent)
            keyword.attributes["tag"] = identifier[1:]
            return [self.created(keyword)]
        if kind == "USER_FOLLOW" and re.fullmatch(r"[0-9]{1,18}", identifier):
            mention = Element(MENTION_KIND, parent)
            mention.attributes.update(uid=identifier, strict="false")
            for check in MENTION_KIND.checks:
                check(self.message, mention)
            return [self.created(mention)]
        return [Element(TEXT, parent, text=identifier)]

    def created(self, element: Element) -> Element:
        assert element.kind.created is not None
        element.kind.created(self.message, element)
        return element

    def table(self, rows: list[list[str]], parent: Element) -> Element:
        table = Element(KINDS["table"], parent)
        for row in rows:
            line = self.add(KINDS["tr"], table)
            for cell in row:
                self.text(cell, self.add(KINDS["td"], line))
        return table
