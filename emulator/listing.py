"""The table of endpoints for people: the `endpoints` command and docs/endpoints.md."""

from __future__ import annotations

from typing import TypedDict

from emulator.access.obo_also import OBO_ALSO
from emulator.api import rows as filled  # noqa: F401 - importing it fills the table
from emulator.table.table import TABLE
from emulator.world import changes  # noqa: F401 - importing it fills the table of kinds
from emulator.world.entitlements import ENTITLEMENTS
from emulator.world.events import KINDS, Kind


class Row(TypedDict):
    method: str
    path: str
    permissions: list[str]
    oboAlso: list[str]
    who: str
    built: bool
    deprecated: bool
    returns: str
    summary: str
    aliases: list[str]


def rows() -> list[Row]:
    """Every endpoint, by path."""
    return [
        {
            "method": each.method,
            "path": each.path,
            "permissions": list(each.permissions or ()),
            "oboAlso": list(OBO_ALSO.get(each.name, ())),
            "who": "anyone" if each.auth == "none" else "app and bot" if each.for_apps else "bot",
            "built": each.function is not None,
            "deprecated": each.deprecated,
            "returns": each.returns,
            "summary": each.summary,
            "aliases": [f"{method} {path}" for method, path in each.aliases],
        }
        for each in sorted(TABLE, key=lambda each: (each.path, each.method))
    ]


_NEEDS_NONE = {"bot": "bot only", "anyone": "no session", "app and bot": "any session"}


def as_table(listed: list[Row]) -> str:
    """The endpoints in aligned columns."""
    lines = []
    width = max(len(row["path"]) for row in listed)
    for row in listed:
        needs = " ".join(row["permissions"]) or _NEEDS_NONE[row["who"]]
        opened = f", or {' '.join(row['oboAlso'])} with settings.oboAlso" if row["oboAlso"] else ""
        note = opened if row["built"] else "   answers 404"
        lines.append(f"{row['method']:<6} {row['path']:<{width}}  {needs}{note}")
        lines += [f"{'':<6} also {alias}" for alias in row["aliases"]]
    return "\n".join(lines)


def as_markdown(listed: list[Row]) -> str:
    """The endpoints for apps by permission, as docs/endpoints.md shows them."""
    by_permission: dict[str, list[Row]] = {}
    for row in listed:
        if needed := row["permissions"] or row["oboAlso"]:
            by_permission.setdefault(" and ".join(needed), []).append(row)
    lines = ["| permission | endpoint | what it does |", "| --- | --- | --- |"]
    for permission, found in sorted(by_permission.items()):
        for row in found:
            note = "" if row["built"] else " (answers 404)"
            if row["oboAlso"]:
                note += " Only where a world's `oboAlso` opens it."
            lines.append(f"| {permission} | `{row['method']} {row['path']}` | {row['summary']}{note} |")
    return "\n".join(lines) + "\n"


def events_as_markdown() -> str:
    """The kinds of events, as docs/events.md shows them: production's with whom they concern, then ours."""
    lines = ["| event | when | in the datafeeds of |", "| --- | --- | --- |"]
    lines += [f"| `{each.name}` | {_says(each)} | {_concerned(each)} |" for each in KINDS.values() if each.payload]
    lines += ["", "| event of ours | when |", "| --- | --- |"]
    lines += [f"| `{each.name}` | {_says(each)} |" for each in KINDS.values() if not each.payload]
    return "\n".join(lines) + "\n"


def _says(kind: Kind) -> str:
    says = " ".join((kind.about.__doc__ or "").split()).removesuffix(".")
    return f"{says}. It ends sessions" if kind.ends else says


def _concerned(kind: Kind) -> str:
    users = [(whom.__doc__ or "").removesuffix(".") for whom in kind.to]
    return ", ".join([*(["the members of the stream"] if kind.members else []), *users])


def entitlements_as_markdown() -> str:
    """The entitlements that something asks for, as docs/entitlements.md shows them, then the names of the others."""
    lines = ["| entitlement | lets a user | asked by | new users |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{each.name}` | {each.lets} | {each.gates} | {'have it' if each.default else 'do not'} |"
        for each in ENTITLEMENTS.values()
        if each.gates
    ]
    others = ", ".join(f"`{each.name}`" for each in ENTITLEMENTS.values() if not each.gates)
    return "\n".join(lines) + f"\n\nKept and shown, and asked for by nothing that is emulated: {others}.\n"
