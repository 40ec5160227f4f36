"""docs/fidelity.md is what the rules and the table say."""

from pathlib import Path

from emulator.fidelity import document

PAGE = Path(__file__).parent.parent / "docs" / "fidelity.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run python -m emulator.fidelity > docs/fidelity.md"
