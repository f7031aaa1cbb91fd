"""Claims that say nothing, and seeds that are too few to say anything."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hebbdsl.diagnostics.codes.lint_claims import (
    AgeAfterEnd,
    ClaimedTwice,
    EqualityClaimed,
    ForegoneClaim,
    StoppedAccuracy,
)
from hebbdsl.diagnostics.codes.lint_variants import TooFewSeeds
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.intervals import settled
from hebbdsl.expression.metrics import RUN_METRICS, run_metric
from hebbdsl.expression.nodes import (
    Compare,
    Expression,
    MetricOf,
    Sides,
    comparisons_of,
    metrics_of,
    sides_of,
)
from hebbdsl.lint.metric_limits import at_the_end, in_words
from hebbdsl.lint.places import of_head
from hebbdsl.lint.unit_rules import clash_of
from hebbdsl.plan.plan import Plan
from hebbdsl.plan.power import LEAST_SEEDS, decidable, seeds_needed
from hebbdsl.source import Span
from hebbdsl.spec.origins import span_of

_FLIPPED = {">": "<", ">=": "<="}
_FINAL = "final_"
"""The metric of a run that is an evaluation's metric at the end."""


def too_few_seeds(plan: Plan) -> Iterator[Problem]:
    """HEB704: these seeds can't tell from chance what the table and the claims compare."""
    n, claimed = len(plan.checked.experiment.seeds), _claimed(plan)
    exact = _exact(plan, claimed)
    comparisons = exact or _compared(plan) + len(claimed)
    if not comparisons or (n >= LEAST_SEEDS and (not exact or decidable(exact, n))):
        return
    yield TooFewSeeds(
        place=of_head(plan, "seeds") or of_head(plan, "variants", key=True),
        seeds=n,
        comparisons=comparisons,
        needed=seeds_needed(exact) if exact else LEAST_SEEDS,
        exact=exact > 0,
        ever=n >= LEAST_SEEDS,
    )


def claims_of_equality(plan: Plan) -> Iterator[Problem]:
    """HEB757: no seeds show that two sides are equal."""
    for claim, place in _claims(plan):
        if any(c.operator == "==" for c in comparisons_of(claim.expression)):
            yield EqualityClaimed(place=place)


def claimed_twice(plan: Plan) -> Iterator[Problem]:
    """HEB706: one claim, written twice."""
    first: dict[Expression, Span | None] = {}
    for claim, place in _claims(plan):
        said = _said(claim.expression)
        if said in first:
            yield ClaimedTwice(place=place, first=first[said])
        else:
            first[said] = place


def foregone_claims(plan: Plan) -> Iterator[Problem]:
    """HEB707: a claim that no outcome can refute, or none support."""
    known = partial(at_the_end, plan)
    for claim, place in _claims(plan):
        verdict = settled(claim.expression, known)
        # Of steps beside shares it is said that they are no match, not which of them is larger.
        if verdict is not None and clash_of(claim.expression) is None:
            limits = ((metric, known(metric)) for metric in metrics_of(claim.expression))
            yield ForegoneClaim(place=place, verdict=verdict, ranges=in_words(limits))


def stopped_accuracy(plan: Plan) -> Iterator[Problem]:
    """HEB708: final accuracy of runs that end by it."""
    for metric, place in _metrics(plan):
        variant = metric.variant or ""
        condition = plan.variants[variant].condition
        watched = metric.name.removeprefix(_FINAL)
        if condition is not None and watched != metric.name and watched in condition.metrics:
            yield StoppedAccuracy(
                place=place,
                metric=metric.name,
                variant=variant,
                condition=condition.text,
                passes=span_of(At.field("curriculum"), plan.checked.variants[variant].origins),
            )


def ages_after_the_end(plan: Plan) -> Iterator[Problem]:
    """HEB709: an age that no class reaches in so few steps."""
    for metric, place in _metrics(plan):
        variant = metric.variant or ""
        steps, every = plan.variants[variant].steps, plan.variants[variant].evaluate_every
        if steps is None or every is None:
            continue
        found = run_metric(metric.name)
        age = found[1] if found is not None else None
        if age is not None and every + age > steps:
            yield AgeAfterEnd(
                place=place,
                metric=metric.name,
                variant=variant,
                age=age,
                earliest=every + age,
                steps=steps,
            )


def _claimed(plan: Plan) -> set[Sides]:
    """What the claims compare, each once."""
    found = (c for claim, _ in _claims(plan) for c in comparisons_of(claim.expression))
    return {sides_of(compare) for compare in found if any(metrics_of(compare))}


def _exact(plan: Plan, claimed: set[Sides]) -> int:
    """How many comparisons are of metrics that may be censored, in the table and in the claims."""
    baseline = plan.checked.baseline
    compared = {
        sides_of(Compare("==", MetricOf(name, variant), MetricOf(name, baseline)))
        for name, metric in RUN_METRICS.items()
        if metric.may_be_censored and metric.needs in plan.variants[baseline].provides
        for variant, planned in plan.variants.items()
        if variant != baseline and metric.needs in planned.provides
    }
    may_be = (
        sides
        for sides in claimed
        for one in (m for side in sides for m in metrics_of(side))
        if (found := run_metric(one.name)) is not None and found[0].may_be_censored
    )
    return len(compared | set(may_be))


def _compared(plan: Plan) -> int:
    """How many variants have a test against the baseline, of the metric that has the most.

    A metric that a curriculum must provide is tested where both sides have it; the final accuracy
    of all, where no condition ends a run.
    """
    baseline = plan.checked.baseline
    provided = {name: v.provides for name, v in plan.variants.items()}
    ours = provided.pop(baseline)
    if not any("finish" in theirs for theirs in (ours, *provided.values())):
        return len(provided)
    return max((sum(need in theirs for theirs in provided.values()) for need in ours), default=0)


def _claims(plan: Plan) -> Iterator[tuple[Claim, Span | None]]:
    for index, claim in enumerate(plan.checked.experiment.claims):
        yield claim, of_head(plan, "claims", index)


def _metrics(plan: Plan) -> Iterator[tuple[MetricOf, Span | None]]:
    """The metrics of each claim, each once, with the place of the claim."""
    for claim, place in _claims(plan):
        for metric in dict.fromkeys(metrics_of(claim.expression)):
            yield metric, place


def _said(expression: Expression) -> Expression:
    """`b > a` as `a < b`: the same claim."""
    if isinstance(expression, Compare) and expression.operator in _FLIPPED:
        return Compare(_FLIPPED[expression.operator], expression.right, expression.left)
    return expression
