"""Finds the endpoint of a path: a tree of segments, so that the cost is that of the path and not of the table."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

_MOST_COMPARED = 200


class _Node(Generic[T]):
    __slots__ = ("children", "ends", "wild")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.wild: _Node[T] | None = None
        self.ends: dict[str, tuple[T, tuple[str, ...]]] = {}


class Router(Generic[T]):
    """Methods and paths with `{parameters}`. A literal segment goes before a parameter."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._plain: dict[tuple[str, str], T] = {}
        self.paths: list[str] = []
        for method, path, target in routes:
            names = []
            node = self._root
            for segment in path.strip("/").split("/"):
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    node.wild = node.wild or _Node()
                    node = node.wild
                else:
                    node = node.children.setdefault(segment, _Node())
            node.ends[method] = (target, tuple(names))
            if not names:
                self._plain[method, path] = target
            self.paths.append(path)

    def match(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """The target of a raw (still percent-encoded) path, with its decoded parameters."""
        target = self._plain.get((method, path))
        if target is not None:
            return target, {}
        for node, values in self._walk(path):
            end = node.ends.get(method)
            if end is not None:
                return end[0], dict(zip(end[1], map(unquote, values), strict=True))
        return None

    def methods(self, path: str) -> list[str]:
        """The methods that a path knows; empty where there is no such path."""
        return sorted({method for node, _ in self._walk(path) for method in node.ends})

    def _walk(self, path: str) -> list[tuple[_Node[T], tuple[str, ...]]]:
        found: list[tuple[_Node[T], tuple[str, ...]]] = [(self._root, ())]
        for segment in path.strip("/").split("/"):
            onward = []
            for node, values in found:  # a literal is looked at before a parameter; both may lead on
                literal = node.children.get(segment)
                if literal is not None:
                    onward.append((literal, values))
                if node.wild is not None and segment:
                    onward.append((node.wild, (*values, segment)))
            found = onward
            if not found:
                break
        return found

    def nearest(self, path: str) -> str:
        """The known path that looks most like this one."""
        return get_close_matches(path[:_MOST_COMPARED], self.paths, n=1, cutoff=0.0)[0]
