"""Limits that stand in the types of fields, for the checker, the schema, `explain` and the docs."""

from __future__ import annotations

from typing import Annotated

from hebbdsl.frozen import frozen
from hebbdsl.tasks import Task

LARGEST_EXACT = 2**53
"""Whole numbers up to here are exact as doubles, and so in JSON."""


@frozen
class Bounds:
    """Limits of a number; `above` and `below` exclude the limit itself. None: no limit."""

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def allow(self, value: float) -> bool:
        return not (
            (self.minimum is not None and not value >= self.minimum)
            or (self.maximum is not None and not value <= self.maximum)
            or (self.above is not None and not value > self.above)
            or (self.below is not None and not value < self.below)
        )

    def in_words(self) -> str:
        """For example `at least 1 and at most 4096`, or `above 0`.

        A maximum that only keeps numbers exact goes without saying.
        """
        words = []
        if self.minimum is not None:
            words.append(f"at least {_spelt(self.minimum)}")
        if self.above is not None:
            words.append(f"above {_spelt(self.above)}")
        if self.maximum is not None and self.maximum < LARGEST_EXACT:
            words.append(f"at most {_spelt(self.maximum)}")
        if self.below is not None:
            words.append(f"below {_spelt(self.below)}")
        return " and ".join(words)


def _spelt(limit: float) -> str:
    """A limit as a spec would write it: `65_536`, `0.5`."""
    return f"{int(limit):_}" if limit == int(limit) and limit > 9_999 else f"{limit:g}"


@frozen
class Length:
    """How many items a list may have, or a text characters."""

    minimum: int = 0
    maximum: int | None = None


@frozen
class Pattern:
    """The whole text matches `regex`; `in_words` says what that means."""

    regex: str
    in_words: str


@frozen
class Ranges:
    """A list of whole numbers that may be written `0..9`, `7` or `[0..3, 8]`, each at most once."""

    most: int


class Logistics:
    """The field says where data is found, not what it is: no part of a run's identity."""


class AfterTraining:
    """The field speaks of what is done with trained weights: no part of a run's identity."""


class AddedLater:
    """The field came when runs had been recorded without it, and its default means what they did:
    at its default it is no part of a run's identity."""


@frozen
class Formerly:
    """What the field was called before: specs and records that say so are read, and identities are
    made with it, so that runs stay the runs they were."""

    name: str


@frozen
class Suggested:
    """A new spec, as `hebbdsl init` writes it, has the field: with this value, or its default.

    `on`: only one of that task.
    """

    value: str | int | None = None
    on: Task | None = None


@frozen
class On:
    """The field is read in one task alone."""

    task: Task


Whole = Annotated[int, Bounds(minimum=0, maximum=LARGEST_EXACT)]
Count = Annotated[int, Bounds(minimum=1, maximum=LARGEST_EXACT)]
MOST_STEPS = 10**9
Steps = Annotated[int, Bounds(minimum=1, maximum=MOST_STEPS)]
Width = Annotated[int, Bounds(minimum=1, maximum=65_536)]
Classes = Annotated[int, Bounds(minimum=1, maximum=10**7)]
Fraction = Annotated[float, Bounds(minimum=0, maximum=1)]
Rate = Annotated[float, Bounds(above=0, maximum=1e6)]
NonNegative = Annotated[float, Bounds(minimum=0, maximum=1e6)]
Decay = Annotated[float, Bounds(minimum=0, below=1)]
Seed = Annotated[int, Bounds(minimum=0, maximum=2**32 - 1)]
Seeds = Annotated[tuple[Seed, ...], Ranges(10_000)]
Package = Annotated[
    str, Pattern(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", "the name of a package")
]
Name = Annotated[
    str,
    Pattern(
        r"[a-z][a-z0-9_]{0,63}", "a lower-case letter, then letters, digits and `_`, at most 64"
    ),
]
