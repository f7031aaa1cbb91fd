"""Misspelt words, which are corrected without asking where they can mean only one thing."""

from __future__ import annotations

from collections.abc import Iterable

from hebbdsl.diagnostics.diagnostic import Problem, nearest
from hebbdsl.diagnostics.wording import suggestion

LONGEST = 64
"""Characters of a word beyond which nobody says what it was meant to be."""

_CLEAR = 2
"""How many more slips every other choice must be away."""


def is_clear_typo(word: str, choices: Iterable[str]) -> bool:
    """Whether `word` is one of the choices but for a slip or two, and unlike all the others.

    A slip is a letter left out, put in, exchanged for another, or in its neighbour's place; a word
    of three letters may have one, one of eight two. Capitals and hyphens for underscores are none.
    """
    if len(word) > LONGEST:
        return False
    written = word.lower().replace("-", "_")
    counts = sorted(slips(written, choice.lower()) for choice in choices)
    allowed = 2 if len(word) >= 8 else 1 if len(word) >= 3 else 0
    if not counts or counts[0] > allowed:
        return False
    return len(counts) == 1 or counts[1] >= counts[0] + _CLEAR


def slips(one: str, other: str) -> int:
    """The fewest slips between two words (the optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, mine in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mine != theirs)))
            if i > 1 and j > 1 and mine == other[j - 2] and one[i - 2] == theirs:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]


class Unknown(Problem):
    """What problems of a word share that is none of those known: the nearest, to write instead."""

    written: str
    known: tuple[str, ...]

    @property
    def takes(self) -> str | None:
        """What the hint says besides."""
        return None

    @property
    def hint(self) -> str | None:
        return suggestion(self.written, self.known, self.takes)

    @property
    def fix(self) -> str | None:
        return nearest(self.written, self.known)

    @property
    def fix_is_safe(self) -> bool:
        return is_clear_typo(self.written, self.known)
