"""The JSON Schema of world files, which editors use, says what the loader says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from emulator.cli import cli
from emulator.seeding import file
from emulator.seeding.file import BUNDLED
from emulator.seeding.schema import json_schema
from tests.seeding.test_worlds import HEAD, mistakes


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    printed = CliRunner().invoke(cli, ["world", "--schema"]).output
    schema = orjson.loads(printed)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_worlds_that_ship_fit_the_schema(validator: Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(yaml.load(path.read_text(), Loader=file._SAFE))) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "users:\n  - {usernam: a}\n",
        HEAD + "users:\n  - {username: ' '}\n",
        HEAD + "users:\n  - {username: a, entitlements: {canFly: true}}\n",
        HEAD + "users:\n  - {username: a, roles: [KING]}\n",
        HEAD + "users:\n  - {username: a, presence: HAPPY}\n",
        HEAD + "users:\n  - {username: a, title: 2026}\n",
        HEAD + "apps:\n  - {id: a, permissions: [send_messages]}\n",
        HEAD + "apps:\n  - {id: a, publicKey: rsa}\n",
        HEAD + "settings: {sessionHours: 0}\n",
        HEAD + "barriers:\n  between:\n    - [x]\n",
        "companies:\n  - {name: A, pod: 0}\n",
        "users: []\n",
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(validator: Draft202012Validator, tmp_path: Path, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text)))
    assert mistakes(tmp_path, text)


def test_every_key_is_described() -> None:
    schema = json_schema()

    def described(name: str, part: dict[str, Any]) -> None:
        assert part["description"], name
        for key, value in part["properties"].items():
            assert value.get("description", "").endswith("."), f"{name}.{key}"

    for name, part in {"World": schema, **schema["$defs"]}.items():
        described(name, part)
