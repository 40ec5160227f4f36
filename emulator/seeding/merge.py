"""Several world files as one: what a later one says is added, and overrides what an earlier one said.

Keys are merged with keys, things that have a name with the thing of that name; other lists and plain values take the
place of the earlier ones. Nodes of YAML are merged, not values, so that each part goes on telling its file and line.
"""

from __future__ import annotations

from typing import Any

import yaml

from emulator.seeding.check import hints_at, inside_hint
from emulator.seeding.kinds import By
from emulator.seeding.parts import WorldFile

_EXPAND = yaml.constructor.SafeConstructor()


def merged(trees: list[yaml.Node | None]) -> yaml.Node | None:
    """One tree of several, the later ones over the earlier."""
    whole: yaml.Node | None = None
    for tree in trees:
        whole = tree if whole is None else whole if tree is None else _merged(WorldFile, whole, tree)
    return whole


def _merged(hint: Any, base: yaml.Node, over: yaml.Node) -> yaml.Node:
    if isinstance(base, yaml.MappingNode) and isinstance(over, yaml.MappingNode):
        pairs = _pairs(base)
        for name, (key, value) in _pairs(over).items():
            known = pairs.get(name)
            pairs[name] = (key, value if known is None else _merged(inside_hint(hint, name), known[1], value))
        return yaml.MappingNode(base.tag, list(pairs.values()), base.start_mark, base.end_mark)
    by = next((said for said in hints_at(hint) if isinstance(said, By)), None)
    if by is not None and isinstance(base, yaml.SequenceNode) and isinstance(over, yaml.SequenceNode):
        return _by_name(hint, by, base, over)
    return over


def _pairs(node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys of a mapping with what they hold, anchors that are merged in (`<<`) included."""
    _EXPAND.flatten_mapping(node)
    return {key.value: (key, value) for key, value in node.value}


def _by_name(hint: Any, by: By, base: yaml.SequenceNode, over: yaml.SequenceNode) -> yaml.Node:
    found = list(base.value)
    known: dict[Any, int] = {}
    for at, each in enumerate(found):
        for called in _names(by, each):
            known.setdefault(called, at)
    for each in over.value:
        names = _names(by, each)
        if names and names[0] in known:
            there = known[names[0]]
            found[there] = _merged(inside_hint(hint, 0), found[there], each)
        else:
            found.append(each)
    return yaml.SequenceNode(base.tag, found, base.start_mark, base.end_mark)


def _names(by: By, node: yaml.Node) -> list[Any]:
    """What a thing is called, fully, and without what may be left out; nothing where a part of its name is missing."""
    if not isinstance(node, yaml.MappingNode):
        return []
    pairs = _pairs(node)
    if not by.keys or any(key not in pairs for key in by.keys):
        return []
    name = tuple(_value(pairs[key][1]) for key in by.keys)
    if by.within in pairs:
        return [(*name, _value(pairs[by.within][1])), name]
    return [name]


def _value(node: yaml.Node) -> Any:
    return frozenset(_value(each) for each in node.value) if isinstance(node, yaml.SequenceNode) else node.value
