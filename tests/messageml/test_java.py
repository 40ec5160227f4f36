"""What Java takes for a regular expression, a time zone, a date."""

from __future__ import annotations

import pytest

from emulator.messageml.java import blank, integer, is_date, is_date_time, is_time_zone, length
from emulator.messageml.javaregex import compiles
from emulator.messageml.uri import uri_scheme


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^a+$",
        r"\p{L}\d{2,}",
        "a*+",
        "(?<n>x)\\k<n>",
        r"\Q[\E",
        "[a-z&&[^b]]",
        "(?i)a|b",
        "[]a]",
        "((?!x).)*",
        r"\u00e9",
    ],
)
def test_regular_expressions(pattern: str) -> None:
    assert compiles(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["[", "(", ")", "*", "a**", "a{", "a{2,1}", "[z-a]", r"\y", r"\p{Nope}", "\\", r"\k<n>", "(?<n>)(?<n>)", "(?"],
)
def test_no_regular_expressions(pattern: str) -> None:
    assert not compiles(pattern)


def test_time_zones() -> None:
    assert all(map(is_time_zone, ["Europe/Paris", "UTC", "Z", "GMT+2", "UTC+01:30", "+02:00", "-1800", "W-SU"]))
    assert not any(map(is_time_zone, ["", "europe/paris", "Mars/X", "+19:00", "+1:00", "EST", "GMT2"]))


def test_dates() -> None:
    assert is_date("2024-02-29")
    assert is_date("2023-01-01Z")
    assert not is_date("2023-02-29")
    assert is_date_time("2023-08-01t10:00+02:00")
    assert not any(map(is_date_time, ["2023-08-01T10:00:00", "2023-08-01T10:00:00+0200", "2023-08-01T25:00:00Z"]))


def test_numbers_and_text() -> None:
    assert (integer("+1", 64), integer("2147483648", 32), integer("1 ", 64), integer("9" * 50, 64)) == (
        1,
        None,
        None,
        None,
    )
    assert length("a😀") == 3
    assert blank("\u2003\n")
    assert not blank("\u00a0")


def test_uris() -> None:
    assert [uri_scheme(u) for u in ("http://a/ü", "a", "mailto:x@y", "//h/p", "http:///p")] == [
        "http",
        "",
        "mailto",
        "",
        "http",
    ]
    assert not any(
        uri_scheme(u) is not None for u in ("https://", "a b", "http://x/[", "1a:b", ":x", "http://a|b", "\u00a0")
    )
