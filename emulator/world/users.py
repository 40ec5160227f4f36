"""Users: who they are, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from emulator.world import ids
from emulator.world.books import Book, Grams
from emulator.world.changes import UserChanged, UserCreated, UserDeactivated, UserKeyRevoked, UserLoggedIn
from emulator.world.entitlements import DEFAULT_ENTITLEMENTS, ENTITLEMENTS, ROLES, privileges_of
from emulator.world.errors import Invalid, UnknownUser
from emulator.world.keys import takes_a_key
from emulator.world.policy import allows, people
from emulator.world.portraits import Portrait
from emulator.world.record import Name, Time, one_of, record

if TYPE_CHECKING:
    from emulator.world.world import World

NORMAL, SYSTEM, SDL = "NORMAL", "SYSTEM", "SDL"
ACCOUNT_TYPES = (NORMAL, SYSTEM, SDL)


@record
class User:
    """A user with every attribute that the API knows. Times are in ms, `company_id` is the pod's."""

    id: int
    username: Name
    email: Name
    display_name: Name
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    department: str | None = None
    division: str | None = None
    location: str | None = None
    job_function: str | None = None
    work_phone: str | None = None
    mobile_phone: str | None = None
    two_factor_phone: str | None = None
    sms_number: str | None = None
    industries: tuple[str, ...] = ()
    asset_classes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    market_coverages: tuple[str, ...] = ()
    responsibilities: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    avatars: tuple[tuple[str, str], ...] = ()
    account_type: Annotated[str, one_of(ACCOUNT_TYPES)] = NORMAL
    enabled: bool = True
    suspended: bool = False
    suspended_until: Time | None = None
    suspension_reason: str | None = None
    roles: frozenset[Annotated[str, one_of(ROLES)]] = frozenset({"INDIVIDUAL"})
    entitlements: frozenset[Annotated[str, one_of(ENTITLEMENTS)]] = DEFAULT_ENTITLEMENTS
    accepts_connections: bool = False
    public_key: str | None = None
    previous_key: str | None = None
    previous_key_until: Time | None = None
    delegates: frozenset[int] = frozenset()
    created_by: int | None = None
    deactivated_at: Time | None = None
    last_login_at: Time | None = None
    created_at: Time = 0
    updated_at: Time = 0

    @property
    def company_id(self) -> int:
        return ids.pod_of(self.id)

    @property
    def privileges(self) -> frozenset[str]:
        return privileges_of(self.roles)

    def suspended_at(self, now: int) -> bool:
        """Whether the user is suspended at this time (ms)."""
        return self.suspended and (self.suspended_until is None or now < self.suspended_until)

    def may_act(self, now: int) -> bool:
        """Whether the account works at all: neither deactivated nor suspended."""
        return self.enabled and not self.suspended_at(now)


@record
class Search:
    """What a user search asks for: a piece of a name or e-mail, and attributes that must be equal (ignoring case)."""

    query: str | None = None
    title: str | None = None
    company: str | None = None
    location: str | None = None
    market_coverage: str | None = None
    responsibility: str | None = None
    function: str | None = None
    instrument: str | None = None
    account_types: tuple[str, ...] = (NORMAL, SYSTEM)

    @property
    def profile(self) -> dict[str, str]:
        """What is asked of attributes that not everybody sees."""
        asked = {
            "title": self.title,
            "location": self.location,
            "market_coverages": self.market_coverage,
            "responsibilities": self.responsibility,
            "functions": self.function,
            "instruments": self.instrument,
        }
        return {attribute: wanted for attribute, wanted in asked.items() if wanted}


def _text_of(user: User) -> str:
    """What a user is found by."""
    names = (user.first_name, user.last_name, user.display_name, user.email)
    return "\n".join(name for name in names if name)


def _fits(profile: dict[str, str], user: User) -> bool:
    for attribute, wanted in profile.items():
        value = getattr(user, attribute)
        if not _holds(wanted, value if isinstance(value, tuple) else (value,)):
            return False
    return True


def _holds(wanted: str | None, values: Iterable[str | None]) -> bool:
    if not wanted:
        return True
    wanted = wanted.casefold()
    return any(value is not None and value.casefold() == wanted for value in values)


def unknown(viewer: User, user_id: int) -> UnknownUser:
    """What is said of a user who is not there, and of one whom `viewer` may not see."""
    return UnknownUser(f"no user has the id {user_id}, or '{viewer.username}' may not see them")


def same_person(before: User | None, now: User | None) -> bool:
    """Whether somebody is who had the same id before the world was put back or replaced: another world may have given
    the id to somebody else."""
    if before is None or now is None:
        return False
    return before.created_at == now.created_at or before.username.casefold() == now.username.casefold()


