"""A world file that uses every key there is, loads; and what each key says is seen over the API."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import is_typeddict

from emulator.access.signing import public_key_of
from emulator.seeding import check
from emulator.seeding.file import read
from emulator.seeding.load import build, load
from emulator.seeding.source import Source
from emulator.world.settings import CHOICES
from tests.conftest import Wire

TEXT = (Path(__file__).parents[1] / "data" / "every_key.yaml").read_text()
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_772_443_800_000
NOW = START + HOUR // 2
KEYS = {(part.__name__.removesuffix("Part"), key) for part in check.parts() for key in check.hints(part)}

SEEN: dict[str, set[tuple[str, str]]] = {}
"""By test the keys of which it sees that they did what they say."""


def sees(**keys: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def note(test: Callable[..., None]) -> Callable[..., None]:
        SEEN[test.__name__] = {(part, key) for part, named in keys.items() for key in named.split()}
        return test

    return note


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("every_key")
    (folder / "keys").mkdir()
    (folder / "keys" / "bot.pem").write_text(public_key_of(keys["bot"]))
    (folder / "fidelity.yaml").write_text("formsFromUsers: false\nmessagesOrder: oldest\n")
    otherwise = "\n".join(f"  {name}: {json.dumps(choice.readings[1])}" for name, choice in CHOICES.items())
    text = TEXT.replace("  # CHOICES", otherwise).replace(" KEY", " " + json.dumps(public_key_of(keys["app"])))
    (folder / "world.yaml").write_text(text)
    (folder / "usual.yaml").write_text(text.replace(otherwise, ""))
    return folder


@pytest.fixture(scope="module")
def source(folder: Path) -> Source:
    return read(folder / "world.yaml")


@pytest.fixture(scope="module")
def see(folder: Path, keys: dict[str, str]) -> Iterator[Wire]:
    """The world with what is usually chosen: the choices are seen where they are tested."""
    wire = Wire(load(folder / "usual.yaml"), keys["pod"])
    yield wire
    wire.http.close()


def admin(see: Wire, path: str) -> Any:
    answer = see.get(path, "admin-bot", None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(see: Wire, message: str, user: str = "bob") -> Any:
    return see.get(f"/agent/v1/message/{message}", user, None).json()


def used(content: Any, kinds: list[Any]) -> Iterator[tuple[str, str]]:
    if isinstance(content, list):
        for each in content:
            yield from used(each, [inner for kind in kinds for inner in check.inside(kind, 0)])
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        for kind in kinds:
            if is_typeddict(kind) and key in check.hints(kind):
                yield kind.__name__.removesuffix("Part"), key
        yield from used(value, [inner for kind in kinds for inner in check.inside(kind, key)])


def test_the_file_uses_every_key_and_each_is_seen(source: Source) -> None:
    assert KEYS - set(used(source.file, [check.WorldFile])) == set(), "use these keys in tests/data/every_key.yaml"
    assert KEYS - set().union(*SEEN.values()) == set(), "see here what these keys do"
    assert set().union(*SEEN.values()) - KEYS == set()


@sees(
    WorldFile="time clock companies users",
    Clock="shift frozenAt",
    Company="name pod",
    User="username id company email firstName lastName displayName title department division location jobFunction"
    " workPhone mobilePhone twoFactorPhone smsNumber industries assetClasses functions marketCoverages responsibilities"
    " instruments picture pictureFile avatars accountType roles createdBy created updated lastLogin",
    Avatar="size url",
)
def test_users(see: Wire) -> None:
    told = admin(see, f"/pod/v2/admin/user/{(190 << 36) + 7}")
    assert told["userAttributes"] == {
        "userName": "alice",
        "emailAddress": "alice.adams@acme.example",
        "firstName": "Alice",
        "lastName": "Adams",
        "displayName": "Alice A.",
        "companyName": "Acme Capital",
        "accountType": "NORMAL",
        "title": "Trader",
        "department": "Trading",
        "division": "Markets",
        "location": "New York",
        "jobFunction": "Sales",
        "workPhoneNumber": "+1 212 555 0100",
        "mobilePhoneNumber": "+1 917 555 0100",
        "twoFactorAuthPhone": "+1 917 555 0101",
        "smsNumber": "+1 917 555 0102",
        "industries": ["Energy"],
        "assetClasses": ["Rates"],
        "function": ["Trade"],
        "marketCoverage": ["EMEA"],
        "responsibility": ["Gilts"],
        "instrument": ["Bonds"],
    }
    info = told["userSystemInfo"]
    assert info["createdDate"] == START - 400 * DAY
    assert info["lastUpdatedDate"] == START - 5 * DAY
    assert info["lastLoginDate"] == START - 2 * HOUR
    assert info["createdBy"] == str(see.id("admin-bot"))
    assert told["roles"] == ["CONTENT_MANAGEMENT", "INDIVIDUAL"]
    address = admin(see, f"/pod/v1/admin/user/{see.id('bob')}/avatar")[0]["url"].removeprefix("..")
    assert see.http.get(address).content == b"\x89PNG"
    address = admin(see, f"/pod/v1/admin/user/{see.id('grace')}/avatar")[0]["url"].removeprefix("..")
    assert b"PUBLIC KEY" in see.http.get(address).content
    assert told["avatar"] == {"size": "150", "url": "/pictures/alice.png"}
    assert admin(see, f"/pod/v2/admin/user/{see.id('desk-bot')}")["userAttributes"]["accountType"] == "SYSTEM"
    clock = see.http.get("/emulator/v1/clock").json()
    assert clock["frozen"]
    assert clock["now"] == NOW
    assert see.world.clock.state() == (HOUR, NOW)  # the shift goes on when the clock does
    assert see.http.get("/emulator/v1/world").json()["pod"] == {"id": 190, "name": "Acme Capital"}


@sees(
    Company="crossPod entitlements",
    User="entitlements status suspended suspendedUntil suspensionReason deactivated publicKey publicKeyFile previousKey"
    " previousKeyUntil acceptsConnections delegates follows presence",
    Presence="category since",
    Follow="user since",
)
def test_what_users_may_and_show(see: Wire, keys: dict[str, str]) -> None:
    features = admin(see, f"/pod/v1/admin/user/{see.id('alice')}/features")
    assert {"entitlment": "sendFilesEnabled", "enabled": False} in features
    assert {"entitlment": "canCreatePublicRoom", "enabled": True} in features
    grace = admin(see, f"/pod/v2/admin/user/{see.id('grace')}")["userSystemInfo"]
    assert (grace["status"], grace["deactivatedDate"]) == ("DISABLED", START - 30 * DAY)
    sam = admin(see, f"/pod/v2/admin/user/{see.id('sam')}")["userSystemInfo"]
    assert (sam["suspended"], sam["suspensionReason"]) == (True, "on leave")
    assert sam["suspendedUntil"] == (START + 2 * HOUR) // 1000
    bot = admin(see, f"/pod/v2/admin/user/{see.id('desk-bot')}")["userAttributes"]
    key = public_key_of(keys["app"])
    assert bot["currentKey"]["key"] == key
    assert bot["previousKey"] == {"key": key, "expirationDate": START + DAY}
    own = admin(see, f"/pod/v2/admin/user/{see.id('admin-bot')}")["userAttributes"]["currentKey"]["key"]
    assert own == public_key_of(keys["bot"])
    assert admin(see, f"/pod/v1/admin/user/{see.id('alice')}/delegates") == [see.id("bob")]
    followed = see.get(f"/pod/v1/user/{see.id('alice')}/following", "bob", None).json()["following"]
    assert followed == sorted([see.id("bob"), see.id("desk-bot")])
    since = {each.followed: each.at for each in see.world.following.book if each.follower == see.id("alice")}
    assert since == {see.id("bob"): START - 3 * DAY, see.id("desk-bot"): START}
    shown = see.get(f"/pod/v3/user/{see.id('alice')}/presence", "bob", None).json()
    assert (shown["category"], shown["timestamp"]) == ("BUSY", START - 10 * MINUTE)
    home, globex, initech = see.world.companies.book
    assert home.cross_pod
    assert globex.cross_pod
    assert not initech.cross_pod
    assert home.entitlements == {"canCreateExternalRoomSharedHistory"}
    assert see.user("carol").accepts_connections


@sees(
    WorldFile="settings",
    Settings=f"fileTypes protocols sessionHours suppressMinutes strict oboAlso fidelity {' '.join(CHOICES)}",
)
def test_settings(see: Wire, source: Source) -> None:
    """That a setting does something is seen where it does; here that it is the one of the file."""
    assert see.get("/pod/v1/files/allowedTypes", "bob", None).json() == [".png", ".txt"]
    assert see.get("/pod/v1/admin/system/protocols/list", "bob", None).json() == ["https", "app"]
    first = see.get("/agent/v4/stream/trading-desk/message?since=0", "bob", None).json()[0]
    assert first["messageId"] == "first"
    settings, written = build(source).settings, dict(source.file["settings"])
    assert (settings.session_hours, settings.suppress_minutes) == (8, 5)
    assert settings.obo_also == {"POST /pod/v1/connection/accept"}
    for name, choice in CHOICES.items():
        assert getattr(settings, choice.field) == written[name] != choice.ours, name


@sees(WorldFile="connections", Connection="from to status requests firstRequested updated")
def test_connections(see: Wire) -> None:
    told = see.get("/pod/v1/connection/list?status=all", "bob", None).json()
    assert {(each["userId"], each["status"]) for each in told} == {
        (see.id("carol"), "ACCEPTED"),
        (see.id("erin"), "PENDING_INCOMING"),
        (see.id("dave"), "REJECTED"),
    }
    assert told[0]["updatedAt"] == START - 8 * DAY
    carol, erin, _ = see.world.connections.book
    assert carol.first_requested_at == START - 9 * DAY
    assert erin.requests == 2


@sees(
    WorldFile="barriers",
    Barriers="groups between",
    Group="members id created modified",
    Barrier="groups id active created modified",
)
def test_barriers(see: Wire) -> None:
    trading = next(each for each in admin(see, "/pod/v1/admin/group/list") if each["name"] == "trading")
    assert trading["id"] == "65f0a0b0c0d0e0f0a0b0c0d0"
    assert (trading["createdDate"], trading["modifiedDate"]) == (START - 20 * DAY, START - 2 * DAY)
    assert admin(see, f"/pod/v1/admin/group/{trading['id']}/membership/list") == [see.id("alice")]
    (policy,) = admin(see, "/pod/v1/admin/policy/list")
    assert policy["id"] == "75f0a0b0c0d0e0f0a0b0c0d0"
    assert policy["active"] is False
    assert (policy["createdDate"], policy["modifiedDate"]) == (START - 20 * DAY, START - DAY)
    assert policy["groups"][1] == trading["id"]


@sees(
    WorldFile="apps",
    App="id name permissions actAsUser enabled installedFor choices listed url domain publisher description iconUrl"
    " allowOrigins notification properties certificate publicKey publicKeyFile previousKey previousKeyUntil created"
    " updated",
    Choice="user install listed products",
    Product="name type subscribed sku",
    Notification="url apiKey",
)
def test_apps(see: Wire, keys: dict[str, str]) -> None:
    desk = admin(see, "/pod/v1/admin/app/acme-desk/get")
    assert desk["applicationInfo"] == {
        "appId": "acme-desk",
        "name": "Acme Desk",
        "appUrl": "https://desk.acme.example/index.html",
        "domain": "acme.example",
        "publisher": "Acme",
    }
    assert (desk["iconUrl"], desk["description"]) == ("https://desk.acme.example/icon.png", "For the desk")
    assert desk["allowOrigins"] == "https://acme.example"
    assert desk["cert"].startswith("-----BEGIN CERTIFICATE-----")
    assert desk["notification"] == {"url": "https://desk.acme.example/told", "apiKey": "secret"}
    assert desk["properties"] == [{"key": "colour", "value": "blue"}]
    assert desk["authenticationKeys"]["current"]["key"] == public_key_of(keys["app"])
    assert desk["authenticationKeys"]["previous"]["expirationDate"] == START + DAY
    assert len(desk["permissions"]) == 18
    quiet = admin(see, "/pod/v1/admin/app/acme-quiet/get")
    assert quiet["permissions"] == ["GET_MESSAGES"]
    assert quiet["authenticationKeys"]["current"]["key"] == public_key_of(keys["bot"])
    entitled = {each["appId"]: each for each in admin(see, "/pod/v1/admin/app/entitlement/list")}["acme-desk"]
    assert (entitled["enable"], entitled["listed"], entitled["install"]) == (True, True, False)
    quietly = {each["appId"]: each for each in admin(see, "/pod/v1/admin/app/entitlement/list")}["acme-quiet"]
    assert (quietly["enable"], quietly["listed"], quietly["install"]) == (False, False, True)
    (sams, _) = admin(see, f"/pod/v1/admin/user/{see.id('sam')}/app/entitlement/list")
    assert (sams["listed"], sams["install"]) == (False, False)
    product = {"appId": "acme-desk", "name": "Pro", "type": "Premium", "subscribed": True, "sku": "P1"}
    assert sams["products"] == [product]
    (bobs, _) = admin(see, f"/pod/v1/admin/user/{see.id('bob')}/app/entitlement/list")
    assert bobs["install"]
    app = see.world.apps.get("acme-desk")
    assert (app.created_at, app.updated_at) == (START - 100 * DAY, START - 10 * DAY)


@sees(
    WorldFile="rooms",
    Room="name id description keywords creator owners members membersCanInvite discoverable public readOnly"
    " copyProtected crossPod viewHistory multiLateralRoom scheduledMeeting subType active pinned created messages",
    Member="user owner joined after",
)
def test_rooms(see: Wire) -> None:
    told = see.get("/pod/v3/room/trading-desk/info", "bob", None).json()
    expected = {
        "name": "Trading Desk",
        "description": "Rates",
        "keywords": [{"key": "region", "value": "EMEA"}],
        "membersCanInvite": True,
        "copyProtected": True,
        "crossPod": True,
        "viewHistory": False,
        "multiLateralRoom": True,
        "scheduledMeeting": True,
        "pinnedMessageId": "fixing",
    }
    assert {key: told["roomAttributes"][key] for key in expected} == expected
    info = told["roomSystemInfo"]
    assert (info["id"], info["active"]) == ("trading-desk", True)
    assert (info["creationDate"], info["createdByUserId"]) == (START - 30 * DAY, see.id("admin-bot"))
    mailed = see.post("/pod/v3/room/search", "bob", None, json={"query": "Trading", "subType": "EMAIL"}).json()
    assert [each["roomSystemInfo"]["id"] for each in mailed["rooms"]] == ["trading-desk"]
    members = see.get("/pod/v2/room/trading-desk/membership/list", "bob", None).json()
    assert [(each["id"], each["owner"], each["joinDate"]) for each in members] == [
        (see.id("bob"), True, START - 30 * DAY),
        (see.id("alice"), False, START - HOUR),
        (see.id("desk-bot"), False, START - 30 * DAY),
        (see.id("carol"), False, START - 30 * DAY),
    ]
    alice_reads = see.get("/agent/v4/stream/trading-desk/message?since=0", "alice", "acme-desk").json()
    assert "first" not in {each["messageId"] for each in alice_reads}
    assert len(alice_reads) == 4
    archive = see.get(f"/pod/v3/room/{see.room('Archive').id}/info", "bob", None).json()
    assert (archive["roomSystemInfo"]["active"], archive["roomAttributes"]["readOnly"]) == (False, True)
    lobby = see.get(f"/pod/v3/room/{see.room('Lobby').id}/info", "alice").json()["roomAttributes"]
    assert (lobby["public"], lobby["discoverable"], lobby["viewHistory"]) == (True, True, True)


@sees(
    WorldFile="ims session",
    Im="between id creator pinned created messages",
    Message="from ago id text message presentationML data attachments replaces silent suppressed app session format"
    " words hashtags cashtags mentions forms",
    Attachment="name text base64 file preview previewFile id previewId",
)
def test_messages(see: Wire, keys: dict[str, str]) -> None:
    first, changed = said(see, "first"), said(see, "changed")
    assert "It's 10 o'clock." in first["message"]
    assert (first["timestamp"], first["sid"]) == (START - 2 * HOUR, "7f4c3f9e-3f0e-4f07-9a4f-6b1f0c8ad002")
    assert changed["sid"] == "7f4c3f9e-3f0e-4f07-9a4f-6b1f0c8ad001"
    assert (first["replacedBy"], changed["replacing"], changed["silent"]) == ("changed", "first", True)
    files = said(see, "files")
    assert files["timestamp"] == START - 40 * MINUTE
    assert json.loads(files["data"])["order"]["size"] == 5
    assert "#rates" in files["message"]
    text, encoded, picture, other = files["attachments"]
    assert (text["id"], text["name"], text["size"]) == ("internal_1%2Fa", "a.txt", 5)
    assert picture["images"][0]["id"] == "internal_1%2Fp"

    def content(file: str) -> bytes:
        asked = {"messageId": "files", "fileId": file}
        return bytes(see.get("/agent/v1/stream/trading-desk/attachment", "bob", None, params=asked).content)

    assert base64.b64decode(content(text["id"])) == base64.b64decode(content(encoded["id"])) == b"hello"
    pem = public_key_of(keys["bot"]).encode()
    assert base64.b64decode(content(picture["id"])) == pem
    assert base64.b64decode(content("internal_1%2Fp")) == b"hi"
    assert base64.b64decode(content(other["images"][0]["id"])) == pem
    assert "Never mind" not in said(see, "gone")["message"]
    suppressed = see.get("/agent/v1/message/gone/metadata", "bob", None)
    assert see.world.messages.book["gone"].suppressed_at == START - 3 * MINUTE, suppressed.text
    assert said(see, "raw")["originalFormat"] == "com.symphony.markdown"
    assert "<b>words</b>" in said(see, "raw")["message"]
    assert 'id="poll"' in said(see, "fixing")["message"]

    def found(query: str) -> list[str]:
        asked = {"query": query}
        answer = see.get("/agent/v1/message/search", "bob", None, params=asked)
        assert answer.status_code == 200, answer.text + answer.headers["X-Emulator-Reason"]
        return [each["messageId"] for each in answer.json()]

    assert found("hashtag:linkers") == found("cashtag:ibm") == ["raw"]
    assert found(f"mention:{see.id('alice')}") == ["raw"]
    by_text = {"text": "gilts", "streamId": "trading-desk"}
    (hit,) = see.post("/agent/v1/message/search", "bob", None, json=by_text).json()
    assert hit["messageId"] == "raw"
    raw, files_kept = see.world.messages.book["raw"], see.world.messages.book["files"]
    assert (raw.forms, files_kept.origin.app) == (("old",), "acme-desk")
    im = see.get("/pod/v1/im/bob-and-carol/info", "bob", None).json()
    assert im["V1IMAttributes"]["pinnedMessageId"] == "noon"
    assert im["IMSystemInfo"]["creationDate"] == START - 9 * DAY
    assert see.world.streams.book["bob-and-carol"].created_by == see.id("carol")
    mim = see.get("/pod/v2/streams/three/info", "bob", None).json()
    assert mim["streamType"]["type"] == "MIM"
    assert len(mim["streamAttributes"]["members"]) == 3


@sees(
    WorldFile="signals",
    Signal="name owner query id visibleOnProfile companyWide subscribers created",
    Subscriber="user pushed id since",
)
def test_signals(see: Wire) -> None:
    signal = "85f0a0b0c0d0e0f0a0b0c0d0"
    assert see.get(f"/agent/v1/signals/{signal}/get", "bob", None).json() == {
        "id": signal,
        "name": "Rates",
        "query": "HASHTAG:rates",
        "visibleOnProfile": False,
        "companyWide": False,
        "timestamp": START - 2 * DAY,
    }
    told = see.get(f"/agent/v1/signals/{signal}/subscribers", "bob", None).json()["data"]
    assert [(each["userId"], each["owner"], each["pushed"], each["timestamp"]) for each in told] == [
        (see.id("bob"), True, False, START - 2 * DAY),
        (see.id("alice"), False, True, START - DAY),
    ]
    kept = see.world.signals.subscriptions[signal, see.id("alice")]
    assert kept.id == "95f0a0b0c0d0e0f0a0b0c0d0"


@sees(
    WorldFile="behaviours",
    Behaviour="when do afterMs times chain live id done",
    When="event every stream user contains matches form",
    Do="as afterMs send upload presence join requestConnection acceptConnection submitForm",
    File="name content base64",
    Form="formId values",
)
def test_behaviours(see: Wire) -> None:
    first, timer = see.http.get("/emulator/v1/behaviours").json()  # and not the one of a world that lives
    expected = {
        "id": "a5f0a0b0c0d0e0f0a0b0c0d0",
        "when": {
            "event": "MESSAGESENT",
            "stream": "trading-desk",
            "user": see.id("bob"),
            "contains": "price",
            "matches": "(\\d+)",
            "form": "poll",
        },
        "do": [
            {
                "as": see.id("desk-bot"),
                "afterMs": 50,
                "send": "One moment",
                "upload": [{"name": "a.txt", "content": "hello"}, {"name": "b.bin", "base64": "/w=="}],
            },
            {"as": see.id("bob"), "requestConnection": see.id("dave")},
            {"as": see.id("bob"), "acceptConnection": see.id("erin")},
            {"as": see.id("bob"), "submitForm": {"formId": "poll", "values": {"rate": "4"}}},
        ],
        "afterMs": 100,
        "times": 3,
        "chain": True,
        "done": 1,
    }
    assert {key: first[key] for key in expected} == expected
    assert timer["when"] == {"every": 15 * MINUTE}
    lobby = see.room("Lobby").id
    assert timer["do"] == [{"as": see.id("bob"), "presence": "AWAY"}, {"as": see.id("bob"), "join": lobby}]
