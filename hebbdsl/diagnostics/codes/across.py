"""HEB411–HEB412: what the variants and claims of one experiment can't be together."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.source import Span


class OnOtherData(Problem):
    """A variant is trained on other data than the baseline.

    Nothing can be compared then: what differs is the data as much as the setup, and `compare` would
    refuse the runs (HEB601) after all have been trained. How many classes take part, how large
    images are and how they are split may differ. A text must be cut into the same words: with a
    smaller vocabulary more of them are `<unk>`, which is easy to foretell. Write a spec for each
    data set, or choose one for all variants with `--set data=…`.

    Wrong:
        variants:
          real: {}
          rendered: {data: {glyphs: {classes: 100}}}

    Right:
        data:
          glyphs: {classes: 100}
        variants:
          many: {}
          few: {data.classes: 50}
    """

    code = "HEB411"
    variant: str
    word: str
    baseline: str
    reference: str
    first: Span | None

    @property
    def title(self) -> str:
        baseline = f"the baseline {quoted(self.baseline)}"
        if self.word == self.reference:
            said = f"another {quoted(self.word)} than {baseline}"
        else:
            said = f"{quoted(self.word)}, {baseline} on {quoted(self.reference)}"
        return f"{quoted(self.variant)} is trained on {said}"

    label = "can't be compared"
    hint = "write a spec for each data set, or choose one for all with `--set data=…`"
    related = Also("first", "data of the baseline")
