"""World files: YAML, checked strictly, every mistake named with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from emulator.world.entitlements import COMPANY_ENTITLEMENTS, ENTITLEMENTS, ROLES

_AGO = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class WorldFileError(ValueError):
    """A world file has mistakes. `mistakes` are sentences, each with the line."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        super().__init__(f"{source}: {'; '.join(mistakes)}")
        self.source, self.mistakes = source, mistakes


def _milliseconds(value: Any) -> Any:
    if isinstance(value, str):
        found = _AGO.fullmatch(value)
        if found is None:
            raise ValueError("write how long ago as a number with s, m, h or d, such as 90s or 3d")
        return int(found[1]) * _UNITS[found[2]]
    return value


def _known(names: Any, kind: str) -> Any:
    def check(value: Any) -> Any:
        for name in value:
            if name not in names:
                raise ValueError(f"'{name}' is no {kind}, there are {', '.join(sorted(names))}")
        return value

    return AfterValidator(check)


Ago = Annotated[int, BeforeValidator(_milliseconds)]
Switches = Annotated[dict[str, bool], _known(ENTITLEMENTS, "entitlement")]
Roles = Annotated[list[str], _known(ROLES, "role")]
Category = Literal[
    "AVAILABLE",
    "BUSY",
    "DO_NOT_DISTURB",
    "ON_THE_PHONE",
    "BE_RIGHT_BACK",
    "IN_A_MEETING",
    "AWAY",
    "OUT_OF_OFFICE",
    "OFF_WORK",
    "OFFLINE",
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CompanyPart(Part):
    name: str
    pod: Annotated[int, Field(ge=1, lt=2**27)]
    crossPod: bool = True
    entitlements: Annotated[list[str], _known(COMPANY_ENTITLEMENTS, "entitlement of a company")] = []


class UserPart(Part):
    username: Annotated[str, Field(min_length=1)]
    company: str | None = None
    email: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    displayName: str | None = None
    title: str | None = None
    department: str | None = None
    division: str | None = None
    location: str | None = None
    jobFunction: str | None = None
    workPhone: str | None = None
    mobilePhone: str | None = None
    twoFactorPhone: str | None = None
    smsNumber: str | None = None
    industries: list[str] = []
    assetClasses: list[str] = []
    functions: list[str] = []
    marketCoverages: list[str] = []
    responsibilities: list[str] = []
    instruments: list[str] = []
    accountType: Literal["NORMAL", "SYSTEM"] = "NORMAL"
    status: Literal["ENABLED", "DISABLED"] = "ENABLED"
    suspended: bool = False
    roles: Roles = []
    entitlements: Switches = {}
    acceptsConnections: bool = False
    publicKey: str | None = None
    presence: Category | None = None


class ConnectionPart(Part):
    asker: Annotated[str, Field(alias="from")]
    to: str
    status: Literal["PENDING", "ACCEPTED", "REJECTED"] = "ACCEPTED"


class BarriersPart(Part):
    groups: dict[str, list[str]] = {}
    between: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []


class AppPart(Part):
    id: Annotated[str, Field(min_length=1, pattern=r"^[^:]+$")]
    name: str | None = None
    permissions: Literal["all"] | list[Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,64}$")]] = []
    actAsUser: bool = True
    enabled: bool = True
    installedFor: Literal["all"] | list[str] = "all"
    publicKey: str | None = None


class MessagePart(Part):
    sender: Annotated[str, Field(alias="from")]
    ago: Ago = 0
    text: str | None = None
    message: str | None = None


class RoomPart(Part):
    name: str
    description: str = ""
    keywords: dict[str, str] = {}
    owners: Annotated[list[str], Field(min_length=1)]
    members: list[str] = []
    membersCanInvite: bool | None = None
    discoverable: bool | None = None
    public: bool = False
    readOnly: bool = False
    copyProtected: bool = False
    crossPod: bool = False
    viewHistory: bool | None = None
    multiLateralRoom: bool = False
    active: bool = True
    created: Ago = 0
    messages: list[MessagePart] = []


class ImPart(Part):
    between: Annotated[list[str], Field(min_length=2)]
    created: Ago = 0
    messages: list[MessagePart] = []


class SettingsPart(Part):
    fileTypes: list[Annotated[str, Field(pattern=r"^\.[a-z0-9]+$")]] | None = None
    protocols: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9+.-]*$")]] | None = None
    sessionHours: Annotated[int, Field(ge=1, le=14 * 24)] | None = None
    suppressMinutes: Annotated[int, Field(ge=0)] | None = None
    formsFromUsers: bool | None = None
    messagesOrder: Literal["newest", "oldest"] | None = None
    oboReadsMessages: bool | None = None


class WorldFile(Part):
    """A world as a file describes it. The first company is the pod that is served."""

    companies: Annotated[list[CompanyPart], Field(min_length=1)]
    settings: SettingsPart = SettingsPart()
    users: list[UserPart] = []
    connections: list[ConnectionPart] = []
    barriers: BarriersPart = BarriersPart()
    apps: list[AppPart] = []
    rooms: list[RoomPart] = []
    ims: list[ImPart] = []


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: where from, its text, and what it holds."""

    name: str
    text: str
    file: WorldFile

    def line(self, *place: str | int) -> int:
        """The line on which a part stands."""
        return _lines(self.text, place)


def _lines(text: str, place: tuple[str | int, ...]) -> int:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node is not None else 0
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if step not in pairs:
                break
            key, node = pairs[step]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def find(world: str) -> Path:
    """The file of a world: one that ships with the emulator, by its name, or a path."""
    bundled = Path(__file__).parent.parent / "fixtures"
    if not bundled.is_dir():  # a checkout keeps them beside the package
        bundled = Path(__file__).parent.parent.parent / "fixtures"
    path = bundled / f"{world}.yaml"
    if re.fullmatch(r"[\w-]+", world) and path.is_file():
        return path
    path = Path(world)
    if not path.is_file():
        names = ", ".join(sorted(each.stem for each in bundled.glob("*.yaml")))
        raise WorldFileError(world, [f"there is no such file; the worlds that ship with the emulator are {names}"])
    return path


def read(path: Path) -> Source:
    """A world file; WorldFileError with every mistake and its line."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(name, [f"the file cannot be read: {error}"]) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one is written in C
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise WorldFileError(name, [f"{where}not YAML: {getattr(error, 'problem', error)}"]) from None
    try:
        return Source(name, text, WorldFile.model_validate(content))
    except ValidationError as error:
        mistakes = []
        for each in error.errors(include_url=False, include_context=False):
            place = tuple(each["loc"])
            said = each["msg"].removeprefix("Value error, ")
            mistakes.append(f"line {_lines(text, place)}: {'.'.join(map(str, place))}: {said}")
        raise WorldFileError(name, mistakes) from None
