"""Bodies of refusals hold production's texts, and ours only where the table says that they are our choice."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from emulator.access import errors as access
from emulator.api.errors import answer_of
from emulator.api.texts import TEXTS, is_known, text
from emulator.table.table import TABLE
from emulator.world import errors as world
from emulator.world.errors import BadMessage, Refused
from tests.conftest import Wire, refused

KINDS = sorted(
    {
        kind
        for module in (world, access)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Refused)
    },
    key=lambda kind: kind.__name__,
)
OURS = "our own words about 'alice' and room 'Secret'"


def made(kind: Any) -> Any:
    """A refusal of this kind, whatever it wants to know besides its reason."""
    if kind is world.UnknownFollowers:
        return kind([7])
    if kind is world.Outside:
        return kind(7, "x", OURS)
    wants = [name for name in inspect.signature(kind).parameters if name not in ("reason", "entitlement", "missing")]
    return kind(*[7 for _ in wants], OURS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_kind_of_refusal_says_our_words(kind: type[Refused]) -> None:
    for endpoint in (None, *TABLE):
        status, body = answer_of(made(kind), endpoint)
        assert body["code"] == status
        if kind is BadMessage:
            assert body["message"] == OURS  # those words are the library's
        else:
            assert is_known(body["message"])
            assert OURS not in body["message"]


def test_a_text_that_is_not_in_the_table_is_not_known() -> None:
    assert not is_known("Not found")
    assert is_known(text("members", 7))
    assert all(is_known(each.words.replace("{}", "x")) for each in TEXTS.values())


# The texts that clients match on (symphonyoss/App-Integrations-Core, its log against a pod).


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"description": "x" * 301}, "app description"),
        ({"applicationInfo": {"appUrl": "https://elsewhere.example/", "domain": "acme.example"}}, "app domain"),
    ],
)
def test_the_texts_for_apps(wire: Wire, change: dict[str, Any], name: str) -> None:
    info = {"appId": "texts", "name": "Texts", "appUrl": "https://a.acme.example", "domain": "acme.example"}
    body = {"applicationInfo": {**info, **change.pop("applicationInfo", {})}, "description": "x" * 300, **change}
    answer = wire.post("/pod/v1/admin/app/create", "acme-admin", None, json=body)
    refused(answer, 400)
    assert answer.json() == {"code": 400, "message": text(name)}
