"""How long another caller waits, and what memory a call takes, while somebody sends what is meant to hold the pod:
long, repeated and alternating inputs of every kind, over a socket, on both planes.

    python -m bench.hostile [PATTERN]

One line for each input (those in whose name the pattern is found): the longest wait of a caller who asks for
sessioninfo every two milliseconds on a connection of its own, the processor time of the server, and how far its memory
rose, against the body. Each input is sent three times, and the best of them counts: the rest is the machine's. The
promise: a wait of 100 ms, as far as it is the server's (a machine that does other work lets everybody wait), and five
times the body (small bodies may take 4 MB). Processor time and memory are told on Linux only.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from bench.common import ask, emulator, first_answer, free_port, request, stop, token

LONGEST, TIMES, SMALL = 0.1, 5, 4 * 1024 * 1024
GOES = 3
PLANE = "/emulator/v1"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Input(NamedTuple):
    """What is sent: `by` names whose session it is, if it is anybody's."""

    name: str
    method: str
    path: str
    body: bytes = b""
    by: str = "alice"
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    keeps: bool = False
    """Whether it makes what stays: then its memory is no memory of the call."""


class Found(NamedTuple):
    status: str
    took: float
    wait: float
    work: float
    memory: int | None


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _multipart(*parts: tuple[str, bytes]) -> bytes:
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (n.encode(), v) for n, v in parts
    )
    return body + b"--x--\r\n"


MB = 1024 * 1024
MULTIPART = "multipart/form-data; boundary=x"


def signals() -> Iterator[Input]:
    ors = " OR ".join(f"HASHTAG:a{each}" for each in range(450))
    pairs = " AND ".join(f"(HASHTAG:a{each} OR HASHTAG:b{each})" for each in range(150))
    for name, query in {
        "30 kB of one value": "HASHTAG:" + "a" * 30_000,
        "blanks": "HASHTAG:a" + " " * 8_000 + "b",
        "brackets": "(" * 4_000 + ")" * 4_000,
        "an open quote": 'HASHTAG:"' + '\\"' * 4_000,
        "pairs of alternatives": pairs[:8_190],
        "450 alternatives": ors[:8_190],
        "900 kB": "HASHTAG:a AND " * 64_000,
        "AND AND AND": repeated("AND ", 8_190),
    }.items():
        body = _json({"name": "n", "query": query, "visibleOnProfile": True, "companyWide": False})
        yield Input(f"signal query: {name}", "POST", "/agent/v1/signals/create", body)


def searches() -> Iterator[Input]:
    for name, text in {
        "blanks": "text:a" + " " * 60_000 + "b",
        "900 kB of words": repeated("word ", 900_000),
        "colons": repeated("a:", 60_000),
        "quotes": repeated('"', 60_000),
        "different words": " ".join(map(str, range(60_000))),
    }.items():
        yield Input(f"message search: {name}", "POST", "/agent/v1/message/search", _json({"query": text}))
        yield Input(f"message search, text: {name}", "POST", "/agent/v1/message/search", _json({"text": text}))
        yield Input(f"room search: {name}", "POST", "/pod/v3/room/search", _json({"query": text}))
        yield Input(f"user search: {name}", "POST", "/pod/v1/user/search", _json({"query": text}))
    many = _json({"query": "a", "labels": ["industry"] * 19_000})
    yield Input("room search: 19,000 labels", "POST", "/pod/v3/room/search", many)
    ids = ",".join(str(each) for each in range(10_000))
    yield Input("users by id: 10,000 in a query", "GET", f"/pod/v3/users?uid={ids}")
    yield Input("IM with 20,000 users", "POST", "/pod/v1/im/create", _json(list(range(19_990))))
    yield Input("IM with nested lists", "POST", "/pod/v1/im/create", b"[" * 500_000)
    yield Input("IM with a number of a million digits", "POST", "/pod/v1/im/create", b"[" + b"9" * 1_000_000 + b"]")
    yield Input("a text where an object is meant", "POST", "/pod/v3/room/create", _json("\x00" * 150_000))
    keywords = [{"key": f"k{each}", "value": "v"} for each in range(5_000)]
    body = _json({"name": "n", "description": "d", "keywords": keywords})
    yield Input("room with 5,000 keywords", "POST", "/pod/v3/room/create", body)


