"""World files and growth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.access.signing import new_private_key, public_key_of
from emulator.seeding import file
from emulator.seeding.file import BUNDLED
from emulator.seeding.grow import grow
from emulator.seeding.kinds import moment
from emulator.seeding.load import load
from emulator.seeding.source import WorldFileError
from emulator.world import World

HEAD = "companies:\n  - {name: Acme, pod: 190}\n"
TWICE = "  - {username: b, company: B, delegates: [b]}\n"
USERS = HEAD + "users:\n  - {username: a}\n  - {username: b}\n"
ROOM = USERS + "rooms:\n  - name: R\n    owners: [a]\n    messages:\n"


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(WorldFileError) as error:
        load(str(path))
    return error.value.mistakes


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_worlds_that_ship_are_good(path: Path, tmp_path: Path) -> None:
    """They are used without a check, so here they are checked as any other file is."""
    copy = tmp_path / path.name
    copy.write_text(path.read_text())
    assert file.read(copy).file["companies"]
    assert load(str(copy)).companies.home.name == "Acme Capital"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("companies: []\nusers: [", 3, "not YAML"),
        (HEAD + "users:\n  - username: a\n    entitlements: {canFly: true}\n", 5, "canFly"),
        (HEAD + "users:\n  - {username: a, roles: [KING]}\n", 4, "KING"),
        (HEAD + "users:\n  - {username: a}\n  - {username: A}\n", 5, "taken"),
        (HEAD + "users:\n  - {username: a, company: B}\n", 4, "no company is named 'B'"),
        (HEAD + "users:\n  - {username: a, presence: HAPPY}\n", 4, "HAPPY"),
        (HEAD + "connections:\n  - {from: a, to: b}\n", 4, "no user is named 'a'"),
        (HEAD + "apps:\n  - {id: 'a:b'}\n", 4, "colon"),
        (HEAD + "apps:\n  - {id: a, permissions: [lower]}\n", 4, "no permission"),
        (HEAD + "users:\n  - {username: a}\nrooms:\n  - {name: '', owners: [a]}\n", 6, "name"),
        (HEAD + "users:\n  - {username: a}\nrooms:\n  - {name: R, owners: [a], created: soon}\n", 6, "90s or 3d"),
        (
            HEAD + "users:\n  - {username: a}\nrooms:\n  - name: R\n    owners: [a]\n    messages:\n"
            "      - {from: a, message: '<b>'}\n",
            9,
            "terminated",
        ),
        (HEAD + "barriers:\n  between:\n    - [x, y]\n", 5, "no group is named"),
        (HEAD + "nonsense: 1\n", 3, "nonsense"),
        ("companies:\n  - {name: A, pod: 0}\n", 2, "from 1 to 134217727"),
        ("[]", 1, ""),
        ("", 1, ""),
        ("companies: []\n", 1, "at least one"),
        ("companies:\n  - {name: ' ', pod: 190}\n", 2, "blanks"),
        (HEAD + "  - {name: B, pod: 190}\n", 3, "already"),
        (HEAD + "users:\n  - {username: ' '}\n", 4, "blanks"),
        (HEAD + "users:\n  - {username: a, publicKey: rsa}\n", 4, "PEM"),
        (HEAD + "users:\n  - {username: a, title: !!timestamp 2026-13-45}\n", 4, "month"),
        (HEAD + "users:\n  - username: a\n    username: b\n", 5, "twice"),
        (HEAD + "users:\n  - username: a\n\ttitle: b\n", 5, ""),
        (HEAD + "users:\n  - username: a\n   title: b\n", 5, ""),
        (HEAD + "users:\n  - username: a\n    title: '\x07'\n", 5, "not YAML"),
        (HEAD + "apps:\n  - {id: a, permissions: [SEND_MESSAGE]}\n", 4, "is SEND_MESSAGES meant?"),
        (HEAD + "apps:\n  - {id: a, publicKey: rsa}\n", 4, "PEM"),
        (HEAD + "settings: {sessionHours: 0}\n", 3, "from 1"),
        (HEAD + "settings: {suppressMinutes: -1}\n", 3, "from 0"),
        (HEAD + "users:\n  - {username: a}\nims:\n  - between: [a, a]\n", 6, "two users"),
        (HEAD + "users:\n  - {username: a}\nrooms:\n  - {name: R, owners: [a], created: -5}\n", 6, "1970"),
        (HEAD + "users:\n  - {username: a}\nrooms:\n  - {name: R, owners: [a], created: 999999d}\n", 6, "1970"),
        (HEAD + "users:\n  - {usernam: a}\n", 4, "'usernam' is no key here, is username meant?"),
        (HEAD + "rooms:\n  - {name: R, owners: [], read_only: true}\n", 4, "is readOnly meant?"),
        (HEAD + "users:\n  - {username: a, entitlements: {sendFileEnabled: true}}\n", 4, "is sendFilesEnabled meant?"),
        (HEAD + "users:\n  - {username: a, roles: [COMPLIANCE]}\n", 4, "is COMPLIANCE_OFFICER meant?"),
        (HEAD + "users:\n  - {username: a, accountType: SYSTM}\n", 4, "is SYSTEM meant?"),
        (HEAD + "users:\n  - {username: a, company: Acmes}\n", 4, "is Acme meant?"),
        (HEAD + "users:\n  - {username: a, title: 2026}\n", 4, "a text is needed"),
        (HEAD + "users:\n  - {username: a, publicKeyFile: no.pem}\n", 4, "no.pem: No such file"),
        (HEAD + "users:\n  - {username: alice}\nconnections:\n  - {from: alize, to: alice}\n", 6, "is alice meant?"),
        (HEAD + "apps:\n  - {id: a, permissions: al}\n", 4, "is all meant?"),
        (HEAD + "apps:\n  - {id: a, permissions: [7]}\n", 4, "permissions.0: a text is needed"),
        (
            HEAD + "barriers:\n  groups: {research: []}\n  between:\n    - [research, reserch]\n",
            6,
            "is research meant?",
        ),
        (HEAD + "behaviours:\n  - {when: {event: MESSAGESEND}, do: []}\n", 4, "is MESSAGESENT meant?"),
        (USERS + "  - {username: c, id: 13469017440257}\n", 6, "none of this company's"),
        (USERS + "  - {username: c, id: 1}\n", 6, "there twice"),
        (USERS.replace("users:", "  - {name: B, pod: 191}\nusers:") + TWICE, 7, "several companies have a user 'b'"),
        (USERS + "  - {username: c, created: yesterday}\n", 6, "a time such as"),
        (USERS + "  - {username: c, follows: [{user: c}]}\n", 6, "one follows colleagues"),
        (ROOM + "      - {from: a, text: x, message: y}\n", 10, "one of 'text', 'message'"),
        (ROOM + "      - {from: a, text: x, id: a.b}\n", 10, "an id has 1 to 128"),
        (ROOM + "      - {from: a, text: x, id: m}\n      - {from: a, text: y, id: m}\n", 11, "there twice"),
        (ROOM + "      - {from: a, text: x, replaces: m}\n", 10, "no earlier message of this stream has the id 'm'"),
        (ROOM + "      - {from: a, text: x, id: m}\n      - {from: b, text: y, replaces: m}\n", 11, "somebody else"),
        (ROOM + "      - {from: a, text: x, app: nope}\n", 10, "no app has the id 'nope'"),
        (ROOM + "      - {from: a, text: x, attachments: [{name: f.txt}]}\n", 10, "one of 'text', 'base64' and 'file'"),
        (ROOM + "      - {from: a, text: x, attachments: [{name: f.txt, base64: '?'}]}\n", 10, "not Base64"),
        (ROOM + "      - {from: a, text: x, attachments: [{name: f.txt, file: f.txt}]}\n", 10, "No such file"),
        (USERS + "rooms:\n  - {name: R, owners: [a], pinned: m}\n", 7, "no message of it has the id 'm'"),
        (USERS + "signals:\n  - {name: S, owner: a, query: nothing}\n", 7, ""),
        (HEAD + "deep: " + "[" * 3_000, 3, ""),
    ],
)
def test_every_mistake_has_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    found = mistakes(tmp_path, text)
    assert found[0].startswith(f"line {line}:"), found
    assert said in found[0]


DEMO = (BUNDLED / "demo.yaml").read_text().splitlines(keepends=True)


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("typo", ["\t", "@", "  : ", "- [", "'", "{", "%", "*no", "\x00"])
def test_a_typo_in_a_copy_of_the_demo_world_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typo: str, loader: str
) -> None:
    at = next(number for number, line in enumerate(DEMO) if "username: bob" in line)
    spoilt = [*DEMO[:at], typo + DEMO[at], *DEMO[at + 1 :]]
    path = tmp_path / "world.yaml"
    path.write_text("".join(spoilt))
    monkeypatch.setattr(file, "_LOADER", file._strict(getattr(file.yaml, loader)))
    with pytest.raises(WorldFileError) as raised:
        load(str(path))
    for mistake in raised.value.mistakes:
        assert mistake.startswith("line "), mistake
        assert len(mistake.splitlines()) == 1, mistake


def summary(world: World) -> list[object]:
    return [
        [(user.id, user.username, user.location) for user in world.users.book],
        [(stream.room and stream.room.name) for stream in world.streams.book],
        [message.presentationml for message in world.messages.book],
    ]


def test_growth_is_the_same_for_the_same_seed() -> None:
    worlds = [load("demo") for _ in range(3)]
    for world, seed in zip(worlds, (7, 7, 8), strict=True):
        grow(world, users=40, rooms=8, messages=50, seed=seed)
    one, same, other = (summary(world) for world in worlds)
    assert one == same
    assert one != other
    assert len(worlds[0].users.book) == len(load("demo").users.book) + 40
    assert worlds[0].messages.count == load("demo").messages.count + 50


def test_a_public_key_may_lie_beside_the_world_file(tmp_path: Path) -> None:
    key = public_key_of(new_private_key())
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "app.pem").write_text(key)
    path = tmp_path / "world.yaml"
    path.write_text(HEAD + "apps:\n  - {id: a, publicKeyFile: keys/app.pem}\n")
    assert load(str(path)).apps.get("a").public_key == key
    (tmp_path / "keys" / "app.pem").write_text("rsa")
    with pytest.raises(WorldFileError, match=r"line 4.*app\.pem: this is not the PEM of an RSA public key"):
        load(str(path))


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [
        ("1 workday at 09:30", "2026-11-25T12:00", "2026-11-24T09:30"),
        ("1 workday at 09:30", "2026-11-23T12:00", "2026-11-20T09:30"),  # Monday: Friday
        ("1 workday at 09:30", "2026-11-22T12:00", "2026-11-20T09:30"),  # Sunday
        ("1 workday at 23:59", "2026-11-25T00:00", "2026-11-24T23:59"),
        ("6 workdays at 17:05", "2026-11-25T12:00", "2026-11-17T17:05"),
    ],
)
def test_talk_is_dated_by_working_days(said: str, now: str, meant: str) -> None:
    at, expected = (int(datetime.fromisoformat(f"{each}:00+00:00").timestamp() * 1000) for each in (now, meant))
    assert moment(said, at) == expected


@pytest.mark.parametrize("said", ["0 workdays at 09:30", "1 workday at 24:00", "1 workday", "1000 workdays at 09:30"])
def test_what_is_no_working_day(said: str) -> None:
    with pytest.raises(ValueError, match="write how long ago"):
        moment(said, 10**12)


def test_the_week_of_the_demo_world_is_said_on_working_days_in_the_order_of_time() -> None:
    world = load("demo")
    desk = next(stream for stream in world.streams.book if stream.room and stream.room.name == "Trading Desk")
    messages = [world.messages.book[stamp[2]] for stamp in world.messages.timeline.of(desk.id)]
    assert [each.at for each in messages] == sorted(each.at for each in messages)
    days = [datetime.fromtimestamp(each.at / 1000, UTC) for each in messages[:-4]]
    assert len(days) > 30
    assert all(day.weekday() < 5 and 7 <= day.hour < 18 for day in days)
    assert messages[-1].at < world.clock.now()


def test_permissions_of_the_pods_own_making_are_taken(tmp_path: Path) -> None:
    """Production knows such (production/pod.md 2.1); a name that is nearly one of production's is a mistake."""
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + "apps:\n  - {id: a, permissions: [DESK_TOOLS_2]}\n")
    assert "DESK_TOOLS_2" in load(str(path)).apps.get("a").permissions
