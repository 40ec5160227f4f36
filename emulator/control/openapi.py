"""The emulator's own OpenAPI document, out of the table: what is served, with what it takes and answers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from emulator.access.obo_also import OBO_ALSO
from emulator.api.call import Answer
from emulator.api.dispatch import rows as rows  # with it the table is full
from emulator.api.parse import adapter
from emulator.control.parts import SERVED, ControlCall, call
from emulator.table.table import TABLE, Endpoint, parameters
from emulator.version import __version__

if TYPE_CHECKING:
    from starlette.requests import Request

Schema = dict[str, Any]
_REF = "#/components/schemas/{model}"
_ERROR: Schema = {
    "type": "object",
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}
_HEADERS: list[Schema] = [
    {"name": "sessionToken", "in": "header", "required": True, "schema": {"type": "string"}},
]


_CONTROL_TOKEN: Schema = {
    "type": "http",
    "scheme": "bearer",
    "description": "What `serve` prints. On loopback the control plane asks for none, unless one was set.",
}
_GOOD = {200: "Success", 201: "Created", 204: "Success, and nothing to say"}
_BAD = {
    400: "Refused: the call makes no sense.",
    401: "Refused: no live session.",
    403: "Refused: the app or the user may not.",
    404: "Refused: there is no such thing.",
    408: "It did not come in time.",
    413: "Refused: the body is too large.",
    414: "Refused: the path and the query are too long.",
    429: "Refused: the session calls too often.",
    431: "Refused: the headers are too long, or too many.",
    451: "Refused: compliance forbids it.",
}
_OF_HEADS = (414, 431)
"""What any call may meet before anybody knows which one it is."""


def refusals(endpoint: Endpoint) -> list[int]:
    """The statuses with which a call to an endpoint may be refused. A method that a path does not know is a 405."""
    found = [400, 401, 403, 429, *_OF_HEADS]
    if endpoint.missing == 404 or parameters(endpoint.path) or endpoint.body is not None:
        found.append(404)
    if endpoint.form or endpoint.body is not None:
        found.append(413)
    if endpoint.form:
        found.append(451)
    return sorted(found)


def refusals_of(call: ControlCall) -> list[int]:
    """The same of a call of the control plane. It may name what there is not in its path, or in what it asks for."""
    found = {400, 403} if call.guarded else set()
    if parameters(call.path) or call.asked is not None:
        found.add(404)
    return sorted(found.union(call.also, _OF_HEADS))


def _schema(found: TypeAdapter[Any], mode: Any, shapes: Schema) -> Schema:
    """The schema of a type; the shapes that it names go to those of the document."""
    schema = found.json_schema(ref_template=_REF, mode=mode)
    for name, shape in schema.pop("$defs", {}).items():
        assert shapes.setdefault(name, shape) == shape, f"there are two shapes of the name {name}"
    return schema


def _answers(endpoint: Endpoint, shapes: Schema) -> Schema:
    function = endpoint.function
    assert function is not None
    annotation = eval(function.__annotations__["return"], function.__globals__)  # noqa: S307 - our own words
    answers: Schema = {}
    for status in endpoint.success:
        answers[str(status)] = {"description": _GOOD[status]}
        if annotation is not Answer and status != 204:
            schema = _schema(TypeAdapter(annotation), "serialization", shapes)
            answers[str(status)]["content"] = {"application/json": {"schema": schema}}
    return answers | _refused(refusals(endpoint))


def _closed(endpoint: Endpoint) -> str:
    needed = " and ".join(OBO_ALSO.get(endpoint.name, ()))
    return f"Not for apps, unless the world's `oboAlso` opens it to those with {needed}." if needed else "Not for apps."


def _refused(statuses: list[int]) -> Schema:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        str(status): {"description": f"{_BAD[status]} X-Emulator-Reason says why.", "content": error}
        for status in statuses
    }


def _in_path(path: str) -> list[Schema]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters(path)]


def _in_query(asked: TypeAdapter[Any], shapes: Schema) -> list[Schema]:
    query = _schema(asked, "validation", shapes)
    required = query.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in query.get("properties", {}).items()
    ]


def _operation(endpoint: Endpoint, shapes: Schema) -> Schema:
    needs = " and ".join(endpoint.permissions or ())
    who = f"Apps that act for users need {needs}." if needs else "" if endpoint.for_apps else _closed(endpoint)
    fields = _in_path(endpoint.path)
    if endpoint.auth == "session":
        fields += _HEADERS
    if endpoint.query is not None:
        fields += _in_query(adapter(endpoint.query), shapes)
    operation: Schema = {
        "summary": endpoint.summary,
        "description": who,
        "tags": [endpoint.service],
        "parameters": fields,
        "responses": _answers(endpoint, shapes),
    }
    if endpoint.permissions:
        operation["x-permissions"] = list(endpoint.permissions)
    if endpoint.deprecated:
        operation["deprecated"] = True
    if endpoint.form:
        operation["requestBody"] = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    elif endpoint.body is not None:
        content = {"application/json": {"schema": _schema(adapter(endpoint.body), "validation", shapes)}}
        operation["requestBody"] = {"required": endpoint.body_required, "content": content}
    return operation


def _control(call: ControlCall, shapes: Schema) -> Schema:
    """A call of the control plane, off its function."""
    said = (call.handler.__doc__ or call.handler.__name__.replace("_", " ")).strip()
    answered: Schema = {name: {"schema": {"type": "string"}} for name in call.media}
    if call.answered is not None:
        answered["application/json"] = {"schema": _schema(call.answered, "serialization", shapes)}
    operation: Schema = {
        "operationId": call.handler.__name__,
        "summary": said.split("\n")[0],
        "tags": ["emulator"],
        "parameters": _in_path(call.path),
        "responses": {
            str(call.success): {"description": _GOOD[call.success], "content": answered},
            **_refused(refusals_of(call)),
        },
        "security": [{}, {"controlToken": []}] if call.guarded else [],
    }
    if call.asked is not None and call.in_query:
        operation["parameters"] += _in_query(call.asked, shapes)
    elif call.asked is not None:
        schema = _schema(call.asked, "validation", shapes)
        operation["requestBody"] = {
            "required": "required" in schema,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


@lru_cache(maxsize=1)
def document() -> Schema:
    """The document, without the address at which it is served."""
    shapes: Schema = {"Error": _ERROR}
    paths: dict[str, Schema] = {}
    for endpoint in sorted(TABLE, key=lambda each: each.path):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, shapes)
    for each in SERVED:
        paths.setdefault(each.path, {})[each.method.lower()] = _control(each, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Symphony pod emulator", "version": __version__},
        "paths": paths,
        "components": {"schemas": shapes, "securitySchemes": {"controlToken": _CONTROL_TOKEN}},
    }


def openapi(request: Request) -> dict[str, Any]:
    """What is served, in OpenAPI's words: the API, and the control plane itself."""
    return {**document(), "servers": [{"url": request.scope["emulator.url"]}]}


CALLS = [call("/openapi.json", openapi)]
