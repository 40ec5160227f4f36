"""Messages made at random out of the grammar, the same on every run: what holds for all of them."""

from __future__ import annotations

import itertools
import json
import random
from contextlib import suppress
from html import escape
from xml.etree import ElementTree as ET

import pytest

from emulator.messageml import Converted, InvalidMessage, convert

ROUNDS = 150
WORDS = ["rates", "up", "a_b", "x < y", '"q"', "é", "\U0001f600", "it's", "1,5", "\n", "  ", "&"]


class Grammar:
    """Makes messages that are right, of the elements that a message of PresentationML may hold too."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ids = itertools.count(1)

    def text(self) -> str:
        return escape(" ".join(self.random.choices(WORDS, k=self.random.randint(1, 3))), quote=False)

    def inline(self, depth: int) -> str:
        tag = self.random.choice(["b", "i", "span", "a", "br", "emoji", "text"])
        if tag == "text" or depth == 0:
            return self.text()
        if tag == "br":
            return "<br/>"
        if tag == "emoji":
            return f'<emoji shortcode="{self.random.choice(["smiley", "heart", "none_such"])}"/>'
        link = ' href="https://example.com/a?b=c"' if tag == "a" else ""
        return f"<{tag}{link}>{self.inline(depth - 1)}</{tag}>"

    def block(self, depth: int) -> str:
        tag = self.random.choice(["text", "p", "div", "ul", "table", "form", "card", "h2", "code", "hr"])
        if tag == "text" or depth == 0:
            return self.inline(2)
        if tag == "hr":
            return "<hr/>"
        if tag == "code":
            return f'<code language="java">{self.text()}</code>'
        if tag == "ul":
            items = "".join(f"<li>{self.block(depth - 1)}</li>" for _ in range(self.random.randint(1, 3)))
            return f"<ul>{items}</ul>"
        if tag == "table":
            rows = "".join(f"<tr><td>{self.inline(1)}</td><th>{self.text()}</th></tr>" for _ in range(2))
            return f"<table>{rows}</table>"
        if tag == "form":
            fields = f'<text-field name="n" placeholder="p">{self.text().strip()[:20] or "x"}</text-field>'
            return f'<form id="f{next(self.ids)}">{fields}<button name="b">ok</button></form>'
        if tag == "card":
            return f"<card><header>{self.inline(1)}</header><body>{self.inline(1)}</body></card>"
        content = self.inline(2) if tag == "h2" else "".join(self.block(depth - 1) for _ in range(2))
        return f'<{tag} class="{self.random.choice(["x", "barStyle"])}">{content}</{tag}>'

    def message(self) -> str:
        return "".join(self.block(3) for _ in range(self.random.randint(1, 4)))


def converted(message: str, data: str | None = None) -> Converted:
    numbers = itertools.count(1)
    return convert(message, data, short_id=lambda: f"R{next(numbers)}")


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_comes_out_is_markup_and_goes_in_again_as_it_is(seed: int) -> None:
    message = Grammar(seed).message()
    done = converted(f"<messageML>{message}</messageML>")
    ET.fromstring(done.presentationml)
    assert set(json.loads(done.data)) == {f"emoji{n + 1}" for n in range(message.count("<emoji "))}
    again = converted(done.presentationml, done.data)
    assert (again.presentationml, again.data) == (done.presentationml, done.data)


def _broken(markup: str, chance: random.Random) -> str:
    """The markup with a few of its characters lost, doubled or changed for ones that mean something."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(markup))
        markup = markup[:at] + chance.choice(["", "<", "&", '"', "${", "\ud800", "\x01", "]]>"]) + markup[at + 1 :]
    return markup


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_is_broken_is_refused_in_words_or_taken(seed: int) -> None:
    chance = random.Random(seed)
    message = _broken(f"<messageML>{Grammar(seed).message()}</messageML>", chance)
    data = _broken('{"a":{"type":"t","id":[1.5,true]}}', chance) if seed % 2 else None
    with suppress(InvalidMessage):
        done = converted(message, data)
        done.presentationml.encode()
        json.loads(done.data)
