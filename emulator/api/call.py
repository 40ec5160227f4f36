"""Call: what an endpoint function is given, and the few things that it answers besides a shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.api.judging import caller, permit
from emulator.world import ids
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from emulator.access.caller import Caller
    from emulator.api.forms import Form
    from emulator.stage.stage import Stage
    from emulator.table.table import Endpoint
    from emulator.world.users import User
    from emulator.world.world import World

MAX_LONG = 2**63 - 1


def address(scope: Any) -> str:
    """The address of the pod: the one that it advertises, or else that by which the client called."""
    if "emulator.base" in scope:
        return str(scope["emulator.base"])
    host = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")
    return f"{scope.get('scheme', 'http')}://{host or '127.0.0.1'}"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An answer that is not simply 200 with JSON. `body` is a shape for JSON, bytes as they are, or None for none."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/json"


class Left(Exception):
    """The client went away while its call waited: nothing is taken for it, and nothing answered."""


@dataclass(slots=True)
class Call:
    """One call: who calls (`caller`, absent where no session is needed), and what was sent, parsed."""

    stage: Stage
    endpoint: Endpoint
    scope: Any
    path: dict[str, str]
    who: Caller | None = None
    query: Any = None
    body: Any = None
    form: Form | None = None
    notes: list[str] = field(default_factory=list)
    about_app: str | None = None
    """Where there is no caller: the app and the user that a login is about, for the journal."""
    about_user: str | None = None
    left: bool = False
    """Whether the client went away while its call waited."""
    on_left: Callable[[], None] | None = None

    @property
    def world(self) -> World:
        return self.stage.world

    @property
    def caller(self) -> Caller:
        assert self.who is not None
        return self.who

    @property
    def user(self) -> User:
        """The user in session, in whose name everything is asked."""
        return self.caller.user

    def judge(self) -> None:
        """Ask again who calls and whether they may, after a wait; NoSession or PermissionMissing as at the start."""
        self.who = caller(self.stage, self.scope["headers"], self.endpoint)
        permit(self.stage, self.who, self.endpoint)

    def number(self, name: str) -> int:
        """A user id (or another number) out of the path; Invalid when it is none."""
        text = self.path[name]
        if not text.isascii() or not text.isdigit() or int(text[:20]) > MAX_LONG:
            raise Invalid(f"'{text[:40]}' is not a {name}")
        return int(text)

    def id(self, name: str) -> str:
        """A stream or message id out of the path, in the form that the world uses."""
        return ids.url_safe(self.path[name])

    def header(self, name: bytes) -> str:
        """A request header by its lower-case name, "" where it was not sent."""
        for key, value in self.scope["headers"]:
            if key == name:
                return str(value.decode("latin-1"))
        return ""
