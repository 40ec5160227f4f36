"""What a pod's administrator can export becomes a world: lists of users, manifests of apps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from emulator.access.signing import public_key_of
from emulator.seeding.load import load
from emulator.seeding.source import WorldFileError
from tests.conftest import Wire
from tests.inner import cli_run

CSV = """\
User Name;Email Address;First Name;Last Name;Account Type;Account Status;Roles;Asset Classes;Cost Centre
zoe;zoe@acme.example;Zoe;Zimmer;End User;Active;Individual, Compliance Officer;"Rates;FX";17
bot;bot@acme.example;;;Service Account;ACTIVE;;;

;yan@acme.example;Yan;"Yu; junior";End User;Deactivated;Wizard;;
"""


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.csv"
    path.write_bytes(b"\xef\xbb\xbf" + CSV.encode())
    return path


def test_users_of_the_admin_portal(users: Path) -> None:
    world = load(users)
    zoe, bot, yan = world.users.book
    assert (zoe.username, zoe.display_name, zoe.roles) == ("zoe", "Zoe Zimmer", {"INDIVIDUAL", "COMPLIANCE_OFFICER"})
    assert zoe.asset_classes == ("Rates", "FX")
    assert bot.account_type == "SYSTEM"
    assert (yan.username, yan.last_name, yan.enabled) == ("yan@acme.example", "Yu; junior", False)
    merged = load(["demo", users])
    assert merged.users.named("zoe").company_id == 190
    assert merged.users.named("alice").enabled


def test_wide_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes("username\temail\nzoë\tzoe@acme.example\n".encode("utf-16"))
    assert load(path).users.named("zoë").email == "zoe@acme.example"


def test_mistakes_have_the_line_of_the_list(users: Path) -> None:
    users.write_text(CSV + "zoe;other@acme.example;;;;;;;\n")
    with pytest.raises(WorldFileError, match=r"line 6: users\.3: username 'zoe' is taken"):
        load(users)
    users.write_text(CSV + "max;max@acme.example;;;Robot;;;;\n")
    with pytest.raises(WorldFileError, match=r"line 6: users\.3\.accountType: 'Robot' is none of NORMAL"):
        load(users)
    users.write_text('username\n"max\n')
    with pytest.raises(WorldFileError, match="not CSV"):
        load(users)


def test_the_user_list_of_the_admin_api(wire: Wire, tmp_path: Path) -> None:
    listed = wire.get("/pod/v2/admin/user/list", "acme-admin", None).json()
    (tmp_path / "users.json").write_text(json.dumps(listed))
    world = load(tmp_path / "users.json")
    assert (world.companies.home.name, world.companies.home.id) == ("Acme Capital", 190)
    of_acme = wire.world.users.book.by("company", 190)
    for user in of_acme:
        again = world.users.get(user.id)
        for field in ("username", "email", "display_name", "title", "roles", "account_type", "enabled", "work_phone"):
            assert getattr(again, field) == getattr(user, field), field
    assert len(world.users.book) == len(of_acme)


def test_manifests_of_apps(tmp_path: Path, keys: dict[str, str]) -> None:
    key = public_key_of(keys["app"])
    sandbox = {"type": "sandbox", "id": "hello", "name": "Hello", "blurb": "Says it", "url": "https://a.example/c.html"}
    (tmp_path / "sandbox.json").write_text(
        json.dumps({"applications": [{**sandbox, "icon": "https://a.example/i.png"}]})
    )
    portal = {
        "appGroupId": "desk",
        "name": "Desk",
        "description": "For the desk",
        "loadUrl": "https://desk.example/c.html",
        "domain": ".desk.example",
        "notification": {"url": "https://desk.example/told", "apiKey": "secret"},
        "permissions": ["GET_PRESENCE"],
        "certificate": "",
        "rsaKey": key,
        "allowOrigins": "",
    }
    (tmp_path / "portal.json").write_text(json.dumps(portal))
    api = {
        "applicationInfo": {"appId": "own", "name": "Own", "appUrl": "https://own.example/", "publisher": "Us"},
        "permissions": ["SEND_MESSAGES"],
        "authenticationKeys": {"current": {"key": key}},
    }
    (tmp_path / "api.json").write_text(json.dumps([api]))
    world = load(["demo", *(tmp_path / f"{name}.json" for name in ("sandbox", "portal", "api"))])
    hello, desk, own = (world.apps.get(name) for name in ("hello", "desk", "own"))
    assert (hello.description, hello.url, hello.icon_url) == (
        "Says it",
        "https://a.example/c.html",
        "https://a.example/i.png",
    )
    assert (desk.url, desk.notification) == ("https://desk.example/c.html", ("https://desk.example/told", "secret"))
    assert desk.permissions == {"ACT_AS_USER", "GET_PRESENCE"}
    assert desk.public_key == own.public_key == key
    assert (own.name, own.publisher, own.url) == ("Own", "Us", "https://own.example/")
    portal["permissions"] = ["GET_PRESENCES"]
    (tmp_path / "portal.json").write_text(json.dumps(portal, indent=1))
    with pytest.raises(WorldFileError, match="is GET_PRESENCE meant"):
        load(tmp_path / "portal.json")
    (tmp_path / "odd.json").write_text('[{"a": 1}]')
    with pytest.raises(WorldFileError, match="neither users"):
        load(tmp_path / "odd.json")


def test_the_command_writes_a_world_file_and_says_what_it_assumed(users: Path, tmp_path: Path) -> None:
    done = cli_run("import", users)
    assert done.returncode == 0, done.stderr
    content = yaml.safe_load(done.stdout)
    assert content["companies"] == [{"name": "My Company", "pod": 190}]
    assert [each["username"] for each in content["users"]] == ["zoe", "bot", "yan@acme.example"]
    assert f"{users}: 'Cost Centre' is left out" in done.stderr
    assert f"{users}: 'Account Status' is status" in done.stderr
    assert "'Wizard' is no role" in done.stderr
    assert "who has no username has the e-mail address for one" in done.stderr
    (tmp_path / "world.yaml").write_text(done.stdout)
    assert len(load(tmp_path / "world.yaml").users.book) == 3
