"""What login calls send."""

from __future__ import annotations

from emulator.api.requests.params import Wire


class SignedToken(Wire):
    token: str


class ExtensionApp(Wire):
    appToken: str
    authToken: str


class CertifiedExtensionApp(Wire):
    appToken: str


class Scope(Wire):
    scope: str = ""
