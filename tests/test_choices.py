"""Each choice between readings, both ways; files of choices; calls that a world opens to apps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emulator.access.obo_also import OBO_ALSO
from emulator.cli import cli
from emulator.explain import explain
from emulator.seeding.file import read_choices
from emulator.seeding.load import load
from emulator.seeding.said import plain
from emulator.seeding.source import WorldFileError
from emulator.table.table import TABLE
from emulator.world import World, ids
from emulator.world.messages import Origin
from emulator.world.settings import CHOICES, STRICT, Reading
from tests.conftest import Wire, refused
from tests.test_evidence import certified, entitled, room

Seen = Callable[[Wire], Any]


@dataclass(frozen=True)
class Case:
    """What a client sees under each reading, and how it looks."""

    look: Seen
    seen: dict[Reading, Any]


CASES: dict[str, Case] = {}


def both(name: str, seen: dict[Reading, Any]) -> Callable[[Seen], Seen]:
    """Declare what a client sees under each reading of a choice."""

    def declare(look: Seen) -> Seen:
        CASES[name] = Case(look, seen)
        return look

    return declare


def send(wire: Wire, user: str = "alice", stream: str = "", **more: Any) -> Any:
    stream = stream or wire.room("Trading Desk").id
    data = {"message": "<messageML>said</messageML>", **more.pop("data", {})}
    return wire.post(f"/agent/v4/stream/{stream}/message/create", user, data=data, **more)


def status(answer: Any) -> int:
    return int(answer.status_code)


TAKEN: dict[Reading, Any] = {"taken": 200, "refused": 400}


@both("permissionMatch", {"all": 403, "any": 200})
def one_of_two_permissions(wire: Wire) -> Any:
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=frozenset({"ACT_AS_USER", "SEND_MESSAGES"}))
    return status(wire.get("/pod/v2/user", params={"uid": wire.id("bob")}))


@both("serviceAccountsObo", {False: 401, True: 200})
def for_a_service_account(wire: Wire) -> Any:
    app = wire.stage.sessions.open("app", subject="acme-desk", app="acme-desk").token
    path = "/login/pubkey/app/username/acme-bot/authenticate"
    return status(wire.http.post(path, headers={"sessionToken": app}))


@both("formsFromUsers", {False: 400, True: 200})
def a_form_of_a_person(wire: Wire) -> Any:
    form = '<messageML><form id="f"><button name="b" type="action">Go</button></form></messageML>'
    return status(send(wire, data={"message": form}))


@both("messagesOrder", {"newest": [1, 0], "oldest": [0, 1]})
def a_page_of_messages(wire: Wire) -> Any:
    made = room(wire, "Pages").json()["roomSystemInfo"]["id"]
    sent = [send(wire, stream=made).json()["messageId"] for _ in range(2)]
    listed = wire.get(f"/agent/v4/stream/{made}/message", params={"since": 0}).json()
    return [sent.index(each["messageId"]) for each in listed]


@both("uniqueRoomNames", {"public": [200, 400], "all": [400, 400]})
def a_name_once_more(wire: Wire) -> Any:
    entitled(wire, "alice")
    room(wire, "New Room")
    room(wire, "Open Room", public=True)
    return [status(room(wire, "new  room")), status(room(wire, "open ROOM", public=True))]


@both("unchangingRoomUpdate", TAKEN)
def an_update_that_changes_nothing(wire: Wire) -> Any:
    made = room(wire, "Same").json()["roomSystemInfo"]["id"]
    return status(wire.post(f"/pod/v3/room/{made}/update", json={"name": "Same"}))


@both("streamTypeInStream", TAKEN)
def a_search_in_a_stream_of_a_type(wire: Wire) -> Any:
    desk = wire.room("Trading Desk").id
    send(wire, data={"message": "<messageML><hash tag='log'/></messageML>"})
    asked = {"hashtag": "log", "streamId": desk, "streamType": "ROOM"}
    return status(wire.post("/agent/v1/message/search", json=asked))


@both("usernameWithoutLocal", TAKEN)
def a_look_up_by_username(wire: Wire) -> Any:
    return status(wire.get("/pod/v2/user", params={"username": "bob"}))


@both("streamsListLimit", {"free": [200, 200, 200], "bounded": [400, 200, 400]})
def limits_of_streams_list(wire: Wire) -> Any:
    return [status(wire.post("/pod/v1/streams/list", params={"limit": each}, json={})) for each in (0, 1000, 5000)]


@both("ownRequestRemoval", TAKEN)
def ones_own_request_taken_back(wire: Wire) -> Any:
    alice, dave = wire.user("alice"), wire.user("dave")
    wire.world.connections.set(alice, dave, "PENDING")
    return status(wire.post(f"/pod/v1/connection/user/{dave.id}/remove", app=None))


@both("roomDescriptionSearch", {"words": 1, "tags": 0})
def a_word_of_a_description(wire: Wire) -> Any:
    room(wire, "New Room", description="what seldom occurs")
    return wire.post("/pod/v3/room/search", json={"query": "seldom"}).json()["count"]


@both("certificateLoginWithJson", {"taken": 200, "refused": 401})
def a_certificate_with_json(wire: Wire) -> Any:
    with certified(wire, "acme-bot") as client:
        return status(client.post("/sessionauth/v1/authenticate", json={}))


# messages


@both("outsiderText", {"recorded": True, "documented": False})
def the_text_for_an_outsider(wire: Wire) -> Any:
    return "User does not belong to room" in send(wire, "ivan").json()["message"]


@both("publicRoomWriting", {"outside": False, "joins": True})
def writing_into_a_public_room(wire: Wire) -> Any:
    cooler = wire.room("Water Cooler").id
    assert status(send(wire, "bob", cooler)) == 200
    return wire.world.streams.is_member(cooler, wire.id("bob"))


@both("messageData", {"absent": "", "null": None, "object": "{}"})
def the_data_of_a_plain_message(wire: Wire) -> Any:
    return send(wire).json().get("data", "")


def fresh(wire: Wire) -> str:
    return str(room(wire, "Fresh").json()["roomSystemInfo"]["id"])


def listed(wire: Wire, stream: str, user: str = "alice", **asked: Any) -> Any:
    return wire.get(f"/agent/v4/stream/{stream}/message", user, params={"since": 0, **asked})


@both("emptyMessages", {"noContent": (204, b""), "emptyList": (200, b"[]")})
def a_room_without_messages(wire: Wire) -> Any:
    answer = listed(wire, fresh(wire))
    return answer.status_code, answer.content


@both("emptySearch", {"noContent": (204, b""), "emptyList": (200, b"[]")})
def a_search_for_nothing(wire: Wire) -> Any:
    answer = wire.post("/agent/v1/message/search", json={"hashtag": "neverused"})
    return answer.status_code, answer.content


@both("suppressedMessages", {"emptied": 1, "absent": 0})
def a_suppressed_message_in_a_list(wire: Wire) -> Any:
    made = fresh(wire)
    sent = send(wire, stream=made).json()["messageId"]
    assert status(wire.post(f"/pod/v1/admin/messagesuppression/{sent}/suppress")) == 200
    answer = listed(wire, made)
    return len(answer.json()) if answer.content else 0


def updated(wire: Wire, stream: str) -> tuple[str, Any]:
    path = f"/agent/v4/stream/{stream}/message/{{}}/update"
    sent = send(wire, stream=stream).json()["messageId"]
    body = {"data": {"message": "<messageML>better</messageML>"}}
    assert status(wire.post(path.format(sent), **body)) == 200
    return sent, wire.post(path.format(sent), **body)


@both("replacedVersions", {"listed": 3, "absent": 1})
def versions_in_a_list(wire: Wire) -> Any:
    made = fresh(wire)
    updated(wire, made)
    return len(listed(wire, made).json())


@both("replacedVersionUpdate", TAKEN)
def an_update_of_an_old_version(wire: Wire) -> Any:
    return status(updated(wire, wire.room("Trading Desk").id)[1])


@both("unreadableMessage", {"forbidden": 403, "noContent": 204})
def a_message_of_others(wire: Wire) -> Any:
    return status(wire.get(f"/agent/v1/message/{send(wire).json()['messageId']}", "ivan", None))


@both("limitAboveMaximum", {"refused": [400, 400, 400], "cut": [200, 204, 200]})
def limits_above_the_maximum(wire: Wire) -> Any:
    more: dict[str, Any] = {"params": {"limit": 5000}}
    made = fresh(wire)
    send(wire, stream=made)
    answers = [
        listed(wire, made, limit=5000),
        wire.post("/agent/v1/message/search", json={"hashtag": "neverused"}, **more),
        wire.post("/pod/v1/user/search", json={"query": "bob"}, **more),
    ]
    assert status(listed(wire, made, limit="many")) == 400
    return [status(answer) for answer in answers]


@both("shareWithoutType", TAKEN)
def an_article_without_a_type(wire: Wire) -> Any:
    article = {"title": "t", "publisher": "p", "author": "a", "appId": "acme-desk", "articleId": "1"}
    return status(wire.post(f"/agent/v3/stream/{wire.room('Trading Desk').id}/share", json={"content": article}))


# datafeeds


def feed(wire: Wire, tag: str | None = None) -> str:
    return str(wire.post("/agent/v5/datafeeds", "acme-bot", None, json={"tag": tag}).json()["id"])


def heard(wire: Wire, feed_id: str) -> list[str]:
    wire.stage.hold = 0
    answer = wire.post(f"/agent/v5/datafeeds/{feed_id}/read", "acme-bot", None, json={})
    return [event["type"] for event in answer.json()["events"]]


@both("sameTag", {"same": True, "new": False})
def a_tag_once_more(wire: Wire) -> Any:
    return feed(wire, "once") == feed(wire, "once")


@both("formAnswers", {"sender": 0, "members": 1})
def an_answer_to_a_form_of_another(wire: Wire) -> Any:
    wire.world.set(forms_from_users=True)
    form = '<messageML><form id="f"><button name="b" type="action">Go</button></form></messageML>'
    sent = send(wire, data={"message": form}).json()["messageId"]
    waiting = feed(wire)
    wire.world.messages.submit(wire.user("bob"), sent, "f", ())
    return heard(wire, waiting).count("SYMPHONYELEMENTSACTION")


@both("roomCreator", {"silent": ["ROOMCREATED"], "told": ["ROOMCREATED", "USERJOINEDROOM"]})
def what_who_makes_a_room_hears(wire: Wire) -> Any:
    waiting = feed(wire)
    assert status(wire.post("/pod/v3/room/create", "acme-bot", None, json={"name": "Loud", "description": "x"})) == 200
    return heard(wire, waiting)


# rooms


@both("fixedAttributesRepeated", TAKEN)
def a_fixed_attribute_repeated(wire: Wire) -> Any:
    update = f"/pod/v3/room/{fresh(wire)}/update"
    assert status(wire.post(update, json={"public": True})) == 400
    return status(wire.post(update, json={"public": False, "description": "new"}))


@both("publicRoomInfo", {"members": 400, "colleagues": 200})
def a_public_room_from_outside(wire: Wire) -> Any:
    cooler = wire.room("Water Cooler").id
    assert status(wire.get(f"/pod/v3/room/{wire.room('Trading Desk').id}/info", "ivan")) == 400
    return status(wire.get(f"/pod/v3/room/{cooler}/info", "bob"))


@both("roomSearchIds", {"urlSafe": False, "standard": True})
def ids_of_found_rooms(wire: Wire) -> Any:
    made = fresh(wire)
    (found,) = wire.post("/pod/v3/room/search", json={"query": "fresh"}).json()["rooms"]
    told = found["roomSystemInfo"]["id"]
    assert ids.url_safe(told) == made
    return told.endswith("==")


@both("externalMembers", {"connected": 403, "anybody": 200})
def a_stranger_added(wire: Wire) -> Any:
    path = f"/pod/v1/room/{wire.room('Acme x Globex').id}/membership/add"
    return status(wire.post(path, json={"id": wire.id("dave")}))


@both("memberAgain", TAKEN)
def a_member_added_again(wire: Wire) -> Any:
    path = f"/pod/v1/room/{wire.room('Trading Desk').id}/membership/add"
    return status(wire.post(path, json={"id": wire.id("bob")}))


@both("leavingRooms", {"everybody": 200, "accounts": 403})
def a_member_leaves(wire: Wire) -> Any:
    path = f"/pod/v1/room/{wire.room('Trading Desk').id}/membership/remove"
    left = wire.post(path, "bob", json={"id": wire.id("bob")})
    assert status(wire.post(path, "acme-bot", None, json={"id": wire.id("acme-bot")})) == 200
    return status(left)


# connections


@both("emptyConnections", {"emptyList": 200, "notFound": 404})
def no_connections(wire: Wire) -> Any:
    return status(wire.get("/pod/v1/connection/list", "frank"))


def ask(wire: Wire, user: str, other: str) -> Any:
    return wire.post("/pod/v1/connection/create", user, json={"userId": wire.id(other)})


@both("requestAgain", TAKEN)
def a_request_made_again(wire: Wire) -> Any:
    assert ask(wire, "alice", "dave").json()["status"] == "PENDING_OUTGOING"
    again = ask(wire, "alice", "dave")
    assert again.json().get("status", "PENDING_OUTGOING") == "PENDING_OUTGOING"
    return status(again)


@both("crossedRequest", {"waits": "PENDING_INCOMING", "accepts": "ACCEPTED"})
def a_request_that_crosses_another(wire: Wire) -> Any:
    return ask(wire, "alice", "erin").json()["status"]


@both("requestToConnected", TAKEN)
def a_request_to_somebody_connected(wire: Wire) -> Any:
    return status(ask(wire, "alice", "carol"))


# people


@both("unseenPresence", {"offline": (200, "OFFLINE"), "refused": (403, None)})
def the_presence_of_a_stranger(wire: Wire) -> Any:
    answer = wire.get(f"/pod/v3/user/{wire.id('dave')}/presence")
    assert status(wire.get(f"/pod/v3/user/{wire.id('bob')}/presence")) == 200
    return answer.status_code, answer.json().get("category")


@both("firstPresenceRead", {"all": True, "changes": False})
def the_first_read_of_a_presence_feed(wire: Wire) -> Any:
    wire.world.presences.set(wire.user("bob"), "BUSY")
    made = wire.post("/pod/v1/presence/feed/create").json()["id"]
    wire.world.presences.set(wire.user("frank"), "AWAY")
    told = [each["userId"] for each in wire.get(f"/pod/v1/presence/feed/{made}/read").json()]
    assert wire.id("frank") in told
    return wire.id("bob") in told


@both("lookUpWithoutExternals", {"colleagues": 200, "nobody": 204})
def a_look_up_by_who_is_internal(wire: Wire) -> Any:
    wire.world.users.change(wire.user("alice"), entitlements=frozenset())
    asked = {"uid": wire.id("bob")}
    assert status(wire.get("/pod/v3/users", params={**asked, "local": "true"})) == 200
    return status(wire.get("/pod/v3/users", params=asked))


@both("unknownUserIds", {"errors": 1, "absent": 0})
def an_id_that_nobody_has(wire: Wire) -> Any:
    asked = {"uid": f"{wire.id('alice')},{wire.id('alice') + 654321}"}
    return len(wire.get("/pod/v3/users", params=asked).json().get("errors", []))


@both("externalUsernames", {"shown": ["carol"] * 3, "hidden": [None] * 3})
def the_username_of_somebody_elsewhere(wire: Wire) -> Any:
    carol = {"uid": wire.id("carol")}
    found = [
        wire.get("/pod/v2/user", params=carol).json(),
        *wire.get("/pod/v3/users", params=carol).json()["users"],
        *wire.post("/pod/v1/user/search", json={"query": "carol"}).json()["users"],
    ]
    return [each.get("username") for each in found]


@both("barredUsers", {"found": 1, "hidden": 0})
def a_search_across_a_barrier(wire: Wire) -> Any:
    answer = wire.post("/pod/v1/user/search", json={"query": "ivan"})
    return answer.json()["count"] if answer.content else 0


def shared_with_ivan(wire: Wire) -> str:
    made = fresh(wire)
    wire.world.streams.seat(wire.world.streams.book[made], wire.id("ivan"))
    return made


@both("barredMessages", {"hidden": 204, "shown": 200})
def what_was_written_across_a_barrier(wire: Wire) -> Any:
    made = shared_with_ivan(wire)
    alice, stream = wire.user("alice"), wire.world.streams.book[made]
    wire.world.messages.post(alice, stream, plain("said"), Origin(session="s"))
    return status(listed(wire, made, "ivan"))


@both("barredWriting", {"refused": 403, "taken": 200})
def writing_across_a_barrier(wire: Wire) -> Any:
    return status(send(wire, stream=shared_with_ivan(wire)))


@both("deactivatedLogin", {"unauthorized": 401, "forbidden": 403})
def on_behalf_of_who_left(wire: Wire) -> Any:
    app = wire.stage.sessions.open("app", subject="acme-desk", app="acme-desk").token
    path = "/login/pubkey/app/username/grace/authenticate"
    return status(wire.http.post(path, headers={"sessionToken": app}))


# --- the table ---


@pytest.mark.parametrize("name", sorted({*CHOICES, *CASES}))
def test_each_reading_shows(wire: Wire, world: World, as_loaded: Any, name: str) -> None:
    assert name in CASES, f"show a client both readings of '{name}': a function under @both in tests/test_choices.py"
    assert name in CHOICES, f"'{name}' is no choice any more: take its case out of tests/test_choices.py"
    case, choice = CASES[name], CHOICES[name]
    assert set(case.seen) == set(choice.readings), f"say what is seen under {choice.but('')} of '{name}'"
    assert len({str(each) for each in case.seen.values()}) == len(case.seen), f"the readings of '{name}' look alike"
    apps = [(app.id, app.public_key) for app in world.apps.book]
    for reading, seen in case.seen.items():
        world.restore(as_loaded)
        for app, key in apps:
            world.apps.change(world.apps.get(app), public_key=key)
        world.set(**{choice.field: reading})
        assert case.look(wire) == seen, f"{name}: {reading}"
    assert getattr(World().settings, choice.field) == choice.ours


def test_choices_name_endpoints_that_there_are() -> None:
    names = {row.name: row for row in TABLE}
    for name, choice in CHOICES.items():
        assert set(choice.at) <= set(names), name
    for name in OBO_ALSO:
        assert names[name].permissions is None, f"{name} is open to apps anyway"


# --- files ---

HEAD = "companies:\n  - {name: Acme, pod: 190}\n"


def made(tmp_path: Path, settings: str, choices: str | None = None) -> World:
    (tmp_path / "world.yaml").write_text(HEAD + settings)
    if choices is not None:
        (tmp_path / "fidelity.yaml").write_text(choices)
    return load(str(tmp_path / "world.yaml"))


def test_settings_stand_over_the_file_and_both_over_strict(tmp_path: Path) -> None:
    settings = "settings: {strict: true, fidelity: fidelity.yaml, messagesOrder: newest}\n"
    found = made(tmp_path, settings, "messagesOrder: oldest\nuniqueRoomNames: public\npermissionMatch: any\n").settings
    assert (found.messages_order, found.unique_room_names, found.permission_match) == ("newest", "public", "any")
    assert {**{name: getattr(found, name) for name in STRICT}, "unique_room_names": "all"} == STRICT
    assert made(tmp_path, "settings: {fidelity: fidelity.yaml}\n", "").settings.messages_order == "newest"
    also = made(tmp_path, "settings: {oboAlso: ['GET /agent/v1/message/{id}']}\n").settings.obo_also
    assert also == {"GET /agent/v1/message/{id}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "strict: true\nmessageOrder: oldest\n",
            "line 2: messageOrder: 'messageOrder' is no key here, is messagesOrder",
        ),
        ("\nmessagesOrder: newer\n", "line 2: messagesOrder: 'newer' is none of newest, oldest, is newest meant?"),
        ("messagesOrder: 1\n", "line 1: messagesOrder: '1' is none of newest, oldest"),
        ("messagesOrder: [a]\n", "line 1: messagesOrder: '['a']' is none of newest, oldest"),
        ("strict: often\n", "line 1: strict: true or false is needed"),
        ("- messagesOrder\n", "line 1: keys with values are needed"),
        ("oboAlso: all\n", "line 1: oboAlso: a list is needed"),
        (
            "oboAlso: ['GET /agent/v1/mesage/{id}']\n",
            "line 1: oboAlso.0: 'GET /agent/v1/mesage/{id}' is no call that can be opened, is GET "
            "/agent/v1/message/{id} meant?",
        ),
        ("messagesOrder: [\n", "line 2: not YAML"),
    ],
)
def test_mistakes_in_a_file_of_choices(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(WorldFileError) as error:
        read_choices(tmp_path / "mine.yaml")
    assert [each.startswith(said) for each in error.value.mistakes] == [True], error.value.mistakes
    with pytest.raises(WorldFileError) as error:
        made(tmp_path, "settings:\n  strict: true\n  fidelity: mine.yaml\n")
    (mistake,) = error.value.mistakes
    assert mistake.startswith("line 5: settings.fidelity: ")
    assert said in mistake


def test_mistakes_in_the_settings_of_a_world(tmp_path: Path) -> None:
    for settings, line, said in (
        ("settings:\n  messagesOrder: newer\n", 4, "newest"),
        ("settings:\n  fidelity: nowhere.yaml\n", 4, "nowhere.yaml"),
        (
            "settings:\n  oboAlso: [POST /pod/v1/connection/acept]\n",
            4,
            "is POST /pod/v1/connection/accept meant?",
        ),
    ):
        with pytest.raises(WorldFileError) as error:
            made(tmp_path, settings)
        (mistake,) = error.value.mistakes
        assert mistake.startswith(f"line {line}: settings.")
        assert said in mistake


def test_a_file_of_choices_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("messagesOrder: oldest\n")
    call = ["GET", "/agent/v4/stream/{Trading Desk}/message?since=0", "--user", "alice", "--app", "acme-desk"]
    done = CliRunner().invoke(cli, ["explain", *call, "--fidelity", str(path)])
    assert "first: oldest; a world may set newest" in done.output
    path.write_text("messageOrder: oldest\n")
    for flags in (["explain", *call], ["serve", "--port", "0", "--home", str(tmp_path / "home")]):
        done = CliRunner().invoke(cli, [*flags, "--fidelity", str(path)])
        assert done.exit_code == 1
        assert f"Error: {path}: line 1: messageOrder: 'messageOrder' is no key" in done.output


def test_what_the_start_says_outlives_a_reset_and_goes_for_worlds_beside(wire: Wire) -> None:
    wire.stage.fit({"messages_order": "oldest"})
    wire.world.set(messages_order="newest")
    wire.stage.reset()
    assert wire.world.settings.messages_order == "oldest"
    name = wire.site.add_world(made=wire.site.make_world("empty"))
    assert wire.site.worlds[name].world.settings.messages_order == "oldest"


def test_explain_tells_what_a_world_may_choose(world: World) -> None:
    world.set(messages_order="oldest")
    told = explain(world, "alice", "acme-desk", "GET", "/agent/v4/stream/{Trading Desk}/message?since=0", None)
    (choice,) = (each for each in told.choices if each.what == "messagesOrder")
    assert choice.says == "which message of a page comes first: oldest; a world may set newest"


# --- calls that the table does not list ---


@pytest.mark.parametrize("name", sorted(OBO_ALSO))
def test_a_call_is_opened_to_apps_by_its_name_alone(wire: Wire, name: str) -> None:
    method, path = name.split()
    path = path.replace("{id}", "x").replace("{sid}", "x").replace("{uid}", "1")
    why = refused(wire.call(method, path, json={}), 403, f"settings.oboAlso: ['{name}']")
    told = explain(wire.world, "alice", "acme-desk", method, path, "{}")
    assert why in told.steps[1].says
    wire.world.set(obo_also=frozenset(OBO_ALSO) - {name})
    refused(wire.call(method, path, json={}), 403, name)
    wire.world.set(obo_also=frozenset({name}))
    assert "is not enabled for apps" not in wire.call(method, path, json={}).headers.get("X-Emulator-Reason", "")
    app = wire.world.apps.get("acme-desk")
    wire.world.apps.change(app, permissions=app.permissions - set(OBO_ALSO[name]))
    refused(wire.call(method, path, json={}), 403, OBO_ALSO[name][0])
