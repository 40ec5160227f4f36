"""What goes wrong on purpose: over a socket and in process."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from emulator import Emulator
from tests.conftest import Wire, refused

PLANE = "/emulator/v1"
INFO = "/pod/v2/sessioninfo"


def test_the_nth_call_n_times(wire: Wire) -> None:
    body = {"match": {"path": INFO}, "respond": {"status": 503}, "skip": 1, "times": 2}
    fault = wire.http.post(f"{PLANE}/faults", json=body).json()
    assert [wire.get(INFO).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    (told,) = wire.http.get(f"{PLANE}/faults").json()
    assert (told["id"], told["met"], told["hit"]) == (fault["id"], 5, 2)
    assert wire.http.delete(f"{PLANE}/faults/{fault['id']}").status_code == 200
    refused(wire.http.delete(f"{PLANE}/faults/{fault['id']}"), 404)


def test_an_answer_of_ones_own(wire: Wire) -> None:
    respond = {"status": 429, "headers": {"Retry-After": "7"}, "body": {"code": 429, "message": "slow down"}}
    wire.http.post(f"{PLANE}/faults", json={"match": {"path": INFO}, "respond": respond})
    answer = wire.get(INFO)
    assert answer.json() == respond["body"]
    assert answer.headers["Retry-After"] == "7"
    assert "fault-1" in answer.headers["X-Emulator-Reason"]
    wire.http.delete(f"{PLANE}/faults")
    wire.http.post(f"{PLANE}/faults", json={"match": {"path": INFO}, "respond": {"status": 429}})
    plain = wire.get(INFO)
    assert plain.json() == {"code": 429, "message": "Too Many Requests"}
    assert plain.headers["Retry-After"] == "1"


@pytest.mark.parametrize("status", [200, 204, 304, 418, 499, 599])
def test_any_status(wire: Wire, status: int) -> None:
    wire.http.post(f"{PLANE}/faults", json={"match": {"path": INFO}, "respond": {"status": status}})
    answer = wire.get(INFO)
    assert answer.status_code == status
    assert (answer.content == b"") == (status in (204, 304))


@pytest.mark.parametrize(
    ("match", "hits"),
    [
        ({"app": "acme-desk"}, True),
        ({"app": "acme-reader"}, False),
        ({"user": "alice"}, True),
        ({"user": "alice@acme.example"}, True),
        ({"user": "bob"}, False),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/pod/v3/user/{uid}/presence"}, True),
        ({"path": "/pod/*"}, True),
        ({"path": "/agent/*"}, False),
        ({}, True),
    ],
)
def test_who_is_hit(wire: Wire, match: dict[str, str], hits: bool) -> None:
    wire.http.post(f"{PLANE}/faults", json={"match": match, "respond": {"status": 500}})
    assert wire.get(f"/pod/v3/user/{wire.id('bob')}/presence").status_code == (500 if hits else 200)


def test_a_call_that_fails_has_no_effect_and_a_reset_ends_faults(wire: Wire) -> None:
    room = {"name": "Never", "description": "x"}
    wire.http.post(f"{PLANE}/faults", json={"match": {"path": "/pod/v3/room/create"}, "respond": {"status": 500}})
    assert wire.post("/pod/v3/room/create", json=room).status_code == 500
    assert wire.post("/pod/v3/room/search", json={"query": "Never"}).json()["count"] == 0
    wire.http.post(f"{PLANE}/reset")
    assert wire.post("/pod/v3/room/create", json=room).status_code == 200


def test_chance_repeats_itself(wire: Wire) -> None:
    def run() -> list[int]:
        wire.http.post(f"{PLANE}/reset")
        wire.http.post(
            f"{PLANE}/faults", json={"match": {"path": INFO}, "respond": {"status": 500}, "probability": 0.5}
        )
        return [wire.get(INFO).status_code for _ in range(40)]

    first = run()
    assert {200, 500} == set(first)
    assert run() == first


def test_throttling_and_its_end(wire: Wire) -> None:
    wire.http.post(f"{PLANE}/throttle", json={"perSecond": 0.5, "burst": 2, "agentStatus": 400})
    assert [wire.get(INFO).status_code for _ in range(3)] == [200, 200, 429]
    answer = wire.get(INFO)
    refused(answer, 429, "may call again in 2 s")
    assert answer.headers["Retry-After"] == "2"
    agent = wire.get("/agent/v1/signals/list")
    refused(agent, 400)
    assert agent.headers["Retry-After"] == "2"
    assert wire.get(INFO, user="bob").status_code == 200, "each session has its own allowance"
    wire.world.clock.advance(2)
    assert wire.get(INFO).status_code == 200
    wire.http.post(f"{PLANE}/throttle", json={"perSecond": None})
    assert {wire.get(INFO).status_code for _ in range(10)} == {200}


def test_what_one_session_uses_up_another_still_has(wire: Wire) -> None:
    wire.http.post(f"{PLANE}/throttle", json={"perSecond": 1, "burst": 3})
    people = ("alice", "bob", "frank")
    turns = [{name: wire.get(INFO, user=name).status_code for name in people} for _ in range(4)]
    assert turns == [dict.fromkeys(people, 200)] * 3 + [dict.fromkeys(people, 429)]
    wire.world.clock.advance(1)
    assert [wire.get(INFO, user=name).status_code for name in (*people, *people)] == [200] * 3 + [429] * 3


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.mark.parametrize("transport", ["socket", "asgi"])
def test_connections_break(pod: Emulator, transport: str, capfd: pytest.CaptureFixture[str]) -> None:
    client = pod.client("alice", "acme-desk", transport=transport)  # type: ignore[arg-type]
    room = {"name": f"Half {transport}", "description": "x"}
    with client:
        pod.faults.add(INFO, drop_connection=True, times=1)
        with pytest.raises(httpx.TransportError):
            client.get(INFO)
        pod.faults.add("/pod/v3/room/create", half_answer=True, times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/pod/v3/room/create", json=room)
        # Who got half an answer does not know it, but the room is there.
        assert client.post("/pod/v3/room/search", json={"query": room["name"]}).json()["count"] == 1
        assert client.get(INFO).status_code == 200
    assert [entry["status"] for entry in pod.requests(INFO)][-2:] == [0, 200]
    assert capfd.readouterr().err == ""
    pod.reset()


def test_a_late_answer(pod: Emulator) -> None:
    fault = pod.faults.add(INFO, delay_ms=30)
    with pod.client("alice", "acme-desk") as client:
        assert client.get(INFO).status_code == 200
    assert pod.requests(INFO)[-1]["tookMs"] >= 20  # a loop wakes up to a tick early
    assert [each.hit for each in pod.faults.list()] == [1]
    pod.faults.remove(fault)
    assert pod.faults.list() == []


@pytest.mark.parametrize(
    ("match", "why"),
    [
        (
            {"path": "/pod/v1/im/craete"},
            "so nothing fails there; the nearest is /pod/v1/im/create",
        ),
        ({"path": "/pod/v1/im/create", "method": "get"}, "'/pod/v1/im/create' takes POST, not GET"),
    ],
)
def test_a_fault_that_no_call_would_meet(wire: Wire, match: dict[str, str], why: str) -> None:
    answer = wire.http.post(f"{PLANE}/faults", json={"match": match, "respond": {"status": 429}})
    assert why in refused(answer, 400)
    assert wire.http.get(f"{PLANE}/faults").json() == []


@pytest.mark.parametrize(
    "match",
    [
        {"path": "/pod/v1/im/*"},
        {"path": "/agent/v4/stream/{sid}/message/create"},
        {"path": "/agent/v4/stream/abc/message/create"},
        {"path": "/pod/v2/sessioninfo", "method": "head"},
    ],
)
def test_a_fault_at_what_is_served(wire: Wire, match: dict[str, str]) -> None:
    assert wire.http.post(f"{PLANE}/faults", json={"match": match, "delayMs": 1}).status_code == 201
