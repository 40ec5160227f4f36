"""Pictures of users who uploaded none."""

from __future__ import annotations

import pytest

from tests.conftest import Wire


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
