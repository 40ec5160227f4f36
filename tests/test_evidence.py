"""What reports and clients of the world showed production to do, each with its source; and, where the documentation
may be read otherwise, the other reading under `settings.strict` (production/README.md)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast, get_args

import httpx
import pytest
from pydantic import ValidationError

from emulator.access.login import open_app_session
from emulator.access.obo_also import OBO_ALSO
from emulator.api import requests
from emulator.api.requests.datafeeds import ReadFeed
from emulator.api.requests.params import Wire as Model
from emulator.api.sessionauth import PEER
from emulator.table.table import TABLE, parameters
from emulator.testing.transport import InProcess
from emulator.world import ids
from emulator.world.apps import Installation
from emulator.world.settings import STRICT
from tests import official, test_good_paths
from tests.api import test_admin
from tests.conftest import Wire, refused

if TYPE_CHECKING:
    from emulator.site import Site

PUBLIC: dict[str, Any] = {"public": True, "description": "open"}


def room(wire: Wire, name: str, user: str = "alice", **attributes: Any) -> Any:
    return wire.post("/pod/v3/room/create", user, json={"name": name, "description": "x", **attributes})


def entitled(wire: Wire, user: str) -> None:
    found = wire.user(user)
    wire.world.users.change(found, entitlements=found.entitlements | {"canCreatePublicRoom"})


# --- texts that clients match on ---


def test_the_text_of_a_taken_room_name(wire: Wire) -> None:
    """symphonyoss/symphony-java-client#25; a public room bot matches it."""
    entitled(wire, "alice")
    assert room(wire, "All Hands 9", **PUBLIC).status_code == 200
    again = room(wire, "all  HANDS 9", **PUBLIC)
    refused(again, 400, "differs")
    text = "The name 'all  HANDS 9' is too similar to one that is already in use. Please choose another name."
    assert again.json() == {"code": 400, "message": text}


def test_the_text_for_who_lists_members_from_outside(wire: Wire) -> None:
    """finos/symphony-bdk-java#596."""
    desk = wire.room("Trading Desk")
    outsider = next(
        user
        for user in wire.world.users.book
        if user.company_id == wire.user("alice").company_id
        and user.enabled
        and user.roles == {"INDIVIDUAL"}
        and not wire.world.streams.is_member(desk.id, user.id)
    )
    answer = wire.get(f"/pod/v2/room/{desk.id}/membership/list", outsider.username)
    refused(answer, 403)
    assert answer.json()["message"] == "User ID is neither an admin nor a member of the specified rooms".replace(
        "ID", str(outsider.id)
    )


def test_the_text_for_who_writes_from_outside(wire: Wire) -> None:
    """An old agent, recorded."""
    room = wire.post("/pod/v3/room/create", "heidi", json={"name": "Shut", "description": "x"}).json()
    stream = room["roomSystemInfo"]["id"]
    said = {"data": {"message": "<messageML>x</messageML>"}}
    answer = wire.post(f"/agent/v4/stream/{stream}/message/create", "bob", **said)
    refused(answer, 403, "not a member")
    inner = f"User does not belong to room: userId={wire.id('bob')}, threadId={ids.standard(stream)}"
    assert answer.json()["message"] == f'403 Forbidden: {{"message":"{inner}","status":"FORBIDDEN"}}'
    reading = wire.get(f"/agent/v4/stream/{stream}/message?since=0", "bob")
    assert reading.json()["message"] == "The user lacks the required entitlement to perform this operation"


def certified(wire: Wire, name: str) -> httpx.Client:
    """Calls over a connection with a client certificate of this name."""

    async def site(scope: Any, receive: Any, send: Any) -> None:
        await wire.site({**scope, PEER: name}, receive, send)

    return httpx.Client(base_url="http://127.0.0.1:8080", transport=InProcess(cast("Site", site)))


def test_the_text_for_a_certificate_of_nobody(wire: Wire) -> None:
    """symphonyoss/App-Integrations-Core, its log against a pod."""
    with certified(wire, "nobody") as client:
        for path in ("/sessionauth/v1/authenticate", "/keyauth/v1/authenticate", "/sessionauth/v1/app/authenticate"):
            answer = client.post(path)
            refused(answer, 401, "CN of the client certificate")
            assert answer.json()["message"] == (
                "Certificate authentication failed - no active user found with username matching common name of"
                " provided certificate."
            )


