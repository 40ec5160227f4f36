"""Datafeeds of bots, version 5: list, create, read by long poll, delete (production/agent_signals_events.md 3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from emulator.api.agent.events import v4_event
from emulator.api.call import Answer, Left
from emulator.stage.waiting import told
from emulator.table.table import endpoint

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.world.datafeeds import Datafeed


class FeedAnswer(TypedDict):
    id: str
    type: str


def _answer(feed: Datafeed) -> FeedAnswer:
    return {"id": feed.id, "type": "fanout"}


@endpoint("GET", "/agent/v5/datafeeds", query="datafeeds:ListFeeds", returns="V5DatafeedList", one_token=True)
def list_datafeeds(call: Call) -> list[FeedAnswer]:
    """The datafeeds of the account."""
    return [_answer(feed) for feed in call.world.datafeeds.listed(call.user, call.query.tag)]


@endpoint(
    "POST",
    "/agent/v5/datafeeds",
    body="datafeeds:CreateFeed",
    body_required=False,
    returns="V5Datafeed",
    success=(201,),
    one_token=True,
)
def create_datafeed(call: Call) -> Answer:
    """A new datafeed."""
    tag = call.body.tag if call.body is not None else None
    return Answer(201, _answer(call.world.datafeeds.create(call.user, tag)))


class Events(TypedDict):
    events: list[dict[str, Any]]
    ackId: str


@endpoint(
    "POST",
    "/agent/v5/datafeeds/{datafeedId}/read",
    body="datafeeds:ReadFeed",
    body_required=False,
    returns="V5EventList",
    one_token=True,
)
async def read_datafeed(call: Call) -> Events:
    """The events since the last read; waits for the first as long as a read is held, 20 seconds."""
    feeds, feed_id, asked = call.world.datafeeds, call.path["datafeedId"], call.body
    entries, acknowledgement = feeds.take(call.user, feed_id, asked.ackId if asked is not None else None)
    shows = asked is None or asked.updatePresence
    if shows and call.world.presences.own(call.user).category == "OFFLINE":
        call.world.presences.set(call.user, "AVAILABLE")
    if not entries:
        if not call.stage.hold or not await _arrival(call, feeds.seen_by(call.user, feed_id)):
            return {"events": [], "ackId": acknowledgement}
        entries, acknowledgement = feeds.take(call.user, feed_id, None)
    return {"events": [v4_event(call.world.settings, entry, call.user) for entry in entries], "ackId": acknowledgement}


async def _arrival(call: Call, feed: Datafeed) -> bool:
    """Whether something comes into a feed, or the feed goes, before the hold is over, the pod stops or the world is
    put back. Refused as at the start of a call when who waits may no longer; Left where the client has gone."""
    feeds, waiting, loop = call.world.datafeeds, call.stage.waiting, asyncio.get_running_loop()
    until, life = loop.time() + call.stage.hold, feeds.life
    with waiting.woken() as woken:
        end, call.on_left = feeds.when_arrives(feed, woken.set), woken.set
        try:
            while await told(woken, until - loop.time()):
                if call.left:
                    raise Left
                call.judge()
                if feeds.has_news(feed):
                    return True
                if waiting.over or feeds.life != life:
                    return False
                woken.clear()
        finally:
            end()
    call.judge()
    return False


@endpoint("DELETE", "/agent/v5/datafeeds/{datafeedId}", returns="", success=(200, 204), one_token=True)
def delete_datafeed(call: Call) -> Answer | None:
    """Delete a datafeed. One that has expired is answered so that clients' recovery goes on (reference 3.5)."""
    if call.world.datafeeds.delete(call.user, call.path["datafeedId"]):
        return None
    return Answer(200, {"code": 200, "message": "Datafeed deleted"})
