"""Records as plain values that JSON has, and back, by the types of their fields."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import types
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from emulator.world.errors import Invalid
from emulator.world.record import Such


def encoded(value: Any) -> Any:
    """A record, or what a field holds, as JSON has it. Fields that are as they are by default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encoded(held)
            for field in dataclasses.fields(value)
            if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, frozenset):
        return sorted(encoded(each) for each in value)
    if isinstance(value, tuple):
        return [encoded(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def decoded(kind: Any, value: Any, place: str) -> Any:
    """A value of this type out of what JSON had; Invalid names the place where it does not fit."""
    return _decoder(kind)(value, place)


Decoder = Callable[[Any, str], Any]


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    if origin is Annotated:
        return _such(_decoder(arguments[0]), arguments[1])
    if origin in (Union, types.UnionType):
        return _optional(next(each for each in arguments if each is not type(None)))
    if origin is Literal:
        return _checked(lambda value: value in arguments, f"one of {', '.join(map(str, arguments))}")
    if origin is frozenset:
        return _several(frozenset, _decoder(arguments[0]))
    if origin is tuple and arguments[-1] is Ellipsis:
        return _several(tuple, _decoder(arguments[0]))
    if origin is tuple:
        return _fixed([_decoder(each) for each in arguments])
    if kind is bytes:
        return _bytes
    if kind is int:
        return _checked(lambda value: type(value) is int and 0 <= value < 2**63, "int from 0 to 2^63")
    return _checked(lambda value: type(value) is kind, kind.__name__)


def _such(decode: Decoder, such: Such) -> Decoder:
    """What the annotation of a field asks besides its type."""

    def decoded_and_fit(value: Any, place: str) -> Any:
        found = decode(value, place)
        if not such.fits(found):
            raise Invalid(f"{place}: {such.what} is needed")
        return found

    return decoded_and_fit


def _record(kind: Any) -> Decoder:
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}
    needed = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}

    def decode(value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise Invalid(f"{place}: an object is needed")
        strange, missing = set(value) - set(fields), needed - set(value)
        if strange or missing:
            what = f"has no field '{min(strange)}'" if strange else f"needs '{min(missing)}'"
            raise Invalid(f"{place}: {kind.__name__} {what}")
        return kind(**{name: fields[name](held, f"{place}.{name}") for name, held in value.items()})

    return decode


def _optional(inner: Any) -> Decoder:
    decode = _decoder(inner)
    return lambda value, place: None if value is None else decode(value, place)


def _several(make: Callable[[Any], Any], inner: Decoder) -> Decoder:
    def decode(value: Any, place: str) -> Any:
        if not isinstance(value, list):
            raise Invalid(f"{place}: a list is needed")
        return make(inner(each, f"{place}[{at}]") for at, each in enumerate(value))

    return decode


def _fixed(inner: list[Decoder]) -> Decoder:
    def decode(value: Any, place: str) -> Any:
        if not isinstance(value, list) or len(value) != len(inner):
            raise Invalid(f"{place}: a list of {len(inner)} is needed")
        return tuple(each(held, f"{place}[{at}]") for at, (each, held) in enumerate(zip(inner, value, strict=True)))

    return decode


def _checked(fits: Callable[[Any], bool], what: str) -> Decoder:
    def decode(value: Any, place: str) -> Any:
        if not fits(value):
            raise Invalid(f"{place}: {what} is needed")
        return value

    return decode


def _bytes(value: Any, place: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Invalid(f"{place}: Base64 is needed") from None
