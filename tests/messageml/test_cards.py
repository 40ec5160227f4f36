"""Cards and expandable cards, from their own tags and from divs."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            '<card class="barStyle" accent="a" iconSrc="i" style="color:red"><header>h</header>x<body>b</body></card>',
            '<div class="card barStyle" data-icon-src="i" data-accent-color="a"><div class="cardHeader">h</div>x'
            '<div class="cardBody">b</div></div>',
        ),
        ('<div class="barStyle card">x</div>', '<div class="card barStyle">x</div>'),
        (
            '<expandable-card state="EXPANDED"><header>h</header><body variant="error">b</body></expandable-card>',
            '<div class="expandable-card" data-state="EXPANDED"><div class="expandableCardHeader">h</div>'
            '<div class="expandableCardBody" data-variant="error">b</div></div>',
        ),
    ],
)
def test_is_printed(shown, content: str, expected: str) -> None:
    assert shown(content) == expected


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<header>x</header>", 'Element "header" can only be a child of the following elements: [card]'),
        ('<div class="cardBody"/>', 'Element "body" can only be a child of the following elements: [card]'),
        ("<expandable-card/>", 'The attribute "state" is required'),
        (
            '<expandable-card state="shut"/>',
            'Attribute "state" of element "expandable-card" can only be one of the following values: '
            "[collapsed, cropped, expanded].",
        ),
        ('<div data-icon-src="x"/>', 'The attribute "data-icon-src" is only allowed if the element class is "card".'),
        ('<div class="card" id="x"/>', 'Attribute "id" is not allowed in "card"'),
    ],
)
def test_is_refused(refused, content: str, error: str) -> None:
    assert refused(content) == error
