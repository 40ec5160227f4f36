"""Logging in with certificates, with the real client over TLS."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from symphony.bdk.core.auth.exception import AuthUnauthorizedError
from symphony.bdk.core.config.loader import BdkConfigLoader
from symphony.bdk.core.symphony_bdk import SymphonyBdk
from symphony.bdk.gen.pod_model.stream_filter import StreamFilter

from emulator import Emulator
from emulator.access import certificates, signing
from emulator.access.errors import LoginForbidden, LoginRefused
from emulator.access.login import certified_account, certified_app
from emulator.access.signing import new_private_key
from emulator.world import World
from tests.conftest import refused


@pytest.fixture(scope="module")
def pod() -> Iterator[Emulator]:
    with Emulator.start(tls=True) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def config(pod: Emulator, tmp_path: Path, *, certified: bool = True) -> Any:
    """The configuration that the home has, with certificates in the place of keys."""
    written = yaml.safe_load((pod.home / "bdk" / "config.yaml").read_text())
    if certified:
        for part, folder in (("app", "apps/acme-desk"), ("bot", "bots/acme-bot")):
            del written[part]["privateKey"]
            written[part]["certificate"] = {"path": str(pod.home / folder / "certificate.pem")}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(written))
    loaded = BdkConfigLoader.load_from_file(str(path))
    loaded.retry.max_attempts = 1
    return loaded


@pytest.mark.parametrize("certified", [True, False])
def test_an_app_and_a_bot_work_over_tls(pod: Emulator, tmp_path: Path, certified: bool) -> None:
    async def work() -> None:
        async with SymphonyBdk(config(pod, tmp_path, certified=certified)) as bdk:
            for session in (bdk.obo(username="alice"), bdk.obo(user_id=pod.world.users.named("bob").id)):
                streams = await bdk.obo_services(session).streams().list_streams(StreamFilter())
                assert "Trading Desk" in {s.room_attributes.name for s in streams if s.room_attributes}
            desk = next(s for s in streams if s.room_attributes and s.room_attributes.name == "Trading Desk")
            sent = await bdk.messages().send_message(desk.id, "<messageML>from the bot</messageML>")
            assert sent.user.display_name == "Acme Bot"

    run(work())


@pytest.mark.parametrize("certified", [True, False])
def test_an_extension_app_checks_its_user(pod: Emulator, tmp_path: Path, certified: bool) -> None:
    async def work() -> None:
        async with SymphonyBdk(config(pod, tmp_path, certified=certified)) as bdk:
            authenticator = bdk.app_authenticator()
            session = await authenticator.authenticate_extension_app("Ta")
            with pod.client() as client:
                asked = {"app": "acme-desk", "appToken": "Ta", "user": "alice"}
                told = client.post("/emulator/v1/extension-apps/tokens", json=asked).json()
            assert told["symphonyToken"] == session.symphony_token
            assert await authenticator.is_token_pair_valid("Ta", told["symphonyToken"])
            claims = await authenticator.validate_jwt(told["jwt"])
            assert claims["user"]["displayName"] == "Alice Adams"

    run(work())


def test_the_real_client_is_refused_when_the_app_is_not_installed(pod: Emulator, tmp_path: Path) -> None:
    async def work() -> None:
        pod.do(lambda: pod.world.apps.install_for(pod.world.apps.get("acme-desk"), []))
        async with SymphonyBdk(config(pod, tmp_path)) as bdk:
            with pytest.raises(AuthUnauthorizedError):
                await bdk.obo_services(bdk.obo(username="alice")).streams().list_streams(StreamFilter())

    try:
        run(work())
    finally:
        pod.reset()


def client(pod: Emulator, certificate: Path | None) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(pod.home / "tls" / "ca.pem"))
    if certificate is not None:
        context.load_cert_chain(str(certificate))
    return httpx.Client(base_url=pod.url, verify=context, trust_env=False)


def test_without_a_certificate_nobody_logs_in_so(pod: Emulator) -> None:
    with client(pod, None) as nobody:
        for path in ("/sessionauth/v1/authenticate", "/keyauth/v1/authenticate", "/sessionauth/v1/app/authenticate"):
            refused(nobody.post(path), 401, "no client certificate")
        extension = nobody.post("/sessionauth/v1/authenticate/extensionApp", json={"appToken": "Ta"})
        refused(extension, 401, "no client certificate")


def test_a_bots_certificate_is_no_apps(pod: Emulator) -> None:
    with client(pod, pod.home / "bots" / "acme-bot" / "certificate.pem") as bot:
        assert bot.post("/sessionauth/v1/authenticate").json()["name"] == "sessionToken"
        assert bot.post("/keyauth/v1/authenticate").json()["name"] == "keyManagerToken"
        refused(bot.post("/sessionauth/v1/app/authenticate"), 401, "no app has the id 'acme-bot'")


def test_users_are_named_in_refusals_as_the_specification_has_them(pod: Emulator) -> None:
    with client(pod, pod.home / "apps" / "acme-desk" / "certificate.pem") as app:
        app.headers["sessionToken"] = app.post("/sessionauth/v1/app/authenticate").json()["token"]
        acting = "/sessionauth/v1/app/{}/authenticate"
        refused(app.post(acting.format("user/5")), 404, "User id not found")
        refused(app.post(acting.format("username/nobody")), 404, "Username not found")
        refused(app.post(acting.format("username/grace")), 401, "deactivated")
        assert "sessionToken" in app.post(acting.format("username/alice")).json()
    with client(pod, pod.home / "apps" / "acme-reader" / "certificate.pem") as other:
        headers = {"sessionToken": app.headers["sessionToken"]}
        refused(other.post(acting.format("username/alice"), headers=headers), 401, "certificate is that of")
    with client(pod, pod.home / "apps" / "acme-disabled" / "certificate.pem") as disabled:
        refused(disabled.post("/sessionauth/v1/app/authenticate"), 401, "disabled")


def test_a_certificate_of_another_authority_gets_no_connection(pod: Emulator, tmp_path: Path) -> None:
    strange, own = certificates.private_key(new_private_key()), new_private_key()
    forged = certificates.signed_by(strange, "acme-bot", certificates.private_key(own).public_key())
    (tmp_path / "forged.pem").write_text(own + forged)
    with client(pod, tmp_path / "forged.pem") as forger, pytest.raises(httpx.TransportError):
        forger.post("/sessionauth/v1/authenticate")


def test_the_stores_for_java_hold_what_the_pems_hold(pod: Emulator) -> None:
    held = pkcs12.load_pkcs12((pod.home / "apps" / "acme-desk" / "certificate.p12").read_bytes(), b"changeit")
    assert held.cert is not None
    assert held.cert.friendly_name == b"acme-desk"
    shown = (pod.home / "apps" / "acme-desk" / "certificate.pem").read_text()
    assert held.cert.certificate.public_bytes(Encoding.PEM).decode() in shown
    assert isinstance(held.key, RSAPrivateKey)
    own = certificates.private_key((pod.home / "apps" / "acme-desk" / "private.pem").read_text())
    assert held.key.private_numbers() == own.private_numbers()
    trusted = pkcs12.load_pkcs12((pod.home / "tls" / "truststore.p12").read_bytes(), b"changeit")
    (authority,) = trusted.additional_certs
    assert authority.certificate.public_bytes(Encoding.PEM) == (pod.home / "tls" / "ca.pem").read_bytes()
    for store in pod.home.rglob("*.p12"):
        assert store.stat().st_mode & 0o077 == 0
    java = yaml.safe_load((pod.home / "bdk" / "config-java.yaml").read_text())
    python = yaml.safe_load((pod.home / "bdk" / "config.yaml").read_text())
    assert java.pop("ssl") == {"trustStore": {"path": str(pod.home / "tls" / "truststore.p12"), "password": "changeit"}}
    assert python.pop("ssl") == {"trustStore": {"path": str(pod.home / "tls" / "ca.pem")}}
    assert java == python


@pytest.mark.skipif(shutil.which("java") is None, reason="needs a JDK")
def test_java_logs_in_with_the_stores(pod: Emulator) -> None:
    stores = [str(pod.home / "tls" / "truststore.p12"), str(pod.home / "bots" / "acme-bot" / "certificate.p12")]
    program = str(Path(__file__).with_name("Stores.java"))
    command = ["java", "-XX:TieredStopAtLevel=1", program, f"{pod.url}/sessionauth/v1/authenticate", *stores]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split("\n")[:3] == ["symphony-emulator trusted", "acme-bot key", "200"], done.stderr


def test_files_with_keys_are_their_owners(pod: Emulator) -> None:
    for path in (pod.home / "tls" / "ca-key.pem", pod.home / "apps" / "acme-desk" / "certificate.pem"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        (None, LoginRefused, "--tls"),
        ("nobody", LoginRefused, "no account"),
        ("ACME-BOT", LoginRefused, "no account"),
        ("alice", LoginForbidden, "not a service account"),
    ],
)
def test_whose_certificates_are_taken(world: World, name: str | None, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        certified_account(world, name)


def test_a_certificate_of_an_app_and_of_an_account_are_kept_apart(world: World) -> None:
    bot = world.users.named("acme-bot")
    assert certified_account(world, "acme-bot") == bot
    made = world.apps.add(world.apps.get("acme-desk").__class__(id="acme-bot", name="x", certificate="-----"))
    with pytest.raises(LoginForbidden, match="has the name"):
        certified_account(world, "acme-bot")
    world.apps.change(made, enabled=False)
    with pytest.raises(LoginRefused, match="disabled"):
        certified_app(world, "acme-bot")
    world.users.change(bot, suspended=True)
    with pytest.raises(LoginRefused, match="suspended"):
        certified_account(world, "acme-bot")


def test_the_pods_certificate_is_a_certificate() -> None:
    key = signing.PodKey()
    assert certificates.self_signed(key.private()) == key.certificate
