"""Connections between users of different companies (production/pod.md 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from emulator.world.books import Book
from emulator.world.changes import ConnectionRejected, ConnectionRemoved
from emulator.world.errors import Invalid, Unknown, UnknownConnection
from emulator.world.events import ConnectionAccepted, ConnectionRequested
from emulator.world.policy import allows, people
from emulator.world.record import Time, one_of, record
from emulator.world.users import unknown

if TYPE_CHECKING:
    from emulator.world.users import User
    from emulator.world.world import World

PENDING, ACCEPTED, REJECTED = "PENDING", "ACCEPTED", "REJECTED"
PENDING_INCOMING, PENDING_OUTGOING = "PENDING_INCOMING", "PENDING_OUTGOING"
STATUSES = (PENDING_INCOMING, PENDING_OUTGOING, ACCEPTED, REJECTED)


@record
class Connection:
    """A request from one user to another and what became of it. Times in ms."""

    requester: int
    receiver: int
    status: Annotated[str, one_of((PENDING, ACCEPTED, REJECTED))]
    first_requested_at: Time
    updated_at: Time
    requests: int = 1


@record
class Standing:
    """How one user stands to another, as that user sees it. Colleagues stand connected without any request."""

    user: int
    status: str
    connection: Connection | None = None


Pair = tuple[int, int]


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _is_between_two(found: Connection) -> None:
    if found.requester == found.receiver:
        raise Invalid("nobody is connected to oneself")


class Connections:
    """Requests and connections, one a pair of users."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.book: Book[Pair, Connection] = Book(
            "connections",
            Connection,
            lambda found: _pair(found.requester, found.receiver),
            refers={"requester": "users", "receiver": "users"},
            fits=_is_between_two,
            party=lambda found: (found.requester, found.receiver),
        )

    def between(self, one: User, other: User) -> Connection | None:
        """What became of the request of one of the two to the other, if there was one."""
        return self.book.get(_pair(one.id, other.id))

    def connected(self, one: User, other: User) -> bool:
        """Whether the two may talk: colleagues, or an accepted connection."""
        if one.company_id == other.company_id:
            return True
        found = self.book.get(_pair(one.id, other.id))
        return found is not None and found.status == ACCEPTED

    def standing(self, user: User, other_id: int) -> Standing:
        """How `user` stands to another; UnknownConnection when nobody ever asked, or there is no such user."""
        other = self._met(user, other_id)
        if other.id == user.id:
            raise UnknownConnection("nobody is connected to oneself")
        if other.company_id == user.company_id:
            return Standing(user=other.id, status=ACCEPTED)
        connection = self.book.get(_pair(user.id, other.id))
        if connection is None:
            raise UnknownConnection(f"'{user.username}' and '{other.username}' never asked each other")
        return self._seen(user.id, other.id, connection)

    def list(self, user: User, statuses: Iterable[str], others: Iterable[int] | None) -> list[Standing]:
        """The standings of `user` with one of these statuses. Colleagues appear only where they are named."""
        wanted = frozenset(statuses)
        if others is None:
            pairs = self.book.keys_by("party", user.id)
            others = [second if first == user.id else first for first, second in pairs]
        found = []
        for other_id in dict.fromkeys(others):
            try:
                standing = self.standing(user, other_id)
            except Unknown:
                continue
            if standing.status in wanted:
                found.append(standing)
        return found

    def request(self, user: User, other_id: int) -> Standing:
        """Ask for a connection. Answers the standing as it is when there is nothing to ask for."""
        other = self._world.users.get(other_id)  # documented: who may not be asked is a 403, not a missing user
        if other.id == user.id:
            raise Invalid("nobody asks oneself for a connection")
        if other.company_id == user.company_id:
            return Standing(user=other.id, status=ACCEPTED)
        people.may_meet(self._world, user, other)
        before = self.book.get(_pair(user.id, other.id))
        people.one_request_at_a_time(self._world, before, user, other)
        if before is not None and before.status != REJECTED:
            if before.receiver == user.id and self._world.settings.crossed_request == "accepts":
                return self.accept(user, other.id)
            return self._seen(user.id, other.id, before)
        now = self._world.clock.now()
        connection = Connection(
            requester=user.id,
            receiver=other.id,
            status=PENDING,
            first_requested_at=before.first_requested_at if before else now,
            updated_at=now,
            requests=before.requests + 1 if before else 1,
        )
        self._put(connection)
        self._world.tell(user.id, ConnectionRequested(to_user=other))
        if other.accepts_connections:
            return replace(self.accept(other, user.id), user=other.id)
        return self._seen(user.id, other.id, connection)

    def accept(self, user: User, requester_id: int) -> Standing:
        """Accept the request of another; UnknownConnection where there is none."""
        requester = self._met(user, requester_id)
        if requester.company_id == user.company_id and requester.id != user.id:
            return Standing(user=requester.id, status=ACCEPTED)
        connection = self._of(user, requester)
        if connection.status != ACCEPTED:
            people.request_is_waiting(connection, user, requester)
            people.may_meet(self._world, user, requester)
            connection = self._put(replace(connection, status=ACCEPTED, updated_at=self._world.clock.now()))
            self._world.tell(user.id, ConnectionAccepted(from_user=requester))
        return self._seen(user.id, requester.id, connection)

    def reject(self, user: User, requester_id: int) -> Standing:
        """Reject the request of another; UnknownConnection where there is none."""
        requester = self._met(user, requester_id)
        people.not_a_colleague(user, requester)
        connection = self._of(user, requester)
        if connection.status != REJECTED:
            people.request_is_waiting(connection, user, requester)
            connection = self._put(replace(connection, status=REJECTED, updated_at=self._world.clock.now()))
            self._world.tell(user.id, ConnectionRejected(one=user.id, other=requester.id))
        return self._seen(user.id, requester.id, connection)

    def remove(self, user: User, other_id: int) -> None:
        """Remove a connection, take one's own request back, reject a waiting one, or let a rejected one wait again
        (production/pod.md 7)."""
        other = self._met(user, other_id)
        people.not_a_colleague(user, other)
        connection = self.book.get(_pair(user.id, other.id))
        people.has_a_connection_to_remove(self._world, connection, user, other)
        assert connection is not None
        now = self._world.clock.now()
        if connection.status == ACCEPTED or (connection.status == PENDING and connection.requester == user.id):
            self.book.drop(_pair(user.id, other.id))
        elif connection.status == PENDING:
            self._put(replace(connection, status=REJECTED, updated_at=now))
        else:
            self._put(replace(connection, status=PENDING, updated_at=now))
        self._world.tell(user.id, ConnectionRemoved(one=user.id, other=other.id))

    def set(self, one: User, other: User, status: str, *, at: int | None = None) -> None:
        """Put the world in this state, as the control plane and world files do: `one` asked, `at` (ms) or now. It is
        told as if the two had come there by themselves."""
        now = self._world.clock.now() if at is None else at
        self._put(
            Connection(requester=one.id, receiver=other.id, status=status, first_requested_at=now, updated_at=now)
        )
        if status == PENDING:
            self._world.tell(one.id, ConnectionRequested(to_user=other), at=at)
        elif status == ACCEPTED:
            self._world.tell(other.id, ConnectionAccepted(from_user=one), at=at)
        else:
            self._world.tell(other.id, ConnectionRejected(one=other.id, other=one.id), at=at)

    def forget(self, one: User, other: User) -> None:
        """Put the world in the state that the two never met."""
        if _pair(one.id, other.id) in self.book:
            self.book.drop(_pair(one.id, other.id))
            self._world.tell(0, ConnectionRemoved(one=one.id, other=other.id))

    def _put(self, connection: Connection) -> Connection:
        return self.book.put(_pair(connection.requester, connection.receiver), connection)

    def _met(self, user: User, other_id: int) -> User:
        """Another user whom `user` knows of."""
        other = self._world.users.book.get(other_id)
        if other is None or not allows(people.knows_of, self._world, user, other):
            raise unknown(user, other_id)
        return other

    def _of(self, user: User, other: User) -> Connection:
        connection = self.book.get(_pair(user.id, other.id))
        if connection is None:
            raise UnknownConnection(f"'{other.username}' never asked '{user.username}' for a connection")
        return connection

    @staticmethod
    def _seen(user: int, other: int, connection: Connection) -> Standing:
        status = connection.status
        if status == PENDING:
            status = PENDING_OUTGOING if connection.requester == user else PENDING_INCOMING
        return Standing(user=other, status=status, connection=connection)
