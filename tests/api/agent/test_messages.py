"""Messages over the wire: bodies as clients send them, limits, reading, changing, hiding."""

from __future__ import annotations

import base64
from itertools import count
from typing import Any

import pytest

from emulator.access.obo_also import OBO_ALSO
from emulator.world.clock import Clock
from tests.conftest import Wire, refused

CREATE = "/agent/v4/stream/{}/message/create"
HELLO = "<messageML>Hello</messageML>"


def desk(wire: Wire) -> str:
    return wire.room("Trading Desk").id


def send(wire: Wire, user: str = "alice", stream: str | None = None, message: str = HELLO, **request: Any) -> Any:
    data = {"message": message, **request.pop("data", {})}
    return wire.post(CREATE.format(stream or desk(wire)), user, data=data, **request)


def listed(wire: Wire, user: str = "alice", stream: str | None = None, **params: Any) -> list[str]:
    answer = wire.get(f"/agent/v4/stream/{stream or desk(wire)}/message", user, params={"since": 0, **params})
    return [] if answer.status_code == 204 else [message["messageId"] for message in answer.json()]


def test_the_three_kinds_of_body(wire: Wire) -> None:
    path = CREATE.format(desk(wire))
    for request in (
        {"files": {"message": (None, HELLO)}},
        {"files": {"message": ("message", HELLO)}},
        {"data": {"message": HELLO, "data": "", "version": "", "silent": "True"}},
        {"json": {"message": HELLO, "data": "{}", "version": None}},
    ):
        answer = wire.post(path, **request)
        assert answer.status_code == 200, (request, answer.text)
        assert answer.json()["message"].endswith(">Hello</div>")
        assert "data" not in answer.json()


def test_ids_in_standard_base64_are_taken(wire: Wire) -> None:
    sid = desk(wire).replace("-", "%2B").replace("_", "%2F") + "=="
    assert send(wire, stream=sid).status_code == 200


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"data": {}}, "cannot be null or empty"),
        ({"data": {"message": "  "}}, "cannot be null or empty"),
        ({"data": {"message": HELLO, "data": "[]"}}, "not a JSON object"),
        ({"data": {"message": HELLO}, "files": {"attachment": (None, "text")}}, "neither a file name"),
        ({"data": {"message": HELLO}, "files": {"attachment": ("a.exe", b"x", "a/b")}}, ".exe"),
        ({"data": {"message": HELLO}, "files": {"attachment": ("noextension", b"x", "a/b")}}, "without an extension"),
        ({"data": {"message": HELLO}, "files": {"preview": ("a.png", b"x", "a/b")}}, "1 previews for 0 attachments"),
        ({"data": {"message": '<messageML><form id="f"><button name="a">b</button></form></messageML>'}}, "Elements"),
        ({"data": {"message": "<messageML>" + "<hash tag='a'/>" * 81 + "</messageML>"}}, "at most 80"),
        ({"data": {"message": "<messageML>" + " ".join(f"w{n}" for n in range(2_501)) + "</messageML>"}}, "2500"),
        ({"data": {"message": "<messageML>" + "a" * 60_001 + "</messageML>"}}, "60000 are allowed"),
        ({"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, ""),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, ""),
        ({"content": b"[1]", "headers": {"Content-Type": "application/json"}}, "not a JSON object"),
    ],
)
def test_what_is_refused_is_not_sent(wire: Wire, request_: dict[str, Any], reason: str) -> None:
    before = wire.world.messages.count
    refused(wire.post(CREATE.format(desk(wire)), **request_), 400, reason)
    assert wire.world.messages.count == before


def test_the_size_limit_answers_as_documented(wire: Wire) -> None:
    answer = send(wire, message="<messageML>" + "a" * 1_500_000 + "</messageML>")
    refused(answer, 400)
    assert answer.json()["details"]["code"] == "LIMIT_MESSAGE_CONTENT_MAX_TOTAL_SIZE_REACHED"


@pytest.mark.parametrize(
    ("user", "room", "status", "reason"),
    [
        ("ivan", "Trading Desk", 403, "not a member"),
        ("bob", "Announcements", 403, "read-only"),
        ("alice", "Archive", 400, "deactivated"),
        ("bob", "Acme x Globex", 403, "not a member"),
    ],
)
def test_streams_that_take_no_message(wire: Wire, user: str, room: str, status: int, reason: str) -> None:
    refused(send(wire, user, wire.room(room).id), status, reason)


def test_an_unknown_stream_reads_as_in_production(wire: Wire) -> None:
    for sid in ("nowhere", "A" * 34, "%00", "x" * 5_000):
        answer = send(wire, stream=sid)
        refused(answer, 400)
        assert answer.json()["message"] == "This thread doesn't exist."


def test_frank_sends_text_but_no_file(wire: Wire) -> None:
    assert send(wire, "frank").status_code == 200
    files = {"attachment": ("a.csv", b"1", "text/csv")}
    refused(send(wire, "frank", files=files), 403, "sendFilesEnabled")


