"""The matrix: each row of the table in each situation, and what comes of it.

`python -m tests.refresh` writes `tests/matrix.tsv` and `emulator/table/asked.tsv` anew: read what changed before you
commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.table.table import TABLE
from emulator.world.attachments import Upload
from emulator.world.messages import Content, Origin
from emulator.world.policy import Asked, overheard
from emulator.world.streams import RoomAttributes, Stream
from emulator.world.users import User
from tests.conftest import Wire

ROWS = [row for row in TABLE if row.permissions]
HELLO = "<messageML>Hello <hash tag='rates'/></messageML>"
FILE = [("attachment", ("a.csv", b"1", "text/csv"))]


@dataclass
class Scene:
    """alice and somebody else, who share a room and an IM and have written there: a colleague, or abroad."""

    wire: Wire
    other: User
    room: Stream

    def __post_init__(self) -> None:
        world = self.wire.world
        parties = tuple(sorted((self.alice.id, self.other.id)))
        self.im = world.streams.book.one_by("parties", parties) or world.streams.open_im(self.alice, parties)
        if self.room.room and not self.room.room.cross_pod:
            world.streams.seat(self.room, self.other.id, owner=True)
        self.mine, self.theirs = self._say(self.alice), self._say(self.other)
        world.presences.set(self.other, "BUSY")
        world.presences.register(self.alice, [self.other.id])

    @property
    def alice(self) -> User:
        return self.wire.user("alice")

    def _say(self, user: User) -> str:
        content = Content(presentationml=f"<div>said by {user.username}</div>", words=("said", user.username))
        uploads = (Upload(name="a.csv", content=b"x"),)
        return self.wire.world.messages.post(user, self.room, content, Origin(session="s"), uploads).id

    def signal(self, owner: User | None = None) -> str:
        made = self.wire.world.signals.create(
            owner or self.other, name="s", query="HASHTAG:rates", visible=True, company_wide=False
        )
        return made.id

    def feed(self) -> str:
        return self.wire.world.presences.create_feed(self.alice).id

    def entitle(self, entitlement: str) -> None:
        self.wire.world.users.change(self.alice, entitlements=self.alice.entitlements | {entitlement})


Request = dict[str, Any]


def _share(s: Scene) -> Request:
    article = {
        "title": "Up",
        "publisher": "N",
        "author": "A",
        "appId": "acme-desk",
        "articleUrl": "https://n.example/1",
    }
    return {"path": {"sid": s.room.id}, "json": {"type": "com.symphony.sharing.article", "content": article}}


def _outsider(s: Scene) -> int:
    """Somebody of the other's company who is in no room yet, connected to alice."""
    if s.other.company_id == s.alice.company_id:
        return s.wire.id("frank")
    dave = s.wire.user("dave")
    s.wire.world.connections.set(s.alice, dave, "ACCEPTED")
    return dave.id


def _seat_frank(s: Scene) -> Request:
    s.wire.world.streams.seat(s.room, s.wire.id("frank"))
    return {"path": {"id": s.room.id}, "json": {"id": s.wire.id("frank")}}


def _bulk(s: Scene) -> Request:
    s.entitle("canManageSignalSubscription")
    return {"path": {"id": s.signal(s.alice)}, "json": [s.other.id]}


def _leave_signal(s: Scene) -> Request:
    signal = s.signal()
    s.wire.world.signals.subscribe(s.other, signal, None, pushed=False)
    if s.other.company_id == s.alice.company_id:
        s.wire.world.signals.subscribe(s.alice, signal, None, pushed=False)
    return {"path": {"id": signal}}


