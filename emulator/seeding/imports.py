"""What the administrator of a pod can export, as a world file: lists of users, and the manifests of apps.

Columns and attributes are known by their names, whatever their case and blanks; those that are not known are left out.
No source says what the columns of the admin portal's export are called: the names of the admin API are taken, and those
that people write. Manifests are those of production/extension_api.md 6.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from emulator.seeding.kinds import no_such
from emulator.seeding.source import WorldFileError
from emulator.world.entitlements import ROLES
from emulator.world.ids import pod_of

SUFFIXES = (".csv", ".json")

_USER = {
    "username": ("username", "login", "loginname", "userid"),
    "id": ("id", "symphonyid"),
    "company": ("company", "companyname"),
    "email": ("email", "emailaddress", "mail"),
    "firstName": ("firstname", "givenname"),
    "lastName": ("lastname", "surname", "familyname"),
    "displayName": ("displayname", "prettyname", "fullname", "name"),
    "title": ("title", "jobtitle"),
    "department": ("department",),
    "division": ("division",),
    "location": ("location", "city"),
    "jobFunction": ("jobfunction",),
    "workPhone": ("workphone", "workphonenumber", "phone"),
    "mobilePhone": ("mobilephone", "mobilephonenumber", "mobile"),
    "twoFactorPhone": ("twofactorphone", "twofactorauthphone"),
    "smsNumber": ("smsnumber",),
    "industries": ("industries", "industry"),
    "assetClasses": ("assetclasses", "assetclass"),
    "functions": ("functions", "function"),
    "marketCoverages": ("marketcoverages", "marketcoverage"),
    "responsibilities": ("responsibilities", "responsibility"),
    "instruments": ("instruments", "instrument"),
    "accountType": ("accounttype", "type"),
    "status": ("status", "accountstatus"),
    "suspended": ("suspended",),
    "roles": ("roles", "role"),
}
_KEY_OF = {column: key for key, columns in _USER.items() for column in columns}
_LISTS = ("industries", "assetClasses", "functions", "marketCoverages", "responsibilities", "instruments", "roles")
_WORDS: dict[str, dict[str, Any]] = {
    "accountType": {"enduser": "NORMAL", "user": "NORMAL", "serviceaccount": "SYSTEM", "service": "SYSTEM"},
    "status": {"active": "ENABLED", "inactive": "DISABLED", "deactivated": "DISABLED", "disabled": "DISABLED"},
    "suspended": {"true": True, "yes": True, "false": False, "no": False},
}
_APP = {
    "id": ("id", "appGroupId", "appId"),
    "name": ("name",),
    "description": ("description", "blurb"),
    "publisher": ("publisher",),
    "url": ("url", "loadUrl", "appUrl"),
    "domain": ("domain",),
    "iconUrl": ("iconUrl", "icon"),
    "allowOrigins": ("allowOrigins",),
    "notification": ("notification",),
    "permissions": ("permissions",),
    "certificate": ("certificate", "cert"),
    "publicKey": ("publicKey", "rsaKey", "key"),
}


@dataclass(slots=True)
class Imported:
    """The nodes of a world file, and in sentences what was assumed."""

    tree: yaml.Node
    assumed: list[str] = field(default_factory=list)


def imported(name: str, text: str, tree: yaml.Node | None, content: Any) -> Imported:
    """A list of users in CSV, or what JSON holds (`tree` and `content`, for it is YAML, too): users as the admin API
    lists them, or manifests of apps. WorldFileError for anything else."""
    notes = _Notes(name)
    if name.lower().endswith(".csv"):
        users = [(line, _user(values, notes)) for line, values in _rows(name, text)]
        return _made(name, "users", users, notes)
    listed = content.get("applications", [content]) if isinstance(content, dict) else content
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise WorldFileError(name, ["line 1: this is no list of users and no manifest of an app"])
    lines = _lines(tree)
    if any("userAttributes" in each for each in listed):
        found = [_user(_flat(each, "userAttributes", "userSystemInfo"), notes) for each in listed]
        return _made(name, "users", list(zip(lines, found, strict=False)), notes)
    if not all(any(key in _detail(each) for key in _APP["id"]) for each in listed):
        raise WorldFileError(name, ["line 1: neither users (userAttributes) nor apps (id, appGroupId) are in it"])
    return _made(name, "apps", list(zip(lines, [_app(_detail(each)) for each in listed], strict=False)), notes)


def _lines(tree: yaml.Node | None) -> list[int]:
    """The lines on which the things of a list stand."""
    if isinstance(tree, yaml.MappingNode):
        inner = next((value for key, value in tree.value if key.value == "applications"), None)
        if inner is None:
            return [0]
        tree = inner
    return [each.start_mark.line for each in tree.value] if isinstance(tree, yaml.SequenceNode) else [0]


class _Notes:
    """What was assumed of a file, each thing once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.said: dict[str, None] = {}

    def note(self, what: str) -> None:
        self.said[f"{self._name}: {what}"] = None


