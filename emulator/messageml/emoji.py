"""The emoji short codes; the table is read when the first one is looked up."""

from __future__ import annotations

from functools import cache


@cache
def _table() -> dict[str, str]:
    from pathlib import Path  # dear to import, and few messages need it

    table: dict[str, str] = {}
    for line in Path(__file__).with_name("emoji.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            character, *codes = line.split(" ")
            table.update(dict.fromkeys(codes, character))
    return table


def unicode_of(shortcode: str) -> str | None:
    """The emoji of a short code, which is case-sensitive; None when there is none."""
    return _table().get(shortcode)
