"""What comes before a body has a limit, and whoever goes beyond it is answered."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable

import pytest

from emulator import Emulator, server
from emulator.server import MOST_HEAD, MOST_HEADERS
from tests.security.conftest import Raw

HEALTH = b"/agent/v3/health"
GET = b"GET " + HEALTH + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /login/pubkey/authenticate HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"


def _refused(raw: Raw, status: int, reason: str) -> None:
    raw.answer().refused(status, reason)
    assert raw.socket.recv(1) == b"", "and the connection is closed"


def _many(raw: Raw) -> None:
    raw.send(GET + b"".join(b"X-%d: a\r\n" % each for each in range(MOST_HEADERS)) + b"\r\n")


def _long(raw: Raw) -> None:
    raw.send(GET + b"X: " + b"a" * MOST_HEAD + b"\r\n\r\n")


def _endless(start: bytes, piece: bytes) -> Callable[[Raw], None]:
    def send(raw: Raw) -> None:
        raw.send(start)
        for _ in range(100):
            raw.send(piece)

    return send


def _halves(raw: Raw) -> None:
    raw.send(GET + b"X: " + b"a" * (MOST_HEAD - 5_000) + b"\r\n")
    time.sleep(0.05)  # two pieces, each of them within the limit
    raw.send(b"Y: " + b"a" * 20_000 + b"\r\n\r\n")


LONG = b"a" * 100_000
OVER: dict[str, tuple[Callable[[Raw], None], int]] = {
    "many": (_many, 431),
    "long": (_long, 431),
    "halves": (_halves, 431),
    "a header without end": (_endless(GET + b"X: ", LONG), 431),
    "a name without end": (_endless(GET, LONG), 431),
    "headers without end": (_endless(GET, b"X: a\r\n" * 10_000), 431),
    "a line without end": (_endless(b"GET /", LONG), 414),
    "a method without end": (_endless(b"G", LONG), 400),
    "trailers without end": (_endless(POST + b"0\r\n", b"X: a\r\n" * 10_000), 431),
    "a trailer without end": (_endless(POST + b"0\r\nX: ", LONG), 431),
    "a chunk extension without end": (_endless(POST + b"1;", LONG), 431),
}


@pytest.mark.parametrize("what", OVER)
def test_who_sends_too_much_before_a_body_is_answered(pod: Emulator, raw: Raw, what: str) -> None:
    send, status = OVER[what]
    raw.call("GET", HEALTH)
    raw.send(GET + b"\r\n")  # what is due before it is answered before it
    sending = threading.Thread(target=send, args=(raw,), daemon=True)
    sending.start()
    assert raw.answer().status == 200
    _refused(raw, status, "")
    sending.join(10)
    with pod.client() as other:
        assert other.get("/agent/v3/health").status_code == 200


def test_what_is_within_the_limit_is_taken(raw: Raw) -> None:
    headers = [(b"X-%d" % each, b"a" * 200) for each in range(MOST_HEADERS - 1)]
    assert raw.call("GET", HEALTH, headers).status == 200
    assert raw.call("GET", HEALTH + b"?a=" + b"b" * (MOST_HEAD - 2_000)).status == 200
    raw.send(POST + b"2;x=y\r\n{}\r\n0\r\nX: a\r\n\r\n")
    assert "token" in raw.answer().reason
    for byte in GET + b"\r\n":
        raw.send(bytes([byte]))
    assert raw.answer().status == 200


def test_memory_stays_bounded(pod: Emulator) -> None:
    lines = [Raw(pod.url) for _ in range(5)]
    tracemalloc.start()
    try:
        for raw in lines:
            raw.send(GET + b"X: ")
            for _ in range(40):
                raw.send(LONG)
            raw.answer().refused(431)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
        for raw in lines:
            raw.socket.close()


def test_a_head_has_a_time(pod: Emulator, raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_TIME", 0.05)
    raw.send(GET)
    _refused(raw, 408, "head took over")


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_is_no_request_is_told_so(raw: Raw, sent: bytes) -> None:
    raw.send(sent)
    _refused(raw, 400, "")
