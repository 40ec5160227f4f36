"""No text makes a call slow: processor time grows with the length of what is sent, and memory with its size."""

from __future__ import annotations

import asyncio
import json
import pkgutil
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from emulator.api import parse, requests
from emulator.api.forms import read_form
from emulator.api.requests.search import parsed
from emulator.messageml import words_of
from emulator.stage.journal import shown
from emulator.world.errors import Invalid, Refused
from emulator.world.rooms import RoomSearch
from emulator.world.signal_query import MAX_LENGTH, alternatives
from emulator.world.users import Search
from tests.conftest import Wire, refused

PIECES = (
    " ", "a", "a ", "a:", '"', '\\"', "((", "a,", "%41", "=&", "[[],", "\r\n--", "\n", " AND ", "hashtag:a AND ",
    "hashtag:a  ", "(hashtag:a OR cashtag:b) AND ", '"token" : ', 'filename="', "-----BEGIN ", "#", "é", "\ud83d\ude00",
)  # fmt: skip
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
SHORT, LONG = 2_000, 8_000
LENIENT = 0.004
"""So much (s) any piece of work may take: below it a clock tells little."""


def _text(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _took(work: Callable[[str], Any], text: str) -> float:
    """The processor time (s) of the fastest of a few goes."""
    found = []
    for _ in range(3):
        before = time.process_time()
        with suppress(Refused):
            work(text)
        found.append(time.process_time() - before)
        if found[-1] < LENIENT:
            break
    return min(found)


def _is_linear(work: Callable[[str], Any], piece: str) -> None:
    long = _took(work, _text(piece, LONG))
    assert long < LENIENT or long < 8 * _took(work, _text(piece, SHORT)) + LENIENT, f"{long:.3f} s for {LONG} times"


def _modules() -> list[ModuleType]:
    return [import_module(f"{requests.__name__}.{found.name}") for found in pkgutil.iter_modules(requests.__path__)]


def _shapes() -> list[str]:
    """Everything that the table can name as a body or a query."""
    found = []
    for module in _modules():
        short = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            model = isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__
            if model or (not name.startswith("_") and get_args(value) and "list[" in str(value)):
                found.append(f"{short}:{name}")
    return found


def _fields(shape: str) -> list[str]:
    module, _, name = shape.partition(":")
    model = getattr(import_module(f"{requests.__name__}.{module}"), name)
    return list(getattr(model, "model_fields", ()))


@pytest.mark.parametrize("shape", _shapes())
def test_each_field_is_read_in_a_time_that_grows_with_its_length(shape: str) -> None:
    for piece in PIECES:
        for field in _fields(shape) or [""]:
            _is_linear(lambda text, field=field: parse.body(shape, _json({field: text} if field else [text])), piece)  # type: ignore[misc]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_every_text_of_every_model_has_a_bound() -> None:
    for shape in _shapes():
        for field in set(_fields(shape)) - {"image"}:  # a picture has 2 MB, and is read once
            value = {field: "1" * 300_000}
            with suppress(Invalid):
                read = getattr(parse.body(shape, _json(value)), field)
                assert read is None or not isinstance(read, str), f"{shape}.{field} takes 300,000 characters"


def _form(kind: str) -> Callable[[str], Any]:
    return lambda text: asyncio.run(read_form(kind, text.encode("utf-8", "replace")))


WORK: dict[str, Callable[[str], Any]] = {
    "a signal query": alternatives,
    "a signal value": lambda text: alternatives(f"HASHTAG:{text}"),
    "a quoted value": lambda text: alternatives(f'HASHTAG:"{text}"'),
    "a search query": parsed,
    "a search for text": lambda text: parsed(f"text:{text}"),
    "blanks in a search query": lambda text: parsed(f"text:a{text}b"),
    "words": words_of,
    "the journal": lambda text: shown(text.encode("utf-8", "replace")),
    "a JSON form": _form("application/json"),
    "a text in a JSON form": lambda text: _form("application/json")(json.dumps({"message": text})),
    "an encoded form": _form("application/x-www-form-urlencoded"),
    "a multipart form": _form("multipart/form-data; boundary=x"),
}


@pytest.mark.parametrize("name", WORK)
def test_each_language_is_read_in_a_time_that_grows_with_its_length(name: str) -> None:
    for piece in PIECES:
        _is_linear(WORK[name], piece)


@pytest.mark.parametrize("piece", PIECES)
def test_searches_take_a_time_that_grows_with_the_query(wire: Wire, piece: str) -> None:
    alice = wire.user("alice")
    _is_linear(lambda text: wire.world.users.search(alice, Search(query=text)), piece)
    _is_linear(lambda text: wire.world.rooms.search(alice, RoomSearch(query=text)), piece)


def test_a_signal_query_has_a_length_and_a_budget(wire: Wire) -> None:
    def made(query: str) -> Any:
        return wire.post(
            "/agent/v1/signals/create",
            json={"name": "n", "query": query, "visibleOnProfile": True, "companyWide": False},
        )

    refused(made("HASHTAG:" + "a" * MAX_LENGTH), 400, "at most 8192 are allowed")
    pairs = " AND ".join(f"(HASHTAG:a{each} OR HASHTAG:b{each})" for each in range(8))
    many = " AND ".join(f"CASHTAG:c{each}" for each in range(300))
    refused(made(f"{pairs} AND {many}"), 400, "combines too many terms")
    assert made("HASHTAG:a AND  CASHTAG:b  OR (AUTHOR:1 AND HASHTAG: c d )").status_code == 200


def test_spaces_in_queries_mean_what_they_meant() -> None:
    assert alternatives("HASHTAG:a  b   AND cashtag: x ") == (frozenset({("#", "a  b"), ("$", "x")}),)
    assert alternatives(" ( HASHTAG : a ) ") == (frozenset({("#", "a")}),)
    assert parsed("text:a b   AND   streamId:c").model_dump(exclude_none=True) == {"text": "a b", "streamId": "c"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"message":[' + b"[]," * 300_000 + b"[]]}"),
        ("application/json", b'{"message":"' + b"a" * 3_000_000 + b'"}'),
        ("application/x-www-form-urlencoded", b"message=" + b"%41" * 1_000_000),
        ("application/x-www-form-urlencoded", b"a&" * 1_000_000),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"\n-" * 900_000,
        ),
    ],
)
def test_a_form_takes_less_than_five_times_its_room(kind: str, body: bytes) -> None:
    tracemalloc.start()
    try:
        with suppress(Invalid):
            asyncio.run(read_form(kind, body))
        assert tracemalloc.get_traced_memory()[1] < 5 * len(body)
    finally:
        tracemalloc.stop()


def test_a_json_body_of_very_many_values_is_refused_before_it_is_read(wire: Wire) -> None:
    answer = wire.post("/pod/v1/im/create", content=b"[" + b"[]," * 100_000 + b"[]]")
    refused(answer, 400, "more than 20000 values")


def test_files_are_left_out_of_the_journal() -> None:
    head = '--x\r\nContent-Disposition: form-data; name="attachment"; filename="a.txt"\r\n\r\n'
    body = f"{head}secret one\r\n{head}secret two\r\n--x--\r\n"
    assert shown(body.encode()) == f"{head}(a file)\r\n{head}(a file)\r\n--x--\r\n"


@pytest.mark.parametrize("text", ["", "a", "%", "%4", "%41", "é%C3%A9+%20", "%" * 5])
def test_an_encoded_form_is_unescaped_whole(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.parse import unquote_plus

    for chunk in (3, 4, 5, 256):
        monkeypatch.setattr("emulator.api.forms._UNESCAPED", chunk)
        form = asyncio.run(read_form("application/x-www-form-urlencoded", f"message=abc{text}def".encode()))
        assert form.text("message") == unquote_plus(f"abc{text}def")
