"""Faults: what goes wrong on purpose, for which calls, how often; and throttling, as production has it."""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from emulator.table.official import operations
from emulator.table.router import Router
from emulator.table.table import routes
from emulator.world.errors import Invalid, Unknown

if TYPE_CHECKING:
    from emulator.access.caller import Caller
    from emulator.table.table import Endpoint
    from emulator.world.clock import Clock

MOST_FAULTS = 1_000
_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
_VALUE = re.compile(r"[ -~]{0,1000}")
LONGEST_DELAY = 600_000
"""In ms."""


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """What happens to calls that match. Without a `status` the real answer comes: late after `delay` (ms), or half of
    it when `half` is set. `skip` calls pass first, then `times` are hit (None: all), each with `probability`."""

    method: str | None = None
    path: str | None = None
    app: str | None = None
    user: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    delay: int = 0
    drop: bool = False
    half: bool = False
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    id: str = ""
    met: int = 0
    hit: int = 0

    def fits(self, method: str, path: str, endpoint: Endpoint | None, who: Caller | None) -> bool:
        """Whether a call is one of those meant. A path is an exact one, that of the table, or has `*` in it."""
        if self.method is not None and self.method != method:
            return False
        if self.path is not None and not path_fits(self.path, path, endpoint):
            return False
        if self.app is not None and (who is None or who.app is None or who.app.id != self.app):
            return False
        if self.user is None:
            return True
        return who is not None and self.user in (str(who.user.id), who.user.username, who.user.email)


def path_fits(wanted: str, path: str, endpoint: Endpoint | None) -> bool:
    """Whether a path is the one wanted: exactly, as the table writes it, or by `*`."""
    if wanted == path or (endpoint is not None and wanted == endpoint.path):
        return True
    return "*" in wanted and fnmatchcase(path, wanted)


@lru_cache(maxsize=1)
def _served() -> Router[str]:
    """All that may meet a fault: what is served, and what the official specification has besides."""
    return Router([*((method, path, row.name) for method, path, row in routes()), *operations()])


def _is_served(method: str | None, path: str) -> None:
    """Invalid for a path that no call is answered at, or not with this method: a fault there would do nothing."""
    methods = _served().methods(path)
    if not methods:
        nearest = _served().nearest(path)
        raise Invalid(f"nothing is served at '{path[:200]}', so nothing fails there; the nearest is {nearest}")
    if method is not None and ("GET" if method == "HEAD" else method) not in methods:
        raise Invalid(f"'{path[:200]}' takes {', '.join(methods)}, not {method[:20]}: nothing fails there")


class Faults:
    """The faults of one world, in the order in which they came. The first that hits a call decides."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - so that a run repeats
        self._count = 0
        self.all: dict[str, Fault] = {}

    def add(self, fault: Fault) -> Fault:
        """Take a fault in; Invalid for one that does nothing, or that no call would meet, and beyond a thousand."""
        if fault.status is None and not (fault.delay or fault.drop or fault.half):
            raise Invalid("a fault does something: respond, delayMs, dropConnection or halfAnswer")
        if fault.drop and (fault.status is not None or fault.half):
            raise Invalid("a dropped connection has no answer: leave out respond and halfAnswer")
        if fault.path is not None and "*" not in fault.path:
            _is_served(fault.method, fault.path)
        for name, value in fault.headers:
            if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
                raise Invalid(f"'{name}' with this value is no header: a line of ASCII")
            if name.lower() in ("content-length", "transfer-encoding", "connection"):
                raise Invalid(f"'{name}' is the server's own header: dropConnection and halfAnswer break connections")
        if len(self.all) >= MOST_FAULTS:
            raise Invalid(f"there are {MOST_FAULTS} faults already: delete some")
        self._count += 1
        fault.id = f"fault-{self._count}"
        self.all[fault.id] = fault
        return fault

    def remove(self, fault_id: str) -> None:
        if fault_id not in self.all:
            raise Unknown(f"there is no fault '{fault_id}', there are {', '.join(self.all) or 'none'}")
        del self.all[fault_id]

    def hit(self, method: str, path: str, endpoint: Endpoint | None, who: Caller | None) -> Fault | None:
        """The fault that this call meets, None when it passes."""
        for fault in self.all.values():
            if not fault.fits(method, path, endpoint, who):
                continue
            fault.met += 1
            if fault.met <= fault.skip or (fault.times is not None and fault.hit >= fault.times):
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.hit += 1
            return fault
        return None


@dataclass(slots=True, eq=False)
class _Bucket:
    left: float
    at: int


@dataclass(slots=True, eq=False)
class Throttle:
    """So many calls a second for each session, and so many at once, by the world's clock."""

    per_second: float
    burst: int
    agent_status: int = 429
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def wait(self, token: str, clock: Clock) -> int:
        """How many seconds a session has to wait before its next call; 0 when it may go on."""
        now = clock.now()
        bucket = self._buckets.get(token)
        if bucket is None:
            if len(self._buckets) >= MOST_FAULTS * 10:
                self._buckets.clear()
            bucket = self._buckets[token] = _Bucket(self.burst, now)
        bucket.left = min(self.burst, bucket.left + max(0, now - bucket.at) / 1000 * self.per_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return math.ceil((1 - bucket.left) / self.per_second)
