"""Who may see, change and subscribe to signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.errors import Forbidden, Invalid, NotTheAuthor, UnknownSignal
from emulator.world.ids import pod_of
from emulator.world.policy import Basis, people, rule

if TYPE_CHECKING:
    from emulator.world.signals import Signal, Subscription
    from emulator.world.users import User
    from emulator.world.world import World


@rule(Basis.CHOICE, "production/agent_signals_events.md 2.4")
def may_see(world: World, user: User, signal: Signal) -> None:
    """A signal is known to its owner, to its subscribers, and to colleagues when it is visible on the profile or
    company-wide."""
    colleague = pod_of(signal.owner) == user.company_id
    if colleague and (signal.visible or signal.company_wide):
        return
    if signal.owner != user.id and (signal.id, user.id) not in world.signals.subscriptions:
        raise UnknownSignal(f"signal '{signal.id}' is not visible to '{user.username}'")


@rule(Basis.CHOICE, "production/agent_signals_events.md 2.3")
def is_named(name: str) -> None:
    """A signal has a name."""
    if not name.strip():
        raise Invalid("a signal needs a name")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def may_make_company_wide(user: User, company_wide: bool) -> None:
    """A company-wide signal needs canCreatePushedSignals."""
    if company_wide:
        people.has(user, "canCreatePushedSignals", "create or change a company-wide signal")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def may_change(user: User, signal: Signal) -> None:
    """A signal is changed and deleted by its owner; a company-wide one also by colleagues with
    canCreatePushedSignals."""
    if signal.owner == user.id:
        return
    if not (signal.company_wide and "canCreatePushedSignals" in user.entitlements):
        raise NotTheAuthor(f"'{user.username}' does not own signal '{signal.name}'")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def may_manage(user: User) -> None:
    """Subscribing others, and unsubscribing them, needs canManageSignalSubscription."""
    people.has(user, "canManageSignalSubscription", "change the subscriptions of others")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def is_not_company_wide(signal: Signal) -> None:
    """Nobody is taken out of a company-wide signal."""
    if signal.company_wide:
        raise Forbidden(f"signal '{signal.name}' is company-wide, everybody is subscribed")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def may_leave(subscription: Subscription | None, user: User, signal: Signal) -> None:
    """The owner stays subscribed, and so does who was pushed into a signal, or whose company was."""
    is_not_company_wide(signal)
    if signal.owner == user.id:
        raise Forbidden(f"'{user.username}' owns signal '{signal.name}' and stays subscribed")
    if subscription is not None and subscription.pushed:
        raise Forbidden(f"'{user.username}' was subscribed to signal '{signal.name}' by others and cannot leave")


@rule(Basis.CHOICE, "production/agent_signals_events.md 2.4")
def can_be_subscribed(world: World, user: User, other: User) -> None:
    """Only colleagues whose accounts work are subscribed by others."""
    if other.company_id != user.company_id or not other.may_act(world.clock.now()):
        raise Forbidden(f"'{other.username}' is of another company, deactivated or suspended")


@rule(Basis.CHOICE, "production/agent_signals_events.md 2.4")
def can_be_unsubscribed(subscription: Subscription | None, other: User, signal: Signal) -> None:
    """Others are unsubscribed where they are subscribed and do not own the signal."""
    if subscription is None:
        raise Forbidden(f"'{other.username}' is not subscribed to signal '{signal.name}'")
    if subscription.owner:
        raise Forbidden(f"'{other.username}' owns signal '{signal.name}'")


@rule(Basis.DOCUMENTED, "production/agent_signals_events.md 2.4")
def no_barrier_to_owner(world: World, user: User, signal: Signal) -> None:
    """Nobody subscribes to a signal of whom an information barrier keeps them from."""
    people.not_barred(world, user, world.users.get(signal.owner))