CALLS: dict[str, Callable[[Scene], Request]] = {
    "GET /pod/v1/connection/list": lambda s: {"params": {"userIds": str(s.other.id), "status": "ALL"}},
    "GET /pod/v1/admin/system/protocols/list": lambda s: {},
    "GET /pod/v2/system/protocols": lambda s: {},
    "GET /pod/v1/connection/user/{userId}/info": lambda s: {"path": {"userId": s.other.id}},
    "GET /pod/v1/files/allowedTypes": lambda s: {},
    "GET /pod/v1/presence/feed/{feedId}/read": lambda s: {"path": {"feedId": s.feed()}},
    "GET /pod/v1/sessioninfo": lambda s: {},
    "GET /pod/v2/sessioninfo": lambda s: {},
    "GET /pod/v1/streams/{sid}/info": lambda s: {"path": {"sid": s.room.id}},
    "GET /pod/v2/streams/{sid}/info": lambda s: {"path": {"sid": s.im.id}},
    "GET /pod/v1/user": lambda s: {"params": {"email": s.other.email}},
    "GET /pod/v2/user": lambda s: {"params": {"uid": s.other.id}},
    "GET /pod/v3/users": lambda s: {"params": {"uid": s.other.id}},
    "GET /pod/v1/user/presence": lambda s: {},
    "GET /pod/v2/user/presence": lambda s: {},
    "GET /pod/v1/user/{uid}/presence": lambda s: {"path": {"uid": s.other.id}},
    "GET /pod/v2/user/{uid}/presence": lambda s: {"path": {"uid": s.other.id}},
    "GET /pod/v3/user/{uid}/presence": lambda s: {"path": {"uid": s.other.id}},
    "POST /pod/v1/user/presence": lambda s: {"json": {"category": "AWAY"}},
    "POST /pod/v2/user/presence": lambda s: {"json": {"category": "AWAY"}},
    "POST /pod/v3/user/presence": lambda s: {"json": {"category": "AWAY", "userId": s.alice.id}},
    "POST /pod/v1/user/presence/register": lambda s: {"json": [s.other.id]},
    "POST /pod/v1/presence/feed/create": lambda s: {},
    "POST /pod/v1/presence/feed/{feedId}/delete": lambda s: {"path": {"feedId": s.feed()}},
    "POST /pod/v1/user/{uid}/follow": lambda s: {"path": {"uid": s.other.id}, "json": {"followers": [s.alice.id]}},
    "POST /pod/v1/user/{uid}/unfollow": lambda s: {"path": {"uid": s.other.id}, "json": {"followers": [s.alice.id]}},
    "POST /agent/v3/stream/{sid}/share": _share,
    "POST /agent/v4/stream/{sid}/message/create": lambda s: {
        "path": {"sid": s.room.id},
        "data": {"message": HELLO},
        "files": FILE,
    },
    "POST /agent/v4/message/blast": lambda s: {"data": {"message": HELLO, "sids": s.im.id}},
    "POST /agent/v4/stream/{sid}/message/{mid}/update": lambda s: {
        "path": {"sid": s.room.id, "mid": s.mine},
        "data": {"message": HELLO},
        "files": [],
    },
    "GET /agent/v4/stream/{sid}/message": lambda s: {"path": {"sid": s.room.id}, "params": {"since": 0}},
    "POST /agent/v1/message/search": lambda s: {"json": {"text": f"said {s.other.username}", "streamId": s.room.id}},
    "GET /agent/v1/signals/list": lambda s: {"made": s.signal(s.alice)},
    "GET /agent/v1/signals/{id}/get": lambda s: {"path": {"id": s.signal()}},
    "POST /agent/v1/signals/create": lambda s: {
        "json": {"name": "n", "query": "HASHTAG:rates", "visibleOnProfile": True, "companyWide": False}
    },
    "POST /agent/v1/signals/{id}/update": lambda s: {"path": {"id": s.signal(s.alice)}, "json": {"name": "m"}},
    "POST /agent/v1/signals/{id}/delete": lambda s: {"path": {"id": s.signal(s.alice)}},
    "POST /agent/v1/signals/{id}/subscribe": _bulk,
    "POST /agent/v1/signals/{id}/unsubscribe": _leave_signal,
    "GET /agent/v1/signals/{id}/subscribers": lambda s: {"path": {"id": s.signal()}},
    "POST /pod/v1/admin/messagesuppression/{id}/suppress": lambda s: {"path": {"id": s.mine}},
    "POST /pod/v1/connection/create": lambda s: {"json": {"userId": s.other.id}},
    "POST /pod/v1/im/create": lambda s: {"json": [s.other.id]},
    "GET /pod/v2/room/{id}/membership/list": lambda s: {"path": {"id": s.room.id}},
    "POST /pod/v1/room/{id}/membership/add": lambda s: {"path": {"id": s.room.id}, "json": {"id": _outsider(s)}},
    "POST /pod/v1/room/{id}/membership/remove": lambda s: {"path": {"id": s.room.id}, "json": {"id": s.other.id}},
    "POST /pod/v1/room/{id}/membership/promoteOwner": _seat_frank,
    "POST /pod/v1/room/{id}/membership/demoteOwner": lambda s: {"path": {"id": s.room.id}, "json": {"id": s.other.id}},
    "POST /pod/v1/room/{id}/setActive": lambda s: {"path": {"id": s.room.id}, "params": {"active": "false"}},
    "POST /pod/v1/streams/list": lambda s: {"json": {"streamTypes": [{"type": "IM"}, {"type": "ROOM"}]}},
    "POST /pod/v1/user/search": lambda s: {"json": {"query": s.other.username}},
    "POST /pod/v3/room/create": lambda s: {
        "json": {"name": "New", "description": "d", "crossPod": s.room.cross_pod, "discoverable": False}
    },
    "POST /pod/v3/room/search": lambda s: {"json": {"query": s.room.room.name if s.room.room else ""}},
    "GET /pod/v3/room/{id}/info": lambda s: {"path": {"id": s.room.id}},
    "POST /pod/v3/room/{id}/update": lambda s: {"path": {"id": s.room.id}, "json": {"description": "new"}},
}


