"""What is set for a pod as a whole; among it every choice between two readings of what production does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal, get_args, get_type_hints

from emulator.world.policy import Basis
from emulator.world.record import record, within

DEFAULT_FILE_TYPES = frozenset(
    f".{extension}"
    for extension in (
        "bmp csv doc docx gif htm html jpeg jpg json log md mp3 mp4 msg odp ods odt pdf png ppt pptx rtf svg tif tiff"
        " tsv txt wav webp xls xlsm xlsx xml zip"
    ).split()
)
DEFAULT_PROTOCOLS = ("http", "https", "ftp", "mailto", "skype", "tel")

LONGEST_SESSION = 100 * 365 * 24
LONGEST_SUPPRESS = 100 * 365 * 24 * 60
"""The most hours of a session, and minutes after which a message is still suppressed."""

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
_ADD_MEMBER, _CONNECT = "POST /pod/v1/room/{id}/membership/add", "POST /pod/v1/connection/create"
_SEND = "POST /agent/v4/stream/{sid}/message/create"
_MESSAGES, _SEARCH = "GET /agent/v4/stream/{sid}/message", "POST /agent/v1/message/search"


@record
class Settings:
    """What an administrator sets for a pod, and how the emulator reads what the documentation leaves open.
    `suppress_minutes` None is no limit; `obo_also` are the names of endpoints that are opened to apps."""

    file_types: frozenset[str] = DEFAULT_FILE_TYPES
    protocols: tuple[str, ...] = DEFAULT_PROTOCOLS
    session_hours: Annotated[int, within(1, LONGEST_SESSION)] = 14 * 24
    suppress_minutes: Annotated[int, within(0, LONGEST_SUPPRESS)] | None = None
    obo_also: frozenset[str] = frozenset()

    permission_match: Literal["all", "any"] = _choice(
        "all",
        "whether an endpoint with two permissions asks for both or for one of them",
        Basis.CHOICE,
        "production/pod.md 2.2",
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
        _SEND,
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
    unknown_user_ids: Literal["errors", "absent"] = _choice(
        "errors",
        "ids that nobody has, in a look-up that finds somebody else: among its errors, or left out",
        Basis.SPECIFIED,
        "production/pod.md 5",
        "GET /pod/v3/users",
    )
    external_usernames: Literal["shown", "hidden"] = _choice(
        "shown",
        "the username of users of other companies in look-ups",
        Basis.DOCUMENTED,
        "production/pod.md 3.4",
        "GET /pod/v2/user",
        "GET /pod/v3/users",
        "POST /pod/v1/user/search",
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

    outsider_text: Literal["recorded", "documented"] = _choice(
        "recorded",
        "what a 403 says to somebody who writes into a stream that they are not in",
        Basis.OBSERVED,
        "production/agent.md 3",
        _SEND,
    )
    public_room_writing: Literal["outside", "joins"] = _choice(
        "outside",
        "whether somebody who writes into a public room of their company stays outside or joins it",
        Basis.CHOICE,
        "production/agent.md 3",
        _SEND,
    )
    message_data: Literal["absent", "null", "object"] = _choice(
        "absent",
        "`data` of a message without entities: absent, null, or an empty object as a text",
        Basis.OBSERVED,
        "production/agent.md 2",
        _SEND,
        _MESSAGES,
    )
    empty_messages: Literal["noContent", "emptyList"] = _choice(
        "noContent",
        "a list of messages with nothing in it: 204, or `[]`",
        Basis.SPECIFIED,
        "production/agent.md 4.1",
        _MESSAGES,
    )
    empty_search: Literal["noContent", "emptyList"] = _choice(
        "noContent",
        "a search of messages that finds nothing: 204, or `[]`",
        Basis.SPECIFIED,
        "production/agent.md 9",
        _SEARCH,
    )
    suppressed_messages: Literal["emptied", "absent"] = _choice(
        "emptied",
        "suppressed messages in a list of messages",
        Basis.CHOICE,
        "production/agent.md 7",
        _MESSAGES,
    )
    replaced_versions: Literal["listed", "absent"] = _choice(
        "listed",
        "versions of a message that were replaced, in a list of messages",
        Basis.CHOICE,
        "production/agent.md 6",
        _MESSAGES,
    )
    replaced_version_update: Literal["taken", "refused"] = _choice(
        "taken",
        "an update that names a version which was replaced",
        Basis.CHOICE,
        "production/agent.md 6",
        "POST /agent/v4/stream/{sid}/message/{mid}/update",
    )
    unreadable_message: Literal["forbidden", "noContent"] = _choice(
        "forbidden",
        "a message by its id that the user may not read: 403, or 204 as for one that nobody sent",
        Basis.CHOICE,
        "production/agent.md 4.2",
        "GET /agent/v1/message/{id}",
    )
    limit_above_maximum: Literal["refused", "cut"] = _choice(
        "refused",
        "a `limit` above the maximum: 400, or as much as the maximum",
        Basis.CHOICE,
        "production/agent.md 1.1",
        _MESSAGES,
        _SEARCH,
        "POST /pod/v1/user/search",
    )
    share_without_type: Literal["taken", "refused"] = _choice(
        "taken",
        "an article that is shared without `type`",
        Basis.SPECIFIED,
        "production/agent.md 8",
        "POST /agent/v3/stream/{sid}/share",
    )
    same_tag: Literal["same", "new"] = _choice(
        "same",
        "whether a datafeed that is created with the tag of another is that one, or a new one",
        Basis.CHOICE,
        "production/agent_signals_events.md 3.1",
        "POST /agent/v5/datafeeds",
    )
    form_answers: Literal["sender", "members"] = _choice(
        "sender",
        "whether the answers to a form come to the datafeeds of its sender, or of all in the stream",
        Basis.CHOICE,
        "production/agent_signals_events.md 5",
    )
    room_creator: Literal["silent", "told"] = _choice(
        "silent",
        "whether datafeeds tell that the creator of a room joined it",
        Basis.CHOICE,
        "production/agent_signals_events.md 4.2",
        _CREATE_ROOM,
    )
    fixed_attributes_repeated: Literal["taken", "refused"] = _choice(
        "taken",
        "an update of a room that repeats an attribute which is fixed",
        Basis.CHOICE,
        "production/pod.md 9.4",
        _UPDATE_ROOM,
    )
    public_room_info: Literal["members", "colleagues"] = _choice(
        "members",
        "to whom the details of an active public room are shown",
        Basis.DOCUMENTED,
        "production/pod.md 9.3",
        "GET /pod/v3/room/{id}/info",
    )
    room_search_ids: Literal["urlSafe", "standard"] = _choice(
        "urlSafe",
        "the Base64 of the ids of rooms that a search finds",
        Basis.OBSERVED,
        "production/pod.md 1.4",
        "POST /pod/v3/room/search",
    )
    external_members: Literal["connected", "anybody"] = _choice(
        "connected",
        "which users of other companies are added to a room: who is connected to who adds them, or anybody",
        Basis.DOCUMENTED,
        "production/pod.md 9.6",
        _ADD_MEMBER,
    )
    member_again: Literal["taken", "refused"] = _choice(
        "taken",
        "adding somebody to a room who is in it",
        Basis.CHOICE,
        "production/pod.md 9.6",
        _ADD_MEMBER,
    )
    leaving_rooms: Literal["everybody", "accounts"] = _choice(
        "everybody",
        "who leaves a room of their own accord: everybody in it, or its owners and service accounts",
        Basis.CHOICE,
        "production/pod.md 9.6",
        "POST /pod/v1/room/{id}/membership/remove",
    )
    empty_connections: Literal["emptyList", "notFound"] = _choice(
        "emptyList",
        "a list of connections with nothing in it: `[]`, or 404",
        Basis.CHOICE,
        "production/pod.md 7",
        "GET /pod/v1/connection/list",
    )
    request_again: Literal["refused", "taken"] = _choice(
        "refused",
        "asking again for a connection while the first request waits",
        Basis.DOCUMENTED,
        "production/pod.md 7",
        _CONNECT,
    )
    crossed_request: Literal["waits", "accepts"] = _choice(
        "waits",
        "whether asking somebody for a connection who has asked leaves their request waiting, or accepts it",
        Basis.CHOICE,
        "production/pod.md 7",
        _CONNECT,
    )
    request_to_connected: Literal["taken", "refused"] = _choice(
        "taken",
        "asking somebody of another company for a connection who is connected",
        Basis.CHOICE,
        "production/pod.md 7",
        _CONNECT,
    )
    unseen_presence: Literal["offline", "refused"] = _choice(
        "offline",
        "the presence of somebody of another company who is not connected, or in whom no interest was registered",
        Basis.CHOICE,
        "production/pod.md 6",
        "GET /pod/v3/user/{uid}/presence",
        "GET /pod/v2/user/{uid}/presence",
        "GET /pod/v1/user/{uid}/presence",
    )
    first_presence_read: Literal["all", "changes"] = _choice(
        "all",
        "whether the first read of a presence feed tells of all who are not OFFLINE, or of what changed since",
        Basis.CHOICE,
        "production/pod.md 6",
        "GET /pod/v1/presence/feed/{feedId}/read",
    )
    look_up_without_externals: Literal["colleagues", "nobody"] = _choice(
        "colleagues",
        "whom a look-up without `local=true` finds for who may not deal with other companies",
        Basis.CHOICE,
        "production/pod.md 5",
        "GET /pod/v3/users",
    )
    barred_users: Literal["found", "hidden"] = _choice(
        "found",
        "whether the directory shows users whom an information barrier separates to each other",
        Basis.CHOICE,
        "production/pod.md 10",
        "POST /pod/v1/user/search",
        "GET /pod/v2/user",
        "GET /pod/v3/users",
    )
    barred_messages: Literal["hidden", "shown"] = _choice(
        "hidden",
        "what was written by somebody whom an information barrier separates from the reader",
        Basis.CHOICE,
        "production/pod.md 10",
        _MESSAGES,
        _SEARCH,
    )
    barred_writing: Literal["refused", "taken"] = _choice(
        "refused",
        "writing into a room in which somebody is whom an information barrier separates from the writer",
        Basis.CHOICE,
        "production/pod.md 10",
        _SEND,
    )
    deactivated_login: Literal["unauthorized", "forbidden"] = _choice(
        "unauthorized",
        "a log-in on behalf of a user who is deactivated or suspended: 401, or 403",
        Basis.CHOICE,
        "production/auth.md 6",
        "POST /login/pubkey/app/user/{userId}/authenticate",
        "POST /login/pubkey/app/username/{username}/authenticate",
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
