"""HEB308–HEB314: numbers, and lists of whole numbers."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Problem, Related
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

    code: ClassVar[str] = "HEB308"
    field: str
    written: str

    @property
    def title(self) -> str:
        return f"{quoted(self.written)} is not a number that can be computed with"

    @property
    def label(self) -> str:
        return "not finite, or vanishing"


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

    code: ClassVar[str] = "HEB309"
    field: str
    count: int

    @property
    def title(self) -> str:
        return f"{quoted(self.field)} has {self.count} characters of digits"

    @property
    def label(self) -> str:
        return "too long for a number"


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

    code: ClassVar[str] = "HEB310"
    field: str
    written: str
    meant: int | None

    @property
    def title(self) -> str:
        return f"{quoted(self.field)} takes a whole number in digits, not {quoted(self.written)}"

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

    code: ClassVar[str] = "HEB312"
    written: str

    @property
    def title(self) -> str:
        return f"the range {quoted(self.written)} is empty"

    @property
    def label(self) -> str:
        return "ends before it begins"

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

    code: ClassVar[str] = "HEB313"
    field: str
    number: int
    first: Span

    @property
    def title(self) -> str:
        return f"`{self.number}` is among {quoted(self.field)} twice"

    @property
    def label(self) -> str:
        return "second"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.first, "first"),)


class TooManyNumbers(Problem):
    """A list of whole numbers stands for more numbers than the field takes.

    Wrong:
        seeds: 0..10_000_000

    Right:
        seeds: 0..9
    """

    code: ClassVar[str] = "HEB314"
    field: str
    most: int

    @property
    def title(self) -> str:
        return f"{quoted(self.field)} stands for more than {self.most:_} numbers"

    @property
    def label(self) -> str:
        return "too many"
