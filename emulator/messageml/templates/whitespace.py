"""White space of templates, as FreeMarker takes it away: lines that hold nothing but directives, and what <#t> trims.

Each text looks at its neighbours on the same line, in document order, whatever they are nested in.
"""

from __future__ import annotations

from bisect import bisect_right

from emulator.messageml import java
from emulator.messageml.templates.syntax import Block

TRIMS = frozenset(("t", "lt", "rt", "nt"))
_SILENT = frozenset(("macro", "function", "assign", "global", "local", "setting", "import", "comment"))
"""They print nothing where they stand: blanks between two of them are dropped."""
_WHOLE = frozenset(("macro", "function"))
_PRINTING = frozenset(("print", "number"))
_FAR = 500
"""How many neighbours are looked at."""


class _Lines:
    """Which line an offset is on."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._starts = [0]
        at = source.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = source.find("\n", at + 1)

    def of(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def begins(self, at: int) -> bool:
        """Whether a line begins here; a tab is reckoned to stand in a later column."""
        return self._starts[bisect_right(self._starts, at) - 1] == at and self._source[at : at + 1] != "\t"


def _empty(text: str) -> bool:
    return all(c <= " " for c in text)


def _captures(block: Block) -> bool:
    return block.kind in ("assign", "global", "local") and block.parts[0][1] == "capture"


def _silent(block: Block) -> bool:
    return block.kind in _SILENT and not _captures(block)


def _is_leaf(block: Block) -> bool:
    return not block.children or block.kind in _WHOLE or _captures(block)


class _Stripper:
    def __init__(self, source: str, top: Block) -> None:
        self.lines = _Lines(source)
        self.top = top
        self.trimmed_lines: set[int] = set()
        self.parents: dict[int, Block] = {}
        self.places: dict[int, int] = {}
        self.enter(top)

    def enter(self, block: Block) -> None:
        for place, child in enumerate(block.children):
            self.parents[id(child)] = block
            self.places[id(child)] = place
            if child.kind in TRIMS:
                self.trimmed_lines.add(self.lines.of(child.at))
            self.enter(child)

    # --- neighbours --------------------------------------------------------------------------------------------------

    def sibling(self, block: Block, step: int) -> Block | None:
        around = self.parents[id(block)].children
        place = self.places[id(block)] + step
        return around[place] if 0 <= place < len(around) else None

    def neighbour(self, block: Block, step: int) -> Block | None:
        """The next (1) or previous (-1) element that holds no others."""
        while block is not self.top:
            found = self.sibling(block, step)
            if found is not None:
                while not _is_leaf(found):
                    found = found.children[0 if step > 0 else -1]
                return found
            block = self.parents[id(block)]
        return None

    def on_line(self, block: Block, step: int) -> list[Block]:
        """The neighbours on the line on which the text ends (1) or begins (-1)."""
        line = self.end_line(block) if step > 0 else self.lines.of(block.at)
        found: list[Block] = []
        item = self.neighbour(block, step)
        while item is not None and len(found) < _FAR:
            if (self.lines.of(item.at) if step > 0 else self.end_line(item)) != line:
                break
            found.append(item)
            item = self.neighbour(item, step)
        return found

    def end_line(self, block: Block) -> int:
        return self.lines.of(max(block.end - 1, block.at))

    # --- one text ----------------------------------------------------------------------------------------------------

    def at_top(self, block: Block) -> bool:
        return self.parents[id(block)] is self.top

    def ignorable(self, block: Block, before: Block | None) -> bool:
        if block.kind != "text":
            return block.kind == "comment" or block.kind in TRIMS
        if not block.parts[0]:
            return True
        if not _empty(block.parts[0]):
            return False
        after = self.sibling(block, 1)
        top = self.at_top(block)
        return (_silent(before) if before else top) and (_silent(after) if after else top)

    def heeds(self, block: Block, *, opening: bool) -> bool:
        """Whether white space beside it counts, because it prints something on that line."""
        if block.kind in _PRINTING:
            return True
        if block.kind != "text" or self.ignorable(block, self.sibling(block, -1)):
            return False
        for c in reversed(block.parts[0]) if opening else block.parts[0]:
            if c in "\r\n":
                return False
            if c not in java.WHITESPACE:
                return True
        return True

    def clean(self, block: Block) -> None:
        if not block.parts[0]:
            return
        left, right = self.trims_left(block), self.trims_right(block)
        text: str = block.parts[0]
        if not text or (self.at_top(block) and self.places[id(block)] == 0):
            return
        trailing = 0 if left else self.trailing(block, text)
        opening = 0 if right else self.opening(block, text)
        if opening or trailing:
            block.parts = (text[opening : len(text) - trailing],)

    def opening(self, block: Block, text: str) -> int:
        """How many characters at the beginning belong to a line of directives."""
        end = text.find("\n") + 1
        if end == 0 and not self.lines.begins(block.at):
            return 0
        if not _empty(text[:end]) or any(self.heeds(item, opening=True) for item in self.on_line(block, -1)):
            return 0
        return end

    def trailing(self, block: Block, text: str) -> int:
        last = text.rfind("\n") + 1
        if last == 0 and not self.lines.begins(block.at):
            return 0
        if not _empty(text[last:]) or any(self.heeds(item, opening=False) for item in self.on_line(block, 1)):
            return 0
        return len(text) - last

    # --- <#t> and its like -------------------------------------------------------------------------------------------

    def trims_left(self, block: Block) -> bool:
        """Applies the trims after the text on its last line; whether there are any."""
        if self.end_line(block) not in self.trimmed_lines:
            return False
        result = False
        for item in self.on_line(block, 1):
            result = result or item.kind in ("nt", "t", "lt")
            if item.kind in ("t", "lt"):
                text: str = block.parts[0]
                last = text.rfind("\n") + 1
                if last > 0 or self.lines.begins(block.at):
                    block.parts = (text[:last] + text[last:].lstrip(java.WHITESPACE),)
        return result

    def trims_right(self, block: Block) -> bool:
        if self.lines.of(block.at) not in self.trimmed_lines:
            return False
        result = False
        for item in self.on_line(block, -1):
            result = result or item.kind in ("nt", "t", "rt")
            if item.kind in ("t", "rt"):
                text: str = block.parts[0]
                first = text.find("\n") + 1
                if first == 0:
                    return False
                rest = text[first:]
                if not _empty(text[:first]):
                    kept = text[:first].rstrip(java.WHITESPACE)
                    if _empty(rest) and self.trims_rest(block):
                        rest = ""
                    rest = kept + rest
                else:
                    block.at += first  # it begins a line now
                block.parts = (rest,)
        return result

    def trims_rest(self, block: Block) -> bool:
        result = True
        for item in self.on_line(block, 1):
            if self.heeds(item, opening=True):
                result = False
            if item.kind in ("t", "lt"):
                return True
        return result

    # --- all of it ---------------------------------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        for child in block.children:
            if child.kind == "text":
                self.clean(child)
            else:
                self.block(child)
        if block is self.top and [child.kind for child in block.children] == ["text"]:
            return
        kept: list[Block] = []
        for child in block.children:
            # What is gone already counts as a neighbour, and as none.
            if not self.ignorable(child, self.sibling(child, -1)) and not self.ignorable(
                child, kept[-1] if kept else None
            ):
                kept.append(child)
        if len(kept) < len(block.children):
            block.children[:] = kept
            self.places.update((id(child), place) for place, child in enumerate(kept))


def strip(source: str, top: Block) -> None:
    """Takes the white space away from a template's blocks, and the blocks that were there for that alone."""
    stripper = _Stripper(source, top)
    stripper.block(top)
