"""Counterparts: what other users do when something happens, so that an app under test is not alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from emulator.world.books import Book
from emulator.world.errors import Invalid, Unknown
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.events import Event
    from emulator.world.world import World

EVENTS = (
    "MESSAGESENT",
    "MESSAGESUPPRESSED",
    "SYMPHONYELEMENTSACTION",
    "INSTANTMESSAGECREATED",
    "ROOMCREATED",
    "ROOMUPDATED",
    "ROOMDEACTIVATED",
    "ROOMREACTIVATED",
    "USERJOINEDROOM",
    "USERLEFTROOM",
    "ROOMMEMBERPROMOTEDTOOWNER",
    "ROOMMEMBERDEMOTEDFROMOWNER",
    "CONNECTIONREQUESTED",
    "CONNECTIONACCEPTED",
)
MOST_BEHAVIOURS = 1_000


@record
class Deed:
    """What a user does: says `send` (MessageML) where it happened, accepts the connection that `accept` asked for, or
    submits the form `form` of the message with `values`."""

    user: int
    send: str | None = None
    accept: int | None = None
    form: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@record
class Behaviour:
    """When an event of a kind happens (in a stream, by a user, with a text in it), the deeds follow `after` ms later,
    the first `times` times; None: each time. With `chain` it hears what behaviours did, too. `done` counts."""

    id: str
    event: str
    deeds: tuple[Deed, ...]
    stream: str | None = None
    user: int | None = None
    contains: str | None = None
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
            refers={"stream": "streams", "user": "users", "deeds.user": "users", "deeds.accept": "users"},
            event=lambda behaviour: (behaviour.event,),
        )

    def add(self, event: str, deeds: tuple[Deed, ...], **conditions: Any) -> Behaviour:
        """A new behaviour; Invalid for an event that never happens, or deeds that are none."""
        if event not in EVENTS:
            raise Invalid(f"'{event}' is no event, there are {', '.join(EVENTS)}")
        for deed in deeds:
            if sum(each is not None for each in (deed.send, deed.accept, deed.form)) != 1:
                raise Invalid("a deed is one of send, acceptConnection and submitForm")
        if not deeds:
            raise Invalid("a behaviour does something")
        if len(self.book) >= MOST_BEHAVIOURS:
            raise Invalid(f"there are {MOST_BEHAVIOURS} behaviours already: delete some")
        behaviour = Behaviour(
            id=self._world.ids.object(self._world.clock.now()), event=event, deeds=deeds, **conditions
        )
        return self.book.put(behaviour.id, behaviour)

    def remove(self, behaviour_id: str) -> None:
        if behaviour_id not in self.book:
            raise Unknown(f"there is no behaviour '{behaviour_id}'")
        self.book.drop(behaviour_id)

    def called_for(self, event: Event, *, chained: bool = False, most: int | None = None) -> list[Behaviour]:
        """The behaviours that an event calls for, at most so many; each is counted as done. What a behaviour did
        (`chained`) is heard by those only that ask for it."""
        fitting = (
            behaviour
            for behaviour in self.book.by("event", event.kind)
            if (behaviour.chain or not chained) and self._fits(behaviour, event)
        )
        return [
            self.book.put(behaviour.id, replace(behaviour, done=behaviour.done + 1))
            for behaviour in list(islice(fitting, most))
        ]

    def _fits(self, behaviour: Behaviour, event: Event) -> bool:
        if behaviour.times is not None and behaviour.done >= behaviour.times:
            return False
        if behaviour.user is not None and behaviour.user != event.by:
            return False
        if behaviour.stream is not None and behaviour.stream != event.stream:
            return False
        if behaviour.contains is None:
            return True
        message = self._world.messages.book.get(event.about) if event.kind == "MESSAGESENT" else None
        return message is not None and behaviour.contains.casefold() in message.presentationml.casefold()
