"""Sessions: their tokens, whom they speak for, and how long they live.

They belong to the wire, not to the world: when a world is reset or restored, the tokens of users and apps that still
exist stay good.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

from emulator.access.errors import NoSession
from emulator.world.books import Book, books_of
from emulator.world.ids import pod_of
from emulator.world.record import record

if TYPE_CHECKING:
    from emulator.access.signing import PodKey
    from emulator.world.eventlog import Event
    from emulator.world.world import World

Kind = Literal["app", "obo", "bot"]
_HOUR = 3_600_000
COMMON_LIFE = 300
"""How long (s) a common JWT lives."""
_TIDIED = 100
"""So many of the oldest sessions are looked at when a new one is opened: who has expired goes."""


@record
class Session:
    """A login. `app` for the app itself, `obo` for a user through an app, `bot` for an account of its own. `ended` says
    why the world ended it, if it did; `counterpart` that its user may be of another pod."""

    kind: Kind
    token: str
    user: int | None
    app: str | None
    created_at: int
    expires_at: int
    id: str
    ended: str | None = None
    counterpart: bool = False


@record
class Ticket:
    """A token besides that of a session: of the key manager, or a common JWT that stands for the session `session`."""

    token: str
    user: int
    session: str | None
    expires_at: int


class Sessions:
    """The sessions of one world, by token."""

    def __init__(self, world: World, pod_key: PodKey, on_end: Callable[[], None]) -> None:
        """`on_end` is called when sessions have ended before their time."""
        self._world, self._on_end = world, on_end
        self._pod_key = pod_key
        self.book: Book[str, Session] = Book(
            "sessions",
            Session,
            lambda session: session.token,
            user=lambda session: (session.user,),
            app=lambda session: (session.app,),
        )
        self.tickets: Book[str, Ticket] = Book(
            "tickets",
            Ticket,
            lambda ticket: ticket.token,
            user=lambda ticket: (ticket.user,),
        )
        self.books = books_of(self, world.undo)
        world.events.listen(self._heard)

    def open(
        self, kind: Kind, *, subject: str, user: int | None = None, app: str | None = None, counterpart: bool = False
    ) -> Session:
        """A new session, with a token as production writes it (production/auth.md 2.2)."""
        now = self._world.clock.now()
        self._tidy(now)
        session_id = os.urandom(48).hex() + f"{now:016x}{user or 0:016x}"
        claims: dict[str, object] = {"sub": subject, "iss": "symphony"}
        if kind == "obo" and app is not None:
            acting = self._world.apps.get(app)
            claims |= {"appPermissions": sorted(acting.permissions), "appGroupId": app}
        claims |= {"sessionId": session_id, "userId": str(user or 0)}
        token = self._pod_key.sign(claims, "RS512", {"typ": ""})  # PyJWT leaves an empty typ out
        session = Session(
            kind=kind,
            token=token,
            user=user,
            app=app,
            created_at=now,
            expires_at=now + self._world.settings.session_hours * _HOUR,
            id=str(uuid.uuid4()),
            counterpart=counterpart,
        )
        if user is not None:
            self._world.users.logged_in(self._world.users.get(user))
        return self.book.put(token, session)

    def _tidy(self, now: int) -> None:
        for session in list(islice(self.book, _TIDIED)):
            if now >= session.expires_at:
                self.book.drop(session.token)
        for ticket in list(islice(self.tickets, _TIDIED)):
            if now >= ticket.expires_at:
                self.tickets.drop(ticket.token)

    def find(self, token: str) -> Session:
        """The live session of a token; NoSession when it is unknown, ended or expired."""
        session = self.book.get(token)
        if session is None:
            session = self._stood_for(token)
        if session.ended is not None:
            raise NoSession(f"the session was ended: {session.ended}")
        if self._world.clock.now() >= session.expires_at:
            raise NoSession("the session has expired")
        return session

    def _stood_for(self, token: str) -> Session:
        """The session that a common JWT stands for."""
        ticket = self.tickets.get(token)
        session = None if ticket is None or ticket.session is None else self.book.get(ticket.session)
        if ticket is None or session is None:
            raise NoSession("the session token is unknown: it was never given out, or the session was ended")
        if self._world.clock.now() >= ticket.expires_at:
            raise NoSession("the authorization token has expired: get a new one from /login/idm/tokens")
        return session

    def open_common(self, session: Session) -> str:
        """A common JWT that stands for a session for five minutes, and ends with it (production/auth.md 2.4)."""
        now = self._world.clock.now()
        user = session.user or 0
        claims = {
            "exp": now // 1000 + COMMON_LIFE,
            "sub": str(user),
            "ext_pod_id": pod_of(user),
            "policy_id": "app",
            "entitlements": "",
            "jti": os.urandom(12).hex(),
        }
        token = self._pod_key.sign(claims, "RS256", {"kid": self._pod_key.kid})
        until = now + COMMON_LIFE * 1000
        self.tickets.put(token, Ticket(token=token, user=user, session=session.token, expires_at=until))
        return token

    def end(self, token: str) -> None:
        """Log out."""
        if token in self.book:
            self.book.drop(token)
            self._on_end()

    def of_user(self, user: int) -> list[Session]:
        """The live sessions in which this user is the one acted for, oldest first."""
        now = self._world.clock.now()
        return [each for each in self.book.by("user", user) if each.ended is None and now < each.expires_at]

    def _heard(self, event: Event) -> None:
        """Who can no longer log in as they did is logged out for good, also when it is allowed again later."""
        if event.row.ends is None:
            return
        whose, why = event.row.ends
        gone = getattr(event.about, whose).id
        for session in self.book.by(whose, gone):
            self.book.put(session.token, replace(session, ended=why))
        if whose == "user":
            for ticket in self.tickets.by("user", gone):
                if ticket.session is None:
                    self.tickets.drop(ticket.token)
        self._on_end()

    def end_all(self) -> None:
        for session in list(self.book):
            self.book.drop(session.token)
        for ticket in list(self.tickets):
            self.tickets.drop(ticket.token)
        self._on_end()

    def open_key_manager(self, user: int) -> str:
        """A key manager token: 376 hex digits that begin with 0100 (production/auth.md 2.3)."""
        token = "0100" + os.urandom(186).hex()
        until = self._world.clock.now() + self._world.settings.session_hours * _HOUR
        self.tickets.put(token, Ticket(token=token, user=user, session=None, expires_at=until))
        return token

    def check_key_manager(self, token: str, user: int) -> None:
        """NoSession unless this is a live key manager token of the user."""
        ticket = self.tickets.get(token)
        live = ticket is not None and ticket.session is None and self._world.clock.now() < ticket.expires_at
        if ticket is None or not live or ticket.user != user:
            raise NoSession("a bot calls the agent with its own keyManagerToken, and this one is missing or dead")

    def end_key_manager(self, token: str) -> bool:
        """End a key manager token; whether there was one."""
        ticket = self.tickets.get(token)
        if ticket is None or ticket.session is not None:
            return False
        self.tickets.drop(token)
        self._on_end()
        return True

    def users(self) -> set[int]:
        """Whose tokens there are."""
        return {each.user for each in (*self.book, *self.tickets) if each.user is not None}

    def forget_the_gone(self, gone: Collection[int]) -> None:
        """After a reset or restore: end the sessions of users who are `gone`, or who are somebody else now, and of apps
        that no longer exist. What the world ended is undone like all else that happened in it."""
        apps = self._world.apps.book
        for session in list(self.book):
            if session.user in gone or (session.app is not None and session.app not in apps):
                self.book.drop(session.token)
            elif session.ended is not None:
                self.book.put(session.token, replace(session, ended=None))
        for ticket in list(self.tickets):
            if ticket.user in gone:
                self.tickets.drop(ticket.token)
