"""Keys and configurations out of the control plane, for clients that cannot read the home."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
import yaml

from emulator import Emulator
from emulator.access.signing import new_private_key, public_key_of
from emulator.home import WELL_KNOWN
from tests.access.test_login import APP, signed
from tests.conftest import Wire, refused

PLANE = "/emulator/v1"


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start(well_known_keys=True) as emulator:
        yield emulator


@pytest.fixture
def plane(pod: Emulator) -> Iterator[httpx.Client]:
    pod.fresh()
    with httpx.Client(base_url=f"{pod.url}{PLANE}", trust_env=False) as client:
        yield client


def test_an_app_logs_in_with_the_key_that_it_fetched(pod: Emulator, plane: httpx.Client) -> None:
    answer = plane.get("apps/acme-desk/key")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    login = httpx.post(f"{pod.url}{APP}", json={"token": signed(answer.text)}, trust_env=False)
    assert login.status_code == 200
    assert plane.get("bots/acme-bot/key").text.startswith("-----BEGIN PRIVATE KEY-----")


def test_well_known_keys_come_with_the_package(pod: Emulator, plane: httpx.Client) -> None:
    known = WELL_KNOWN.read_text()
    assert plane.get("apps/acme-reader/key").text == plane.get("bots/acme-bot/key").text == known
    assert (pod.home / "well-known" / "apps" / "acme-desk" / "private.pem").read_text() == known
    assert not (pod.home / "apps").exists(), "they lie apart from keys that are secret"


def test_a_key_that_is_not_here(plane: httpx.Client) -> None:
    changed = plane.patch("apps/acme-desk", json={"publicKey": public_key_of(new_private_key())})
    assert changed.status_code == 200
    refused(plane.get("apps/acme-desk/key"), 404, "has a public key of its own")
    refused(plane.get("bdk-config", params={"app": "acme-desk"}), 404, "has a public key of its own")
    assert yaml.safe_load(plane.get("bdk-config").text)["app"]["appId"] == "acme-reader"
    refused(plane.get("apps/nobody/key"), 404, "nobody")
    refused(plane.get("bots/alice/key"), 404, "'alice' has a public key of its own, or none")
    refused(plane.get("bots/nobody/key"), 404, "nobody")
    refused(plane.get("authority"), 404, "no https")
    refused(plane.get("bdk-config", params={"client": "perl"}), 400, "client")


def test_the_real_client_works_with_the_configuration_that_it_fetched(
    pod: Emulator, plane: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = pytest.importorskip("symphony.bdk.core.config.loader")
    from symphony.bdk.core.symphony_bdk import SymphonyBdk

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    config = loader.BdkConfigLoader.load_from_content(plane.get("bdk-config", params={"app": "acme-desk"}).text)

    async def work() -> tuple[str, str]:
        async with SymphonyBdk(config) as bdk:
            alice = bdk.obo_services(bdk.obo(username="alice"))
            bobs = await alice.users().list_users_by_usernames(["bob"])
            bots = await bdk.users().list_users_by_usernames(["acme-bot"])
            return bobs.users[0].display_name, bots.users[0].username

    name, bot = asyncio.run(work())
    assert (name, bot) == (pod.users["bob"].display_name, "acme-bot")


def test_java_gets_its_keys_in_base64(plane: httpx.Client) -> None:
    from base64 import b64decode

    told = yaml.safe_load(plane.get("bdk-config", params={"client": "java"}).text)
    assert b64decode(told["app"]["privateKey"]["content"]) == WELL_KNOWN.read_bytes()


def test_a_side_world_has_a_configuration_of_its_own(pod: Emulator, plane: httpx.Client) -> None:
    plane.post("worlds", json={"name": "suite"}).raise_for_status()
    with httpx.Client(base_url=f"{pod.url}/worlds/suite{PLANE}", trust_env=False) as side:
        told = yaml.safe_load(side.get("bdk-config").text)
        assert told["context"] == "worlds/suite"
        assert side.get("apps/acme-desk/key").text == WELL_KNOWN.read_text()
    plane.delete("worlds/suite").raise_for_status()


def test_a_pod_in_process_has_no_keys(wire: Wire) -> None:
    refused(wire.http.get(f"{PLANE}/apps/acme-desk/key"), 404, "no home")
