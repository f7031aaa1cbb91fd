"""HEB755: what is compared though it does not read the same at test time."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.wording import listed


class ReadingAgainstNot(Problem):
    """A claim sets a variant that reads the test labels against one that does not.

    Caches and adaptations see each word of a held-out text once it was scored; softmax and Hebbian
    rows alone never do. The one that reads has more to go by, and the claim says so nowhere: tables
    keep the two apart. Claim it of two that read alike, or allow it with the reason.

    Wrong:
        data: stdlib_docs
        model: lstm
        curriculum: null
        training: {optimizer: adam, epochs: 1}
        variants:
          softmax: {output: softmax}
          cache: {output: softmax, evaluation.output: {mixture: {experts: [trained, cache]}}}
        claims:
          - test_perplexity(cache) < test_perplexity(softmax)

    Right:
        data: stdlib_docs
        model: lstm
        curriculum: null
        output: {hebbian: {rescale: row, center: running}}
        training: {optimizer: adam, epochs: 1}
        variants:
          cache: {output: softmax, evaluation.output: {mixture: {experts: [trained, cache]}}}
          hebbian_cache:
            evaluation.output: {mixture: {experts: [trained, cache]}}
        claims:
          - test_perplexity(hebbian_cache) < test_perplexity(cache)
    """

    code = "HEB755"
    severity = Severity.WARNING
    reading: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def title(self) -> str:
        one, other = len(self.reading) == 1, len(self.others) == 1
        return (
            f"{listed(self.reading, 'and')} {'reads' if one else 'read'} the test labels that have"
            f" passed, {listed(self.others, 'and')} {'does' if other else 'do'} not"
        )

    label = "not the same to go by"
    hint = "claim it of variants that read alike, or say why: `# allow HEB755: …`"
