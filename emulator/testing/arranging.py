"""What a test reads of the world and arranges in it, in words: `pod.users["bob"]`, `pod.say("bob", room, "hello")`.

None of it is a call: it is not in the journal and not in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from emulator.access.permissions import ACT_AS_USER, is_permission
from emulator.control.parts import stream_of, user_of
from emulator.rendering import as_messageml, render
from emulator.seeding.behaving import THE_SENDER, checker, meant
from emulator.world.errors import Invalid, Unknown
from emulator.world.messages import Message, Origin
from emulator.world.policy import admin as policy
from emulator.world.streams import Stream
from emulator.world.users import User

if TYPE_CHECKING:
    from emulator.seeding.kinds import Who
    from emulator.seeding.parts import DoPart
    from emulator.world.apps import App
    from emulator.world.behaviours import Behaviour
    from emulator.world.world import World

T = TypeVar("T")


class Pod(Protocol):
    """The emulator, as far as it is needed here."""

    @property
    def world(self) -> World: ...

    def do(self, work: Callable[[], T]) -> T: ...


class Named(Mapping[str, T]):
    """Things by their names. KeyError for a name that nothing has, with the one most like it."""

    def __init__(self, pod: Pod, what: str, find: Callable[[str], T], names: Callable[[], list[str]]) -> None:
        self._pod, self._what, self._find, self._names = pod, what, find, names

    def __getitem__(self, name: str) -> T:
        try:
            return self._pod.do(lambda: self._find(name))
        except Unknown:
            near = get_close_matches(name, self._names(), 1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            raise KeyError(f"there is no {self._what} '{name}'{hint}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._pod.do(self._names))

    def __len__(self) -> int:
        return len(self._pod.do(self._names))


def users(pod: Pod) -> Named[User]:
    """The users of all companies, by username, e-mail or id."""
    return Named(
        pod,
        "user",
        lambda name: user_of(pod.world, name),
        lambda: [user.username for user in pod.world.users.book],
    )


def rooms(pod: Pod) -> Named[Stream]:
    """The rooms, by name or id."""
    return Named(
        pod,
        "room",
        lambda name: stream_of(pod.world, name),
        lambda: [stream.room.name for stream in pod.world.streams.book if stream.room],
    )


def apps(pod: Pod) -> Named[App]:
    """The apps, by id."""
    return Named(pod, "app", pod.world.apps.get, lambda: [app.id for app in pod.world.apps.book])


class UserOfPod:
    """A user whose entitlements a test changes."""

    def __init__(self, pod: Pod, name: str) -> None:
        self._pod, self._id = pod, users(pod)[name].id

    @property
    def now(self) -> User:
        """The user as they are now."""
        return self._pod.do(lambda: self._pod.world.users.get(self._id))

    def grant(self, *entitlements: str) -> UserOfPod:
        return self._change(lambda held: held | set(entitlements), entitlements)

    def revoke(self, *entitlements: str) -> UserOfPod:
        return self._change(lambda held: held - set(entitlements), entitlements)

    def _change(self, change: Callable[[frozenset[str]], frozenset[str]], named: tuple[str, ...]) -> UserOfPod:
        def work() -> None:
            policy.entitlements_exist(dict.fromkeys(named, True))
            user = self._pod.world.users.get(self._id)
            self._pod.world.users.change(user, entitlements=change(user.entitlements))

        self._pod.do(work)
        return self


class AppOfPod:
    """An app whose permissions a test changes. ACT_AS_USER stays unless it is revoked by its name."""

    def __init__(self, pod: Pod, app_id: str) -> None:
        self._pod, self._id = pod, apps(pod)[app_id].id

    @property
    def now(self) -> App:
        """The app as it is now."""
        return self._pod.do(lambda: self._pod.world.apps.get(self._id))

    def grant(self, *permissions: str) -> AppOfPod:
        return self._change(lambda held: held | set(permissions), permissions)

    def revoke(self, *permissions: str) -> AppOfPod:
        return self._change(lambda held: held - set(permissions), permissions)

    def only(self, *permissions: str) -> AppOfPod:
        """These permissions and no others but ACT_AS_USER."""
        return self._change(lambda held: frozenset({ACT_AS_USER, *permissions}), permissions)

    def _change(self, change: Callable[[frozenset[str]], frozenset[str]], named: tuple[str, ...]) -> AppOfPod:
        for name in named:
            if not is_permission(name):
                raise Invalid(f"'{name}' is no permission: capitals, digits and _ are allowed, 64 at most")

        def work() -> None:
            app = self._pod.world.apps.get(self._id)
            self._pod.world.apps.change(app, permissions=change(app.permissions))

        self._pod.do(work)
        return self


class When:
    """A condition, and what somebody does when it comes true. What can be done: docs/worlds.md."""

    def __init__(self, pod: Pod, part: dict[str, Any]) -> None:
        self._pod, self._part = pod, part

    def reply(self, user: str, text: str) -> Behaviour:
        """Somebody answers in the same stream: with MessageML, or with text."""
        return self.do({"as": user, "send": text})

    def accept(self, user: str, other: str = THE_SENDER) -> Behaviour:
        """Somebody accepts the connection that another user asked for."""
        return self.do({"as": user, "acceptConnection": other})

    def do(self, *deeds: DoPart) -> Behaviour:
        """Deeds one after the other, as world files have them; KeyError for a user or a room that is not there."""
        part = checker().validate_python({**self._part, "do": list(deeds)})
        behaviour = meant(part, _Names(self._pod))
        return self._pod.do(lambda: self._pod.world.behaviours.add(behaviour))


class _Names:
    """What names mean in the pod, a KeyError where they mean nothing."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod

    def user(self, who: Who, *_: str | int) -> int:
        return users(self._pod)[str(who)].id

    def stream(self, which: str, *_: str | int) -> str:
        return rooms(self._pod)[which].id


def when(pod: Pod, happens: dict[str, Any], after_ms: int, times: int | None, chain: bool) -> When:
    """The condition, in which what is None is not asked."""
    conditions = {name: value for name, value in happens.items() if value is not None}
    part = {"when": conditions, "afterMs": after_ms, "chain": chain}
    return When(pod, part if times is None else {**part, "times": times})


def stream(pod: Pod, which: str | Stream) -> Stream:
    return which if isinstance(which, Stream) else rooms(pod)[which]


def connect(pod: Pod, one: str, other: str, status: str, silent: bool) -> None:
    found = users(pod)
    first, second = found[one], found[other]
    if first.company_id == second.company_id:
        raise Invalid(f"'{one}' and '{other}' are colleagues, who need no connection")

    def work() -> None:
        with pod.world.arranged(silent=silent):
            if status == "NONE":
                pod.world.connections.forget(first, second)
            else:
                pod.world.connections.set(first, second, status)

    pod.do(work)


def say(pod: Pod, user: str, room: str | Stream, text: str, silent: bool) -> Message:
    sender, where = users(pod)[user], stream(pod, room)

    def work() -> Message:
        world = pod.world
        content = render(world, sender, as_messageml(text), None)
        with world.arranged(silent=silent):
            return world.messages.post(sender, world.streams.book[where.id], content, Origin(session=world.ids.uuid()))

    return pod.do(work)


def messages(pod: Pod, room: str | Stream) -> list[Message]:
    where = stream(pod, room)

    def work() -> list[Message]:
        stamps, first, last = pod.world.messages.timeline.between(where.id, 0, None)
        return [pod.world.messages.book[stamps[at][2]] for at in range(first, last)]

    return pod.do(work)
