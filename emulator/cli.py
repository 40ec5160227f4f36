"""The command line: parses, calls, prints."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.config import Settings
from emulator.version import __version__

if TYPE_CHECKING:
    from emulator.access.permissions import Match
    from emulator.world.world import World


class _ServeByDefault(click.Group):
    """Without a command it serves."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--version", "--help"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ServeByDefault)
@click.version_option(__version__, prog_name="symphony-emulator")
def cli() -> None:
    """An offline Symphony pod and agent. Without a command it serves."""


_COUNT = click.IntRange(0, 10_000_000)


@cli.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", help="address to serve on")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, help="0 picks a free one")
@click.option("--world", default="demo", help="demo, empty, or a YAML file")
@click.option("--seed", type=int, default=0, help="the same seed gives the same ids and the same growth")
@click.option("--users", type=_COUNT, default=0, help="add so many users")
@click.option("--rooms", type=_COUNT, default=0, help="add so many rooms")
@click.option("--messages", type=_COUNT, default=0, help="add so many messages")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path(".symphony-emulator"),
    help="where keys and client configurations go",
)
@click.option(
    "--permission-match",
    type=click.Choice(["all", "any"]),
    default="all",
    help="whether an endpoint with two permissions needs both",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="a file from which the state comes, and in which it is kept",
)
@click.option("--tls", is_flag=True, help="serve https with a certificate of our own; clients may show theirs")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning")
@click.option("--quiet", is_flag=True, help="print one JSON line instead of the start screen")
def serve(**flags: Any) -> None:
    """Serve a pod and agent.

    Every flag is an environment variable too: SYMPHONY_EMULATOR_PORT and so on.
    """
    gc.disable()  # nothing that start-up makes is garbage: looking for some only costs time
    settings = Settings(**flags)
    world = load_world(settings.world, settings.seed)
    from emulator.start import serve_until_stopped

    serve_until_stopped(settings, world)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def endpoints(as_json: bool) -> None:
    """List the endpoints: what each needs, and which are not emulated yet."""
    from emulator.listing import as_table, rows

    if as_json:
        import orjson

        click.echo(orjson.dumps(rows(), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(as_table(rows()))


@cli.command()
@click.argument("file")
@click.option("--seed", type=int, default=0, help="of ids and of growth")
@click.option("--users", type=_COUNT, default=0, help="let it grow by so many users")
@click.option("--rooms", type=_COUNT, default=0, help="let it grow by so many rooms")
@click.option("--messages", type=_COUNT, default=0, help="let it grow by so many messages")
@click.option("--overheard", type=click.IntRange(0, 1_000), default=0, help="print so many pieces of its talk too")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def world(file: str, seed: int, users: int, rooms: int, messages: int, overheard: int, as_json: bool) -> None:
    """Check a world file and describe what is in it; every mistake with its line."""
    from emulator.seeding import overheard as ear

    loaded = load_world(file, seed)
    if users or rooms or messages:
        from emulator.seeding.grow import grow

        grow(loaded, users=users, rooms=rooms, messages=messages, seed=seed)
    told = ear.described(loaded)
    if as_json:
        import orjson

        click.echo(orjson.dumps({"file": file, **told}).decode())
        return
    click.echo(f"{file} is good. {ear.as_screen(told)}")
    if overheard:
        click.echo("\n" + ear.overheard(loaded, overheard, seed))


@cli.command()
@click.argument("method")
@click.argument("path")
@click.option("--user", help="the user in session, or who logs in")
@click.option("--app", help="the app that acts for the user; without it an account of its own calls")
@click.option("--data", help="the body as JSON, or the fields of a form as a JSON object")
@click.option("--world", default="demo", show_default=True, help="demo, empty, or a YAML file")
@click.option("--permission-match", type=click.Choice(["all", "any"]), default="all", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def explain(
    method: str,
    path: str,
    user: str | None,
    app: str | None,
    data: str | None,
    world: str,
    permission_match: Match,
    as_json: bool,
) -> None:
    """Tell what is asked of a call, in which order, and what it would answer.

    Names in braces stand for ids: {Trading Desk}, {bob}.

    \b
    symphony-emulator explain --user bob --app acme-desk POST /pod/v1/im/create --data '["{ivan}"]'
    """
    from emulator.explain import as_text
    from emulator.explain import explain as told
    from emulator.world.errors import Refused

    try:
        found = told(load_world(world, 0), user, app, method.upper(), path, data, permission_match)
    except Refused as refused:
        raise click.ClickException(refused.reason) from None
    if as_json:
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(as_text(found))


def load_world(name: str, seed: int) -> World:
    """A world, or the mistakes in its file on the screen and exit code 1."""
    from emulator.seeding.file import WorldFileError
    from emulator.seeding.load import load

    try:
        return load(name, seed)
    except WorldFileError as error:
        click.echo(f"{error.source} has mistakes:", err=True)
        for mistake in error.mistakes:
            click.echo(f"  {mistake}", err=True)
        sys.exit(1)


def main() -> None:
    """The command `symphony-emulator`."""
    # Flags of `serve` are read from SYMPHONY_EMULATOR_PORT and the like, without the name of the command in between.
    for option in serve.params:
        option.envvar = f"SYMPHONY_EMULATOR_{(option.name or '').upper()}"
    cli(prog_name="symphony-emulator")
