"""The same with the Symphony BDK, unmodified: the configuration that the emulator wrote is all it needs."""

from __future__ import annotations

import asyncio

import pytest
from symphony.bdk.core.config.loader import BdkConfigLoader
from symphony.bdk.core.symphony_bdk import SymphonyBdk
from symphony.bdk.gen.exceptions import ApiException


@pytest.fixture
def config(symphony_pod, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return BdkConfigLoader.load_from_file(str(symphony_pod.home / "bdk" / "config.yaml"))


async def tell(config, username, colleague, order):
    async with SymphonyBdk(config) as bdk:
        services = bdk.obo_services(bdk.obo(username=username))
        found = await services.users().list_users_by_emails([colleague])
        im = await services.streams().create_im(found.users[0].id)
        message = f"<messageML>Order <b>{order}</b> is filled.</messageML>"
        return await services.messages().send_message(im.id, message)


def test_bob_hears_of_the_order(config):
    sent = asyncio.run(tell(config, "alice", "bob@acme.example", "4711"))
    assert "<b>4711</b>" in sent.message


def test_a_stranger_hears_nothing(symphony_pod, config):
    with pytest.raises(ApiException) as caught:
        asyncio.run(tell(config, "alice", "dave@globex.example", "4711"))
    assert caught.value.status == 403
    assert "not connected" in symphony_pod.requests(status=403)[-1]["reason"]
