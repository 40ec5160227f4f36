"""A small OBO app: it tells a colleague of its user about an order."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

import httpx
import jwt


class MayNot(Exception):
    """Symphony does not let this user do that."""


class TryLater(Exception):
    """Symphony has too much to do: after so many seconds it may be better."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


@dataclass
class Desk:
    """The app, at the address of a pod (which may be the emulator), with its id and its private key."""

    url: str
    app_id: str
    private_key: str

    def session(self, username: str) -> httpx.Client:
        """A client that acts for a user."""
        http = httpx.Client(base_url=self.url, trust_env=False)
        signed = jwt.encode({"sub": self.app_id, "exp": int(time.time()) + 240}, self.private_key, algorithm="RS512")
        app = _checked(http.post("/login/pubkey/app/authenticate", json={"token": signed})).json()["token"]
        path = f"/login/pubkey/app/username/{username}/authenticate"
        http.headers["sessionToken"] = _checked(http.post(path, headers={"sessionToken": app})).json()["token"]
        return http

    def tell(self, username: str, colleague: str, order: str) -> str:
        """Send a message about an order from one user to another; the id of the message."""
        with closing(self.session(username)) as http:
            found = _checked(http.get("/pod/v3/users", params={"email": colleague}))
            if found.status_code == 204:
                raise MayNot(f"{username} sees no user {colleague}")
            stream = _checked(http.post("/pod/v1/im/create", json=[found.json()["users"][0]["id"]])).json()["id"]
            message = {"message": f"<messageML>Order <b>{order}</b> is filled.</messageML>"}
            sent = _checked(http.post(f"/agent/v4/stream/{stream}/message/create", files=_form(message)))
            return str(sent.json()["messageId"])


def _form(fields: dict[str, str]) -> dict[str, tuple[None, str]]:
    return {name: (None, value) for name, value in fields.items()}


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code in (401, 403):
        raise MayNot(answer.json()["message"])
    if answer.status_code == 429:
        raise TryLater(int(answer.headers["Retry-After"]))
    return answer.raise_for_status()
