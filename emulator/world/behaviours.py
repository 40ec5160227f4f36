"""Behaviours: what other users do when something happens, so that an app under test is not alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from emulator.world.attachments import Upload
from emulator.world.books import Book
from emulator.world.changes import BehaviourAdded, BehaviourRemoved
from emulator.world.errors import Invalid, Unknown
from emulator.world.events import NAMES, MessageSent
from emulator.world.patterns import compiled, groups
from emulator.world.presence import CATEGORIES
from emulator.world.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.world.eventlog import Event
    from emulator.world.messages import Message
    from emulator.world.world import World

TIMER = "timer"
"""The event of a behaviour that a timer sets off."""
MOST_BEHAVIOURS = 1_000

CONNECT = ("requestConnection", "acceptConnection")
ANY_FORM = "*"
"""In the place of the id of a form: the first one of the message."""


@record
class Deed:
    """What a user does, `after` ms after the deed before: says `send` (MessageML or text) with `files` where it
    happened, shows the `presence`, joins the room `join`, does to another user what `connect` says, or submits the form
    `form` of the message. `other` None: who did what is answered; `values` None: what one might well fill in."""

    user: int
    after: int = 0
    send: str | None = None
    files: tuple[Upload, ...] = ()
    presence: str | None = None
    join: str | None = None
    connect: str | None = None
    other: int | None = None
    form: str | None = None
    values: tuple[tuple[str, str], ...] | None = None

    @property
    def kinds(self) -> list[str]:
        """The fields that say what is done: one, if the deed is one."""
        told = {
            "send": self.send is not None or bool(self.files),
            "presence": self.presence is not None,
            "join": self.join is not None,
            "connect": self.connect is not None,
            "form": self.form is not None,
        }
        return [kind for kind, there in told.items() if there]


@record
class Behaviour:
    """When an event of a kind happens (in a stream, by a user, with a text in it, a pattern that is found, a form), or
    each `every` ms, the deeds follow `after` ms later, the first `times` times; None: each time. With `chain` it hears
    what behaviours did, too. `done` counts."""

    event: str
    deeds: tuple[Deed, ...]
    id: str = ""
    stream: str | None = None
    user: int | None = None
    contains: str | None = None
    matches: str | None = None
    form: str | None = None
    every: int | None = None
    after: int = 0
    times: int | None = None
    chain: bool = False
    done: int = 0


class Behaviours:
    """The behaviours of a world. Who acts on them is not here: it needs MessageML."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, Behaviour] = Book(
            "behaviours",
            Behaviour,
            lambda behaviour: behaviour.id,
            refers={
                "stream": "streams",
                "user": "users",
                "deeds.user": "users",
                "deeds.other": "users",
                "deeds.join": "streams",
            },
            fits=makes_sense,
            event=lambda behaviour: (behaviour.event,),
        )

    def add(self, behaviour: Behaviour) -> Behaviour:
        """A behaviour, with a new id unless it has one; Invalid for one that makes no sense."""
        makes_sense(behaviour)
        if behaviour.id in self.book:
            raise Invalid(f"there is a behaviour '{behaviour.id}' already")
        if len(self.book) >= MOST_BEHAVIOURS:
            raise Invalid(f"there are {MOST_BEHAVIOURS} behaviours already: delete some")
        named = replace(behaviour, id=behaviour.id or self._world.ids.object(self._world.clock.now()))
        self.book.put(named.id, named)
        self._world.tell(0, BehaviourAdded(behaviour=named))
        return named

    def remove(self, behaviour_id: str) -> None:
        behaviour = self.book.get(behaviour_id)
        if behaviour is None:
            raise Unknown(f"there is no behaviour '{behaviour_id}'")
        self.book.drop(behaviour_id)
        self._world.tell(0, BehaviourRemoved(behaviour=behaviour))

    def called_for(
        self, event: Event, text: Callable[[Message], str], *, chained: bool = False, most: int | None = None
    ) -> list[tuple[Behaviour, dict[str, str]]]:
        """The behaviours that an event calls for, at most so many, each with what its pattern found; each is counted as
        done. What a behaviour did (`chained`) is heard by those only that ask for it. `text` reads a message."""
        message = event.about.message.message if isinstance(event.about, MessageSent) else None
        read: list[str] = []

        def found(behaviour: Behaviour) -> dict[str, str] | None:
            if not self._fits(behaviour, event, message):
                return None
            if behaviour.contains is None and behaviour.matches is None:
                return {}
            if message is None:
                return None
            if not read:
                read.append(text(message))
            if behaviour.contains is not None and behaviour.contains.casefold() not in read[0].casefold():
                return None
            return {} if behaviour.matches is None else groups(behaviour.matches, read[0])

        fitting = (
            (behaviour, values)
            for behaviour in self.book.by("event", event.kind)
            if (behaviour.chain or not chained) and (values := found(behaviour)) is not None
        )
        return [(self.count(behaviour), values) for behaviour, values in list(islice(fitting, most))]

    def count(self, behaviour: Behaviour) -> Behaviour:
        """Once more done."""
        return self.book.put(behaviour.id, replace(behaviour, done=behaviour.done + 1))

    def _fits(self, behaviour: Behaviour, event: Event, message: Message | None) -> bool:
        """Whether it happened where, by whom and with what form the behaviour says."""
        if behaviour.times is not None and behaviour.done >= behaviour.times:
            return False
        if behaviour.user is not None and behaviour.user != event.by:
            return False
        if behaviour.stream is not None and behaviour.stream != event.stream:
            return False
        if behaviour.form is None:
            return True
        forms = () if message is None else message.forms
        return bool(forms) if behaviour.form == ANY_FORM else behaviour.form in forms


def makes_sense(behaviour: Behaviour) -> None:
    """Invalid for what could never happen, or never be done."""
    if (behaviour.event == TIMER) != (behaviour.every is not None):
        raise Invalid("a behaviour is set off by an event, or by a timer (every)")
    if behaviour.event not in (*NAMES, TIMER):
        raise Invalid(f"'{behaviour.event}' is no event, there are {', '.join(NAMES)}")
    of_messages = (behaviour.contains, behaviour.matches, behaviour.form)
    if behaviour.event != "MESSAGESENT" and any(each is not None for each in of_messages):
        raise Invalid("contains, matches and form are asked of messages: the event is MESSAGESENT")
    if behaviour.matches is not None:
        compiled(behaviour.matches)
    if not behaviour.deeds:
        raise Invalid("a behaviour does something")
    for deed in behaviour.deeds:
        if len(deed.kinds) != 1:
            raise Invalid(
                "a deed is one of send and upload, presence, join, requestConnection, acceptConnection, submitForm"
            )
        if deed.presence is not None and deed.presence not in CATEGORIES:
            raise Invalid(f"'{deed.presence}' is no presence, there are {', '.join(CATEGORIES)}")
        if behaviour.event == TIMER:
            if (deed.connect is not None and deed.other is None) or deed.form is not None:
                raise Invalid("nobody did what a timer sets off: there is no {sender}, and no form")
            if deed.kinds == ["send"] and behaviour.stream is None:
                raise Invalid("what a timer lets somebody say needs a stream")
