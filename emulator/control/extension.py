"""What an extension app's front end gets from the client around it, which no public API has (production/auth.md A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.access import extension
from emulator.control.parts import Part, Who, answer, body_of, route, stage_of, user_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


class FrontEnd(Part):
    app: str
    appToken: str
    user: Who


async def tokens(request: Request) -> Response:
    """The pod's token for that of an app which has just authenticated, and the JWT of the user."""
    asked = await body_of(request, FrontEnd)
    stage = stage_of(request)
    app, user = stage.world.apps.get(asked.app), user_of(stage.world, asked.user)
    pair = stage.pairs.find(app, asked.appToken)
    jwt = extension.user_jwt(stage.world, stage.pod_key, app, user)
    return answer({"appId": app.id, "symphonyToken": pair.symphony_token, "userReferenceId": str(user.id), "jwt": jwt})


ROUTES = [route("/extension-apps/tokens", tokens, "POST")]
