"""Kills a pod that keeps its state, over and over, in the midst of what five writers do to it, with snapshots, restores
and resets among the calls. What was answered has to be there.

    python -m tests.keeping.killing [ROUNDS [SEED]]
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

PLANE = "/emulator/v1"
WRITERS = 5
CALLS = 25
"""So many calls each writer makes before the kill, about."""


class Served:
    """A served emulator that keeps its state, and can be killed."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "emulator", "serve", "--quiet", "--port", "0"]
        command += ["--home", str(folder / "home"), "--state", str(folder / "state.db")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = str(json.loads(self.process.stdout.readline())["url"])
        self.http = httpx.Client(base_url=self.url, trust_env=False)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.http.close()


@dataclass(frozen=True)
class Made:
    """What an answer promised: that this is there, between being sent and being answered."""

    kind: Literal["room", "message", "user"]
    id: str | int
    says: str
    sent: float
    answered: float


@dataclass(frozen=True)
class Mark:
    """A call that changes the whole world: `snapshot` is when that was taken to which it goes back, None: a reset."""

    snapshot: tuple[float, float] | None
    sent: float
    answered: float


Whether = bool | None
"""Whether something is there; None where calls crossed, so that it may be."""


class Work:
    """All writers together, and what their answers promised."""

    def __init__(self, seed: int) -> None:
        self.seed, self.round = seed, 0
        self.made: list[Made] = []
        self.marks: list[Mark] = []
        self.tokens: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.calls = 0

    # --- writing ---

    def write(self, url: str, writer: int, enough: threading.Event, count: int) -> None:
        """One writer, until its connection breaks."""
        dice = random.Random(f"{self.seed} {self.round} {writer}")
        rooms: list[str] = []
        snapshot: tuple[float, float] | None = None
        try:
            with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
                user = dice.choice(["alice", "bob", "heidi"])
                opened = http.post(f"{PLANE}/tokens", json={"user": user, "app": "acme-desk"}).json()["token"]
                self.tokens.append((opened, user))
                http.headers["sessionToken"] = opened
                for number in range(10_000):
                    if number == count:
                        enough.set()
                    says = f"r{self.round}w{writer}n{number}e"  # none is the beginning of another
                    chance = dice.random()
                    self.calls += 1
                    if writer == 0 and chance < 0.08:
                        self.mark(http, f"{PLANE}/reset", None)
                    elif writer == 0 and chance < 0.16:
                        began = time.monotonic()
                        if http.post(f"{PLANE}/snapshots", json={"name": "kept"}).status_code == 201:
                            snapshot = (began, time.monotonic())
                    elif writer == 0 and chance < 0.24 and snapshot is not None:
                        self.mark(http, f"{PLANE}/snapshots/kept/restore", snapshot)
                    elif chance < 0.4 or not rooms:
                        body = {"name": says, "description": "x"}
                        told = self.make(http, "room", "/pod/v3/room/create", says, json=body)
                        if told is not None:
                            rooms.append(told["roomSystemInfo"]["id"])
                    elif chance < 0.5:
                        self.make(http, "user", f"{PLANE}/users", says, json={"username": says})
                    else:
                        path = f"/agent/v4/stream/{dice.choice(rooms)}/message/create"
                        files = {"attachment": ("a.csv", says.encode(), "text/csv")} if dice.random() < 0.2 else None
                        data = {"message": f"<messageML>{says}</messageML>"}
                        self.make(http, "message", path, says, data=data, files=files)
        except httpx.TransportError:
            enough.set()  # it was killed

    def make(self, http: httpx.Client, kind: Any, path: str, says: str, **request: Any) -> Any:
        sent = time.monotonic()
        answer = http.post(path, **request)
        answered = time.monotonic()
        if answer.status_code >= 500:
            self.wrong.append(f"{path}: {answer.text}")
        if answer.status_code not in (200, 201):
            return None  # its room went with a reset
        told = answer.json()
        found = {"room": lambda: told["roomSystemInfo"]["id"], "message": lambda: told["messageId"]}
        self.made.append(Made(kind, found.get(kind, lambda: told["id"])(), says, sent, answered))
        return told

    def mark(self, http: httpx.Client, path: str, snapshot: tuple[float, float] | None) -> None:
        sent = time.monotonic()
        self.marks.append(Mark(snapshot, sent, float("inf")))  # it may be killed when it is done, before it answers
        answer = http.post(path)
        if answer.status_code == 200:
            self.marks[-1] = Mark(snapshot, sent, time.monotonic())
        else:
            self.wrong.append(f"{path}: {answer.text}")

    # --- looking ---

    def there(self, made: Made, marks: list[Mark], until: float) -> Whether:
        """Whether something should be there at a time."""
        if until < made.sent:
            return False
        found: Whether = True if made.answered < until else None
        for at, mark in enumerate(marks):
            if mark.sent > until or mark.answered < made.sent:
                continue
            back: Whether = False
            if mark.snapshot is not None:
                early = self.there(made, marks[:at], mark.snapshot[0])
                back = early if early == self.there(made, marks[:at], mark.snapshot[1]) else None
            if made.answered < mark.sent and mark.answered < until:
                found = back
            elif found != back:
                found = None
        return found

    def check(self, served: Served) -> dict[str, int]:
        """That all is there which should be, and nothing which should not; how many there were of each."""
        assert not self.wrong, self.wrong[:3]
        state = served.http.get(f"{PLANE}/state", timeout=60).json()
        texts = {each["id"]: each["presentationml"] for each in state["messages"]}
        here: dict[str, dict[str | int, str]] = {
            "room": {each["id"]: each["room"]["name"] for each in state["streams"] if "room" in each},
            "message": texts,
            "user": {each["id"]: each["username"] for each in state["users"]},
        }
        now = time.monotonic()
        told = {"there": 0, "gone": 0, "either": 0}
        for made in self.made:
            should = self.there(made, self.marks, now)
            found = made.says in here[made.kind].get(made.id, "")
            assert should is None or found == should, f"{made} should {'' if should else 'not '}be there"
            told["either" if should is None else "there" if should else "gone"] += 1
        given = [made.id for made in self.made if made.kind != "user"]  # those are counted, and begin again
        assert len(given) == len(set(given)), "an id was given out twice"
        for token, user in self.tokens[-10:]:
            info = served.http.get("/pod/v2/sessioninfo", headers={"sessionToken": token})
            assert info.json()["username"] == user
        return told

    def one_round(self, folder: Path, calls: int = CALLS) -> dict[str, int]:
        """Start, look, write, kill."""
        served = Served(folder)
        try:
            told = self.check(served)
            self.forget()
            self.round += 1
            enough = threading.Event()
            writers = [
                threading.Thread(target=self.write, args=(served.url, number, enough, calls), daemon=True)
                for number in range(WRITERS)
            ]
            for writer in writers:
                writer.start()
            enough.wait(60)
            time.sleep(random.Random(f"{self.seed} {self.round}").random() * 0.02)
        finally:
            served.kill()
        for writer in writers:
            writer.join(10)
        return told

    def forget(self) -> None:
        """Start from what is there for sure: where calls crossed, nobody can tell any more."""
        now = time.monotonic()
        self.made = [made for made in self.made if self.there(made, self.marks, now)]
        self.marks = []


def main(rounds: int, seed: int) -> None:
    total = {"there": 0, "gone": 0, "either": 0}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        work = Work(seed)
        for number in range(1, rounds + 1):
            told = work.one_round(Path(folder))
            total = {name: count + told[name] for name, count in total.items()}
            if number % 10 == 0:
                print(
                    f"{number:4} kills {work.calls:7} calls {time.monotonic() - began:6.0f} s, looked at {total}",
                    flush=True,
                )
        served = Served(Path(folder))
        try:
            work.check(served)
        finally:
            served.kill()
    print(f"{rounds} kills under {WRITERS} writers, {work.calls} calls: nothing lost, no id twice, each start good")


if __name__ == "__main__":
    main(*(int(argument) for argument in (sys.argv[1:] + ["100", "1"][len(sys.argv) - 1 :])))
