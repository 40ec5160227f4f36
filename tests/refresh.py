"""Everything that is generated, in one place: `python -m tests.refresh` writes what has changed, and says which."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from emulator import fidelity, listing
from emulator.access import signing
from emulator.messageml import catalogue
from emulator.seeding import schema
from emulator.seeding.load import load
from tests import matrix, official
from tests.conftest import Wire

ROOT = Path(__file__).parents[1]
COMMAND = "python -m tests.refresh"


@lru_cache
def _walked() -> tuple[str, str]:
    return matrix.texts(Wire(load("demo"), signing.new_private_key()))


def _between(page: str, **marked: str) -> str:
    """A page with what stands between each two marks replaced."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for mark, content in marked.items():
        before, begin, rest = text.partition(f"<!-- {mark} -->\n")
        _, end, after = rest.partition(f"<!-- /{mark} -->")
        assert end, f"{page} has no place for {mark}"
        text = before + begin + content + end + after
    return text


# In this order: docs/fidelity.md is made of what asked.tsv says.
GENERATED: dict[str, Callable[[], str]] = {
    "tests/matrix.tsv": lambda: _walked()[0],
    "emulator/table/asked.tsv": lambda: _walked()[1],
    "docs/endpoints.md": lambda: _between("docs/endpoints.md", endpoints=listing.as_markdown(listing.rows())),
    "docs/entitlements.md": lambda: _between("docs/entitlements.md", entitlements=listing.entitlements_as_markdown()),
    "docs/events.md": lambda: _between("docs/events.md", events=listing.events_as_markdown()),
    "docs/fidelity.md": fidelity.document,
    "docs/world.md": lambda: _between("docs/world.md", keys=schema.reference()),
    "docs/messageml.md": lambda: _between(
        "docs/messageml.md", elements=catalogue.elements(), bounds=catalogue.bounds()
    ),
}
if official.available():
    GENERATED |= {"tests/data/official.json": official.facts, "emulator/table/official.tsv": official.names}
"""Each generated file, and what it is to hold."""


def refresh() -> list[str]:
    """Write what is stale; the names of the files written."""
    written = []
    for name, made in GENERATED.items():
        text, file = made(), ROOT / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            written.append(name)
    return written


if __name__ == "__main__":
    print("\n".join(f"wrote {name}" for name in refresh()) or "nothing was stale")
