"""Settings: what the flags, the environment and the defaults come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emulator.access.permissions import Match


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """How to serve. Each field is the flag of the same name, and `SYMPHONY_EMULATOR_` with its name in capitals."""

    host: str
    port: int
    world: tuple[str, ...]
    side: tuple[str, ...]
    seed: int
    users: int
    rooms: int
    messages: int
    live: float | None
    home: Path
    permission_match: Match | None
    fidelity: Path | None
    tls: bool
    state: Path | None
    datafeed_hold: float
    no_bodies: bool
    advertise: str | None
    well_known_keys: bool
    well_known_keys_anywhere: bool
    readable_home: bool
    control_token: str | None
    control_token_file: Path | None
    log_level: str
    quiet: bool


def fitting(fidelity: Path | None, permission_match: Match | None) -> dict[str, Any]:
    """What these flags set in each world; ClickException where the file of choices has mistakes."""
    given: dict[str, Any] = {}
    if fidelity is not None:
        from emulator.seeding.file import read_choices
        from emulator.seeding.source import WorldFileError

        try:
            given = read_choices(fidelity)
        except WorldFileError as error:
            raise click.ClickException(str(error)) from None
    return given if permission_match is None else {**given, "permission_match": permission_match}
