"""A pod on a socket, and calls to it byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
import pytest

from emulator import Emulator


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        return self.headers.get("x-emulator-reason", "")

    def refused(self, status: int, reason: str = "") -> None:
        """That this is a refusal in production's shape, with a reason that says this."""
        assert self.status == status, (self.status, self.reason, self.body[:300])
        told = orjson.loads(self.body)
        assert told["code"] == status
        assert told["message"]
        assert reason in self.reason, self.reason


class Raw:
    """One connection, on which nothing is sent that a test did not write."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        self.authority = place.netloc
        self.socket = socket.create_connection((place.hostname, place.port or 80), timeout=20)
        self._read = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def head(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]], length: int | None = None) -> None:
        lines = [method.encode() + b" " + target + b" HTTP/1.1"]
        if not any(name.lower() == b"host" for name, _ in headers):
            lines.append(b"Host: " + self.authority.encode())
        lines += [name + b": " + value for name, value in headers]
        if length is not None:
            lines.append(b"Content-Length: %d" % length)
        self.send(b"\r\n".join(lines) + b"\r\n\r\n")

    def answer(self) -> Answer:
        """The next answer, read strictly: a status line, printable headers, and a body as long as said."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, rest = self._read.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        assert first.startswith(b"HTTP/1.1 "), first
        headers = {}
        for line in lines:
            name, colon, value = line.partition(b": ")
            assert colon, line
            assert all(32 <= byte < 127 for byte in value), line
            headers[name.decode().lower()] = value.decode()
        self._read = rest
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(iter(self._chunk, b"")))
        return Answer(status, headers, self._take(int(headers.get("content-length", "0"))))

    def _take(self, length: int) -> bytes:
        while len(self._read) < length:
            self._more()
        taken, self._read = self._read[:length], self._read[length:]
        return taken

    def _chunk(self) -> bytes:
        while b"\r\n" not in self._read:
            self._more()
        size, _, self._read = self._read.partition(b"\r\n")
        chunk = self._take(int(size, 16))
        assert self._take(2) == b"\r\n"
        return chunk

    def _more(self) -> None:
        came = self.socket.recv(65_536)
        assert came, f"the connection was closed in the midst of an answer: {self._read[:200]!r}"
        self._read += came

    def call(
        self, method: str, target: bytes, headers: list[tuple[bytes, bytes]] = (), body: bytes | None = None
    ) -> Answer:
        self.head(method, target, list(headers), None if body is None else len(body))
        if body:
            self.send(body)
        return self.answer()


@pytest.fixture(scope="package")
def one_pod() -> Iterator[Emulator]:
    with Emulator.start() as pod:
        yield pod


@pytest.fixture
def pod(one_pod: Emulator) -> Emulator:
    one_pod.fresh()
    return one_pod


@contextmanager
def connected(pod: Emulator) -> Iterator[Raw]:
    raw = Raw(pod.url)
    try:
        yield raw
    finally:
        raw.socket.close()


@pytest.fixture
def raw(pod: Emulator) -> Iterator[Raw]:
    with connected(pod) as made:
        yield made
