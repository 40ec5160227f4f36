"""The files of the console on the wire: strict, and nobody else's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..conftest import Wire

STATIC = Path(__file__).parents[2] / "emulator" / "console" / "static"


def test_the_page_comes_with_a_strict_policy(wire: Wire) -> None:
    page = wire.get("/", None)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "style=" not in page.text
    assert not re.search(r"<script(?! type=\"module\" src=)", page.text)


def test_what_the_page_names_is_there(wire: Wire) -> None:
    page = wire.get("/", None).text
    for address in re.findall(r'(?:href|src)="(console/[^"]+)"', page):
        assert wire.get(f"/{address}", None).status_code == 200, address


@pytest.mark.parametrize("path", ["/console/", "/console/pages.py", "/console/../pages.py", "/console/index.html"])
def test_nothing_else_is_served(wire: Wire, path: str) -> None:
    assert wire.get(path, None).status_code == 404


def test_only_reading_reaches_the_console(wire: Wire) -> None:
    assert wire.post("/", None).status_code == 404


def test_a_world_without_its_slash_leads_to_its_page(wire: Wire) -> None:
    wire.site.add_world("suite")
    assert wire.get("/worlds/suite", None).headers["location"] == "suite/"
    assert wire.get("/worlds/suite/", None).status_code == 200


def test_nothing_comes_from_outside_and_no_markup_is_made_of_text() -> None:
    for file in STATIC.iterdir():
        text = file.read_text()
        outside = [url for url in re.findall(r"https?://[^\s\"'`)]+", text) if "www.w3.org" not in url]
        assert outside == [], file.name
        if file.suffix == ".js":
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
