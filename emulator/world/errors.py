"""What the world refuses, and why: one error for each kind of refusal, with a reason for a person.

The world knows no status codes. `emulator/api/errors.py` alone turns these into production's answers.
"""

from __future__ import annotations


class Refused(Exception):
    """The world does not do this. `reason` says why, for a person; nothing was changed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Invalid(Refused):
    """The request makes no sense whoever asks: a value out of range, a combination that production refuses."""


class Unknown(Refused):
    """There is no such thing, or the user may not know that there is."""


class UnknownUser(Unknown):
    """No user has this id, e-mail or name."""


class UnknownApp(Unknown):
    """No app has this id."""


class UnknownStream(Unknown):
    """No such stream for this user, where production says so of messages."""


class UnknownRoom(Unknown):
    """No such room or stream for this user, where production says so of stream and room details."""


class UnknownMessage(Unknown):
    """No such message for this user."""


class UnknownConnection(Unknown):
    """No connection and no request between the two."""


class UnknownSignal(Unknown):
    """No such signal for this user."""


class UnknownFeed(Unknown):
    """No such feed, or it has expired."""


class UnknownPresenceFeed(Unknown):
    """No presence feed has this id."""


class Forbidden(Refused):
    """The user may not do this."""


class TooManyFeeds(Forbidden):
    """The user has as many datafeeds as one may have."""


class EntitlementMissing(Forbidden):
    """An entitlement of the user (or of a company) is off: which one, where it is one."""

    def __init__(self, reason: str, entitlement: str = "") -> None:
        super().__init__(reason)
        self.entitlement = entitlement


class RoleMissing(Forbidden):
    """Only some roles may do this."""


class NotConnected(Forbidden):
    """The two users belong to different companies and have no accepted connection."""


class NotAMember(Forbidden):
    """The user is not a member of the stream."""


class Outside(NotAMember):
    """The user is not a member of the stream that they would read or write."""

    def __init__(self, user: int, stream: str, reason: str) -> None:
        super().__init__(reason)
        self.user, self.stream = user, stream


class MembersHidden(NotAMember):
    """Who is in a room is not for this user."""

    def __init__(self, user: int, reason: str) -> None:
        super().__init__(reason)
        self.user = user


class NotAnOwner(Forbidden):
    """Only an owner may do this."""


class NotTheAuthor(Forbidden):
    """Only who made it may change it."""


class Barred(Forbidden):
    """An information barrier stands between two users."""


class NameTaken(Invalid):
    """Another room has the name already."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


class UnknownFollowers(Invalid):
    """Some of those who were to follow do not exist in the company; the others follow."""

    def __init__(self, users: list[int]) -> None:
        self.users = ", ".join(map(str, users))
        super().__init__(f"no user of the company has the id {self.users}")


class BadMessage(Invalid):
    """MessageML refuses the message: the reason is the text of production's library."""


class LongDescription(Invalid):
    """The description of an app is too long."""


class OtherDomain(Invalid):
    """The address of an app lies outside of its domain."""


class TooLarge(Invalid):
    """Message and data together are larger than a message may be."""


class Inactive(Invalid):
    """The stream is deactivated, or a participant is."""


class NotAFile(Invalid):
    """A part of a form that has to be a file is none."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
