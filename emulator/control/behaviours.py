"""Behaviours: what other users do when something happens. How that is written: emulator/seeding/parts.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.control.parts import Deleted, call, stage_of, stream_of, user_of
from emulator.seeding.behaving import checker, meant, written
from emulator.seeding.kinds import Who
from emulator.seeding.parts import BehaviourPart, DoPart, WhenPart

if TYPE_CHECKING:
    from starlette.requests import Request

    from emulator.stage.stage import Stage
    from emulator.world.behaviours import Behaviour
    from emulator.world.world import World

checker()


class Names:
    """What names mean in a world as it is."""

    def __init__(self, world: World) -> None:
        self._world = world

    def user(self, who: Who, *_: str | int) -> int:
        return user_of(self._world, who).id

    def stream(self, which: str, *_: str | int) -> str:
        return stream_of(self._world, which).id


class BehaviourAnswer(TypedDict):
    """A behaviour as it was asked for, with how often it was `done`, and why it was `refused` last."""

    id: str
    when: WhenPart
    do: list[DoPart]
    afterMs: int
    times: int | None
    chain: bool
    done: int
    refused: str | None


def add(world: World, asked: BehaviourPart) -> Behaviour:
    """The behaviour that is asked for; a Refused where it names what is not there."""
    return world.behaviours.add(meant(asked, Names(world)))


def _answer(stage: Stage, behaviour: Behaviour) -> BehaviourAnswer:
    when, deeds = written(behaviour)
    return {
        "id": behaviour.id,
        "when": when,
        "do": deeds,
        "afterMs": behaviour.after,
        "times": behaviour.times,
        "chain": behaviour.chain,
        "done": behaviour.done,
        "refused": stage.behaving.refusals.get(behaviour.id),
    }


def list_behaviours(request: Request) -> list[BehaviourAnswer]:
    stage = stage_of(request)
    return [_answer(stage, each) for each in stage.world.behaviours.book]


def add_behaviour(request: Request, asked: BehaviourPart) -> BehaviourAnswer:
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
