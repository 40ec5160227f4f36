"""The elements and the bounds of MessageML as a page shows them, read off the declarations."""

from __future__ import annotations

from emulator.messageml import build, entityjson, jackson, xml
from emulator.messageml.convert import MAX_LENGTH
from emulator.messageml.element import Kind
from emulator.messageml.templates import directives, evaluation, expressions, values

_WAYS = {
    "nothing": "its content",
    "linebreak": "a line break",
    "keyword": "its tag",
    "mention": "the name",
    "emoji": "`:code:`",
    "moment": "its value",
    "link": "`[ text ](url)`",
    "paragraph": "a paragraph",
    "rule": "`---`",
    "list": "a list",
    "item": "an item",
    "row": "a line",
    "cell": "a cell",
    "code": "a fenced block",
    "preformatted": "lines as they are",
    "menu": "its label",
    "box": "its label",
}


def _in_markdown(kind: Kind) -> str:
    role = kind.role
    if role.markdown == "field":
        return f"`({role.before}:...)`"
    if role.markdown in ("inline", "wrapped"):
        return "`" + f"{role.before}...{role.after}".replace("\n", "\\n") + "`"
    return _WAYS[role.markdown]


def elements() -> str:
    """A table of all elements: how they are written, what they take, what they become in Markdown."""
    lines = ["| element | attributes | in Markdown |", "| --- | --- | --- |"]
    for tag, kind in sorted(build.elements().items()):
        attributes = ", ".join(f"`{name}`" for name in sorted(kind.accepts))
        lines.append(f"| `<{tag}>` | {attributes} | {_in_markdown(kind)} |")
    return "\n".join(lines) + "\n"


def bounds() -> str:
    """A table of the bounds that the library has not."""
    rows = (
        ("characters of a message, or of its data, templates expanded", MAX_LENGTH),
        ("elements, comments and instructions of a message", xml.MAX_ELEMENTS),
        ("levels of elements", xml.MAX_DEPTH),
        ("characters of text, line breaks left out", xml.MAX_TEXT),
        ("attributes of all elements", xml.MAX_ATTRIBUTE_COUNT),
        ("characters of all attributes, those of images left out", xml.MAX_ATTRIBUTES),
        ("levels of EntityJSON (the library has 1,000)", entityjson.MAX_DEPTH),
        ("values in EntityJSON", entityjson.MAX_VALUES),
        ("characters of EntityJSON for which a mistake is told in Jackson's words", entityjson.MAX_TOLD),
        ("digits of a number in EntityJSON (as in the library)", jackson.MAX_DIGITS),
        ("directives, interpolations and texts of a template", directives.MAX_PIECES),
        ("directives within one another", directives.MAX_DEPTH),
        ("operands in one expression", expressions.MAX_OPERATORS),
        ("steps that a template may take", evaluation.MAX_STEPS),
        ("calls and expressions within one another", evaluation.MAX_LEVELS),
        ("characters of a text that a template makes", values.MAX_TEXT),
        ("items of a list that a template makes", values.MAX_ITEMS),
        ("digits of a number that a template makes", values.MAX_DIGITS),
    )
    return (
        "\n".join(["| bound | at most |", "| --- | --- |", *(f"| {what} | {most:,} |" for what, most in rows)]) + "\n"
    )
