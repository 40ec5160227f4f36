"""docs/fidelity.md out of the rules and the table: what is documented, what is observed, what is our choice."""

from __future__ import annotations

import re
import sys

from emulator.access.obo_also import OBO_ALSO
from emulator.api import rows as filled  # noqa: F401 - importing it fills the table and declares the rules
from emulator.api.texts import TEXTS
from emulator.explain import ASKED
from emulator.table.table import TABLE, Endpoint
from emulator.world.entitlements import ENTITLEMENTS
from emulator.world.policy import RULES, Basis
from emulator.world.settings import CHOICES, worded

_CHOICES = (
    ("Faults and throttling", "are the tests' own: production's limits are not public; the form of 429 is"),
    ("Datafeeds", "of a world kept with `--state` are gone after a restart, clients make new ones"),
    ("New apps of the admin API", "are disabled, not listed and installed for nobody until their entitlements are set"),
    ("`suspendedUntil`", "is in seconds, as in the specification's example; a value in ms is understood"),
    ("Sessions", "end for good when the user is deactivated or suspended, the app disabled, or a key revoked"),
    ("Own messages", "are suppressed by who may still read them: not after leaving the room"),
    (
        "Lists of numbers in user details",
        "(features, apps, groups, disclaimers) are empty: production's ids are unknown",
    ),
    ("Certificates", "are those that our own authority signed (`--tls`); none or an unknown name is 401"),
    ("Users of certificate logins", "who do not exist are 404, with RSA logins 401, as each specification has it"),
    ("JWT of extension apps", "lives five minutes, `sub` is a number, `exp` is in seconds"),
    ("Symphony token of a pair", "128 random hex digits: its length is unknown"),
    ("`authorizationToken`", "comes with sessions of users and accounts, lives 300 s and ends with its session"),
    ("POST on `/pod/v2/room/{id}/membership/list`", "served as the product page lists it; the specification has GET"),
    ("Lifetime of sessions", "two weeks of the world's clock, `settings.sessionHours` in a world file"),
    ("Login JWTs", "are checked against real time, because real clients sign with their own clocks"),
    ("Statuses of logins that are refused", "401 for all but a missing ACT_AS_USER, which is 403; the texts are ours"),
    ("Unknown stream in a message call", "400 `This thread doesn't exist.`"),
    ("MessageML", "is held to production's library by recordings; [bounds and differences](messageml.md)"),
    ("Suppressed messages", "leave search and lose their attachments"),
    ("Updated messages", "are found in their last version"),
    ("Room and stream ids", "URL-safe in every answer; standard base64 is taken too"),
    ("Limits on lists in bodies", "1,000 user ids; more is 400"),
    (
        "Barriers",
        "leave presences as they are; what they do to writing, reading and the directory are choices, see above",
    ),
    ("Semantic search", "knows words and no meaning: most of the words asked for first, rare ones count more"),
    ("Walls", "there are no wall posts: no stream of type POST exists"),
    ("Instruments", "there is no instrument service: `<tag>` always uses its fallback ticker"),
)


_CHOSEN_ROWS = ("GET /pod/v2/streams/{sid}/info", "GET /pod/v2/system/protocols")
"""Newer forms of listed rows, which we take to need the same permission (production/pod.md 2.4)."""


def _page(row: Endpoint) -> str:
    """Where the module that declares a row says that it is described."""
    described = sys.modules[row.function.__module__].__doc__ if row.function else None
    found = re.search(r"production/[^)]*", described or "")
    return found[0] if found else ""


_CITED = re.compile(r"production/(\w+\.md)((?: \d[\d.]*(?:-\d+)?(?:, \d[\d.]*)*)?)")


def _linked(page: str) -> str:
    """What is cited, as links from docs/fidelity.md."""

    def link(found: re.Match[str]) -> str:
        name, numbers = found[1], found[2].replace(",", " ").split()
        if not numbers:
            return f"[{name}](production/{name})"
        first, *others = (f"(production/{name}#{number.partition('-')[0].rstrip('.')})" for number in numbers)
        rest = zip(numbers[1:], others, strict=True)
        return ", ".join([f"[{name} {numbers[0]}]{first}", *(f"[{number}]{to}" for number, to in rest)])

    return _CITED.sub(link, page)


