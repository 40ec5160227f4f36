"""Presence and following over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Wire, refused


def category(wire: Wire, user: str, of: str, **params: Any) -> str:
    return str(wire.get(f"/pod/v3/user/{wire.id(of)}/presence", user, params=params).json()["category"])


def show(wire: Wire, user: str, status: str, **params: Any) -> Any:
    return wire.post("/pod/v2/user/presence", user, json={"category": status}, params=params)


def test_colleagues_see_it_as_it_is_and_others_when_registered(wire: Wire) -> None:
    carol = wire.user("carol")
    wire.world.presences.set(carol, "BE_RIGHT_BACK")
    assert category(wire, "alice", "carol") == "OFFLINE"
    wire.post("/pod/v1/user/presence/register", json=[carol.id])
    assert category(wire, "alice", "carol") == "AWAY"
    assert category(wire, "alice", "carol", local="True") == "OFFLINE"
    wire.world.clock.advance(3601)
    assert category(wire, "alice", "carol") == "OFFLINE"
    wire.post("/pod/v1/user/presence/register", "bob", json=[carol.id])
    assert category(wire, "bob", "carol") == "OFFLINE"


def test_softly_set_stays_offline(wire: Wire) -> None:
    assert show(wire, "frank", "BUSY", soft="True").json()["category"] == "OFFLINE"
    assert show(wire, "frank", "BUSY", soft="False").json()["category"] == "BUSY"
    assert show(wire, "frank", "AWAY", soft="True").json()["category"] == "AWAY"


def test_a_feed_tells_what_changed(wire: Wire) -> None:
    feed = wire.post("/pod/v1/presence/feed/create").json()["id"]

    def read() -> dict[int, str]:
        answer = wire.get(f"/pod/v1/presence/feed/{feed}/read").json()
        return {each["userId"]: each["category"] for each in answer}

    first = read()
    assert first[wire.id("bob")] == "BUSY"
    assert wire.id("carol") not in first
    assert read() == {}
    show(wire, "bob", "AWAY")
    show(wire, "bob", "OFFLINE")
    assert read() == {wire.id("bob"): "OFFLINE"}
    refused(wire.get(f"/pod/v1/presence/feed/{feed}/read", "bob"), 403, "another user")
    refused(wire.post(f"/pod/v1/presence/feed/{feed}/delete", "bob"), 403)
    assert wire.post(f"/pod/v1/presence/feed/{feed}/delete").json() == {"id": feed}
    refused(wire.get(f"/pod/v1/presence/feed/{feed}/read"), 400, "no presence feed")


def test_a_feed_gives_five_hundred_at_most(wire: Wire) -> None:
    from emulator.seeding.grow import grow

    grow(wire.world, users=600)
    feed = wire.post("/pod/v1/presence/feed/create").json()["id"]
    for user in list(wire.world.users.book.by("company", 190)):
        wire.world.presences.set(user, "AWAY")
    sizes = [len(wire.get(f"/pod/v1/presence/feed/{feed}/read").json()) for _ in range(3)]
    assert sizes[0] == 500
    assert sum(sizes) == len(list(wire.world.users.book.by("company", 190)))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/pod/v2/user/presence", {"category": "UNDEFINED"}, 400),
        ("/pod/v2/user/presence", {"category": "away"}, 400),
        ("/pod/v2/user/presence", {}, 400),
        ("/pod/v1/user/presence", {"category": "IN_A_MEETING"}, 400),
        ("/pod/v3/user/presence", {"category": "AWAY", "userId": 1}, 404),
        ("/pod/v1/user/presence/register", [1], 404),
        ("/pod/v1/user/presence/register", list(range(1001)), 400),
        ("/pod/v1/user/presence/register", ["x"], 400),
    ],
)
def test_malformed_presences(wire: Wire, path: str, body: Any, status: int) -> None:
    refused(wire.post(path, json=body), status)


def test_only_provisioning_lists_and_sets_others(wire: Wire) -> None:
    refused(wire.get("/pod/v2/users/presence", "acme-bot", None), 403)
    bot = wire.user("acme-bot")
    wire.world.users.change(bot, roles=bot.roles | {"USER_PROVISIONING"})
    listed = wire.get("/pod/v2/users/presence", "acme-bot", None, params={"limit": 3}).json()
    assert [each["userId"] for each in listed] == sorted(each["userId"] for each in listed)
    assert len(listed) == 3
    body = {"category": "AWAY", "userId": wire.id("bob")}
    assert wire.post("/pod/v3/user/presence", "acme-bot", None, json=body).status_code == 200
    assert category(wire, "alice", "bob") == "AWAY"


def test_following(wire: Wire) -> None:
    alice, bob, frank, heidi = (wire.id(name) for name in ("alice", "bob", "frank", "heidi"))
    path = f"/pod/v1/user/{bob}/follow"
    assert wire.post(path, json={"followers": [alice, bob, alice]}).status_code == 200
    reason = refused(wire.post(path, json={"followers": [frank, 12345, heidi]}), 400, "12345")
    assert str(frank) not in reason
    refused(wire.get(f"/pod/v1/user/{bob}/followers"), 403, "not enabled for apps")

    def followers(**params: Any) -> Any:
        return wire.get(f"/pod/v1/user/{bob}/followers", "acme-bot", None, params=params).json()

    everybody = sorted([alice, frank, heidi])
    assert followers() == {"count": 3, "followers": everybody, "pagination": {"cursors": {"before": "0"}}}
    assert followers(limit=2)["pagination"] == {"cursors": {"before": "0", "after": "2"}}
    assert followers(limit=2, after=2)["followers"] == everybody[2:]
    assert followers(limit=1, before=2)["followers"] == everybody[1:2]
    following = wire.get(f"/pod/v1/user/{alice}/following", "acme-bot", None).json()
    assert following["following"] == [bob]
    assert wire.post(f"/v1/user/{bob}/unfollow", json={"followers": [alice]}).status_code == 200
    assert followers()["count"] == 2


@pytest.mark.parametrize("body", [{}, {"followers": []}, {"followers": ["x"]}, {"followers": list(range(10_000))}, []])
def test_malformed_followers(wire: Wire, body: Any) -> None:
    refused(wire.post(f"/pod/v1/user/{wire.id('bob')}/follow", json=body), 400)
    assert len(wire.world.following.book) == 0


def test_users_of_other_companies_are_not_followed(wire: Wire) -> None:
    body = {"followers": [wire.id("alice")]}
    refused(wire.post(f"/pod/v1/user/{wire.id('carol')}/follow", json=body), 400, "another company")
    refused(wire.post("/pod/v1/user/1/follow", json=body), 400, "no user")
    refused(wire.post("/pod/v1/user/x/follow", json=body), 400, "uid")
    refused(wire.post(f"/pod/v1/user/{wire.id('bob')}/follow", "acme-bot", None, json=body), 403, "no role")
