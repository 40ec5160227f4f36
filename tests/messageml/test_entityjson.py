"""EntityJSON in and out, and custom entities."""

from __future__ import annotations

import json

import pytest

from emulator.messageml import entityjson


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (None, "{}"),
        (" ", "{}"),
        ('"{\\"a\\": 1}"', '{"a":1}'),
        ('{"b":1,"a":"é"} rest', '{"b":1,"a":"é"}'),
        ('{"a":1,"a":2}', '{"a":2}'),
    ],
)
def test_is_read(done, data: str | None, kept: str) -> None:
    assert done("x", data).data == kept


@pytest.mark.parametrize("data", ["[]", "1", "null", '"[]"', "true"])
def test_is_no_object(refused, data: str) -> None:
    assert refused("x", data) == "Error parsing EntityJSON: provided content is not a JSON object"


@pytest.mark.parametrize("data", ["{", "{a:1}", '"x"', "NaN", '{"a":01}'])
def test_is_no_json(refused, data: str) -> None:
    assert refused("x", data).startswith("Error parsing EntityJSON: ")


def test_custom_entity_keeps_its_content_and_takes_what_is_made_in_it(done) -> None:
    known = done('<div class="entity" data-entity-id="x"><cash tag="q"/></div>', '{"x":{"type":"t"}}')
    assert 'data-entity-id="x"><span class="entity" data-entity-id="keyword1">$q</span>' in known.presentationml
    assert list(json.loads(known.data)["x"]) == ["type", "keyword1"]


def test_an_id_that_is_there_is_kept(shown, done, refused) -> None:
    assert done('<hash tag="h"/>', '{"keyword1":{"z":1}}').data == '{"keyword1":{"z":1}}'
    assert refused('<hash tag="h"/>', '{"keyword1":5}').endswith('the node "keyword1" has to be an object')


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("org.symphonyoss.taxonomy", '"h"', "#h"),
        ("org.symphonyoss.fin.security", '"c"', "$c"),
        ("com.symphony.user.mention", "7", "@Alice &lt;A&gt;"),
    ],
)
def test_known_entities_are_written_anew(shown, kind: str, value: str, text: str) -> None:
    data = f'{{"k":{{"type":"{kind}","version":"1.0","id":[{{"type":"t","value":{value}}}]}}}}'
    content = '<div class="entity x" data-entity-id="k" style="color:red"><b>old</b></div>'
    assert shown(content, data) == f'<div class="entity" data-entity-id="k">{text}</div>'


@pytest.mark.parametrize(
    ("content", "data", "error"),
    [
        (
            '<b data-entity-id="x"/>',
            "{}",
            'Error processing EntityJSON: no entity data provided for "data-entity-id"="x"',
        ),
        ('<div data-entity-id="x"/>', '{"x":1}', 'Error processing EntityJSON: the node "x" has to be an object'),
        (
            '<div class="y" data-entity-id="x"/>',
            '{"x":{}}',
            'The attribute "data-entity-id" is only allowed if the element class is "entity".',
        ),
        ('<div class="entity"/>', "{}", 'The attribute "data-entity-id" is required'),
        (
            '<span class="entity" data-entity-id="x"/>',
            '{"a":{"x":{}},"x":{}}',
            'Duplicate "data-entity-id"="x" in entityJSON',
        ),
    ],
)
def test_is_refused(refused, content: str, data: str, error: str) -> None:
    assert refused(content, data) == error


def test_refuses_a_number_of_too_many_digits(refused) -> None:
    assert refused("x", f'{{"a":{"9" * 1001}}}') == (
        "Error parsing EntityJSON: Number length (1001) exceeds the maximum length (1000)"
    )


def test_an_infinite_number_becomes_a_text_as_in_java(done) -> None:
    assert done("x", '{"a":1e999,"b":-1e999}').data == '{"a":"Infinity","b":"-Infinity"}'


def test_finds_fields_by_name_as_the_agent_does() -> None:
    inner: dict[str, object] = {"x": {"deep": {}}}
    found = entityjson.fields({"a": [inner], "": {"": 1}, "x": {"x": {}, "y": inner}, "z": 5})
    assert found["x"][0] == {"x": {}, "y": inner}  # the outermost first
    assert len(found["x"]) == 2  # what stands within one of that name does not count
    assert found[""] == [{"": 1}]
    assert found["z"] == [5]
    assert "nowhere" not in found
