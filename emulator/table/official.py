"""The operations of the official specifications, so that what is not emulated can be told from what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_FILE = Path(__file__).with_name("official.tsv")


def operations() -> Iterator[tuple[str, str, str]]:
    """The method, the path and the name (both together) of each operation."""
    for line in _FILE.read_text().splitlines():
        method, path = line.split("\t")
        yield method, path, f"{method} {path}"
