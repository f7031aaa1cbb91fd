"""HEB570-HEB589: books and newswire that are not as they should be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from hebbdsl.diagnostics.codes.data import DataProblem
from hebbdsl.diagnostics.diagnostic import nearest
from hebbdsl.diagnostics.wording import listed, number_of, quoted

_SHOWN = 4
"""Books of one name that are named."""


@dataclass(frozen=True, kw_only=True)
class NoBooks(DataProblem):
    """A folder or zip of Project Gutenberg holds no book: no file that ends in `.txt`.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # gutenberg/books.zip holds pictures

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # it holds books as text
    """  # noqa: E501

    code: ClassVar[str] = "HEB570"

    @property
    def title(self) -> str:
        return "no book in there: no file ends in .txt"


@dataclass(frozen=True, kw_only=True)
class BookMissing(DataProblem):
    """A book that a spec lists is not among those there are.

    Books are named as their files are, without `.txt`; with folder, and with `.txt` where it takes
    that, where several files are called so.

    Wrong:
        data: {gutenberg: {test: [Moby_Dik]}}

    Right:
        data: {gutenberg: {test: [Moby_Dick]}}
    """

    code: ClassVar[str] = "HEB571"

    book: str
    split: str
    known: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"there is no book {quoted(self.book)}, which the {self.split} text is to hold"

    @property
    def hint(self) -> str | None:
        several = [name for name in self.known if PurePosixPath(name).stem == self.book]
        if several:
            return f"did you mean {listed(several[:_SHOWN])}?"
        near = nearest(self.book, self.known)
        return f"did you mean {quoted(near)}?" if near is not None else None


@dataclass(frozen=True, kw_only=True)
class TooFewBooks(DataProblem):
    """No book is left to train on.

    Wrong:
        hebbdsl run specs/gutenberg_lstm.yaml      # of ten books there are

    Right:
        hebbdsl run --set data.validation_books=1 --set data.test_books=1 specs/gutenberg_lstm.yaml
    """

    code: ClassVar[str] = "HEB572"

    books: int
    validation: int
    test: int

    @property
    def title(self) -> str:
        held_out = f"{self.validation} for validation and {self.test} for testing"
        return f"of {number_of(self.books, 'book')}, {held_out} leave none to train on"

    @property
    def hint(self) -> str:
        return "lower `validation_books` and `test_books`, or put more books there"


@dataclass(frozen=True, kw_only=True)
class NoMonths(DataProblem):
    """Gigaword has no file of the years that are asked for.

    Files are named as the Linguistic Data Consortium names them: `nyt_eng_200001.gz`.

    Wrong:
        hebbdsl run --set data.test_years=1890 specs/gigaword_lstm.yaml

    Right:
        hebbdsl run --set data.test_years=2010 specs/gigaword_lstm.yaml
    """

    code: ClassVar[str] = "HEB580"

    years: tuple[int, ...]
    split: str

    @property
    def title(self) -> str:
        years = ", ".join(map(str, self.years))
        return f"no file of the {self.split} years {years}"

    @property
    def hint(self) -> str:
        return "files are named like `nyt_eng_200001.gz`: source, year and month"


@dataclass(frozen=True, kw_only=True)
class DamagedMonth(DataProblem):
    """A packed file of Gigaword is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/gigaword_lstm.yaml      # a copy that stopped half-way

    Right:
        gzip -t data/gigaword/nyt_eng/*.gz && hebbdsl run specs/gigaword_lstm.yaml
    """

    code: ClassVar[str] = "HEB581"

    reason: str

    @property
    def title(self) -> str:
        return f"the file can't be unpacked: {self.reason}"

    @property
    def hint(self) -> str:
        return "copy it again; `gzip -t` tells which files are whole"
