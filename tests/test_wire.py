"""What HTTP clients put on the wire: offers to upgrade, bodies in packets of their own, pipelines, Expect."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

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


JAVA = """
import java.net.URI;
import java.net.http.*;
public class Call {
    public static void main(String[] a) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 2; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(a[0] + "/pod/v1/im/create"))
                .header("sessionToken", a[1]).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(a[2])).build();
            System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""
NODE = """
const [url, token, body] = process.argv.slice(-3);
for (let i = 0; i < 2; i++) {
  const answer = await fetch(url + "/pod/v1/im/create",
    { method: "POST", body, headers: { sessionToken: token, "Content-Type": "application/json" } });
  console.log(await answer.text());
}
"""
GO = """
package main

import ("fmt"; "io"; "net/http"; "os"; "strings")

func main() {
	for i := 0; i < 2; i++ {
		request, _ := http.NewRequest("POST", os.Args[1]+"/pod/v1/im/create", strings.NewReader(os.Args[3]))
		request.Header.Set("sessionToken", os.Args[2])
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Expect", "100-continue")
		answer, err := http.DefaultClient.Do(request)
		if err != nil { panic(err) }
		text, _ := io.ReadAll(answer.Body)
		fmt.Println(string(text))
	}
}
"""
CURL = ["curl", "-sS", "-w", "\\n", "-H", "sessionToken: {1}", "-H", "Content-Type: application/json", "-d", "{2}"]
TWICE = ["{0}/pod/v1/im/create", "{0}/pod/v1/im/create"]
CLIENTS = {
    "java": (["java", "{file}", "{0}", "{1}", "{2}"], "Call.java", JAVA),
    "node": (["node", "{file}", "{0}", "{1}", "{2}"], "call.mjs", NODE),
    "go": (["go", "run", "{file}", "{0}", "{1}", "{2}"], "call.go", GO),
    "curl": ([*CURL, "--http1.1", *TWICE], "", ""),
    "curl that offers HTTP/2": ([*CURL, "--http2", *TWICE], "", ""),
    "curl that waits": ([*CURL, "-H", "Expect: 100-continue", *TWICE], "", ""),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_of_other_languages_are_understood(pod: Emulator, tmp_path: Path, client: str) -> None:
    command, name, source = CLIENTS[client]
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    file = tmp_path / (name or "none")
    file.write_text(source)
    words = (pod.url, pod.token("alice", "acme-desk"), bob(pod).decode())
    filled = [part.replace("{file}", str(file)) for part in command]
    for place, word in enumerate(words):
        filled = [part.replace(f"{{{place}}}", word) for part in filled]
    done = subprocess.run(filled, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    made = [json.loads(line)["id"] for line in done.stdout.splitlines() if line.strip()]
    assert len(made) == 2, done.stderr
    assert len(set(made)) == 1
    assert calls(pod) == [("/pod/v1/im/create", 200)] * 2
