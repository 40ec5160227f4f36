"""Tables and their cells."""

from __future__ import annotations

import pytest


def test_is_printed(shown) -> None:
    table = "<table> <thead><tr><th>a</th></tr></thead><tbody/><tr><td>b</td></tr></table>"
    assert shown(table) == table.replace("<tbody/>", "<tbody></tbody>")
    assert shown('<td rowspan="+007" colspan="-1">x</td>') == '<td colspan="-1" rowspan="7">x</td>'


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('<th colspan="1">x</th>', 'Attribute "colspan" is not allowed in "th"'),
        ('<td colspan="x">x</td>', 'Invalid input: colspan must be a int64 value not "x"'),
        (
            '<td rowspan="9223372036854775808"/>',
            'Invalid input: rowspan must be a int64 value not "9223372036854775808"',
        ),
        ("<table><td/></table>", 'Element "td" is not allowed in "table"'),
        ("<table>x</table>", 'Element "table" may not have text content'),
        ("<tr><p/></tr>", 'Element "p" is not allowed in "tr"'),
    ],
)
def test_is_refused(refused, content: str, error: str) -> None:
    assert refused(content) == error
