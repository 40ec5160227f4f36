"""What `serve` does: a world, a home, a start screen, a server."""

from __future__ import annotations

import gc
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import click
import orjson

from emulator.config import fitting
from emulator.control.guard import is_loopback, origin_of
from emulator.home import Home, HomeError
from emulator.server import Server, address_of, bind
from emulator.site import Site
from emulator.stage.stage import Stage
from emulator.world.errors import Invalid
from emulator.world.users import NORMAL, SYSTEM

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator

    from emulator.config import Settings
    from emulator.keeping.file import StateFile
    from emulator.tls import Tls
    from emulator.world.users import User
    from emulator.world.world import World

_SHOWN_USERS = 12


@dataclass(frozen=True, slots=True)
class Made:
    """All that serving takes. `token` is what the control plane asks for, None where it asks for nothing."""

    stage: Stage
    home: Home
    bound: socket.socket
    tls: Tls | None
    url: str
    token: str | None
    kept: StateFile | None
    advertised: str | None
    sides: dict[str, World]
    """The worlds beside the main one, by name."""

    def site(self) -> Site:
        site = Site(self.stage, control_token=self.token, keys=self.home, advertised=self.advertised)
        for name, world in self.sides.items():
            site.add_world(name, world)
        return site

    def close(self) -> None:
        """Leave all that is kept in its file, and nothing that says a pod is up."""
        self.home.forget_address()
        if self.kept is not None:
            self.kept.close()


def make(settings: Settings, world: World) -> Made:
    """A home and a stage for a world, and a port that is bound; ClickException says what is in the way."""
    say = _silent if settings.quiet else _progress
    fitted = fitting(settings.fidelity, settings.permission_match)
    if settings.users or settings.rooms or settings.messages:
        _grow(world, settings)
    advertised, well_known = _advertised(settings), _well_known(settings)
    home = Home(settings.home)
    sides = _sides(settings)
    with _told_of(settings):
        for each in (world, *sides.values()):
            home.prepare(each, say, well_known=well_known)
        pod_key = home.pod_key()
    token = _token(settings)
    try:
        bound = bind(settings.host, settings.port)
    except OSError as error:
        hint = "is something else serving there? --port 0 picks a free port"
        raise click.ClickException(
            f"cannot serve on {settings.host}:{settings.port}: {error.strerror}; {hint}"
        ) from None
    with _told_of(settings):
        names = [] if advertised is None else [origin_of(advertised)[1].host]
        tls = home.certify(world, settings.host, *names) if settings.tls else None
    served = address_of(bound, settings.host, "https" if tls else "http")
    url = advertised or served
    stage = Stage(world, pod_key=pod_key, hold=settings.datafeed_hold, bodies=not settings.no_bodies)
    kept = None
    if settings.state is not None:
        from emulator.keeping.file import StateFileError, keep_in

        try:
            kept = keep_in(settings.state, world, stage)
        except StateFileError as error:
            raise click.ClickException(str(error)) from None
    stage.fit(fitted)
    if settings.live is not None:
        stage.enliven(settings.live)
    with _told_of(settings):
        home.write_facts(world, url)
        home.tell_address(served)
        if settings.readable_home:
            home.open_up()
    return Made(stage, home, bound, tls, url, token, kept, advertised, sides)


def serve_until_stopped(settings: Settings, world: World) -> None:
    """Serve a world until SIGTERM or Ctrl-C."""
    made = make(settings, world)

    def ready() -> None:
        gc.enable()
        gc.freeze()
        if settings.quiet:
            line = {"url": made.url, "home": str(made.home.path)}
            if made.token is not None:
                line["token"] = made.token
            click.echo(orjson.dumps(line).decode())
        else:
            well_known = _well_known(settings)
            click.echo(start_screen(world, made.home, made.url, made.token, well_known=well_known, sides=made.sides))
        sys.stdout.flush()

    def stopped() -> None:
        made.close()
        gc.freeze()  # the process ends: to look through large worlds for garbage once more would take seconds

    Server(
        made.site(), made.bound, log_level=settings.log_level, on_ready=ready, on_stopped=stopped, tls=made.tls
    ).serve_forever()


def _sides(settings: Settings) -> dict[str, World]:
    """The worlds beside the main one, by name; ClickException where a file has mistakes."""
    if not settings.side:
        return {}
    from emulator.control.parts import NAME
    from emulator.seeding.load import load
    from emulator.seeding.source import WorldFileError

    files: dict[str, list[str]] = {}
    for each in settings.side:
        name, equals, file = each.partition("=")
        if not equals or not re.fullmatch(NAME, name) or name == "main" or not file:
            raise click.ClickException(f"--side {each}: write NAME=FILE, with letters, digits, _, . and - in the name")
        files.setdefault(name, []).append(file)
    try:
        return {name: load(worlds, settings.seed) for name, worlds in files.items()}
    except WorldFileError as error:
        raise click.ClickException("\n  ".join([f"{error.source} has mistakes:", *error.mistakes])) from None


