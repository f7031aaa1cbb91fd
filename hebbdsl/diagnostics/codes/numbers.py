"""HEB308–HEB314: numbers, and lists of whole numbers."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Span


def _like_thousands(text: str) -> bool:
    """`10.000` is ten, exactly; who wrote it may have meant ten thousand."""
    fraction = text.partition(".")[2]
    return fraction.isdigit() and len(fraction) >= 3


class NotFinite(Problem):
    """A number is infinite, not a number, or so small that a computer takes it for 0.

    Wrong:
        output:
          hebbian: {gamma: 1e-999}

    Right:
        output:
          hebbian: {gamma: 0}
    """

    code = "HEB308"
    field: str
    written: str

    title = "{written!q} is not a number that can be computed with"
    label = "not finite, or vanishing"


class TooManyDigits(Problem):
    """A number has more digits than any field takes.

    Wrong:
        training:
          optimizer: adam
          steps: 10000000000000000000000000000000000000000000000000000000000000000000000000

    Right:
        training:
          optimizer: adam
          steps: 10_000
    """

    code = "HEB309"
    field: str
    count: int

    title = "{field!q} has {count} characters of digits"
    label = "too long for a number"


class NotWhole(Problem):
    """A whole number is written with a point or an exponent.

    Whole numbers are written in digits, with `_` between thousands where that helps.
    `validate --fix` writes them so, but leaves `10.000` alone: it may have meant ten thousand.

    Wrong:
        training:
          optimizer: adam
          steps: 1e3

    Right:
        training:
          optimizer: adam
          steps: 1_000
    """

    code = "HEB310"
    field: str
    written: str
    meant: int | None

    title = "{field!q} takes a whole number in digits, not {written!q}"

    @property
    def label(self) -> str:
        return "not in digits" if self.meant is not None else "not whole"

    @property
    def hint(self) -> str | None:
        return f"write `{self.meant:_}`" if self.meant is not None else None

    @property
    def fix(self) -> str | None:
        return f"{self.meant:_}" if self.meant is not None else None

    @property
    def fix_is_safe(self) -> bool:
        return self.meant is not None and not _like_thousands(self.written)


class BackwardRange(Problem):
    """A range ends before it begins.

    Wrong:
        seeds: 9..0

    Right:
        seeds: 0..9
    """

    code = "HEB312"
    written: str

    title = "the range {written!q} is empty"
    label = "ends before it begins"

    @property
    def hint(self) -> str | None:
        first, _, last = self.written.partition("..")
        return f"write {quoted(f'{last}..{first}')}"


class Twice(Problem):
    """A number is in a list twice.

    Each seed is one run; the second would be the first again.

    Wrong:
        seeds: [0..3, 2]

    Right:
        seeds: 0..3
    """

    code = "HEB313"
    field: str
    number: int
    first: Span

    title = "`{number}` is among {field!q} twice"
    label = "second"
    related = Also("first", "first")


class TooManyNumbers(Problem):
    """A list of whole numbers stands for more numbers than the field takes.

    Wrong:
        seeds: 0..10_000_000

    Right:
        seeds: 0..9
    """

    code = "HEB314"
    field: str
    most: int

    title = "{field!q} stands for more than {most:_} numbers"
    label = "too many"
