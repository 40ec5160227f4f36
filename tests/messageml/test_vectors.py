"""The recorded behaviour of the production library: every vector, and every input on which it once differed."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator.messageml import InvalidMessage, convert

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Somebody:
    id: int
    display_name: str
    email: str
    username: str


class Provider:
    """The user directory that a vector was recorded with."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.kind = described["type"]
        self.every = self.kind == "mock"
        found = described.get("user") or described.get("user_by_uid")
        self.user = found and Somebody(found["id"], found["prettyName"], found["email"], found["screenName"])

    @property
    def schemes(self) -> frozenset[str] | None:
        return frozenset({"http", "https"}) if self.kind == "TestDataProvider" else None

    def by_id(self, user_id: int) -> Somebody | None:
        if self.kind == "NullDataProvider":
            return Somebody(user_id, "", "", "")
        return self.user if self.user and (self.every or self.user.id == user_id) else None

    def by_email(self, email: str) -> Somebody | None:
        if self.kind == "NoOpDataProvider":
            return Somebody(0, email, email, email)
        return self.user if self.user and (self.every or self.user.email.lower() == email.lower()) else None


def same_but_ids(expected: str, actual: str) -> bool:
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        number = found[1]
        if number in seen:
            return f"(?P=id{number})"
        seen.add(number)
        return f"(?P<id{number}>[0-9A-Za-z_-]+)"

    pattern = re.sub(r"\\\[\\\[ID:(\d+)\\\]\\\]", group, re.escape(expected))
    return re.fullmatch(pattern, actual) is not None


def error_agrees(case: dict[str, Any], error: str) -> bool:
    recorded: str = case["observed"]["error"]
    # Some recordings hold the names of an older package; what the library's own test asks for is enough then.
    return error == recorded or (case.get("expected_error_match") == "contains" and case["expected_error"] in error)


def wrong(case: dict[str, Any]) -> str | None:
    """What differs, or None."""
    provider = Provider(case["data_provider"])
    observed = case["observed"]
    try:
        done = convert(case.get("input"), case.get("entity_json"), case.get("version"), provider, provider.schemes)
    except InvalidMessage as refused:
        if "error" in observed and error_agrees(case, str(refused)):
            return None
        return f"refused: {refused}"
    if "error" in observed:
        return f"not refused, expected {observed['error']!r}"
    if not same_but_ids(observed["presentationml"], done.presentationml):
        return f"PresentationML {done.presentationml!r}"
    if json.dumps(json.loads(done.data)) != json.dumps(observed["entity_json"]):
        return f"EntityJSON {done.data}"
    if observed.get("markdown") is not None and done.markdown != observed["markdown"]:
        return f"Markdown {done.markdown!r}, expected {observed['markdown']!r}"
    return None


# No instrument is known to an emulator that is offline.
INSTRUMENTS = {"TagTest.testBiContextTagEntity"}


def test_recorded_vectors() -> None:
    cases = json.loads((DATA / "vectors.json").read_text(encoding="utf-8"))
    assert len(cases) > 400
    assert {case["name"] for case in cases if wrong(case)} == INSTRUMENTS


# --- templates ----------------------------------------------------------------------------------------------------

TEMPLATES = json.loads((DATA / "templates.json").read_text(encoding="utf-8"))


def expanded(template: str) -> dict[str, str]:
    head = '<div data-format="PresentationML" data-version="2.0">'
    try:
        done = convert(f"<messageML>{template}</messageML>", json.dumps(TEMPLATES["data"]), "2.0", None, None)
    except InvalidMessage as refused:
        return {"error": str(refused)}
    return {"shown": done.presentationml.removeprefix(head).removesuffix("</div>")}


@pytest.mark.parametrize("cause", sorted(TEMPLATES["templates"]))
def test_templates_say_what_the_library_says(cause: str) -> None:
    cases = TEMPLATES["templates"][cause]
    assert cases == [{"template": case["template"], **expanded(case["template"])} for case in cases]


# --- where ours once differed ------------------------------------------------------------------------------------

AGREEMENT = json.loads((DATA / "agreement.json").read_text(encoding="utf-8"))
PEOPLE = [Somebody(user["id"], user["prettyName"], user["email"], user["screenName"]) for user in AGREEMENT["users"]]
# Deliberate: docs/messageml.md says why.
BOUNDS = {"template: bounds of ours"}
NOT_OURS = (".now", "?interpret", "${.args}", "<L<#ftl s=")


class People:
    def by_id(self, user_id: int) -> Somebody | None:
        return next((person for person in PEOPLE if person.id == user_id), None)

    def by_email(self, email: str) -> Somebody | None:
        return next((person for person in PEOPLE if person.email.lower() == email.lower()), None)


def answer(case: dict[str, Any]) -> dict[str, str]:
    numbers = itertools.count(1)
    schemes = frozenset(AGREEMENT["schemes"])

    def short_id() -> str:
        return f"[ID{next(numbers)}]"

    try:
        done = convert(case["input"], case.get("data"), case.get("version"), People(), schemes, short_id=short_id)
    except InvalidMessage as refused:
        return {"error": str(refused)}
    found = {"presentationml": done.presentationml, "data": done.data, "markdown": done.markdown}
    return {key: value for key, value in found.items() if key in case["expected"]} or found


@pytest.mark.parametrize("cause", sorted({case["cause"] for case in AGREEMENT["cases"]} - BOUNDS))
def test_the_library_agrees(cause: str) -> None:
    cases = [case for case in AGREEMENT["cases"] if case["cause"] == cause]
    cases = [case for case in cases if not any(mark in case["input"] for mark in NOT_OURS)]
    assert [(case["input"], case["expected"]) for case in cases] == [(case["input"], answer(case)) for case in cases]
