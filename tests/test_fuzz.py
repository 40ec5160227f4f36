"""Whatever is sent to whatever row: an answer of the service, never a failure of the emulator."""

from __future__ import annotations

import random
import string
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from emulator.table.table import TABLE, Endpoint, parameters
from tests.conftest import Wire

WORDS = [
    *("", "x", "1", "-1", "0", "true", "None", "null", "%", "%2F", "\x00", "é", "\ud83d\ude00", "a" * 300),
    *("13056700579841", "9" * 40, "alice", "HASHTAG:a", "<messageML>a</messageML>", "AVAILABLE", "IM", "[]", "{}"),
]
FIELDS = [
    *("id", "userId", "userIds", "name", "query", "filters", "streamTypes", "type", "category", "followers", "message"),
    *(
        "data",
        "sids",
        "since",
        "limit",
        "skip",
        "text",
        "streamId",
        "hashtag",
        "content",
        "title",
        "public",
        "crossPod",
    ),
    *("keywords", "uid", "email", "username", "local", "soft", "status", "author", "fromDate", "attachment", "preview"),
    *("pinnedMessageId", "companyWide", "silent", "version", "sortDir", "active", "token", "ackId", "tag", "owner"),
]


class Dice(random.Random):
    """Throws values of every kind."""

    def word(self, wire: Wire) -> str:
        ids = [
            str(wire.id("bob")),
            wire.room("Trading Desk").id,
            wire.room("Archive").id,
            next(iter(wire.world.messages.book)).id,
        ]
        return self.choice([*WORDS, *ids, "".join(self.choices(string.printable, k=8))])

    def value(self, wire: Wire, depth: int = 0) -> Any:
        kind = self.randrange(10 if depth < 3 else 7)
        if kind < 3:
            return self.word(wire).encode("utf-8", "replace").decode()
        if kind < 7:
            return self.choice([None, True, 0, -1, 2**63 - 1, 1.5, wire.id("bob"), wire.id("carol")])
        if kind == 7:
            return [self.value(wire, depth + 1) for _ in range(self.randrange(4))]
        return {self.choice(FIELDS): self.value(wire, depth + 1) for _ in range(self.randrange(4))}

    def request(self, wire: Wire, row: Endpoint) -> dict[str, Any]:
        made: dict[str, Any] = {
            "params": {
                self.choice(FIELDS): self.word(wire).encode("utf-8", "replace") for _ in range(self.randrange(3))
            }
        }
        if row.form and self.random() < 0.7:
            made["data"] = {name: self.word(wire).encode("utf-8", "replace") for name in ("message", "data", "sids")}
            if self.random() < 0.5:
                made["files"] = {"attachment": (self.choice(["a.csv", "x", ""]), b"x", "text/csv")}
        else:
            made["content"] = orjson.dumps(self.value(wire))
        return made


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_no_row_ever_fails(wire: Wire, row: Endpoint) -> None:
    wire.stage.hold = 0.001
    dice = Dice(row.name)
    for _ in range(40):
        path = row.path
        for parameter in parameters(path):
            word = dice.word(wire).encode("utf-8", "replace").decode() or "x"
            path = path.replace(f"{{{parameter}}}", quote(word, safe=""))
        app = "acme-desk" if row.for_apps and dice.random() < 0.8 else None
        answer = wire.call(row.method, path, dice.choice(["alice", "bob", "acme-bot"]), app, **dice.request(wire, row))
        assert answer.status_code < 500, (path, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["code"] == answer.status_code
            assert answer.headers["X-Emulator-Reason"]
