"""What a world file holds, and where each part of it stands, for sentences about its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from emulator.seeding.parts import WorldFile


MOST_MISTAKES = 50
"""So many are told of one file: who made more made one of them many times."""


class WorldFileError(ValueError):
    """A world file has mistakes. `mistakes` are sentences, each with the line."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        super().__init__(f"{source}: {'; '.join(mistakes)}")
        self.source, self.mistakes = source, mistakes


Place = tuple[str | int, ...]


_NOWHERE: Any = yaml.Mark("", 0, -1, 0, None, 0)


class Source:
    """A file that was read, or several that were merged: where from, what they hold, and where each part of it stands.

    What came over the wire stands in no file: it names none either.
    """

    def __init__(self, names: Sequence[str], file: WorldFile, compose: Callable[[], yaml.Node | None]) -> None:
        self.names, self.file, self._compose = tuple(names), file, compose

    @property
    def name(self) -> str:
        return ", ".join(self.names) or "the document"

    @cached_property
    def _tree(self) -> yaml.Node | None:
        return self._compose()

    def said(self, what: str, *place: str | int) -> str:
        """A sentence about a part: where it stands, which it is, and what of it."""
        return ": ".join(each for each in (self._where(place), ".".join(map(str, place)), what) if each)

    def _where(self, place: Place) -> str:
        mark = self._mark(place)
        line = f"line {mark.line + 1}" if mark.line >= 0 else ""
        return f"{mark.name} {line}".strip() if len(self.names) > 1 or mark.name not in self.names else line

    def folder(self, *place: str | int) -> Path | None:
        """The folder of the file in which a part stands: other files are named relative to it. None for what came over
        the wire, which names no files."""
        name = self._mark(place).name
        return Path(name).parent if name in self.names else None

    def _mark(self, place: Place) -> Any:
        node = self._tree
        mark: Any = yaml.Mark(self.name, 0, 0, 0, None, 0) if node is None else node.start_mark
        for step in place:
            if isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if step not in pairs:
                    break
                key, node = pairs[step]
                mark = key.start_mark
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                mark = node.start_mark
            else:
                break
        return mark or _NOWHERE
