"""HEB448, HEB562: what is held out, and stands in another split too."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import At, Problem, Related, Severity
from hebbdsl.diagnostics.wording import listed, quoted, quoted_path
from hebbdsl.source import Span

_SHOWN = 4
"""Names that are shown, of however many there are."""


class InTwoSplits(Problem):
    """Years of newswire, or books, are given to two splits.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. Give each year or book to one split.

    Wrong:
        data: {gigaword: {train_years: 2000..2010, test_years: 2010}}
        model: lstm
        curriculum: null

    Right:
        data: {gigaword: {train_years: 2000..2009, test_years: 2010}}
        model: lstm
        curriculum: null
        output: softmax
    """

    code: ClassVar[str] = "HEB448"

    field: str
    names: tuple[str, ...]
    other: At | Span
    other_field: str

    @property
    def title(self) -> str:
        named = listed(self.names, "and")
        if len(self.names) > _SHOWN:
            named = f"{quoted(self.names[0])} and {len(self.names) - 1:,} more"
        fields = f"{quoted(self.other_field)} and {quoted(self.field)}"
        return f"{named} {'stands' if len(self.names) == 1 else 'stand'} in {fields} both"

    @property
    def label(self) -> str:
        return "is held out here"

    @property
    def hint(self) -> str:
        return f"leave it out of {quoted(self.other_field)}, or of {quoted(self.field)}"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.other, "and stands here"),)


class SharedFiles(Problem):
    """Files of a text stand in two splits on this machine, by what their patterns match.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. `plan` and `validate --here` look for them, and a run says so too.

    Wrong:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt"], test: [last.txt]

    Right:
        hebbdsl validate --here specs/my_text.yaml      # train: ["train-*.txt"], test: [last.txt]
    """

    code: ClassVar[str] = "HEB562"
    severity: ClassVar[Severity] = Severity.WARNING

    files: tuple[str, ...]
    split: str
    other: str

    @property
    def title(self) -> str:
        first = quoted_path(self.files[0])
        more = f" and {len(self.files) - 1:,} more" if len(self.files) > 1 else ""
        return f"{first}{more}: in the {self.other} text and in the {self.split} text"

    @property
    def label(self) -> str:
        return f"stands in {quoted(self.other)} too"

    @property
    def hint(self) -> str:
        return f"let the patterns of {quoted(self.other)} and {quoted(self.split)} share no file"
