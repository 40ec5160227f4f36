"""The XML layer: what is refused, in which words."""

from __future__ import annotations

import pytest

from emulator.messageml import InvalidMessage, convert

B = 'element type "b"'


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Hello", "Content is not allowed in prolog."),
        ("<messageML>a", "XML document structures must start and end within the same entity."),
        ("<messageML>a</messageML", "XML document structures must start and end within the same entity."),
        ("<messageML><b>x</i></messageML>", 'The element type "b" must be terminated by the matching end-tag "</b>".'),
        ("<messageML/><x/>", "The markup in the document following the root element must be well-formed."),
        ("<messageML/>x", "Content is not allowed in trailing section."),
        (
            "<messageML>a < b</messageML>",
            "The content of elements must consist of well-formed character data or markup.",
        ),
        ("<messageML>a & b</messageML>", "The entity name must immediately follow the '&' in the entity reference."),
        ("<messageML>&amp x</messageML>", "The reference to entity \"amp\" must end with the ';' delimiter."),
        ('<messageML><b a="?x=1&y=2"/></messageML>', "The reference to entity \"y\" must end with the ';' delimiter."),
        ("<messageML>&nbsp;</messageML>", 'The entity "nbsp" was referenced, but not declared.'),
        ("<messageML>&#0;</messageML>", 'Character reference "&#0" is an invalid XML character.'),
        (
            "<messageML>\ufffe</messageML>",
            "An invalid XML character (Unicode: 0xfffe) was found in the element content of the document.",
        ),
        (
            "<messageML>]]></messageML>",
            'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.',
        ),
        (
            "<messageML><b c=x/></messageML>",
            'Open quote is expected for attribute "c" associated with an  element type  "b".',
        ),
        (
            "<messageML><b a></messageML>",
            f"Attribute name \"a\" associated with an {B} must be followed by the ' = ' character.",
        ),
        ('<messageML><b a="1" a="2"/></messageML>', 'Attribute "a" was already specified for element "b".'),
        (
            '<messageML><b a="<"/></messageML>',
            f"The value of attribute \"a\" associated with an {B} must not contain the '<' character.",
        ),
        (
            '<messageML><b a="x</b></messageML>',
            f"The value of attribute \"a\" associated with an {B} must not contain the '<' character.",
        ),
        (
            '<messageML><b a="1"c="2"/></messageML>',
            'Element type "b" must be followed by either attribute specifications, ">" or "/>".',
        ),
        (
            "<messageML><b<</messageML>",
            'Element type "b" must be followed by either attribute specifications, ">" or "/>".',
        ),
        ("<messageML><b>x</b y></messageML>", "The end-tag for element type \"b\" must end with a '>' delimiter."),
        ("<messageML><!-- a -- b --></messageML>", 'The string "--" is not permitted within comments.'),
        (
            ' <?xml version="1.0"?><messageML/>',
            'The processing instruction target matching "[xX][mM][lL]" is not allowed.',
        ),
        (
            "<!DOCTYPE messageML><messageML/>",
            'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" '
            "set to true.",
        ),
    ],
)
def test_is_not_well_formed(message: str, error: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        convert(message)
    assert str(refused.value) == f"Invalid messageML: {error}"


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("", "Error parsing message: the message cannot be null or empty"),
        (None, "Error parsing message: the message cannot be null or empty"),
        ("<messageML>\x01</messageML>", "Invalid control characters in message"),
        ("<MessageML/>", "Root tag must be <messageML> or <div>"),
        ("<messageML><!-- c --></messageML>", 'Invalid element "#comment"'),
        ("<messageML><![CDATA[x]]></messageML>", 'Invalid element "#cdata-section"'),
        ("<messageML><?go now?></messageML>", 'Invalid element "go"'),
        ("<messageML><x:b/></messageML>", 'Invalid MessageML content at element "x:b"'),
        ('<messageML xmlns:x="y"/>', 'Attribute "xmlns:x" is not allowed in "messageML"'),
        ('<messageML class="x"/>', 'Element "messageML" may not have attributes'),
    ],
)
def test_is_refused(message: str | None, error: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        convert(message)
    assert str(refused.value) == error


def test_what_may_stand_around_the_root(done) -> None:
    around = (
        '\ufeff<?xml version="1.0" encoding="UTF-16"?><!-- a -->\n<messageML xmlns="x">b\r\nc</messageML><!-- d --> '
    )
    assert convert(around).presentationml == '<div data-format="PresentationML" data-version="2.0">b c</div>'


def test_elements_nest_a_thousand_deep(done, refused) -> None:
    assert done("<div>" * 999 + "</div>" * 999).presentationml.count("<div") == 1000
    assert "1000 levels deep" in refused("<div>" * 1000 + "</div>" * 1000)
