"""Behaviours: other users do something when something happens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.seeding.load import load
from emulator.seeding.source import WorldFileError
from emulator.stage.behaving import BUDGET
from tests.conftest import Wire, refused

PLANE = "/emulator/v1"
HELLO = {"message": "<messageML>Any <b>Rates</b> today?</messageML>"}


def behave(wire: Wire, when: dict[str, Any], *do: dict[str, Any], **more: Any) -> Any:
    answer = wire.http.post(f"{PLANE}/behaviours", json={"when": when, "do": list(do), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def texts(wire: Wire, stream: str) -> list[str]:
    answer = wire.get(f"/agent/v4/stream/{stream}/message?since=0&limit=500")
    return [each["user"]["username"] + ": " + each["message"] for each in answer.json()] if answer.content else []


def im(wire: Wire) -> str:
    return str(wire.post("/pod/v1/im/create", json=[wire.id("bob")]).json()["id"])


def say(wire: Wire, stream: str, user: str = "alice") -> None:
    assert wire.post(f"/agent/v4/stream/{stream}/message/create", user=user, data=HELLO).status_code == 200


def test_bob_answers_once(wire: Wire) -> None:
    stream = im(wire)
    when = {"event": "MESSAGESENT", "stream": stream, "user": "alice", "contains": "rates"}
    made = behave(wire, when, {"as": "bob", "send": "<messageML>Up.</messageML>"}, times=1)
    say(wire, stream)
    assert [text.split(":")[0] for text in texts(wire, stream)] == ["bob", "alice"]
    assert "Up." in texts(wire, stream)[0]
    say(wire, stream)
    assert len(texts(wire, stream)) == 3
    (told,) = wire.http.get(f"{PLANE}/behaviours").json()
    assert (told["id"], told["done"], told["refused"]) == (made["id"], 1, None)
    assert wire.http.delete(f"{PLANE}/behaviours/{made['id']}").status_code == 200
    refused(wire.http.delete(f"{PLANE}/behaviours/{made['id']}"), 404)


def test_only_what_fits_sets_it_off(wire: Wire) -> None:
    stream = im(wire)
    answer = {"as": "bob", "send": "<messageML>x</messageML>"}
    behave(wire, {"event": "MESSAGESENT", "user": "frank"}, answer)
    behave(wire, {"event": "MESSAGESENT", "stream": "Trading Desk"}, answer)
    behave(wire, {"event": "MESSAGESENT", "contains": "something else"}, answer)
    behave(wire, {"event": "ROOMCREATED"}, answer)
    say(wire, stream)
    assert len(texts(wire, stream)) == 1


def test_a_behaviour_does_not_hear_what_behaviours_say(wire: Wire) -> None:
    stream = im(wire)
    behave(wire, {"event": "MESSAGESENT", "user": "bob"}, {"as": "alice", "send": "No"})
    behave(wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "Yes"})
    behave(wire, {"event": "MESSAGESENT"}, {"as": "bob", "send": "rates rates"})
    say(wire, stream)
    assert len(texts(wire, stream)) == 3


def test_a_chain_ends_within_its_budget(wire: Wire) -> None:
    stream = im(wire)
    behave(wire, {"event": "MESSAGESENT", "user": "bob"}, {"as": "alice", "send": "No"}, chain=True)
    behave(wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "Yes"}, chain=True)
    say(wire, stream)
    assert len(texts(wire, stream)) == 2 + BUDGET


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    behaviours=st.lists(
        st.tuples(st.sampled_from(["alice", "bob", None]), st.integers(1, 4), st.booleans(), st.sampled_from([0, 5])),
        min_size=1,
        max_size=5,
    )
)
def test_no_chain_grows_without_bound(wire: Wire, behaviours: list[tuple[str | None, int, bool, int]]) -> None:
    wire.http.delete(f"{PLANE}/behaviours")
    stream = im(wire)
    before = wire.world.messages.count
    for heard, deeds, chain, after in behaviours:
        when = {"event": "MESSAGESENT", "stream": stream, **({"user": heard} if heard else {})}
        do = [{"as": speaker, "send": "rates", "afterMs": after} for speaker in (["alice", "bob"] * 2)[:deeds]]
        behave(wire, when, *do, chain=chain, afterMs=after)
    say(wire, stream)
    for _ in range(2 * BUDGET):
        wire.world.clock.advance(1)
        wire.stage.behaving.run()
    assert wire.stage.behaving.waiting == []
    most = sum(deeds for _, deeds, _, _ in behaviours) + BUDGET * max(deeds for _, deeds, _, _ in behaviours)
    assert wire.world.messages.count - before <= 1 + most


def test_an_answer_names_who_is_answered_and_where(wire: Wire) -> None:
    desk = wire.room("Trading Desk").id
    behave(wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "{sender}, not in {room} & co"})
    say(wire, desk)
    assert "Alice Adams, not in Trading Desk &amp; co" in texts(wire, desk)[0]


def test_who_was_deactivated_meanwhile_does_nothing(wire: Wire) -> None:
    desk = wire.room("Trading Desk").id
    behave(wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "Yes"}, afterMs=1000)
    say(wire, desk)
    said = len(texts(wire, desk))
    wire.world.users.change(wire.user("bob"), enabled=False)
    wire.world.clock.advance(2)
    assert len(texts(wire, desk)) == said
    (told,) = wire.http.get(f"{PLANE}/behaviours").json()
    assert "deactivated" in told["refused"]


def test_a_connection_is_accepted(wire: Wire) -> None:
    behave(wire, {"event": "CONNECTIONREQUESTED"}, {"as": "dave", "acceptConnection": "alice"})
    assert (
        wire.post("/pod/v1/connection/create", json={"userId": wire.id("dave")}).json()["status"] == "PENDING_OUTGOING"
    )
    assert wire.post("/pod/v1/im/create", json=[wire.id("dave")]).status_code == 200


def test_a_form_is_submitted_to_the_bot_that_sent_it(wire: Wire) -> None:
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    form = {"formId": "order", "values": {"action": "send", "size": "100"}}
    behave(wire, {"event": "MESSAGESENT", "user": "acme-bot"}, {"as": "bob", "submitForm": form})
    fields = '<text-field name="size"/><button name="send" type="action">S</button>'
    message = f'<messageML><form id="order">{fields}</form></messageML>'
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create"
    sent = wire.post(path, "acme-bot", None, data={"message": message}).json()
    events = wire.post(f"/agent/v5/datafeeds/{feed}/read", "acme-bot", None, json={"ackId": ""}).json()["events"]
    (action,) = [event for event in events if event["type"] == "SYMPHONYELEMENTSACTION"]
    assert action["initiator"]["user"]["username"] == "bob"
    payload = action["payload"]["symphonyElementsAction"]
    assert payload["formMessageId"] == sent["messageId"]
    assert payload["formValues"] == form["values"]


def test_a_counterpart_may_do_no_more_than_the_user(wire: Wire) -> None:
    stream = wire.room("Announcements").id
    behave(wire, {"event": "MESSAGESENT", "user": "heidi"}, {"as": "bob", "send": "<messageML>x</messageML>"})
    say(wire, stream, "heidi")
    (told,) = wire.http.get(f"{PLANE}/behaviours").json()
    assert "read-only" in told["refused"]
    assert all(text.startswith("heidi") for text in texts(wire, stream)[:1])


def test_later_by_the_worlds_clock(wire: Wire) -> None:
    stream = im(wire)
    behave(
        wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "<messageML>x</messageML>"}, afterMs=5000
    )
    say(wire, stream)
    assert len(texts(wire, stream)) == 1
    wire.http.post(f"{PLANE}/clock", json={"advance": 5})
    assert len(texts(wire, stream)) == 2
    say(wire, stream)
    wire.stage.reset()
    wire.world.clock.advance(10)
    assert wire.stage.behaving.waiting == []


def test_later_without_a_call() -> None:
    with Emulator.start() as pod, pod.client("alice", "acme-desk") as client:
        bob = pod.world.users.named("bob").id
        stream = client.post("/pod/v1/im/create", json=[bob]).json()["id"]
        when = {"event": "MESSAGESENT", "user": "alice"}
        do = [{"as": "bob", "send": "<messageML>later</messageML>"}]
        client.post(f"{PLANE}/behaviours", json={"when": when, "do": do, "afterMs": 20})
        client.post(f"/agent/v4/stream/{stream}/message/create", data=HELLO)
        until = time.monotonic() + 5
        while pod.do(lambda: pod.world.messages.timeline.of(stream))[1:] == [] and time.monotonic() < until:
            pass
        assert len(pod.world.messages.timeline.of(stream)) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"when": {"event": "NEVER"}, "do": [{"as": "bob", "send": "x"}]},
        {"when": {"event": "MESSAGESENT"}, "do": []},
        {"when": {"event": "MESSAGESENT"}, "do": [{"as": "bob"}]},
        {"when": {"event": "MESSAGESENT"}, "do": [{"as": "bob", "send": "x", "acceptConnection": "alice"}]},
        {"when": {"event": "MESSAGESENT"}, "do": [{"as": "nobody", "send": "x"}]},
        {"when": {"event": "MESSAGESENT", "stream": "nowhere"}, "do": [{"as": "bob", "send": "x"}]},
        {"when": {}, "do": [{"as": "bob", "presence": "AWAY"}]},
        {"when": {"event": "ROOMCREATED", "every": "1m"}, "do": [{"as": "bob", "presence": "AWAY"}]},
        {"when": {"event": "ROOMCREATED", "contains": "x"}, "do": [{"as": "bob", "presence": "AWAY"}]},
        {"when": {"every": "soon"}, "do": [{"as": "bob", "presence": "AWAY"}]},
        {"when": {"every": 99}, "do": [{"as": "bob", "presence": "AWAY"}]},
        {"when": {"every": "1m"}, "do": [{"as": "bob", "send": "where?"}]},
        {"when": {"every": "1m"}, "do": [{"as": "bob", "acceptConnection": "{sender}"}]},
        {"when": {"event": "ROOMCREATED"}, "do": [{"as": "bob", "presence": "ASLEEP"}]},
        {"when": {"event": "ROOMCREATED"}, "do": [{"as": "bob", "upload": []}]},
        {"when": {"event": "ROOMCREATED"}, "do": [{"as": "bob", "presence": "AWAY", "afterMs": -1}]},
        {"when": {"event": "ROOMCREATED"}, "do": [{"as": "bob", "presence": "AWAY"}], "times": 0},
    ],
)
def test_what_makes_no_sense(wire: Wire, body: dict[str, Any]) -> None:
    assert wire.http.post(f"{PLANE}/behaviours", json=body).status_code in (400, 404)
    assert wire.http.get(f"{PLANE}/behaviours").json() == []


WORLD = """
companies: [{name: A, pod: 5}]
users: [{username: ann}, {username: ben}]
rooms: [{name: Hall, owners: [ann], members: [ben]}]
behaviours:
  - when: {event: MESSAGESENT, stream: Hall, user: ann}
    do: [{as: ben, send: <messageML>Aye</messageML>}]
    times: 3
