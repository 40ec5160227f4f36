"""Why a caller is turned away before the world is asked."""

from __future__ import annotations

from emulator.world.errors import Forbidden, Refused


class NoSession(Refused):
    """No session, or one that is dead: the client must log in again."""


class LoginRefused(Refused):
    """The login is not accepted."""


class LoginForbidden(Refused):
    """Who logs in is known, and may not."""


class PermissionMissing(Forbidden):
    """The app lacks a permission that the endpoint needs, or the endpoint is not for apps."""
