"""The real client: symphony-bdk-python, unmodified, over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from symphony.bdk.core.config.loader import BdkConfigLoader
from symphony.bdk.core.symphony_bdk import SymphonyBdk
from symphony.bdk.gen.exceptions import ApiException
from symphony.bdk.gen.pod_model.stream_filter import StreamFilter

from emulator import Emulator


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def fresh(pod: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pod.reset()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def config(pod: Emulator) -> Any:
    loaded = BdkConfigLoader.load_from_file(str(pod.home / "bdk" / "config.yaml"))
    loaded.retry.max_attempts = 1
    return loaded


@pytest.mark.parametrize("who", [{"username": "alice"}, {"user_id": 13056700579841}])
def test_an_app_lists_opens_sends_and_reads_for_a_user(pod: Emulator, who: dict[str, Any]) -> None:
    async def work() -> None:
        async with SymphonyBdk(config(pod)) as bdk:
            obo = bdk.obo_services(bdk.obo(**who))
            streams = await obo.streams().list_streams(StreamFilter())
            assert "Trading Desk" in {s.room_attributes.name for s in streams if s.room_attributes}
            bob = (await obo.users().list_users_by_usernames(["bob"])).users[0]
            im = await obo.streams().create_im(bob.id)
            sent = await obo.messages().send_message(im.id, "<messageML>Hello <b>bob</b></messageML>")
            assert "<b>bob</b>" in sent.message
        seen = pod.client("bob", "acme-desk").get(f"/agent/v4/stream/{im.id}/message?since=0").json()
        assert [message["messageId"] for message in seen] == [sent.message_id]

    run(work())


def refusal(pod: Emulator, work: Any) -> ApiException:
    async def refused() -> ApiException:
        async with SymphonyBdk(config(pod)) as bdk:
            with pytest.raises(ApiException) as caught:
                await work(bdk.obo_services(bdk.obo(username="alice")))
            return caught.value

    return run(refused())


def test_the_same_call_is_refused_without_the_permission(pod: Emulator) -> None:
    app = pod.world.apps.get("acme-desk")
    pod.do(lambda: pod.world.apps.change(app, permissions=app.permissions - {"SEND_MESSAGES"}))
    desk = next(stream.id for stream in pod.world.streams.book if stream.room)
    error = refusal(pod, lambda obo: obo.messages().send_message(desk, "no"))
    assert error.status == 403
    assert error.headers["X-Emulator-Reason"] == "app 'acme-desk' has no permission SEND_MESSAGES"


def test_the_same_call_is_refused_without_the_connection(pod: Emulator) -> None:
    dave = pod.world.users.named("dave", 191).id
    error = refusal(pod, lambda obo: obo.streams().create_im(dave))
    assert error.status == 403
    assert "not connected" in error.headers["X-Emulator-Reason"]


def test_the_same_call_is_refused_without_the_membership(pod: Emulator) -> None:
    desk = next(stream.id for stream in pod.world.streams.book if stream.room)
    alice = pod.world.users.named("alice").id
    pod.do(lambda: pod.world.streams.memberships.drop((desk, alice)))
    error = refusal(pod, lambda obo: obo.messages().send_message(desk, "no"))
    assert error.status == 403
    assert "not a member" in error.headers["X-Emulator-Reason"]


def test_a_world_of_its_own_is_a_context(pod: Emulator, tmp_path: Path) -> None:
    with pod.client() as client:
        client.post("/emulator/v1/worlds", json={"name": "suite"}).raise_for_status()
    written = (pod.home / "bdk" / "config.yaml").read_text() + "context: worlds/suite\n"
    (tmp_path / "config.yaml").write_text(written)

    async def work() -> None:
        async with SymphonyBdk(BdkConfigLoader.load_from_file(str(tmp_path / "config.yaml"))) as bdk:
            obo = bdk.obo_services(bdk.obo(username="alice"))
            assert await obo.streams().list_streams(StreamFilter())

    before = len(pod.requests())
    run(work())
    assert len(pod.requests()) == before, "the main world saw nothing of it"
    with pod.client() as client:
        called = client.get("/worlds/suite/emulator/v1/requests").json()
        assert [each["path"] for each in called][-1] == "/pod/v1/streams/list"
        client.delete("/emulator/v1/worlds/suite")