def _readings() -> list[str]:
    """The table of choices between readings, and the calls that a world opens to apps."""
    lines = [
        "",
        "## Choices that your pod may settle",
        "",
        "Each has readings that no source decides between for all pods; the first is ours. What you know of yours goes",
        "into `settings` of a world file, or as lines such as `messagesOrder: oldest` into a file of its own, which",
        "`settings.fidelity` names, relative to the world file, or `--fidelity FILE` for any world.",
        "",
        "```yaml",
        "companies: [{name: Acme, pod: 190}]",
        "settings: {messagesOrder: oldest, permissionMatch: any}",
        "```",
        "",
        "`strict: true` takes the readings that are marked: it refuses what clients are known to send and the",
        "documentation may be read to refuse. What `settings` say stands over the file, and both stand over `strict`.",
        "",
        "| choice | what it decides | readings | basis of ours | source |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, choice in CHOICES.items():
        readings = ", ".join(
            f"`{worded(each)}`{' (strict)' if each == choice.strict else ''}" for each in choice.readings
        )
        lines.append(f"| `{name}` | {choice.decides} | {readings} | {choice.basis.value} | {_linked(choice.source)} |")
    lines += [
        "",
        "Calls that the BDKs make on behalf of users and the table of OBO endpoints does not list are 403, until",
        "`oboAlso` names them, as in `oboAlso: ['GET /agent/v1/message/{id}']`.",
        "",
        "| call | permission that it then needs |",
        "| --- | --- |",
    ]
    return lines + [f"| `{name}` | {' and '.join(needed)} |" for name, needed in sorted(OBO_ALSO.items())]


def document() -> str:
    """The page."""
    lines = [
        "# Fidelity",
        "",
        "What stands behind the emulator's behaviour. Generated with `python -m tests.refresh`; a test fails when it",
        "is stale. The body of a refusal is production's, the reason in `X-Emulator-Reason` ours.",
        "",
        "| basis | meaning |",
        "| --- | --- |",
        f"| {Basis.DOCUMENTED.value} | the product documentation, release notes or help centre say so |",
        f"| {Basis.SPECIFIED.value} | the official specification says so |",
        f"| {Basis.OBSERVED.value} | a real client or a captured answer shows it |",
        f"| {Basis.CHOICE.value} | no public source settles it; we took the stricter or safer reading |",
        "",
        "## Rules",
        "",
        "| rule | what it says | basis | source |",
        "| --- | --- | --- | --- |",
    ]
    for name, rule in sorted(RULES.items()):
        lines.append(f"| `{name}` | {rule.says} | {rule.basis.value} | {_linked(rule.page)} |")
    lines += _readings()
    lines += ["", "## Choices where no source settles it", "", "| where | what we do |", "| --- | --- |"]
    lines += [f"| {where} | {what} |" for where, what in _CHOICES]
    lines += [
        "",
        "## Texts of refusals",
        "",
        "All that a body says, besides the texts of [MessageML](messageml.md). `{}` is what the text names.",
        "",
        "| text | stands for | basis | source |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.words} | {each.stands_for} | {each.basis.value} | {_linked(each.source)} |" for each in TEXTS.values()
    ]
    lines += [
        "",
        "## Entitlements",
        "",
        "| entitlement | lets a user | new users have it | name from |",
        "| --- | --- | --- | --- |",
    ]
    for each in ENTITLEMENTS.values():
        lines.append(f"| `{each.name}` | {each.lets} | {'yes' if each.default else 'no'} | {each.source} |")
    lines += [
        "",
        "## Endpoints",
        "",
        "Shapes and statuses are those of the official specification. Any other operation of it answers 404 by name to",
        "service accounts, and 403 to apps. What a row asks of the world is seen when the tests walk it.",
        "",
        "| endpoint | for apps | permission from | described in | asks |",
        "| --- | --- | --- | --- | --- |",
    ]
    asked = dict(line.split("\t") for line in ASKED.read_text(encoding="utf-8").splitlines())
    for row in sorted(TABLE, key=lambda row: (row.path, row.method)):
        needs = " and ".join(row.permissions or ()) or ("any session" if row.permissions is not None else "-")
        basis = Basis.CHOICE if row.name in _CHOSEN_ROWS else Basis.DOCUMENTED
        rules = " ".join(f"`{rule}`" for rule in asked.get(row.name, "").split())
        source = basis.value if row.permissions else ""
        lines.append(f"| `{row.name}` | {needs} | {source} | {_linked(_page(row))} | {rules} |")
    lines.append("")
    return "\n".join(lines)
