"""A small directory of users, and short ways to ask what becomes of a message."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from emulator.messageml import Converted, InvalidMessage, convert


@dataclass(frozen=True)
class Person:
    id: int
    display_name: str
    email: str
    username: str


ALICE = Person(7, "Alice <A>", "alice@acme.com", "alice")
BLANK = Person(8, "", "blank@acme.com", "blank")


class People:
    """Finds by id, and by email in any case."""

    def by_id(self, user_id: int) -> Person | None:
        return next((person for person in (ALICE, BLANK) if person.id == user_id), None)

    def by_email(self, email: str) -> Person | None:
        return next((person for person in (ALICE, BLANK) if person.email == email.lower()), None)


@pytest.fixture
def done() -> Callable[..., Converted]:
    """Converts the content of a messageML element, or a whole PresentationML message; ids are R1, R2 ..."""

    def run(content: str, data: str | None = None, **options: object) -> Converted:
        numbers = itertools.count(1)
        whole = content if content.startswith("<div data-format") else f"<messageML>{content}</messageML>"
        return convert(whole, data, users=People(), short_id=lambda: f"R{next(numbers)}", **options)

    return run


@pytest.fixture
def shown(done: Callable[..., Converted]) -> Callable[..., str]:
    """What stands within the root of the PresentationML."""

    def run(content: str, data: str | None = None, **options: object) -> str:
        found = re.fullmatch(r"<div [^>]*>(.*)</div>", done(content, data, **options).presentationml, re.DOTALL)
        assert found
        return found[1]

    return run


@pytest.fixture
def refused(done: Callable[..., Converted]) -> Callable[..., str]:
    """The text with which a message is refused."""

    def run(content: str, data: str | None = None, **options: object) -> str:
        with pytest.raises(InvalidMessage) as error:
            done(content, data, **options)
        return str(error.value)

    return run
