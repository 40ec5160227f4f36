"""What a team knows of its pod: the choices in the settings of a world file, or in a file of their own beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typing_extensions import TypedDict

from emulator.access.obo_also import OBO_ALSO
from emulator.seeding.kinds import Says, one_of
from emulator.world.settings import CHOICES, STRICT, Choice, worded


def _said(choice: Choice) -> str:
    return f"{choice.decides[0].upper()}{choice.decides[1:]}; {worded(choice.ours)}."


_STRICT = Says("Whether to refuse what only the documentation may be read to refuse (docs/fidelity.md); false.")
_OBO_ALSO = Says("Calls that the table of OBO endpoints does not list and that are opened to apps; none.")

if TYPE_CHECKING:

    class Fidelity(TypedDict, total=False):
        """The choices, each by its name, and these two."""

        strict: bool
        oboAlso: list[str]

else:
    Fidelity = TypedDict(
        "Fidelity",
        {
            "strict": Annotated[bool, _STRICT],
            "oboAlso": Annotated[list[Annotated[str, one_of("call that can be opened", OBO_ALSO)]], _OBO_ALSO],
            **{name: Annotated[choice.kind, Says(_said(choice))] for name, choice in CHOICES.items()},
        },
        total=False,
    )


def settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """What such choices set in a world: `strict` is a preset that the others overrule."""
    found: dict[str, Any] = dict(STRICT) if given.get("strict") else {}
    found |= {choice.field: given[name] for name, choice in CHOICES.items() if name in given}
    if "oboAlso" in given:
        found["obo_also"] = frozenset(given["oboAlso"])
    return found
