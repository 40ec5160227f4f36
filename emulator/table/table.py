"""The table of endpoints: each is declared once, with what it needs, and all else is read off it.

Importing `emulator.api.rows` fills it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Auth = Literal["session", "none"]
Login = tuple[Literal["account", "app", "user"], Literal["key", "certificate"]]
"""Who is logged in, and by what: a user by that of the app, which is in session itself."""
Function = Callable[[Any], Any]
"""What answers: it is given the `emulator.api.call.Call`."""

JSON_LIMIT = 1024 * 1024
FORM_LIMIT = 34 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint:
    """One endpoint. `permissions` None: it is not for apps acting on behalf of users. `function` None: not built.

    `success` are the statuses of good answers. `missing` is the status for what does not exist: only some operations
    declare a 404, `about` what the texts of refusals call it. `aliases` are other methods and paths under which the
    same is served. `one_token`: accounts of their own call the agent with one token here, not with two
    (production/auth.md 4, agent_signals_events.md 1).
    """

    method: str
    path: str
    permissions: tuple[str, ...] | None
    auth: Auth
    function: Function | None
    body: str | None
    body_required: bool
    form: bool
    query: str | None
    returns: str
    success: tuple[int, ...]
    missing: int
    aliases: tuple[tuple[str, str], ...]
    deprecated: bool
    most_bytes: int | None
    summary: str
    about: Literal["room", "stream"] = "stream"
    one_token: bool = False
    logs_in: Login | None = None

    @property
    def name(self) -> str:
        """How the endpoint is called: its method and its path."""
        return f"{self.method} {self.path}"

    @property
    def service(self) -> str:
        """The part of a pod that answers: `agent`, `pod`, `login` and others."""
        return self.path.split("/", 2)[1]

    @property
    def for_apps(self) -> bool:
        return self.permissions is not None

    @property
    def limit(self) -> int:
        """The most bytes that a body may have."""
        return self.most_bytes or (FORM_LIMIT if self.form else JSON_LIMIT)

    @property
    def needs_key_manager(self) -> bool:
        """Whether accounts of their own call it with both tokens."""
        return self.service == "agent" and not self.one_token


TABLE: list[Endpoint] = []


def endpoint(
    method: str,
    path: str,
    *,
    permissions: Sequence[str] | None = None,
    auth: Auth = "session",
    body: str | None = None,
    body_required: bool = True,
    form: bool = False,
    query: str | None = None,
    returns: str = "",
    success: Sequence[int] = (200,),
    missing: int = 400,
    aliases: Sequence[tuple[str, str]] = (),
    deprecated: bool = False,
    most_bytes: int | None = None,
    about: Literal["room", "stream"] = "stream",
    one_token: bool = False,
    logs_in: Login | None = None,
) -> Callable[[Function], Function]:
    """Declare an endpoint. `body` and `query` name models in `emulator.api.requests`, as `module:Model`; `returns`
    names the shape in the official specification; the first line of the docstring is what the endpoint does."""

    def declare(function: Function) -> Function:
        TABLE.append(
            Endpoint(
                method=method,
                path=path,
                permissions=None if permissions is None else tuple(permissions),
                auth=auth,
                function=function,
                body=body,
                body_required=body_required,
                form=form,
                query=query,
                returns=returns,
                success=tuple(success),
                missing=missing,
                aliases=tuple(aliases),
                deprecated=deprecated,
                most_bytes=most_bytes,
                about=about,
                one_token=one_token,
                logs_in=logs_in,
                summary=(function.__doc__ or "").strip().split("\n")[0],
            )
        )
        return function

    return declare


PARAMETER = re.compile(r"\{(\w+)\}")


def parameters(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return PARAMETER.findall(path)


def routes() -> Iterator[tuple[str, str, Endpoint]]:
    """Every method and path under which something is served, aliases included."""
    for each in TABLE:
        yield each.method, each.path, each
        for method, path in each.aliases:
            yield method, path, each
