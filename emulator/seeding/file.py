"""World files: YAML, checked strictly, every mistake named with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Required

import yaml
from typing_extensions import TypedDict


class WorldFileError(ValueError):
    """A world file has mistakes. `mistakes` are sentences, each with the line."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        super().__init__(f"{source}: {'; '.join(mistakes)}")
        self.source, self.mistakes = source, mistakes


# The parts of a file are typed dictionaries, so that a file that is known to be good (those that ship with the
# emulator are, the tests see to it) is used without the cost of checking it again.


class CompanyPart(TypedDict, total=False):
    name: Required[str]
    pod: Required[int]
    crossPod: bool
    entitlements: list[str]


class UserPart(TypedDict, total=False):
    username: Required[str]
    company: str
    email: str
    firstName: str
    lastName: str
    displayName: str
    title: str
    department: str
    division: str
    location: str
    jobFunction: str
    workPhone: str
    mobilePhone: str
    twoFactorPhone: str
    smsNumber: str
    industries: list[str]
    assetClasses: list[str]
    functions: list[str]
    marketCoverages: list[str]
    responsibilities: list[str]
    instruments: list[str]
    accountType: Literal["NORMAL", "SYSTEM"]
    status: Literal["ENABLED", "DISABLED"]
    suspended: bool
    roles: list[str]
    entitlements: dict[str, bool]
    acceptsConnections: bool
    publicKey: str
    presence: str


ConnectionPart = TypedDict(
    "ConnectionPart",
    {"from": Required[str], "to": Required[str], "status": Literal["PENDING", "ACCEPTED", "REJECTED"]},
    total=False,
)


class BarriersPart(TypedDict, total=False):
    groups: dict[str, list[str]]
    between: list[tuple[str, str]]


class AppPart(TypedDict, total=False):
    id: Required[str]
    name: str
    permissions: Literal["all"] | list[str]
    actAsUser: bool
    enabled: bool
    installedFor: Literal["all"] | list[str]
    publicKey: str


MessagePart = TypedDict(
    "MessagePart", {"from": Required[str], "ago": int | str, "text": str, "message": str}, total=False
)


class RoomPart(TypedDict, total=False):
    name: Required[str]
    description: str
    keywords: dict[str, str]
    owners: Required[list[str]]
    members: list[str]
    membersCanInvite: bool
    discoverable: bool
    public: bool
    readOnly: bool
    copyProtected: bool
    crossPod: bool
    viewHistory: bool
    multiLateralRoom: bool
    active: bool
    created: int | str
    messages: list[MessagePart]


class ImPart(TypedDict, total=False):
    between: Required[list[str]]
    created: int | str
    messages: list[MessagePart]


class WhenPart(TypedDict, total=False):
    event: Required[str]
    stream: str
    user: str
    contains: str


class FormPart(TypedDict, total=False):
    formId: Required[str]
    values: dict[str, str]


DoPart = TypedDict(
    "DoPart", {"as": Required[str], "send": str, "acceptConnection": str, "submitForm": FormPart}, total=False
)


class BehaviourPart(TypedDict, total=False):
    when: Required[WhenPart]
    do: Required[list[DoPart]]
    afterMs: int
    times: int
    chain: bool


class SettingsPart(TypedDict, total=False):
    fileTypes: list[str]
    protocols: list[str]
    sessionHours: int
    suppressMinutes: int
    formsFromUsers: bool
    oboReadsMessages: bool
    oboForServiceAccounts: bool
    messagesOrder: Literal["newest", "oldest"]
    strict: bool


class WorldFile(TypedDict, total=False):
    """A world as a file describes it. The first company is the pod that is served."""

    companies: Required[list[CompanyPart]]
    settings: SettingsPart
    users: list[UserPart]
    connections: list[ConnectionPart]
    barriers: BarriersPart
    apps: list[AppPart]
    rooms: list[RoomPart]
    ims: list[ImPart]
    behaviours: list[BehaviourPart]


_PARTS: tuple[type, ...] = (
    WorldFile,
    CompanyPart,
    UserPart,
    ConnectionPart,
    BarriersPart,
    AppPart,
    MessagePart,
    RoomPart,
    ImPart,
    WhenPart,
    FormPart,
    DoPart,
    BehaviourPart,
    SettingsPart,
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file that was read: where from, its text, and what it holds."""

    name: str
    text: str
    file: WorldFile

    def line(self, *place: str | int) -> int:
        """The line on which a part stands."""
        return _lines(self.text, place)


_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _strict(base: Any) -> Any:
    """A safe loader that names the place of what a value cannot be (a 13th month), and of a key that is there twice."""

    class Loader(base):  # type: ignore[misc]
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep=deep)
            except (ValueError, OverflowError) as error:
                what = str(error).splitlines()[0]
                raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from None

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                    if key.value in seen:
                        raise yaml.constructor.ConstructorError(
                            None, None, f"'{key.value}' is there twice", key.start_mark
                        )
                    seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    return Loader


_LOADER = _strict(_SAFE)
"""For values and for lines alike: two loaders disagree about what is YAML."""


def _lines(text: str, place: tuple[str | int, ...]) -> int:
    node = yaml.compose(text, Loader=_LOADER)
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


def _bundled() -> Path:
    inside = Path(__file__).parent.parent / "fixtures"
    return inside if inside.is_dir() else inside.parent.parent / "fixtures"  # a checkout keeps them beside the package


BUNDLED = _bundled()
"""Where the worlds that ship with the emulator lie."""


def find(world: str) -> Path:
    """The file of a world: one that ships with the emulator, by its name, or a path."""
    path = BUNDLED / f"{world}.yaml"
    if re.fullmatch(r"[\w-]+", world) and path.is_file():
        return path
    path = Path(world)
    if not path.is_file():
        names = ", ".join(sorted(each.stem for each in BUNDLED.glob("*.yaml")))
        raise WorldFileError(world, [f"there is no such file; the worlds that ship with the emulator are {names}"])
    return path


def read(path: Path) -> Source:
    """A world file; WorldFileError with every mistake and its line."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(name, [f"the file cannot be read: {error}"]) from None
    try:
        content = yaml.load(text, Loader=_LOADER if path.parent != BUNDLED else _SAFE)  # noqa: S506 - both are safe
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise WorldFileError(name, [f"line {line}: not YAML: {error.reason}"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise WorldFileError(name, [f"{where}not YAML: {getattr(error, 'problem', error)}"]) from None
    except RecursionError:
        raise WorldFileError(name, ["line 1: lists and mappings lie too deep in each other"]) from None
    if path.parent != BUNDLED:
        content = _checked(name, text, content)
    return Source(name, text, content)


def _checked(name: str, text: str, content: object) -> WorldFile:
    """What a file holds; WorldFileError unless everything in it has a name and a type that we know."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    for part in _PARTS:
        with_config(ConfigDict(extra="forbid"))(part)
    try:
        return TypeAdapter(WorldFile).validate_python(content)
    except ValidationError as error:
        mistakes = []
        for each in error.errors(include_url=False, include_context=False):
            place = tuple(each["loc"])
            mistakes.append(f"line {_lines(text, place)}: {'.'.join(map(str, place))}: {each['msg']}")
        raise WorldFileError(name, mistakes) from None