def test_files_across_companies_have_their_own_entitlement(wire: Wire) -> None:
    room, files = wire.room("Acme x Globex").id, {"attachment": ("a.csv", b"1", "text/csv")}
    assert send(wire, stream=room, files=files).status_code == 200
    alice = wire.user("alice")
    wire.world.users.change(alice, entitlements=alice.entitlements - {"canShareFilesExternally"})
    refused(send(wire, stream=room, files=files), 403, "canShareFilesExternally")
    assert send(wire, files=files).status_code == 200


def test_attachments_are_listed_and_downloaded(wire: Wire) -> None:
    files = [
        ("attachment", ("a%20b.csv", b"1,2", "text/csv")),
        ("attachment", ("c.png", b"png", "image/png")),
        ("preview", ("p", b"small", "image/png")),
        ("preview", ("p", b"small2", "image/png")),
    ]
    message = send(wire, files=files).json()
    first = message["attachments"][0]
    assert [(each["name"], each["size"]) for each in message["attachments"]] == [("a b.csv", 3), ("c.png", 3)]
    assert first["images"][0]["dimension"] == "600"
    path = f"/agent/v1/stream/{desk(wire)}/attachment"
    params = {"fileId": first["id"], "messageId": message["messageId"]}
    refused(wire.get(path, params=params), 403, "not enabled for apps")
    answer = wire.get(path, "acme-bot", None, params=params)
    assert base64.b64decode(answer.content) == b"1,2"
    previews = {
        each["id"]: wire.get(path, "acme-bot", None, params={**params, "fileId": each["id"]})
        for each in (file["images"][0] for file in message["attachments"])
    }
    assert [base64.b64decode(answer.content) for answer in previews.values()] == [b"small", b"small2"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    refused(wire.get(path, "acme-bot", None, params={**params, "fileId": "other"}), 400, "no file")
    wire.world.set(obo_also=frozenset(OBO_ALSO))
    assert wire.get(path, "bob", params=params).status_code == 200
    refused(wire.get(path, "ivan", params=params), 403)


def test_pages_go_forward_from_since(wire: Wire) -> None:
    room = wire.post("/pod/v3/room/create", json={"name": "Pages", "description": "x"}).json()["roomSystemInfo"]["id"]
    sent = []
    for _ in range(5):
        wire.world.clock.advance(1)
        sent.append(send(wire, stream=room).json()["messageId"])
    assert listed(wire, stream=room) == sent[::-1]
    assert listed(wire, stream=room, limit=2) == sent[1::-1]
    assert listed(wire, stream=room, limit=2, skip=2) == sent[3:1:-1]
    third = wire.world.messages.book[sent[2]].at
    assert listed(wire, stream=room, since=third) == sent[:1:-1]
    assert listed(wire, stream=room, since=third, until=third) == [sent[2]]
    wire.world.set(messages_order="oldest")
    assert listed(wire, stream=room) == sent
    assert wire.get(f"/agent/v4/stream/{room}/message", params={"since": 10**15}).status_code == 204


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"since": "x"},
        {"since": -1},
        {"since": 0, "limit": 501},
        {"since": 0, "limit": 0},
        {"since": 0, "skip": -1},
        {"since": 10**30},
    ],
)
def test_malformed_pages_are_refused(wire: Wire, params: dict[str, Any]) -> None:
    refused(wire.get(f"/agent/v4/stream/{desk(wire)}/message", params=params), 400)


def test_two_messages_of_one_millisecond_keep_their_order(wire: Wire) -> None:
    sent = [send(wire).json()["messageId"] for _ in range(3)]
    assert len(set(sent)) == 3
    assert listed(wire, limit=500)[:3] == sent[::-1]


