"""The command line: parses, calls, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator import __version__

if TYPE_CHECKING:
    from emulator.config import Settings
    from emulator.world.world import World


class _ServeByDefault(click.Group):
    """Without a command it serves."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--version", "--help"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ServeByDefault, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, prog_name="symphony-emulator")
def main() -> None:
    """An offline Symphony pod and agent. Without a command it serves."""


_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--host", {"help": "address to serve on  [127.0.0.1]"}),
    ("--port", {"type": int, "help": "port, 0 picks a free one  [8080]"}),
    ("--world", {"help": "demo, empty, or a YAML file  [demo]"}),
    ("--seed", {"type": int, "help": "the same seed gives the same ids and the same growth  [0]"}),
    ("--users", {"type": int, "help": "add so many users"}),
    ("--rooms", {"type": int, "help": "add so many rooms"}),
    ("--messages", {"type": int, "help": "add so many messages"}),
    ("--home", {"type": click.Path(path_type=Path), "help": "where keys and configurations go  [.symphony-emulator]"}),
    ("--permission-match", {"type": click.Choice(["all", "any"]), "help": "for endpoints with two permissions  [all]"}),
    ("--log-level", {"type": click.Choice(["debug", "info", "warning", "error"]), "help": "  [warning]"}),
)


@main.command()
@click.option("--quiet", is_flag=True, default=None, help="print one JSON line instead of the start screen")
def serve(**flags: Any) -> None:
    """Serve a pod and agent (every flag is also an environment variable: SYMPHONY_EMULATOR_PORT and so on)."""
    import gc

    gc.disable()  # nothing that start-up makes is garbage: looking for some only costs time
    settings = _settings(flags)
    world = load_world(settings.world, settings.seed)
    from emulator.serving import serve_until_stopped

    serve_until_stopped(settings, world)


for _name, _how in reversed(_OPTIONS):
    serve.params.append(click.Option([_name], **_how))


def _settings(flags: dict[str, Any]) -> Settings:
    from pydantic import ValidationError

    from emulator.config import Settings

    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise click.ClickException(f"--{name}: {first['msg']}, not '{first['input']}'") from None


@main.command()
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def endpoints(as_json: bool) -> None:
    """List the endpoints: what each needs, and which are not emulated yet."""
    from emulator.listing import as_table, rows

    if as_json:
        import orjson

        click.echo(orjson.dumps(rows(), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(as_table(rows()))


@main.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def world(file: str, as_json: bool) -> None:
    """Check a world file and say what is in it; every mistake with its line."""
    loaded = load_world(file, 0)
    counts = {
        "companies": len(loaded.companies.book),
        "users": len(loaded.users.book),
        "apps": len(loaded.apps.book),
        "connections": len(loaded.connections.book),
        "streams": len(loaded.streams.book),
        "messages": loaded.messages.count,
    }
    if as_json:
        import orjson

        click.echo(orjson.dumps({"file": file, **counts}).decode())
        return
    click.echo(f"{file} is good. The pod is {loaded.companies.home.name}.")
    for what, count in counts.items():
        click.echo(f"  {what:<12}{count:>8}")


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
