"""Administration over the wire: every row on its good path, without the role, and what it changes for users."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.access.signing import public_key_of
from emulator.table.table import TABLE
from tests import official
from tests.access.test_login import APP, BOT, act, log_in, signed
from tests.conftest import Wire, refused

ADMIN = "acme-admin"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nxx").decode()
Make = Callable[[Wire], dict[str, Any]]


def admin(wire: Wire, method: str, path: str, **request: Any) -> httpx.Response:
    return wire.call(method, path, user=ADMIN, app=None, **request)


def uid(name: str) -> Make:
    return lambda wire: {"path": {"uid": wire.id(name)}}


def group(wire: Wire) -> str:
    found = wire.world.barriers.group_named("research")
    assert found is not None
    return found.id


def session_of_bob(wire: Wire) -> str:
    wire.token("bob")
    return wire.stage.sessions.of_user(wire.id("bob"))[0].id


PERSON = {"emailAddress": "zoe@acme.example", "userName": "zoe", "firstName": "Zoe", "lastName": "Zimmer"}
RESEARCH_APP = {"applicationInfo": {"appId": "research", "name": "Research", "publisher": "Acme"}}

GOOD: dict[str, Make] = {
    "POST /pod/v2/admin/user/create": lambda w: {"json": {"userAttributes": PERSON, "roles": ["INDIVIDUAL"]}},
    "POST /pod/v2/admin/user/{uid}/update": lambda w: {**uid("bob")(w), "json": {"title": "Head", "firstName": None}},
    "GET /pod/v2/admin/user/list": lambda w: {"params": {"skip": 1, "limit": 2}},
    "GET /pod/v2/admin/user/{uid}": uid("grace"),
    "POST /pod/v1/admin/user/find": lambda w: {"json": {"role": "COMPLIANCE_OFFICER", "status": "ENABLED"}},
    "GET /pod/v1/admin/user/{uid}/status": uid("bob"),
    "POST /pod/v1/admin/user/{uid}/status/update": lambda w: {**uid("bob")(w), "json": {"status": "DISABLED"}},
    "PUT /pod/v1/admin/user/{userId}/suspension/update": lambda w: {
        "path": {"userId": w.id("bob")},
        "json": {"suspended": True, "suspensionReason": "leave"},
    },
    "GET /pod/v1/admin/user/{uid}/features": uid("bob"),
    "POST /pod/v1/admin/user/{uid}/features/update": lambda w: {
        **uid("bob")(w),
        "json": [{"entitlment": "sendFilesEnabled", "enabled": False}],
    },
    "GET /pod/v1/admin/system/features/list": lambda w: {},
    "GET /pod/v1/admin/system/roles/list": lambda w: {},
    "POST /pod/v1/admin/user/{uid}/roles/add": lambda w: {**uid("bob")(w), "json": {"id": "COMPLIANCE_OFFICER"}},
    "POST /pod/v1/admin/user/{uid}/roles/remove": lambda w: {**uid("heidi")(w), "json": {"id": "COMPLIANCE_OFFICER"}},
    "GET /pod/v1/admin/user/{uid}/avatar": uid("bob"),
    "POST /pod/v1/admin/user/{uid}/avatar/update": lambda w: {**uid("bob")(w), "json": {"image": PNG}},
    "GET /pod/v1/admin/user/{uid}/delegates": uid("bob"),
    "POST /pod/v1/admin/user/{uid}/delegates/update": lambda w: {
        **uid("bob")(w),
        "json": {"userId": w.id("alice"), "action": "REMOVE"},
    },
    "POST /pod/v1/admin/app/create": lambda w: {"json": RESEARCH_APP},
    "POST /pod/v1/admin/app/{id}/update": lambda w: {"path": {"id": "acme-desk"}, "json": {"description": "The desk"}},
    "POST /pod/v1/admin/app/{id}/delete": lambda w: {"path": {"id": "acme-reader"}},
    "GET /pod/v1/admin/app/{id}/get": lambda w: {"path": {"id": "acme-desk"}},
    "GET /pod/v1/admin/app/entitlement/list": lambda w: {},
    "POST /pod/v1/admin/app/entitlement/list": lambda w: {
        "json": [{"appId": "acme-disabled", "appName": "Now on", "enable": True, "listed": True, "install": True}]
    },
    "GET /pod/v1/admin/user/{uid}/app/entitlement/list": uid("bob"),
    "POST /pod/v1/admin/user/{uid}/app/entitlement/list": lambda w: {
        **uid("bob")(w),
        "json": [
            {
                "appId": "acme-desk",
                "listed": True,
                "install": False,
                "products": [{"name": "Premium", "type": "premium", "subscribed": True, "sku": "x"}],
            }
        ],
    },
    "PATCH /pod/v1/admin/user/{uid}/app/entitlement/list": lambda w: {
        **uid("bob")(w),
        "json": [{"appId": "acme-desk", "install": "FALSE", "listed": "REMOVE"}],
    },
    "GET /pod/v1/admin/group/list": lambda w: {},
    "GET /pod/v1/admin/policy/list": lambda w: {},
    "GET /pod/v1/admin/group/{gid}/membership/list": lambda w: {"path": {"gid": group(w)}},
    "POST /pod/v1/admin/group/{gid}/membership/add": lambda w: {"path": {"gid": group(w)}, "json": [w.id("frank")]},
    "POST /pod/v1/admin/group/{gid}/membership/remove": lambda w: {"path": {"gid": group(w)}, "json": [w.id("ivan")]},
    "POST /pod/v1/admin/im/create": lambda w: {"json": [w.id("alice"), w.id("bob")]},
    "GET /pod/v1/admin/stream/{id}/membership/list": lambda w: {"path": {"id": w.room("Acme x Globex").id}},
    "POST /pod/v1/admin/user/{uid}/streams/list": lambda w: {**uid("bob")(w), "json": {}},
    "GET /pod/v1/users/{uid}/sessions": lambda w: {"path": {"uid": w.id("bob")}, "made": session_of_bob(w)},
    "POST /pod/v1/users/{uid}/sessions/{sid}/logout": lambda w: {
        "path": {"uid": w.id("bob"), "sid": session_of_bob(w)}
    },
    "POST /pod/v1/users/{uid}/sessions/logout": uid("bob"),
    "POST /pod/v1/admin/system/protocols": lambda w: {"json": {"scheme": "Bloomberg"}},
    "DELETE /pod/v1/admin/system/protocols/{scheme}": lambda w: {"path": {"scheme": "ftp"}},
}
ROWS = [row for row in TABLE if row.name in GOOD]


def test_every_row_of_administration_is_walked() -> None:
    administrated = {
        row.name
        for row in TABLE
        if not row.for_apps and ("/admin/" in row.path or row.path.startswith("/pod/v1/users/"))
    }
    assert administrated == set(GOOD)


def _call(wire: Wire, row: Any, **who: Any) -> httpx.Response:
    made = GOOD[row.name](wire)
    request = {key: value for key, value in made.items() if key not in ("path", "made")}
    return wire.call(row.method, row.path.format(**made.get("path", {})), **who, **request)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_does_what_it_says(wire: Wire, row: Any) -> None:
    answer = _call(wire, row, user=ADMIN, app=None)
    assert answer.status_code == (204 if row.method == "DELETE" else 200), answer.text
    if answer.status_code == 204:
        return
    assert official.complaints(row.method, row.path, 200, answer.json()) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_needs_the_privilege(wire: Wire, row: Any) -> None:
    refused(_call(wire, row, user="acme-bot", app=None), 403, "'acme-bot' has no role with the privilege")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_not_for_apps(wire: Wire, row: Any) -> None:
    wire.world.users.change(wire.user("alice"), roles=wire.user(ADMIN).roles)
    refused(_call(wire, row), 403, "not enabled for apps")


@pytest.mark.parametrize("row", [row for row in ROWS if "{uid}" in row.path], ids=lambda row: row.name)
def test_users_of_other_pods_are_administrated_there(wire: Wire, row: Any) -> None:
    made = GOOD[row.name](wire)
    path = row.path.format(**{**made["path"], "uid": wire.id("carol")})
    request = {key: value for key, value in made.items() if key not in ("path", "made")}
    refused(admin(wire, row.method, path, **request), row.missing, "another company")


# --- what it changes ---


def test_a_user_that_was_created_can_be_acted_for(wire: Wire, keys: dict[str, str]) -> None:
    made = admin(wire, "POST", "/pod/v2/admin/user/create", json={"userAttributes": PERSON}).json()
    assert made["userSystemInfo"]["createdBy"] == str(wire.id(ADMIN))
    app = log_in(wire, signed(keys["app"], "acme-desk"), APP).json()["token"]
    token = act(wire, app, f"user/{made['userSystemInfo']['id']}").json()["token"]
    own = wire.http.get("/pod/v2/sessioninfo", headers={"sessionToken": token}).json()
    assert own["displayName"] == "Zoe Zimmer"
    detail = admin(wire, "GET", f"/pod/v2/admin/user/{made['userSystemInfo']['id']}").json()
    assert detail["userSystemInfo"]["lastLoginDate"] == wire.world.clock.now()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emailAddress": "bob@acme.example"}, "taken"),
        ({"userName": "BOB"}, "taken"),
        ({"emailAddress": "zoe"}, "no e-mail"),
        ({"lastName": ""}, "lastName"),
        ({"accountType": "SDL"}, "accountType"),
        ({"currentKey": {"key": "x", "action": "SAVE"}}, "key"),
        ({"title": 5}, "title"),
    ],
)
def test_a_user_that_makes_no_sense_is_not_created(wire: Wire, change: dict[str, Any], says: str) -> None:
    before = len(wire.world.users.book)
    body = {"userAttributes": {**PERSON, **change}}
    refused(admin(wire, "POST", "/pod/v2/admin/user/create", json=body), 400, says)
    assert len(wire.world.users.book) == before


def service_account(wire: Wire, key: str) -> int:
    attributes = {
        "userName": "fixing-bot",
        "displayName": "Fixing",
        "emailAddress": "fixing@acme.example",
        "accountType": "SYSTEM",
        "currentKey": {"key": public_key_of(key), "action": "SAVE"},
    }
    made = admin(wire, "POST", "/pod/v2/admin/user/create", json={"userAttributes": attributes})
    return int(made.json()["userSystemInfo"]["id"])


def test_a_service_account_logs_in_with_its_key_until_it_is_revoked(wire: Wire, keys: dict[str, str]) -> None:
    bot = service_account(wire, keys["stranger"])
    token = log_in(wire, signed(keys["stranger"], "fixing-bot"), BOT).json()["token"]
    update = f"/pod/v2/admin/user/{bot}/update"
    again = {"currentKey": {"key": public_key_of(keys["stranger"]), "action": "SAVE"}}
    refused(admin(wire, "POST", update, json=again), 400, "registered already")
    fresh = {"currentKey": {"key": public_key_of(keys["bot"]), "action": "SAVE"}}
    shown = admin(wire, "POST", update, json=fresh).json()["userAttributes"]
    assert shown["previousKey"]["expirationDate"] == wire.world.clock.now() + 72 * 3_600_000
    assert wire.http.get("/pod/v2/sessioninfo", headers={"sessionToken": token}).status_code == 200
    for key in (keys["stranger"], keys["bot"]):  # both work for three days
        assert log_in(wire, signed(key, "fixing-bot"), BOT).status_code == 200
    wire.world.clock.advance(72 * 3600)
    refused(log_in(wire, signed(keys["stranger"], "fixing-bot"), BOT), 401, "signature")
    assert admin(wire, "POST", update, json={"currentKey": {"action": "REVOKE"}}).status_code == 200
    refused(wire.http.get("/pod/v2/sessioninfo", headers={"sessionToken": token}), 401, "revoked")
    refused(log_in(wire, signed(keys["bot"], "fixing-bot"), BOT), 401, "no public key")


def test_an_app_acts_once_it_is_enabled_and_installed(wire: Wire, keys: dict[str, str]) -> None:
    body = {
        **RESEARCH_APP,
        "permissions": ["GET_BASIC_USER_INFO"],
        "authenticationKeys": {"current": {"key": public_key_of(keys["stranger"]), "action": "SAVE"}},
    }
    made = admin(wire, "POST", "/pod/v1/admin/app/create", json=body).json()
    assert made["permissions"] == ["ACT_AS_USER", "GET_BASIC_USER_INFO"]
    jwt = signed(keys["stranger"], "research")
    refused(log_in(wire, jwt, APP), 401, "disabled")
    on = {"appId": "research", "appName": "Research", "enable": True, "listed": False, "install": False}
    admin(wire, "POST", "/pod/v1/admin/app/entitlement/list", json=[on])
    app = log_in(wire, jwt, APP).json()["token"]
    refused(act(wire, app, "username/alice"), 401, "not installed")
    install = [{"appId": "research", "install": "TRUE"}]
    admin(wire, "PATCH", f"/pod/v1/admin/user/{wire.id('alice')}/app/entitlement/list", json=install)
    headers = {"sessionToken": act(wire, app, "username/alice").json()["token"]}
    assert wire.http.get("/pod/v2/sessioninfo", headers=headers).status_code == 200
    refused(act(wire, app, "username/bob"), 401, "not installed")
    narrow = {"permissions": ["ACT_AS_USER"]}
    admin(wire, "POST", "/pod/v1/admin/app/research/update", json=narrow)
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 403, "GET_BASIC_USER_INFO")
    admin(wire, "POST", "/pod/v1/admin/app/research/delete")
    refused(wire.http.get("/pod/v2/sessioninfo", headers=headers), 401, "deleted")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"applicationInfo": {"appId": "a:b", "name": "x"}}, "colon"),
        ({"applicationInfo": {"name": "x"}}, "appId"),
        ({"applicationInfo": {"appId": "acme-desk"}}, "already"),
        ({"applicationInfo": {"appId": "n", "appUrl": "http://x.example"}}, "https://"),
        ({"applicationInfo": {"appId": "n", "appUrl": "https://x.example", "domain": "y.example"}}, "domain"),
        ({"permissions": ["lower"]}, "no permission"),
        ({"properties": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, "unique"),
    ],
)
def test_an_app_that_makes_no_sense_is_not_created(wire: Wire, change: dict[str, Any], says: str) -> None:
    refused(admin(wire, "POST", "/pod/v1/admin/app/create", json={**RESEARCH_APP, **change}), 400, says)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"applicationInfo": {"appUrl": "http://x.example"}}, "https://"),
        ({"applicationInfo": {"appUrl": "https://x.example", "domain": "y.example"}}, "domain"),
        ({"permissions": ["lower"]}, "no permission"),
        ({"properties": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, "unique"),
    ],
)
def test_an_app_is_not_changed_into_one_that_makes_no_sense(wire: Wire, change: dict[str, Any], says: str) -> None:
    before = admin(wire, "GET", "/pod/v1/admin/app/acme-desk/get").json()
    refused(admin(wire, "POST", "/pod/v1/admin/app/acme-desk/update", json=change), 400, says)
    assert admin(wire, "GET", "/pod/v1/admin/app/acme-desk/get").json() == before


def test_a_previous_key_is_extended_while_it_works(wire: Wire, keys: dict[str, str]) -> None:
    bot = service_account(wire, keys["stranger"])
    update = f"/pod/v2/admin/user/{bot}/update"
    hours = 3_600_000
    extend = {"previousKey": {"action": "EXTEND"}}
    refused(admin(wire, "POST", update, json=extend), 400, "no previous key that still works")
    fresh = {"currentKey": {"key": public_key_of(keys["bot"]), "action": "SAVE"}}
    admin(wire, "POST", update, json=fresh)
    began = wire.world.clock.now()
    wire.world.clock.advance(71 * 3600)
    shown = admin(wire, "POST", update, json=extend).json()["userAttributes"]
    assert shown["previousKey"]["expirationDate"] == began + 144 * hours, "72 hours more than it had"
    wire.world.clock.advance(72 * 3600)
    assert log_in(wire, signed(keys["stranger"], "fixing-bot"), BOT).status_code == 200
    until = {"previousKey": {"action": "EXTEND", "expirationDate": began + 150 * hours}}
    shown = admin(wire, "POST", update, json=until).json()["userAttributes"]
    assert shown["previousKey"]["expirationDate"] == began + 150 * hours
    wire.world.clock.advance(7 * 3600)
    refused(log_in(wire, signed(keys["stranger"], "fixing-bot"), BOT), 401, "signature")
    refused(admin(wire, "POST", update, json=extend), 400, "no previous key that still works")


def test_members_are_told_with_who_owns_and_who_made_the_stream(wire: Wire) -> None:
    made = wire.post("/pod/v3/room/create", "bob", json={"name": "Made by bob", "description": "x"}).json()
    room = made["roomSystemInfo"]["id"]
    wire.post(f"/pod/v1/room/{room}/membership/add", "bob", json={"id": wire.id("alice")})
    wire.post(f"/pod/v1/room/{room}/membership/promoteOwner", "bob", json={"id": wire.id("alice")})
    members = admin(wire, "GET", f"/pod/v1/admin/stream/{room}/membership/list").json()["members"]
    assert {each["user"]["userId"]: (each["isOwner"], each["isCreator"]) for each in members} == {
        wire.id("bob"): (True, True),
        wire.id("alice"): (True, False),
    }


def test_a_feature_taken_away_and_given_back(wire: Wire) -> None:
    features = f"/pod/v1/admin/user/{wire.id('alice')}/features"
    external = {"data": {"message": "<messageML>x</messageML>"}, "files": [("attachment", ("a.csv", b"1", "text/csv"))]}
    path = f"/agent/v4/stream/{wire.room('Acme x Globex').id}/message/create"
    off = [{"entitlment": "canShareFilesExternally", "enabled": False}]
    assert admin(wire, "POST", f"{features}/update", json=off).json()["message"] == "OK"
    refused(wire.post(path, **external), 403, "canShareFilesExternally")
    shown = admin(wire, "GET", features).json()
    assert {"entitlment": "canShareFilesExternally", "enabled": False} in shown
    assert [each["entitlment"] for each in shown] == sorted(each["entitlment"] for each in shown)
    on = [{"entitlment": "canShareFilesExternally", "enabled": True}]
    admin(wire, "POST", f"{features}/update", json=on)
    assert wire.post(path, **external).status_code == 200
    strange = [{"entitlment": "canFly", "enabled": True}, {"entitlment": "sendFilesEnabled", "enabled": False}]
    refused(admin(wire, "POST", f"{features}/update", json=strange), 400, "canFly")
    assert "sendFilesEnabled" in wire.user("alice").entitlements


def test_who_is_deactivated_is_out_for_good(wire: Wire) -> None:
    assert wire.get("/pod/v2/sessioninfo", user="bob").status_code == 200
    path = f"/pod/v1/admin/user/{wire.id('bob')}/status/update"
    admin(wire, "POST", path, json={"status": "DISABLED"})
    refused(wire.get("/pod/v2/sessioninfo", user="bob"), 401, "deactivated")
    assert wire.get(f"/pod/v2/user/{wire.id('bob')}/presence").json()["category"] == "OFFLINE"
    assert wire.post("/pod/v1/user/search", json={"query": "bob"}).status_code == 204
    refused(wire.post("/pod/v1/im/create", json=[wire.id("bob")]), 400, "deactivated")
    admin(wire, "POST", path, json={"status": "ENABLED"})
    refused(wire.get("/pod/v2/sessioninfo", user="bob"), 401, "the session was ended")  # and must log in again
    assert wire.post("/pod/v1/im/create", json=[wire.id("bob")]).status_code == 200


def test_a_suspension_ends_by_itself(wire: Wire) -> None:
    until = wire.world.clock.now() // 1000 + 3600
    body = {"suspended": True, "suspendedUntil": until, "suspensionReason": "two weeks away"}
    admin(wire, "PUT", f"/pod/v1/admin/user/{wire.id('bob')}/suspension/update", json=body)
    status = f"/pod/v1/admin/user/{wire.id('bob')}/status"
    shown = admin(wire, "GET", status).json()
    assert shown == {"status": "ENABLED", **body}
    refused(wire.post("/pod/v1/im/create", json=[wire.id("bob")]), 400, "suspended")
    im = wire.world.streams.open_im(wire.user("alice"), (wire.id("alice"), wire.id("bob")))
    say = f"/agent/v4/stream/{im.id}/message/create", {"message": "<messageML>x</messageML>"}
    refused(wire.post(say[0], data=say[1]), 400, "suspended")
    wire.world.clock.advance(3601)
    assert wire.post(say[0], data=say[1]).status_code == 200
    assert admin(wire, "GET", status).json() == {"status": "ENABLED", "suspended": False}
    assert wire.post("/pod/v1/im/create", json=[wire.id("bob")]).status_code == 200
    past = {"suspended": True, "suspendedUntil": 1}
    refused(admin(wire, "PUT", f"/pod/v1/admin/user/{wire.id('bob')}/suspension/update", json=past), 400, "past")


def test_a_barrier_is_filled_while_streams_exist(wire: Wire) -> None:
    """ivan and frank talk; then frank comes into the group from which ivan's is kept apart, and out again."""
    im = wire.post("/pod/v1/im/create", user="frank", json=[wire.id("ivan")]).json()["id"]
    create, read = f"/agent/v4/stream/{im}/message/create", f"/agent/v4/stream/{im}/message?since=0"
    hello = {"message": "<messageML>between us</messageML>"}
    assert wire.post(create, user="frank", data=hello).status_code == 200
    assert len(wire.get(read, user="ivan").json()) == 1
    trading = next(each for each in admin(wire, "GET", "/pod/v1/admin/group/list").json() if each["name"] == "trading")
    path = f"/pod/v1/admin/group/{trading['id']}/membership"
    done = admin(wire, "POST", f"{path}/add", json=[wire.id("frank"), wire.id("carol"), 5]).json()
    assert done["overallResult"] == "FAIL"
    assert [bool(result) for result in done["results"]] == [False, True, True]
    refused(wire.post(create, user="frank", data=hello), 403, "information barrier")
    assert wire.get(read, user="ivan").status_code == 204  # what frank wrote is hidden, not gone
    search = {"json": {"text": "between", "streamId": im}}
    assert wire.post("/agent/v1/message/search", user="ivan", **search).status_code == 204
    assert admin(wire, "POST", f"{path}/remove", json=[wire.id("frank")]).json()["overallResult"] == "SUCCESS"
    assert wire.post(create, user="frank", data=hello).status_code == 200
    assert len(wire.get(read, user="ivan").json()) == 2


