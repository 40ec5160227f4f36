"""Login JWTs whose claims are of any kind: refused as production refuses, never a failure."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest

from tests.conftest import Wire, refused

NOW = int(time.time())
SUBJECTS: list[Any] = [None, 7, [], {}, ["acme-desk"], True, "", "\ud800", "\x00", "acme-desk\n", "x" * 9000, 2**70]
EXPIRIES: list[Any] = [
    None,
    "x",
    "",
    [],
    {},
    True,
    -1,
    0,
    10**400,
    -(10**400),
    1e308,
    float("nan"),
    float("inf"),
]


def _signed(key: str, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    return jwt.api_jws.encode(json.dumps(claims).encode(), key, algorithm="RS512", headers=headers)


@pytest.mark.parametrize(
    "path", ["/login/pubkey/app/authenticate", "/login/pubkey/authenticate", "/relay/pubkey/authenticate"]
)
def test_odd_claims_are_refused(wire: Wire, keys: dict[str, str], path: str) -> None:
    good = "acme-desk" if "/app/" in path else "acme-bot"
    key = keys["app"] if "/app/" in path else keys["bot"]
    odd = [{"sub": subject, "exp": NOW + 100} for subject in SUBJECTS]
    odd += [{"sub": good, "exp": expiry} for expiry in EXPIRIES]
    for claims in odd:
        refused(wire.http.post(path, json={"token": _signed(key, claims)}), 401)
    for payload in (b"null", b"[]", b'"x"', b"1", b"\xff", b"[" * 20_000, b"1" * 10_000):
        refused(wire.http.post(path, json={"token": jwt.api_jws.encode(payload, key, algorithm="RS512")}), 401)
    assert wire.http.post(path, json={"token": _signed(key, {"sub": good, "exp": NOW + 100})}).status_code == 200
