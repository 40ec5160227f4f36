"""Pictures of users at the addresses that answers name."""

from __future__ import annotations

import base64

import pytest

from tests.conftest import Wire

PNG, GIF = b"\x89PNG\r\n\x1a\n and more", b"GIF89a and more"


def upload(wire: Wire, content: bytes) -> list[str]:
    """Where bob's picture is once this was uploaded."""
    path = f"/pod/v1/admin/user/{wire.id('bob')}/avatar"
    body = {"image": base64.b64encode(content).decode()}
    assert wire.post(f"{path}/update", "acme-admin", None, json=body).status_code == 200
    shown = wire.get("/pod/v2/user", params={"uid": wire.id("bob")}).json()["avatars"]
    return [each["url"].removeprefix("..") for each in shown]


def test_what_was_uploaded_is_at_the_addresses_that_answers_name(wire: Wire) -> None:
    before = upload(wire, PNG)
    for path in before:
        answer = wire.http.get(path)
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", PNG)
    after = upload(wire, GIF)
    assert set(after).isdisjoint(before)
    assert [wire.http.get(path).status_code for path in before] == [404] * len(before)
    assert wire.http.get(after[0]).headers["content-type"] == "image/gif"
    other = after[0].replace(str(wire.id("bob")), str(wire.id("alice")))
    assert wire.http.get(other).status_code == 404
    wire.stage.reset()
    assert wire.http.get(after[0]).status_code == 404


def test_the_picture_of_nobody(wire: Wire) -> None:
    assert wire.http.get("/avatars/static/150/default.png").status_code == 200


def test_the_addresses_that_answers_name_have_initials(wire: Wire) -> None:
    avatars = wire.get("/pod/v2/sessioninfo").json()["avatars"]
    assert [each["size"] for each in avatars] == ["original", "small"]
    for each in avatars:
        answer = wire.http.get(each["url"].removeprefix(".."))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert ">AA</text>" in answer.text


def test_another_name_has_another_hue(wire: Wire) -> None:
    other = wire.get("/pod/v2/sessioninfo", user="bob").json()["avatars"]
    assert other != wire.get("/pod/v2/sessioninfo").json()["avatars"]


@pytest.mark.parametrize("path", ["150/A-1.png", "150/%3Cb%3E-1.svg", "9/A-1.svg", "150/-.svg", "150/AA-9999.svg"])
def test_odd_addresses_are_answered_and_harm_nobody(wire: Wire, path: str) -> None:
    answer = wire.http.get(f"/avatars/initials/{path}")
    assert answer.status_code in (200, 404)
    assert "<b>" not in answer.text
