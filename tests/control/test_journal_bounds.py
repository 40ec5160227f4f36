"""The journal is bounded, and shows no secret wherever a client put it."""

from __future__ import annotations

import json

import pytest

from emulator.access.signing import new_private_key
from emulator.stage.journal import TEXT_KEPT
from tests.conftest import Wire


def told(wire: Wire) -> str:
    return wire.http.get("/emulator/v1/requests").text


PLACES = ["path", "query", "named", "form", "malformed", "cut", "bearer", "escaped"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["session", "key manager", "key"])
def test_secrets_in_odd_places_are_black(wire: Wire, place: str, kind: str) -> None:
    user = wire.id("alice")
    secret = {
        "session": wire.token("alice"),
        "key manager": wire.stage.sessions.open_key_manager(user),
        "key": "".join(new_private_key().split("\n")) if place in ("path", "query", "named") else new_private_key(),
    }[kind]
    core = secret[len(secret) // 2 :][:40]
    if place == "path":
        wire.http.get(f"/pod/v1/{secret.replace('/', '_')}")
        core = core.replace("/", "_")
    elif place == "query":
        wire.http.get(f"/pod/v2/sessioninfo?x={secret}")
    elif place == "named":
        wire.http.get("/pod/v2/sessioninfo?sessionToken=hush-hush&password=hush-hush")
        core = "hush-hush"
    elif place == "form":
        wire.http.post("/login/pubkey/authenticate", content="token=hush-hush&x=1")
        core = "hush-hush"
    elif place == "malformed":
        wire.http.post("/login/pubkey/authenticate", content=f"{{token: '{secret}'")
    elif place == "cut":
        wire.http.post("/login/pubkey/authenticate", content="x" * 3_000 + json.dumps(secret))
    elif place == "bearer":
        wire.http.post("/login/pubkey/authenticate", content=f"Bearer {secret}")
    else:
        wire.http.post("/login/pubkey/authenticate", content='{"token": "a\\"hush-hush"}')
        core = "hush-hush"
    assert core not in told(wire)
    assert "***" in told(wire)


def test_texts_are_cut_as_bodies_are(wire: Wire) -> None:
    wire.http.get(f"/pod/v1/{'p' * 20_000}?q={'q' * 20_000}")
    wire.http.get("/pod/v1/user", params={"uid": "r" * 20_000})
    for entry in wire.stage.journal.entries:
        for text in (entry.path, entry.query, entry.reason or ""):
            assert len(text) <= TEXT_KEPT
