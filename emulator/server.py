"""Runs the ASGI app on uvicorn, in the foreground or in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from emulator.api.dispatch import CUT
from emulator.api.sessionauth import PEER
from emulator.api.writing import error, reason_header
from emulator.stage.waiting import told

if TYPE_CHECKING:
    from emulator.site import Site
    from emulator.tls import Tls

T = TypeVar("T")

LAST_CALLS = 0.5
"""How many seconds after SIGTERM calls under way are cut off: a body that never comes would keep the server."""

MOST_HEADERS, MOST_HEAD = 200, 64 * 1024
"""A request has at most so many headers, and so many bytes before its body. The parser itself has no limit."""

HEAD_TIME = 30.0
"""How many seconds the head of a request may take from its first byte to its last."""

_LINGER = 2.0
"""So long (s) what a refused client still sends is read and thrown away: a connection that is closed before that is
reset, and the answer is lost with it."""

_MOMENT = 0.05
GRACE = 1
"""How many seconds open calls have after SIGTERM; uvicorn's own default would wait for every long poll."""


def common_name(certificate: dict[str, Any] | None) -> str | None:
    """The CN of a peer's certificate as the ssl module gives it out; it is empty where the peer showed none."""
    for part in (certificate or {}).get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return str(value)
    return None


class _TooMuch(Exception):
    """The head of a request is longer than it may be."""


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which tells the app who is at the other end of a TLS connection, and lets it cut one.

    An `Upgrade` that a request offers is ignored, as RFC 9110 7.8 has it for servers that take none. The parser would
    end such a request with its head and take its body for the next request.
    """

    peer: str | None = None
    _quiet = 0
    """So many bytes came since the parser told of anything: of a head, of chunk extensions, of trailers."""
    _size = 0
    """So many came at most that may be of the head."""
    _came = _in_head = False
    _late: asyncio.TimerHandle | None = None
    _refusal: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer = common_name(transport.get_extra_info("peercert"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_time()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._came = self._in_head = True
        self.scope[CUT] = self.transport.close  # type: ignore[literal-required]
        if self.peer is not None:
            self.scope[PEER] = self.peer  # type: ignore[literal-required]

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # and not among the trailers, which nobody asks for
            HttpToolsProtocol.on_header(self, name, value)

    def on_headers_complete(self) -> None:
        self._came, self._in_head = True, False
        headers = self.headers
        if len(headers) > MOST_HEADERS or (
            self._size > MOST_HEAD and len(self.url) + sum(len(n) + len(v) + 4 for n, v in headers) > MOST_HEAD
        ):
            raise _TooMuch
        if not self.parser.should_upgrade():
            HttpToolsProtocol.on_headers_complete(self)

    def on_body(self, body: bytes) -> None:
        self._came = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._came = True
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        self._came = False
        self._size = len(data) + (self._size if self._in_head else 0)
        rest = memoryview(data)
        try:
            while rest:
                try:
                    self.parser.feed_data(rest)
                except httptools.HttpParserUpgrade as offered:
                    rest = rest[offered.args[0] :]
                    self._begin_again()
                else:
                    break
        except httptools.HttpParserCallbackError as failed:
            if isinstance(failed.__context__, _TooMuch):
                self._refuse_head()
            else:
                self.send_400_response("the head of the request cannot be read")
            return
        except httptools.HttpParserError as failed:
            self.send_400_response(f"this is no HTTP request: {failed}")
            return
        self._quiet = 0 if self._came else self._quiet + len(data)
        if self._quiet > MOST_HEAD:
            self._refuse_head()
        elif not self._in_head:
            if self._late is not None:
                self._on_time()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_TIME, self._refuse, 408, f"the head took over {HEAD_TIME:g} s")

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse_head(self) -> None:
        if len(self.url) > MOST_HEAD // 2:
            self._refuse(414, f"the request line has more than {MOST_HEAD} bytes")
        else:
            self._refuse(431, f"the head of a request has at most {MOST_HEADERS} headers and {MOST_HEAD} bytes")

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, msg)

    def _refuse(self, status: int, why: str) -> None:
        """Answer what cannot be read, after the answers that are due before it, and close the connection."""
        body = error(status, HTTPStatus(status).phrase)
        head = b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-length: %d\r\ncontent-type: application/json\r\n"
        head = head % (status, HTTPStatus(status).phrase.encode(), len(body))
        self._refusal = head + b"x-emulator-reason: " + reason_header(why) + b"\r\n\r\n" + body
        self._on_time()
        cycle = self.cycle
        if cycle is not None and cycle.more_body:  # this is the request that cannot be read
            if self.pipeline and self.pipeline[0][0] is cycle:
                self.pipeline.popleft()
                return
            if cycle.response_started:
                self.transport.close()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        elif cycle is not None and not cycle.response_complete:
            return
        self._say_no()

    def _say_no(self) -> None:
        assert self._refusal is not None
        self.transport.write(self._refusal)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)

    def on_response_complete(self) -> None:
        last = not self.pipeline
        super().on_response_complete()
        if self._refusal is not None and last and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._say_no()

    def _begin_again(self) -> None:
        """Give a new parser the head of the request that the old one has just ended, without the offer. The old one
        takes nothing more where the connection shall close after this request."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise httptools.HttpParserError("no proxy here")
        lines = [b"%b %b HTTP/%b" % (method, self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        with contextlib.suppress(AttributeError):  # an older httptools needs no telling
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))


