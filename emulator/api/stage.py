"""Stage: one world, and what the wire keeps for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access.extension import Pairs
from emulator.access.sessions import Sessions
from emulator.access.signing import PodKey
from emulator.api.journal import Journal

if TYPE_CHECKING:
    from emulator.access.permissions import Match
    from emulator.world.world import Snapshot, World


class Stage:
    """A world with its sessions, its journal, and the state to which a reset goes back."""

    def __init__(self, world: World, *, pod_key: PodKey | None = None, permission_match: Match = "all") -> None:
        self.world = world
        self.pod_key = pod_key or PodKey()
        self.permission_match: Match = permission_match
        self.sessions = Sessions(world, self.pod_key)
        self.pairs = Pairs(world)
        self.journal = Journal()
        self.loaded: Snapshot = world.snapshot()

    def reset(self, *, end_sessions: bool = False) -> None:
        """Back to the world as it was loaded. Sessions of users and apps that still exist stay alive."""
        self.restore(self.loaded)
        if end_sessions:
            self.sessions.end_all()

    def restore(self, snapshot: Snapshot) -> None:
        self.world.restore(snapshot)
        self.sessions.forget_the_gone()
