"""Extension apps: the pair of tokens by which app and pod know each other, and the JWT that tells the app who its user
is (production/auth.md, A4 and 3.1)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.access import login
from emulator.access.errors import LoginRefused
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from emulator.access.signing import PodKey
    from emulator.world.apps import App
    from emulator.world.users import User
    from emulator.world.world import World

LIFE = 5 * 60_000
JWT_LIFE = 5 * 60
LONGEST_TOKEN = 1_000
_MOST_PAIRS = 10_000
ISSUER = "Symphony Communication Services LLC."


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The token that an app chose, the one that the pod answered, and until when (ms) they hold."""

    app: str
    app_token: str
    symphony_token: str
    expires_at: int


class Pairs:
    """The live pairs of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pairs: dict[tuple[str, str], Pair] = {}

    def open(self, app: App, app_token: str) -> Pair:
        """A new pair for a token that the app chose; Invalid for one that is empty or too long."""
        if not app_token.strip() or len(app_token) > LONGEST_TOKEN:
            raise Invalid(f"appToken has between 1 and {LONGEST_TOKEN} characters")
        pair = Pair(app.id, app_token, os.urandom(64).hex(), self._world.clock.now() + LIFE)
        self._pairs.pop((app.id, app_token), None)
        self._pairs[app.id, app_token] = pair
        while len(self._pairs) > _MOST_PAIRS:
            del self._pairs[next(iter(self._pairs))]
        return pair

    def forget_the_gone(self) -> None:
        """After a reset or restore: forget the pairs of apps that no longer exist."""
        apps = self._world.apps.book
        self._pairs = {key: pair for key, pair in self._pairs.items() if pair.app in apps}

    def find(self, app: App, app_token: str) -> Pair:
        """The live pair of an app's token; LoginRefused where there is none."""
        pair = self._pairs.get((app.id, app_token))
        if pair is None or self._world.clock.now() >= pair.expires_at:
            raise LoginRefused(f"app '{app.id}' has no live pair with this appToken: authenticate the extension app")
        return pair


def user_jwt(world: World, pod_key: PodKey, app: App, user: User) -> str:
    """The JWT by which the pod tells an extension app who its user is; LoginRefused unless it may act for them."""
    login.check_acting(world, app, user)
    names: dict[str, Any] = {
        "firstName": user.first_name,
        "lastName": user.last_name,
        "title": user.title,
        "location": user.location,
    }
    claims = {
        "iss": ISSUER,
        "sub": user.id,
        "aud": app.id,
        "exp": world.clock.now() // 1000 + JWT_LIFE,
        "user": {
            "id": user.id,
            "emailAddress": user.email,
            "username": user.email,  # so since release 1.55.3
            "displayName": user.display_name,
            "company": world.companies.of(user.company_id).name,
            "companyId": str(user.company_id),
            "avatarUrl": "../avatars/static/150/default.png",
            "avatarSmallUrl": "../avatars/static/50/default.png",
            **{name: value for name, value in names.items() if value},
        },
    }
    return pod_key.sign_json(claims, "RS512")