# --- situations ---


def _unentitled(s: Scene) -> None:
    s.wire.world.users.change(s.alice, entitlements=frozenset())


def _counterpart_unentitled(s: Scene) -> None:
    s.wire.world.users.change(s.wire.user(s.other.username), entitlements=frozenset())


def _not_connected(s: Scene) -> None:
    world = s.wire.world
    for connection in world.connections.book.by("party", s.alice.id):
        world.connections.book.drop(tuple(sorted((connection.requester, connection.receiver))))  # type: ignore[arg-type]


def _not_member(s: Scene) -> None:
    for stream in (s.room, s.im):
        s.wire.world.streams.memberships.drop((stream.id, s.alice.id))


def _left(s: Scene) -> None:
    s.wire.world.rooms.remove(s.alice, s.room.id, s.alice.id)


def _barred(s: Scene) -> None:
    ids, barriers = s.wire.world.ids, s.wire.world.barriers
    state = ids._random.getstate()  # so that what the call makes has the id that it has without a barrier
    barriers.set_group("left side", [s.alice.id])
    barriers.set_group("right side", [s.other.id])
    barriers.raise_between("left side", "right side")
    ids._random.setstate(state)


def _counterpart_deactivated(s: Scene) -> None:
    s.wire.world.users.change(s.wire.user(s.other.username), enabled=False)


def _deactivated(s: Scene) -> None:
    s.wire.token("alice")
    s.wire.world.users.change(s.alice, enabled=False)


def _suppressed(s: Scene) -> None:
    for user, message in ((s.alice, s.mine), (s.other, s.theirs)):
        s.wire.world.messages.suppress(user, message)


def _room_deactivated(s: Scene) -> None:
    s.wire.world.rooms.set_active(s.alice, s.room.id, False)


def _permission(s: Scene) -> None:
    app = s.wire.world.apps.get("acme-desk")
    s.wire.world.apps.change(app, permissions=frozenset({"ACT_AS_USER"}))


@dataclass(frozen=True)
class Situation:
    """What is changed before the call, and whether the counterpart is a colleague."""

    change: Callable[[Scene], None]
    abroad: bool = False


