"""The official specifications, for checking answers against them. Read once; skipped where they are not at hand."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

FOLDER = Path(os.environ.get("SYMPHONY_SPEC_DIR") or Path(__file__).parents[2] / "shared" / "spec")
MISSING = f"the official specifications are not at {FOLDER}: set SYMPHONY_SPEC_DIR"
_FILES = {
    "/pod": ("pod/pod-api-public-deprecated.yaml", "pod/pod-api-public.yaml"),
    "/agent": ("agent/agent-api-public-deprecated.yaml",),
    "/login": ("login/login-api-public.yaml",),
}


def available() -> bool:
    return FOLDER.is_dir()


@lru_cache
def _document(prefix: str) -> dict[str, Any]:
    """The old and the present operations and shapes together; the present ones count where there are both."""
    together: dict[str, Any] = {"paths": {}, "definitions": {}, "components": {}}
    for name in _FILES[prefix]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for part, held in together.items():
            held.update(document.get(part, {}))
    return together


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@lru_cache
def _operations(prefix: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), _shape(path)): operation
        for path, operations in _document(prefix)["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "put", "delete", "patch")
    }


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The official operation of a method and a path, None where there is none."""
    prefix = f"/{path.split('/')[1]}"
    if prefix not in _FILES:
        return None
    return _operations(prefix).get((method, _shape(path.removeprefix(prefix))))


def statuses(method: str, path: str) -> set[int]:
    """The statuses that an operation declares."""
    found = operation(method, path)
    return {int(status) for status in (found or {"responses": {}})["responses"] if str(status).isdigit()}


def complaints(method: str, path: str, status: int, body: Any) -> list[str]:
    """What the official schema of an answer has against this body."""
    found = operation(method, path)
    assert found is not None, f"{method} {path} is not in the specification"
    responses = {str(key): value for key, value in found["responses"].items()}
    answer = responses[str(status)]
    schema = answer.get("schema")
    if schema is None:
        contents = answer.get("content", {})
        schema = next((content.get("schema") for content in contents.values()), None)
    if schema is None:
        return []
    document = _document(f"/{path.split('/')[1]}")
    whole = {**schema, **{key: document[key] for key in ("definitions", "components") if key in document}}
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in Draft4Validator(whole).iter_errors(body)]
