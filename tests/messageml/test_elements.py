"""Each element is declared once, and built by one line."""

from __future__ import annotations

import re
from importlib import import_module
from typing import get_args

import pytest

from emulator.messageml import InvalidMessage, build
from emulator.messageml.element import Kind
from emulator.messageml.roles import Way

ROOMS = ("cards", "entities", "fields", "formatting", "forms", "pickers", "uiactions")


def declared() -> dict[str, Kind]:
    modules = [import_module(f"emulator.messageml.{room}") for room in ROOMS]
    own = {f"{module.__name__}.{name}": item for module in modules for name, item in vars(module).items()}
    return {name: item for name, item in own.items() if isinstance(item, Kind)}


@pytest.mark.parametrize("name", declared())
def test_what_is_declared_is_built(name: str) -> None:
    assert declared()[name] in build.kinds(), f"{name} is in no table of build.py: add a line to one of them"


def test_each_way_into_markdown_is_one_that_an_element_takes() -> None:
    taken = {kind.role.markdown for kind in build.kinds()}
    assert taken == set(get_args(Way)), "markdown.py and catalogue.py know this way, but no element takes it"


@pytest.mark.parametrize("tag", build.elements())
def test_a_text_within_it_is_found_or_refused(done, tag: str) -> None:
    """What an element says of its text agrees with what is printed: text that is shown is searched too."""
    try:
        known = done(f"<{tag}>needle</{tag}>")
    except InvalidMessage:
        return
    printed = re.sub(r"<[^>]*>", "", known.presentationml)
    assert ("needle" in printed) == ("needle" in known.words) == ("needle" in known.markdown)


def test_a_kind_without_a_role_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="print"):
        Kind("x", "x", lambda _message, _element: ("", "", False))  # type: ignore[call-arg,arg-type]
