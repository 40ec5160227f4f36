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


DATA = json.dumps(
    {
        "user": {"name": "Ann", "age": 42, "vip": True, "none": None, "when": "2024-03-05T14:07:09Z"},
        "items": [
            {"name": "<One> & 'q'", "price": 9.99},
            {"name": "two words", "price": -0.5},
        ],
        "words": ["pear", "Apple", "fig"],
        "empty": [],
    }
)
TEXT_BUILTINS = [
    *"upper_case cap_first trim html length js_string number word_list?size right_pad(12) substring(1)".split(),
    *('replace("a","b","i")', 'split(" ")?join("-")', 'keep_after(" ")', "truncate(6)", 'matches("[a-z]+")?c'),
]
NUMBER_BUILTINS = 'c string string("0.00") string.percent round int abs is_number?c number_to_date?iso_utc'.split()


class Templates:
    """Makes templates, as apps write them and now and then wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.variables = ["data.items[0]"]

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def text(self, depth: int = 2) -> str:
        path = self.one("data.user.name", "data.words[1]", f"{self.one(*self.variables)}.name", '"a b"')
        if depth == 0:
            return path
        return self.one(
            f"{path}?{self.one(*TEXT_BUILTINS)}",
            f"{path} + {self.text(depth - 1)}",
            f"data.missing!{self.text(depth - 1)}",
            f"{self.condition(depth - 1)}?then({self.text(0)}, {self.text(0)})",
            path,
        )

    def number(self, depth: int = 2) -> str:
        path = self.one("data.user.age", f"{self.one(*self.variables)}.price", "data.items?size", "2.5")
        return path if depth == 0 else f"({path} {self.one('+', '-', '*', '/', '%')} {self.number(depth - 1)})"

    def condition(self, depth: int = 2) -> str:
        return self.one(
            "data.user.vip",
            "data.user.none??",
            "data.empty?has_content",
            f"({self.number(0)} gt {self.number(0)})",
            f"({self.text(0)} == {self.text(0)})",
            f"!{self.condition(depth - 1)}" if depth else "true",
        )

    def node(self, depth: int) -> str:
        number = f"{self.number()}?{self.one(*NUMBER_BUILTINS)}"
        shown = f"${{{self.one(self.text(), number)}}}"
        if depth == 0:
            return self.one(shown, "text ", "<b>x</b>", "\n  ")
        inside = self.node(depth - 1) + self.node(depth - 1)
        name = f"v{depth}"
        self.variables.append(name)
        of_loop = f"{self.node(depth - 1)}${{{name}?index}}"
        self.variables.pop()
        return self.one(
            shown,
            f"<#if {self.condition()}>\n{inside}<#else>\n {shown}</#if>",
            f"<#list {self.one('data.items', 'data.empty')} as {name}>\n{of_loop}<#sep>, </#list>",
            f"<#assign {name} = {self.text()}>\n${{{name}}}",
            f"<#macro m{depth} a>{inside}${{a}}</#macro><@m{depth} a={self.text(0)}/>",
            f"<#switch {self.number(0)}><#case 42>{inside}<#break><#default>x</#switch>",
            self.one("<#t>", "<#-- c -->", "<#setting number_format='0.0'>", "<#noparse>${x}</#noparse>"),
        )

    def message(self) -> str:
        return "".join(self.node(3) for _ in range(3))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_templates_are_refused_in_words_or_run_the_same_each_time(seed: int) -> None:
    message = f"<messageML>{Templates(seed).message()}</messageML>"

    def outcome() -> tuple[str, ...]:
        try:
            return ("shown", converted(message, DATA).presentationml)
        except InvalidMessage as refused:
            return ("refused", str(refused))

    kind, said = outcome()
    assert outcome() == (kind, said)
    assert kind == "shown" or said.startswith(("Error parsing ", "Invalid messageML: ")), said


def test_most_templates_run() -> None:
    ran = 0
    for seed in range(60):
        with suppress(InvalidMessage):
            converted(f"<messageML>{Templates(seed).message()}</messageML>", DATA)
            ran += 1
    assert 15 < ran < 60