class Server(uvicorn.Server):
    """uvicorn, with a word when it is ready. `socket` is bound already, so that the port is known before."""

    def __init__(
        self,
        site: Site,
        bound: socket.socket,
        *,
        log_level: str,
        on_ready: Callable[[], None],
        on_stopped: Callable[[], None] = lambda: None,
        tls: Tls | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                site,
                http=Protocol,
                log_level=log_level,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                date_header=True,
                timeout_graceful_shutdown=GRACE,
                backlog=2048,
                **_tls_options(tls),
            )
        )
        self._site, self._bound, self._on_ready, self._on_stopped = site, bound, on_ready, on_stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if not self.should_exit:
            self._site.main.run()
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what waits, let the calls under way end, and cut what has not ended by then."""
        self._site.close()
        asyncio.get_running_loop().call_later(LAST_CALLS, self._cut)
        await super().shutdown(sockets)
        self._on_stopped()

    def _cut(self) -> None:
        for connection in tuple(self.server_state.connections):
            connection.transport.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C are how a server ends, and no failure: uvicorn would raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def serve_forever(self) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        self.run(sockets=[self._bound])


def _tls_options(tls: Tls | None) -> dict[str, Any]:
    if tls is None:
        return {}
    import ssl

    return {
        "ssl_certfile": str(tls.certificate),
        "ssl_keyfile": str(tls.key),
        "ssl_ca_certs": str(tls.authority),
        "ssl_cert_reqs": ssl.CERT_OPTIONAL,
    }


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the address is taken. Port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        # On Windows this option would let two servers share the port.
        if hasattr(socket, "SO_REUSEPORT"):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def address_of(bound: socket.socket, host: str, scheme: str = "http") -> str:
    """The base URL of a listening socket, by a name under which this machine reaches it."""
    port: Any = bound.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"{scheme}://{name}:{port}"


def no_proxy() -> dict[str, str]:
    """The variables by which clients let a proxy alone, with this machine in them."""
    before = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = [each.strip() for each in before.split(",") if each.strip()]
    both = ",".join([*hosts, *(each for each in ("127.0.0.1", "localhost", "::1") if each not in hosts)])
    return {"NO_PROXY": both, "no_proxy": both}


class _Quick(Server):
    """Ends as soon as it is told to."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._told = asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        count = 0
        while not await self.on_tick(count):
            count += 1
            await told(self._told, 0.1)

    def end(self) -> None:
        self.should_exit = True
        self._told.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what waits, and cut what goes on."""
        self._site.close()
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        for pause in (_MOMENT, _MOMENT):
            if self.server_state.tasks:
                await asyncio.wait(tuple(self.server_state.tasks), timeout=pause)
            for connection in tuple(self.server_state.connections):
                connection.transport.abort()


class Background:
    """A server in a thread of this process, for tests."""

    def __init__(
        self, site: Site, host: str = "127.0.0.1", tls: Tls | None = None, *, bound: socket.socket | None = None
    ) -> None:
        self._bound = bound or bind(host, 0)
        self.url = address_of(self._bound, host, "https" if tls else "http")
        self._ready = threading.Event()
        self._server = _Quick(site, self._bound, log_level="warning", on_ready=self._ready.set, tls=tls)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="symphony-emulator")

    def do(self, work: Callable[[], T]) -> T:
        """Run `work` between two calls: what it changes no call sees half done. Answers what it answers."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._server.loop.call_soon_threadsafe(run)
        return done.result(60)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine beside the calls; answers what it answers."""
        return self.submit(work).result(120)

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have a coroutine run beside the calls."""
        return asyncio.run_coroutine_threadsafe(work, self._server.loop)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the emulator did not start within 10 s, its log says why")

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.loop.call_soon_threadsafe(self._server.end)
            self._thread.join(5)
        self._bound.close()
