"""What an extension app's front end gets from the client around it, which no public API has (production/auth.md A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from emulator.access import extension
from emulator.control.parts import Part, Who, call, stage_of, user_of

if TYPE_CHECKING:
    from starlette.requests import Request


class FrontEnd(Part):
    app: str
    appToken: str
    user: Who


class FrontEndTokens(TypedDict):
    appId: str
    symphonyToken: str
    userReferenceId: str
    jwt: str


def front_end_tokens(request: Request, asked: FrontEnd) -> FrontEndTokens:
    """The pod's token for that of an app which has just authenticated, and the JWT of the user."""
    stage = stage_of(request)
    app, user = stage.world.apps.get(asked.app), user_of(stage.world, asked.user)
    pair = stage.pairs.find(app, asked.appToken)
    jwt = extension.user_jwt(stage.world, stage.pod_key, app, user)
    return {"appId": app.id, "symphonyToken": pair.symphony_token, "userReferenceId": str(user.id), "jwt": jwt}


CALLS = [call("/extension-apps/tokens", front_end_tokens, "POST", also=(401,))]
