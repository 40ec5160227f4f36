"""The recorded behaviour of the production library: every vector of the reference, where it is at hand."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator.messageml import InvalidMessage, convert
from emulator.messageml.frommarkdown import convert_markdown

ROOT = Path(__file__).resolve().parents[2]


def cases_file() -> Path | None:
    folders = [os.environ.get("SYMPHONY_REFERENCE_DIR"), ROOT.parent / "shared" / "reference"]
    for folder in folders:
        if folder and (found := Path(folder) / "messageml_cases.json").exists():
            return found
    return None


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
    recorded = case["observed"]["error"]
    if error == recorded:
        return True
    # The words of the JSON parser are not ours to match: its first line, or what the library's own test asks for.
    if case["expected_error_match"] == "contains" and case["expected_error"] in error:
        return True
    head = "Error parsing EntityJSON: "
    json_head = re.match(r'Error parsing json in attribute "[a-z-]+": ', recorded)
    if json_head and error.startswith(json_head[0]):
        return True
    return recorded.startswith(head) and error.split("\n")[0] == recorded.split("\n")[0]


def wrong(case: dict[str, Any]) -> str | None:
    """What differs, or None."""
    provider = Provider(case["data_provider"])
    observed = case["observed"]
    try:
        if case["kind"] == "markdown":
            lists = [json.loads(case[key]) if case[key] else None for key in ("markdown_entities", "markdown_media")]
            done = convert_markdown(case["input"], *lists, provider, provider.schemes)
        else:
            done = convert(case["input"], case["entity_json"], case.get("version"), provider, provider.schemes)
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
    if observed["markdown"] is not None and done.markdown != observed["markdown"]:
        return f"Markdown {done.markdown!r}, expected {observed['markdown']!r}"
    return None


def test_recorded_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    file = cases_file()
    if file is None:
        pytest.skip("no messageml_cases.json: set SYMPHONY_REFERENCE_DIR to the folder of the reference")
    cases = json.loads(file.read_text(encoding="utf-8"))
    misses = {case["name"]: found for case in cases if (found := wrong(case))}
    passed = len(cases) - len(misses)
    with capsys.disabled():
        print(f"\n{passed} of {len(cases)} recorded vectors pass")
        for name, found in misses.items():
            print(f"  {name}: {found}")
    assert passed / len(cases) >= 0.95
