"""Presence as clients call it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.conftest import Wire, refused

NOBODY = (190 << 36) + 9999
V1 = {"UNDEFINED", "AVAILABLE", "BUSY", "DO_NOT_DISTURB", "ON_THE_PHONE", "BE_RIGHT_BACK", "AWAY", "OFFLINE"}


def with_role(wire: Wire, role: str) -> None:
    bot = wire.user("acme-bot")
    wire.world.users.change(bot, roles=bot.roles | {role})


def own(wire: Wire, user: str = "alice") -> Any:
    return wire.get("/pod/v2/user/presence", user).json()


# --- own ---


def test_own_presence(wire: Wire) -> None:
    at = wire.world.presences.set(wire.user("alice"), "IN_A_MEETING").at
    answer = wire.get("/pod/v2/user/presence")
    assert answer.status_code == 200
    assert answer.json() == {"category": "IN_A_MEETING", "userId": wire.id("alice"), "timestamp": at}
    assert "X-Warning" not in answer.headers


@pytest.mark.parametrize("category", ["IN_A_MEETING", "OUT_OF_OFFICE", "OFF_WORK"])
def test_old_versions_answer_only_categories_that_they_know(wire: Wire, category: str) -> None:
    wire.world.presences.set(wire.user("alice"), category)
    for version, user in (
        ("v1/user", "alice"),
        (f"v1/user/{wire.id('alice')}", "bob"),
        (f"v2/user/{wire.id('alice')}", "bob"),
    ):
        answer = wire.get(f"/pod/{version}/presence", user)
        assert answer.json() == {"category": "UNDEFINED"}
        assert answer.headers["X-Warning"] == "This method is deprecated"


def test_set_own_presence(wire: Wire) -> None:
    wire.world.clock.advance(60)
    answer = wire.post("/pod/v2/user/presence", json={"category": "AWAY"})
    assert answer.status_code == 200
    assert answer.json() == {"category": "AWAY", "userId": wire.id("alice"), "timestamp": wire.world.clock.now()}
    assert own(wire) == answer.json()


@pytest.mark.parametrize("soft", ["true", "True"])
def test_set_softly(wire: Wire, soft: str) -> None:
    answer = wire.post(f"/pod/v2/user/presence?soft={soft}", "frank", json={"category": "AWAY"})
    assert answer.json()["category"] == "OFFLINE"
    answer = wire.post("/pod/v2/user/presence?soft=False", "frank", json={"category": "AWAY"})
    assert answer.json()["category"] == "AWAY"


def test_set_own_presence_in_version_1(wire: Wire) -> None:
    answer = wire.post("/pod/v1/user/presence", json={"category": "BE_RIGHT_BACK"})
    assert (answer.status_code, answer.json()) == (200, {"category": "BE_RIGHT_BACK"})
    assert own(wire)["category"] == "BE_RIGHT_BACK"
    refused(wire.post("/pod/v1/user/presence", json={"category": "IN_A_MEETING"}), 400)


@pytest.mark.parametrize("path", ["/pod/v1/user/presence", "/pod/v2/user/presence", "/pod/v3/user/presence"])
@pytest.mark.parametrize(
    "body",
    [{}, {"category": None}, {"category": "UNDEFINED"}, {"category": "away"}, {"category": 1}, [], ["AWAY"], None],
)
def test_no_category_is_400_and_changes_nothing(wire: Wire, path: str, body: Any) -> None:
    before = own(wire), len(wire.world.events.recent)
    refused(wire.post(path, json=body), 400)
    assert (own(wire), len(wire.world.events.recent)) == before


def test_a_soft_that_is_no_boolean_is_400(wire: Wire) -> None:
    refused(wire.post("/pod/v2/user/presence?soft=perhaps", json={"category": "AWAY"}), 400, "soft")
    assert own(wire)["category"] == "AVAILABLE"


# --- of others ---


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_presence_of_a_colleague(wire: Wire, version: str) -> None:
    answer = wire.get(f"/pod/{version}/user/{wire.id('bob')}/presence")
    assert answer.status_code == 200
    assert answer.json()["category"] == "BUSY"
    assert set(answer.json()) == ({"category", "userId", "timestamp"} if version == "v3" else {"category"})
    assert ("X-Warning" in answer.headers) == (version != "v3")


def test_presence_of_another_company(wire: Wire) -> None:
    carol = f"/pod/v3/user/{wire.id('carol')}/presence"
    assert wire.get(carol).json()["category"] == "OFFLINE"
    answer = wire.post("/pod/v1/user/presence/register", json=[wire.id("carol"), wire.id("carol"), wire.id("bob")])
    assert (answer.status_code, answer.json()) == (200, {"format": "TEXT", "message": "OK"})
    assert wire.get(carol).json()["category"] == "AVAILABLE"
    assert wire.get(f"{carol}?local=True").json()["category"] == "OFFLINE"
    assert wire.get(f"{carol}?local=False").json()["category"] == "AVAILABLE"
    wire.world.clock.advance(3600)
    assert wire.get(carol).json()["category"] == "OFFLINE"


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_presence_of_nobody_is_404(wire: Wire, version: str) -> None:
    refused(wire.get(f"/pod/{version}/user/{NOBODY}/presence"), 404, str(NOBODY))


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
@pytest.mark.parametrize("uid", ["alice", "-1", "1.5", "0x10", "9" * 30, "%20", "1%2C2"])
def test_presence_of_what_is_no_id_is_400(wire: Wire, version: str, uid: str) -> None:
    refused(wire.get(f"/pod/{version}/user/{uid}/presence"), 400)


def test_registering_an_unknown_id_is_404_and_registers_nothing(wire: Wire) -> None:
    refused(wire.post("/pod/v1/user/presence/register", json=[wire.id("carol"), NOBODY]), 404, str(NOBODY))
    assert wire.get(f"/pod/v3/user/{wire.id('carol')}/presence").json()["category"] == "OFFLINE"


@pytest.mark.parametrize(
    "body", [[], {}, None, ["x"], [1.5], [-1], [True], [None], [[1]], [2**63], list(range(10_000))]
)
def test_registering_what_is_no_list_of_ids_is_400(wire: Wire, body: Any) -> None:
    before = len(wire.world.events.recent)
    refused(wire.post("/pod/v1/user/presence/register", json=body), 400)
    assert len(wire.world.events.recent) == before


# --- setting that of others ---


def test_set_by_user_id_is_for_the_own_id(wire: Wire) -> None:
    for body in ({"userId": wire.id("alice")}, {"userId": None}, {}):
        answer = wire.post("/pod/v3/user/presence", json={"category": "BUSY", **body})
        assert (answer.status_code, answer.json()["userId"]) == (200, wire.id("alice"))
    for other in ("bob", "carol"):
        refused(wire.post("/pod/v3/user/presence", json={"category": "AWAY", "userId": wire.id(other)}), 403)
    assert own(wire, "bob")["category"] == "BUSY"
    refused(wire.post("/pod/v3/user/presence", json={"category": "AWAY", "userId": NOBODY}), 404)
    refused(wire.post("/pod/v3/user/presence", json={"category": "AWAY", "userId": "bob"}), 400)


def test_a_bot_with_the_role_sets_that_of_colleagues(wire: Wire) -> None:
    body = {"category": "IN_A_MEETING", "userId": wire.id("bob")}
    refused(wire.post("/pod/v3/user/presence", "acme-bot", None, json=body), 403)
    with_role(wire, "USER_PRESENCE_UPDATE")
    assert wire.post("/pod/v3/user/presence", "acme-bot", None, json=body).status_code == 200
    assert own(wire, "bob")["category"] == "IN_A_MEETING"
    assert wire.post("/pod/v3/user/presence?soft=true", "acme-bot", None, json=body).status_code == 200


def test_the_call_of_limited_release(wire: Wire) -> None:
    path = f"/pod/v1/user/{wire.id('bob')}/presence"
    refused(wire.post(path, json={"category": "AWAY"}), 403, "not enabled for apps")
    refused(wire.post(path, "acme-bot", None, json={"category": "AWAY"}), 403)
    with_role(wire, "USER_PRESENCE_UPDATE")
    answer = wire.post(path, "acme-bot", None, json={"category": "AWAY"})
    assert (answer.status_code, answer.json()) == (200, {"category": "AWAY"})
    assert answer.headers["X-Warning"] == "This method is deprecated"
    for category in V1 - {"AVAILABLE", "BUSY", "ON_THE_PHONE", "AWAY"}:
        refused(wire.post(path, "acme-bot", None, json={"category": category}), 403)
    refused(wire.post(path, "acme-bot", None, json={"category": "ASLEEP"}), 400)
    refused(wire.post(f"/pod/v1/user/{NOBODY}/presence", "acme-bot", None, json={"category": "AWAY"}), 404)
    refused(wire.post("/pod/v1/user/bob/presence", "acme-bot", None, json={"category": "AWAY"}), 400)
    assert own(wire, "bob")["category"] == "AWAY"


# --- all of the company ---


def test_all_presences(wire: Wire) -> None:
    refused(wire.get("/pod/v2/users/presence", "acme-bot", None), 403)
    with_role(wire, "USER_PROVISIONING")
    whole = wire.get("/pod/v2/users/presence", "acme-bot", None).json()
    ids = [each["userId"] for each in whole]
    assert ids == sorted(ids)
    assert wire.id("bob") in ids
    assert wire.id("carol") not in ids
    assert set(whole[0]) == {"category", "userId", "timestamp"}
    page = wire.get(f"/pod/v2/users/presence?lastUserId={ids[1]}&limit=2", "acme-bot", None).json()
    assert [each["userId"] for each in page] == ids[1:3]


@pytest.mark.parametrize("query", ["limit=0", "limit=5001", "limit=-1", "limit=many", "lastUserId=-1", "lastUserId=x"])
def test_all_presences_with_a_bad_page_is_400(wire: Wire, query: str) -> None:
    with_role(wire, "USER_PROVISIONING")
    refused(wire.get(f"/pod/v2/users/presence?{query}", "acme-bot", None), 400)


# --- feeds ---


def test_a_feed_from_creation_to_deletion(wire: Wire) -> None:
    created = wire.post("/pod/v1/presence/feed/create")
    assert created.status_code == 200
    feed = created.json()["id"]
    assert created.json() == {"id": str(uuid.UUID(feed))}
    read = f"/pod/v1/presence/feed/{feed}/read"
    first = wire.get(read)
    assert first.status_code == 200
    assert {"AVAILABLE", "BUSY"} == {each["category"] for each in first.json()}
    assert set(first.json()[0]) == {"category", "userId", "timestamp"}
    assert (wire.get(read).status_code, wire.get(read).json()) == (200, [])
    changed = wire.post("/pod/v2/user/presence", "bob", json={"category": "OFFLINE"}).json()
    assert wire.get(read).json() == [changed]
    deleted = wire.post(f"/pod/v1/presence/feed/{feed}/delete")
    assert (deleted.status_code, deleted.json()) == (200, {"id": feed})
    refused(wire.get(read), 400, feed)


def test_the_feed_of_another_user_is_403(wire: Wire) -> None:
    feed = wire.post("/pod/v1/presence/feed/create").json()["id"]
    refused(wire.get(f"/pod/v1/presence/feed/{feed}/read", "bob"), 403)
    refused(wire.post(f"/pod/v1/presence/feed/{feed}/delete", "bob"), 403)
    assert wire.get(f"/pod/v1/presence/feed/{feed}/read").json()


@pytest.mark.parametrize("feed", [str(uuid.UUID(int=1)), "x", "%00", "9" * 2000])
def test_an_unknown_feed_is_400(wire: Wire, feed: str) -> None:
    refused(wire.get(f"/pod/v1/presence/feed/{feed}/read"), 400)
    refused(wire.post(f"/pod/v1/presence/feed/{feed}/delete"), 400)
