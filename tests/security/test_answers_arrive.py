"""Whatever is quoted, an answer arrives, whole and readable: control characters, half characters and numbers beyond
every bound in each path, query, header, body and claim, on both planes, over a socket."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import pytest

from emulator import Emulator
from emulator.api.dispatch import rows as rows  # fills the table
from emulator.api.writing import as_json, reason_header
from emulator.control.plane import CALLS as PLANE
from emulator.table.table import PARAMETER, TABLE
from tests.security.conftest import Raw, connected

ODD = [
    b"\x00",
    b"\x01\x02",
    b"\r\nX-Evil: 1",
    b"\x1b[31m",
    b"\x7f",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "é\u2028".encode(),
    b"%",
    b"x" * 5000,
]
TEXTS = ["\x00", "\x1b[2J", "\r\nX: y", "\ud800", "\udfff\ud800", "a\x7fb", "\ufeff", "😀", "x" * 20_000, ""]
NUMBERS = [2**63 - 1, 2**63, 2**64, -(2**63), 10**400, 5e-324, 1e308, -1, 0]
OTHERS = [None, True, [], {}, [None], {"a": None}]
FIELDS = (
    "userId name description id user app text message data value key streamId query author title content limit skip"
    " since perSecond burst times delayMs set advance hashtag token appToken category status uid email username"
).split()

CALLS = [(each.method, each.path) for each in (*TABLE, *PLANE) if not each.path.endswith("/events")]


def _value(dice: random.Random, depth: int = 0) -> object:
    kind = dice.randrange(8 if depth < 2 else 6)
    if kind < 3:
        return dice.choice(TEXTS)
    if kind < 5:
        return dice.choice(NUMBERS)
    if kind == 5:
        return dice.choice(OTHERS)
    if kind == 6:
        return [_value(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {dice.choice(FIELDS): _value(dice, depth + 1) for _ in range(dice.randrange(5))}


def _bodies(dice: random.Random) -> Iterator[tuple[bytes, bytes]]:
    """Content types and bodies."""
    for _ in range(6):
        made: object = {dice.choice(FIELDS): _value(dice) for _ in range(4)}
        yield b"application/json", json.dumps(made).encode()
    yield b"application/json", b'{"a": "\xed\xa0\x80"}'
    yield b"application/x-www-form-urlencoded", b"message=%ED%A0%80%00%1b&data=%00&sids=%01"
    yield (
        b"multipart/form-data; boundary=x",
        (
            b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n<messageML>\x00\x1b</messageML>\r\n'
            b'--x\r\nContent-Disposition: form-data; name="attachment"; filename="a\x01\xff"\r\n\r\n\x00\r\n--x--'
        ),
    )


@pytest.fixture(scope="module")
def tokens(one_pod: Emulator) -> list[list[tuple[bytes, bytes]]]:
    bot = one_pod.token("acme-bot").encode()
    manager = one_pod.stage.sessions.open_key_manager(one_pod.world.users.named("acme-bot").id).encode()
    return [
        [(b"sessionToken", one_pod.token("alice", "acme-desk").encode())],
        [(b"sessionToken", bot), (b"keyManagerToken", manager)],
    ]


@pytest.fixture(scope="module")
def line(one_pod: Emulator) -> Iterator[Raw]:
    with connected(one_pod) as raw:
        yield raw


@pytest.mark.parametrize(("method", "path"), CALLS, ids=str)
def test_each_call_answers(
    one_pod: Emulator,
    line: Raw,
    tokens: list[list[tuple[bytes, bytes]]],
    method: str,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(one_pod.stage, "hold", 0.001)
    dice = random.Random(f"{method} {path}")
    bodies = list(_bodies(dice))
    for at, odd in enumerate(ODD):
        target = PARAMETER.sub(lambda _, odd=odd: quote_from_bytes(odd, safe=""), path).encode()
        field, number = dice.choice(FIELDS).encode(), str(dice.choice(NUMBERS)).encode()
        target += (
            b"?" + field + b"=" + quote_from_bytes(odd, safe="").encode() + b"&skip=" + number + b"&limit=" + number
        )
        headers = [*dice.choice(tokens), (b"X-Trace-Id", b"a\xe9b")]
        content_type, body = bodies[at % len(bodies)]
        if method in ("GET", "DELETE") and "read" not in path:
            answer = line.call(method, target, headers)
        else:
            answer = line.call(method, target, [*headers, (b"Content-Type", content_type)], body)
        assert answer.status < 500, (target[:200], body[:200], answer.reason, answer.body[:300])
        if answer.status >= 400 and answer.status != 408:
            answer.refused(answer.status)
        assert b"\xed\xa0" not in answer.body
    journal = line.call("GET", b"/emulator/v1/requests")
    assert journal.status == 200
    json.loads(journal.body)
    line.call("DELETE", b"/emulator/v1/faults")
    one_pod.do(one_pod.stage.reset)


def test_odd_tokens_are_nobodys(line: Raw) -> None:
    for token in (b"\x80\xff", b"x" * 8000, b"e30.e30.e30", b"null", b"%00", b"Bearer ", b"'"):
        line.call("GET", b"/pod/v2/sessioninfo", [(b"sessionToken", token)]).refused(401)
        line.call("GET", b"/pod/v2/sessioninfo", [(b"Authorization", b"Bearer " + token)]).refused(401)


def test_what_is_no_text_of_utf8_is_still_written() -> None:
    assert json.loads(as_json({"a": "x\ud800y", "n": 10**30})) == {"a": "x\ufffdy", "n": 10**30}
    assert as_json({"a": 1}) == b'{"a":1}'
    assert reason_header("a\x00b\r\nc\x1b\x7f\ud800é") == b"a\\x00b c\\x1b\\x7f\\ud800\\xe9"
    assert len(reason_header("é" * 100_000)) == 500
