"""The control plane is this machine's own: hosts and origins are read strictly, and loopback is an address."""

from __future__ import annotations

import pytest

from emulator.control.guard import is_loopback
from tests.conftest import Wire, refused

LOOK = "/emulator/v1/world"
FOREIGN = (
    "127.evil.example 127.0.0.1.nip.io localhost.evil.example xlocalhost 128.0.0.1 0.0.0.0 [::2] 2130706433 0x7f.1"
    " 127.1 0177.0.0.1 evil.example:80 127.0.0.1.:80"
).split()
MALFORMED = (
    "evil.example@127.0.0.1 localhost:abc localhost:99999 localhost:-1 localhost: 127.0.0.1:80:80 [::1 ::1 [::1]x"
    " [127.0.0.1%25lo] http://localhost localhost/ localhost#x localhost?x .localhost -localhost [] [zz::1]"
).split()
HERE = "localhost LOCALHOST localhost:1 127.0.0.1 127.0.0.1:8080 127.8.9.10 [::1] [::1]:8080".split()


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_only_looks_local_is_refused(wire: Wire, host: str) -> None:
    refused(wire.http.get(LOOK, headers={"Host": host}), 403, "not open to the host name")


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_is_a_400(wire: Wire, host: str) -> None:
    refused(wire.http.get(LOOK, headers={"Host": host}), 400, "no host with a port" if "zz" not in host else "")


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_let_in(wire: Wire, host: str) -> None:
    assert wire.http.get(LOOK, headers={"Host": host}).status_code == 200
    assert wire.http.get(LOOK, headers={"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("null", 403),
        ("http://127.0.0.1:8081", 403),
        ("https://127.0.0.1:8080", 403),
        ("http://localhost:8080", 403),
        ("http://127.0.0.1.nip.io:8080", 403),
        ("http://127.0.0.1:8080/", 400),
        ("http://[::1", 400),
        ("http://x@127.0.0.1:8080", 400),
        ("127.0.0.1:8080", 400),
        ("", 400),
        ("http://127.0.0.1:8080", 200),
        ("HTTP://127.0.0.1:8080", 200),
    ],
)
def test_pages_of_other_origins_are_refused(wire: Wire, origin: str, status: int) -> None:
    answer = wire.http.get(LOOK, headers={"Host": "127.0.0.1:8080", "Origin": origin})
    if status == 200:
        assert answer.status_code == 200
    else:
        refused(answer, status)


def test_a_host_comes_once(wire: Wire) -> None:
    twice = [("Host", "127.0.0.1"), ("Host", "evil.example")]
    refused(wire.http.get(LOOK, headers=twice), 400, "2 headers 'host'")


def test_what_is_served_on_is_judged_alike() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.3.2.1", "::1"))
    assert not any(
        is_loopback(host) for host in ("127.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "::", "10.0.0.1", "")
    )
