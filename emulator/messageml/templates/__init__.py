"""Templates: the part of FreeMarker that messages use, in bounds. production/messageml.md 9.

Values are inserted as they are, unless the template asks for an escape. Nothing outside the message and its data can
be reached; steps, depth and the size of every text are limited.
"""

from __future__ import annotations

from typing import Any

from emulator.messageml.errors import InvalidMessage
from emulator.messageml.templates.directives import parse
from emulator.messageml.templates.interpreter import run
from emulator.messageml.templates.syntax import Fault, SyntaxFault


def _position(source: str, at: int) -> tuple[int, int]:
    line_start = source.rfind("\n", 0, at) + 1
    return source.count("\n", 0, at) + 1, at - line_start + 1


def expand(source: str, entities: dict[str, Any]) -> str:
    """The text that the template gives with the data under `data` and `entity`. Raises InvalidMessage."""
    try:
        return run(parse(source), {"data": entities, "entity": entities})
    except SyntaxFault as fault:
        line, column = _position(source, fault.at)
        # The words of production, which takes a syntax error for one in the data.
        raise InvalidMessage(
            f'Error parsing EntityJSON: Syntax error in template "messageML" in line {line}, column {column}:\n{fault}'
        ) from None
    except Fault as fault:
        line, column = _position(source, fault.at)
        raise InvalidMessage(
            f"Error parsing Freemarker template: invalid input at line {line}, column {column}"
        ) from None
