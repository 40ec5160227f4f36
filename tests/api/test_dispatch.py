"""What every call goes through: paths, methods, headers, failures."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from emulator.table.table import JSON_LIMIT
from tests.conftest import Wire, refused


def test_an_unknown_path_names_the_nearest(wire: Wire) -> None:
    refused(wire.get("/pod/v1/im/creat"), 404, "POST /pod/v1/im/create, 'creat' is 'create' there")
    refused(wire.get("/nope"), 404, "segments and not 1")
    refused(wire.get("/" + "x" * 7_000), 404)
    refused(wire.get("/worlds/nowhere/pod/v2/sessioninfo"), 404, "there is no world 'nowhere'")


def test_an_official_operation_that_is_not_emulated(wire: Wire) -> None:
    path = "/pod/v1/languages"
    refused(wire.get(path, user=None), 401)
    refused(wire.get(path), 403, "not enabled for apps")
    answer = wire.get(path, "acme-bot", None)
    refused(answer, 404, path)
    assert path in answer.json()["message"]


def test_trailing_slashes_trace_ids_and_heads(wire: Wire) -> None:
    answer = wire.get("/pod/v2/sessioninfo/", headers={"X-Trace-Id": "a1B2c3"})
    assert answer.status_code == 200
    assert answer.headers["X-Trace-Id"] == "a1B2c3"
    assert wire.call("HEAD", "/pod/v2/sessioninfo").status_code == 200


def test_a_failure_of_ours_is_a_plain_500(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(wire.world.streams, "listed", broken)
    with caplog.at_level(logging.ERROR):
        answer = wire.post("/pod/v1/streams/list")
    refused(answer, 500, "emulator itself failed")
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


def test_any_of_two_permissions_will_do_when_asked_to(wire: Wire) -> None:
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=frozenset({"ACT_AS_USER", "GET_BASIC_CONTACT_INFO"}))
    path = f"/pod/v2/user?uid={wire.id('bob')}"
    refused(wire.get(path), 403, "has no permission SEND_MESSAGES")
    wire.world.set(permission_match="any")
    assert wire.get(path).status_code == 200
    wire.world.apps.change(app, permissions=frozenset({"ACT_AS_USER"}))
    refused(wire.get(path), 403, "GET_BASIC_CONTACT_INFO or SEND_MESSAGES")


def test_extended_fields_need_their_permission(wire: Wire) -> None:
    assert "workPhoneNumber" in wire.get("/pod/v2/sessioninfo").json()
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=app.permissions - {"GET_EXTENDED_USER_INFO"})
    assert "workPhoneNumber" not in wire.get("/pod/v2/sessioninfo").json()
    assert "department" in wire.get(f"/pod/v2/user?uid={wire.id('bob')}").json()


def test_the_journal_tells_what_was_called_and_why_it_was_refused(wire: Wire) -> None:
    wire.post("/pod/v1/im/create", json=[wire.id("dave")])
    entry = wire.stage.journal.entries[-1]
    assert (entry.app, entry.user, entry.status) == ("acme-desk", "alice", 403)
    assert entry.endpoint
    assert entry.endpoint.name == "POST /pod/v1/im/create"
    assert "not connected" in (entry.reason or "")


@pytest.mark.parametrize("reason", ["multi%0Aline", "é" * 600])
def test_reasons_fit_into_a_header(wire: Wire, reason: str) -> None:
    answer = wire.get(f"/pod/v3/users?uid=1&email={reason}")
    refused(answer, 400)


def test_users_of_other_companies_show_less(wire: Wire) -> None:
    carol = wire.get(f"/pod/v3/users?uid={wire.id('carol')}").json()["users"][0]
    assert not set(carol) & {"emailAddress", "title", "location", "department"}
    assert carol["username"] == "carol"  # what is withheld is listed, the username is not among it
    alice = wire.user("alice")
    wire.world.users.change(alice, entitlements=alice.entitlements - {"isExternalIMEnabled", "isExternalRoomEnabled"})
    assert wire.get(f"/pod/v3/users?uid={wire.id('carol')}").status_code == 204


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_a_body_in_pieces_may_be_as_long_as_the_limit_and_no_longer(wire: Wire, more: int, status: int) -> None:
    body = b'{"query": "bob"}'.ljust(JSON_LIMIT + more)
    pieces = [body[at : at + 400_000] for at in range(0, len(body), 400_000)]
    sent = [{"type": "http.request", "body": each, "more_body": each is not pieces[-1]} for each in pieces]
    answered: list[Any] = []

    async def call() -> None:
        async def receive() -> Any:
            return sent.pop(0)

        async def send(message: Any) -> None:
            answered.append(message)

        headers = [(b"sessiontoken", wire.token("alice").encode()), (b"content-type", b"application/json")]
        path = "/pod/v1/user/search"
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
        await wire.site({**scope, "headers": headers, "scheme": "http", "server": ("127.0.0.1", 8080)}, receive, send)

    asyncio.run(call())
    assert answered[0]["status"] == status
