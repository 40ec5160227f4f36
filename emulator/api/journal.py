"""The journal: the last calls, by whom, what was answered and why. It is the log; there is no other."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypedDict

KEPT = 2_000


@dataclass(slots=True)
class Entry:
    """One call. `at` in ms of the world's clock; `reason` says why it was refused."""

    number: int
    at: int
    method: str
    path: str
    query: str
    endpoint: str | None
    app: str | None
    user: str | None
    status: int
    reason: str | None
    notes: tuple[str, ...]


class EntryAnswer(TypedDict):
    """An entry as the control plane gives it out."""

    number: int
    at: int
    method: str
    path: str
    query: str
    endpoint: str | None
    app: str | None
    user: str | None
    status: int
    reason: str | None
    notes: list[str]


def answer_of(entry: Entry) -> EntryAnswer:
    return {
        "number": entry.number,
        "at": entry.at,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "endpoint": entry.endpoint,
        "app": entry.app,
        "user": entry.user,
        "status": entry.status,
        "reason": entry.reason,
        "notes": list(entry.notes),
    }


class Journal:
    """A ring of the last calls."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def note(
        self,
        at: int,
        method: str,
        path: str,
        query: str,
        endpoint: str | None,
        app: str | None,
        user: str | None,
        status: int,
        reason: str | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._count = number = self._count + 1
        self.entries.append(Entry(number, at, method, path, query, endpoint, app, user, status, reason, notes))

    def clear(self) -> None:
        self.entries.clear()
