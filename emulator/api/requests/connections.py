"""What connection calls send."""

from __future__ import annotations

from emulator.api.requests.params import Number, Numbers, Wire


class ListQuery(Wire):
    status: str | None = None
    userIds: Numbers | None = None


class UserConnectionRequest(Wire):
    userId: Number