def messages(room: str) -> Iterator[Input]:
    path = f"/agent/v4/stream/{room}/message/create"
    long = repeated("word ", 3 * MB)
    texts = {
        "3 MB of words": long,
        "1.4 MB of tags": "<b>a</b>" * 175_000,
        "deep tags": "<b>" * 200_000 + "</b>" * 200_000,
        "3 MB of entities": "&amp;" * 600_000,
        "3 MB of <": "<" * 3 * MB,
        "an attribute of 3 MB": f'<span class="{"a" * 3 * MB}"/>',
        "100,000 attributes": "<span " + " ".join(f'a{each}="1"' for each in range(100_000)) + "/>",
        "hash tags": '<hash tag="a"/>' * 60_000,
        "mentions": '<mention uid="1"/>' * 60_000,
        "emoji": '<emoji shortcode="a"/>' * 60_000,
        "a table": "<table>" + "<tr><td>1</td></tr>" * 60_000 + "</table>",
        "comments": "<!---->" * 200_000,
        "CDATA": "<![CDATA[" + "]]" * 500_000 + "]]>",
        "entities that expand": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "&a;" * 100_000 + "]>",
        "half characters": "\ud800" * 100_000,
    }
    for name, text in texts.items():
        sent = f"<messageML>{text}</messageML>".encode("utf-8", "replace")
        yield Input(f"MessageML: {name}", "POST", path, _multipart(("message", sent)), kind=MULTIPART)
    just_fits = f"<messageML>{'<b>a</b>' * 4_990}</messageML>".encode()
    yield Input("MessageML: what is just taken", "POST", path, _multipart(("message", just_fits)), kind=MULTIPART)
    words = repeated("some words of a text ", 80_000)
    for name, text in {"words": words, "markup": "&lt;b&gt;" * 8_000, "Markdown": repeated("*a_ `", 80_000)}.items():
        sent = f"<messageML>{text}</messageML>".encode()
        yield Input(f"MessageML: 80 kB of {name}", "POST", path, _multipart(("message", sent)), kind=MULTIPART)
    templates = {
        "a loop in a loop": "<#list 1..999999 as a><#list 1..999999 as b>x</#list></#list>",
        "doubling": '<#assign a="xxxxxxxxxx">' + "<#assign a=a+a>" * 60 + "${a}",
        "a pattern": '${"' + "a" * 5_000 + '!"?matches("(a+)+b")?string}',
        "replace": '${("a"?left_pad(100000))?replace("", "b")}',
        "brackets": "${" + "(" * 100_000 + "1" + ")" * 100_000 + "}",
        "directives": "<#if true>" * 50_000 + "</#if>" * 50_000,
        "macros": "<#macro a><@a/></#macro><@a/>",
        "numbers": "${1" + "0" * 100_000 + "?string}",
        "3 MB of ${": "${" * (3 * MB // 2),
        "3 MB of comments": "<#-- -->" * (3 * MB // 8),
        "sorting": "${(1..200000)?reverse?join(',')}",
    }
    for name, text in templates.items():
        parts = (("message", f"<messageML>{text}</messageML>".encode()), ("data", b'{"a": 1}'))
        yield Input(f"template: {name}", "POST", path, _multipart(*parts), kind=MULTIPART)
    for name, data in {
        "nested": b"[" * 1_000_000,
        "a million values": b"[" + b"1," * 1_000_000 + b"1]",
        "a million objects": b"[" + b"{}," * 1_000_000 + b"{}]",
        "one long text": _json({"a": "b" * 3 * MB}),
        "escapes": b'{"a": "' + b"\\u0041" * 500_000 + b'"}',
        "keys": _json({str(each): each for each in range(100_000)}),
        "a long number": b'{"a": ' + b"9" * 1_000_000 + b"}",
    }.items():
        one = b'<messageML><div class="entity" data-entity-id="a">x</div></messageML>'
        yield Input(f"EntityJSON: {name}", "POST", path, _multipart(("message", one), ("data", data)), kind=MULTIPART)
    for name, form in {
        "33 MB of lists": b'{"message":[' + b"[]," * (11 * MB) + b"[]]}",
        "3 MB of lists": b'{"message":[' + b"[]," * MB + b"[]]}",
        "4 MB of one text": b'{"message":"' + b"a" * (4 * MB - 20) + b'"}',
        "4 MB of escapes": b'{"message":"' + b"\\u0041" * 690_000 + b'"}',
        "nested": b"[" * 4_000_000,
    }.items():
        yield Input(f"JSON form: {name}", "POST", path, form)
    yield Input("encoded form: %41", "POST", path, b"message=" + b"%41" * 1_390_000, kind=FORM)
    yield Input("encoded form: fields", "POST", path, b"a&" * 2_000_000, kind=FORM)
    yield Input("multipart: 33 MB of dashes", "POST", path, _multipart(("message", b"\n-" * 16 * MB)), kind=MULTIPART)
    yield Input("multipart: 33 MB of parts", "POST", path, _multipart(*[("a", b"")] * 600_000), kind=MULTIPART)
    one = _multipart(("message", b"<messageML>a</messageML>"))[:-7]
    file = b'--x\r\nContent-Disposition: form-data; name="attachment"; filename="a.txt"\r\n\r\n'
    yield Input(
        "multipart: a file of 25 MB", "POST", path, one + file + b"a" * 25 * MB + b"\r\n--x--\r\n", kind=MULTIPART
    )
    yield Input("multipart: headers of a part", "POST", path, b"--x\r\n" + b"a: b\r\n" * 500_000, kind=MULTIPART)
    words = f"<messageML>{'word ' * 10_000}</messageML>"
    sent = _multipart(("message", words.encode()), ("sids", ",".join([room] * 100).encode()))
    yield Input("blast into 100 streams", "POST", "/agent/v4/message/blast", sent, by="acme-bot", kind=MULTIPART)


def logins() -> Iterator[Input]:
    path = "/login/pubkey/app/authenticate"
    for name, body in {
        "a token of 1 MB": _json({"token": "a" * 1_000_000}),
        "dots": _json({"token": "." * 1_000_000}),
        "claims of 700 kB": _json({"token": "e30." + "A" * 700_000 + ".e30"}),
        "nested": b'{"token":' * 100_000,
        "keys": _json({str(each): each for each in range(50_000)}),
    }.items():
        yield Input(f"login: {name}", "POST", path, body, by="")
        yield Input(f"extension app: {name}", "POST", "/login/v1/authenticate/extensionApp", body, by="")
    jwt = {"X-Emulator": "a" * 60_000}
    yield Input(
        "a session token of 60 kB", "GET", "/pod/v2/sessioninfo", by="", headers=(("sessionToken", "a" * 60_000),)
    )
    yield Input("a header of 60 kB", "GET", "/pod/v2/sessioninfo", headers=tuple(jwt.items()))


def control() -> Iterator[Input]:
    wide = 1_000_000
    for path in ("users", "apps", "tokens", "faults", "behaviours", "connections", "barriers", "worlds", "clock",
                 "snapshots", "reset", "rooms", "ims", "messages", "explain", "throttle"):  # fmt: skip
        for name, body in {
            "64 MB of [": b"[" * (64 * MB - 1),
            "a million lists": b'{"a":[' + b"[]," * wide + b"[]]}",
            "10 MB of numbers": b'{"users":[' + b"1," * (5 * wide) + b"1]}",
        }.items():
            yield Input(f"{path}: {name}", "POST", f"{PLANE}/{path}", body, by="")
    odd = "a" * 2_000
    for query in (f"path={odd}", f"app={odd}", "path=*" + "*a" * 900, "path=" + "a*" * 900, "limit=2000&path=/agent*"):
        yield Input(f"GET requests: {query[:20]}", "GET", f"{PLANE}/requests?{query}", by="")
    for path in ("requests/report?format=markdown", "openapi.json", "state", "world?describe=true", "users"):
        yield Input(f"GET {path}", "GET", f"{PLANE}/{path}", by="")
    most = _json({"world": "demo", "users": 5_000, "rooms": 1_000, "messages": 50_000})
    yield Input("POST worlds: the most that one grows", "POST", f"{PLANE}/worlds", most, by="", keeps=True)
    yield Input("an unknown path of 60 kB", "GET", "/pod/" + "a/" * 30_000)
    yield Input("an unknown control path of 60 kB", "GET", f"{PLANE}/" + "a/" * 30_000, by="")
    yield Input("a query of 60 kB", "GET", "/pod/v3/users?" + "&".join(f"a{each}=1" for each in range(7_000)))


def states() -> Iterator[Input]:
    """The very last: a state that is taken ends everybody's sessions."""
    wide = 1_000_000
    for name, body in {
        "64 MB of [": b"[" * (64 * MB - 1),
        "a million lists": b'{"version":2,"users":[' + b"[]," * wide + b"[]]}",
        "60 MB of lists": b'{"version":2,"users":[' + b"[]," * (20 * wide) + b"[]]}",
        "60 MB of one text": b'{"version":2,"users":["' + b"a" * (60 * MB) + b'"]}',
        "a million companies": b'{"version":2,"companies":['
        + b",".join(b'{"id":%d,"name":"a"}' % each for each in range(1, wide))
        + b"]}",
    }.items():
        yield Input(f"PUT state: {name}", "PUT", f"{PLANE}/state", body, by="", keeps="companies" in name)


def headers() -> Iterator[Input]:
    for count in (100, 1_000, 20_000):
        many = tuple((f"X-{each}", "a") for each in range(count))
        yield Input(f"{count:,} headers", "GET", "/pod/v2/sessioninfo", headers=many)
    yield Input(
        "100 headers of 100 kB",
        "GET",
        "/pod/v2/sessioninfo",
        headers=tuple((f"X-{n}", "a" * 100_000) for n in range(100)),
    )


def behaviours(room: str) -> Iterator[Input]:
    """Run last: what a message sets off stays within its budget."""
    path = f"/agent/v4/stream/{room}/message/create"
    body = _multipart(("message", b"<messageML>set off</messageML>"))
    yield Input("a message that behaviours answer each other three ways", "POST", path, body, kind=MULTIPART)


def answered(wire: socket.socket) -> None:
    """Read one answer to its end."""
    got = wire.recv(65_536)
    while got:
        head, split, body = got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if split and len(body) >= int(length or 0):
            return
        got += wire.recv(65_536)


class Watch:
    """Another caller, who asks for its session over and over."""

    def __init__(self, port: int, wanted: bytes) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port))
        self._wanted, self._over, self.longest = wanted, False, 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over:
            began = time.perf_counter()
            self._wire.sendall(self._wanted)
            answered(self._wire)
            self.longest = max(self.longest, time.perf_counter() - began)
            time.sleep(0.002)

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self._wire.close()


