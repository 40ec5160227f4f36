"""What was called, and what an app really needs."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from starlette.responses import Response

from emulator.control.parts import Deleted, Part, answer, call, stage_of
from emulator.stage.journal import KEPT, EntryAnswer, Filter, answer_of, waited
from emulator.stage.report import ReportAnswer, as_markdown, as_text, report_of

if TYPE_CHECKING:
    from starlette.requests import Request

_TOLD = 5
_AT_ONCE = 50
Text = Annotated[str, Field(max_length=2_048)]


class Asked(Part):
    """Filters, and how long (s) to wait until there are `count` such calls."""

    path: Text | None = None
    method: Text | None = None
    app: Text | None = None
    user: Text | None = None
    status: Annotated[str, Field(pattern=r"^[0-5](\d\d|xx)$|^0$")] | None = None
    since: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=KEPT)] = KEPT
    wait: Annotated[float, Field(ge=0, le=60)] = 0
    count: Annotated[int, Field(ge=1, le=KEPT)] = 1
    open: bool | None = None

    def filter(self) -> Filter:
        return Filter(
            path=self.path,
            method=self.method.upper() if self.method else None,
            app=self.app,
            user=self.user,
            status=self.status,
            since=self.since,
            open=self.open,
        )


async def requests(request: Request, asked: Asked) -> list[EntryAnswer] | Response:
    """The calls asked for, oldest first; with `wait` as soon as there are enough, 408 when they do not come."""
    stage, wanted = stage_of(request), asked.filter()
    journal = stage.journal
    if not asked.wait:
        found = list(journal.find(wanted))
    else:
        found = await waited(journal, stage.waiting, wanted, asked.count, asked.wait)
        if len(found) < asked.count:
            last = [f"{each.method} {each.path} {each.status}" for each in tuple(journal.entries)[-_TOLD:]]
            message = (
                f"{len(found)} of {asked.count} calls like '{wanted}' came within {asked.wait:g} s;"
                f" the last calls were: {', '.join(last) or 'none'}"
            )
            return answer({"code": 408, "message": message}, 408)
    told = []
    for number, entry in enumerate(found[-asked.limit :], 1):
        told.append(answer_of(entry))
        if number % _AT_ONCE == 0:
            await sleep(0)  # others have their turn
    return told


def clear_requests(request: Request) -> Deleted:
    stage_of(request).journal.clear()
    return {"deleted": "all"}


class ReportAsked(Part):
    format: Literal["json", "markdown", "text"] = "json"


def report(request: Request, asked: ReportAsked) -> ReportAnswer | Response:
    """By app: endpoints called, permissions used, never used, refused, and the fewest that would have done."""
    stage = stage_of(request)
    told = report_of(stage.report, stage.granted(), stage.permission_match)
    if asked.format == "json":
        return told
    if asked.format == "markdown":
        return Response(as_markdown(told), media_type="text/markdown")
    return Response(as_text(told), media_type="text/plain")


def clear_report(request: Request) -> Deleted:
    stage_of(request).report.clear()
    return {"deleted": "all"}


CALLS = [
    call("/requests", requests, also=(408,)),
    call("/requests", clear_requests, "DELETE"),
    call("/report", report, media=("text/markdown", "text/plain")),
    call("/report", clear_report, "DELETE"),
]
