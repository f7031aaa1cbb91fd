"""Claims on variants that do not read the same at test time."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes.lint_at_test import ReadingAgainstNot
from hebbdsl.diagnostics.diagnostic import Problem
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
