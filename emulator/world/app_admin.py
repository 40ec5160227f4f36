"""What administrators do to apps: make and change them, and say for whom they are (production/auth.md 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.world.apps import App, Installation
from emulator.world.keys import rotated
from emulator.world.policy import admin as policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.world.keys import KeyChange
    from emulator.world.users import User
    from emulator.world.world import World


class AppAdministration:
    """What administrators may see of apps and do to them. The apps are in `apps`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def seen_by(self, user: User, app_id: str) -> App:
        """An app with all that administrators know of it; UnknownApp where there is none."""
        policy.may(user, "VIEW_APPS")
        return self._world.apps.get(app_id)

    def create(self, user: User, app_id: str, attributes: Mapping[str, Any], key: KeyChange) -> App:
        """A new app, which nobody can use before it is enabled and installed."""
        policy.may(user, "CREATE_APPS")
        app = App(**{"name": app_id, **attributes, "id": app_id, "enabled": False, "automatic": False, "listed": False})
        policy.app_is_sound(app)
        if key:
            app = replace(app, **rotated(self._world, app, key))
        return self._world.apps.add(app, by=user.id)

    def update(self, user: User, app_id: str, attributes: Mapping[str, Any], key: KeyChange) -> App:
        """An app with these attributes changed."""
        policy.may(user, "MODIFY_APPS")
        app = self._world.apps.get(app_id)
        changes = {**attributes, **(rotated(self._world, app, key) if key else {})}
        policy.app_is_sound(replace(app, **changes))
        return self._world.apps.change(app, by=user.id, **changes)

    def delete(self, user: User, app_id: str) -> None:
        """Take an app out of the pod; its sessions end."""
        policy.may(user, "MODIFY_APPS")
        self._world.apps.delete(self._world.apps.get(app_id), by=user.id)

    # --- for whom apps are ---

    def entitled_in_pod(self, user: User) -> list[App]:
        """The apps of the pod, for who may see what the company has of them."""
        policy.may(user, "VIEW_APPS_ENTITLEMENTS")
        return list(self._world.apps.book)

    def entitle_pod(self, user: User, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> list[App]:
        """Enable, list and install apps for the company; all the apps afterwards."""
        policy.may(user, "MODIFY_APPS_ENTITLEMENTS")
        found = [(self._world.apps.get(app_id), attributes) for app_id, attributes in changes]
        for app, attributes in found:
            policy.app_is_sound(replace(app, **attributes))
        for app, attributes in found:
            self._world.apps.change(app, by=user.id, **attributes)
        return list(self._world.apps.book)

    def entitled(self, user: User, target_id: int) -> list[tuple[App, Installation]]:
        """The apps with what a user has of each."""
        policy.may(user, "VIEW_USER_APPS_ENTITLEMENTS")
        target = self._world.users.get(target_id)
        policy.is_of_the_pod(user, target)
        return self._of(target)

    def entitle(
        self, user: User, target_id: int, changes: Iterable[tuple[str, Mapping[str, Any]]]
    ) -> list[tuple[App, Installation]]:
        """Change what a user has of some apps; what they have of all afterwards."""
        policy.may(user, "MODIFY_USER_APPS_ENTITLEMENTS")
        target = self._world.users.get(target_id)
        policy.is_of_the_pod(user, target)
        apps = self._world.apps
        chosen = []
        for app_id, attributes in changes:
            app = apps.get(app_id)
            before = apps.installations.get((target.id, app.id)) or Installation(user=target.id, app=app.id)
            chosen.append(replace(before, **attributes))
        for each in chosen:
            apps.choose(each, by=user.id)
        return self._of(target)

    def _of(self, target: User) -> list[tuple[App, Installation]]:
        apps = self._world.apps
        nothing = Installation(user=target.id, app="")
        return [(app, apps.installations.get((target.id, app.id)) or nothing) for app in apps.book]
