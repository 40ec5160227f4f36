"""World files: YAML, checked strictly, every mistake named with its line."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from emulator.seeding import fidelity
from emulator.seeding.check import checked
from emulator.seeding.source import Source, WorldFileError

if TYPE_CHECKING:
    from collections.abc import Sequence


Parsed = tuple[yaml.Node | None, Any]

A_COMPANY = {"name": "My Company", "pod": 190}
"""The pod of users in a list that names no company and no ids."""

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

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }  # a date is a text
    return Loader


_LOADER = _strict(_SAFE)
"""For values and for lines alike: two loaders disagree about what is YAML."""


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


def read(*paths: Path) -> Source:
    """A world file, or several as one; WorldFileError with every mistake and its line."""
    names = [str(path) for path in paths]
    if len(paths) == 1 and paths[0].parent == BUNDLED:
        text = _text(paths[0])
        content = yaml.load(text, Loader=_SAFE)  # noqa: S506 - it is safe
        return Source(names, content, lambda: _parsed(names[0], text)[0])
    return _source(names, [_read(path)[0] for path in paths])


def _read(path: Path) -> tuple[Parsed, list[str]]:
    """A world file, or an administrator's list, as nodes and values, and what was assumed of it."""
    name, text = str(path), _text(path)
    parsed = (None, None) if path.suffix.lower() == ".csv" else _parsed(name, text)
    if not _is_a_list(name) or _is_a_world(parsed[1]):
        return parsed, []
    from emulator.seeding.imports import imported

    found = imported(name, text, *parsed)
    return (found.tree, _SAFE("").construct_document(found.tree)), found.assumed


def _is_a_world(content: Any) -> bool:
    """Whether JSON holds a world file, which is YAML, too."""
    return isinstance(content, dict) and "companies" in content


def read_imports(paths: Sequence[Path]) -> tuple[Source, list[str]]:
    """Lists that an administrator exported, and world files, as one; and what was assumed of the lists."""
    found = [_read(path) for path in paths]
    assumed = [each for _, said in found for each in said]
    return _source([str(path) for path in paths], [parsed for parsed, _ in found]), assumed


def read_document(document: Any, *below: Path) -> Source:
    """A world that came over the wire, as values or as a text in YAML, over these files."""
    if isinstance(document, str):
        over = _parsed("document", document, aliases=False)
    else:
        over = (yaml.representer.SafeRepresenter().represent_data(document), document)
    return _source(list(map(str, below)), [*(_parsed(str(path), _text(path)) for path in below), over])


def _is_a_list(name: str) -> bool:
    return name.lower().endswith((".csv", ".json"))


def _source(names: list[str], parsed: list[Parsed]) -> Source:
    """What was parsed, checked as one."""
    tree, content = parsed[0]
    if len(parsed) > 1:
        from emulator.seeding.merge import merged

        tree = merged([each for each, _ in parsed])
        content = None if tree is None else _SAFE("").construct_document(tree)
    if isinstance(content, dict) and "companies" not in content and any(_is_a_list(name) for name in names):
        content = {"companies": [dict(A_COMPANY)], **content}
    source = Source(names, content, lambda: tree)
    source.file = checked(source)
    return source


def read_choices(path: Path) -> dict[str, Any]:
    """What a file of choices sets in a world; WorldFileError with every mistake and its line."""
    tree, content = _parsed(str(path), _text(path))
    given: Any = {} if content is None else content
    source = Source([str(path)], given, lambda: tree)
    return fidelity.settings(checked(source, fidelity.Fidelity))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # what Excel calls Unicode text
        return content.decode("utf-16" if wide else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(str(path), [f"the file cannot be read: {error}"]) from None


class _Named(io.StringIO):
    """A text whose file the marks of its nodes name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def _parsed(name: str, text: str, *, aliases: bool = True) -> tuple[yaml.Node | None, Any]:
    """The nodes of a YAML text, and what they say; WorldFileError when it is not YAML. Without `aliases` it is no
    longer than it looks."""
    try:
        if not aliases:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, yaml.AliasEvent):
                    mark: Any = event.start_mark
                    what = f"aliases (*{event.anchor}) are taken in files only"
                    raise WorldFileError(name, [f"line {mark.line + 1}: {what}"])
        loader = _LOADER(_Named(name, text))
        tree = loader.get_single_node()
        return tree, None if tree is None else loader.construct_document(tree)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise WorldFileError(name, [f"line {line}: not YAML: {error.reason}"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise WorldFileError(name, [f"{where}not YAML: {getattr(error, 'problem', error)}"]) from None
    except RecursionError:
        raise WorldFileError(name, ["line 1: lists and mappings lie too deep in each other"]) from None