"""


def test_world_files_have_them_too(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD)
    (behaviour,) = load(str(path)).behaviours.book
    assert behaviour.deeds[0].send == "<messageML>Aye</messageML>"
    path.write_text(WORLD.replace("stream: Hall", "stream: Cellar"))
    with pytest.raises(WorldFileError, match=r"line 6.*no room is named 'Cellar'"):
        load(str(path))


def test_a_pattern_gives_its_groups_to_the_answer_as_text(wire: Wire) -> None:
    stream = im(wire)
    when = {"event": "MESSAGESENT", "matches": r"(?i)any <b>?(?P<what>.+) today"}
    refused(wire.http.post(f"{PLANE}/behaviours", json={"when": {**when, "matches": "(a"}, "do": []}), 400)
    behave(wire, {**when, "matches": r"Any (?P<what>.+) (\w+)"}, {"as": "bob", "send": "{what}, {2}, {0}, {other}"})
    markup = "Any &lt;b&gt; &amp;#36;&#36;{x} today"
    path = f"/agent/v4/stream/{stream}/message/create"
    assert wire.post(path, data={"message": f"<messageML>{markup}</messageML>"}).status_code == 200
    said = "&lt;b&gt; &amp;#36;${x}, today, Any &lt;b&gt; &amp;#36;${x} today, {other}"
    assert said in texts(wire, stream)[0]


def test_no_pattern_takes_long(wire: Wire) -> None:
    stream = im(wire)
    behave(wire, {"event": "MESSAGESENT", "matches": "(a*)*(a|aa)*b$"}, {"as": "bob", "send": "x"})
    long = "a" * 50_000
    path = f"/agent/v4/stream/{stream}/message/create"
    began = time.process_time()
    assert wire.post(path, data={"message": f"<messageML>{long}</messageML>"}).status_code == 200
    assert time.process_time() - began < 2
    assert len(texts(wire, stream)) == 1
    backward = {"when": {"event": "MESSAGESENT", "matches": r"(a)\1"}, "do": [{"as": "bob", "send": "x"}]}
    assert "RE2" in refused(wire.http.post(f"{PLANE}/behaviours", json=backward), 400)


def test_steps_come_one_after_the_other(wire: Wire) -> None:
    stream = im(wire)
    steps: list[dict[str, Any]] = [
        {"as": "bob", "presence": "BUSY"},
        {"as": "bob", "send": "One moment", "afterMs": 1_000},
        {"as": "bob", "send": "Here it is", "afterMs": 2_000},
    ]
    behave(wire, {"event": "MESSAGESENT", "user": "alice"}, *steps, afterMs=500)
    say(wire, stream)
    counts = []
    for seconds in (0.499, 1.001, 1.999, 0.001):
        wire.http.post(f"{PLANE}/clock", json={"freeze": True})
        wire.http.post(f"{PLANE}/clock", json={"advance": seconds})
        counts.append((wire.world.presences.own(wire.user("bob")).category, len(texts(wire, stream))))
    assert counts == [("BUSY", 1), ("BUSY", 2), ("BUSY", 2), ("BUSY", 3)]


def test_what_is_refused_ends_the_steps(wire: Wire) -> None:
    stream = im(wire)
    behave(wire, {"event": "MESSAGESENT"}, {"as": "bob", "join": "Announcements"}, {"as": "carol", "send": "x"})
    behave(wire, {"event": "MESSAGESENT"}, {"as": "carol", "send": "x"}, {"as": "bob", "send": "y"})
    say(wire, stream)
    assert len(texts(wire, stream)) == 1
    first, second = wire.http.get(f"{PLANE}/behaviours").json()
    assert "may not add members" in first["refused"]
    assert "carol" in second["refused"]


def test_a_file_a_room_and_a_request(wire: Wire) -> None:
    stream = im(wire)
    files = [{"name": "prices.csv"}, {"name": "note.txt", "content": "for {sender}"}]
    behave(
        wire,
        {"event": "MESSAGESENT", "user": "alice"},
        {"as": "bob", "upload": files, "send": "As asked"},
        {"as": "bob", "upload": files[:1]},
        {"as": "bob", "join": "Water Cooler"},
        {"as": "bob", "requestConnection": "carol"},
    )
    behave(wire, {"event": "CONNECTIONREQUESTED"}, {"as": "carol", "acceptConnection": "{sender}"}, chain=True)
    say(wire, stream)
    told = [each["refused"] for each in wire.http.get(f"{PLANE}/behaviours").json()]
    assert told == [None, None]
    last, before = wire.get(f"/agent/v4/stream/{stream}/message?since=0").json()[:2]
    assert [file["name"] for file in before["attachments"]] == ["prices.csv", "note.txt"]
    assert "As asked" in before["message"]
    assert [file["name"] for file in last["attachments"]] == ["prices.csv"]
    assert wire.world.streams.is_member(wire.room("Water Cooler").id, wire.id("bob"))
    assert wire.world.connections.connected(wire.user("bob"), wire.user("carol"))


def test_a_form_is_filled_in_as_somebody_might(wire: Wire) -> None:
    behave(wire, {"event": "MESSAGESENT", "form": "*"}, {"as": "bob", "submitForm": {}})
    fields = (
        '<text-field name="size" pattern="[0-9]+" pattern-error-message="x" maxlength="2"/><textarea name="why"/>'
        '<select name="side"><option value="buy">B</option><option value="sell" selected="true">S</option></select>'
        '<radio name="how" value="voice">V</radio><radio name="how" value="screen">S</radio>'
        '<checkbox name="urgent" value="yes" checked="true">U</checkbox><checkbox name="odd" value="yes">O</checkbox>'
        '<date-picker name="day"/><time-picker name="at"/><timezone-picker name="zone"/>'
        '<button type="reset">R</button><button name="go" type="action">S</button>'
    )
    feed = wire.post("/agent/v5/datafeeds", "acme-bot", None, json={}).json()["id"]
    say(wire, wire.room("Trading Desk").id)
    path = f"/agent/v4/stream/{wire.room('Trading Desk').id}/message/create"
    message = f'<messageML><form id="order">{fields}</form></messageML>'
    assert wire.post(path, "acme-bot", None, data={"message": message}).status_code == 200
    events = wire.post(f"/agent/v5/datafeeds/{feed}/read", "acme-bot", None, json={"ackId": ""}).json()["events"]
    (action,) = [event for event in events if event["type"] == "SYMPHONYELEMENTSACTION"]
    values = action["payload"]["symphonyElementsAction"]["formValues"]
    assert len(values.pop("day")) == 10
    assert values == {
        "size": "10",
        "why": "Fine with me",
        "side": "sell",
        "how": "voice",
        "urgent": "yes",
        "at": "10:00:00",
        "zone": "Europe/London",
        "action": "go",
    }


def test_a_timer_strikes_by_the_worlds_clock(wire: Wire) -> None:
    wire.http.post(f"{PLANE}/clock", json={"freeze": True})
    desk = wire.room("Trading Desk").id
    before = len(texts(wire, desk))
    behave(
        wire, {"every": "1m", "stream": "Trading Desk"}, {"as": "acme-bot", "send": "Still here, {sender}."}, times=3
    )
    behave(wire, {"event": "MESSAGESENT", "stream": "Trading Desk"}, {"as": "bob", "send": "Heard."})
    struck = []
    for seconds in (0, 59, 1, 3600, 60, 60, 60):
        wire.http.post(f"{PLANE}/clock", json={"advance": seconds})
        struck.append(len(texts(wire, desk)) - before)
    assert struck == [0, 0, 1, 2, 3, 3, 3]
    assert "Still here, ." in texts(wire, desk)[0]
    wire.stage.reset()
    assert wire.stage.behaving.waiting == []


def test_a_timer_begins_anew_after_a_restore_and_ends_with_its_behaviour(wire: Wire) -> None:
    wire.http.post(f"{PLANE}/clock", json={"freeze": True})
    made = behave(wire, {"every": 60_000}, {"as": "bob", "presence": "AWAY"})
    wire.http.post(f"{PLANE}/snapshots", json={"name": "one"})
    wire.http.post(f"{PLANE}/clock", json={"advance": 50})
    wire.http.post(f"{PLANE}/snapshots/one/restore")
    wire.http.post(f"{PLANE}/clock", json={"advance": 59})
    assert wire.world.presences.own(wire.user("bob")).category == "BUSY"
    wire.http.post(f"{PLANE}/clock", json={"advance": 1})
    assert wire.world.presences.own(wire.user("bob")).category == "AWAY"
    wire.http.delete(f"{PLANE}/behaviours/{made['id']}")
    wire.http.post(f"{PLANE}/clock", json={"advance": 60})
    assert wire.stage.behaving.waiting == []


def test_what_waits_has_a_bound(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.stage.behaving.MOST_WAITING", 3)
    stream = im(wire)
    made = behave(wire, {"event": "MESSAGESENT", "user": "alice"}, {"as": "bob", "send": "Late"}, afterMs=1000)
    for _ in range(5):
        say(wire, stream)
    assert len(wire.stage.behaving.waiting) == 3
    (told,) = wire.http.get(f"{PLANE}/behaviours").json()
    assert "3 deeds wait already" in told["refused"]
    wire.http.delete(f"{PLANE}/behaviours/{made['id']}")
    assert wire.stage.behaving.refusals == {}
    assert wire.stage.behaving.waiting == []
