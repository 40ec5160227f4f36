"""Who may do what to whom: every such rule is a function in this room, and is said once.

A rule returns nothing when it is content, and raises one of the world's errors when it is not. It is declared with
where it comes from, so that `docs/fidelity.md` can tell users what is documented and what is our choice, and it is
looked up when it is called, so that a test can take one rule away and see that another test notices.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

from emulator.world.errors import Refused

P = ParamSpec("P")
T = TypeVar("T")
Given = TypeVarTuple("Given")


class Basis(Enum):
    """What stands behind a rule."""

    DOCUMENTED = "documentation"
    SPECIFIED = "specification"
    OBSERVED = "client or captured answer"
    CHOICE = "our choice"


@dataclass(slots=True)
class Rule:
    """A rule: its name, what it says, what stands behind it, and the function that decides."""

    name: str
    says: str
    basis: Basis
    page: str
    check: Callable[..., None]


RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """That a rule was asked, and why it refused if it did."""

    rule: Rule
    refusal: Refused | None


_heard: list[Asked] | None = None


@contextmanager
def overheard() -> Iterator[list[Asked]]:
    """The rules that are asked while this lasts, in the order of their answers: for explanations and for tests."""
    global _heard  # noqa: PLW0603 - a rule is a plain function: there is no place nearer to it
    before, _heard = _heard, []
    try:
        yield _heard
    finally:
        _heard = before


def rule(basis: Basis, page: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Declare a rule. `page` names where it is described."""

    def declare(check: Callable[P, None]) -> Callable[P, None]:
        said = " ".join((check.__doc__ or "").split())
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        declared = RULES[name] = Rule(name, said, basis, page, check)

        @functools.wraps(check)
        def ask(*args: Any, **kwargs: Any) -> None:
            if _heard is None:
                declared.check(*args, **kwargs)
            else:
                _overhear(declared, _heard, args, kwargs)

        ask.rule = declared  # type: ignore[attr-defined]
        return ask

    return declare


def allows(asked: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether a rule is content: how lists ask what is asked of a single thing."""
    try:
        asked(*args, **kwargs)
    except Refused:
        return False
    return True


def allowed(asked: Callable[[*Given, T], None], candidates: Iterable[T], *given: *Given) -> Iterator[T]:
    """Those of the candidates with which a rule is content: an index gives them, the rule decides."""
    if _heard is not None:
        yield from (each for each in candidates if _left_in(asked, _heard, (*given, each)))
        return
    declared: Rule | None = getattr(asked, "rule", None)
    decides: Callable[..., None] = asked if declared is None else declared.check  # looked up once, not for each
    check = functools.partial(decides, *given)
    for candidate in candidates:
        try:
            check(candidate)
        except Refused:
            continue
        yield candidate


def _left_in(asked: Callable[..., None], heard: list[Asked], given: tuple[Any, ...]) -> bool:
    """Whether a list shows something. Of each rule it is noted once that it was content, and once why it was not."""
    with overheard() as within:
        fits = allows(asked, *given)
    known = {(each.rule.name, each.refusal is None) for each in heard}
    heard.extend(each for each in within if (each.rule.name, each.refusal is None) not in known)
    return fits


def _overhear(declared: Rule, heard: list[Asked], args: Any, kwargs: Any) -> None:
    try:
        declared.check(*args, **kwargs)
    except Refused as refusal:
        heard.append(Asked(declared, refusal))
        raise
    heard.append(Asked(declared, None))
