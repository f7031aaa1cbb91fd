"""HEB756: what is held out by name, and stands in another split too."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.wording import listed, quoted


class SharedNames(Problem):
    """A file of text is named in two splits.

    A model that was trained on a text, or chosen by it, is not tested by it: perplexity would be
    lower than it is. Give each file to one split. Where it is meant, say why:
    `# allow HEB756: only whether it can learn the text is asked`.

    Wrong:
        data: {text: {train: [all.txt], validation: [all.txt], test: [test.txt]}}
        model: lstm
        output: softmax
        curriculum: null
        training: {optimizer: adam, epochs: 1}

    Right:
        data: {text: {train: [train.txt], validation: [validation.txt], test: [test.txt]}}
        model: lstm
        output: softmax
        curriculum: null
        training: {optimizer: adam, epochs: 1}
    """

    code = "HEB756"
    severity = Severity.WARNING
    names: tuple[str, ...]
    split: str
    others: tuple[str, ...]

    @property
    def title(self) -> str:
        first = quoted(self.names[0])
        more = f" and {len(self.names) - 1:,} more" if len(self.names) > 1 else ""
        fields = listed((*self.others, self.split), "and")
        return f"{first}{more} {'stand' if more else 'stands'} in {fields}"

    label = "stands in {others:and} too"
    hint = "give each file to one split, or say why not: `# allow HEB756: …`"
