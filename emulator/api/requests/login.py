"""What login calls send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emulator.api.requests.params import Wire

Token = Annotated[str, Field(max_length=65_536)]
"""Longer than any that is accepted: what is wrong with a token is said where it is checked."""


class SignedToken(Wire):
    token: Token


class ExtensionApp(Wire):
    appToken: Token
    authToken: Token


class CertifiedExtensionApp(Wire):
    appToken: Token


class Scope(Wire):
    scope: str = ""
