"""For each rule an action that it alone refuses, and for each rule of seeing a list that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from emulator.world.attachments import Upload
from emulator.world.connections import STATUSES
from emulator.world.errors import Refused
from emulator.world.events import MessageSent, Said
from emulator.world.keys import NO_CHANGE, KeyChange
from emulator.world.rooms import RoomSearch
from emulator.world.search import MessageSearch, term
from emulator.world.settings import STRICT
from emulator.world.streams import RoomAttributes, Stream, updated
from emulator.world.users import Search, User
from tests.world.cast import CSV, HELLO, ORIGIN, Cast

Scenario = Callable[[Cast], Any]


def _find_by_title(c: Cast) -> None:
    c.world.users.change(c.carol, title="Head of Rates")
    if c.carol not in c.world.users.search(c.alice, Search(query="carol", title="Head of Rates")):
        raise Refused("alice does not find carol by the title")


def _writes_to_a_closed_company(c: Cast) -> Any:
    room = c.room("Acme x Globex")
    c.world.companies.change(c.carol.company_id, cross_pod=False)
    return c.say(c.alice, room)


def _third_company(c: Cast) -> User:
    from emulator.world.companies import Company

    c.world.companies.add(Company(id=192, name="Initech"))
    mona = c.world.users.add(
        User(id=c.world.users.next_id(192), username="mona", email="mona@initech.example", display_name="Mona")
    )
    c.world.connections.set(c.alice, mona, "ACCEPTED")
    return mona


def _pending(c: Cast) -> Any:
    c.world.connections.request(c.alice, c.dave.id)
    return c.world.connections.request(c.alice, c.dave.id)


def _without_interest(c: Cast) -> None:
    # Who may not see a presence is not refused, but sees OFFLINE.
    if c.world.presences.seen_by(c.alice, c.carol.id).category == "OFFLINE":
        raise Refused("carol is OFFLINE for alice")


def _late_reader(c: Cast) -> Any:
    room = c.new_room(c.alice)
    message = c.say(c.alice, room)
    c.rooms.add(c.alice, room.id, c.bob.id)
    return c.world.messages.seen_by(c.bob, message.id)


def _suppressed_update(c: Cast) -> Any:
    desk = c.room("Trading Desk")
    message = c.say(c.alice, desk)
    c.world.messages.suppress(c.alice, message.id)
    return c.world.messages.update(c.alice, desk, message.id, HELLO, ORIGIN)


def _taken_name(cast: Cast) -> Any:
    cast.world.set(**STRICT)
    return cast.new_room(cast.alice, "t r a d i n g DESK")


def _added_again(c: Cast) -> Any:
    c.world.set(member_again="refused")
    return c.rooms.add(c.alice, c.room("Trading Desk").id, c.bob.id)


def _listed_without_the_suppressed(c: Cast) -> None:
    c.world.set(suppressed_messages="absent")
    room = c.new_room(c.alice)
    c.world.messages.suppress(c.alice, c.say(c.alice, room).id)
    if not c.world.messages.listed(c.alice, room.id, since=0, limit=5):
        raise Refused("the list has no suppressed message")


def _an_old_version(c: Cast) -> Any:
    c.world.set(replaced_version_update="refused")
    desk = c.room("Trading Desk")
    message = c.say(c.alice, desk)
    c.world.messages.update(c.alice, desk, message.id, HELLO, ORIGIN)
    return c.world.messages.update(c.alice, desk, message.id, HELLO, ORIGIN)


def _pin_twice(c: Cast) -> Any:
    im = c.im(c.alice, c.bob)
    message = c.say(c.alice, im)
    c.world.streams.pin(c.alice, im.id, message.id)
    return c.world.streams.pin(c.alice, im.id, message.id)


def _empty_room(c: Cast) -> Any:
    room = c.new_room(c.alice)
    c.rooms.set_active(c.alice, room.id, False)
    c.world.streams.memberships.drop((room.id, c.alice.id))
    officer = c.world.users.change(c.heidi, roles=c.heidi.roles | {"COMPLIANCE_OFFICER"})
    return c.rooms.set_active(officer, room.id, True)


def _barrier_later(c: Cast) -> Any:
    im = c.im(c.frank, c.ivan)
    c.world.barriers.set_group("trading", [c.alice.id, c.bob.id, c.frank.id])
    return c.say(c.frank, im)


def _barred_author(c: Cast) -> Any:
    message = c.say(c.frank, c.im(c.frank, c.ivan))
    c.world.barriers.set_group("trading", [c.alice.id, c.bob.id, c.frank.id])
    return c.world.messages.seen_by(c.ivan, message.id)


def _bar_an_external(c: Cast) -> None:
    group = c.world.barriers.group_named("trading")
    assert group is not None
    (why,) = c.world.barriers.change_members(c.acme_admin, group.id, [c.carol.id], add=True)
    if why:
        raise Refused(why)


def _find_strange(c: Cast) -> None:
    if not c.rooms.search(c.ivan, RoomSearch(query="Trading"))[0]:
        raise Refused("ivan finds no room")


def _pushed_leaves(c: Cast) -> Any:
    alice = c.granted(c.alice, "canManageSignalSubscription")
    signal = c.signal(alice)
    c.world.signals.subscribe(alice, signal.id, [c.bob.id, c.frank.id], pushed=True)
    return c.world.signals.unsubscribe(c.bob, signal.id, None)


def _bulk(c: Cast, others: list[int], *, leave: bool = False) -> Any:
    alice = c.granted(c.alice, "canManageSignalSubscription")
    signal = c.signal(alice)
    signals = c.world.signals
    done = (
        signals.unsubscribe(alice, signal.id, others)
        if leave
        else signals.subscribe(alice, signal.id, others, pushed=False)
    )
    if done.failed:
        raise Refused(done.failed[0][2])
    return done


def _presence_of_the_unconnected(c: Cast) -> None:
    c.world.presences.set(c.dave, "BUSY")
    c.world.presences.register(c.alice, [c.dave.id])
    if c.world.presences.seen_by(c.alice, c.dave.id).category == "OFFLINE":
        raise Refused("dave is OFFLINE for alice")


def _own_words(c: Cast) -> None:
    c.world.presences.set(c.carol, "DO_NOT_DISTURB")
    c.world.presences.register(c.alice, [c.carol.id])
    if c.world.presences.seen_by(c.alice, c.carol.id).category != "DO_NOT_DISTURB":
        raise Refused("alice does not see carol as she set it")


def _hear_of_a_strange_room(c: Cast) -> None:
    feed = c.world.datafeeds.create(c.ivan)
    c.say(c.alice, c.room("Trading Desk"))
    if not feed.queue:
        raise Refused("ivan hears nothing")


def _suppressed_file(c: Cast) -> Any:
    desk = c.room("Trading Desk")
    message = c.say(c.alice, desk, HELLO, CSV)
    c.world.messages.suppress(c.alice, message.id)
    return c.world.messages.attachment(c.alice, desk.id, message.id, message.attachments[0].id)


def _heir(c: Cast) -> None:
    room = c.new_room(c.alice)
    c.world.streams.seat(room, c.acme_bot.id)
    c.rooms.remove(c.alice, room.id, c.alice.id)
    if not c.world.streams.memberships[room.id, c.acme_bot.id].owner:
        raise Refused("the bot does not inherit the room")


FORM = replace(HELLO, forms=("f",))
EXE = Upload(name="run.exe", content=b"x")

SCENARIOS: dict[str, Scenario] = {
    "people.may_meet": lambda c: c.world.connections.request(
        c.without(c.bob, "isExternalIMEnabled", "isExternalRoomEnabled"), c.dave.id
    ),
    "people.directory_shows": lambda c: c.world.users.seen_by(
        c.without(c.alice, "isExternalIMEnabled", "isExternalRoomEnabled"), c.carol.id
    ),
    "streams.may_find": _find_strange,
    "people.knows_of": lambda c: c.world.connections.standing(
        c.without(c.alice, "isExternalIMEnabled", "isExternalRoomEnabled"), c.dave.id
    ),
    "people.one_request_at_a_time": _pending,
    "people.request_is_waiting": lambda c: c.world.connections.accept(c.erin, c.alice.id),
    "people.not_a_colleague": lambda c: c.world.connections.remove(c.alice, c.bob.id),
    "people.has_a_connection_to_remove": lambda c: c.world.connections.remove(c.alice, c.dave.id),
    "people.connected": lambda c: c.world.streams.im(c.alice, [c.dave.id]),
    "people.not_barred": lambda c: c.world.signals.subscribe(c.ivan, c.signal(c.alice).id, None, pushed=False),
    "people.profile_shows": _find_by_title,
    "people.may_chat_externally": lambda c: c.world.streams.im(c.without(c.alice, "isExternalIMEnabled"), [c.carol.id]),
    "people.account_works": lambda c: c.world.streams.im(c.alice, [c.grace.id]),
    "streams.is_of_the_pod": lambda c: c.world.streams.seen_by(c.officer(), c.new_room(c.carol).id),
    "streams.parties_may_meet": lambda c: c.world.streams.im(c.heidi, [c.alice.id, c.ivan.id]),
    "streams.companies_communicate": _writes_to_a_closed_company,
    "streams.may_see_stream": lambda c: c.world.streams.seen_by(c.ivan, c.room("Trading Desk").id),
    "streams.may_see_room": lambda c: c.rooms.seen_by(c.ivan, c.room("Trading Desk").id),
    "streams.may_list_members": lambda c: c.rooms.members(c.ivan, c.room("Trading Desk").id),
    "streams.is_an_im_of": lambda c: c.world.streams.im_seen_by(c.alice, c.room("Trading Desk").id),
    "streams.may_read": lambda c: c.world.messages.listed(c.ivan, c.room("Trading Desk").id, since=0, limit=5),
    "streams.content_is_visible": lambda c: c.world.messages.listed(c.bob, c.room("Archive").id, since=0, limit=5),
    "streams.is_writable": lambda c: c.say(c.bob, c.room("Archive")),
    "streams.owners_only_write": lambda c: c.say(c.bob, c.room("Announcements")),
    "streams.may_write_externally": lambda c: c.say(
        c.without(c.alice, "isExternalRoomEnabled"), c.room("Acme x Globex")
    ),
    "streams.still_connected": lambda c: c.say(c.alice, c.im(c.alice, c.dave)),
    "streams.no_barrier_among_members": _barrier_later,
    "streams.may_send_files": lambda c: c.say(c.frank, c.room("Trading Desk"), HELLO, CSV),
    "streams.has_company": lambda c: c.world.streams.im(c.alice, [c.alice.id]),
    "streams.may_open_im": lambda c: c.world.streams.im(c.alice, [c.dave.id]),
    "streams.pin_changes_something": _pin_twice,
    "rooms.name_fits": lambda c: c.new_room(c.alice, "x" * 51),
    "rooms.name_is_free": _taken_name,
    "rooms.keywords_fit": lambda c: c.new_room(c.alice, keywords=(("a!", "b"),)),
    "rooms.public_rooms_are_open": lambda c: c.new_room(c.alice, public=True, view_history=True),
    "rooms.external_rooms_are_closed": lambda c: c.new_room(c.alice, cross_pod=True, discoverable=True),
    "rooms.multilateral_rooms_are_external": lambda c: c.new_room(
        c.granted(c.alice, "canCreateMultiLateralRoom"), multilateral=True
    ),
    "rooms.external_history_is_entitled": lambda c: c.new_room(c.alice, cross_pod=True, view_history=True),
    "rooms.may_create_room": lambda c: c.new_room(c.without(c.alice, "isExternalRoomEnabled"), cross_pod=True),
    "rooms.created_by_own_company": lambda c: c.rooms.update(c.alice, _carols_room(c).id, {"description": "ours"}),
    "rooms.room_is_active": lambda c: c.rooms.update(c.alice, c.room("Archive").id, {"description": "x"}),
    "rooms.may_update": lambda c: c.rooms.update(c.bob, c.room("Trading Desk").id, {"description": "x"}),
    "rooms.update_changes_something": lambda c: c.rooms.update(c.alice, c.room("Trading Desk").id, {}),
    "rooms.fixed_attributes_stay": lambda c: c.rooms.update(c.alice, c.room("Trading Desk").id, {"read_only": True}),
    "rooms.may_set_active": lambda c: c.rooms.set_active(c.bob, c.room("Trading Desk").id, False),
    "rooms.has_members": _empty_room,
    "rooms.may_add": lambda c: c.rooms.add(c.frank, c.room("Trading Desk").id, c.heidi.id),
    "rooms.fits_into_external_room": lambda c: c.rooms.add(c.alice, c.room("Trading Desk").id, c.carol.id),
    "rooms.companies_fit": lambda c: c.rooms.add(c.alice, c.room("Acme x Globex").id, _third_company(c).id),
    "rooms.no_barrier_to_members": lambda c: c.rooms.add(c.alice, c.room("Trading Desk").id, c.ivan.id),
    "rooms.may_remove": lambda c: c.rooms.remove(c.bob, c.room("Trading Desk").id, c.frank.id),
    "rooms.may_change_owners": lambda c: c.rooms.promote(c.bob, c.room("Trading Desk").id, c.bob.id),
    "rooms.may_own": lambda c: c.rooms.promote(
        c.frank, c.room("Water Cooler").id, c.without(c.alice, "canCreatePublicRoom").id
    ),
    "rooms.may_inherit": _heir,
    "rooms.may_be_added_again": _added_again,
    "rooms.is_a_member": lambda c: c.rooms.promote(c.alice, c.room("Trading Desk").id, c.ivan.id),
    "rooms.an_owner_remains": lambda c: c.rooms.demote(c.alice, c.room("Trading Desk").id, c.alice.id),
    "messages.is_of_the_pod": lambda c: c.world.messages.suppress(c.officer(), c.say(c.carol, c.new_room(c.carol)).id),
    "messages.content_shows": _suppressed_file,
    "messages.stands_in_lists": _listed_without_the_suppressed,
    "messages.is_current": _an_old_version,
    "messages.within_history": _late_reader,
    "messages.content_fits": lambda c: c.say(c.alice, c.room("Trading Desk"), replace(HELLO, entities=81)),
    "messages.may_send_forms": lambda c: c.say(c.alice, c.room("Trading Desk"), FORM),
    "messages.files_fit": lambda c: c.say(c.alice, c.room("Trading Desk"), HELLO, EXE),
    "messages.is_in_stream": lambda c: c.world.messages.update(
        c.alice, c.room("Water Cooler"), c.say(c.alice, c.room("Trading Desk")).id, HELLO, ORIGIN
    ),
    "messages.may_update": lambda c: c.world.messages.update(
        c.bob, c.room("Trading Desk"), c.say(c.alice, c.room("Trading Desk")).id, HELLO, ORIGIN
    ),
    "messages.is_not_suppressed": _suppressed_update,
    "messages.may_suppress": lambda c: c.world.messages.suppress(c.bob, c.say(c.alice, c.room("Trading Desk")).id),
    "messages.no_barrier_to_author": _barred_author,
    "admin.may": lambda c: c.world.admin.listed(c.alice, 0, 10),
    "admin.is_of_the_pod": lambda c: c.world.admin.seen_by(c.acme_admin, c.carol.id),
    "admin.role_fits_account": lambda c: c.world.admin.add_role(c.acme_admin, c.bob.id, "USER_PROVISIONING"),
    "admin.entitlements_exist": lambda c: c.world.admin.entitle(c.acme_admin, c.bob.id, {"canFly": True}),
    "admin.is_complete": lambda c: c.world.admin.update_user(c.acme_admin, c.bob.id, {"last_name": ""}, NO_CHANGE),
    "admin.may_have_delegates": lambda c: c.world.admin.set_delegate(c.acme_admin, c.bob.id, c.alice.id, add=True),
    "admin.may_change_picture": lambda c: c.world.admin.set_avatar(c.alice, c.bob.id, ()),
    "admin.app_is_sound": lambda c: c.world.app_admin.create(c.acme_admin, "new", {"url": "http://x"}, NO_CHANGE),
    "admin.key_action_fits": lambda c: c.world.app_admin.update(
        c.acme_admin, "acme-desk", {}, KeyChange(previous="EXTEND")
    ),
    "admin.may_be_barred": _bar_an_external,
    "admin.scheme_fits": lambda c: c.world.admin.add_protocol(c.acme_admin, "1x"),
    "presence.has_registered_interest": _without_interest,
    "presence.is_released": lambda c: c.world.presences.set_released(c.alice, c.alice.id, "OFFLINE"),
    "presence.may_set": lambda c: c.world.presences.set_of(c.alice, c.bob.id, "AWAY"),
    "presence.may_list_all": lambda c: c.world.presences.listed(c.acme_bot, None, 10),
    "presence.owns_feed": lambda c: c.world.presences.read_feed(c.bob, c.world.presences.create_feed(c.alice).id),
    "presence.may_see": _presence_of_the_unconnected,
    "presence.category_shows": _own_words,
    "events.may_hear": _hear_of_a_strange_room,
    "following.may_change": lambda c: c.world.following.follow(c.acme_bot, c.bob.id, [c.alice.id], acting=False),
    "following.is_a_colleague": lambda c: c.world.following.follow(c.alice, c.carol.id, [c.alice.id], acting=True),
    "signals.may_see": lambda c: c.world.signals.seen_by(c.bob, c.signal(c.alice, visible=False).id),
    "signals.is_named": lambda c: c.signal(c.alice, name=" "),
    "signals.may_make_company_wide": lambda c: c.signal(c.alice, company_wide=True),
    "signals.may_change": lambda c: c.world.signals.delete(c.bob, c.signal(c.alice).id),
    "signals.may_manage": lambda c: c.world.signals.subscribe(c.alice, c.signal(c.alice).id, [c.bob.id], pushed=False),
    "signals.is_not_company_wide": lambda c: c.world.signals.unsubscribe(
        c.bob, c.signal(c.granted(c.alice, "canCreatePushedSignals"), company_wide=True).id, None
    ),
    "signals.may_leave": _pushed_leaves,
    "signals.can_be_subscribed": lambda c: _bulk(c, [c.grace.id]),
    "signals.can_be_unsubscribed": lambda c: _bulk(c, [c.frank.id, c.heidi.id], leave=True),
    "signals.no_barrier_to_owner": lambda c: c.world.signals.subscribe(
        c.ivan, c.signal(c.alice).id, None, pushed=False
    ),
}


def _carols_room(c: Cast) -> Stream:
    """A room that another company created and in which alice is an owner."""
    room = c.new_room(c.carol, cross_pod=True)
    c.world.streams.seat(room, c.alice.id, owner=True)
    return room


# --- lists ---


def _each(look: Callable[[str], Any], things: Iterable[str]) -> set[Any]:
    """All that a look-up gives for these."""
    found: set[Any] = set()
    for thing in things:
        try:
            found.update(look(thing))
        except Refused:
            continue
    return found


def _messages(c: Cast) -> set[str]:
    def listed(stream_id: str) -> set[str]:
        return {each.id for each in c.world.messages.listed(c.alice, stream_id, since=0, limit=100)}

    return _each(listed, [stream.id for stream in c.world.streams.book])


def _searched(c: Cast) -> set[str]:
    search = MessageSearch(any_of=(frozenset({term("word", "hello")}),))
    return {each.id for each in c.world.search.find(c.alice, search, skip=0, limit=100)}


def _files(c: Cast) -> set[str]:
    def file_of(message_id: str) -> set[str]:
        message = c.world.messages.book[message_id]
        c.world.messages.attachment(c.alice, message.stream, message.id, message.attachments[0].id)
        return {message.id}

    return _each(file_of, [message.id for message in c.world.messages.book if message.attachments])


def _heard_messages(c: Cast) -> set[str]:
    """Of which messages alice's feed has when all are told of."""
    feed, streams = c.world.datafeeds.create(c.alice), c.world.streams
    for message in c.world.messages.book:
        stream = streams.book[message.stream]
        said = Said(message=message, sender=c.bob, stream=stream, pods=streams.pods(stream))
        c.world.tell(c.bob.id, MessageSent(message=said))
    return {entry.event.about.message.message.id for entry in feed.queue}


