"""What is set for a pod as a whole; among it every choice between two readings of what production does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints

from emulator.world.policy import Basis
from emulator.world.record import record

DEFAULT_FILE_TYPES = frozenset(
    f".{extension}"
    for extension in (
        "bmp csv doc docx gif htm html jpeg jpg json log md mp3 mp4 msg odp ods odt pdf png ppt pptx rtf svg tif tiff"
        " tsv txt wav webp xls xlsm xlsx xml zip"
    ).split()
)
DEFAULT_PROTOCOLS = ("http", "https", "ftp", "mailto", "skype", "tel")

Reading = str | bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice between readings of what production does, the first of which is ours. `name` is what files call it,
    `field` what `Settings` does; `strict` is the reading that the preset `strict` takes, None where it takes none;
    `basis` and `source` are those of our reading; `at` are the endpoints that answer otherwise, empty for many."""

    name: str
    field: str
    readings: tuple[Reading, ...]
    kind: Any
    decides: str
    basis: Basis
    source: str
    at: tuple[str, ...]
    strict: Reading | None

    @property
    def ours(self) -> Reading:
        return self.readings[0]

    def but(self, reading: Reading) -> str:
        """The readings that this one is not, in words."""
        return " or ".join(worded(each) for each in self.readings if each != reading)


def worded(reading: Reading) -> str:
    """A reading as files write it."""
    return str(reading).lower() if isinstance(reading, bool) else reading


def _choice(
    ours: Reading,
    decides: str,
    basis: Basis,
    source: str,
    *at: str,
    strict: Reading | None = None,
) -> Any:
    """A row of the table of choices: the field's type names the readings, and this all else."""
    return field(
        default=ours,
        metadata={"decides": decides, "basis": basis, "source": source, "at": at, "strict": strict},
    )


_CREATE_ROOM, _UPDATE_ROOM = "POST /pod/v3/room/create", "POST /pod/v3/room/{id}/update"
_MESSAGES, _SEARCH = "GET /agent/v4/stream/{sid}/message", "POST /agent/v1/message/search"


@record
class Settings:
    """What an administrator sets for a pod, and how the emulator reads what the documentation leaves open.
    `suppress_minutes` None is no limit; `obo_also` are the names of endpoints that are opened to apps."""

    file_types: frozenset[str] = DEFAULT_FILE_TYPES
    protocols: tuple[str, ...] = DEFAULT_PROTOCOLS
    session_hours: int = 14 * 24
    suppress_minutes: int | None = None
    obo_also: frozenset[str] = frozenset()

    permission_match: Literal["all", "any"] = _choice(
        "all",
        "whether an endpoint with two permissions asks for both or for one of them",
        Basis.CHOICE,
        "production/pod.md 2",
    )
    service_accounts_obo: bool = _choice(
        False,
        "whether apps act on behalf of service accounts",
        Basis.CHOICE,
        "production/auth.md 6",
    )
    forms_from_users: bool = _choice(
        False,
        "whether end users send forms",
        Basis.DOCUMENTED,
        "production/agent.md 3",
        "POST /agent/v4/stream/{sid}/message/create",
    )
    messages_order: Literal["newest", "oldest"] = _choice(
        "newest",
        "which message of a page comes first",
        Basis.OBSERVED,
        "production/agent.md 4.1",
        _MESSAGES,
    )
    unique_room_names: Literal["public", "all"] = _choice(
        "public",
        "which rooms of a company differ in name by more than case and blanks",
        Basis.OBSERVED,
        "production/pod.md 9.1",
        _CREATE_ROOM,
        _UPDATE_ROOM,
        strict="all",
    )
    unchanging_room_update: Literal["taken", "refused"] = _choice(
        "taken",
        "an update of a room that repeats what is",
        Basis.DOCUMENTED,
        "production/pod.md 9.4",
        _UPDATE_ROOM,
        strict="refused",
    )
    stream_type_in_stream: Literal["taken", "refused"] = _choice(
        "taken",
        "a search with `streamType` and `streamId`",
        Basis.OBSERVED,
        "production/agent.md 9",
        _SEARCH,
        strict="refused",
    )
    username_without_local: Literal["taken", "refused"] = _choice(
        "taken",
        "a look-up by username without `local=true`",
        Basis.OBSERVED,
        "production/pod.md 5",
        "GET /pod/v2/user",
        strict="refused",
    )
    streams_list_limit: Literal["free", "bounded"] = _choice(
        "free",
        "`limit` 0, which is all, and above 1,000",
        Basis.OBSERVED,
        "production/pod.md 8",
        "POST /pod/v1/streams/list",
        strict="bounded",
    )
    own_request_removal: Literal["taken", "refused"] = _choice(
        "taken",
        "the removal of a request of one's own that waits",
        Basis.OBSERVED,
        "production/pod.md 7",
        "POST /pod/v1/connection/user/{uid}/remove",
        strict="refused",
    )
    room_description_search: Literal["words", "tags"] = _choice(
        "words",
        "whether a room is found by any word of its description, or by its hashtags and cashtags",
        Basis.OBSERVED,
        "production/pod.md 9.7",
        "POST /pod/v3/room/search",
        strict="tags",
    )
    certificate_login_with_json: Literal["taken", "refused"] = _choice(
        "taken",
        "a log-in with a certificate that sends JSON along",
        Basis.OBSERVED,
        "production/auth.md 3",
        "POST /sessionauth/v1/authenticate",
        "POST /keyauth/v1/authenticate",
        "POST /sessionauth/v1/app/authenticate",
        strict="refused",
    )


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _table() -> dict[str, Choice]:
    kinds = get_type_hints(Settings)
    found = {}
    for each in fields(Settings):
        if each.metadata:
            readings = get_args(kinds[each.name]) or (False, True)
            ordered = (each.default, *(reading for reading in readings if reading != each.default))
            name = _camel(each.name)
            found[name] = Choice(name=name, field=each.name, readings=ordered, kind=kinds[each.name], **each.metadata)
    return found


CHOICES: dict[str, Choice] = _table()
"""Every choice, by the name that files use."""

STRICT: dict[str, Reading] = {each.field: each.strict for each in CHOICES.values() if each.strict is not None}
"""The preset `strict`: refuse what no source refuses, but what the documentation's words may be read to refuse."""
