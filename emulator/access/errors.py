"""Why a caller is turned away before the world is asked."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.world.errors import Forbidden, Refused


class NoSession(Refused):
    """No session, or one that is dead: the client must log in again."""


class LoginRefused(Refused):
    """The login is not accepted."""


class CertificateUnknown(LoginRefused):
    """The client certificate names nobody."""


class LoginForbidden(Refused):
    """Who logs in is known, and may not."""


class PermissionMissing(Forbidden):
    """The app lacks permissions that the endpoint needs, or (with none named) the endpoint is not for apps."""

    def __init__(self, reason: str, missing: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.missing = missing
