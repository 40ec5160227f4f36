"""The simulated pod: its state and its rules. Knows nothing of HTTP."""

from emulator.world.world import World

__all__ = ["World"]