def test_a_session_is_ended_by_an_administrator(wire: Wire) -> None:
    wire.token("bob")
    path = f"/pod/v1/users/{wire.id('bob')}/sessions"
    (held,) = admin(wire, "GET", path).json()["sessions"]
    assert wire.get("/pod/v2/sessioninfo", user="bob").status_code == 200
    assert admin(wire, "POST", f"{path}/{held['sessionId']}/logout").status_code == 200
    refused(wire.get("/pod/v2/sessioninfo", user="bob"), 401)
    assert admin(wire, "GET", path).status_code == 204
    refused(admin(wire, "POST", f"{path}/{held['sessionId']}/logout"), 400, "no session")


def test_a_protocol_that_is_added_is_taken_in_links(wire: Wire) -> None:
    create = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create"
    link = {"message": '<messageML><a href="bloomberg://x">x</a></messageML>'}
    assert wire.post(create, data=link).status_code == 400
    admin(wire, "POST", "/pod/v1/admin/system/protocols", json={"scheme": "bloomberg"})
    assert wire.post(create, data=link).status_code == 200
    assert admin(wire, "DELETE", "/pod/v1/admin/system/protocols/bloomberg").status_code == 204
    assert wire.post(create, data=link).status_code == 400
    refused(admin(wire, "POST", "/pod/v1/admin/system/protocols", json={"scheme": "1x"}), 400, "no protocol")