SITUATIONS: dict[str, Situation] = {
    "good": Situation(lambda s: None),
    "permission missing": Situation(_permission),
    "deactivated": Situation(_deactivated),
    "unentitled": Situation(_unentitled),
    "not member": Situation(_not_member),
    "left the room": Situation(_left),
    "barred": Situation(_barred),
    "suppressed": Situation(_suppressed),
    "room deactivated": Situation(_room_deactivated),
    "counterpart deactivated": Situation(_counterpart_deactivated),
    "other company": Situation(lambda s: None, abroad=True),
    "other company, unentitled": Situation(_unentitled, abroad=True),
    "other company, counterpart unentitled": Situation(_counterpart_unentitled, abroad=True),
    "other company, not connected": Situation(_not_connected, abroad=True),
    "other company, left the room": Situation(_left, abroad=True),
    "other company, suppressed": Situation(_suppressed, abroad=True),
}


@dataclass
class Outcome:
    """What came of a call: the status, the body, and the rules that were asked."""

    status: int
    body: bytes
    asked: list[Asked]

    @property
    def refusing(self) -> list[str]:
        return list(dict.fromkeys(each.rule.name for each in self.asked if each.refusal is not None))

    def said(self, good: Outcome) -> str:
        """In a word: the status, a star where the answer is another one than without the situation, who refused."""
        other = "*" if self.status == good.status and self.body != good.body else ""
        errors = b'"errors":{"' in self.body  # a blast tells what failed by stream
        who = self.refusing
        if self.status == 401:
            who = ["session"]
        elif self.status == 403 and not who:
            who = ["permission"]
        return " ".join([f"{self.status}{other}{'!' if errors else ''}", *who])


def scene_of(wire: Wire, name: str, *, abroad: bool = False) -> Scene:
    """Where a row's call takes place."""
    other, room = ("carol", "Acme x Globex") if abroad else ("bob", "Trading Desk")
    scene = Scene(wire, wire.user(other), wire.room(room))
    if not abroad and name.endswith(("/membership/add", "/room/search")):
        scene.room = wire.world.rooms.open(scene.alice, RoomAttributes(name="Matrix", discoverable=True))
        wire.world.streams.seat(scene.room, scene.other.id, owner=True)
    return scene


def outcome(wire: Wire, name: str, situation: Situation) -> Outcome:
    """What comes of a row's call in a situation."""
    wire.world.ids._random.seed(1)  # so that answers differ by what the situation does alone
    scene = scene_of(wire, name, abroad=situation.abroad)
    request = CALLS[name](scene)
    situation.change(scene)
    method, _, path = name.partition(" ")
    path = path.format(**request.pop("path", {}))
    request.pop("made", None)
    with overheard() as asked:
        answer = wire.call(method, path, **request)
    return Outcome(answer.status_code, answer.content, asked)


def walked(wire: Wire) -> Iterator[tuple[str, dict[str, Outcome]]]:
    """Each row with its outcome in each situation."""
    wire.world.clock.freeze()
    as_loaded = wire.world.snapshot()
    for row in ROWS:
        assert row.name in CALLS, f"put a call of {row.name} into CALLS of tests/matrix.py"
        outcomes = {}
        for name, situation in SITUATIONS.items():
            outcomes[name] = outcome(wire, row.name, situation)
            wire.stage.restore(as_loaded)
        yield row.name, outcomes


def texts(wire: Wire) -> tuple[str, str]:
    """`tests/matrix.tsv` and `emulator/table/asked.tsv`."""
    matrix, asked = ["\t".join(["row", *SITUATIONS])], []
    for name, outcomes in walked(wire):
        cells = [
            found.said(outcomes["other company" if SITUATIONS[situation].abroad else "good"])
            for situation, found in outcomes.items()
        ]
        matrix.append("\t".join([name, *cells]))
        rules = dict.fromkeys(each.rule.name for found in outcomes.values() for each in found.asked)
        asked.append("\t".join([name, " ".join(rules)]))
    return "\n".join(matrix) + "\n", "\n".join(sorted(asked)) + "\n"
