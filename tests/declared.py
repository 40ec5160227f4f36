"""Whatever is answered in any test is held against what `openapi.json` declares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.api.texts import is_known
from emulator.control import plane
from emulator.control.openapi import document, refusals, refusals_of
from emulator.control.parts import ControlCall
from emulator.stage.journal import Entry, Journal
from emulator.table.table import Endpoint

BODIES = 20
"""So many bodies of each control call are held against its shape."""


@contextmanager
def noted_endpoints(seen: dict[str, tuple[Endpoint, set[int]]], odd: set[str]) -> Iterator[None]:
    """Note the statuses of endpoints, and what bodies of refusals say that no text of ours is; but for what faults
    answer."""
    note = Journal.note

    def noted(journal: Journal, *told: Any, **more: Any) -> None:
        note(journal, *told, **more)
        entry = journal.entries[-1]
        if any(said.startswith("answered by fault") for said in entry.notes):
            return
        odd.update(odd_texts(entry, told[-1]))
        if entry.endpoint is not None:
            seen.setdefault(entry.endpoint.name, (entry.endpoint, set()))[1].add(entry.status or 0)

    Journal.note = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Journal.note = note  # type: ignore[method-assign]


def odd_texts(entry: Entry, answered: bytes) -> Iterator[str]:
    """What the body of a refusal says, where it is no text of the table. What MessageML refuses has the words of
    production's library in the body and in the reason."""
    if (entry.status or 0) >= 400:
        found = [json.loads(answered)]
    elif b'"subscriptionErrors":[{' in answered:
        found = json.loads(answered)["subscriptionErrors"]
    elif entry.path.endswith("/message/blast") and b'"errors":{"' in answered:
        found = list(json.loads(answered)["errors"].values())
    else:
        return
    for refusal in found:
        message = refusal["message"]
        library = entry.endpoint is not None and entry.endpoint.form and message in (entry.reason or str(entry.notes))
        if not is_known(message) and not library:
            yield f"{entry.method} {entry.path}: {message}"


@contextmanager
def noted_control_calls(seen: dict[tuple[str, str], tuple[ControlCall, set[int], set[bytes]]]) -> Iterator[None]:
    """Note the statuses of control calls, and bodies of their good answers."""
    serve = plane.serve

    async def noted(scope: Any, receive: Any, send: Any, **more: Any) -> None:
        status, json_body, body = 0, False, b""

        async def kept(message: Any) -> None:
            nonlocal status, json_body, body
            if message["type"] == "http.response.start":
                status = message["status"]
                json_body = (b"content-type", b"application/json") in message["headers"]
            elif json_body:
                body += message.get("body", b"")
            await send(message)

        await serve(scope, receive, kept, **more)
        call = getattr(scope.get("endpoint"), "__self__", None)
        if isinstance(call, ControlCall) and status not in (405, 500):
            _, statuses, bodies = seen.setdefault((call.method, call.path), (call, set(), set()))
            statuses.add(status)
            if json_body and status == call.success and len(bodies) < BODIES:
                bodies.add(body)

    plane.serve = noted
    try:
        yield
    finally:
        plane.serve = serve


def undeclared_bodies(call: ControlCall, bodies: set[bytes]) -> list[str]:
    """What answers have and their shape has not, or the other way."""
    from jsonschema import Draft202012Validator

    told = document()
    shape = told["paths"][call.path][call.method.lower()]["responses"][str(call.success)]["content"]
    schema = shape["application/json"]["schema"]
    checked = Draft202012Validator(_closed({**schema, "components": told["components"]}))
    return [
        f"{call.method} {call.path}: {error.json_path}: {error.message[:300]}"
        for body in bodies
        for error in checked.iter_errors(json.loads(body))
    ]


def _closed(schema: Any) -> Any:
    """The schema in which a field that is not named is a mistake."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@contextmanager
def all_declared() -> Iterator[None]:
    """What is answered as long as this lasts, `openapi.json` declares, but for what a fault or a broken test says."""
    endpoints: dict[str, tuple[Endpoint, set[int]]] = {}
    control: dict[tuple[str, str], tuple[ControlCall, set[int], set[bytes]]] = {}
    odd_said: set[str] = set()
    with noted_endpoints(endpoints, odd_said), noted_control_calls(control):
        yield
    undeclared = {
        name: odd
        for name, (endpoint, statuses) in endpoints.items()
        if (odd := statuses - {*endpoint.success, *refusals(endpoint), 0, 500})
    } | {
        f"{call.method} {call.path}": odd
        for call, statuses, _ in control.values()
        if (odd := statuses - {call.success, *refusals_of(call)})
    }
    assert not undeclared, f"answered, and not declared (`success` of the row, `refusals` in openapi): {undeclared}"
    assert not odd_said, f"said in bodies of refusals, and not in emulator/api/texts.py: {odd_said}"
    strange = [line for call, _, bodies in control.values() if bodies for line in undeclared_bodies(call, bodies)]
    assert not strange, "answered in another shape than declared:\n" + "\n".join(strange)
