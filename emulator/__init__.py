"""The offline Symphony: an emulator of a Symphony pod and agent.

`Emulator.start()` runs one in this process; `World` is the simulated pod behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.version import __version__

if TYPE_CHECKING:
    from emulator.testing.emulator import Emulator
    from emulator.world import World


__all__ = ["Emulator", "World", "__version__"]


def __getattr__(name: str) -> Any:
    # Whoever imports `emulator.messageml` or asks for the version does not pay for a server.
    if name == "Emulator":
        from emulator.testing.emulator import Emulator

        return Emulator
    if name == "World":
        from emulator.world import World

        return World
    raise AttributeError(f"module 'emulator' has no attribute '{name}'")
