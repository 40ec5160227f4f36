"""Stage: one world, and what the wire keeps for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.access.extension import Pairs
from emulator.access.sessions import Sessions
from emulator.access.signing import PodKey
from emulator.stage.behaving import Behaving
from emulator.stage.faults import Faults, Throttle
from emulator.stage.journal import Journal
from emulator.stage.report import Report
from emulator.stage.waiting import Waiting
from emulator.world.errors import Invalid
from emulator.world.users import same_person

if TYPE_CHECKING:
    from emulator.access.permissions import Match
    from emulator.stage.living import Living
    from emulator.world.world import Snapshot, World

log = logging.getLogger(__name__)

MOST_SNAPSHOTS = 100
HOLD = 20.0
"""How many seconds a read of a datafeed waits when nothing is there: clients call a loop dead after 22."""


class Stage:
    """A world with its sessions, its journal, and the state to which a reset goes back."""

    def __init__(self, world: World, *, pod_key: PodKey | None = None, hold: float = HOLD, bodies: bool = True) -> None:
        self.world = world
        self.pod_key = pod_key or PodKey()
        self.waiting = Waiting()
        self.sessions = Sessions(world, self.pod_key, self.waiting.wake)
        self.pairs = Pairs(world)
        self.bodies = bodies
        """Whether the journal keeps bodies."""
        self.journal = Journal(bodies=bodies)
        self.report = Report()
        self.faults = Faults(world.ids.seed)
        self.keep: Callable[[], None] | None = None
        """Writes what a call changed where the state is kept; asked for before the answer leaves."""
        self.throttle: Throttle | None = None
        self.hold = hold
        self.loaded: Snapshot = world.snapshot()
        self.fitted: dict[str, Any] = {}
        self.snapshots: dict[str, tuple[int, Snapshot]] = {}
        """Named snapshots, with the time (ms) at which each was taken."""

        self.behaving = Behaving(world, self._kept)
        self.living: Living | None = None

    def enliven(self, seconds: float) -> None:
        """From now on somebody says something every so many seconds of the world's clock, on average."""
        from emulator.stage.living import Living

        self.living = Living(self.world, self.sessions, self.behaving, seconds, self._kept)

    def run(self) -> None:
        """Do what is due by the world's clock, and see that the rest is done in time."""
        self.behaving.run()
        if self.living is not None:
            self.living.wake()

    def close(self) -> None:
        """Let go of all that waits, and do nothing more."""
        self.waiting.close()
        self.behaving.waiting.clear()
        if self.living is not None:
            self.living.stop()

    @property
    def permission_match(self) -> Match:
        return self.world.settings.permission_match

    def fit(self, settings: dict[str, Any]) -> None:
        """Set what whoever started the pod knows of production: in this world, in the state to which a reset goes
        back, and in worlds that are loaded beside it."""
        self.fitted |= settings
        self.world.set(**settings)
        self.loaded = replace(self.loaded, settings=self.world.settings)

    def _kept(self) -> None:
        if self.keep is not None:
            self.keep()

    def settle(self) -> None:
        """What a call did stays, and is kept before its answer leaves. Where it cannot be kept it is taken back, and
        the cause is raised; a call that changed nothing is answered none the less."""
        try:
            self._kept()
        except Exception as error:
            if self.world.touched():
                self.take_back()
                raise
            log.warning("what was done outside of calls is not kept yet: %s", error)
        self.world.end()

    def take_back(self) -> None:
        """Undo what the present call did."""
        self.world.back()
        self.behaving.forget(self.world.events.undone)

    def reset(self, *, end_sessions: bool = False) -> None:
        """Back to the world as it was loaded, without faults. Sessions of those who still exist stay alive."""
        self.restore(self.loaded)
        self.faults = Faults(self.world.ids.seed)
        self.throttle = None
        if end_sessions:
            self.sessions.end_all()

    def fresh(self) -> None:
        """As it was before anybody called: the world as loaded, without faults, without feeds, with a new journal. What
        waits is let go, and is noted in the old one."""
        self.world.datafeeds.drop_all()
        self.journal = Journal(self.journal.count, bodies=self.bodies)
        self.reset()

    def restore(self, snapshot: Snapshot) -> None:
        """The world as a snapshot has it. Whose tokens and feeds there are stays who they are, or loses them."""
        users, feeds = self.world.users.book, self.world.datafeeds
        known = {user: users.get(user) for user in self.sessions.users() | feeds.owners()}
        self.world.restore(snapshot)
        gone = {user for user, before in known.items() if not same_person(before, users.get(user))}
        self.sessions.forget_the_gone(gone)
        self.pairs.forget_the_gone()
        feeds.drop_of(user for user in gone if user in users)
        self.waiting.wake()

    def granted(self) -> dict[str, frozenset[str]]:
        """The permissions of each app."""
        return {app.id: app.permissions for app in self.world.apps.book}

    def take(self, name: str) -> None:
        """Remember the world as it is now under a name; Invalid beyond a hundred."""
        if name not in self.snapshots and len(self.snapshots) >= MOST_SNAPSHOTS:
            raise Invalid(f"there are {MOST_SNAPSHOTS} snapshots already: delete one")
        self.snapshots[name] = (self.world.clock.now(), self.world.snapshot())