def _token(settings: Settings) -> str | None:
    """What the control plane asks for: what was set, or on other addresses than loopback something of our own."""
    token = settings.control_token
    if settings.control_token_file is not None:
        if token is not None:
            raise click.ClickException("give --control-token or --control-token-file, not both")
        try:
            token = settings.control_token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"--control-token-file cannot be read: {error}") from None
    if token is None:
        return None if is_loopback(settings.host) else os.urandom(24).hex()
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise click.ClickException("a control token is printable ASCII without spaces, as a header can carry it")
    return token


def _advertised(settings: Settings) -> str | None:
    """The address that clients are told, where it is not the one that is served."""
    if settings.advertise is None:
        return None
    try:
        origin_of(settings.advertise)
    except Invalid as error:
        raise click.ClickException(f"--advertise: {error.reason}") from None
    return settings.advertise.rstrip("/")


def _well_known(settings: Settings) -> bool:
    """Whether keys are given that everybody has. On other addresses whoever reaches the pod could act for all."""
    if settings.well_known_keys_anywhere:
        return True
    if settings.well_known_keys and not is_loopback(settings.host):
        raise click.ClickException(
            f"--well-known-keys on {settings.host} lets whoever reaches it act for everybody:"
            " say --well-known-keys-anywhere where that is meant"
        )
    return settings.well_known_keys


@contextmanager
def _told_of(settings: Settings) -> Iterator[None]:
    """What the home does not allow, in one line."""
    try:
        yield
    except HomeError as error:
        raise click.ClickException(f"--home {settings.home} cannot be used: {error}") from None
    except OSError as error:
        raise click.ClickException(f"--home {settings.home} cannot be written: {error.strerror}") from None


def _silent(what: str) -> None:
    pass


def _progress(what: str) -> None:
    click.echo(f"  {what} ...", err=True)


def _grow(world: World, settings: Settings) -> None:
    from emulator.seeding.grow import grow

    def tell(what: str, done: int, total: int) -> None:
        if not settings.quiet and sys.stderr.isatty() and (done % 500 == 0 or done == total):
            click.echo(f"\r  {what}: {done:,} of {total:,}", err=True, nl=done == total)

    grow(
        world,
        users=settings.users,
        rooms=settings.rooms,
        messages=settings.messages,
        seed=settings.seed,
        progress=tell,
    )


def start_screen(
    world: World, home: Home, url: str, token: str | None, *, well_known: bool = False, sides: Iterable[str] = ()
) -> str:
    """One screen that says what to do next."""
    pod = world.companies.home
    lines = ["", f"Symphony emulator: {pod.name} (pod {pod.id})", "", f"  pod and agent   {url}"]
    lines.append(f"  console         {url}/")
    lines += [f"  beside it       {url}/worlds/{name}" for name in sides]
    lines.append(f"  control plane   {url}/emulator/v1/health")
    if token is not None:
        lines.append(f"                  on this address with 'Authorization: Bearer {token}'")
    lines.append(f"  BDK config      {home.path / 'bdk' / 'config.yaml'}, for Java config-java.yaml")
    if url.startswith("https:"):
        lines.append(f"  authority       {home.path / 'tls' / 'ca.pem'}")
    lines.append(f"  facts           {home.path / 'world.json'}")
    if well_known:
        lines.append("  keys            well-known ones: whoever reaches this pod can act for everybody")
    apps = list(world.apps.book)
    if apps:
        lines += ["", "  app" + " " * 17 + "permissions   key"]
        for app in apps:
            key = home.app_key(app.id)
            where = key.relative_to(home.path).as_posix() if key.is_file() else "its own"
            note = "  (disabled)" if not app.enabled else ""
            if not app.automatic and not world.apps.installations.count_by("app", app.id):
                note += "  (installed for nobody)"
            lines.append(f"  {app.id:<20}{len(app.permissions):>11}   {where}{note}")
    people = (user for user in world.users.book if _can_be_acted_for(user, pod.id))
    shown = [user.username for user in islice(people, _SHOWN_USERS + 1)]
    if shown:
        more = " ..." if len(shown) > _SHOWN_USERS else ""
        lines += ["", f"  act for         {', '.join(shown[:_SHOWN_USERS])}{more}"]
    bots = [user.username for user, _ in zip(_bots(world, pod.id), range(_SHOWN_USERS), strict=False)]
    if bots:
        lines.append(f"  bots            {', '.join(bots)}")
    lines += ["", "  refused? 'symphony-emulator explain --help' tells why; stop with Ctrl-C"]
    lines += ["  quiet? with --live 30 people talk, come and go, and some answer", ""]
    return "\n".join(lines)


def _bots(world: World, pod: int) -> Iterator[User]:
    return (user for user in world.users.book if user.account_type == SYSTEM and user.company_id == pod)


def _can_be_acted_for(user: User, pod: int) -> bool:
    return user.company_id == pod and user.account_type == NORMAL and user.enabled
