"""The emulator's own OpenAPI document: the API out of the table, and the control plane out of its calls."""

from __future__ import annotations

from emulator.control.parts import PREFIX as PLANE
from emulator.control.plane import CALLS
from emulator.table.table import TABLE
from tests.conftest import Wire
from tests.declared import undeclared_bodies


def test_the_openapi_document_is_the_table_and_the_control_plane(wire: Wire) -> None:
    told = wire.http.get(f"{PLANE}/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "http://127.0.0.1:8080"}]
    served = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert served == {(each.method, each.path) for each in (*TABLE, *CALLS)}
    create = told["paths"]["/pod/v1/im/create"]["post"]
    assert "SEND_MESSAGES" in create["description"]
    shape = create["responses"]["200"]["content"]["application/json"]["schema"]
    assert shape["properties"] == {"id": {"title": "Id", "type": "string"}}
    text = wire.http.get(f"{PLANE}/openapi.json").text
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in told["components"]["schemas"]


def test_a_control_call_is_told_with_what_it_takes_and_answers(wire: Wire) -> None:
    told = wire.http.get(f"{PLANE}/openapi.json").json()
    shapes, add = told["components"]["schemas"], told["paths"][f"{PLANE}/faults"]["post"]
    assert add["security"] == [{}, {"controlToken": []}]
    assert told["components"]["securitySchemes"]["controlToken"]["scheme"] == "bearer"
    asked = add["requestBody"]["content"]["application/json"]["schema"]
    assert {"match", "respond", "delayMs", "times"} <= set(asked["properties"])
    assert asked["additionalProperties"] is False
    assert set(shapes["Match"]["properties"]) == {"method", "path", "app", "user"}
    assert set(add["responses"]) == {"201", "400", "403", "404", "414", "431"}
    answered = add["responses"]["201"]["content"]["application/json"]["schema"]
    assert answered["properties"]["hit"]["type"] == "integer"

    paths = told["paths"]
    assert paths[f"{PLANE}/health"]["get"]["security"] == []
    assert paths[f"{PLANE}/apps/{{id}}"]["patch"]["parameters"][0]["name"] == "id"
    assert paths[f"{PLANE}/tokens"]["post"]["requestBody"]["required"]
    assert not paths[f"{PLANE}/reset"]["post"]["requestBody"]["required"]
    requests = paths[f"{PLANE}/requests"]["get"]
    assert {"path", "status", "wait"} <= {each["name"] for each in requests["parameters"]}
    assert "408" in requests["responses"]
    assert "text/markdown" in paths[f"{PLANE}/report"]["get"]["responses"]["200"]["content"]
    assert "text/event-stream" in paths[f"{PLANE}/events"]["get"]["responses"]["200"]["content"]


def test_names_of_operations_are_their_own(wire: Wire) -> None:
    assert len({call.handler.__name__ for call in CALLS}) == len(CALLS), "clients are generated with these names"


def test_an_answer_of_another_shape_is_noticed() -> None:
    clock = next(call for call in CALLS if call.handler.__name__ == "clock")
    good = b'{"now": 1, "iso": "x", "frozen": false}'
    assert undeclared_bodies(clock, {good}) == []
    assert "'late' was unexpected" in undeclared_bodies(clock, {good[:-1] + b', "late": 1}'})[0]
    assert "'iso' is a required property" in undeclared_bodies(clock, {b'{"now": 1, "frozen": false}'})[0]
