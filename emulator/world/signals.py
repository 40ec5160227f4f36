"""Signals: named queries that users subscribe to (production/agent_signals_events.md 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.world.books import Book
from emulator.world.changes import SignalCreated, SignalDeleted, SignalSubscribed, SignalUnsubscribed, SignalUpdated
from emulator.world.errors import Barred, Invalid, Refused, UnknownSignal
from emulator.world.ids import pod_of
from emulator.world.policy import allowed
from emulator.world.policy import signals as policy
from emulator.world.record import Name, Time, record
from emulator.world.signal_query import Alternatives, alternatives

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World


@record
class Signal:
    """A signal; `created_at` in ms."""

    id: str
    owner: int
    name: Name
    query: str
    visible: bool
    company_wide: bool
    created_at: Time


@record
class Subscription:
    """A user subscribed to a signal, since when (ms). Who was `pushed` into it cannot leave."""

    id: str
    signal: str
    user: int
    pushed: bool
    owner: bool
    at: Time


@record
class Outcome:
    """What became of subscribing several users: how many, how many succeeded, and why each other one did not."""

    requested: int
    successful: int
    failed: tuple[tuple[int, str, str], ...] = ()


def _can_be_matched(signal: Signal) -> None:
    alternatives(signal.query)


class Signals:
    """Signals and who is subscribed to them. Everybody in the company is subscribed to a company-wide one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[str, Signal] = Book(
            "signals",
            Signal,
            lambda signal: signal.id,
            refers={"owner": "users"},
            fits=_can_be_matched,
            everybody=lambda signal: (pod_of(signal.owner),) if signal.company_wide else (),
        )
        self.subscriptions: Book[tuple[str, int], Subscription] = Book(
            "subscriptions",
            Subscription,
            lambda each: (each.signal, each.user),
            refers={"signal": "signals", "user": "users"},
            signal=lambda each: (each.signal,),
            user=lambda each: (each.user,),
        )

    # --- reading ---

    def seen_by(self, user: User, signal_id: str) -> Signal:
        """The signal, if the user may know of it; UnknownSignal else."""
        signal = self.book.get(signal_id)
        if signal is None:
            raise UnknownSignal(f"there is no signal '{signal_id}'")
        policy.may_see(self._world, user, signal)
        return signal

    def listed(self, user: User) -> list[Signal]:
        """The signals that the user made or is subscribed to, oldest first."""
        found = {signal_id: self.book[signal_id] for signal_id, _ in self.subscriptions.keys_by("user", user.id)}
        for signal in self.book.by("everybody", user.company_id):
            found[signal.id] = signal
        seen = allowed(policy.may_see, found.values(), self._world, user)
        return sorted(seen, key=lambda signal: (signal.created_at, signal.id))

    def subscribers(self, user: User, signal_id: str, skip: int, limit: int) -> tuple[list[Subscription], int]:
        """A page of those subscribed, the owner first, then by time; and how many there are."""
        signal = self.seen_by(user, signal_id)
        own = [self.subscriptions[key] for key in self.subscriptions.keys_by("signal", signal.id)]
        if not signal.company_wide:
            return own[skip : skip + limit], len(own)
        known = {each.user for each in own}
        everybody = self._world.users.book.keys_by("company", pod_of(signal.owner))
        rest = [other for other in everybody if other not in known and self._world.users.book[other].enabled]
        page = own[skip : skip + limit]
        start = max(0, skip - len(own))
        page += [self._everybodys(signal, other) for other in rest[start : start + limit - len(page)]]
        return page, len(own) + len(rest)

    @staticmethod
    def _everybodys(signal: Signal, user: int) -> Subscription:
        """The subscription that a user has for being of the company."""
        return Subscription(
            id=f"{signal.id}{user:x}", signal=signal.id, user=user, pushed=True, owner=False, at=signal.created_at
        )

    def terms(self, user: User, signal_id: str) -> Alternatives:
        """What messages must hold to match the signal."""
        return alternatives(self.seen_by(user, signal_id).query)

    # --- changing ---

    def create(
        self, user: User, *, name: str, query: str, visible: bool, company_wide: bool, at: int | None = None
    ) -> Signal:
        """A new signal, to which its owner is subscribed; `at` (ms) when a world is made that has it already."""
        policy.is_named(name)
        alternatives(query)
        policy.may_make_company_wide(user, company_wide)
        now = self._world.clock.now() if at is None else at
        signal = Signal(
            id=self._world.ids.object(now),
            owner=user.id,
            name=name,
            query=query,
            visible=visible,
            company_wide=company_wide,
            created_at=now,
        )
        self.book.put(signal.id, signal)
        self._subscribe(signal, user.id, user.id, owner=True, at=now)
        self._world.tell(user.id, SignalCreated(signal=signal), at=at)
        return signal

    def update(
        self,
        user: User,
        signal_id: str,
        *,
        name: str | None,
        query: str | None,
        visible: bool | None,
        company_wide: bool | None,
    ) -> Signal:
        """Change what is given."""
        signal = self.seen_by(user, signal_id)
        policy.may_change(user, signal)
        if name is not None:
            policy.is_named(name)
        if query is not None:
            alternatives(query)
        if company_wide is not None:
            policy.may_make_company_wide(user, company_wide)
        changed = replace(
            signal,
            name=signal.name if name is None else name,
            query=signal.query if query is None else query,
            visible=signal.visible if visible is None else visible,
            company_wide=signal.company_wide if company_wide is None else company_wide,
        )
        self.book.put(signal.id, changed)
        self._world.tell(user.id, SignalUpdated(signal=changed))
        return changed

    def delete(self, user: User, signal_id: str) -> Signal:
        signal = self.seen_by(user, signal_id)
        policy.may_change(user, signal)
        for key in tuple(self.subscriptions.keys_by("signal", signal.id)):
            self.subscriptions.drop(key)
        self.book.drop(signal.id)
        self._world.tell(user.id, SignalDeleted(signal=signal))
        return signal

    # --- subscribing ---

    def subscribe(self, user: User, signal_id: str, others: Iterable[int] | None, *, pushed: bool) -> Outcome:
        """Subscribe oneself (`others` None) or others; each other one succeeds or fails alone."""
        signal = self.seen_by(user, signal_id)
        if others is None or list(others) == [user.id]:
            policy.no_barrier_to_owner(self._world, user, signal)
            self._subscribe(signal, user.id, user.id)
            return Outcome(requested=1, successful=1)
        policy.may_manage(user)
        return self._each(others, lambda other: self._subscribe_other(user, signal, other, pushed))

    def unsubscribe(self, user: User, signal_id: str, others: Iterable[int] | None) -> Outcome:
        """Unsubscribe oneself (`others` None) or others; each other one succeeds or fails alone."""
        signal = self.seen_by(user, signal_id)
        if others is None or list(others) == [user.id]:
            policy.may_leave(self.subscriptions.get((signal.id, user.id)), user, signal)
            self._drop(signal, user.id, user.id)
            return Outcome(requested=1, successful=1)
        policy.may_manage(user)
        policy.is_not_company_wide(signal)
        return self._each(others, lambda other: self._unsubscribe_other(user, signal, other))

    def _each(self, others: Iterable[int], change: object) -> Outcome:
        asked = list(others)
        failed: list[tuple[int, str, str]] = []
        for other in asked:
            try:
                change(other)  # type: ignore[operator]
            except Barred as barred:
                failed.append((other, "INFORMATION_BARRIER", barred.reason))
            except Invalid as invalid:
                failed.append((other, "USER_NOT_FOUND", invalid.reason))
            except Refused as refused:
                failed.append((other, "USER_NOT_ALLOWED", refused.reason))
        return Outcome(requested=len(asked), successful=len(asked) - len(failed), failed=tuple(failed))

    def _other(self, user: User, other_id: int) -> User:
        other = self._world.users.book.get(other_id)
        if other is None or not self._world.users.sees(user, other):
            raise Invalid(f"no user has the id {other_id}")
        policy.can_be_subscribed(self._world, user, other)
        return other

    def _subscribe_other(self, user: User, signal: Signal, other_id: int, pushed: bool) -> None:
        other = self._other(user, other_id)
        policy.no_barrier_to_owner(self._world, other, signal)
        self._subscribe(signal, other.id, user.id, pushed=pushed)

    def _unsubscribe_other(self, user: User, signal: Signal, other_id: int) -> None:
        other = self._other(user, other_id)
        policy.can_be_unsubscribed(self.subscriptions.get((signal.id, other.id)), other, signal)
        self._drop(signal, other.id, user.id)

    def _subscribe(
        self, signal: Signal, user_id: int, by: int, *, pushed: bool = False, owner: bool = False, at: int | None = None
    ) -> None:
        key = (signal.id, user_id)
        before = self.subscriptions.get(key)
        if before is not None:
            if pushed and not before.pushed and not before.owner:
                self.subscriptions.put(key, replace(before, pushed=True))
                self._world.tell(by, SignalSubscribed(signal=signal, subscriber=user_id))
            return
        now = self._world.clock.now() if at is None else at
        self.subscriptions.put(
            key,
            Subscription(
                id=self._world.ids.object(now), signal=signal.id, user=user_id, pushed=pushed, owner=owner, at=now
            ),
        )
        if not owner:  # who makes a signal is told of that
            self._world.tell(by, SignalSubscribed(signal=signal, subscriber=user_id), at=at)

    def _drop(self, signal: Signal, user_id: int, by: int) -> None:
        if (signal.id, user_id) in self.subscriptions:
            self.subscriptions.drop((signal.id, user_id))
            self._world.tell(by, SignalUnsubscribed(signal=signal, subscriber=user_id))
