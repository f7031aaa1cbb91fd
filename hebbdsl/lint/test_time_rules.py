"""Claims on variants that do not read the same at test time."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.wording import listed
from hebbdsl.expression.metrics import run_metric
from hebbdsl.expression.nodes import Both, Compare, Either, Expression, metrics_of
from hebbdsl.lint.places import of_head
from hebbdsl.plan.plan import Plan


def reading_against_not(plan: Plan) -> Iterator[Problem]:
    """HEB755: a variant that reads test labels beside one that does not."""
    for index, claim in enumerate(plan.checked.experiment.claims):
        found = next(_mixed(plan, claim.expression), None)
        if found is not None:
            reading, others = found
            yield ReadingAgainstNot(
                place=of_head(plan, "claims", index), reading=reading, others=others
            )


def _mixed(plan: Plan, expression: Expression) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of each comparison: the variants that read and those that do not, where it has both.

    Only what is measured on held-out data depends on what is read of it.
    """
    match expression:
        case Both(left, right) | Either(left, right):
            yield from _mixed(plan, left)
            yield from _mixed(plan, right)
        case Compare():
            sides: dict[bool, dict[str, None]] = {True: {}, False: {}}
            for metric in metrics_of(expression):
                found, name = run_metric(metric.name), metric.variant or ""
                if found is not None and found[0].split is not None:
                    sides[plan.variants[name].setup.reads_labels][name] = None
            if sides[True] and sides[False]:
                yield tuple(sides[True]), tuple(sides[False])


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
