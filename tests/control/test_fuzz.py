"""Odd bodies and paths at each call of the control plane: never a 5xx, and never a world that later calls trip over."""

from __future__ import annotations

import random
from typing import Any

import pytest

from emulator.control.plane import CALLS as PLANE
from tests.conftest import Wire

ROUNDS = 60
CALLS = [(each.method, each.path) for each in PLANE if not each.path.endswith("/events")]
WORDS = [
    "alice",
    "bob",
    "carol",
    "acme-desk",
    "Trading Desk",
    "MESSAGESENT",
    "ACCEPTED",
    "AVAILABLE",
    "demo",
    "",
    "é\x00",
]
FIELDS = (
    "user app name from to status members message stream when do event as send match respond path delayMs times skip"
    " probability advance set freeze perSecond burst between groups category id username roles entitlements company"
    " permissions enabled installedFor sessions world version clock settings users dropConnection halfAnswer afterMs"
    " acceptConnection submitForm formId values contains appToken"
).split()


def odd(dice: random.Random, depth: int = 0) -> Any:
    """Some JSON value: words that mean something here and there, and none elsewhere."""
    kind = dice.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return dice.choice([None, True, False])
    if kind == 1:
        return dice.choice([0, -1, 1, 2**31, 2**63, 1e308, 0.5, 13056700579841])
    if kind < 6:
        return dice.choice(WORDS)
    if kind == 6:
        return [odd(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {dice.choice(FIELDS): odd(dice, depth + 1) for _ in range(dice.randrange(6))}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nothing_makes_it_fail(wire: Wire, method: str, path: str) -> None:
    dice = random.Random(f"{method} {path}")
    for _ in range(ROUNDS):
        filled = path.replace("{id}", dice.choice(["alice", "x", "acme-desk", "1" * 30])).replace("{name}", "x")
        answer = wire.http.request(method, filled, json=odd(dice), headers={"Host": "127.0.0.1:8080"})
        assert answer.status_code < 500, f"{answer.request.content!r}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.json()["message"]
    for look in ("/pod/v2/sessioninfo", "/pod/v1/user/presence"):
        assert wire.call("GET", look, "bob").status_code < 500
    for body in ("", "{", "[]", "null", '"x"', "1", "\xff"):
        answer = wire.http.request(
            method, path.replace("{id}", "x").replace("{name}", "x"), content=body.encode("latin-1")
        )
        assert answer.status_code < 500, body
