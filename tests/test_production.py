"""docs/production: each source that a page names has an address, and each section can be linked to."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[1] / "docs" / "production"
_NAMES = sorted(page.name for page in PAGES.glob("*.md") if page.name != "README.md")
_CITED = re.compile(r"production/(?!README)(\w+\.md)((?: \d[\d.]*(?:-\d+)?(?:, \d[\d.]*)*)?)")
_ROOT = PAGES.parents[1]
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


@lru_cache
def sections(name: str) -> frozenset[str]:
    """The sections of a page, by number."""
    return frozenset(re.findall(r'^<a id="([\d.]+)"></a>$', (PAGES / name).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", _NAMES)
def test_each_source_has_an_address(name: str) -> None:
    text = (PAGES / name).read_text(encoding="utf-8")
    known = set(re.findall(r"^\[([^\]]+)\]: https://[\w./~#?=@:-]+$", text, re.MULTILINE))
    used = set(re.findall(r"(?<![\]\w])\[([a-z][a-z-]*:[^\[\]\n]+)\](?!\()", _CODE.sub("", text)))
    assert used - known == set()
    assert known or "github.com/finos/messageml-utils" in text


@pytest.mark.parametrize("name", _NAMES)
def test_each_numbered_heading_can_be_linked_to(name: str) -> None:
    text = _CODE.sub("", (PAGES / name).read_text(encoding="utf-8"))
    assert set(re.findall(r"^#+ (\d+(?:\.\d+)*)\.? ", text, re.MULTILINE)) == sections(name)
    assert sections(name)


def test_each_citation_names_a_section_that_exists() -> None:
    count = 0
    for folder in ("emulator", "tests", "fixtures", "examples", "bench", "docs"):
        for file in (_ROOT / folder).rglob("*"):
            if file.suffix not in (".py", ".md", ".yaml", ".tsv") or file.is_relative_to(PAGES):
                continue
            for found in _CITED.finditer(file.read_text(encoding="utf-8")):
                assert found[1] in _NAMES, f"{file} cites {found[0]}"
                for number in found[2].replace(",", " ").split():
                    first, _, last = number.strip(".").partition("-")
                    count += 1
                    assert {first, last or first} <= sections(found[1]), f"{file} cites {found[0]}"
    assert count > 200