def _made(name: str, key: str, parts: list[tuple[int, dict[str, Any]]], notes: _Notes) -> Imported:
    content: dict[str, Any] = {key: [part for _, part in parts]}
    if key == "users":
        companies = {}
        for _, user in parts:
            user_id = user.get("id")
            if "company" in user and isinstance(user_id, int) and pod_of(user_id):
                companies[user["company"]] = pod_of(user_id)
        if companies:
            content["companies"] = [{"name": company, "pod": pod} for company, pod in companies.items()]
    tree = yaml.representer.SafeRepresenter().represent_data(content)
    _mark(tree, name, 0)
    listed = next(value for named, value in tree.value if named.value == key)
    for (line, _), node in zip(parts, listed.value, strict=True):
        _mark(node, name, line)
    return Imported(tree, list(notes.said))


def _mark(node: Any, name: str, line: int) -> None:
    node.start_mark = yaml.Mark(name, 0, line, 0, None, 0)
    for each in node.value if isinstance(node.value, list) else ():
        for inner in each if isinstance(each, tuple) else (each,):
            _mark(inner, name, line)


# --- users ---


def _rows(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table with their lines, counted from 0."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        columns = next(reader, [])
        before = reader.line_num
        for row in reader:
            if any(value.strip() for value in row):
                yield before, dict(zip(columns, row, strict=False))
            before = reader.line_num
    except csv.Error as error:
        raise WorldFileError(name, [f"line {reader.line_num}: not CSV: {error}"]) from None


def _flat(each: dict[str, Any], *inner: str) -> dict[str, Any]:
    flat = {key: value for key, value in each.items() if key not in inner}
    for key in inner:
        flat |= each.get(key) or {}
    return flat


def _user(values: dict[str, Any], notes: _Notes) -> dict[str, Any]:
    user: dict[str, Any] = {}
    for column, value in values.items():
        key = _KEY_OF.get(_folded(column))
        if key is None:
            notes.note(f"'{column}' is left out")
            continue
        if column != key:
            notes.note(f"'{column}' is {key}")
        known = _value(key, value.strip() if isinstance(value, str) else value, notes)
        if known not in ("", None, []):
            user.setdefault(key, known)
    if "username" not in user and "email" in user:
        notes.note("who has no username has the e-mail address for one")
        user["username"] = user["email"]
    return user


def _value(key: str, value: Any, notes: _Notes) -> Any:
    if value is None:
        return None
    if key == "roles":
        return _roles(value if isinstance(value, list) else _split(value), notes)
    if key in _LISTS:
        return value if isinstance(value, list) else _split(value)
    if key == "id":
        return int(value) if str(value).isascii() and str(value).isdigit() else value
    words = _WORDS.get(key, {})
    return words.get(_folded(value), value) if isinstance(value, str) else value


def _roles(names: list[str], notes: _Notes) -> list[str]:
    found = []
    for name in names:
        role = _ROLE_OF.get(_folded(str(name)))
        if role is None:
            notes.note(f"{no_such(name, 'role', ROLES)}: it is left out")
        else:
            found.append(role)
    return found


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.replace(";", ",").replace("|", ",").split(",") if each.strip()]


def _folded(name: object) -> str:
    return "".join(filter(str.isalnum, str(name).casefold()))


_ROLE_OF = {_folded(name): role.id for role in ROLES.values() for name in (role.id, role.name)}


# --- apps ---


def _detail(each: dict[str, Any]) -> dict[str, Any]:
    """A manifest, or what the admin API tells of an app, on one level."""
    keys = (each.get("authenticationKeys") or {}).get("current") or {}
    return {**_flat(each, "applicationInfo", "authenticationKeys"), **keys}


def _app(given: dict[str, Any]) -> dict[str, Any]:
    app = {}
    for key, names in _APP.items():
        value = next((given[name] for name in names if given.get(name)), None)
        if value is not None:
            app[key] = value
    return app
