"""Calls that the BDKs make on behalf of users beyond the table: what they do for accounts, and for apps once opened."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.access.obo_also import OBO_ALSO
from emulator.stage.report import report_of
from tests import official
from tests.conftest import Wire, refused

SEMANTIC = "/agent/v4/message/search/semantic"
FILES = "/pod/v1/streams/{}/attachments"


def say(wire: Wire, text: str, user: str = "alice", room: str = "Trading Desk", **more: Any) -> str:
    wire.world.clock.advance(1)
    path = f"/agent/v4/stream/{wire.room(room).id}/message/create"
    answer = wire.post(path, user, data={"message": f"<messageML>{text}</messageML>"}, **more)
    return str(answer.json()["messageId"])


def found(wire: Wire, text: str, user: str = "alice", app: str | None = None, **more: Any) -> list[str]:
    params = more.pop("params", None)
    answer = wire.post(SEMANTIC, user, app, json={"text": text, **more}, params=params)
    assert answer.status_code in (200, 204), answer.text
    return [each["messageId"] for each in answer.json()] if answer.content else []


@pytest.fixture
def opened(wire: Wire) -> Wire:
    wire.world.set(obo_also=frozenset(OBO_ALSO))
    return wire


def test_a_question_finds_what_has_most_of_its_words(wire: Wire) -> None:
    quarterly = say(wire, "the quarterly zebra forecast is out")
    zebra = say(wire, "a zebra, no more")
    later = say(wire, "another zebra")
    assert found(wire, "Where is the zebra forecast of the quarter?")[0] == quarterly
    assert found(wire, "zebra") == [later, zebra, quarterly]
    assert found(wire, "zebra", params={"skip": 1, "limit": 1}) == [zebra]
    thread = wire.room("Water Cooler").id
    cooler = say(wire, "zebra talk", "frank", "Water Cooler")
    for field in ("threadId", "streamId"):
        assert found(wire, "zebra", **{field: thread}) == [cooler]
    wire.post(f"/pod/v1/admin/messagesuppression/{zebra}/suppress")
    assert found(wire, "zebra", "bob") == [cooler, later, quarterly]
    assert found(wire, "zebra", "ivan") == [cooler]
    refused(wire.post(SEMANTIC, app=None, json={"text": " ?! "}), 400, "no word")
    refused(wire.post(SEMANTIC, app=None, json={}), 400, "no word")


def test_the_files_of_a_stream(wire: Wire) -> None:
    files = [
        ("attachment", ("a.csv", b"1,2", "text/csv")),
        ("attachment", ("b.png", b"png", "image/png")),
        ("preview", ("p.png", b"s", "image/png")),
        ("preview", ("q.png", b"s", "image/png")),
    ]
    first, second = say(wire, "two", files=files), say(wire, "one", files=[("attachment", ("c.zip", b"zip", "x"))])
    path = FILES.format(wire.room("Trading Desk").id)
    answer = wire.get(path, app=None).json()
    assert official.complaints("GET", "/pod/v1/streams/{sid}/attachments", 200, answer) == []
    assert [(each["messageId"], each["name"]) for each in answer] == [
        (first, "a.csv"),
        (first, "b.png"),
        (second, "c.zip"),
    ]
    assert [each["content-type"] for each in answer] == ["text/csv", "image/png", "application/zip"]
    assert [len(each["previews"]) for each in answer] == [1, 1, 0]
    file = {"fileId": answer[0]["fileId"], "messageId": first}
    assert wire.get(f"/agent/v1/stream/{wire.room('Trading Desk').id}/attachment", app=None, params=file).content
    at = wire.world.messages.book[second].at

    def names(**asked: Any) -> list[str]:
        return [each["name"] for each in wire.get(path, app=None, params=asked).json()]

    assert names(sortDir="desc", limit=1) == ["c.zip"]
    assert names(since=at) == ["c.zip"]
    assert names(to=at - 1) == ["a.csv", "b.png"]
    refused(wire.get(path, app=None, params={"sortDir": "up"}), 400, "ASC or DESC")
    refused(wire.get(path, app=None, params={"limit": 101}), 400, "limit")
    refused(wire.get(path, "ivan", None), 403, "not a member")
    wire.post(f"/pod/v1/admin/messagesuppression/{first}/suppress")
    assert names() == ["c.zip"]


def test_an_app_reads_once_it_is_opened(opened: Wire) -> None:
    sent = say(opened, "xylophone", files=[("attachment", ("a.csv", b"1,2", "text/csv"))])
    assert found(opened, "xylophone", app="acme-desk") == [sent]
    assert opened.get(f"/agent/v1/message/{sent}").json()["messageId"] == sent
    assert len(opened.get(FILES.format(opened.room("Trading Desk").id)).json()) == 1
    report = report_of(opened.stage.report, opened.stage.granted(), "all")
    (desk,) = (each for each in report["apps"] if each["app"] == "acme-desk")
    assert "GET_MESSAGES" in desk["leastPrivilege"]


def test_an_app_answers_requests_once_it_is_opened(opened: Wire) -> None:
    body = {"json": {"userId": opened.id("erin")}}
    assert opened.post("/pod/v1/connection/reject", **body).json()["status"] == "REJECTED"
    opened.world.connections.set(opened.user("erin"), opened.user("alice"), "PENDING")
    assert opened.post("/pod/v1/connection/accept", **body).json()["status"] == "ACCEPTED"
    assert opened.post(f"/pod/v1/connection/user/{opened.id('erin')}/remove").status_code == 200
    refused(opened.post("/pod/v1/connection/accept", **body), 404)
    refused(opened.get("/pod/v2/users/presence"), 403, "no role")
    alice = opened.user("alice")
    opened.world.users.change(alice, roles=alice.roles | {"USER_PROVISIONING"})
    assert len(opened.get("/pod/v2/users/presence").json()) > 1
