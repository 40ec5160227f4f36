"""`init`: a world, a conftest and tests to begin with, written into a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emulator.seeding.file import BUNDLED

if TYPE_CHECKING:
    from pathlib import Path

_FILES = ("world.yaml", "conftest.py", "test_symphony.py")


def begin(folder: Path) -> list[str]:
    """Write what is not there yet; lines that say what was written, what stays, and what to do next."""
    lines = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            path = folder / name
            if path.exists():
                lines.append(f"stays  {path}")
                continue
            with path.open("x", encoding="utf-8") as file:
                file.write((BUNDLED / "init" / name).read_text(encoding="utf-8"))
            lines.append(f"wrote  {path}")
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from None
    world = folder / "world.yaml"
    return [
        *lines,
        "",
        f"next   pytest {folder}",
        f"       symphony-emulator --world {world}",
        f"       symphony-emulator world --schema > {folder / 'world.schema.json'}   (for your editor)",
    ]