FAILURES = {
    "pod failed": (
        500,
        r'\{"code":0,"message":"Unexpected Error. Server log message ID : [0-9a-f-]{36}; Trace ID: \w+"\}',
    ),
    "internal error": (500, r'\{"code":500,"message":"Internal Error"\}'),
    "feed failed": (500, r'\{"code":500,"message":"Failed to create a session: Failed to init:\\n"\}'),
    "too often": (429, r'\{"code":429,"message":"Too Many Requests"\}'),
    "unavailable": (503, r'\{"code":503,"message":"Service Unavailable"\}'),
    "compliance": (451, r'\{"code":451,"message":"Compliance issues found in message","details":\[.+\]\}'),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_failing_pods_said_is_ready_to_be_asked_for(wire: Wire, name: str) -> None:
    """symphonyoss/App-Integrations-Core, symphonyoss/symphony-java-client#47."""
    path = "/pod/v2/sessioninfo"
    fault = {"match": {"path": path}, "preset": name, "times": 1}
    assert wire.http.post("/emulator/v1/faults", json=fault).status_code == 201
    answer = wire.get(path)
    status, body = FAILURES[name]
    assert answer.status_code == status
    assert re.fullmatch(body, answer.text), answer.text
    assert answer.headers.get("Retry-After") == ("1" if status == 429 else None)
    assert wire.get(path).status_code == 200
    both = {**fault, "respond": {"status": 500}}
    refused(wire.http.post("/emulator/v1/faults", json=both), 400, "either 'preset' or 'respond'")
    refused(wire.http.post("/emulator/v1/faults", json={"preset": "nothing"}), 400, "pod failed")


# --- what is taken, and what the strict reading refuses ---


def test_two_private_rooms_of_one_name(wire: Wire) -> None:
    """finos/symphony-bdk-python, the workflow of e2e_test.py makes one more at each push."""
    made = [room(wire, "New fancy room").json()["roomSystemInfo"]["id"] for _ in range(2)]
    assert made[0] != made[1]
    entitled(wire, "alice")
    assert room(wire, "New fancy room", **PUBLIC).status_code == 200  # who makes it need not know of private ones
    wire.world.set(**STRICT)
    refused(room(wire, "New fancy room"), 400, "differs")


def test_a_search_in_a_stream_of_a_type(wire: Wire) -> None:
    """finos/spring-bot, SymphonyRoomSharedLog: its only query, run against pods."""
    desk = wire.room("Trading Desk").id
    wire.post(f"/agent/v4/stream/{desk}/message/create", data={"message": "<messageML><hash tag='log'/></messageML>"})
    asked = {"hashtag": "log", "streamId": desk.replace("-", "+").replace("_", "/") + "==", "streamType": "ROOM"}
    search = "/agent/v1/message/search"
    assert len(wire.post(search, params={"limit": 1000}, json=asked).json()) == 1
    assert wire.post(search, json={**asked, "streamType": "IM"}).status_code == 204
    wire.world.set(**STRICT)
    refused(wire.post(search, json=asked), 400, "do not go together")


def test_a_look_up_by_username_without_local(wire: Wire) -> None:
    """symphony-api-client-node and sym-api-client-python never send it."""
    assert wire.get("/pod/v2/user", params={"username": "bob"}).json()["id"] == wire.id("bob")
    wire.world.set(**STRICT)
    refused(wire.get("/pod/v2/user", params={"username": "bob"}), 400, "local=true")
    assert wire.get("/pod/v2/user", params={"username": "bob", "local": "true"}).status_code == 200


@pytest.mark.parametrize("limit", [0, 1001, 5000])
def test_the_limits_of_streams_list(wire: Wire, limit: int) -> None:
    """finos/symphony-bdk-java#86: 0 is all; a public bot lives on 5000."""
    for number in range(60):
        room(wire, f"room {number}")
    usual = wire.post("/pod/v1/streams/list", json={}).json()
    everything = wire.post("/pod/v1/streams/list", params={"limit": limit}, json={}).json()
    assert len(usual) == 50
    assert len(everything) > 60
    assert everything[:50] == usual
    after = wire.post("/pod/v1/streams/list", params={"limit": limit, "skip": 50}, json={}).json()
    assert after == everything[50:]
    wire.world.set(**STRICT)
    refused(wire.post("/pod/v1/streams/list", params={"limit": limit}, json={}), 400, "limit")


def test_an_update_that_repeats_what_is(wire: Wire) -> None:
    """The wording of the update's page, and a program of finos/symphony-bdk-python."""
    made = room(wire, "Same").json()
    update = f"/pod/v3/room/{made['roomSystemInfo']['id']}/update"
    same = {"name": "Same", "description": "x"}
    told = list(wire.world.events.recent)
    assert wire.post(update, json=same).json() == made
    assert list(wire.world.events.recent) == told
    refused(wire.post(update, json={}), 400, "no attribute")
    refused(wire.post(update, json={"unknown": 1}), 400, "no attribute")
    wire.world.set(**STRICT)
    refused(wire.post(update, json=same), 400, "no attribute")


def test_one_takes_ones_own_request_back(wire: Wire) -> None:
    """finos/symphony-wdk, its smoke test."""
    alice, dave = wire.user("alice"), wire.user("dave")
    wire.world.connections.forget(alice, dave)
    ask: dict[str, Any] = {"json": {"userId": dave.id}}
    remove = f"/pod/v1/connection/user/{dave.id}/remove"
    pending: dict[str, Any] = {"params": {"status": "PENDING_OUTGOING", "userIds": dave.id}}
    assert wire.post("/pod/v1/connection/create", **ask).json()["status"] == "PENDING_OUTGOING"
    assert wire.post(remove, app=None).status_code == 200
    assert wire.get("/pod/v1/connection/list", **pending).json() == []
    assert wire.post("/pod/v1/connection/create", **ask).json()["status"] == "PENDING_OUTGOING"
    wire.world.set(**STRICT)
    refused(wire.post(remove, app=None), 400, "not connected")


def test_none_as_a_tag_is_a_word(wire: Wire) -> None:
    """finos/symphony-bdk-python#327."""
    wire.post("/agent/v5/datafeeds", "acme-bot", None, json={})
    assert len(wire.get("/agent/v5/datafeeds", "acme-bot", None).json()) == 1
    assert wire.get("/agent/v5/datafeeds", "acme-bot", None, params={"tag": "None"}).json() == []


def test_a_certificate_login_with_json(wire: Wire) -> None:
    """csp-adapter-symphony, pull request 23: 401 since 2025; clients of before send it."""
    with certified(wire, "acme-bot") as client:
        for path in ("/sessionauth/v1/authenticate", "/keyauth/v1/authenticate"):
            assert client.post(path, json={}).status_code == 200
            wire.world.set(**STRICT)
            refused(client.post(path, json={}), 401, "without JSON")
            assert client.post(path).status_code == 200
            wire.world.set(certificate_login_with_json="taken")


def test_an_id_that_nobody_has_is_among_the_errors(wire: Wire) -> None:
    """The sample of the specification; and no more is told of somebody who may not be seen."""
    alice, nobody = wire.id("alice"), wire.id("alice") + 654321
    found = wire.get("/pod/v3/users", params={"uid": f"{alice},{nobody},{nobody}"}).json()
    assert [each["id"] for each in found["users"]] == [alice]
    assert found["errors"] == [{"error": "invalid.format", "id": str(nobody)}]
    assert wire.get("/pod/v3/users", params={"uid": nobody}).status_code == 204
    grace = wire.get("/pod/v3/users", params={"uid": f"{alice},{wire.id('grace')}", "active": "true"}).json()
    assert set(grace) == {"users"}
    carol = wire.id("carol")
    wire.world.users.change(wire.user("alice"), entitlements=frozenset())
    hidden = wire.get("/pod/v3/users", params={"uid": f"{alice},{carol}"}).json()
    assert hidden["errors"] == [{"error": "invalid.format", "id": str(carol)}]


def test_the_users_of_an_app_are_for_the_session_of_the_app(wire: Wire) -> None:
    """The specification of users."""
    app = wire.world.apps.get("acme-desk")
    path = "/v5/users/apps/{}"
    refused(wire.http.get(path.format(app.id)), 401, "sessionToken")
    refused(wire.get(path.format(app.id)), 403, "that of a user")
    refused(wire.get(path.format(app.id), "acme-bot", None), 403, "that of a user")
    headers = {"sessionToken": open_app_session(wire.stage.sessions, app).token}
    wire.world.apps.choose(Installation(user=wire.id("bob"), app=app.id, install=False))

    def users(**asked: Any) -> Any:
        answer = wire.http.get(path.format(app.id), headers=headers, params=asked)
        assert official.complaints("GET", "/v5/users/apps/{groupAppId}", 200, answer.json()) == []
        return answer.json()

    people = sorted(u.id for u in wire.world.users.book if u.company_id == app_pod(wire) and u.account_type == "NORMAL")
    assert [each["userId"] for each in users(size=1000)["users"]] == people
    without = users(installed="False")["users"]
    assert without == [{"userId": wire.id("bob"), "enable": False, "listed": True, "visible": True}]
    page = users(page=1, size=2)
    assert [each["userId"] for each in page["users"]] == people[2:4]
    assert (page["page"]["totalElements"], page["page"]["hasPrevious"]) == (len(people), True)
    refused(wire.http.get(path.format("acme-reader"), headers=headers), 403, "asks for the users of app 'acme-reader'")
    refused(wire.http.get(path.format("nothing"), headers=headers), 404, "nothing")
    refused(wire.http.get(path.format(app.id), headers=headers, params={"size": 0}), 400, "size")
    refused(wire.get("/pod/v2/sessioninfo", user=None, headers=headers), 401, "session of an app")


def app_pod(wire: Wire) -> int:
    return wire.world.companies.home.id


def test_a_missing_operation_is_not_tried_again(wire: Wire) -> None:
    """finos/symphony-bdk-java and finos/symphony-bdk-python try all from 500 on again, for minutes."""
    answer = wire.get("/pod/v1/languages", "acme-bot", None)
    refused(answer, 404, "is not emulated")
    assert answer.json()["message"] == "GET /pod/v1/languages is not implemented by the emulator"


def test_a_shared_article_in_lists(wire: Wire) -> None:
    """symphony-api-client-dotnet, the only capture."""
    desk = wire.room("Trading Desk").id
    article = {"title": "Up & <away>", "publisher": "News", "author": "A", "appId": "acme-desk", "appName": "Acme"}
    shared = {"content": {**article, "articleUrl": "https://n.example/1"}}
    sent = wire.post(f"/agent/v3/stream/{desk}/share", json=shared).json()["id"]
    found = wire.get(f"/agent/v4/stream/{desk}/message", params={"since": 0, "limit": 500}).json()
    listed = next(each for each in found if each["messageId"] == sent)
    assert (listed["originalFormat"], listed["data"]) == ("com.symphony.markdown", "{}")
    begin = (
        '<div data-format="PresentationML" data-version="2.0"><i>Shared from Acme.</i><br/><b>Up &amp; &lt;away&gt;</b>'
    )
    assert listed["message"].startswith(begin)


# --- shapes ---


def test_what_tells_of_requests_is_in_the_answer_of_create_alone(wire: Wire) -> None:
    """The samples of the connection calls: one connection, once as created and once in the list."""
    alice, dave = wire.user("alice"), wire.user("dave")
    wire.world.connections.forget(alice, dave)
    made = wire.post("/pod/v1/connection/create", json={"userId": dave.id}).json()
    assert set(made) == {"userId", "status", "updatedAt", "firstRequestedAt", "requestCounter"}
    asked: dict[str, Any] = {"params": {"status": "ALL", "userIds": dave.id}}
    assert set(wire.get("/pod/v1/connection/list", **asked).json()[0]) == {"userId", "status", "updatedAt"}


def test_a_room_search_echoes_labels(wire: Wire) -> None:
    assert wire.post("/pod/v3/room/search", json={"query": "desk"}).json()["query"] == {"query": "desk", "labels": []}


def test_key_manager_tokens_are_as_long_as_real_ones(wire: Wire) -> None:
    token = wire.stage.sessions.open_key_manager(wire.id("acme-bot"))
    assert re.fullmatch("0100[0-9a-f]{366,376}", token)


def test_the_id_of_an_attachment_is_escaped_base64(wire: Wire) -> None:
    sent = wire.post(
        f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create",
        data={"message": "<messageML>x</messageML>"},
        files={"attachment": ("a.txt", b"x")},
    ).json()
    found = sent["attachments"][0]["id"]
    assert re.fullmatch(rf"internal_{wire.id('alice')}%2F([A-Za-z0-9]|%2B|%2F){{22}}%3D%3D", found)
    path = f"/agent/v1/stream/{sent['stream']['streamId']}/attachment"
    wire.world.set(obo_also=frozenset(OBO_ALSO))
    got = wire.get(path, params={"messageId": sent["messageId"], "fileId": found})
    assert got.status_code == 200, got.text


def test_events_of_messages_and_of_other_things(wire: Wire) -> None:
    """The stream of a message says id and type; ids of events of other things end otherwise than those of messages."""
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    made = wire.post("/pod/v1/im/create", json=[wire.id("acme-bot")]).json()["id"]
    wire.post(f"/agent/v4/stream/{made}/message/create", data={"message": "<messageML>x</messageML>"})
    heard = wire.post(f"/agent/v5/datafeeds/{feed}/read", "acme-bot", None, json={}).json()["events"]
    by_kind = {event["type"]: event for event in heard}
    message = by_kind["MESSAGESENT"]["payload"]["messageSent"]["message"]
    assert set(message["stream"]) == {"streamId", "streamType", "recipientTenantIds"}
    assert "data" not in message
    assert by_kind["MESSAGESENT"]["messageId"].endswith("bQ")
    assert by_kind["INSTANTMESSAGECREATED"]["messageId"].endswith("bw")


def test_an_event_is_of_its_moment(wire: Wire) -> None:
    """The documentation of real-time events: what happens later does not show in it."""
    wire.stage.hold = 0.01
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    desk = wire.room("Trading Desk").id
    path = f"/agent/v4/stream/{desk}/message"
    said = wire.post(f"{path}/create", data={"message": "<messageML>as said</messageML>"}).json()["messageId"]
    wire.post(f"/pod/v3/room/{desk}/update", json={"name": "Desk of then"})
    wire.post(f"/pod/v3/room/{desk}/update", json={"name": "Desk of now"})
    wire.post(f"{path}/{said}/update", data={"message": "<messageML>as changed</messageML>", "silent": "false"})
    wire.post(f"/pod/v1/admin/messagesuppression/{said}/suppress")
    wire.world.users.change(wire.user("alice"), display_name="Somebody Else")
    first, second, *_ = wire.post(f"/agent/v5/datafeeds/{feed}/read", "acme-bot", None, json={}).json()["events"]
    message = first["payload"]["messageSent"]["message"]
    assert ">as said<" in message["message"]
    assert "replacedBy" not in message
    assert message["user"]["displayName"] == first["initiator"]["user"]["displayName"] == "Alice Adams"
    assert second["payload"]["roomUpdated"]["newRoomProperties"]["name"] == "Desk of then"


FIELDS = (
    '<text-field name="empty"/><text-field name="default">so far</text-field><textarea name="why"/>'
    '<checkbox name="on" value="yes" checked="true">O</checkbox><checkbox name="off" value="no">F</checkbox>'
    '<checkbox name="many" value="1" checked="true">1</checkbox>'
    '<checkbox name="many" value="2" checked="true">2</checkbox>'
    '<radio name="one" value="a">A</radio><radio name="one" value="b" checked="true">B</radio>'
    '<radio name="none" value="a">A</radio><select name="side"><option value="buy">B</option></select>'
    '<select name="sides" multiple="true"><option value="buy">B</option></select><person-selector name="who"/>'
    '<date-picker name="day"/><time-picker name="at"/><timezone-picker name="zone" value="Europe/Paris"/>'
    '<room-selector name="where"/><text-field name="must" required="true"/>'
    '<button type="reset">R</button><button name="go" type="action">S</button>'
    '<button name="anyway" type="action" formnovalidate="true">S</button>'
)


def test_every_field_of_a_form_is_sent(wire: Wire) -> None:
    """The pages of the documentation, one for each element."""
    wire.stage.hold = 0.01
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    desk = wire.room("Trading Desk").id
    message = {"message": f'<messageML><form id="f">{FIELDS}</form></messageML>'}
    form = wire.post(f"/agent/v4/stream/{desk}/message/create", "acme-bot", None, data=message).json()["messageId"]

    def submit(**values: Any) -> Any:
        asked = {"as": "bob", "message": form, "formId": "f", "values": values}
        return wire.http.post("/emulator/v1/forms", json=asked)

    refused(submit(), 400, "'must' of form 'f' is required")
    refused(submit(must="", action="go"), 400, "'must'")
    assert submit(must="m", empty="e").status_code == 201
    assert submit(action="anyway").status_code == 201
    heard = wire.post(f"/agent/v5/datafeeds/{feed}/read", "acme-bot", None, json={}).json()["events"]
    first, second = (each["payload"].get("symphonyElementsAction") for each in heard[1:])
    left = {
        "default": "so far",
        "why": "",
        "on": "yes",
        "many": ["1", "2"],
        "one": "b",
        "side": "",
        "sides": [],
        "who": [],
        "day": "",
        "at": "",
        "zone": "Europe/Paris",
        "where": {"userIds": [], "streamIds": []},
    }
    assert first["formValues"] == {**left, "action": "go", "empty": "e", "must": "m"}
    assert second["formValues"] == {**left, "action": "anyway", "empty": "", "must": ""}


# --- explicit nulls are as good as absent fields: Java's WebClient writes them all (finos/symphony-bdk-java) ---


def _models() -> list[type[Model]]:
    for module in pkgutil.iter_modules(requests.__path__, requests.__name__ + "."):
        importlib.import_module(module.name)
    found, todo = [], list(Model.__subclasses__())
    while todo:
        model = todo.pop()
        todo += model.__subclasses__()
        if model.__module__.startswith(requests.__name__):
            found.append(model)
    return sorted(found, key=lambda model: (model.__module__, model.__name__))


def outcome(model: type[Model], given: dict[str, None]) -> Any:
    try:
        return model.model_validate(given).model_dump()
    except ValidationError as error:
        return sorted((each["type"], each["loc"]) for each in error.errors())


@pytest.mark.parametrize("model", _models(), ids=lambda model: model.__module__[23:] + model.__name__)
def test_a_null_is_as_good_as_absent(model: type[Model]) -> None:
    nulls = {field.alias or name: None for name, field in model.model_fields.items() if not field.is_required()}
    if model is ReadFeed:
        assert outcome(model, nulls) == {"ackId": None, "updatePresence": False}  # finos/symphony-bdk-python#301
        return
    assert outcome(model, nulls) == outcome(model, {})


def with_nulls(kind: Any, value: Any) -> Any:
    """A value of a kind with an explicit null for each optional field that is not there, at every depth."""
    inner = [each for each in get_args(kind) if each is not type(None)]
    if isinstance(kind, type) and issubclass(kind, Model) and isinstance(value, dict):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        nulls = {name: None for name, field in fields.items() if not field.is_required()}
        told = {
            name: with_nulls(fields[name].annotation if name in fields else None, each) for name, each in value.items()
        }
        return {**nulls, **told}
    if isinstance(value, list) and inner:
        return [with_nulls(inner[0], each) for each in value]
    return with_nulls(inner[0], value) if inner else value


CALLS = {**test_good_paths.GOOD, **test_admin.GOOD}
BODIES = [row for row in TABLE if row.body is not None and row.auth == "session" and not row.path.endswith("/read")]


@pytest.mark.parametrize("row", BODIES, ids=lambda row: row.name)
def test_nulls_are_taken_in_every_body(wire: Wire, row: Any) -> None:
    made = CALLS[row.name](wire) if row.name in CALLS else {}
    bot = {"user": test_admin.ADMIN if row.name in test_admin.GOOD else "acme-bot", "app": None}
    who = {"user": made.get("user", "alice")} if row.for_apps else bot
    places = dict.fromkeys(parameters(row.path), "1") | made.get("path", {})
    kind = resolve_name(f"emulator.api.requests.{row.body}")

    def answered(body: Any) -> tuple[int, str | None]:
        answer = wire.call(row.method, row.path.format(**places), **who, params=made.get("params"), json=body)
        return answer.status_code, answer.headers.get("X-Emulator-Reason")

    if "json" in made:
        status, reason = answered(with_nulls(kind, made["json"]))
        assert status in row.success, reason
    else:  # no good call of it is at hand: it is refused in the same words
        assert answered(with_nulls(kind, {})) == answered({})


def test_nulls_are_taken_in_a_form_of_json(wire: Wire) -> None:
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create"
    body = {"message": "<messageML>x</messageML>", "data": None, "version": None, "attachment": None, "preview": None}
    assert wire.post(path, json=body).status_code == 200


@pytest.mark.parametrize("path", ["/pod/v1/streams/list", "/agent/v5/datafeeds"])
def test_a_body_that_is_null_is_none(wire: Wire, path: str) -> None:
    assert wire.post(path, "acme-bot", None, content="null").status_code in (200, 201)


# --- the list of it all ---

LISTED = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "evidence.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_nothing_that_was_found_is_left_out() -> None:
    """The findings are in three tables: texts, behaviour, shapes."""
    rows = [f"{table}.{row}" for table, count in ((1, 9), (2, 18), (3, 12)) for row in range(1, count + 1)]
    assert [row[0] for row in LISTED] == rows


@pytest.mark.parametrize(("number", "what", "source", "held_by"), LISTED, ids=[row[0] for row in LISTED])
def test_what_was_found_has_its_test(number: str, what: str, source: str, held_by: str) -> None:
    assert what
    assert source
    if held_by.startswith("- "):
        return
    for each in held_by.split(" "):
        file, _, name = each.partition("::")
        text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{number}: there is no {each}"
