"""Turns made ready to be filled: MessageML is converted once, with a word in place of each slot, not once a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from emulator.messageml import convert, words_of
from emulator.messageml.writing import escaped
from emulator.world.messages import NOTHING, Content

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.seeding.corpus import Turn
    from emulator.seeding.slots import Slots, Values

_SLOT = re.compile(r"\{([^{}]*)\}")
_MARK = re.compile(r"zq(\d{3})qz|zqm([abc])qz|99880000000([123])")
_WORD = re.compile(r"[a-z]*zq(?:\d{3}|m[abc])qz[\w'’]*")
_WHO = "abc"
_START = len(NOTHING) - len("</div>")


class _Everybody:
    """The directory in which the mentions of a phrase are looked up: the three who speak."""

    def by_id(self, _user_id: int, /) -> None:
        return None

    def by_email(self, email: str, /) -> Any:
        who = email[0]
        return SimpleNamespace(id=998800000001 + _WHO.index(who), display_name=f"zqm{who}qz")


_EVERYBODY = _Everybody()


@dataclass(slots=True, eq=False)
class Text:
    """A text with `%s` for each slot, and which of the phrase's values go in."""

    form: str
    at: tuple[int, ...]

    def filled(self, row: list[str]) -> str:
        if not self.at:
            return self.form
        return self.form % tuple([row[at] for at in self.at])


@dataclass(slots=True, eq=False)
class Phrase:
    """One way of putting a turn. `prints` make its values; `source` is the MessageML that it was made of."""

    source: str
    prints: tuple[Callable[[Values], str], ...]
    presentationml: Text
    data: Text
    words: tuple[str, ...]
    more_words: Text
    hashtags: tuple[Text, ...]
    cashtags: tuple[Text, ...]
    mentions: tuple[str, ...]
    entities: int
    forms: tuple[str, ...]
    characters: int
    timed: bool

    def content(self, values: Values, *, capital: bool = False) -> Content:
        """What is said, with these values."""
        raw = [print_(values) for print_ in self.prints]
        text = self.presentationml.filled([escaped(value) for value in raw])
        if capital and text[_START : _START + 1].islower():
            text = f"{text[:_START]}{text[_START].upper()}{text[_START + 1 :]}"
        more = words_of(self.more_words.filled(raw)) if self.more_words.at else ()
        return Content(
            presentationml=text,
            data=self.data.filled(raw) if self.data.at else self.data.form,
            words=(*self.words, *more) if more else self.words,
            characters=self.characters,
            hashtags=tuple([tag.filled(raw) for tag in self.hashtags]) if self.hashtags else (),
            cashtags=tuple([tag.filled(raw) for tag in self.cashtags]) if self.cashtags else (),
            mentions=tuple([values.people[who].id for who in self.mentions]) if self.mentions else (),
            entities=self.entities,
            forms=self.forms,
        )

    def messageml(self, values: Values) -> str:
        """The message as its author would have sent it."""

        def value(match: re.Match[str]) -> str:
            slot = match[1]
            if slot.startswith("@"):
                return f'<mention uid="{values.people[slot[1:]].id}"/>'
            return escaped(self.prints[self._slots.index(slot)](values))

        return f"<messageML>{_SLOT.sub(value, self.source)}</messageML>"

    @property
    def _slots(self) -> list[str]:
        return slots_of(self.source)


def slots_of(source: str) -> list[str]:
    """The slots of a text that are no mentions, each once."""
    return list(dict.fromkeys(slot for slot in _SLOT.findall(source) if not slot.startswith("@")))


class Phrases:
    """The phrases of turns, each made when it is first said."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._known: dict[int, tuple[Phrase, ...]] = {}
        self._ids = count(1)

    def of(self, turn: Turn) -> tuple[Phrase, ...]:
        """The ways of putting a turn, the shortest first."""
        found = self._known.get(id(turn))
        if found is None:
            found = self._known[id(turn)] = tuple(self._made(text) for text in sorted(set(turn.variants), key=_length))
        return found

    def file_name(self, name: str, values: Values) -> str:
        """The name of a file, with its slots filled."""
        return _SLOT.sub(lambda match: self._slots.printer(match[1])[0](values), name).replace(" ", "_")

    def _made(self, source: str) -> Phrase:
        slots = slots_of(source)
        printers = [self._slots.printer(slot) for slot in slots]
        prints = [print_ for print_, _ in printers]
        marks = {slot: f"zq{at:03d}qz" for at, slot in enumerate(slots)}
        people: dict[str, int] = {}

        def person(who: str, part: str) -> int:
            key = f"{who}.{part}"
            if key not in people:
                people[key] = len(prints)
                prints.append(self._slots.printer(key)[0])
            return people[key]

        def text(marked: str) -> Text:
            at: list[int] = []

            def value(match: re.Match[str]) -> str:
                if match[1]:
                    at.append(int(match[1]))
                elif match[2]:
                    at.append(person(match[2], "name"))
                else:
                    at.append(person(_WHO[int(match[3]) - 1], "id"))
                return "%s"

            form = _MARK.sub(value, marked.replace("%", "%%"))
            return Text(form if at else marked, tuple(at))

        if not source:
            return Phrase("", (), Text(NOTHING, ()), Text("{}", ()), (), Text("", ()), (), (), (), 0, (), 0, False)
        marked = _SLOT.sub(lambda match: marks.get(match[1]) or f'<mention email="{match[1][1:]}"/>', source)
        done = convert(
            f"<messageML>{marked}</messageML>",
            users=_EVERYBODY,
            short_id=lambda: f"{next(self._ids):08x}",
        )
        return Phrase(
            source=source,
            presentationml=text(done.presentationml),
            data=text(done.data),
            words=tuple(word for word in done.words if not _WORD.search(word)),
            more_words=text(" ".join(word for word in done.words if _WORD.search(word))),
            hashtags=tuple(map(text, done.hashtags)),
            cashtags=tuple(map(text, done.cashtags)),
            mentions=tuple(_WHO[user - 998800000001] for user in done.mentions),
            entities=done.entities,
            forms=done.forms,
            characters=len(done.markdown),
            prints=tuple(prints),
            timed=any(timed for _, timed in printers),
        )


def _length(text: str) -> tuple[int, str]:
    return len(text), text
