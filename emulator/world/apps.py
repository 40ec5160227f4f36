"""Apps: what may act on behalf of users, with which permissions, and for whom it is installed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.world.books import Book
from emulator.world.changes import AppChanged, AppCreated, AppDeleted, AppDisabled, AppInstalled, AppKeyRevoked
from emulator.world.errors import Invalid, UnknownApp
from emulator.world.keys import takes_a_key
from emulator.world.record import Name, Time, record
from emulator.world.users import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.world.users import User
    from emulator.world.world import World

ACT_AS_USER = "ACT_AS_USER"


@record
class App:
    """An app of the pod. `automatic` apps are installed for everybody who has no other choice of their own, `listed`
    ones are shown in the app store. Times in ms."""

    id: Name
    name: Name
    permissions: frozenset[str] = frozenset({ACT_AS_USER})
    enabled: bool = True
    automatic: bool = True
    listed: bool = True
    url: str | None = None
    domain: str | None = None
    publisher: str | None = None
    description: str | None = None
    icon_url: str | None = None
    allow_origins: str | None = None
    certificate: str | None = None
    notification: tuple[str, str] | None = None
    properties: tuple[tuple[str, str], ...] = ()
    public_key: str | None = None
    previous_key: str | None = None
    previous_key_until: Time | None = None
    created_at: Time = 0
    updated_at: Time = 0


@record
class Product:
    """A product of an app that a user may be subscribed to."""

    name: str
    type: str
    subscribed: bool
    sku: str | None = None


@record
class Installation:
    """What was chosen for one user and one app. None: as the app is for everybody."""

    user: int
    app: str
    install: bool | None = None
    listed: bool | None = None
    products: tuple[Product, ...] = ()


class Apps:
    """The apps of the pod, by id, and what was chosen for single users."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, App] = Book("apps", App, lambda app: app.id)
        self.installations: Book[tuple[int, str], Installation] = Book(
            "installations",
            Installation,
            lambda chosen: (chosen.user, chosen.app),
            refers={"user": "users", "app": "apps"},
            app=lambda chosen: (chosen.app,),
        )

    def get(self, app_id: str) -> App:
        app = self.book.get(app_id)
        if app is None:
            raise UnknownApp(f"no app has the id '{app_id}'")
        return app

    def installed(self, app: App, user: User) -> bool:
        """Whether the app is installed for the user."""
        chosen = self.installations.get((user.id, app.id))
        return app.automatic if chosen is None or chosen.install is None else chosen.install

    def people(self, app: App, *, installed: bool | None = None) -> list[Installation]:
        """What each user of the pod who is not a service account has of an app, by id; with `installed` only those who
        have it, or who have it not."""
        users = self._world.users.book.by("company", self._world.companies.home.id)
        people = sorted(user.id for user in users if user.account_type != SYSTEM)
        found = [self.installations.get((user, app.id)) or Installation(user=user, app=app.id) for user in people]
        if installed is None:
            return found
        return [each for each in found if (app.automatic if each.install is None else each.install) == installed]

    def add(self, app: App, *, by: int = 0) -> App:
        if not app.id or ":" in app.id:
            raise Invalid(f"the app id '{app.id}' is empty or holds a colon, which production refuses at login")
        if app.id in self.book:
            raise Invalid(f"there is an app '{app.id}' already")
        now = self._world.clock.now()
        fresh = replace(app, created_at=app.created_at or now, updated_at=app.updated_at or now)
        self.book.put(app.id, fresh)
        self._world.tell(by, AppCreated(app=fresh))
        return fresh

    def change(self, app: App, *, by: int = 0, **changes: Any) -> App:
        """An app with some attributes changed. Sessions hear of it when it can no longer log in as it did."""
        now = self._world.clock.now()
        changed = self.book.put(app.id, replace(app, updated_at=now, **changes))
        if app.enabled and not changed.enabled:
            self._world.tell(by, AppDisabled(app=changed))
        if takes_a_key(app, changed, now):
            self._world.tell(by, AppKeyRevoked(app=changed))
        self._world.tell(by, AppChanged(app=changed))
        return changed

    def delete(self, app: App, *, by: int = 0) -> None:
        """Take an app out of the pod, with what was chosen for users."""
        for key in tuple(self.installations.keys_by("app", app.id)):
            self.installations.drop(key)
        self.book.drop(app.id)
        self._world.tell(by, AppDisabled(app=app))
        self._world.tell(by, AppDeleted(app=app))

    def install_for(self, app: App, users: Iterable[int] | None) -> App:
        """Install an app for exactly these users, or for everybody."""
        for key in tuple(self.installations.keys_by("app", app.id)):
            self.installations.drop(key)
        for user in users or ():
            self.choose(Installation(user=user, app=app.id, install=True))
        return self.change(app, automatic=users is None)

    def choose(self, chosen: Installation, *, by: int = 0) -> Installation:
        """What one user has of an app."""
        self.installations.put((chosen.user, chosen.app), chosen)
        self._world.tell(by, AppInstalled(installation=chosen))
        return chosen
