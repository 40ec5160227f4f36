"""Messages as Markdown."""

from __future__ import annotations

import pytest


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
