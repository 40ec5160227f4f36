"""The command line: parses, calls, prints."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.config import Settings
from emulator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
@click.option(
    "--world",
    type=click.Path(),
    multiple=True,
    default=["demo"],
    help="demo, empty, or a YAML file; several are merged, the later ones over the earlier",
)
@click.option(
    "--side",
    type=click.Path(),
    multiple=True,
    metavar="NAME=FILE",
    help="a world beside it, at /worlds/NAME; several files of one name are merged",
)
@click.option("--seed", type=int, default=0, help="the same seed gives the same ids and the same growth")
@click.option("--users", type=_COUNT, default=0, help="add so many users")
@click.option("--rooms", type=_COUNT, default=0, help="add so many rooms")
@click.option("--messages", type=_COUNT, default=0, help="add so many messages")
@click.option(
    "--live",
    type=click.FloatRange(0.1, 86_400),
    metavar="SECONDS",
    help="somebody says something so often on average, and people come and go",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path(".symphony-emulator"),
    help="where keys and client configurations go",
)
@click.option(
    "--permission-match",
    type=click.Choice(["all", "any"]),
    show_default="as the world says",
    help="whether an endpoint with two permissions needs both",
)
@click.option(
    "--fidelity",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="a file that says which reading of docs/fidelity.md is your pod's, for each choice that you know",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="a file from which the state comes, and in which it is kept",
)
@click.option(
    "--datafeed-hold",
    type=click.FloatRange(0, 600),
    default=20,
    metavar="SECONDS",
    help="how long a read of a datafeed waits for an event",
)
@click.option("--no-bodies", is_flag=True, help="keep what is sent and answered out of the journal")
@click.option("--advertise", metavar="URL", help="the address that clients are told, where it is another one")
@click.option("--well-known-keys", is_flag=True, help="give apps and bots the key that everybody knows: no secret")
@click.option("--well-known-keys-anywhere", is_flag=True, help="the same, on other addresses than loopback too")
@click.option("--readable-home", is_flag=True, help="let other users of this machine read what clients need of --home")
@click.option("--control-token", help="what the control plane asks for, on any address; else one is made up")
@click.option(
    "--control-token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="a file with the control token in it",
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
    world = load_world(settings.world, settings.seed, live=settings.live is not None)
    from emulator.start import serve_until_stopped

    serve_until_stopped(settings, world)


_OWN_DEFAULTS = {"port": 0, "home": None, "quiet": True}
"""What `exec` does otherwise than `serve`: a free port, a home that goes again, no start screen."""


def _as_for_exec(option: click.Parameter) -> click.Parameter:
    own = copy(option)
    if own.name in _OWN_DEFAULTS:
        own.default = _OWN_DEFAULTS[own.name]
    return own


@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="write what was called: .json, .md, text"
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="a report in JSON: fail when an app needs a permission that it did not need there",
)
@click.option("--fail-on-unused-permission", is_flag=True, help="fail when an app did not use all that it has")
@click.option("--fail-on-refusal", is_flag=True, help="fail when a call was refused, or of what there is not")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    command: tuple[str, ...],
    report: Path | None,
    baseline: Path | None,
    fail_on_unused_permission: bool,
    fail_on_refusal: bool,
    **flags: Any,
) -> None:
    """Run a command beside a pod: start, wait until it is ready, run, stop; the exit code is the command's.

    It finds SYMPHONY_EMULATOR_URL, _HOME and _TOKEN in its environment, and a NO_PROXY with the pod in it. All flags of
    serve are there; without --port it is a free one, without --home one that is taken away afterwards.

    \b
    symphony-emulator exec --world mine.yaml -- mvn test
    """
    from emulator.execute import Asked, run_beside

    asked = Asked(report, baseline, unused=fail_on_unused_permission, refused=fail_on_refusal)
    loaded = load_world(flags["world"], flags["seed"], live=flags["live"] is not None)
    sys.exit(run_beside(command, flags, loaded, asked))


cli.command("exec", params=[_as_for_exec(each) for each in serve.params], context_settings={"show_default": True})(
    execute
)


@cli.command()
@click.option("--url", envvar="SYMPHONY_EMULATOR_URL", help="of the pod; else where the flags of serve put it")
def health(url: str | None) -> None:
    """Say whether a pod is up: exit code 0 when it is. Without --url it is the one of this home, as it says there, or
    else where the variables of serve put it."""
    from emulator.execute import own_address
    from emulator.testing.served import is_up

    where = url or own_address()
    problem = is_up(where)
    click.echo(f"{where} is up" if problem is None else f"{where} is not up: {problem}")
    sys.exit(problem is not None)


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
@click.argument("file", nargs=-1)
@click.option("--schema", is_flag=True, help="print the JSON Schema of world files, for editors")
@click.option("--seed", type=int, default=0, help="of ids and of growth")
@click.option("--users", type=_COUNT, default=0, help="let it grow by so many users")
@click.option("--rooms", type=_COUNT, default=0, help="let it grow by so many rooms")
@click.option("--messages", type=_COUNT, default=0, help="let it grow by so many messages")
@click.option("--overheard", type=click.IntRange(0, 1_000), default=0, help="print so many pieces of its talk too")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def world(
    file: tuple[str, ...], schema: bool, seed: int, users: int, rooms: int, messages: int, overheard: int, as_json: bool
) -> None:
    """Check a world file, or several as one, and describe what is in it; every mistake with its line."""
    if schema:
        import orjson

        from emulator.seeding.schema import json_schema

        click.echo(orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode())
        return
    if not file:
        raise click.UsageError("name a world file, or ask for --schema")
    from emulator.seeding import overheard as ear

    loaded = load_world(file, seed)
    if users or rooms or messages:
        from emulator.seeding.grow import grow

        grow(loaded, users=users, rooms=rooms, messages=messages, seed=seed)
    told = ear.described(loaded)
    if as_json:
        import orjson

        click.echo(orjson.dumps({"file": " ".join(file), **told}).decode())
        return
    click.echo(f"{', '.join(file)} is good. {ear.as_screen(told)}")
    if overheard:
        click.echo("\n" + ear.overheard(loaded, overheard, seed))


@cli.command()
@click.argument("method")
@click.argument("path")
@click.option("--user", help="the user in session, or who logs in")
@click.option("--app", help="the app that acts for the user; without it an account of its own calls")
@click.option("--data", help="the body as JSON, or the fields of a form as a JSON object")
@click.option(
    "--world", type=click.Path(), multiple=True, default=["demo"], show_default=True, help="demo, empty, or YAML files"
)
@click.option("--permission-match", type=click.Choice(["all", "any"]), help="overrules what the world says")
@click.option(
    "--fidelity",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="a file of choices",
)
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def explain(
    method: str,
    path: str,
    user: str | None,
    app: str | None,
    data: str | None,
    world: tuple[str, ...],
    permission_match: Match | None,
    fidelity: Path | None,
    as_json: bool,
) -> None:
    """Tell what is asked of a call, in which order, and what it would answer.

    Names in braces stand for ids: {Trading Desk}, {bob}.

    \b
    symphony-emulator explain --user bob --app acme-desk POST /pod/v1/im/create --data '["{ivan}"]'
    """
    from emulator.config import fitting
    from emulator.explain import as_text
    from emulator.explain import explain as told
    from emulator.world.errors import Refused

    loaded = load_world(world, 0)
    loaded.set(**fitting(fidelity, permission_match))
    try:
        found = told(loaded, user, app, method.upper(), path, data)
    except Refused as refused:
        raise click.ClickException(refused.reason) from None
    if as_json:
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(as_text(found))


@cli.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", envvar="SYMPHONY_EMULATOR_URL", help="of the pod; else where the flags of serve put it")
@click.option("--control-token", envvar="SYMPHONY_EMULATOR_TOKEN", help="what its control plane asks for")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="a state file, in the place of a pod that runs",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path(".symphony-emulator"),
    show_default=True,
    help="of the state file: keys that were made there are left out",
)
@click.option("--keys", is_flag=True, help="with the public keys that the emulator made")
def export(
    file: Path | None, url: str | None, control_token: str | None, state: Path | None, home: Path, keys: bool
) -> None:
    """Write the living world as a world FILE, or on the screen: of a pod that runs, or out of a state file.

    \b
    symphony-emulator export mine.yaml
    symphony-emulator --world mine.yaml
    """
    from emulator import exporting

    if state is not None:
        text = exporting.of_state(state, None if keys else home)
    else:
        from emulator.execute import own_address

        text = exporting.of_pod(url or own_address(), control_token, keys=keys)
    if file is None:
        click.echo(text, nl=False)
    else:
        exporting.write(file, text)
        click.echo(f"wrote {file}")


@cli.command()
@click.argument("folder", required=False, default="tests/symphony", type=click.Path(path_type=Path, file_okay=True))
def init(folder: Path) -> None:
    """Write a world, a conftest and tests to begin with into FOLDER (tests/symphony). What is there stays as it is."""
    from emulator.initial import begin

    for line in begin(folder):
        click.echo(line)


@cli.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
def import_lists(files: tuple[Path, ...]) -> None:
    """Make a world file of what a pod's administrator can export: users (CSV, or JSON of the admin API) and the
    manifests of apps (bundle.json). What was assumed is said beside it. The files may be given to --world as they are.

    \b
    symphony-emulator import users.csv bundle.json > world.yaml
    """
    from emulator.seeding.export import as_yaml
    from emulator.seeding.file import read_imports
    from emulator.seeding.load import build

    with _mistakes_shown():
        source, assumed = read_imports(files)
        build(source)
    click.echo(as_yaml(source.file), nl=False)
    for each in assumed:
        click.echo(each, err=True)


def load_world(worlds: Sequence[str], seed: int, *, live: bool = False) -> World:
    """A world, or the mistakes in its file on the screen and exit code 1."""
    from emulator.seeding.load import load

    with _mistakes_shown():
        return load(worlds, seed, live=live)


@contextmanager
def _mistakes_shown() -> Iterator[None]:
    """The mistakes in a file are shown on the screen, and end the program with exit code 1."""
    from emulator.seeding.source import WorldFileError

    try:
        yield
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
