"""The events that production has no name for: told to server-sent events, and to what else hangs on the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world.events import ours

if TYPE_CHECKING:
    from emulator.world.apps import App, Installation
    from emulator.world.barriers import Barrier, Group
    from emulator.world.behaviours import Behaviour
    from emulator.world.companies import Company
    from emulator.world.presence import Presence, PresenceFeed
    from emulator.world.signals import Signal
    from emulator.world.users import User


def _who_did(by: int, _: object) -> tuple[int, ...]:
    return (by,)


def _followed(_: int, about: UserFollowed | UserUnfollowed) -> tuple[int, ...]:
    return (about.followed, *about.followers)


def _shows(_: int, about: PresenceChanged) -> tuple[int, ...]:
    return (about.presence.user,)


def _owner(_: int, about: PresenceFeedCreated | PresenceFeedDeleted) -> tuple[int, ...]:
    return (about.feed.owner,)


def _owns(_: int, about: SignalCreated | SignalUpdated | SignalDeleted) -> tuple[int, ...]:
    return (about.signal.owner,)


def _subscriber(_: int, about: SignalSubscribed | SignalUnsubscribed) -> tuple[int, ...]:
    return (about.subscriber,)


def _both(_: int, about: ConnectionRejected | ConnectionRemoved) -> tuple[int, ...]:
    return (about.one, about.other)


@ours()
class WorldRestored:
    """The world was put back: what was told before is no more."""


@ours()
class SettingsChanged:
    """Settings of the pod were changed: protocols, file types, how long sessions live."""

    changed: tuple[str, ...]


@ours()
class ClockChanged:
    """The clock of the world was set, or stopped."""

    frozen: bool


@ours()
class CompanyChanged:
    """A company was made or changed."""

    company: Company


@ours()
class UserCreated:
    """An account was made."""

    user: User


@ours()
class UserChanged:
    """An account was changed: its attributes, roles, entitlements, keys, status."""

    user: User


@ours()
class UserLoggedIn:
    """A session of a user began."""

    user: User


@ours(ends=("user", "the user was deactivated or suspended"))
class UserDeactivated:
    """A user can no longer act."""

    user: User


@ours(ends=("user", "a key of the account was revoked or replaced"))
class UserKeyRevoked:
    """A key of an account works no more."""

    user: User


@ours()
class AppCreated:
    """An app was made."""

    app: App


@ours()
class AppChanged:
    """An app was changed: its attributes, permissions, keys, for whom it is."""

    app: App


@ours()
class AppDeleted:
    """An app was taken out of the pod."""

    app: App


@ours(ends=("app", "the app was disabled or deleted"))
class AppDisabled:
    """An app can no longer be used."""

    app: App


@ours(ends=("app", "a key of the app was revoked or replaced"))
class AppKeyRevoked:
    """A key of an app works no more."""

    app: App


@ours()
class AppInstalled:
    """What one user has of an app was chosen."""

    installation: Installation


@ours()
class GroupChanged:
    """A group of an information barrier was made, or has other members."""

    group: Group


@ours()
class BarrierRaised:
    """An information barrier stands."""

    barrier: Barrier


@ours()
class BarrierTakenDown:
    """An information barrier is gone."""

    barrier: Barrier


@ours(_both)
class ConnectionRejected:
    """A request for a connection was rejected."""

    one: int
    other: int


@ours(_both)
class ConnectionRemoved:
    """A connection is gone, or a request for one was taken back."""

    one: int
    other: int


@ours(_followed)
class UserFollowed:
    """Users follow another."""

    followed: int
    followers: tuple[int, ...]


@ours(_followed)
class UserUnfollowed:
    """Users follow another no more."""

    followed: int
    followers: tuple[int, ...]


@ours(_shows)
class PresenceChanged:
    """A user shows another presence."""

    presence: Presence


@ours(_who_did)
class PresenceInterest:
    """A user wants to see presences of users of other companies."""

    others: tuple[int, ...]


@ours(_owner)
class PresenceFeedCreated:
    """A presence feed was made."""

    feed: PresenceFeed


@ours(_owner)
class PresenceFeedDeleted:
    """A presence feed is gone."""

    feed: PresenceFeed


@ours(_owns)
class SignalCreated:
    """A signal was made."""

    signal: Signal


@ours(_owns)
class SignalUpdated:
    """A signal was changed."""

    signal: Signal


@ours(_owns)
class SignalDeleted:
    """A signal is gone."""

    signal: Signal


@ours(_subscriber)
class SignalSubscribed:
    """A user is subscribed to a signal."""

    signal: Signal
    subscriber: int


@ours(_subscriber)
class SignalUnsubscribed:
    """A user is subscribed to a signal no more."""

    signal: Signal
    subscriber: int


@ours()
class Timer:
    """A timer of a behaviour struck. Only behaviours hear of it."""


@ours()
class BehaviourAdded:
    """Somebody has something to do when something happens."""

    behaviour: Behaviour


@ours()
class BehaviourRemoved:
    """Somebody does it no more."""

    behaviour: Behaviour