class Users:
    """The users of all companies. E-mail and username are unique within a company only."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pictures: Book[int, Portrait] = Book(
            "pictures", Portrait, lambda picture: picture.user, refers={"user": "users"}
        )
        self.book: Book[int, User] = Book(
            "users",
            User,
            lambda user: user.id,
            refers={"company_id": "companies", "delegates": "users", "created_by": "users"},
            email=lambda user: ((user.company_id, user.email.casefold()), user.email.casefold()),
            username=lambda user: ((user.company_id, user.username.casefold()),),
            company=lambda user: (user.company_id,),
            role=lambda user: user.roles,
        )
        self.given: dict[int, int] = {}
        """By company the number of the last id that was given out. No part of a snapshot."""
        self.names: Grams[int, User] = self.book.also(Grams(_text_of))

    # --- changing ---

    def next_id(self, pod: int) -> int:
        """The id that the next user of this company gets: one that was never given out, whatever was restored."""
        number = max(self.book.count_by("company", pod), self.given.get(pod, 0)) + 1
        while ids.user_id(pod, number) in self.book:
            number += 1
        self.given[pod] = number
        return ids.user_id(pod, number)

    def add(self, user: User, *, by: int = 0) -> User:
        """Take a user in. Refused when the company has the name or the e-mail already."""
        self._must_be_free("username", user.username, user)
        self._must_be_free("email", user.email, user)
        now = self._world.clock.now()
        fresh = replace(user, created_at=user.created_at or now, updated_at=user.updated_at or now)
        self.book.put(fresh.id, fresh)
        self._world.tell(by, UserCreated(user=fresh))
        return fresh

    def change(self, user: User, *, by: int = 0, **changes: Any) -> User:
        """A user with some attributes changed."""
        now = self._world.clock.now()
        changed = replace(user, updated_at=now, **changes)
        if user.enabled != changed.enabled:
            changed = replace(changed, deactivated_at=None if changed.enabled else now)
        if changed.username.casefold() != user.username.casefold():
            self._must_be_free("username", changed.username, changed)
        if changed.email.casefold() != user.email.casefold():
            self._must_be_free("email", changed.email, changed)
        self.book.put(changed.id, changed)
        if user.enabled and not changed.enabled:
            self._world.streams.user_deactivated(changed)
        if user.may_act(now) and not changed.may_act(now):
            self._world.presences.gone(changed)
            self._world.tell(by, UserDeactivated(user=changed))
        if takes_a_key(user, changed, now):
            self._world.tell(by, UserKeyRevoked(user=changed))
        self._world.tell(by, UserChanged(user=changed))
        return changed

    def logged_in(self, user: User) -> None:
        """Note when a user last logged in, for administrators."""
        noted = self.book.put(user.id, replace(user, last_login_at=self._world.clock.now()))
        self._world.tell(user.id, UserLoggedIn(user=noted))

    def _must_be_free(self, index: str, value: str, user: User) -> None:
        if self.book.one_by(index, (user.company_id, value.casefold())) is not None:
            raise Invalid(f"{index} '{value}' is taken in this company")

    # --- finding, for the emulator itself ---

    def get(self, user_id: int) -> User:
        """The user with this id; UnknownUser where there is none."""
        user = self.book.get(user_id)
        if user is None:
            raise UnknownUser(f"no user has the id {user_id}")
        return user

    def named(self, username: str, pod: int | None = None) -> User:
        """The user of this name in a company, by default the one served; UnknownUser where there is none."""
        pod = self._world.companies.home.id if pod is None else pod
        user = self.book.one_by("username", (pod, username.casefold()))
        if user is None:
            raise UnknownUser(f"no user is named '{username}'")
        return user

    # --- finding, as a user ---

    def sees(self, viewer: User, other: User) -> bool:
        """Whether the directory shows `other` to `viewer`."""
        return allows(people.directory_shows, self._world, viewer, other)

    def seen_by(self, viewer: User, user_id: int, *, local: bool = False) -> User:
        """The user with this id, as the directory shows it to `viewer`; UnknownUser where it shows none."""
        user = self.book.get(user_id)
        if user is None or not self._shown(viewer, user, local):
            raise unknown(viewer, user_id)
        return user

    def _shown(self, viewer: User, user: User, local: bool) -> bool:
        return self.sees(viewer, user) and not (local and user.company_id != viewer.company_id)

    def look_up(
        self,
        viewer: User,
        *,
        user_ids: Iterable[int] = (),
        emails: Iterable[str] = (),
        usernames: Iterable[str] = (),
        local: bool = False,
        active: bool | None = None,
    ) -> list[User]:
        """The users asked for that `viewer` may see, each once, in the order asked. Usernames are looked up among
        colleagues only (production/pod.md 5)."""
        found: dict[int, User] = {}
        for user_id in user_ids:
            user = self.book.get(user_id)
            if user is not None:
                found[user.id] = user
        for email in emails:
            for user in self.book.by("email", email.casefold()):
                found[user.id] = user
        for username in usernames:
            user = self.book.one_by("username", (viewer.company_id, username.casefold()))
            if user is not None:
                found[user.id] = user
        return [
            user
            for user in found.values()
            if self._shown(viewer, user, local) and (active is None or user.enabled == active)
        ]

    def search(self, viewer: User, search: Search, *, local: bool = False) -> list[User]:
        """The active users that match and that `viewer` may see, best match first (production/pod.md 5)."""
        query = (search.query or "").strip()
        profile = search.profile
        found = []
        for user_id in self.names.find(query):
            user = self.book[user_id]
            if (
                user.enabled
                and user.account_type in search.account_types
                and self._shown(viewer, user, local)
                and self._may_match(viewer, user, query)
                and _holds(search.company, (self._world.companies.of(user.company_id).name,))
                and (not profile or (allows(people.profile_shows, viewer, user) and _fits(profile, user)))
            ):
                found.append(user)
        wanted = query.casefold()
        found.sort(
            key=lambda user: (
                not user.display_name.casefold().startswith(wanted),
                user.display_name.casefold(),
                user.id,
            )
        )
        return found

    @staticmethod
    def _may_match(viewer: User, user: User, query: str) -> bool:
        """Whether the match may be used: another company's e-mail is not shown, so a piece of it finds nobody."""
        if not query or allows(people.profile_shows, viewer, user):
            return True
        names = (user.first_name, user.last_name, user.display_name)
        wanted = query.casefold()
        return user.email.casefold() == wanted or any(name and wanted in name.casefold() for name in names)
