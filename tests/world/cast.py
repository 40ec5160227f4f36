"""The demo world with short words for what tests do in it."""

from __future__ import annotations

from typing import Any

from emulator.world import World
from emulator.world.attachments import Upload
from emulator.world.messages import Content, Origin
from emulator.world.rooms import Rooms
from emulator.world.streams import RoomAttributes, Stream
from emulator.world.users import User

ORIGIN = Origin(session="s")
HELLO = Content(presentationml="<div>hello</div>", words=("hello",))
CSV = Upload(name="a.csv", content=b"x")


class Cast:
    """The demo world with short words for what scenarios do."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __getattr__(self, name: str) -> User:
        name = name.replace("_", "-")
        for company in self.world.companies.book:
            found = self.world.users.book.one_by("username", (company.id, name))
            if found is not None:
                return found
        raise AttributeError(name)

    def room(self, name: str) -> Stream:
        return next(stream for stream in self.world.streams.book if stream.room and stream.room.name == name)

    @property
    def rooms(self) -> Rooms:
        return self.world.rooms

    def without(self, user: User, *entitlements: str) -> User:
        return self.world.users.change(user, entitlements=user.entitlements - set(entitlements))

    def granted(self, user: User, *entitlements: str) -> User:
        return self.world.users.change(user, entitlements=user.entitlements | set(entitlements))

    def im(self, *users: User) -> Stream:
        return self.world.streams.open_im(users[0], tuple(sorted(user.id for user in users)))

    def say(self, user: User, stream: Stream, content: Content = HELLO, *uploads: Upload) -> Any:
        writable = self.world.streams.writable_by(user, stream.id, files=bool(uploads))
        return self.world.messages.post(user, writable, content, ORIGIN, uploads)

    def new_room(self, owner: User, name: str = "New", **attributes: Any) -> Stream:
        return self.rooms.create(owner, RoomAttributes(name=name, **attributes))

    def disable(self, user: User) -> User:
        return self.world.users.change(user, enabled=False)

    def officer(self) -> User:
        roles = {"USER_PROVISIONING", "COMPLIANCE_OFFICER", "CONTENT_MANAGEMENT"}
        return self.world.users.change(self.heidi, roles=self.heidi.roles | roles)

    def signal(self, owner: User, **changes: Any) -> Any:
        given = {"name": "s", "query": "HASHTAG:rates", "visible": True, "company_wide": False, **changes}
        return self.world.signals.create(owner, **given)


def arrange(c: Cast) -> None:
    """Put something into each list, and something that one rule alone keeps out of it."""
    world = c.world
    world.users.change(c.dave, entitlements=frozenset())  # whom the directory shows to nobody of another company
    world.connections.set(c.dave, c.alice, "PENDING")
    world.connections.set(c.bob, c.carol, "ACCEPTED")
    late = c.new_room(c.bob, "Late Desk")
    c.say(c.bob, late, HELLO, CSV)
    c.rooms.add(c.bob, late.id, c.alice.id)
    c.say(c.bob, late, HELLO, CSV)
    world.messages.suppress(c.alice, c.say(c.alice, late, HELLO, CSV).id)
    world.set(replaced_versions="absent")
    world.messages.update(c.alice, late, c.say(c.alice, late).id, HELLO, ORIGIN)
    shared = c.new_room(c.bob, "Shared Desk")
    world.streams.seat(shared, c.alice.id)
    c.say(c.bob, shared)
    world.streams.seat(shared, c.ivan.id)  # an information barrier came later
    world.messages.load(c.ivan, shared, HELLO, ORIGIN, world.clock.now())
    closed = c.new_room(c.alice, "Closed Desk")
    c.say(c.alice, closed, HELLO, CSV)
    c.rooms.set_active(c.alice, closed.id, False)
    c.say(c.heidi, c.new_room(c.heidi, "Hidden Desk"))
    c.say(c.carol, c.new_room(c.carol, "Far Desk", discoverable=True))
    for user, category in ((c.alice, "BUSY"), (c.bob, "DO_NOT_DISTURB"), (c.carol, "DO_NOT_DISTURB")):
        world.presences.set(user, category)
    world.connections.set(c.alice, c.erin, "REJECTED")
    world.presences.set(c.erin, "BUSY")
    world.presences.register(c.bob, [c.carol.id])
    world.presences.register(c.alice, [c.erin.id])
    world.following.follow(c.bob, c.alice.id, [c.bob.id], acting=True)
    world.following.follow(c.carol, c.carol.id, [c.erin.id], acting=True)
    c.signal(c.alice)
    c.signal(c.granted(c.bob, "canCreatePushedSignals"), company_wide=True)
    world.users.change(c.heidi, roles=c.heidi.roles | {"COMPLIANCE_OFFICER"})
