"""The corpus of grown worlds: who works there, which rooms there are, what is said in them and when.

Its files lie in `fixtures/corpus`; each explains itself in its first lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product
from typing import Any

import yaml

from emulator.seeding.file import BUNDLED

CORPUS = BUNDLED / "corpus"
MOST_VARIANTS = 12

_TURN = re.compile(r"(a|b|c|bot|all) (-|now|quick|norm|slow|long|day)((?: \+[a-z]\S*)*)(?: (.*))?", re.DOTALL)
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{([^{}]*)\}")
_PERSON = re.compile(r"\{@?([abc])(?:\.[a-z]+)?\}")


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One thing that is said: by which part of the cast, how long after the one before, and in which ways it may be
    put. `react` and `file` and so on are its flags."""

    who: str
    delay: str
    flags: dict[str, str]
    variants: tuple[str, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots of all variants and of the flags, each once."""
        texts = (*self.variants, *self.flags.values())
        return tuple(dict.fromkeys(slot for text in texts for slot in _SLOT.findall(text)))


@dataclass(frozen=True, slots=True, eq=False)
class Thread:
    """A conversation of 2 to 9 turns. `speakers` are the parts that speak, `named` those that are at least named."""

    kind: str
    name: str
    books: tuple[str, ...]
    cast: dict[str, tuple[str, ...]]
    out: frozenset[str]
    turns: tuple[Turn, ...]
    language: str | None = None
    when: str | None = None
    only: str | None = None
    months: frozenset[int] = frozenset()
    speakers: frozenset[str] = field(default_factory=frozenset)
    named: frozenset[str] = field(default_factory=frozenset)
    features: frozenset[str] = field(default_factory=frozenset)
    longest: int = 0

    @property
    def first_book(self) -> str | None:
        return self.books[0].partition("(")[0] if self.books else None


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The five files; `threads` by kind."""

    people: dict[str, Any]
    rooms: dict[str, Any]
    rhythm: dict[str, Any]
    slots: dict[str, Any]
    kinds: dict[str, dict[str, Any]]
    threads: dict[str, tuple[Thread, ...]]
    delays: dict[str, Any]


@cache
def corpus() -> Corpus:
    """The corpus, read once. Only growth and life ask for it."""
    talk = _read("threads.yaml")
    return Corpus(
        people=_read("people.yaml"),
        rooms=_read("rooms.yaml"),
        rhythm=_read("rhythm.yaml"),
        slots=_read("slots.yaml"),
        kinds=talk["kinds"],
        threads={
            kind: tuple(_thread(kind, name, part, talk["kinds"][kind]) for name, part in group.items())
            for kind, group in talk["threads"].items()
        },
        delays=talk["delays"],
    )


def _read(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((CORPUS / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe


def _thread(kind: str, name: str, part: dict[str, Any], head: dict[str, Any]) -> Thread:
    turns = tuple(_turns(part["say"]))
    texts = [text for turn in turns for text in (*turn.variants, *turn.flags.values())]
    cast = {who: tuple(functions) for who, functions in head["cast"].items()}
    for who, functions in part.get("cast", {}).items():
        cast[who] = (functions,) if isinstance(functions, str) else tuple(functions)
    return Thread(
        kind=kind,
        name=name,
        books=tuple(book for book in part.get("book", "").split("+") if book),
        cast=cast,
        out=frozenset(part.get("out", head["out"])),
        turns=turns,
        language=part.get("lang"),
        when=part.get("when", head.get("when")),
        only=part.get("only"),
        months=frozenset(part.get("months", ())),
        speakers=frozenset(turn.who for turn in turns),
        named=frozenset(who for text in texts for who in _PERSON.findall(text)),
        features=frozenset(feature for turn in turns for feature in features_of(turn)),
        longest=max(len(re.sub("<[^>]*>", "", text).split()) for text in texts),
    )


def _turns(say: str) -> list[Turn]:
    lines: list[str] = []
    for line in say.rstrip("\n").split("\n"):
        if line.startswith("  ") and lines:
            lines[-1] += "\n" + line.strip()
        else:
            lines.append(line)
    turns = []
    for line in lines:
        match = _TURN.fullmatch(line.rstrip())
        if match is None:
            raise ValueError(f"not a turn: {line[:60]}")
        flags = (flag[1:].partition("=") for flag in match[3].split())
        turns.append(
            Turn(
                who=match[1],
                delay=match[2],
                flags={name: value for name, _, value in flags},
                variants=variants((match[4] or "").strip()),
            )
        )
    return turns


def variants(text: str) -> tuple[str, ...]:
    """A text with each of its `[one|or other]` decided, in at most so many ways."""
    parts = _CHOICE.split(text)
    fixed, choices = parts[::2], [part.split("|") for part in parts[1::2]]
    found = []
    for chosen in islice(product(*choices), MOST_VARIANTS):
        words = (piece + choice for piece, choice in zip(fixed, (*chosen, ""), strict=True))
        found.append("".join(words).strip())
    return tuple(found)


def features_of(turn: Turn) -> frozenset[str]:
    """What is special in a turn: what the shares of `rhythm.yaml` count."""
    text = turn.variants[0]
    found: set[str] = {name for name in ("edit", "suppress", "file", "obo", "react") if name in turn.flags}
    found |= {name for name, mark in (("form", "<form"), ("table", "<table"), ("mention", "{@")) if mark in text}
    if "<hash" in text or "<cash" in text:
        found.add("tag")
    if turn.who == "bot":
        found.add("bot")
    return frozenset(found)
