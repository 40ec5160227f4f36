"""The recorded answers of the reference implementation, where they are at hand."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emulator.messageml import InvalidMessage, convert

FOLDER = Path(os.environ.get("SYMPHONY_REFERENCE_DIR") or Path(__file__).parents[3] / "shared" / "reference")
CASES = FOLDER / "messageml_cases.json"

_GENERATED = re.compile(r"\\\[\\\[ID:(\d+)\\\]\\\]")
# What these begin with is ours to match; what follows is worded by the libraries behind the reference implementation.
_WORDED_ELSEWHERE = (
    "Error parsing EntityJSON:",
    "Error parsing json in attribute",
    "Error parsing Freemarker template",
)


class Users:
    """The users whom a vector's directory knows."""

    def __init__(self, provider: dict[str, Any]) -> None:
        self._kind = provider.get("type")
        self._user = provider.get("user") or provider.get("user_by_uid")

    @staticmethod
    def _made(user_id: int, name: str, email: str) -> Any:
        return SimpleNamespace(id=user_id, display_name=name, email=email, username=name)

    def _known(self) -> Any:
        found = self._user
        return self._made(found["id"], found.get("prettyName") or "", found.get("email") or "")

    def by_id(self, user_id: int) -> Any:
        if self._kind in ("NullDataProvider", "NoOpDataProvider"):
            return self._made(user_id, "" if self._kind == "NullDataProvider" else str(user_id), "")
        if self._user and (self._kind == "mock" or self._user["id"] == user_id):
            return self._known()
        return None

    def by_email(self, email: str) -> Any:
        if self._kind in ("NullDataProvider", "NoOpDataProvider"):
            return self._made(0, "" if self._kind == "NullDataProvider" else email, email)
        if self._user and (self._kind == "mock" or (self._user.get("email") or "").lower() == email.lower()):
            return self._known()
        return None


def same(expected: str, seen: str) -> bool:
    """Whether two texts are equal but for generated ids, which must repeat where they repeat."""
    pattern, known = "", set()
    for at, piece in enumerate(_GENERATED.split(re.escape(expected))):
        if at % 2 == 0:
            pattern += piece
        elif piece in known:
            pattern += f"(?P=id{piece})"
        else:
            known.add(piece)
            pattern += f"(?P<id{piece}>[0-9A-Za-z_-]+)"
    return re.fullmatch(pattern, seen, re.DOTALL) is not None


def miss(case: dict[str, Any]) -> str | None:
    """What is wrong with our answer to a vector, None when nothing is."""
    wanted = case["observed"] or {}
    provider = case.get("data_provider") or {}
    schemes = None if "every URI" in (provider.get("rules") or "") else frozenset({"http", "https"})
    try:
        done = convert(case["input"], case["entity_json"], case["version"], users=Users(provider), schemes=schemes)
    except InvalidMessage as error:
        if "error" not in wanted and not wanted.get("error_class"):
            return f"refused: {error}"
        text = wanted.get("error") or ""
        if str(error) == text or case.get("expected_error_match") == "class-only":
            return None
        if any(text.startswith(prefix) and str(error).startswith(prefix) for prefix in _WORDED_ELSEWHERE):
            return None
        return f"error {str(error)!r}, wanted {text!r}"
    if wanted.get("error_class"):
        return f"taken, wanted the error {wanted.get('error')!r}: {done.presentationml}"
    if not same(wanted["presentationml"], done.presentationml):
        return f"PresentationML {done.presentationml!r}, wanted {wanted['presentationml']!r}"
    if json.loads(done.data) != wanted["entity_json"]:
        return f"EntityJSON {done.data}, wanted {json.dumps(wanted['entity_json'])}"
    return None


@pytest.mark.skipif(not CASES.is_file(), reason=f"the recorded vectors are not at {CASES}")
def test_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [case for case in json.loads(CASES.read_text()) if case["kind"] == "messageml"]
    misses = [(case["name"], wrong) for case in cases if (wrong := miss(case)) is not None]
    with capsys.disabled():
        print(f"\nMessageML vectors: {len(cases) - len(misses)} of {len(cases)} answer as recorded")
        for name, wrong in misses:
            print(f"  {name}: {wrong[:300]}")
    assert len(misses) <= 0.05 * len(cases)
