"""What a world file can hold, said to editors (JSON Schema) and to people (docs/world.md)."""

from __future__ import annotations

from typing import Any

from emulator.seeding.check import adapter, parts

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of world files."""
    made: dict[str, Any] = _plain(adapter().json_schema())
    return {"$schema": DRAFT, **made, "title": "World of the Symphony pod emulator"}


def _plain(value: Any) -> Any:
    """Without the titles that only repeat the names of keys, and with parts named as people name them."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value.removesuffix("Part") if isinstance(value, str) and value.startswith("#/$defs/") else value
    made: dict[str, Any] = {}
    for key, each in value.items():
        if key == "$defs":
            made[key] = {name.removesuffix("Part"): _plain(part) for name, part in each.items()}
        elif key == "properties":
            made[key] = {name: _plain(part) for name, part in each.items()}
        elif key != "title":
            made[key] = " ".join(each.split()) if key == "description" else _plain(each)
    return made


def reference() -> str:
    """Every key of a world file with what it holds, as docs/world.md shows it."""
    schema = json_schema()
    names = [part.__name__.removesuffix("Part") for part in parts()[1:]]
    sections = [_section("World", schema), *(_section(name, schema["$defs"][name]) for name in names)]
    return "\n".join(line for section in sections for line in section)


def _section(name: str, part: dict[str, Any]) -> list[str]:
    needed = part.get("required", ())
    lines = [f"## {name}", "", part["description"], "", "| key | holds | what it is |", "| --- | --- | --- |"]
    for key, value in part["properties"].items():
        shown = f"**`{key}`**" if key in needed else f"`{key}`"
        lines.append(f"| {shown} | {_holds(value)} | {value.get('description', '')} |")
    return [*lines, ""]


_MOST_SHOWN = 12
_PLAIN = {"string": "text", "integer": "number", "boolean": "true or false", "null": "nothing"}


def _holds(value: Any) -> str:
    if value is True:
        return "anything"
    if "$comment" in value:
        return str(value["$comment"])
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in value:
        return f"`{str(value['const']).lower() if value['const'] is True else value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"]) if len(value["enum"]) <= _MOST_SHOWN else "a name"
    if "anyOf" in value and "type" not in value:
        return " or ".join(_holds(each) for each in value["anyOf"])
    if value["type"] == "array":
        return (
            f"two of {_holds(value['prefixItems'][0])}"
            if "prefixItems" in value
            else f"list of {_holds(value['items'])}"
        )
    if value["type"] == "object":
        held = value.get("additionalProperties") or next(iter(value["patternProperties"].values()))
        return f"names, each with {_holds(held)}"
    bounds = f" from {value['minimum']} to {value['maximum']}" if "maximum" in value else ""
    return _PLAIN[value["type"]] + bounds