class Server:
    """What a process took since `begin`: the most memory (bytes), and processor time (s)."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        self.told = (self._folder / "clear_refs").exists()

    def _told(self, name: str) -> int:
        lines = (self._folder / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024

    def begin(self) -> None:
        if self.told:
            (self._folder / "clear_refs").write_text("5")
            self._before = self._told("VmRSS")

            self._worked = self._work()

    def _work(self) -> float:
        return int((self._folder / "schedstat").read_text().split()[0]) / 1e9

    def worked(self) -> float:
        return self._work() - self._worked if self.told else 0.0

    def rose(self) -> int | None:
        return max(0, self._told("VmHWM") - self._before) if self.told else None


def sent(port: int, tokens: dict[str, dict[str, str]], each: Input) -> str:
    """The status of the answer, or how there was none."""
    fields = {"Content-Type": each.kind, **tokens.get(each.by, {}), **dict(each.headers), "Connection": "close"}
    whole = request(each.method, each.path, each.body, **fields)
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.settimeout(120)
        with suppress(OSError):  # refused before all of it was there
            wire.sendall(whole)
        got = b""
        try:
            while more := wire.recv(MB):
                got = got or more
        except OSError as error:
            return got[9:12].decode() or type(error).__name__
    return got[9:12].decode() or "dropped"


@contextmanager
def watching(port: int, wanted: bytes) -> Iterator[Watch]:
    watch = Watch(port, wanted)
    try:
        yield watch
    finally:
        watch.close()


def measured(send: Callable[[], str], port: int, wanted: bytes, server: Server) -> Found:
    best: Found | None = None
    for _ in range(GOES):
        with watching(port, wanted) as watch:
            time.sleep(0.02)
            server.begin()
            began = time.perf_counter()
            status = send()
            took = time.perf_counter() - began
            rose, work = server.rose(), server.worked()
            time.sleep(0.02)
        found = Found(status, took, watch.longest, work, rose)
        if best is None:
            best = found
        else:
            least = None if rose is None or best.memory is None else min(rose, best.memory)
            best = Found(status, min(took, best.took), min(found.wait, best.wait), min(work, best.work), least)
        if took > 20:
            break
    assert best is not None
    return best


def line(each: Input, found: Found) -> bool:
    """Print what was found; whether it is within the promise."""
    size = len(each.body) + sum(len(name) + len(value) for name, value in each.headers) + len(each.path)
    fits = each.keeps or found.memory is None or found.memory <= max(SMALL, TIMES * size)
    waited = min(found.wait, found.work) if found.work else found.wait
    good = waited <= LONGEST and fits and found.status[:1] in "234"
    memory = "-" if found.memory is None else f"{found.memory / MB:8.1f} MB {found.memory / size:8.1f} x"
    print(
        f"{each.name[:58]:<58} {found.status:>5} {found.took * 1000:8.0f} ms {found.wait * 1000:8.1f} ms"
        f" {found.work * 1000:8.1f} ms"
        f" {size / MB:8.2f} MB {memory}{'' if good else '   OVER'}",
        flush=True,
    )
    return good


def main(pattern: str) -> int:
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        process = emulator(port := free_port(), Path(folder) / "home")
        try:
            first_answer(port, request("GET", f"{PLANE}/health", Connection="close"))
            tokens = {"alice": {"sessionToken": token(port)}, "acme-bot": _bot(port)}
            wanted = request("GET", "/pod/v2/sessioninfo", sessionToken=token(port, "bob"))
            room = _room(port, tokens["alice"]["sessionToken"])
            server = Server(process.pid)
            print(f"{'input':<58} {'':>5} {'took':>11} {'other waits':>11} {'work':>11} {'sent':>11} {'memory':>11}")
            inputs = (signals(), searches(), messages(room), logins(), control(), headers(), behaviours(room), states())
            for each in chain.from_iterable(inputs):
                if not re.search(pattern, each.name):
                    continue
                if each.name.startswith("a message that behaviours"):
                    _set_off(port)
                found = measured(lambda each=each: sent(port, tokens, each), port, wanted, server)  # type: ignore[misc]
                over += not line(each, found)
        finally:
            print(f"stopped in {stop(process):.2f} s with status {process.returncode}; {over} over the promise")
    return 1 if over else 0


def _bot(port: int) -> dict[str, str]:
    """Both tokens of a bot."""
    answer = ask(port, request("POST", f"{PLANE}/tokens", _json({"user": "acme-bot"}), **{"Content-Type": JSON}))
    assert answer is not None
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    return {"sessionToken": told["token"], "keyManagerToken": told["keyManagerToken"]}


def _room(port: int, session: str) -> str:
    """A room of alice's own."""
    body = _json({"name": "Hostile", "description": "d"})
    answer = ask(port, request("POST", "/pod/v3/room/create", body, sessionToken=session, **{"Content-Type": JSON}))
    assert answer is not None
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["roomSystemInfo"]["id"])


def _set_off(port: int) -> None:
    for number in range(3):
        body = {"when": {"event": "MESSAGESENT"}, "do": [{"as": "alice", "send": f"and {number}"}], "chain": True}
        ask(port, request("POST", f"{PLANE}/behaviours", _json(body), **{"Content-Type": JSON}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
