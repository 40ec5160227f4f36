"""Public keys of apps and service accounts, and how one takes the place of another (production/auth.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from emulator.world.policy import admin as policy
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.world import World

KEY_OVERLAP = 72 * 3_600_000
"""How long (ms) a key goes on working after another took its place."""


class Holder(Protocol):
    """What has keys."""

    @property
    def public_key(self) -> str | None: ...

    @property
    def previous_key(self) -> str | None: ...

    @property
    def previous_key_until(self) -> int | None: ...


@record
class KeyChange:
    """What is to happen to the keys: an action with the current one, one with the previous one. Times in ms."""

    current: str | None = None
    key: str | None = None
    previous: str | None = None
    until: int | None = None

    def __bool__(self) -> bool:
        return self.current is not None or self.previous is not None


NO_CHANGE = KeyChange()


def working(holder: Holder, now: int) -> list[str]:
    """The public keys that work: the current one, and the one before it for a while."""
    keys = [holder.public_key] if holder.public_key else []
    if holder.previous_key and now < (holder.previous_key_until or 0):
        keys.append(holder.previous_key)
    return keys


def takes_a_key(before: Holder, after: Holder, now: int) -> bool:
    """Whether a key that worked works no more."""
    return not set(working(before, now)) <= set(working(after, now))


def rotated(world: World, holder: Holder, change: KeyChange) -> dict[str, Any]:
    """The keys after a change, as attributes. A key that is saved makes the one before it the previous one for 72
    hours; when the current one is revoked a previous one that still works takes its place."""
    now = world.clock.now()
    current, previous, until = holder.public_key, holder.previous_key, holder.previous_key_until
    if change.previous is not None:
        policy.key_action_fits(f"{change.previous} previous", current, previous, None, now >= (until or 0))
        if change.previous == "REVOKE":
            previous = until = None
        else:
            until = change.until if change.until is not None else max(until or 0, now) + KEY_OVERLAP
    if change.current == "SAVE":
        policy.key_action_fits("SAVE", current, previous, change.key, now >= (until or 0))
        if current:
            previous, until = current, now + KEY_OVERLAP
        current = change.key
    elif change.current is not None:
        policy.key_action_fits(f"{change.current} current", current, previous, None, now >= (until or 0))
        current = previous if previous and now < (until or 0) else None
        previous = until = None
    return {"public_key": current, "previous_key": previous, "previous_key_until": until}
