"""What users uploaded to be shown as, and the addresses at which it is."""

from __future__ import annotations

from hashlib import sha256

from emulator.world.ids import pod_of
from emulator.world.record import record

PREFIX = "/avatars/"
_SIZES = ("600", "150", "orig", "500", "50")


@record
class Portrait:
    """What a user uploaded to be shown as, by the name that its addresses end with."""

    user: int
    name: str
    content: bytes

    @property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Its addresses by size; each has it as it came."""
        company = pod_of(self.user)
        return tuple((size, f"..{PREFIX}{company}/{size}/{self.user}/{self.name}.png") for size in _SIZES)


def portrait(user: int, content: bytes) -> Portrait:
    """What a user uploads: an address holds a digest of it, so that whoever has it learns nothing by it."""
    return Portrait(user=user, name=sha256(content).hexdigest(), content=content)
