"""The journal: the last calls, by whom, what was answered and why. It is the log; there is no other."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from typing_extensions import TypedDict

from emulator.stage.faults import path_fits
from emulator.stage.waiting import Waiting, told
from emulator.table.table import Endpoint

KEPT = 2_000
BODY_KEPT = 4_096
TEXT_KEPT = 1_024
"""So many characters of a path, a query and a reason are kept."""

_SECRETS = (
    "token|authToken|appToken|sessionToken|keyManagerToken|authorizationToken|access_token|symphonyToken|jwt"
    "|password|hPassword|khPassword|hSalt|khSalt|apiKey"
)
_SECRET = re.compile(rf'("(?:{_SECRETS})"\s*:\s*")(?:[^"\\]|\\.)*', re.DOTALL)
_NAMED = re.compile(rf"""(\b(?:{_SECRETS})\b['"]?\s?[=:]\s?['"]?)(?!\*\*\*)[^\s&'"<>,;{{}}\[\]]+""", re.IGNORECASE)
"""A secret by its name where there is no JSON: in a query, in a form, in a body that is cut or malformed."""
_SHAPED = re.compile(
    r"eyJ[\w-]{12,}(?:(?:\.|%2[Ee])[\w-]*){0,4}"  # a JWT, whole or cut
    r"|\b0100[0-9a-f]{32,}"  # a token of the key manager
    r"|-----BEGIN(?:[A-Z +]|%20){0,40}PRIVATE(?:[ +]|%20)KEY-----[^-]*(?:-----END(?:[A-Z +]|%20){0,60}-----)?",
    re.ASCII,
)
_SIGNS = ("eyJ", "0100", "PRIVATE")


@dataclass(slots=True)
class Entry:
    """One call. `at` in ms of the world's clock, `took` in ms of real time; `reason` says why it was refused. A status
    of 0 is a connection that was dropped, None a call that waits and is still open."""

    number: int
    at: int
    took: float
    method: str
    path: str
    query: str
    endpoint: Endpoint | None
    app: str | None
    user: str | None
    status: int | None
    reason: str | None
    notes: tuple[str, ...]
    sent: bytes
    answered: bytes


class EntryAnswer(TypedDict):
    """An entry as the control plane gives it out."""

    number: int
    at: int
    tookMs: float
    method: str
    path: str
    query: str
    endpoint: str | None
    app: str | None
    user: str | None
    status: int | None
    reason: str | None
    notes: list[str]
    request: str
    response: str


def answer_of(entry: Entry) -> EntryAnswer:
    """An entry for people and scripts, without secrets."""
    return {
        "number": entry.number,
        "at": entry.at,
        "tookMs": round(entry.took, 3),
        "method": entry.method,
        "path": blackened(entry.path),
        "query": blackened(entry.query),
        "endpoint": entry.endpoint.name if entry.endpoint else None,
        "app": entry.app,
        "user": entry.user,
        "status": entry.status,
        "reason": None if entry.reason is None else blackened(entry.reason),
        "notes": [blackened(note) for note in entry.notes],
        "request": shown(entry.sent),
        "response": shown(entry.answered),
    }


def shown(body: bytes) -> str:
    """A body as text, as far as it was kept: secrets blackened, files left out."""
    if b"\x00" in body and b"filename=" not in body:
        return f"{len(body)} bytes or more"
    text = body.decode("utf-8", "replace")
    return blackened(_SECRET.sub(r"\1***", _without_files(text)))


def blackened(text: str) -> str:
    """A text without what is a secret by its shape or by the name before it, wherever a client put it."""
    if any(sign in text for sign in _SIGNS):
        text = _SHAPED.sub("***", text)
    return _NAMED.sub(r"\1***", text)


def _without_files(text: str) -> str:
    """A multipart body with a word in the place of each file. One way through: a pattern would begin again at each
    name of a file."""
    kept, at = [], 0
    while (named := text.find('filename="', at)) >= 0 and (head := text.find("\r\n\r\n", named)) >= 0:
        kept.append(text[at : head + 4] + "(a file)")
        end = text.find("\r\n--", head + 4)
        at = len(text) if end < 0 else end
    return "".join((*kept, text[at:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which calls are asked for. `path` is exact, as in the table, or has `*`; `status` is 403 or 4xx; `since` the
    number of an entry, after which those asked for come; `open` whether they wait still."""

    path: str | None = None
    method: str | None = None
    app: str | None = None
    user: str | None = None
    status: str | None = None
    since: int = 0
    open: bool | None = None

    def fits(self, entry: Entry) -> bool:
        return (
            entry.number > self.since
            and (self.path is None or path_fits(self.path, entry.path, entry.endpoint))
            and (self.method is None or entry.method == self.method)
            and (self.app is None or entry.app == self.app)
            and (self.user is None or entry.user == self.user)
            and (self.status is None or _status_fits(self.status, entry.status))
            and (self.open is None or self.open == (entry.status is None))
        )

    def __str__(self) -> str:
        parts = [self.method or "", self.path or "", self.status or ""]
        parts += [f"app {self.app}"] if self.app else []
        parts += [f"user {self.user}"] if self.user else []
        parts += ["still open"] if self.open else []
        return " ".join(part for part in parts if part) or "any call"


def _status_fits(wanted: str, status: int | None) -> bool:
    return wanted[0] == str(status)[0] if wanted.endswith("xx") else wanted == str(status)


class Journal:
    """A ring of the last calls, and those that wait still. `count` is the number of the last call before it. Without
    `bodies` it keeps none: neither what was sent nor what was answered."""

    def __init__(self, count: int = 0, *, bodies: bool = True) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.open: dict[int, Entry] = {}
        self.count = count
        self.kept = BODY_KEPT if bodies else 0
        """So many bytes of each body are kept."""
        self._waiting: list[Callable[[], None]] = []

    def note(
        self,
        at: int,
        took: float,
        method: str,
        path: str,
        query: str,
        endpoint: Endpoint | None,
        app: str | None,
        user: str | None,
        status: int,
        reason: str | None,
        notes: tuple[str, ...],
        sent: bytes,
        answered: bytes,
    ) -> None:
        self.count = number = self.count + 1
        self.entries.append(
            Entry(
                number,
                at,
                took,
                method[:TEXT_KEPT],
                path[:TEXT_KEPT],
                query[:TEXT_KEPT],
                endpoint,
                app,
                user,
                status,
                None if reason is None else reason[:TEXT_KEPT],
                notes,
                sent[: self.kept],
                answered[: self.kept],
            )
        )
        self._tell()

    @contextmanager
    def waits(
        self,
        at: int,
        method: str,
        path: str,
        query: str,
        endpoint: Endpoint | None,
        app: str | None,
        user: str | None,
        sent: bytes,
    ) -> Iterator[None]:
        """A call waits for something as long as this lasts: until it is answered it is here without a status."""
        self.count = number = self.count + 1
        self.open[number] = Entry(
            number,
            at,
            0,
            method,
            path[:TEXT_KEPT],
            query[:TEXT_KEPT],
            endpoint,
            app,
            user,
            None,
            None,
            (),
            sent[: self.kept],
            b"",
        )
        self._tell()
        try:
            yield
        finally:
            self.open.pop(number, None)

    def _tell(self) -> None:
        for call in tuple(self._waiting):
            call()

    def find(self, wanted: Filter) -> Iterator[Entry]:
        """The calls asked for, oldest first."""
        entries = [*self.entries, *self.open.values()]
        if self.open:
            entries.sort(key=lambda entry: entry.number)
        return (entry for entry in entries if wanted.fits(entry))

    def since(self, number: int) -> list[Entry]:
        """The calls after the one of this number."""
        return list(self.find(Filter(since=number)))

    def when_noted(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call this after each entry; the answer is a function that ends it."""
        self._waiting.append(call)
        return lambda: self._waiting.remove(call)

    def clear(self) -> None:
        self.entries.clear()


async def waited(journal: Journal, waiting: Waiting, wanted: Filter, count: int, seconds: float) -> list[Entry]:
    """The calls asked for, as soon as there are so many, or those that there are after so many seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    with waiting.woken() as arrived:
        end = journal.when_noted(arrived.set)
        try:
            while len(found := list(journal.find(wanted))) < count and not waiting.over:
                arrived.clear()
                if not await told(arrived, until - loop.time()):
                    break
            return list(journal.find(wanted)) or found
        finally:
            end()
