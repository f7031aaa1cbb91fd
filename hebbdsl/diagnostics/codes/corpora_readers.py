"""HEB570-HEB589: books and newswire that are not as they should be."""

from __future__ import annotations

from pathlib import PurePosixPath

from hebbdsl.diagnostics.codes.data import DataProblem
from hebbdsl.diagnostics.diagnostic import nearest
from hebbdsl.diagnostics.wording import listed, quoted

_SHOWN = 4
"""Books of one name that are named."""


class NoBooks(DataProblem):
    """A folder or zip of Project Gutenberg holds no book: no file that ends in `.txt`.

    Wrong:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # gutenberg/books.zip holds pictures

    Right:
        HEBBDSL_DATA=~/data hebbdsl run specs/gutenberg_lstm.yaml      # it holds books as text
    """  # noqa: E501

    code = "HEB570"
    title = "no book in there: no file ends in .txt"


class BookMissing(DataProblem):
    """A book that a spec lists is not among those there are.

    Books are named as their files are, without `.txt`; with folder, and with `.txt` where it takes
    that, where several files are called so.

    Wrong:
        data: {gutenberg: {test: [Moby_Dik]}}

    Right:
        data: {gutenberg: {test: [Moby_Dick]}}
    """

    code = "HEB571"
    book: str
    split: str
    known: tuple[str, ...]

    title = "there is no book {book!q}, which the {split} text is to hold"

    @property
    def hint(self) -> str | None:
        several = [name for name in self.known if PurePosixPath(name).stem == self.book]
        if several:
            return f"did you mean {listed(several[:_SHOWN])}?"
        near = nearest(self.book, self.known)
        return f"did you mean {quoted(near)}?" if near is not None else None


class TooFewBooks(DataProblem):
    """No book is left to train on.

    Wrong:
        hebbdsl run specs/gutenberg_lstm.yaml      # of ten books there are

    Right:
        hebbdsl run --set data.validation_books=1 --set data.test_books=1 specs/gutenberg_lstm.yaml
    """

    code = "HEB572"
    books: int
    validation: int
    test: int

    title = (
        "of {books:book}, {validation} for validation and {test} for testing leave none to train on"
    )
    hint = "lower `validation_books` and `test_books`, or put more books there"


class NoMonths(DataProblem):
    """Gigaword has no file of the years that are asked for.

    Files are named as the Linguistic Data Consortium names them: `nyt_eng_200001.gz`.

    Wrong:
        hebbdsl run --set data.test_years=1890 specs/gigaword_lstm.yaml

    Right:
        hebbdsl run --set data.test_years=2010 specs/gigaword_lstm.yaml
    """

    code = "HEB580"
    years: tuple[int, ...]
    split: str

    @property
    def title(self) -> str:
        years = ", ".join(map(str, self.years))
        return f"no file of the {self.split} years {years}"

    hint = "files are named like `nyt_eng_200001.gz`: source, year and month"


class DamagedMonth(DataProblem):
    """A packed file of Gigaword is cut, or no gzip at all.

    Wrong:
        hebbdsl run specs/gigaword_lstm.yaml      # a copy that stopped half-way

    Right:
        gzip -t data/gigaword/nyt_eng/*.gz && hebbdsl run specs/gigaword_lstm.yaml
    """

    code = "HEB581"
    reason: str

    title = "the file can't be unpacked: {reason}"
    hint = "copy it again; `gzip -t` tells which files are whole"
