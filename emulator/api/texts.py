"""Every text of a refusal, with its basis. A body says nothing else: our own words, and the names of things that the
caller may not see, go to `X-Emulator-Reason`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.world.policy import Basis

DOCUMENTED, SPECIFIED, OBSERVED, CHOICE = Basis.DOCUMENTED, Basis.SPECIFIED, Basis.OBSERVED, Basis.CHOICE


@dataclass(frozen=True, slots=True)
class Text:
    """A text, `{}` where it names something; for what it stands; what says that production says so."""

    words: str
    stands_for: str
    basis: Basis
    source: str


TEXTS = {
    "session": Text("Invalid session", "no session, or one that is over", SPECIFIED, "production/pod.md 1.1"),
    "forbidden": Text(
        "The user lacks the required entitlement to perform this operation",
        "any right that is missing",
        SPECIFIED,
        "production/pod.md 1.1",
    ),
    "login": Text("Not authorized", "a log-in that is refused", CHOICE, "production/auth.md 5.3"),
    "login forbidden": Text(
        "Forbidden to access this endpoint .", "a log-in of who may not", OBSERVED, "production/auth.md 5.3"
    ),
    "certificate": Text(
        "Certificate authentication failed - no active user found with username matching common name of provided"
        " certificate.",
        "a certificate that names nobody",
        OBSERVED,
        "symphonyoss/App-Integrations-Core",
    ),
    "room": Text(
        "Either the stream you're trying to access does not exist, you're not allowed to view its details, or this"
        " stream is not a room.",
        "no room for this user",
        OBSERVED,
        "production/pod.md 1.2",
    ),
    "stream": Text(
        "Either the stream you're trying to access does not exist, or you're not allowed to view its details.",
        "no stream for this user, outside of the agent",
        CHOICE,
        "production/pod.md 1.2",
    ),
    "thread": Text(
        "This thread doesn't exist.", "no stream for this user in the agent", OBSERVED, "production/agent.md 1"
    ),
    "members": Text(
        "User {} is neither an admin nor a member of the specified rooms",
        "a list of members asked for from outside",
        OBSERVED,
        "finos/symphony-bdk-java#596",
    ),
    "outside": Text(
        '403 Forbidden: {"message":"User does not belong to room: userId={}, threadId={}","status":"FORBIDDEN"}',
        "a message by somebody who is not in the stream",
        OBSERVED,
        "production/agent.md 3",
    ),
    "room name": Text(
        "The name '{}' is too similar to one that is already in use. Please choose another name.",
        "the name of another room",
        OBSERVED,
        "symphonyoss/symphony-java-client#25",
    ),
    "app description": Text(
        "App description exceeds limit of 300 characters.",
        "a description that is too long",
        OBSERVED,
        "symphonyoss/App-Integrations-Core",
    ),
    "app domain": Text(
        "Domain must match app url domain.",
        "an appUrl outside of the app's domain",
        OBSERVED,
        "symphonyoss/App-Integrations-Core",
    ),
    "datafeed": Text(
        "Could not find a datafeed with the provided id",
        "no datafeed",
        OBSERVED,
        "production/agent_signals_events.md 3.5",
    ),
    "connection": Text("Connection cannot be found", "no connection", OBSERVED, "production/pod.md 7"),
    "signal": Text("Signal not found.", "no signal for this user", CHOICE, "production/agent_signals_events.md 1"),
    "INFORMATION_BARRIER": Text(
        "Blocked by an information barrier",
        "a subscription that a barrier forbids",
        CHOICE,
        "production/agent_signals_events.md 1",
    ),
    "USER_NOT_FOUND": Text(
        "User not found", "a subscription of nobody", CHOICE, "production/agent_signals_events.md 1"
    ),
    "USER_NOT_ALLOWED": Text(
        "User cannot be subscribed",
        "a subscription of who may not",
        CHOICE,
        "production/agent_signals_events.md 1",
    ),
    "size": Text(
        "Limit message-content-max-total-size reached",
        "a message above 1.5 MB with its data",
        DOCUMENTED,
        "production/agent.md 1",
    ),
    "file": Text(
        'The parameter "{}" must be a file.', "a part that is no file", OBSERVED, "symphonyoss/RestApiClient#38"
    ),
    "feeds": Text("Too many feeds created.", "the 21st datafeed", SPECIFIED, "production/agent_signals_events.md 3.1"),
    "followers": Text("Invalid user ids: {}", "ids that cannot follow", CHOICE, "production/pod.md 11"),
    "malformed": Text("Bad Request", "any other 400", CHOICE, "production/pod.md 1.1"),
    "unknown": Text("Not Found", "any other 404", CHOICE, "production/pod.md 15"),
    "method": Text("Method Not Allowed", "405", CHOICE, "production/pod.md 1.1"),
    "large": Text("Payload Too Large", "413", CHOICE, "production/pod.md 1.1"),
    "often": Text("Too Many Requests", "429", CHOICE, "production/auth.md 5.3"),
    "not built": Text(
        "{} is not implemented by the emulator", "an operation that is missing here", CHOICE, "docs/endpoints.md"
    ),
    "failed": Text("Internal server error", "500", CHOICE, "production/pod.md 1.1"),
    # Of faults that are ready to be asked for.
    "pod failed": Text(
        "Unexpected Error. Server log message ID : {}; Trace ID: {}",
        "the fault `pod failed`",
        OBSERVED,
        "symphonyoss/App-Integrations-Core",
    ),
    "internal error": Text(
        "Internal Error", "the fault `internal error`", OBSERVED, "symphonyoss/App-Integrations-Core"
    ),
    "feed failed": Text(
        "Failed to create a session: Failed to init:\n",
        "the fault `feed failed`",
        OBSERVED,
        "symphonyoss/symphony-java-client#47",
    ),
    "compliance": Text(
        "Compliance issues found in message", "the fault `compliance`", SPECIFIED, "production/agent.md 1"
    ),
    "unavailable": Text("Service Unavailable", "the fault `unavailable`", CHOICE, "production/pod.md 1.1"),
}
"""Besides these, messages that MessageML refuses have the texts of production's library (docs/messageml.md)."""

_KNOWN = [re.compile(re.escape(text.words).replace(r"\{\}", "(?s:.+)")) for text in TEXTS.values()]


def text(name: str, *named: object) -> str:
    """A text of the table, with what it names filled in."""
    first, *others = TEXTS[name].words.split("{}")
    names = iter(named)
    return first + "".join(f"{next(names, '')}{piece}" for piece in others)


def is_known(message: str) -> bool:
    """Whether a message is a text of the table."""
    return any(known.fullmatch(message) for known in _KNOWN)
