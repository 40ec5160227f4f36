"""What is generated is what the code says."""

from __future__ import annotations

import pytest

from tests.refresh import COMMAND, GENERATED, ROOT


@pytest.mark.parametrize("name", GENERATED)
def test_nothing_generated_is_stale(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), (
        f"{name} is stale: run {COMMAND}, and read what it changed"
    )
