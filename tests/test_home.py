"""What flags make of the home and of the address: asked of what `serve` serves, without a process of its own."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml

from emulator.cli import serve
from emulator.config import Settings
from emulator.execute import own_address
from emulator.home import WELL_KNOWN
from emulator.seeding.load import load
from emulator.start import Made, make, start_screen
from emulator.testing.transport import InProcess
from tests.conftest import refused

PLANE = "/emulator/v1"
Started = Callable[..., Made]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """What `serve` serves with these flags; well-known keys, which are quick, unless the flags say otherwise."""
    all_made: list[Made] = []

    def start(*flags: str) -> Made:
        own = ["--quiet", "--port", "0", "--home", str(tmp_path / "home"), *flags]
        settings = serve.make_context("serve", own).params
        made = make(Settings(**settings), load("demo"))
        all_made.append(made)
        return made

    yield start
    for made in all_made:
        made.bound.close()
        made.close()


def client(made: Made, **headers: str) -> httpx.Client:
    return httpx.Client(base_url="http://127.0.0.1:8080", transport=InProcess(made.site()), headers=headers)


def test_the_advertised_address_is_told_everywhere(started: Started) -> None:
    made = started("--well-known-keys", "--advertise", "https://pod.acme.example/emulator/")
    config = yaml.safe_load((made.home.path / "bdk" / "config.yaml").read_text())
    place = {name: config[name] for name in ("scheme", "host", "port", "context")}
    assert place == {"scheme": "https", "host": "pod.acme.example", "port": 443, "context": "emulator"}
    assert made.url == "https://pod.acme.example/emulator"
    assert made.url in start_screen(made.stage.world, made.home, made.url, None)
    with client(made) as http:
        assert http.get(f"{PLANE}/world").json()["url"] == made.url
        assert http.get(f"{PLANE}/openapi.json").json()["servers"] == [{"url": made.url}]
        assert http.get("/agent/v1/info").json()["url"] == f"{made.url}/agent"
        assert yaml.safe_load(http.get(f"{PLANE}/bdk-config").text)["host"] == "pod.acme.example"
        side = http.post(f"{PLANE}/worlds", json={"name": "suite"}).json()
        assert side["url"] == f"{made.url}/worlds/suite"


def test_the_advertised_name_may_use_the_control_plane(started: Started) -> None:
    look = f"{PLANE}/clock"
    with client(started("--well-known-keys"), Host="pod.acme.example") as http:
        refused(http.get(look), 403, "not open to the host name")
    made = started("--well-known-keys", "--advertise", "https://pod.acme.example")
    with client(made, Host="pod.acme.example") as http:
        assert http.get(look).status_code == 200
        assert http.get(look, headers={"Origin": "https://pod.acme.example"}).status_code == 200
        refused(http.get(look, headers={"Origin": "https://pod.acme.example:8443"}), 403, "not open to pages")
        refused(http.get(look, headers={"Host": "other.example"}), 403, "not open to the host name")


@pytest.mark.parametrize(
    "url",
    [
        "pod.acme.example",
        "ftp://pod.acme.example",
        "https://",
        "https://user@pod.acme.example",
        "https://pod.acme.example/?a=b",
        "https://pod.acme.example:99999",
    ],
)
def test_an_address_that_is_none(started: Started, url: str) -> None:
    with pytest.raises(click.ClickException, match="--advertise: the address"):
        started("--well-known-keys", "--advertise", url)


def test_the_certificate_has_the_advertised_name(started: Started) -> None:
    from cryptography import x509

    made = started("--well-known-keys", "--tls", "--advertise", "https://pod.acme.example")
    assert made.tls is not None
    certificate = x509.load_pem_x509_certificate(made.tls.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "pod.acme.example" in names.get_values_for_type(x509.DNSName)
    with client(made) as http:
        assert http.get(f"{PLANE}/authority").text == made.home.authority.read_text()


def test_well_known_keys_are_for_this_machine_and_are_told(started: Started) -> None:
    with pytest.raises(click.ClickException, match="say --well-known-keys-anywhere"):
        started("--well-known-keys", "--host", "0.0.0.0")
    made = started("--well-known-keys-anywhere", "--host", "0.0.0.0")
    assert made.token is not None
    assert made.home.app_key("acme-desk").read_text() == WELL_KNOWN.read_text()
    screen = start_screen(made.stage.world, made.home, made.url, made.token, well_known=True)
    assert "whoever reaches this pod can act for everybody" in screen
    assert "well-known/apps/acme-desk/private.pem" in screen


def test_keys_that_are_secret_are_kept_beside_well_known_ones(started: Started) -> None:
    secret = started().home.app_key("acme-desk").read_text()
    assert secret != WELL_KNOWN.read_text()
    started("--well-known-keys")
    assert started().home.app_key("acme-desk").read_text() == secret


def test_bodies_are_kept_out_of_the_journal_of_each_world(started: Started) -> None:
    made = started("--well-known-keys", "--no-bodies", "--datafeed-hold", "0")
    room = next(each.id for each in made.stage.world.streams.book if each.room and each.room.name == "Trading Desk")
    with client(made) as http:
        http.post(f"{PLANE}/worlds", json={"name": "side"}).raise_for_status()
        for prefix in ("", "/worlds/side"):
            alice, bot = (
                {"sessionToken": http.post(f"{prefix}{PLANE}/tokens", json=who).json()["token"]}
                for who in ({"user": "alice", "app": "acme-desk"}, {"user": "acme-bot"})
            )
            said = {"message": "<messageML>between us</messageML>"}
            path = f"{prefix}/agent/v4/stream/{room}/message/create"
            assert "between us" in http.post(path, data=said, headers=alice).text
            feed = http.post(f"{prefix}/agent/v5/datafeeds", headers=bot, json={}).json()["id"]
            read = http.post(f"{prefix}/agent/v5/datafeeds/{feed}/read", headers=bot, json={})
            assert read.json()["events"] == [], "and does not wait either"
            told = http.get(f"{prefix}{PLANE}/requests").json()
            assert [(call["request"], call["response"]) for call in told] == [("", "")] * 3


def test_health_looks_where_the_pod_of_this_home_says(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMPHONY_EMULATOR_PORT", "1")  # the flags stand over the variables
    made = started("--well-known-keys", "--tls", "--host", "0.0.0.0", "--well-known-keys-anywhere")
    monkeypatch.setenv("SYMPHONY_EMULATOR_HOME", str(made.home.path))
    assert own_address() == f"https://127.0.0.1:{made.bound.getsockname()[1]}"
    made.close()
    assert own_address() == "http://127.0.0.1:1"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_home_that_others_can_read(started: Started) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    flags: dict[str, Any] = {"key": "--well-known-keys", "tls": "--tls"}
    home = started(*flags.values()).home
    private = home.app_key("acme-desk")
    assert (mode(home.path), mode(private)) == (0o700, 0o600)
    started(*flags.values(), "--readable-home")
    readable = [private, home.authority, home.path / "world.json", home.path / "bdk" / "config.yaml", home.trust_store]
    assert {mode(each) for each in readable} == {0o644}
    folders = {folder for each in readable for folder in each.parents if folder.is_relative_to(home.path)}
    assert {mode(folder) for folder in folders} == {0o755}
    for secret in ("pod/private.pem", "tls/ca-key.pem", "tls/server-key.pem"):
        assert mode(home.path / secret) == 0o600, secret
    started(*flags.values())
    assert mode(home.path) == 0o700, "closed again without the flag"
