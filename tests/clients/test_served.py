"""A pod that is served elsewhere: over its address and its control plane alone, and by Testcontainers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml

from emulator import Emulator
from emulator.home import WELL_KNOWN
from emulator.testing.served import ServedPod
from tests.access.test_login import APP, signed

TOKEN = "of-this-test"
IM = "/pod/v1/im/create"


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator.start(well_known_keys=True) as emulator:
        emulator.site.control_token = TOKEN  # as in a container
        yield emulator


@pytest.fixture
def pod(running: Emulator) -> Iterator[ServedPod]:
    running.fresh()
    with ServedPod(running.url, TOKEN).wait() as served:
        yield served


def test_an_app_logs_in_acts_for_a_user_and_is_refused_what_was_taken_away(pod: ServedPod, running: Emulator) -> None:
    answer = httpx.post(f"{pod.url}{APP}", json={"token": signed(pod.key("acme-desk"))}, trust_env=False)
    assert answer.status_code == 200
    bob = running.users["bob"].id
    with pod.client("alice", "acme-desk") as alice:
        assert alice.post(IM, json=[bob]).status_code == 200
        pod.revoke("acme-desk", "SEND_MESSAGES")
        refused = alice.post(IM, json=[bob])
        assert (refused.status_code, "SEND_MESSAGES" in refused.headers["X-Emulator-Reason"]) == (403, True)
        assert "ACT_AS_USER" in pod.permissions("acme-desk")
        pod.grant("acme-desk", "SEND_MESSAGES")
        assert alice.post(IM, json=[bob]).status_code == 200
    assert [call["status"] for call in pod.requests(path=IM)] == [200, 403, 200]
    pod.reset()
    assert pod.requests() == []


def test_a_configuration_and_keys(pod: ServedPod) -> None:
    told = yaml.safe_load(pod.bdk_config("acme-reader"))
    assert told["app"] == {"appId": "acme-reader", "privateKey": {"content": WELL_KNOWN.read_text()}}
    assert pod.key(bot="acme-bot") == WELL_KNOWN.read_text()


def test_a_world_for_one_suite(pod: ServedPod) -> None:
    with pod.world("suite-1") as side:
        assert side.url == f"{pod.url}/worlds/suite-1"
        side.revoke("acme-desk", "SEND_MESSAGES")
        assert "SEND_MESSAGES" not in side.permissions("acme-desk")
    assert "SEND_MESSAGES" in pod.permissions("acme-desk")
    pod.control.delete("worlds/suite-1").raise_for_status()


def test_what_is_refused_is_said(pod: ServedPod, running: Emulator) -> None:
    with pytest.raises(ValueError, match=r"GET /emulator/v1/apps/nobody/key was refused with 404: .*nobody"):
        pod.key("nobody")
    with ServedPod(running.url, "another") as stranger, pytest.raises(ValueError, match="needs the token"):
        stranger.reset()


def test_one_that_does_not_come_up() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TimeoutError, match=f"no pod is up at {url} within 0 s"):
            ServedPod(url).wait(0)


def test_a_container(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no engine here: what would run in it is the pod of this test, behind the token that the container was
    given."""
    core = pytest.importorskip("testcontainers.core.container")
    from emulator.testing.containers import SymphonyContainer

    did: list[str] = []

    def start(container: Any) -> Any:
        did.append("start")
        running.site.control_token = container.env["SYMPHONY_EMULATOR_CONTROL_TOKEN"]
        return container

    monkeypatch.setattr(core, "DockerClient", SimpleNamespace)
    monkeypatch.setattr(core.DockerContainer, "start", start)
    monkeypatch.setattr(core.DockerContainer, "stop", lambda *_, **__: did.append("stop"))
    monkeypatch.setattr(core.DockerContainer, "get_container_host_ip", lambda _: "127.0.0.1")
    port = int(running.url.rpartition(":")[2])
    monkeypatch.setattr(core.DockerContainer, "get_exposed_port", lambda _, inside: port if inside == 8080 else 0)
    try:
        with SymphonyContainer("symphony-emulator") as container:
            assert container.ports == {"8080": None}
            with container.pod.client("alice", "acme-desk") as alice:
                assert alice.get("/pod/v2/sessioninfo").json()["username"] == "alice"
    finally:
        running.site.control_token = TOKEN
    assert did == ["start", "stop"]
