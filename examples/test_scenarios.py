"""What a suite for an app meets in its second hour, on the demo world: each scenario stands alone. Try `-n 2` too."""

import asyncio

IM, FEEDS, ROOM = "/pod/v1/im/create", "/agent/v5/datafeeds", {"name": "Fresh", "description": "x"}


def test_a_permission_is_missing(symphony_pod):
    symphony_pod.app("acme-desk").revoke("SEND_MESSAGES")
    answer = symphony_pod.client("alice", "acme-desk").post(IM, json=[symphony_pod.users["bob"].id])
    assert (answer.status_code, "SEND_MESSAGES" in answer.headers["X-Emulator-Reason"]) == (403, True)


def test_they_are_not_connected_and_then_they_are(symphony_pod):
    alice, dave = symphony_pod.client("alice", "acme-desk"), symphony_pod.users["dave"].id
    assert "not connected" in alice.post(IM, json=[dave]).headers["X-Emulator-Reason"]
    symphony_pod.connect("alice", "dave")
    assert alice.post(IM, json=[dave]).status_code == 200


def test_attachments_are_refused(symphony_pod):
    bob, desk = symphony_pod.client("bob", "acme-desk"), symphony_pod.rooms["Trading Desk"].id
    symphony_pod.user("bob").revoke("sendFilesEnabled")
    said = {"data": {"message": "<messageML>a file</messageML>"}, "files": {"attachment": ("a.csv", b"1,2")}}
    answer = bob.post(f"/agent/v4/stream/{desk}/message/create", **said)
    assert (answer.status_code, "sendFilesEnabled" in answer.headers["X-Emulator-Reason"]) == (403, True)


def test_busy_and_then_not(symphony_pod):
    symphony_pod.faults.add(IM, status=429, times=1)
    alice, bob = symphony_pod.client("alice", "acme-desk"), symphony_pod.users["bob"].id
    assert [alice.post(IM, json=[bob]).status_code for _ in range(2)] == [429, 200]


def test_the_session_expires(symphony_pod):
    alice = symphony_pod.client("alice", "acme-desk")
    symphony_pod.clock.advance(15 * 24 * 3600)
    assert alice.get("/pod/v2/sessioninfo").status_code == 401


def test_edited_and_suppressed(symphony_pod):
    desk, new = symphony_pod.rooms["Trading Desk"].id, {"message": "<messageML>second</messageML>"}
    said = symphony_pod.say("alice", "Trading Desk", "first")
    alice, heidi = (symphony_pod.client(name, "acme-desk") for name in ("alice", "heidi"))
    assert alice.post(f"/agent/v4/stream/{desk}/message/{said.id}/update", data=new).status_code == 200
    assert "second" in symphony_pod.messages(desk)[-1].presentationml
    assert heidi.post(f"/pod/v1/admin/messagesuppression/{said.id}/suppress").json()["suppressed"]


def test_a_room_and_its_members_while_a_bot_polls(symphony_pod):
    async def polled(pod):
        async with pod.aclient("acme-bot") as bot, pod.aclient("alice", "acme-desk") as alice:
            feed = (await bot.post(FEEDS, json={})).json()["id"]
            reading = asyncio.create_task(bot.post(f"{FEEDS}/{feed}/read", json={}))
            await pod.called(f"{FEEDS}/*", open=True)
            made = (await alice.post("/pod/v3/room/create", json=ROOM)).json()["roomSystemInfo"]["id"]
            await alice.post(f"/pod/v1/room/{made}/membership/add", json={"id": pod.users["acme-bot"].id})
            assert (await reading).json()["events"][0]["type"] == "USERJOINEDROOM"

    asyncio.run(polled(symphony_pod))
