"""A pod that is served elsewhere, in a container or by `symphony-emulator serve`, as a test speaks to it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

HEALTH = "/emulator/v1/health"
_PAUSE = 0.1


def is_up(url: str) -> str | None:
    """None when a pod answers there, else what is wrong. Whose certificate it shows is not asked."""
    try:
        answer = httpx.get(f"{url.rstrip('/')}{HEALTH}", timeout=2, verify=False, trust_env=False)  # noqa: S501
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return str(error) or type(error).__name__
    return None if answer.status_code == 200 else f"it answers {answer.status_code}"


class ServedPod:
    """A pod at an address; `token` is what its control plane asks for, if it does. The address may be that of a world
    of its own, as `world` gives it."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.control = httpx.Client(base_url=f"{self.url}/emulator/v1", headers=self._headers, trust_env=False)
        """Calls the control plane: docs/control-plane.md."""

    def __enter__(self) -> ServedPod:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.control.close()

    def wait(self, seconds: float = 30) -> ServedPod:
        """This pod, as soon as it is up; TimeoutError when it is not in time."""
        until = time.monotonic() + seconds
        while (problem := is_up(self.url)) is not None:
            if time.monotonic() > until:
                raise TimeoutError(f"no pod is up at {self.url} within {seconds:g} s: {problem}")
            time.sleep(_PAUSE)
        return self

    def _told(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> httpx.Response:
        answer = self.control.request(method, path, json=body, params=query)
        if answer.status_code >= 400:
            message = answer.text
            with suppress(ValueError, KeyError):
                message = answer.json()["message"]
            raise ValueError(f"{method} {answer.request.url.path} was refused with {answer.status_code}: {message}")
        return answer

    def reset(self) -> None:
        """Back to the world as it was loaded, with an empty journal."""
        self._told("POST", "reset", {})
        self._told("DELETE", "requests")

    def world(self, name: str) -> ServedPod:
        """A world beside this one, for one suite: as this was loaded, with a journal of its own."""
        made = ServedPod(self._told("POST", "worlds", {"name": name}).json()["url"])
        made.control.headers.update(self._headers)
        return made

    def key(self, app: str | None = None, *, bot: str | None = None) -> str:
        """The private key of an app or of a bot, as PEM."""
        return self._told("GET", f"bots/{bot}/key" if app is None else f"apps/{app}/key").text

    def bdk_config(
        self, app: str | None = None, bot: str | None = None, client: Literal["python", "java"] = "python"
    ) -> str:
        """A whole configuration for the BDK as YAML, with the keys in it: `BdkConfigLoader.load_from_content`."""
        query = {"app": app, "bot": bot, "client": client}
        return self._told("GET", "bdk-config", query={name: value for name, value in query.items() if value}).text

    def token(self, user: str, app: str | None = None) -> str:
        """A session token at once, of a user through an app, or of an account of its own."""
        asked = {"user": user} if app is None else {"user": user, "app": app}
        return str(self._told("POST", "tokens", asked).json()["token"])

    def client(self, user: str, app: str) -> httpx.Client:
        """A client in whose session an app acts for a user."""
        return httpx.Client(base_url=self.url, headers={"sessionToken": self.token(user, app)}, trust_env=False)

    def permissions(self, app: str) -> set[str]:
        """What an app may."""
        return next(set(each["permissions"]) for each in self._told("GET", "apps").json() if each["id"] == app)

    def grant(self, app: str, *permissions: str) -> None:
        """Give an app these permissions too."""
        self._told("PATCH", f"apps/{app}", {"permissions": sorted(self.permissions(app).union(permissions))})

    def revoke(self, app: str, *permissions: str) -> None:
        """Take these permissions away from an app."""
        self._told("PATCH", f"apps/{app}", {"permissions": sorted(self.permissions(app).difference(permissions))})

    def requests(self, **wanted: str) -> list[dict[str, Any]]:
        """The calls asked for, oldest first: `path`, `method`, `app`, `user`, `status`, `wait` (s)."""
        found: list[dict[str, Any]] = self._told("GET", "requests", query=wanted).json()
        return found
