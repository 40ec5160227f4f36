"""Signals (production/agent_signals_events.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access.permissions import MANAGE_SIGNALS
from emulator.api.shapes import Success, success
from emulator.api.texts import text
from emulator.table.table import endpoint
from emulator.world.errors import Invalid

if TYPE_CHECKING:
    from emulator.api.call import Call
    from emulator.api.requests.signals import BaseSignal
    from emulator.world.signals import Outcome, Signal, Subscription

MOST_LISTED = 500
MOST_SUBSCRIBERS = 100


class SignalAnswer(TypedDict):
    name: str
    query: str
    visibleOnProfile: bool
    companyWide: bool
    id: str
    timestamp: int


def _answer(signal: Signal) -> SignalAnswer:
    return {
        "name": signal.name,
        "query": signal.query,
        "visibleOnProfile": signal.visible,
        "companyWide": signal.company_wide,
        "id": signal.id,
        "timestamp": signal.created_at,
    }


@endpoint(
    "GET",
    "/agent/v1/signals/list",
    permissions=[MANAGE_SIGNALS],
    query="signals:ListPage",
    returns="SignalList",
    one_token=True,
)
def list_signals(call: Call) -> list[SignalAnswer]:
    """The signals that the user made or is subscribed to."""
    skip, limit = call.query.skip, min(call.query.limit, MOST_LISTED)
    return [_answer(signal) for signal in call.world.signals.listed(call.user)[skip : skip + limit]]


@endpoint("GET", "/agent/v1/signals/{id}/get", permissions=[MANAGE_SIGNALS], returns="Signal", one_token=True)
def get_signal(call: Call) -> SignalAnswer:
    """A signal."""
    return _answer(call.world.signals.seen_by(call.user, call.path["id"]))


@endpoint(
    "POST",
    "/agent/v1/signals/create",
    permissions=[MANAGE_SIGNALS],
    body="signals:BaseSignal",
    returns="Signal",
    one_token=True,
)
def create_signal(call: Call) -> SignalAnswer:
    """A new signal."""
    asked: BaseSignal = call.body
    if asked.name is None or asked.query is None:
        raise Invalid("a signal needs a name and a query")
    return _answer(
        call.world.signals.create(
            call.user,
            name=asked.name,
            query=asked.query,
            visible=bool(asked.visibleOnProfile),
            company_wide=bool(asked.companyWide),
        )
    )


@endpoint(
    "POST",
    "/agent/v1/signals/{id}/update",
    permissions=[MANAGE_SIGNALS],
    body="signals:BaseSignal",
    returns="Signal",
    one_token=True,
)
def update_signal(call: Call) -> SignalAnswer:
    """Change a signal."""
    asked: BaseSignal = call.body
    return _answer(
        call.world.signals.update(
            call.user,
            call.path["id"],
            name=asked.name,
            query=asked.query,
            visible=asked.visibleOnProfile,
            company_wide=asked.companyWide,
        )
    )


@endpoint(
    "POST", "/agent/v1/signals/{id}/delete", permissions=[MANAGE_SIGNALS], returns="SuccessResponse", one_token=True
)
def delete_signal(call: Call) -> Success:
    """Delete a signal."""
    return success(f"Signal {call.world.signals.delete(call.user, call.path['id']).id} deleted")


class SubscriptionError(TypedDict):
    userId: int
    code: str
    message: str


class SubscriptionAnswer(TypedDict):
    requestedSubscription: int
    successfulSubscription: int
    failedSubscription: int
    subscriptionErrors: list[SubscriptionError]


def _outcome(call: Call, outcome: Outcome) -> SubscriptionAnswer:
    call.notes += [f"{user}: {reason}" for user, _, reason in outcome.failed]
    return {
        "requestedSubscription": outcome.requested,
        "successfulSubscription": outcome.successful,
        "failedSubscription": len(outcome.failed),
        "subscriptionErrors": [
            {"userId": user, "code": code, "message": text(code)} for user, code, _ in outcome.failed
        ],
    }


@endpoint(
    "POST",
    "/agent/v1/signals/{id}/subscribe",
    permissions=[MANAGE_SIGNALS],
    query="signals:Pushed",
    body="signals:Users",
    body_required=False,
    returns="ChannelSubscriptionResponse",
    one_token=True,
)
def subscribe(call: Call) -> SubscriptionAnswer:
    """Subscribe oneself, or others, to a signal."""
    signals = call.world.signals
    return _outcome(call, signals.subscribe(call.user, call.path["id"], call.body, pushed=call.query.pushed))


@endpoint(
    "POST",
    "/agent/v1/signals/{id}/unsubscribe",
    permissions=[MANAGE_SIGNALS],
    body="signals:Users",
    body_required=False,
    returns="ChannelSubscriptionResponse",
    one_token=True,
)
def unsubscribe(call: Call) -> SubscriptionAnswer:
    """Unsubscribe oneself, or others, from a signal."""
    return _outcome(call, call.world.signals.unsubscribe(call.user, call.path["id"], call.body))


class Subscriber(TypedDict):
    pushed: bool
    owner: bool
    subscriberName: str
    userId: int
    timestamp: int


class Subscribers(TypedDict):
    offset: int
    hasMore: bool
    total: int
    data: list[Subscriber]


def _subscriber(call: Call, subscription: Subscription) -> Subscriber:
    return {
        "pushed": subscription.pushed,
        "owner": subscription.owner,
        "subscriberName": call.world.users.get(subscription.user).display_name,
        "userId": subscription.user,
        "timestamp": subscription.at,
    }


@endpoint(
    "GET",
    "/agent/v1/signals/{id}/subscribers",
    permissions=[MANAGE_SIGNALS],
    query="signals:SubscribersPage",
    returns="ChannelSubscriberResponse",
    one_token=True,
)
def list_subscribers(call: Call) -> Subscribers:
    """Who is subscribed to a signal."""
    skip, limit = call.query.skip, min(call.query.limit, MOST_SUBSCRIBERS)
    page, total = call.world.signals.subscribers(call.user, call.path["id"], skip, limit)
    return {
        "offset": skip,
        "hasMore": skip + len(page) < total,
        "total": total,
        "data": [_subscriber(call, each) for each in page],
    }
