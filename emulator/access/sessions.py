"""Sessions: their tokens, whom they speak for, and how long they live.

They belong to the wire, not to the world: when a world is reset or restored, the tokens of users and apps that still
exist stay good.
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Literal

from emulator.access.errors import NoSession
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.access.signing import PodKey
    from emulator.world.events import Event
    from emulator.world.world import World

Kind = Literal["app", "obo", "bot"]
_HOUR = 3_600_000
COMMON_LIFE = 300
"""How long (s) a common JWT lives."""
_ENDING = {
    "user deactivated": ("user", "the user was deactivated or suspended"),
    "user key revoked": ("user", "a key of the account was revoked"),
    "app disabled": ("app", "the app was disabled or deleted"),
    "app key revoked": ("app", "a key of the app was revoked"),
}
"""The events that end sessions, whose, and what their tokens are told from then on."""
_REMEMBERED = 1_000


@record
class Session:
    """A login. `app` for the app itself, `obo` for a user through an app, `bot` for an account of its own."""

    kind: Kind
    token: str
    user: int | None
    app: str | None
    created_at: int
    expires_at: int
    id: str


class Sessions:
    """The live sessions of one world, by token."""

    def __init__(self, world: World, pod_key: PodKey) -> None:
        self._world = world
        self._pod_key = pod_key
        self._by_token: dict[str, Session] = {}
        self._key_manager: dict[str, tuple[int, int]] = {}
        self._common: dict[str, tuple[str, int]] = {}
        """Common JWTs: the session token that each stands for, and until when (ms)."""
        self._ended: dict[str, tuple[Session, str]] = {}
        """Sessions that the world ended, the last thousand, and why."""
        world.events.listen(self._heard)

    def open(self, kind: Kind, *, subject: str, user: int | None = None, app: str | None = None) -> Session:
        """A new session, with a token as production writes it (reference/auth.md 2.2)."""
        now = self._world.clock.now()
        session_id = os.urandom(48).hex() + f"{now:016x}{user or 0:016x}"
        token = self._pod_key.sign(
            {"sub": subject, "iss": "symphony", "sessionId": session_id, "userId": str(user or 0)}, "RS512"
        )
        session = Session(
            kind=kind,
            token=token,
            user=user,
            app=app,
            created_at=now,
            expires_at=now + self._world.settings.session_hours * _HOUR,
            id=str(uuid.uuid4()),
        )
        self._by_token[token] = session
        if user is not None:
            self._world.users.logged_in(self._world.users.get(user))
        return session

    def find(self, token: str) -> Session:
        """The live session of a token; NoSession when it is unknown, ended or expired."""
        if token in self._common:
            token, until = self._common[token]
            if self._world.clock.now() >= until:
                raise NoSession("the authorization token has expired: get a new one from /login/idm/tokens")
        session = self._by_token.get(token)
        if session is None:
            if token in self._ended:
                raise NoSession(f"the session was ended: {self._ended[token][1]}")
            raise NoSession("the session token is unknown: it was never given out, or the session was ended")
        if self._world.clock.now() >= session.expires_at:
            del self._by_token[token]
            raise NoSession("the session has expired")
        return session

    def open_common(self, session: Session) -> str:
        """A common JWT that stands for a session for five minutes, and ends with it (reference/auth.md 2.4)."""
        now = self._world.clock.now()
        claims = {
            "exp": now // 1000 + COMMON_LIFE,
            "sub": str(session.user),
            "ext_pod_id": (session.user or 0) >> 36,
            "policy_id": "app",
            "entitlements": "",
            "jti": os.urandom(12).hex(),
        }
        token = self._pod_key.sign(claims, "RS256", {"kid": self._pod_key.kid})
        for old, (_, until) in list(self._common.items()):
            if now < until:
                break
            del self._common[old]
        self._common[token] = session.token, now + COMMON_LIFE * 1000
        return token

    def end(self, token: str) -> None:
        """Log out."""
        self._by_token.pop(token, None)

    def of_user(self, user: int) -> list[Session]:
        """The live sessions in which this user is the one acted for, oldest first."""
        now = self._world.clock.now()
        return [each for each in self._by_token.values() if each.user == user and now < each.expires_at]

    def _heard(self, event: Event) -> None:
        """Who can no longer log in as they did is logged out for good, also when it is allowed again later."""
        if event.kind not in _ENDING:
            return
        whose, why = _ENDING[event.kind]
        for token, session in list(self._by_token.items()):
            if getattr(session, whose) == event.about:
                self._ended[token] = self._by_token.pop(token), why
        while len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]
        if whose == "user":
            for token, (user, _) in list(self._key_manager.items()):
                if user == event.about:
                    del self._key_manager[token]

    def end_all(self) -> None:
        self._by_token.clear()
        self._ended.clear()
        self._key_manager.clear()

    def open_key_manager(self, user: int) -> str:
        """A key manager token: opaque hex that begins with 0100 (reference/auth.md 2.3)."""
        token = "0100" + os.urandom(64).hex()
        self._key_manager[token] = (user, self._world.clock.now() + self._world.settings.session_hours * _HOUR)
        return token

    def check_key_manager(self, token: str, user: int) -> None:
        """NoSession unless this is a live key manager token of the user."""
        owner, expires_at = self._key_manager.get(token, (None, 0))
        if owner != user or self._world.clock.now() >= expires_at:
            raise NoSession("a bot calls the agent with its own keyManagerToken, and this one is missing or dead")

    def end_key_manager(self, token: str) -> bool:
        """End a key manager token; whether there was one."""
        return self._key_manager.pop(token, None) is not None

    def forget_the_gone(self) -> None:
        """After a reset or restore: end the sessions of users and apps that no longer exist. What the world ended is
        undone like all else that happened in it."""
        self._by_token |= {token: session for token, (session, _) in self._ended.items()}
        self._ended.clear()
        users, apps = self._world.users.book, self._world.apps.book
        for token, session in list(self._by_token.items()):
            if (session.user is not None and session.user not in users) or (
                session.app is not None and session.app not in apps
            ):
                del self._by_token[token]