def test_delegates_need_the_entitlement(wire: Wire) -> None:
    path = f"/pod/v1/admin/user/{wire.id('bob')}/delegates"
    body = {"userId": wire.id("alice"), "action": "ADD"}
    refused(admin(wire, "POST", f"{path}/update", json=body), 403, "delegatesEnabled")
    wire.world.users.change(wire.user("bob"), entitlements=wire.user("bob").entitlements | {"delegatesEnabled"})
    assert admin(wire, "POST", f"{path}/update", json=body).status_code == 200
    assert admin(wire, "GET", path).json() == [wire.id("alice")]
    admin(wire, "POST", f"{path}/update", json={**body, "action": "REMOVE"})
    assert admin(wire, "GET", path).json() == []


def test_a_picture_is_seen_by_others(wire: Wire) -> None:
    path = f"/pod/v1/admin/user/{wire.id('bob')}/avatar"
    assert admin(wire, "POST", f"{path}/update", json={"image": PNG}).status_code == 200
    shown = wire.get("/pod/v2/user", params={"uid": wire.id("bob")}).json()["avatars"]
    assert shown == admin(wire, "GET", path).json()
    assert {each["size"] for each in shown} == {"600", "150", "orig", "500", "50"}
    refused(admin(wire, "POST", f"{path}/update", json={"image": "bm90IGFuIGltYWdl"}), 400, "PNG")
    refused(admin(wire, "POST", f"{path}/update", json={"image": "%%"}), 400, "Base64")


def test_roles_open_what_they_are_for(wire: Wire) -> None:
    add = f"/pod/v1/admin/user/{wire.id('bob')}/roles/add"
    refused(admin(wire, "POST", add, json={"id": "USER_PROVISIONING"}), 400, "SYSTEM")
    refused(admin(wire, "POST", add, json={"id": "KING"}), 400, "no role")
    message = wire.post(
        f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create", data={"message": "<messageML>x</messageML>"}
    ).json()["messageId"]
    suppress = f"/pod/v1/admin/messagesuppression/{message}/suppress"
    refused(wire.post(suppress, user="bob"), 403, "no role")
    admin(wire, "POST", add, json={"id": "CONTENT_MANAGEMENT"})
    assert wire.post(suppress, user="bob").status_code == 200
    found = admin(wire, "POST", "/pod/v1/admin/user/find", json={"role": "CONTENT_MANAGEMENT"}).json()
    assert {each["userAttributes"]["userName"] for each in found} == {"bob", "heidi"}
