"""What goes wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from emulator.api.presets import preset
from emulator.control.parts import Deleted, Part, call, stage_of
from emulator.stage.faults import LONGEST_DELAY, Fault, Throttle
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from starlette.requests import Request


class Match(Part):
    """Which calls: a `path` is exact, as in the table, or has `*`; a user is an id, a username or an e-mail."""

    method: str | None = None
    path: str | None = None
    app: str | None = None
    user: str | int | None = None


class Respond(Part):
    status: Annotated[int, Field(ge=200, le=599)]
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None


class NewFault(Part):
    """A fault. `preset` names an answer that production was seen to give (docs/control-plane.md)."""

    match: Match = Match()
    respond: Respond | None = None
    preset: str | None = None
    delayMs: Annotated[int, Field(ge=0, le=LONGEST_DELAY)] = 0
    dropConnection: bool = False
    halfAnswer: bool = False
    times: Annotated[int, Field(ge=1)] | None = None
    skip: Annotated[int, Field(ge=0)] = 0
    probability: Annotated[float, Field(ge=0, le=1)] = 1

    def fault(self, seed: int) -> Fault:
        """The fault that is asked for; Invalid for a preset that is not there, or with an answer beside it."""
        match, respond = self.match, self.respond
        if self.preset is not None:
            if respond is not None:
                raise Invalid("a fault has either 'preset' or 'respond'")
            status, headers, body = preset(self.preset, seed)
            respond = Respond(status=status, headers=headers, body=body)
        return Fault(
            method=match.method.upper() if match.method else None,
            path=match.path,
            app=match.app,
            user=None if match.user is None else str(match.user),
            status=respond.status if respond else None,
            headers=tuple(respond.headers.items()) if respond else (),
            body=respond.body if respond else None,
            delay=self.delayMs,
            drop=self.dropConnection,
            half=self.halfAnswer,
            times=self.times,
            skip=self.skip,
            probability=self.probability,
        )


class MatchAnswer(TypedDict, total=False):
    method: str
    path: str
    app: str
    user: str


class RespondAnswer(TypedDict):
    status: int
    headers: dict[str, str]
    body: Any


class FaultAnswer(TypedDict):
    id: str
    match: MatchAnswer
    respond: NotRequired[RespondAnswer]
    delayMs: int
    dropConnection: bool
    halfAnswer: bool
    times: int | None
    skip: int
    probability: float
    met: int
    hit: int


def fault_answer(fault: Fault) -> FaultAnswer:
    """A fault as it was asked for, with how many calls it met and hit."""
    match: Any = {"method": fault.method, "path": fault.path, "app": fault.app, "user": fault.user}
    told: FaultAnswer = {
        "id": fault.id,
        "match": {name: value for name, value in match.items() if value is not None},  # type: ignore[typeddict-item]
        "delayMs": fault.delay,
        "dropConnection": fault.drop,
        "halfAnswer": fault.half,
        "times": fault.times,
        "skip": fault.skip,
        "probability": fault.probability,
        "met": fault.met,
        "hit": fault.hit,
    }
    if fault.status is not None:
        told["respond"] = {"status": fault.status, "headers": dict(fault.headers), "body": fault.body}
    return told


def list_faults(request: Request) -> list[FaultAnswer]:
    return [fault_answer(fault) for fault in stage_of(request).faults.all.values()]


def add_fault(request: Request, asked: NewFault) -> FaultAnswer:
    stage = stage_of(request)
    return fault_answer(stage.faults.add(asked.fault(stage.world.ids.seed)))


def clear_faults(request: Request) -> Deleted:
    stage_of(request).faults.all.clear()
    return {"deleted": "all"}


def remove_fault(request: Request) -> Deleted:
    stage_of(request).faults.remove(request.path_params["id"])
    return {"deleted": request.path_params["id"]}


class Throttled(Part):
    """So many calls a second for each session, `burst` of them at once; `perSecond` null is no limit. The agent passes
    a limit on as 429, or as 400 since release 20.12 (`agentStatus`)."""

    perSecond: Annotated[float, Field(gt=0, le=1_000_000)] | None
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    agentStatus: Annotated[int, Field(ge=400, le=429)] = 429


class ThrottleAnswer(TypedDict):
    """`perSecond` null: there is no limit."""

    perSecond: float | None
    burst: NotRequired[int]
    agentStatus: NotRequired[int]


def _throttle_answer(throttle: Throttle | None) -> ThrottleAnswer:
    if throttle is None:
        return {"perSecond": None}
    return {"perSecond": throttle.per_second, "burst": throttle.burst, "agentStatus": throttle.agent_status}


def throttle(request: Request) -> ThrottleAnswer:
    return _throttle_answer(stage_of(request).throttle)


def set_throttle(request: Request, asked: Throttled) -> ThrottleAnswer:
    stage = stage_of(request)
    limit = asked.perSecond
    stage.throttle = None if limit is None else Throttle(limit, asked.burst, asked.agentStatus)
    return _throttle_answer(stage.throttle)


CALLS = [
    call("/faults", list_faults),
    call("/faults", add_fault, "POST", success=201),
    call("/faults", clear_faults, "DELETE"),
    call("/faults/{id}", remove_fault, "DELETE"),
    call("/throttle", throttle),
    call("/throttle", set_throttle, "POST"),
]
