"""Text, lists, links, images, code."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a &lt; \"b\" 'c' é", "a &lt; &quot;b&quot; 'c' é"),
        ("a\n\n b", "a  b"),
        ('<p style="color:red" class="x">t</p>', '<p class="x" style="color:red">t</p>'),
        ("<p/>", "<p></p>"),
        ("<b>x<br/><i>y</i></b><hr/>", "<b>x<br/><i>y</i></b><hr/>"),
        ("<pre>a\n<span>\nb</span></pre>\nc", "<pre>a\n<span>\nb</span></pre> c"),
        ("<code>a\n<b>\nb</b></code>", "<code>a\n<b> b</b></code>"),
        ('<code language="Java" class="x">a</code>', '<code data-language="Java">a</code>'),
        ('<code language="c" data-language="js">a</code>', '<code data-language="js">a</code>'),
        ('<code language="">a</code>', '<code data-language="">a</code>'),
        ("<ul> <li>a<ol><li>b</li></ol></li> </ul>", "<ul> <li>a<ol><li>b</li></ol></li> </ul>"),
        ('<img src="" class="i"/>', '<img class="i" src=""/>'),
        ('<a href="HTTPS://x/ü?a&amp;b"/>', '<a href="HTTPS://x/ü?a&amp;b">HTTPS://x/ü?a&amp;b</a>'),
        ('<a href="http:google.com">x</a>', '<a href="http:google.com">x</a>'),
        ("<b><span><div>x</div></span></b>", "<b><span><div>x</div></span></b>"),
        ('<p style="background:url(data:x;base64,AA==)">x</p>', '<p style="background:url(data:x;base64,AA==)">x</p>'),
    ],
)
def test_is_printed(shown, content: str, expected: str) -> None:
    assert shown(content) == expected


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<B>x</B>", 'Invalid MessageML content at element "B"'),
        ('<b id="x">x</b>', 'Attribute "id" is not allowed in "b"'),
        ("<b><p>x</p></b>", 'Element "p" is not allowed in "b"'),
        ('<br class="x"/>', 'Attribute "class" is not allowed in "br"'),
        ("<br> </br>", 'Element "br" may not have child elements or text content'),
        ("<ul>x<li>y</li></ul>", 'Element "ul" may not have text content'),
        (
            "<ol> </ol>",
            'The "ol" element must have at least one child that is any of the following elements: [listitem].',
        ),
        ("<li>x</li>", 'Element "li" can only be a child of the following elements: [orderedlist, bulletlist]'),
        ("<img/>", 'The attribute "src" is required'),
        ("<a>x</a>", 'The attribute "href" is required'),
        ('<a href="">x</a>', 'The attribute "href" cannot be empty'),
        ('<a href="a/b">x</a>', 'The attribute "href" must contain an absolute URI'),
        ('<a href="a b">x</a>', 'Invalid input: null must be a URI value not "a b"'),
        ('<a href="https://">x</a>', 'Invalid input: null must be a URI value not "https://"'),
        ('<a href="http://x/%zz">x</a>', 'Invalid input: null must be a URI value not "http://x/%zz"'),
        ('<a href="ftp://x">x</a>', 'URI scheme "ftp" is not supported by the pod.'),
        ('<p style="colour:red">x</p>', 'Invalid property(s): [colour] in the "style" attribute'),
        ('<p style="red">x</p>', 'Unparseable "style" attribute: red'),
        ("<p><chime/></p>", 'Element "chime" has to be the only element in the message.'),
        ("<chime/> ", "Chime messages may not have any other content"),
    ],
)
def test_is_refused(refused, content: str, error: str) -> None:
    assert refused(content) == error


def test_attributes_come_before_children_and_these_before_the_rules_of_an_element(refused) -> None:
    assert refused('<ul id="x"><u/></ul>') == 'Attribute "id" is not allowed in "ul"'
    assert refused("<ul><u/></ul>") == 'Invalid MessageML content at element "u"'
    assert refused("<b><ul/><nope/></b>").startswith('The "ul" element must have at least one child')


def test_schemes_may_be_others_or_any(shown, refused) -> None:
    assert shown('<a href="ftp://x">x</a>', schemes=None) == '<a href="ftp://x">x</a>'
    assert refused('<a href="http://x">x</a>', schemes=frozenset({"https"})).startswith('URI scheme "http"')


def test_the_root_takes_the_version_and_no_attributes(done, refused) -> None:
    assert done("x", version="3.1").presentationml == '<div data-format="PresentationML" data-version="3.1">x</div>'
    assert done("x", version=" ").presentationml == '<div data-format="PresentationML" data-version="2.0">x</div>'


def test_chime(shown) -> None:
    assert shown("<chime/>") == '<audio src="https://asset.symphony.com/symphony/audio/chime.mp3" autoplay="true"/>'
