"""Mentions, tags, emoji and date-times; the entities that they make."""

from __future__ import annotations

import json

import pytest


def span(name: str, text: str) -> str:
    return f'<span class="entity" data-entity-id="{name}">{text}</span>'


def test_one_counter_for_all(shown, done) -> None:
    content = '<mention uid="7"/><hash tag="h"/><emoji shortcode="smiley"/><cash tag="c d"/><tag fallback-ticker="T"/>'
    assert shown(content) == "".join(
        [
            span("mention1", "@Alice &lt;A&gt;"),
            span("keyword2", "#h"),
            span("emoji3", "😃"),
            span("keyword4", "$c d"),
            span("tag5", "$T"),
        ]
    )
    data = json.loads(done(content).data)
    assert list(data) == ["mention1", "keyword2", "emoji3", "keyword4", "tag5"]
    assert data["mention1"] == {
        "type": "com.symphony.user.mention",
        "version": "1.0",
        "id": [{"type": "com.symphony.user.userId", "value": "7"}],
    }
    assert data["emoji3"]["data"] == {"shortcode": "smiley", "annotation": "smiley", "size": "normal", "unicode": "😃"}


def test_what_a_pod_wants_to_know(done) -> None:
    known = done('<p>Hi <b>You</b> you</p><p>two<hash tag="H"/></p><cash tag="C"/><cash tag="C"/><mention uid="7"/>')
    assert known.words == ("hi", "you", "two")
    assert known.text == "Hi You you\ntwo#H\n$C$C@Alice <A>"
    assert (known.hashtags, known.cashtags, known.mentions, known.entities) == (("H",), ("C",), (7,), 4)
    assert not known.is_empty
    assert done("<p> </p>").is_empty
    assert not done("<hr/>").is_empty


def test_mention_by_email_in_any_case_and_of_a_user_without_name(shown) -> None:
    assert shown('<mention email="ALICE@acme.com">ignored</mention>') == span("mention1", "@Alice &lt;A&gt;")
    assert shown('<mention uid="8"/>') == span("mention1", "")


def test_soft_mention_of_nobody(shown, done) -> None:
    assert shown('<mention uid="9" strict="false"/>') == span("mention1", "9")
    soft = '<mention email="no@acme.com" strict="no">N</mention>'
    assert shown(soft) == '<a href="mailto:no@acme.com">N</a>'
    assert done(soft).data == "{}"
    assert done(soft).entities == 0


def test_date_time(shown) -> None:
    assert shown('<dateTime value="2023-08-01T10:00:00Z" format="date"/>') == (
        '<span><time data-entity-id="datetime1" datetime="2023-08-01T10:00:00Z" data-format="date">'
        "2023-08-01T10:00:00Z</time></span>"
    )


def test_unknown_emoji_and_emoji_with_content(shown) -> None:
    assert shown('<emoji annotation="no_such"/>') == span("emoji1", ":no_such:")
    assert shown('<emoji shortcode="x"><b>y</b></emoji>') == span("emoji1", "<b>y</b>")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<mention/>", "Error processing user mention. No id or email provided"),
        ('<mention uid="9"/>', 'Failed to lookup user "9"'),
        ('<mention email="x@y"/>', 'Failed to lookup user "x@y"'),
        ('<mention uid="abc"/>', 'Invalid input: uid must be a int64 value not "abc"'),
        ('<hash tag="a b"/>', None),
        ('<hash tag="--"/>', None),
        ("<cash/>", 'The attribute "tag" is required'),
        ("<emoji/>", 'Either the attribute "shortcode" or "annotation" are required'),
        (
            '<emoji shortcode="a b"/>',
            "Shortcode or Annotation parameter may only contain alphanumeric characters, underscore, plus "
            "sign and dash",
        ),
        ('<dateTime value="2023-08-01"/>', 'Attribute "value" has invalid date format'),
        ('<dateTime value="2023-02-30T10:00Z"/>', 'Attribute "value" has invalid date format'),
        ("<tag/>", 'No instrument found , "fallback-ticker" attribute is required'),
        (
            '<tag instrument-class="Equity"/>',
            'the attribute "instrument-class" must be one of those values [equity, index, fxcross]',
        ),
        ('<b><tag fallback-ticker="x"/></b>', 'Element "tag" is not allowed in "b"'),
    ],
)
def test_is_refused(refused, content: str, error: str | None) -> None:
    pattern = r"""[\S]*[^\s!@#$%^&*()+=<>,./?`~:;'"\\|-]+[\S]*$"""
    assert refused(content) == (
        error or f"Values of the attribute 'tag' for the element 'hash' must match the pattern {pattern}."
    )