def _heard_rooms(c: Cast) -> set[str | None]:
    """Of which rooms alice's feed has when all are told of."""
    feed = c.world.datafeeds.create(c.alice)
    for stream in c.world.streams.book:
        if stream.room:
            c.world.tell(c.bob.id, updated(stream))
    return {entry.event.stream for entry in feed.queue}


def _found_rooms(user: str) -> Callable[[Cast], set[str]]:
    return lambda c: {each.id for each in c.rooms.search(getattr(c, user), RoomSearch(query="desk"))[0]}


def _presences(c: Cast, *pairs: tuple[User, User]) -> set[tuple[int, int, str]]:
    """Who sees whom as what, but for those who are OFFLINE."""
    seen = {(viewer.id, other.id, c.world.presences.seen_by(viewer, other.id).category) for viewer, other in pairs}
    return {each for each in seen if each[2] != "OFFLINE"}


def _heirs(c: Cast) -> set[tuple[str, int]]:
    """Who owns the rooms of heidi when she is gone. The first in them are some who may not."""
    found = set()
    for name, public in (("Left", False), ("Left and public", True)):
        room = c.rooms.open(c.heidi, RoomAttributes(name=name, public=public))
        for user in (c.grace, c.acme_bot, c.without(c.frank, "canCreatePublicRoom"), c.bob):
            c.world.streams.seat(room, user.id)
        c.world.streams.memberships.drop((room.id, c.heidi.id))
        c.rooms.keep_owned(room, c.heidi)
        found |= {(name, seat.user) for seat in c.world.streams.members(room.id) if seat.owner}
    return found


