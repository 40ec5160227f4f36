"""What login calls send."""

from __future__ import annotations

from emulator.api.requests.params import Wire


class SignedToken(Wire):
    token: str
