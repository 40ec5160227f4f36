"""The order in which ?sort puts texts: that of Java's collator for English."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import combining, normalize

_MARKS = "_,;:!?/.`^~'\"()[]{}@$*\\&#%+<=>|"
"""Signs in their order, before digits and letters."""
_PASSED_OVER = " -"
_SIGNS, _DIGITS, _LETTERS, _OTHERS = range(4)


@lru_cache(maxsize=1024)
def _rank(character: str) -> tuple[int, int, str]:
    place = _MARKS.find(character)
    if place >= 0:
        return _SIGNS, place, ""
    if character.isdigit():
        return _DIGITS, 0, character
    if character.isalpha():
        return _LETTERS, 0, character.casefold()
    return (_SIGNS, len(_MARKS), character) if ord(character) < 0x3000 else (_OTHERS, 0, character)


def key(text: str) -> tuple[list[tuple[int, int, str]], str, str]:
    """What to sort a text by: its letters, then accents, blanks and hyphens, then whether letters are small."""
    letters: list[tuple[int, int, str]] = []
    marks: list[str] = []
    case: list[str] = []
    for character in normalize("NFD", text):
        if character in _PASSED_OVER:
            marks.append(chr(1 + _PASSED_OVER.index(character)))
        elif combining(character):
            marks.append(character)
        else:
            letters.append(_rank(character))
            marks.append("\0")
            case.append("1" if character.isupper() else "0")
    return letters, "".join(marks), "".join(case)