def _streams(look: Callable[[Cast, str], Any]) -> Callable[[Cast], set[Any]]:
    """The streams for which a look-up is content."""

    def seen(c: Cast) -> set[Any]:
        return _each(lambda each: {each} if look(c, each) else set(), [stream.id for stream in c.world.streams.book])

    return seen


def _ids(things: Iterable[Any]) -> set[Any]:
    return {each.id for each in things}


LISTS: dict[str, tuple[str, Callable[[Cast], set[Any]]]] = {
    "streams of alice": ("streams.may_see_stream", lambda c: _ids(c.world.streams.listed(c.alice, inactive=True))),
    "streams of alice, for an administrator": (
        "streams.may_list_members",
        lambda c: _ids(c.world.admin.streams_of(c.acme_admin, c.alice.id, (), inactive=True)),
    ),
    "streams that ivan sees": (
        "streams.may_see_stream",
        _streams(lambda c, each: c.world.streams.seen_by(c.ivan, each)),
    ),
    "streams that heidi sees": (
        "streams.is_of_the_pod",
        _streams(lambda c, each: c.world.streams.seen_by(c.heidi, each)),
    ),
    "IMs of alice": ("streams.is_an_im_of", _streams(lambda c, each: c.world.streams.im_seen_by(c.alice, each))),
    "rooms that ivan sees": ("streams.may_see_room", _streams(lambda c, each: c.rooms.seen_by(c.ivan, each))),
    "rooms whose members ivan sees": (
        "streams.may_list_members",
        _streams(lambda c, each: c.rooms.members(c.ivan, each)),
    ),
    "rooms that alice finds": ("streams.may_find", _found_rooms("alice")),
    "rooms that ivan finds": ("streams.may_find", _found_rooms("ivan")),
    "rooms that heidi finds": ("streams.may_find", _found_rooms("heidi")),
    "messages of streams": ("messages.within_history", _messages),
    "messages that are searched for": ("streams.may_read", _searched),
    "messages in a feed": (
        "events.may_hear",
        _heard_messages,
    ),
    "changes of rooms in a feed": (
        "events.may_hear",
        _heard_rooms,
    ),
    "files": ("messages.content_shows", _files),
    "messages that content management suppresses": (
        "messages.is_of_the_pod",
        lambda c: _each(
            lambda each: {c.world.messages.suppress(c.heidi, each)[0].id}, list(c.world.messages.book.records)
        ),
    ),
    "messages that bob suppresses": (
        "messages.may_suppress",
        lambda c: _each(
            lambda each: {c.world.messages.suppress(c.bob, each)[0].id}, list(c.world.messages.book.records)
        ),
    ),
    "people that alice finds": (
        "people.directory_shows",
        lambda c: _ids(c.world.users.search(c.alice, Search(query=""))),
    ),
    "people that alice looks up": (
        "people.directory_shows",
        lambda c: _ids(c.world.users.look_up(c.alice, user_ids=[user.id for user in c.world.users.book])),
    ),
    "people by title": (
        "people.profile_shows",
        lambda c: _ids(
            user
            for title in ("Trader", "Sales")
            for user in c.world.users.search(c.alice, Search(query="", title=title))
        ),
    ),
    "people by a piece of the e-mail": (
        "people.profile_shows",
        lambda c: _ids(c.world.users.search(c.alice, Search(query=".example"))),
    ),
    "connections of alice": (
        "people.knows_of",
        lambda c: {each.user for each in c.world.connections.list(c.alice, STATUSES, None)},
    ),
    "connections that alice asks for": (
        "people.knows_of",
        lambda c: {each.user for each in c.world.connections.list(c.alice, STATUSES, [c.carol.id, c.dave.id])},
    ),
    "followers": (
        "people.directory_shows",
        lambda c: _each(
            lambda each: c.world.following.followers(c.bob, int(each), limit=9, before=None, after=None).users,
            [str(c.alice.id), str(c.carol.id)],
        ),
    ),
    "presences of the company": (
        "presence.may_see",
        lambda c: {each.user for each in c.world.presences.listed(c.acme_admin, None, 100)},
    ),
    "presences of the company, for alice": (
        "presence.may_list_all",
        lambda c: {each.user for each in c.world.presences.listed(c.alice, None, 9)},
    ),
    "presences in a feed": (
        "presence.may_see",
        lambda c: {
            each.user for each in c.world.presences.read_feed(c.alice, c.world.presences.create_feed(c.alice).id)
        },
    ),
    "presences in the feed of another": (
        "presence.owns_feed",
        lambda c: {each.user for each in c.world.presences.read_feed(c.bob, c.world.presences.create_feed(c.alice).id)},
    ),
    "presences of other companies": (
        "presence.may_see",
        lambda c: _presences(c, (c.bob, c.carol), (c.alice, c.carol), (c.alice, c.erin)),
    ),
    "signals of alice": ("signals.may_see", lambda c: _ids(c.world.signals.listed(c.alice))),
    "signals that carol sees": (
        "signals.may_see",
        lambda c: _each(lambda each: {c.world.signals.seen_by(c.carol, each).id}, list(c.world.signals.book.records)),
    ),
    "users of the pod": ("admin.is_of_the_pod", lambda c: _ids(c.world.admin.listed(c.acme_admin, 0, 100))),
    "users of the pod, for alice": ("admin.may", lambda c: _ids(c.world.admin.listed(c.alice, 0, 100))),
    "users with a role": (
        "admin.is_of_the_pod",
        lambda c: _ids(
            c.world.admin.found(c.acme_admin, role="INDIVIDUAL", entitlement=None, enabled=None, skip=0, limit=100)
        ),
    ),
    "heirs of rooms": ("rooms.may_inherit", _heirs),
}
"""The rule that decides, the one that a single thing is asked, and what is shown in the arranged world, as ids."""

PARTLY = {
    "streams.is_of_the_pod": "one's own streams are seen whoever made them",
    "presence.category_shows": "others see the presence none the less, as something else",
}
"""Rules that leave something in a list when they let nobody through, and why."""

BY_INDEX = {
    "people.knows_of": "a list of connections has those only who asked or were asked",
}
"""Rules without which no list shows more, because its candidates are those whom the rule lets through, and why."""
