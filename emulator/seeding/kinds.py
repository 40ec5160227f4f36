"""What the values of a world file must be besides their types; read when a file is checked, and by its JSON Schema.

Nothing here imports pydantic before it is asked: a world that ships with the emulator is loaded without it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from emulator.access.permissions import PERMISSIONS, is_permission
from emulator.seeding.workdays import business_days, midnight
from emulator.world.clock import LATEST
from emulator.world.entitlements import COMPANY_ENTITLEMENTS, ENTITLEMENTS, ROLES
from emulator.world.presence import CATEGORIES

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_LONGEST_WORD = 100
_MOST_COMPARED = 1_000
"""Names with which a mistaken one is compared: among more nobody remembers which was meant."""


def near(word: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`, is X meant?` where one of the known words is near, else nothing."""
    word = str(word)
    if len(word) > _LONGEST_WORD:
        return ""
    by_folded = {each.casefold(): each for each in islice(known, _MOST_COMPARED)}
    found = get_close_matches(word.casefold(), by_folded, 1, cutoff)
    return f", is {by_folded[found[0]]} meant?" if found else ""


def no_such(word: object, what: str, known: Iterable[str]) -> str:
    """That a word is none of those that are known: which is near, or which there are when they are few."""
    known = sorted(known)
    meant = near(word, known)
    shown = str(word) if len(str(word)) <= _LONGEST_WORD else f"{str(word)[:_LONGEST_WORD]}..."
    if meant:
        return f"'{shown}' is no {what}{meant}"
    return f"'{shown}' is no {what}, there are {', '.join(known[:_MOST_NAMED])}{' ...' * (len(known) > _MOST_NAMED)}"


_MOST_NAMED = 60


@dataclass(frozen=True, slots=True, eq=False)
class Must:
    """A check, which raises ValueError with a sentence, and what says the same to an editor."""

    check: Callable[[Any], object]
    schema: dict[str, Any] = field(default_factory=dict)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Any) -> Any:
        self.check(value)
        return value

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), **self.schema}


@dataclass(frozen=True, slots=True, eq=False)
class Says:
    """The description of a key whose name Python keeps for itself, so that no docstring can stand below it."""

    text: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "description": self.text}


@dataclass(frozen=True, slots=True)
class By:
    """How the things of a list are called: by which keys, and within what a name is unique where it is said. When files
    are merged, things of one name become one; of things without a name each is added."""

    keys: tuple[str, ...]
    within: str = ""


def by(*keys: str, within: str = "") -> By:
    """Things of a list that are called by these keys."""
    return By(keys, within)


def within(least: int, most: int) -> Must:
    """A number between two others, both included."""

    def check(value: int) -> None:
        if not least <= value <= most:
            raise ValueError(f"a number from {least} to {most} is needed, {value} is none")

    return Must(check, {"minimum": least, "maximum": most})


def sized(least: int, most: int) -> Must:
    """A text of so many characters, or a list or mapping of so many items."""

    def check(value: Sized) -> None:
        if not least <= len(value) <= most:
            raise ValueError(f"a length from {least} to {most} is needed, {len(value)} is none")

    return Must(check)


def one_of(what: str, names: Iterable[str]) -> Must:
    """One of some names."""
    known = frozenset(names)

    def check(value: str) -> None:
        if value not in known:
            raise ValueError(no_such(value, what, known))

    return Must(check, {"enum": sorted(known)})


