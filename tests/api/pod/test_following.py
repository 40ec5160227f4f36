"""Following as clients call it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Wire, refused

NOBODY = (190 << 36) + 9999
COLLEAGUES = ("alice", "frank", "heidi", "ivan", "acme-bot")


def follow(wire: Wire, followed: str, *followers: str) -> Any:
    body = {"followers": [wire.id(name) for name in followers]}
    return wire.post(f"/pod/v1/user/{wire.id(followed)}/follow", json=body)


def followers(wire: Wire, followed: str, query: str = "") -> Any:
    return wire.get(f"/pod/v1/user/{wire.id(followed)}/followers{query}", "bob", None).json()


@pytest.mark.parametrize("prefix", ["/pod", ""])
def test_follow_and_unfollow(wire: Wire, prefix: str) -> None:
    body = {"followers": [wire.id("alice"), wire.id("frank"), wire.id("alice"), wire.id("bob")]}
    path = f"{prefix}/v1/user/{wire.id('bob')}"
    for _ in range(2):
        answer = wire.post(f"{path}/follow", json=body)
        assert answer.status_code == 200
        assert answer.json() == {"format": "TEXT", "message": "User(s) successfully added in the list of followers"}
        assert followers(wire, "bob")["followers"] == sorted([wire.id("alice"), wire.id("frank")])
    for _ in range(2):
        answer = wire.post(f"{path}/unfollow", json=body)
        assert answer.status_code == 200
        assert answer.json() == {"format": "TEXT", "message": "User(s) successfully removed from the list of followers"}
        assert followers(wire, "bob")["count"] == 0


@pytest.mark.parametrize("action", ["follow", "unfollow"])
def test_an_account_of_its_own_needs_user_provisioning(wire: Wire, action: str) -> None:
    path, body = f"/pod/v1/user/{wire.id('bob')}/{action}", {"followers": [wire.id("acme-bot")]}
    refused(wire.post(path, "acme-bot", None, json=body), 403)
    assert followers(wire, "bob")["count"] == 0
    bot = wire.user("acme-bot")
    wire.world.users.change(bot, roles=bot.roles | {"USER_PROVISIONING"})
    assert wire.post(path, "acme-bot", None, json=body).status_code == 200
    assert followers(wire, "bob")["count"] == (action == "follow")


def test_an_invalid_follower_is_400_and_the_others_follow(wire: Wire) -> None:
    body = {"followers": [wire.id("carol"), wire.id("alice"), NOBODY]}
    answer = wire.post(f"/pod/v1/user/{wire.id('bob')}/follow", json=body)
    refused(answer, 400)
    assert str(NOBODY) in answer.json()["message"]
    assert str(wire.id("carol")) in answer.json()["message"]
    assert followers(wire, "bob")["followers"] == [wire.id("alice")]
    refused(wire.post(f"/pod/v1/user/{wire.id('bob')}/unfollow", json=body), 400)
    assert followers(wire, "bob")["followers"] == []


@pytest.mark.parametrize("action", ["follow", "unfollow"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"followers": None},
        {"followers": []},
        {"followers": 1},
        {"followers": ["x"]},
        {"followers": [-1]},
        {"followers": [1.5]},
        {"followers": [True]},
        {"followers": [2**63]},
        {"followers": list(range(10_000))},
    ],
)
def test_what_is_no_list_of_followers_is_400_and_changes_nothing(wire: Wire, action: str, body: Any) -> None:
    follow(wire, "bob", "alice")
    assert followers(wire, "bob")["followers"] == [wire.id("alice")]
    before = len(wire.world.events.recent)
    refused(wire.post(f"/pod/v1/user/{wire.id('bob')}/{action}", json=body), 400)
    assert followers(wire, "bob")["followers"] == [wire.id("alice")]
    assert len(wire.world.events.recent) == before


@pytest.mark.parametrize("uid", ["bob", "-1", "9" * 30, str(NOBODY)])
def test_following_nobody_is_400(wire: Wire, uid: str) -> None:
    for action in ("follow", "unfollow"):
        refused(wire.post(f"/pod/v1/user/{uid}/{action}", json={"followers": [wire.id("alice")]}), 400)
    for listing in ("followers", "following"):
        refused(wire.get(f"/pod/v1/user/{uid}/{listing}", "bob", None), 400)
    assert len(wire.world.following.book) == 0


def test_users_of_another_company_are_neither_followed_nor_named(wire: Wire) -> None:
    carol = wire.id("carol")
    for action in ("follow", "unfollow"):
        answer = wire.post(f"/pod/v1/user/{carol}/{action}", json={"followers": [wire.id("alice")]})
        refused(answer, 400)
        assert "carol" not in answer.text
    for listing in ("followers", "following"):
        refused(wire.get(f"/pod/v1/user/{carol}/{listing}", "bob", None), 400)


def test_listing_needs_no_role_and_is_not_for_apps(wire: Wire) -> None:
    for listing in ("followers", "following"):
        path = f"/pod/v1/user/{wire.id('bob')}/{listing}"
        answer = wire.get(path, "acme-bot", None)
        assert answer.status_code == 200
        assert answer.json() == {"count": 0, listing: [], "pagination": {"cursors": {"before": "0"}}}
        refused(wire.get(path), 403, "not enabled for apps")


def test_walking_the_pages_by_cursor(wire: Wire) -> None:
    follow(wire, "bob", *COLLEAGUES)
    ids = sorted(wire.id(name) for name in COLLEAGUES)
    first = followers(wire, "bob", "?limit=2")
    assert first == {"count": 5, "followers": ids[:2], "pagination": {"cursors": {"before": "0", "after": "2"}}}
    second = followers(wire, "bob", "?limit=2&after=2")
    assert second == {"count": 5, "followers": ids[2:4], "pagination": {"cursors": {"before": "2", "after": "4"}}}
    last = followers(wire, "bob", "?limit=2&after=4")
    assert last == {"count": 5, "followers": ids[4:], "pagination": {"cursors": {"before": "4"}}}
    assert followers(wire, "bob", "?limit=2&before=4") == second
    assert followers(wire, "bob", "?limit=2&before=2") == first


def test_whom_a_user_follows(wire: Wire) -> None:
    for followed in ("bob", "heidi"):
        follow(wire, followed, "alice")
    answer = wire.get(f"/pod/v1/user/{wire.id('alice')}/following?limit=1", "bob", None).json()
    ids = sorted([wire.id("bob"), wire.id("heidi")])
    assert answer == {"count": 2, "following": ids[:1], "pagination": {"cursors": {"before": "0", "after": "1"}}}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=1001", "limit=all", "after=-1", "after=x", "before=-1", "before=1.5"]
)
def test_a_bad_page_is_400(wire: Wire, query: str) -> None:
    for listing in ("followers", "following"):
        refused(wire.get(f"/pod/v1/user/{wire.id('bob')}/{listing}?{query}", "bob", None), 400)
