"""Describes a world in a screen, and prints what one would overhear in it."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from emulator.rendering import markdown_of
from emulator.seeding.days import HOUR, MINUTE
from emulator.seeding.workdays import DAY
from emulator.world.users import NORMAL

if TYPE_CHECKING:
    from emulator.world.messages import Message
    from emulator.world.streams import Stream
    from emulator.world.world import World

_SHOWN = 8
_PAUSE = 45 * MINUTE
_MOST_TURNS = 10
_AGES = (("last hour", HOUR), ("today", DAY), ("last 2 weeks", 14 * DAY), ("last 90 days", 90 * DAY), ("older", None))


def described(world: World) -> dict[str, Any]:
    """Who is in a world, how many, when they spoke, and which rooms are busiest."""
    now = world.clock.now()
    ages: Counter[str] = Counter()
    spoke: Counter[str] = Counter()
    for message in world.messages.book:
        age = now - message.at
        ages[next(name for name, most in _AGES if most is None or age < most)] += 1
        spoke[message.stream] += 1
    rooms = [stream for stream in world.streams.book if stream.room is not None]
    busiest = sorted(rooms, key=lambda room: (-spoke[room.id], room.id))[:_SHOWN]
    users = world.users.book
    return {
        "pod": world.companies.home.name,
        "companies": [
            {"name": company.name, "pod": company.id, "users": users.count_by("company", company.id)}
            for company in world.companies.book
        ],
        "users": len(users),
        "bots": sum(user.account_type != NORMAL for user in users),
        "apps": len(world.apps.book),
        "connections": len(world.connections.book),
        "rooms": len(rooms),
        "externalRooms": sum(room.cross_pod for room in rooms),
        "ims": len(world.streams.book) - len(rooms),
        "messages": world.messages.count,
        "signals": len(world.signals.book),
        "behaviours": len(world.behaviours.book),
        "said": {name: ages[name] for name, _ in _AGES},
        "online": sum(presence.category not in ("OFFLINE", "OFF_WORK") for presence in world.presences.book),
        "busiestRooms": [
            {
                "name": room.room.name if room.room else "",
                "members": world.streams.memberships.count_by("stream", room.id),
                "messages": spoke[room.id],
                "last": _clock(world.messages.last_at(room)),
            }
            for room in busiest
        ],
    }


def as_screen(told: dict[str, Any]) -> str:
    """What `described` gives, as one screen of text."""
    lines = [f"The pod is {told['pod']}."]
    lines += [
        f"  {company['name']:<32}{company['users']:>8,} users   pod {company['pod']}" for company in told["companies"]
    ]
    counts = (
        f"{told['users']:,} users ({told['bots']:,} bots, {told['online']:,} online)   {told['apps']:,} apps   "
        f"{told['connections']:,} connections"
    )
    lines += ["", f"  {counts}"]
    lines.append(
        f"  {told['rooms']:,} rooms ({told['externalRooms']:,} external)   {told['ims']:,} IMs   "
        f"{told['messages']:,} messages   {told['signals']:,} signals   {told['behaviours']:,} behaviours"
    )
    lines += ["", "  said            " + "   ".join(f"{name} {count:,}" for name, count in told["said"].items())]
    if told["busiestRooms"]:
        lines += ["", f"  {'busiest rooms':<40}{'members':>8}{'messages':>10}   last"]
    lines += [
        f"  {room['name']:<40}{room['members']:>8,}{room['messages']:>10,}   {room['last'] or 'never'}"
        for room in told["busiestRooms"]
    ]
    return "\n".join(lines)


def overheard(world: World, count: int, seed: int = 0) -> str:
    """So many pieces of talk, each of one stream and without a long pause in it."""
    dice = random.Random(seed)  # noqa: S311 - the same seed, the same pieces
    streams = [stream for stream in world.streams.book if len(world.messages.timeline.of(stream.id)) > 1]
    weights = [len(world.messages.timeline.of(stream.id)) ** 0.5 for stream in streams]
    pieces = []
    for _ in range(count if streams else 0):
        stream = dice.choices(streams, weights)[0]
        pieces.append(_piece(world, stream, dice))
    return "\n\n".join(pieces)


def _piece(world: World, stream: Stream, dice: random.Random) -> str:
    messages = [world.messages.book[stamp[2]] for stamp in world.messages.timeline.of(stream.id)]
    at = dice.randrange(len(messages))
    first = at
    while first and messages[first].at - messages[first - 1].at < _PAUSE and at - first < _MOST_TURNS:
        first -= 1
    last = first + 1
    while last < len(messages) and messages[last].at - messages[last - 1].at < _PAUSE and last - first < _MOST_TURNS:
        last += 1
    where = stream.room.name if stream.room is not None else f"{stream.type} of {len(stream.parties)}"
    return "\n".join(
        [f"--- {where}, {_clock(messages[first].at)}", *(_line(world, each) for each in messages[first:last])]
    )


def _line(world: World, message: Message) -> str:
    text = markdown_of(world, message)
    user = world.users.book[message.sender]
    notes = [attachment.name for attachment in message.attachments]
    notes += ["changes what was said before"] if message.replaces else []
    notes += ["suppressed"] if message.suppressed_at else []
    notes += [f"by {message.origin.app}"] if message.origin.app else []
    note = f"  [{', '.join(notes)}]" if notes else ""
    return f"  {_clock(message.at)[-5:]} {user.display_name:<20} " + text.replace("\n", "\n" + " " * 29) + note


def _clock(at: int | None) -> str:
    """A moment in UTC, as people write it."""
    return "" if at is None else dt.datetime.fromtimestamp(at / 1000, dt.UTC).strftime("%a %d %b %Y %H:%M")
