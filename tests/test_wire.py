"""What HTTP clients put on the wire: offers to upgrade, bodies in packets of their own, pipelines, Expect."""

from __future__ import annotations

import base64
import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import jwt
import pytest

from emulator import Emulator

OFFERS = ("h2c", "TLS/1.0", "websocket", "a, b/2", "")
HEALTH = b"GET /agent/v3/health HTTP/1.1\r\nHost: pod\r\n\r\n"


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


def head(pod: Emulator, body: bytes, *, offer: str | None = "h2c", more: str = "") -> bytes:
    """The head of a call that makes an IM, with an offer to upgrade."""
    lines = [
        "POST /pod/v1/im/create HTTP/1.1",
        "Host: pod",
        f"sessionToken: {pod.token('alice', 'acme-desk')}",
        "Content-Type: application/json",
        *([f"Content-Length: {len(body)}"] if "chunked" not in more else []),
        *(
            [f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AAQ"]
            if offer is not None
            else []
        ),
        *([more] if more else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def bob(pod: Emulator) -> bytes:
    return json.dumps([pod.world.users.named("bob").id]).encode()


def connect(pod: Emulator) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", int(pod.url.rpartition(":")[2])), 5)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def answers(wire: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """So many answers from a connection, and nothing after them."""
    got = []
    file = wire.makefile("rb")
    for _ in range(count):
        status = int(file.readline().split()[1])
        length = 0
        while (line := file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        got.append((status, file.read(length)))
    wire.shutdown(socket.SHUT_WR)
    assert file.read() == b""
    return got


def calls(pod: Emulator) -> list[tuple[str, int]]:
    return [(request["path"], request["status"]) for request in pod.requests()]


@pytest.fixture(autouse=True)
def fresh(pod: Emulator) -> None:
    pod.fresh()


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("packets", [1, 2, 3])
def test_an_offer_is_ignored_and_the_body_read(pod: Emulator, offer: str, packets: int) -> None:
    body = bob(pod)
    first = head(pod, body, offer=offer)
    with connect(pod) as wire:
        if packets == 1:
            wire.sendall(first + body + HEALTH)
        else:
            wire.sendall(first)
            wire.sendall(body[:3])
            if packets == 3:
                answered = pod.client("alice", "acme-desk").get("/pod/v2/sessioninfo")  # the loop has read what came
                assert answered.status_code == 200
            wire.sendall(body[3:])
            wire.sendall(HEALTH)
        (status, made), (healthy, _) = answers(wire, 2)
    assert (status, healthy) == (200, 200)
    assert pod.client("bob", "acme-desk").get(f"/pod/v2/streams/{json.loads(made)['id']}/info").status_code == 200


@pytest.mark.parametrize("packets", [1, 2])
def test_a_body_that_looks_like_a_request_is_a_body(pod: Emulator, packets: int) -> None:
    hidden = b"DELETE /agent/v5/datafeeds/x HTTP/1.1\r\nHost: pod\r\n\r\n"
    first = head(pod, hidden)
    with connect(pod) as wire:
        for packet in [first + hidden] if packets == 1 else [first, hidden]:
            wire.sendall(packet)
        [(status, _)] = answers(wire, 1)
    assert status == 400
    assert calls(pod) == [("/pod/v1/im/create", 400)]


@pytest.mark.parametrize(
    ("version", "connection"), [("1.0", "Upgrade"), ("1.1", "Upgrade, close"), ("1.1", "close, Upgrade, TE")]
)
@pytest.mark.parametrize("packets", [1, 2])
def test_an_offer_on_the_last_request_of_a_connection(
    pod: Emulator, version: str, connection: str, packets: int
) -> None:
    body = bob(pod)
    first = head(pod, body).replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    first = first.replace(b"Connection: Upgrade, HTTP2-Settings", f"Connection: {connection}".encode())
    with connect(pod) as wire:
        for packet in [first + body] if packets == 1 else [first, body]:
            wire.sendall(packet)
        [(status, _)] = answers(wire, 1)
    assert status == 200
    assert calls(pod) == [("/pod/v1/im/create", 200)]


def test_a_pipeline_of_offers_is_answered_in_order(pod: Emulator) -> None:
    body = bob(pod)
    with connect(pod) as wire:
        wire.sendall((head(pod, body) + body + HEALTH) * 4)
        got = answers(wire, 8)
    assert [status for status, _ in got] == [200] * 8
    assert len({made for _, made in got[::2]}) == 1


def test_chunks_after_an_offer_are_read(pod: Emulator) -> None:
    body = bob(pod)
    with connect(pod) as wire:
        wire.sendall(head(pod, body, more="Transfer-Encoding: chunked"))
        wire.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) + HEALTH)
        assert [status for status, _ in answers(wire, 2)] == [200, 200]


@pytest.mark.parametrize("offer", ["h2c", None])
def test_who_waits_for_100_continue_is_told_to_go_on(pod: Emulator, offer: str | None) -> None:
    body = bob(pod)
    with connect(pod) as wire:
        wire.sendall(head(pod, body, offer=offer, more="Expect: 100-continue"))
        assert wire.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(body)
        [(status, _)] = answers(wire, 1)
    assert status == 200


@pytest.mark.parametrize(
    "sent",
    [b"CONNECT pod:80 HTTP/1.1\r\nHost: pod\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ids=["CONNECT", "HTTP/2 preface"],
)
def test_what_is_no_request_of_http_1_is_refused(pod: Emulator, sent: bytes) -> None:
    with connect(pod) as wire:
        wire.sendall(sent + HEALTH)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 400
        answer.read()
        assert wire.recv(1) == b""
    assert calls(pod) == []


# --- clients of other languages ---
#
# Each sends the same calls, out of a file: method, path, content type, body in Base64, and which texts of the answer
# are kept under which name. They stand for `{name}` in later paths and bodies, in paths with percent signs escaped.

HERE = Path(__file__).parent / "data" / "wire"

CLIENTS = {
    "java": ["java", str(HERE / "Calls.java")],
    "node": ["node", str(HERE / "calls.mjs")],
    "go": ["go", "run", str(HERE / "calls.go")],
    "curl": ["curl", "--http1.1"],
    "curl that offers HTTP/2": ["curl", "--http2"],
    "curl that waits": ["curl", "-H", "Expect: 100-continue"],
}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=of-parts"
FILED = (
    '--of-parts\r\nContent-Disposition: form-data; name="message"\r\n\r\n<messageML>A file <hash tag="wire"/>'
    '</messageML>\r\n--of-parts\r\nContent-Disposition: form-data; name="attachment"; filename="a.txt"\r\n'
    "Content-Type: text/plain\r\n\r\nfirst line\r\nsecond\r\n--of-parts--\r\n"
)
LONG = "<messageML>" + "long " * 10_000 + "</messageML>"


def scenario(pod: Emulator) -> list[tuple[str, str, str, str, str, int]]:
    """What a bot does in its life: method, path, content type, body, what is kept, and the status it shall see."""
    key = (pod.home / "bots" / "acme-bot" / "private.pem").read_text()
    token = json.dumps({"token": jwt.encode({"sub": "acme-bot", "exp": int(time.time()) + 240}, key, "RS512")})
    with_bob = json.dumps([pod.world.users.named("bob").id])
    bob = json.dumps({"id": pod.world.users.named("bob").id})
    room = json.dumps({"name": "By wire", "description": "x"})
    message, feed = "/agent/v4/stream/{room}/message", "/agent/v5/datafeeds/{feed}"
    return [
        ("POST", "/login/pubkey/authenticate", JSON, token, "session=token", 200),
        ("POST", "/relay/pubkey/authenticate", JSON, token, "keys=token", 200),
        ("GET", "/pod/v2/sessioninfo", "", "", "", 200),
        ("POST", "/agent/v5/datafeeds", JSON, "{}", "feed=id", 201),
        ("POST", "/pod/v1/im/create", JSON, with_bob, "im=id", 200),
        ("POST", "/pod/v3/room/create", JSON, room, "room=id", 200),
        ("POST", "/pod/v1/room/{room}/membership/add", JSON, bob, "", 200),
        ("POST", f"{message}/create", PARTS, FILED, "sent=messageId file=id", 200),
        ("GET", "/agent/v1/stream/{room}/attachment?messageId={sent}&fileId={file}", "", "", "", 200),
        ("POST", f"{message}/create", FORM, urlencode({"message": LONG}), "", 200),
        ("GET", f"{message}?since=0", "", "", "", 200),
        ("POST", "/agent/v1/message/search", JSON, '{"hashtag":"wire"}', "", 200),
        ("POST", f"{feed}/read", JSON, '{"ackId":""}', "ack=ackId", 200),
        ("POST", f"{feed}/read", JSON, '{"ackId":"{ack}","updatePresence":null}', "", 200),
        ("POST", "/pod/v1/streams/list?limit=0", JSON, "{}", "", 200),
        ("POST", "/pod/v1/room/{room}/setActive?active=false", "", "", "", 200),
        ("DELETE", feed, "", "", "", 204),
        ("GET", f"{message}?since=0", "", "", "", 403),
        ("POST", "/sessionauth/v1/logout", "", "", "", 200),
        ("GET", "/pod/v2/sessioninfo", "", "", "", 401),
    ]


def curled(command: list[str], url: str, steps: list[tuple[str, str, str, str, str, int]], tmp_path: Path) -> str:
    """All steps with one curl each, and what came back."""
    kept: dict[str, str] = {}
    told = []
    for method, template, kind, content, keeps, _ in steps:
        path, body = template, content
        for name, value in kept.items():
            path, body = path.replace(f"{{{name}}}", value.replace("%", "%25")), body.replace(f"{{{name}}}", value)
        words = [*command, "-sS", "-X", method, "-w", "%{stderr}%{http_code}", f"{url}{path}"]
        for header, name in (("sessionToken", "session"), ("keyManagerToken", "keys")):
            words += ["-H", f"{header}: {kept[name]}"] if name in kept else []
        if body:
            (tmp_path / "body").write_text(body, newline="")
            words += ["-H", f"Content-Type: {kind}", "--data-binary", f"@{tmp_path / 'body'}"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        told.append(f"{done.stderr} {done.stdout}")
        for name, field in (keep.split("=") for keep in keeps.split()):
            if found := re.search(rf'"{field}":"([^"]+)"', done.stdout):
                kept[name] = found[1]
    return "\n".join(told)


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_of_other_languages_are_understood(pod: Emulator, tmp_path: Path, client: str) -> None:
    command = CLIENTS[client]
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    pod.stage.hold = 0.05
    steps = scenario(pod)
    if command[0] != "curl":
        lines = [[*step[:3], base64.b64encode(step[3].encode()).decode(), step[4]] for step in steps]
        (tmp_path / "steps").write_text("\n".join("\t".join(line) for line in lines) + "\n")
        words = [*command, pod.url, str(tmp_path / "steps")]
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        told = done.stdout
    else:
        told = curled(command, pod.url, steps, tmp_path)
    answered = told.splitlines()
    assert [int(line[:3]) for line in answered] == [step[5] for step in steps], told
    assert base64.b64decode(answered[8][4:]) == b"first line\r\nsecond"
    assert [len(json.loads(answered[at][4:])) for at in (10, 11)] == [2, 1]
    events = json.loads(answered[12][4:])["events"]
    assert [event["type"] for event in events].count("MESSAGESENT") == 2
    done_by = [(request["method"], request["path"], request["status"]) for request in pod.requests()]
    assert len(done_by) == len(steps), "no body is lost, and none is run as a request"
    assert [(method, status) for method, _, status in done_by] == [(step[0], step[5]) for step in steps]
