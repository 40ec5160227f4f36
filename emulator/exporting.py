"""`export`: the world of a pod that runs, or of a state file, as a world file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emulator.control.keys import made_keys
from emulator.home import Home
from emulator.keeping.file import StateFile, StateFileError
from emulator.seeding.export import world_file
from emulator.world.world import World

if TYPE_CHECKING:
    from pathlib import Path


def of_pod(url: str, token: str | None, *, keys: bool) -> str:
    """What a pod at this address tells of its world; ClickException when it does not."""
    import httpx

    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    where = f"{url.rstrip('/')}/emulator/v1/world-file"
    try:
        answer = httpx.get(
            where,
            params={"keys": keys},
            headers=headers,
            timeout=60,
            verify=False,  # noqa: S501 - it is the user's own pod, whose certificate it made itself
            trust_env=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"no pod answers at {url}: {error}; --url names another, --state a file") from None
    if answer.status_code != 200:
        reason = answer.headers.get("X-Emulator-Reason", answer.text[:200])
        raise click.ClickException(f"{where} answers {answer.status_code}: {reason}")
    return answer.text


def of_state(path: Path, home: Path | None) -> str:
    """What a state file holds, without the keys that were made in this home; ClickException when it cannot be read."""
    world = World()
    try:
        file = StateFile(path)
        try:
            file.load(world)
        finally:
            file.close()
    except StateFileError as error:
        raise click.ClickException(str(error)) from None
    return world_file(world, () if home is None else made_keys(Home(home), world))


def write(path: Path, text: str) -> None:
    """Write a world file; ClickException when that does not go."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
