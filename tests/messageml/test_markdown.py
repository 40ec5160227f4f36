"""Messages as Markdown, and from it."""

from __future__ import annotations

import pytest

from emulator.messageml import InvalidMessage
from emulator.messageml.frommarkdown import convert_markdown


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ("a_b*c-d", "a\\_b\\*c\\-d"),
        (" -- ", " -- "),
        ("<b>a</b><i>b</i><sub>c</sub><sup>d</sup><h1>e</h1>", "**a**_b_~c~^d^**e**"),
        ("a<p>b</p>c<br/>d<hr/>e", "a\n\nb\n\nc\nd\n\n---\n\ne"),
        ('<a href="http://x">y</a><a href="http://x"/>', "[ y ](http://x)[ http://x ](http://x)"),
        ("<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>", "1. a\n  1. b\n2. c\n"),
        ('<code language="c">a\nb</code>', "```c\na b\n```\n"),
        ("<pre>a\nb</pre>", "\na\nb\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "\n   \na   b\nc\n   \n"),
        ('<mention uid="7"/> <emoji shortcode="x"/>', "@Alice <A> :x:"),
        ('<form id="f"><text-field name="n" label="L">v</text-field><button name="b">B</button></form>',
         "\n   \n(Text Field:[L]v)(Button:B)\n   \n"),
        ("<b><span><div>lost</div></span></b>", "****"),
    ],
)  # fmt: skip
def test_is_written(done, content: str, markdown: str) -> None:
    assert done(content).markdown == markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**a** _b_ `c`", "<b>a</b> <i>b</i> <code>c</code>"),
        ("a\nb\n\nc  \nd", "ab<br/>c<br/>d"),
        ("# a <b>", "# a &lt;b&gt;"),
        ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("> a", "a"),
        ("[t](http://x) [u](ftp://y)", '<a href="http://x">t</a> ftp://y'),
        ("```js\na\nb\n```\n---", '<code data-language="js">a\nb</code>'),
        ("\\*a\\*", "*a*"),
    ],
)
def test_is_read(text: str, expected: str) -> None:
    assert (
        convert_markdown(text).presentationml
        == f'<div data-format="PresentationML" data-version="2.0">{expected}</div>'
    )


def test_entities_by_their_places() -> None:
    entities = {"hashtags": [{"id": "#h", "indexStart": 2, "indexEnd": 4, "type": "KEYWORD"}]}
    known = convert_markdown("a #h!", entities)
    assert known.presentationml.endswith('>a <span class="entity" data-entity-id="keyword1">#h</span>!</div>')
    assert known.hashtags == ("h",)
    media = {"media": [{"index": 0, "text": [["a"]]}]}
    assert "<table><tr><td>a</td></tr></table>" in convert_markdown("", None, media).presentationml
    with pytest.raises(InvalidMessage, match='Required field "id" missing from the entity payload'):
        convert_markdown("a", {"hashtags": [{"indexStart": 0, "indexEnd": 1, "type": "KEYWORD"}]})
