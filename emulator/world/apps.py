"""Apps: what may act on behalf of users, with which permissions, and for whom it is installed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.world.books import Book
from emulator.world.errors import Invalid, UnknownApp
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

ACT_AS_USER = "ACT_AS_USER"


@record
class App:
    """An app of the pod. `installed_for` is None when it is installed for every user of the pod."""

    id: str
    name: str
    permissions: frozenset[str] = frozenset({ACT_AS_USER})
    enabled: bool = True
    installed_for: frozenset[int] | None = None
    public_key: str | None = None
    previous_key: str | None = None
    previous_key_until: int | None = None
    created_at: int = 0
    updated_at: int = 0

    def installed(self, user: User) -> bool:
        return self.installed_for is None or user.id in self.installed_for


class Apps:
    """The apps of the pod, by id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, App] = Book()

    def get(self, app_id: str) -> App:
        app = self.book.get(app_id)
        if app is None:
            raise UnknownApp(f"no app has the id '{app_id}'")
        return app

    def add(self, app: App) -> App:
        if not app.id or ":" in app.id:
            raise Invalid(f"the app id '{app.id}' is empty or holds a colon, which production refuses at login")
        if app.id in self.book:
            raise Invalid(f"there is an app '{app.id}' already")
        now = self._world.clock.now()
        return self.book.put(app.id, replace(app, created_at=app.created_at or now, updated_at=app.updated_at or now))

    def change(self, app: App, **changes: Any) -> App:
        return self.book.put(app.id, replace(app, updated_at=self._world.clock.now(), **changes))
