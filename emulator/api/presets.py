"""Faults that are ready to be asked for by name: what production was seen to answer when it fails."""

from __future__ import annotations

import random
import string
import uuid
from dataclasses import dataclass, field
from typing import Any

from emulator.api.texts import text
from emulator.world.errors import Invalid


@dataclass(frozen=True, slots=True)
class Preset:
    """An answer. `code` is the one in the body."""

    status: int
    text: str
    code: int
    headers: dict[str, str] = field(default_factory=dict)
    details: Any = None


_POLICY = {"name": "No client names", "status": "BLOCK", "scopes": ["INTERNAL", "EXTERNAL"], "reasons": ["globex"]}
PRESETS = {
    "pod failed": Preset(500, "pod failed", 0),
    "internal error": Preset(500, "internal error", 500),
    "feed failed": Preset(500, "feed failed", 500),
    "too often": Preset(429, "often", 429, {"Retry-After": "1"}),
    "unavailable": Preset(503, "unavailable", 503),
    "compliance": Preset(451, "compliance", 451, details=[{"detectionIn": "TEXT", "policyResults": [_POLICY]}]),
}


def preset(name: str, seed: int) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body of a fault by its name; Invalid where there is none. `seed`: what the body names is the
    same in each run."""
    if name not in PRESETS:
        raise Invalid(f"there is no fault '{name}' ready, there are {', '.join(PRESETS)}")
    found = PRESETS[name]
    chance = random.Random(seed)  # noqa: S311 - so that a run repeats
    named = (uuid.UUID(int=chance.getrandbits(128), version=4), "".join(chance.choices(string.ascii_letters, k=6)))
    body: dict[str, Any] = {"code": found.code, "message": text(found.text, *named)}
    if found.details is not None:
        body["details"] = found.details
    return found.status, found.headers, body
