"""What goes wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from emulator.control.parts import Part, answer, body_of, route, stage_of
from emulator.stage.faults import LONGEST_DELAY, Fault, Throttle

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


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
    match: Match = Match()
    respond: Respond | None = None
    delayMs: Annotated[int, Field(ge=0, le=LONGEST_DELAY)] = 0
    dropConnection: bool = False
    halfAnswer: bool = False
    times: Annotated[int, Field(ge=1)] | None = None
    skip: Annotated[int, Field(ge=0)] = 0
    probability: Annotated[float, Field(ge=0, le=1)] = 1

    def fault(self) -> Fault:
        """The fault that is asked for."""
        match, respond = self.match, self.respond
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


def fault_answer(fault: Fault) -> dict[str, Any]:
    """A fault as it was asked for, with how many calls it met and hit."""
    match = {"method": fault.method, "path": fault.path, "app": fault.app, "user": fault.user}
    told: dict[str, Any] = {
        "id": fault.id,
        "match": {name: value for name, value in match.items() if value is not None},
    }
    if fault.status is not None:
        told["respond"] = {"status": fault.status, "headers": dict(fault.headers), "body": fault.body}
    return told | {
        "delayMs": fault.delay,
        "dropConnection": fault.drop,
        "halfAnswer": fault.half,
        "times": fault.times,
        "skip": fault.skip,
        "probability": fault.probability,
        "met": fault.met,
        "hit": fault.hit,
    }


async def list_faults(request: Request) -> Response:
    return answer([fault_answer(fault) for fault in stage_of(request).faults.all.values()])


async def add_fault(request: Request) -> Response:
    asked = await body_of(request, NewFault)
    return answer(fault_answer(stage_of(request).faults.add(asked.fault())), 201)


async def clear_faults(request: Request) -> Response:
    stage_of(request).faults.all.clear()
    return answer({"deleted": "all"})


async def remove_fault(request: Request) -> Response:
    stage_of(request).faults.remove(request.path_params["id"])
    return answer({"deleted": request.path_params["id"]})


class Throttled(Part):
    """So many calls a second for each session, `burst` of them at once; `perSecond` null is no limit. The agent passes
    a limit on as 429, or as 400 since release 20.12 (`agentStatus`)."""

    perSecond: Annotated[float, Field(gt=0, le=1_000_000)] | None
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    agentStatus: Annotated[int, Field(ge=400, le=429)] = 429


def _throttle_answer(throttle: Throttle | None) -> dict[str, Any]:
    if throttle is None:
        return {"perSecond": None}
    return {"perSecond": throttle.per_second, "burst": throttle.burst, "agentStatus": throttle.agent_status}


async def throttle(request: Request) -> Response:
    return answer(_throttle_answer(stage_of(request).throttle))


async def set_throttle(request: Request) -> Response:
    asked = await body_of(request, Throttled)
    stage = stage_of(request)
    limit = asked.perSecond
    stage.throttle = None if limit is None else Throttle(limit, asked.burst, asked.agentStatus)
    return answer(_throttle_answer(stage.throttle))


ROUTES = [
    route("/faults", list_faults),
    route("/faults", add_fault, "POST"),
    route("/faults", clear_faults, "DELETE"),
    route("/faults/{id}", remove_fault, "DELETE"),
    route("/throttle", throttle),
    route("/throttle", set_throttle, "POST"),
]