def read_base64(value: str) -> bytes:
    """What is said in Base64; ValueError for what is not."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"this is not Base64: {error}") from None


def _not_blank(value: str) -> None:
    if not value.strip():
        raise ValueError("a name is more than blanks")


def _permission(value: str) -> None:
    if not is_permission(value):
        raise ValueError(f"'{value[:_LONGEST_WORD]}' is no permission{near(value, PERMISSIONS)}")
    if value not in PERMISSIONS and (meant := near(value, PERMISSIONS, 0.8)):
        raise ValueError(f"'{value}' is no permission{meant}")


def check_key(value: str) -> None:
    """ValueError unless this is the PEM of a public key with which clients can log in."""
    from emulator.access.signing import check_public_key

    try:
        check_public_key(value)
    except ValueError as error:
        what = str(error).splitlines()[0][:200]
        raise ValueError(f"this is not the PEM of an RSA public key of 2048 bits or more: {what}") from None


_AGO = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def ago(how_long: int | str) -> int:
    """How long ago in ms: a number is ms already, a text has a unit, such as 90s or 3d. ValueError else."""
    if isinstance(how_long, int):
        return how_long
    found = _AGO.fullmatch(how_long)
    if found is None:
        raise ValueError("write how long ago as a number with s, m, h or d, such as 90s or 3d")
    return int(found[1]) * _UNITS[found[2]]


_SHORTEST_TURN = 100


def turn(every: int | str) -> int:
    """How often a timer strikes, in ms; ValueError unless it is 100 ms to a day."""
    ms = ago(every)
    if not _SHORTEST_TURN <= ms <= _UNITS["d"]:
        raise ValueError(f"a timer strikes every {_SHORTEST_TURN} ms to once a day")
    return ms


def moment(said: int | str, now: int) -> int:
    """A time in ms: how long before `now`, as ms or with a unit (90s, 3d), after it (+2h), on a working day before it
    (3 workdays at 09:30, in UTC), or a time (ISO 8601, in UTC where it names no zone). ValueError for what is none of
    these or out of the years 1970 to 9998."""
    if isinstance(said, int):
        if said < 0:
            raise ValueError(f"{said} ms ago is not between now and 1970")
        at = now - said
    elif _AGO.fullmatch(said):
        at = now - ago(said)
    elif _AGO.fullmatch(said.removeprefix("+")):
        at = now + ago(said.removeprefix("+"))
    elif found := _WORKDAYS.fullmatch(said):
        today = (_EPOCH + timedelta(milliseconds=now)).date()
        at = midnight(business_days(today, -int(found[1]))) + (int(found[2]) * 60 + int(found[3])) * 60_000
    else:
        try:
            read = datetime.fromisoformat(said)
        except ValueError:
            raise ValueError(
                "write how long ago as a number with s, m, h or d, such as 90s or 3d, or a time such as"
                f" 2026-03-02T09:30:00Z; '{said[:_LONGEST_WORD]}' is neither"
            ) from None
        since = (read if read.tzinfo else read.replace(tzinfo=UTC)) - _EPOCH
        at = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    if not 0 <= at < LATEST:
        raise ValueError(f"{said} is not within 1970 and 9998")
    return at


_WORKDAYS = re.compile(r"([1-9]\d{0,2}) workdays? at ([01]\d|2[0-3]):([0-5]\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOME_TIME = LATEST // 2


def written(at: int) -> str:
    """A time (ms) as files have it: `moment` reads it."""
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _any(value: object) -> None:
    """Whether there is such a user is seen when all of them are known."""


_ID = re.compile(r"[\w-]{1,128}", re.ASCII)


def _id(value: str) -> None:
    if not _ID.fullmatch(value):
        raise ValueError("an id has 1 to 128 letters, digits, _ and -, as URLs take them unescaped")


MOMENT = Must(
    lambda value: moment(value, _SOME_TIME),
    {"$comment": "a time", "examples": ["90s", "15m", "2h", "3d", "3 workdays at 09:30", "2026-03-02T09:30:00Z"]},
)
WHO = Must(_any, {"$comment": "a user"})

Name = Annotated[str, Must(_not_blank, {"pattern": r"\S"})]
Id = Annotated[str, Must(_id, {"pattern": "^[A-Za-z0-9_-]{1,128}$"})]
Permission = Annotated[
    str,
    Must(_permission, {"anyOf": [{"enum": sorted(PERMISSIONS)}, {"pattern": "^[A-Z0-9_]{1,64}$"}]}),
]
PublicKey = Annotated[str, Must(check_key, {"pattern": "-----BEGIN"})]
Entitlement = Annotated[str, one_of("entitlement", ENTITLEMENTS)]
CompanyEntitlement = Annotated[str, one_of("entitlement of a company", COMPANY_ENTITLEMENTS)]
Role = Annotated[
    str,
    one_of("role", [*ROLES, *(f"{role.id}.{action}" for role in ROLES.values() for action in role.optional_actions)]),
]
Category = Annotated[str, one_of("presence", CATEGORIES)]
Moment = Annotated[int | str, MOMENT]
"""How long before the start (ms, or 90s, 15m, 2h, 3d), after it (+2h), on a working day before it, or a time."""
Who = Annotated[int | str, WHO]
"""A user: by username, or by e-mail or id where several have the name."""
