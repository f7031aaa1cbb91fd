"""HEB448, HEB562: what is held out, and stands in another split too."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Severity
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

    code = "HEB448"
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

    label = "is held out here"
    hint = "leave it out of {other_field!q}, or of {field!q}"
    related = Also("other", "and stands here")


class SharedFiles(Problem):
    """Files of a text stand in two splits on this machine, by what their patterns match.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. `plan` and `validate --here` look for them, and a run says so too.

    Wrong:
        hebbdsl validate --here specs/my_text.yaml      # train: ["*.txt"], test: [last.txt]

    Right:
        hebbdsl validate --here specs/my_text.yaml      # train: ["train-*.txt"], test: [last.txt]
    """

    code = "HEB562"
    severity = Severity.WARNING
    files: tuple[str, ...]
    split: str
    other: str

    @property
    def title(self) -> str:
        first = quoted_path(self.files[0])
        more = f" and {len(self.files) - 1:,} more" if len(self.files) > 1 else ""
        return f"{first}{more}: in the {self.other} text and in the {self.split} text"

    label = "stands in {other!q} too"
    hint = "let the patterns of {other!q} and {split!q} share no file"