def test_the_event_of_a_message_has_its_time_however_the_clock_runs(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count(wire.world.clock.now())
    monkeypatch.setattr(Clock, "now", lambda _: next(ticks))  # a machine so busy that each look sees another time
    sent = send(wire).json()
    event = wire.world.events.recent[-1]
    assert (event.kind, event.at) == ("MESSAGESENT", sent["timestamp"])
    found = wire.get(f"/agent/v4/stream/{desk(wire)}/message", params={"since": event.at, "until": event.at}).json()
    assert [message["messageId"] for message in found] == [sent["messageId"]]


def test_history_begins_with_the_membership(wire: Wire) -> None:
    room = wire.post("/pod/v3/room/create", json={"name": "Late", "description": "x"}).json()["roomSystemInfo"]["id"]
    early = send(wire, stream=room).json()["messageId"]
    wire.post(f"/pod/v1/room/{room}/membership/add", json={"id": wire.id("bob")})
    late = send(wire, stream=room, message="<messageML>late <hash tag='h'/></messageML>").json()["messageId"]
    assert listed(wire, "alice", room) == [late, early]
    assert listed(wire, "bob", room) == [late]
    found = wire.post("/agent/v1/message/search", "bob", json={"text": "hello", "streamId": room})
    assert found.status_code == 204
    wire.post(f"/pod/v1/room/{room}/membership/remove", json={"id": wire.id("bob")})
    refused(wire.get(f"/agent/v4/stream/{room}/message", "bob", params={"since": 0}), 403, "not a member")
    refused(wire.post("/agent/v1/message/search", "bob", json={"text": "late", "streamId": room}), 403)


def test_updates_make_new_versions(wire: Wire) -> None:
    first = send(wire).json()["messageId"]
    path = f"/agent/v4/stream/{desk(wire)}/message/{{}}/update"
    second = wire.post(path.format(first), data={"message": "<messageML>Two</messageML>"}).json()
    third = wire.post(path.format(first), data={"message": "<messageML>Three</messageML>", "silent": "False"}).json()
    assert (second["replacing"], second["initialMessageId"], second["silent"]) == (first, first, True)
    assert (third["replacing"], third["initialMessageId"], third["silent"]) == (second["messageId"], first, False)
    page = wire.get(f"/agent/v4/stream/{desk(wire)}/message", params={"since": 0}).json()
    replaced = {message["messageId"]: message.get("replacedBy") for message in page}
    assert replaced[first] == second["messageId"]
    assert replaced[third["messageId"]] is None
    found = wire.post("/agent/v1/message/search", json={"text": "three", "streamId": desk(wire)}).json()
    assert [message["messageId"] for message in found] == [third["messageId"]]
    gone = wire.post("/agent/v1/message/search", json={"text": "two", "streamId": desk(wire)})
    assert gone.status_code == 204
    refused(wire.post(path.format(first), "bob", data={"message": HELLO}), 403, "did not send")
    refused(wire.post(path.format(first), data={"message": HELLO, "silent": "perhaps"}), 400, "silent")
    refused(wire.post(path.format("unknown"), data={"message": HELLO}), 400)


def test_a_suppressed_message_says_nothing_anywhere(wire: Wire) -> None:
    sent = send(wire, message="<messageML>secret <hash tag='hidden'/></messageML>").json()["messageId"]
    path = f"/pod/v1/admin/messagesuppression/{sent}/suppress"
    refused(wire.post(path, "bob"), 403, "did not send")
    first, again = wire.post(path, "heidi").json(), wire.post(path, "alice").json()
    assert first["suppressionDate"] == wire.world.clock.now()
    assert again == {"messageId": sent, "suppressed": True, "suppressionDate": 0}
    page = wire.get(f"/agent/v4/stream/{desk(wire)}/message", "bob", params={"since": 0}).json()
    shown = next(message for message in page if message["messageId"] == sent)
    assert "secret" not in str(shown)
    assert shown["attachments"] == []
    assert wire.post("/agent/v1/message/search", json={"hashtag": "hidden"}).status_code == 204
    refused(wire.post("/pod/v1/admin/messagesuppression/unknown/suppress"), 400)


def test_an_own_message_is_suppressed_up_to_the_very_end_of_the_time_for_it(wire: Wire) -> None:
    wire.world.set(suppress_minutes=2)
    one, other = (send(wire, "alice").json()["messageId"] for _ in range(2))
    path = "/pod/v1/admin/messagesuppression/{}/suppress"
    wire.world.clock.advance(120)
    assert wire.post(path.format(one)).json()["suppressed"] is True
    wire.world.clock.advance(0.001)
    refused(wire.post(path.format(other)), 403, "for 2 minutes only")
    assert wire.post(path.format(other), "heidi").json()["suppressed"] is True, "content management has all the time"


def test_a_blast_tells_of_each_stream(wire: Wire) -> None:
    dead = wire.room("Archive").id
    answer = wire.post(
        "/agent/v4/message/blast", data={"message": HELLO, "sids": [f"{desk(wire)}, {dead}", f"nowhere,{desk(wire)}"]}
    ).json()
    assert [message["stream"]["streamId"] for message in answer["messages"]] == [desk(wire)]
    assert answer["errors"][dead]["code"] == 400
    assert answer["errors"]["nowhere"] == {"code": 400, "message": "This thread doesn't exist."}
    many = ",".join(f"s{n}" for n in range(101))
    for data in ({"message": HELLO}, {"message": HELLO, "sids": many}, {"message": "x", "sids": desk(wire)}):
        refused(wire.post("/agent/v4/message/blast", data=data), 400)


ARTICLE = {"title": "Up", "publisher": "News", "author": "A", "appId": "acme-desk", "articleUrl": "https://n.example"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({**ARTICLE, "title": None}, "title"),
        ({**ARTICLE, "articleUrl": None}, "articleId"),
        ({**ARTICLE, "articleUrl": "javascript:x"}, "http"),
    ],
)
def test_an_article_must_be_whole(wire: Wire, content: dict[str, Any], reason: str) -> None:
    path = f"/agent/v3/stream/{desk(wire)}/share"
    refused(wire.post(path, json={"type": "com.symphony.sharing.article", "content": content}), 400, reason)
    refused(wire.post(path, json={"type": "other", "content": ARTICLE}), 400, "cannot be shared")
    refused(wire.post(path, "ivan", json={"content": ARTICLE}), 403, "not a member")
    assert wire.post(path, json={"content": ARTICLE}).json()["v2messageType"] == "V2Message"
