"""Counterparts: what other users do when something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from emulator.control.parts import Deleted, Part, Who, call, stage_of, stream_of, user_of
from emulator.stage.faults import LONGEST_DELAY
from emulator.world.behaviours import Behaviour, Deed

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.stage.stage import Stage
    from emulator.world.world import World


class When(Part):
    event: str
    stream: str | None = None
    user: Who | None = None
    contains: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None


class Form(Part):
    formId: str
    values: dict[str, str] = Field(default_factory=dict)


class Do(Part):
    as_: Annotated[Who, Field(alias="as")]
    send: Annotated[str, Field(max_length=100_000)] | None = None
    acceptConnection: Who | None = None
    submitForm: Form | None = None

    def deed(self, world: World) -> Deed:
        form = self.submitForm
        return Deed(
            user=user_of(world, self.as_).id,
            send=self.send,
            accept=None if self.acceptConnection is None else user_of(world, self.acceptConnection).id,
            form=None if form is None else form.formId,
            values=() if form is None else tuple(form.values.items()),
        )


class NewBehaviour(Part):
    when: When
    do: Annotated[list[Do], Field(min_length=1, max_length=100)]
    afterMs: Annotated[int, Field(ge=0, le=LONGEST_DELAY)] = 0
    times: Annotated[int, Field(ge=1)] | None = None
    chain: bool = False


def add(world: World, asked: NewBehaviour) -> Behaviour:
    """The behaviour that is asked for; a Refused where it names what is not there."""
    when = asked.when
    return world.behaviours.add(
        when.event,
        tuple(each.deed(world) for each in asked.do),
        stream=None if when.stream is None else stream_of(world, when.stream).id,
        user=None if when.user is None else user_of(world, when.user).id,
        contains=when.contains,
        after=asked.afterMs,
        times=asked.times,
        chain=asked.chain,
    )


class FormDone(TypedDict):
    formId: str
    values: dict[str, str]


DeedAnswer = TypedDict(
    "DeedAnswer",
    {"as": int, "send": NotRequired[str], "acceptConnection": NotRequired[int], "submitForm": NotRequired[FormDone]},
)


class WhenAnswer(TypedDict):
    event: str
    stream: NotRequired[str]
    user: NotRequired[int]
    contains: NotRequired[str]


class BehaviourAnswer(TypedDict):
    """A behaviour as it was asked for, with how often it was `done`, and why it was `refused` last."""

    id: str
    when: WhenAnswer
    do: list[DeedAnswer]
    afterMs: int
    times: int | None
    chain: bool
    done: int
    refused: str | None


def _deed(deed: Deed) -> DeedAnswer:
    told: DeedAnswer = {"as": deed.user}
    if deed.send is not None:
        told["send"] = deed.send
    if deed.accept is not None:
        told["acceptConnection"] = deed.accept
    if deed.form is not None:
        told["submitForm"] = {"formId": deed.form, "values": dict(deed.values)}
    return told


def _answer(stage: Stage, behaviour: Behaviour) -> BehaviourAnswer:
    when: Any = {
        "event": behaviour.event,
        "stream": behaviour.stream,
        "user": behaviour.user,
        "contains": behaviour.contains,
    }
    return {
        "id": behaviour.id,
        "when": {name: value for name, value in when.items() if value is not None},  # type: ignore[typeddict-item]
        "do": [_deed(deed) for deed in behaviour.deeds],
        "afterMs": behaviour.after,
        "times": behaviour.times,
        "chain": behaviour.chain,
        "done": behaviour.done,
        "refused": stage.counterparts.refusals.get(behaviour.id),
    }


def list_behaviours(request: Request) -> list[BehaviourAnswer]:
    stage = stage_of(request)
    return [_answer(stage, each) for each in stage.world.behaviours.book]


def add_behaviour(request: Request, asked: NewBehaviour) -> BehaviourAnswer:
    stage = stage_of(request)
    return _answer(stage, add(stage.world, asked))


def clear_behaviours(request: Request) -> Deleted:
    behaviours = stage_of(request).world.behaviours
    for each in list(behaviours.book):
        behaviours.remove(each.id)
    return {"deleted": "all"}


def remove_behaviour(request: Request) -> Deleted:
    stage_of(request).world.behaviours.remove(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


CALLS = [
    call("/behaviours", list_behaviours),
    call("/behaviours", add_behaviour, "POST", success=201),
    call("/behaviours", clear_behaviours, "DELETE"),
    call("/behaviours/{id}", remove_behaviour, "DELETE"),
]
