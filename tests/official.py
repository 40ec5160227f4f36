"""What the official specifications say of the operations that are served: statuses, fields, types, what is required.

The facts are in `tests/data/official.json`, in a form of our own. Where the specifications are at hand
(SYMPHONY_SPEC_DIR, the files of https://github.com/finos/symphony-api-spec), `python -m tests.refresh` writes it anew
and a test holds it against them.

A shape is the name of a type; `=A|B`, one of these texts; `#pod.User`, a shape by name; `[shape]`, a list; or an object
of its fields, where `name!` has to be there, `*` is any further field, and `&` lists shapes that hold as well.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

from emulator.api import rows as filled  # noqa: F401 - importing it fills the table
from emulator.table.table import TABLE

FACTS = Path(__file__).parent / "data" / "official.json"
FOLDER = Path(os.environ.get("SYMPHONY_SPEC_DIR") or Path(__file__).parents[2] / "shared" / "spec")
_FILES = {
    "/pod": ("pod/pod-api-public-deprecated.yaml", "pod/pod-api-public.yaml"),
    "/agent": ("agent/agent-api-public-deprecated.yaml", "agent/agent-api-public.yaml"),
    "/login": ("login/login-api-public.yaml",),
    "/sessionauth": ("authenticator/authenticator-api-public-deprecated.yaml",),
    "": ("users/users-api-public.yaml",),
}
_ELSEWHERE = ("POST /relay/pubkey/authenticate", "POST /keyauth/v1/authenticate", "POST /keyauth/v1/logout")
"""The key manager's operations: those of the login and of the authenticator, under prefixes of its own."""


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


# --- the facts ---


@lru_cache
def _facts() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return read


def statuses(method: str, path: str) -> set[int]:
    """The statuses that an operation declares; none where it is not in the specifications."""
    found = _facts()["operations"].get(f"{method} {_shape(path)}", {"statuses": []})
    return set(found["statuses"])


def complaints(method: str, path: str, status: int, body: Any) -> list[str]:
    """What the official shape of an answer has against this body."""
    found = _facts()["operations"].get(f"{method} {_shape(path)}")
    assert found is not None, f"{method} {path} is not in the specification"
    assert status in found["statuses"], f"{method} {path} does not declare {status}"
    answer = found["answers"].get(str(status))
    if answer is None:
        return []
    whole = {**_schema(answer), "definitions": {name: _schema(shape) for name, shape in _facts()["shapes"].items()}}
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in Draft4Validator(whole).iter_errors(body)]


def _schema(shape: Any) -> dict[str, Any]:
    """A shape as a JSON schema."""
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    if isinstance(shape, dict):
        fields = {name: each for name, each in shape.items() if name not in ("*", "&")}
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name.removesuffix("!"): _schema(each) for name, each in fields.items()},
        }
        if required := [name.removesuffix("!") for name in fields if name.endswith("!")]:
            schema["required"] = required
        if "*" in shape:
            schema["additionalProperties"] = _schema(shape["*"])
        if "&" in shape:
            schema["allOf"] = [_schema(each) for each in shape["&"]]
        return schema
    if shape.startswith("#"):
        return {"$ref": f"#/definitions/{shape[1:]}"}
    if shape.startswith("="):
        return {"enum": shape[1:].split("|")}
    return {} if shape == "any" else {"type": shape}


# --- how they are taken from the specifications ---


def available() -> bool:
    return FOLDER.is_dir()


@lru_cache
def _document(prefix: str) -> dict[str, Any]:
    """The old and the present operations and shapes together; the present ones count where there are both."""
    together: dict[str, Any] = {"paths": {}, "shapes": {}}
    for name in _FILES[prefix]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for path, operations in document["paths"].items():
            together["paths"].setdefault(path, {}).update(operations)
        together["shapes"].update(document.get("definitions") or document.get("components", {}).get("schemas", {}))
    return together


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The name of each operation, the prefix of its document, and the operation."""
    for prefix in _FILES:
        for path, operations in _document(prefix)["paths"].items():
            for method, operation in operations.items():
                if method in ("get", "post", "put", "delete", "patch"):
                    yield f"{method.upper()} {prefix}{path}", prefix, operation


def names() -> str:
    """`emulator/table/official.tsv`: the method and path of every operation."""
    found = sorted({*(name for name, _, _ in _operations()), *_ELSEWHERE}, key=lambda name: name.replace(" ", "\t"))
    return "\n".join(name.replace(" ", "\t") for name in found) + "\n"


def facts() -> str:
    """`tests/data/official.json`: the operations that are served, and the shapes of their answers."""
    served = {f"{row.method} {_shape(row.path)}" for row in TABLE}
    operations: dict[str, Any] = {}
    shapes: dict[str, Any] = {}
    for name, prefix, operation in _operations():
        if _shape(name) not in served:
            continue
        answers = {}
        for status, answer in operation["responses"].items():
            schema = answer.get("schema") or next(
                (content.get("schema") for content in answer.get("content", {}).values()), None
            )
            if str(status).startswith("2") and schema:
                answers[str(status)] = _compact(schema, prefix, shapes)
        declared = sorted(int(status) for status in operation["responses"] if str(status).isdigit())
        operations[_shape(name)] = {"statuses": declared, "answers": answers}
    parts = []
    for part, held in (("operations", operations), ("shapes", shapes)):
        lines = [f"{json.dumps(name)}: {json.dumps(held[name], ensure_ascii=False)}" for name in sorted(held)]
        parts.append(f'"{part}": {{\n' + ",\n".join(lines) + "\n}")
    return "{" + ",\n".join(parts) + "}\n"


def _compact(schema: dict[str, Any], prefix: str, shapes: dict[str, Any]) -> Any:
    """A schema as a shape; the shapes that it names are put into `shapes`."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        known = f"{prefix.strip('/')}.{name}"
        if known not in shapes:
            shapes[known] = "any"  # what refers to itself ends here
            shapes[known] = _compact(_document(prefix)["shapes"][name], prefix, shapes)
        return f"#{known}"
    if "enum" in schema and all(isinstance(value, str) for value in schema["enum"]):
        return "=" + "|".join(schema["enum"])
    if schema.get("type") == "array":
        return [_compact(schema.get("items", {}), prefix, shapes)]
    if schema.get("type") == "object" or "properties" in schema or "allOf" in schema:
        required = schema.get("required", ())
        fields: dict[str, Any] = {
            f"{name}{'!' if name in required else ''}": _compact(each, prefix, shapes)
            for name, each in schema.get("properties", {}).items()
        }
        if isinstance(schema.get("additionalProperties"), dict):
            fields["*"] = _compact(schema["additionalProperties"], prefix, shapes)
        if "allOf" in schema:
            fields["&"] = [_compact(each, prefix, shapes) for each in schema["allOf"]]
        return fields
    return schema.get("type", "any")
