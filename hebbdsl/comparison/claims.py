"""The verdict on claims: all their comparisons are one family of tests over common seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from hebbdsl.comparison.comparison import ClaimResult, ComparisonResult, Verdict
from hebbdsl.comparison.inference import Method, PairedTest, corrected_tests, estimate
from hebbdsl.comparison.paired import Estimate, Sample, known_of, sample_of
from hebbdsl.comparison.statistics import ANYWHERE, Interval
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.intervals import Range, divides, range_of, truth_of
from hebbdsl.expression.metric import Scale
from hebbdsl.expression.metrics import run_metric
from hebbdsl.expression.nodes import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    MetricOf,
    Negative,
    Number,
    Sides,
    comparisons_of,
    metrics_of,
    sides_of,
)
from hebbdsl.plan.power import EXACT_UP_TO, LEAST_SEEDS, seeds_needed
from hebbdsl.run.record import Value

Values = Mapping[str, Mapping[int, Mapping[str, Value]]]
"""Variant, seed, metric."""

Family = Mapping[Sides, Sample | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """The seeds of a comparison, and what its sides differ by there.

    Attributes:
        seeds: on which both sides have all metrics.
        left_out: on which only some are there.
        missing: metrics that no run has.
        divides: a side may divide by zero.
        sample: None where there is none, or where it is not known on which scale to compare.
    """

    seeds: tuple[int, ...]
    left_out: tuple[int, ...]
    missing: tuple[MetricOf, ...]
    divides: bool
    sample: Sample | None


def gather(compare: Compare, values: Values) -> Gathered:
    """What the runs say of both sides of a comparison, on the seeds that they share."""
    metrics = list(dict.fromkeys(metrics_of(compare)))
    per_metric = [_seeds_with(metric, values) for metric in metrics]
    everywhere: set[int] = set().union(*per_metric)
    seeds = tuple(s for s in sorted(everywhere) if all(s in found for found in per_metric))
    left, right = (
        [range_of(side, partial(_known, values=values, seed=seed)) for seed in seeds]
        for side in (compare.left, compare.right)
    )
    known = [found[0] for metric in metrics if (found := run_metric(metric.name))]
    limits = range_of(compare.left, _possible) - range_of(compare.right, _possible)
    return Gathered(
        seeds=seeds,
        left_out=tuple(sorted(everywhere - set(seeds))),
        missing=tuple(m for m, found in zip(metrics, per_metric, strict=True) if not found),
        divides=any(map(divides, (compare.left, compare.right))) and ANYWHERE in (*left, *right),
        sample=sample_of(known, left, right, limits) if seeds else None,
    )


def _seeds_with(metric: MetricOf, values: Values) -> set[int]:
    runs = values.get(metric.variant or "", {})
    return {seed for seed, metrics in runs.items() if metric.name in metrics}


def _known(metric: MetricOf, values: Values, seed: int) -> Range:
    """What the run of one seed says of a metric. Seeds are chosen so that it says something."""
    return known_of(values[metric.variant or ""][seed][metric.name])


def _possible(metric: MetricOf) -> Range:
    """Whatever the runs do. Only shares have limits on both sides."""
    found = run_metric(metric.name)
    most = math.inf if found is None else found[0].most
    return Range(0.0, most) if math.isfinite(most) else ANYWHERE


def family_of(claims: Sequence[Claim], values: Values) -> Mapping[Sides, Sample | None]:
    """Every comparison with metrics in the claims, each once, with what the runs say of it."""
    found: dict[Sides, Sample | None] = {}
    for compare in (c for claim in claims for c in comparisons_of(claim.expression)):
        if any(metrics_of(compare)) and sides_of(compare) not in found:
            found[sides_of(compare)] = gather(compare, values).sample
    return found


def evaluate_claims(claims: Sequence[Claim], values: Values) -> tuple[ClaimResult, ...]:
    """*Holds* or *fails* where a comparison is decided, else *undecided*.

    `a < b` holds where the test of their equality rejects it and a is the smaller, and fails where
    a is the larger; likewise `<=`, since no test tells the two apart. `==` fails where equality is
    rejected, and can't be shown. `and` and `or` are three-valued. The tests of all comparisons of
    all claims are corrected together, so that claims that are true of nothing hold, one or more of
    them, in at most 5 % of experiments.
    """
    tests = corrected_tests(family_of(claims, values))
    return tuple(_evaluate_claim(claim, values, tests) for claim in claims)


def _evaluate_claim(claim: Claim, values: Values, tests: Mapping[Sides, PairedTest]) -> ClaimResult:
    comparisons = {
        compare: _test_comparison(compare, values, tests)
        for compare in comparisons_of(claim.expression)
    }
    verdict = _verdict(claim.expression, comparisons)
    said = tuple(comparisons[one] for one in comparisons_of(claim.expression))
    return ClaimResult(text=claim.text, verdict=verdict, comparisons=said)


def _verdict(expression: Expression, comparisons: Mapping[Compare, ComparisonResult]) -> Verdict:
    match expression:
        case Both(left, right):
            sides = {_verdict(left, comparisons), _verdict(right, comparisons)}
            order = (Verdict.FAILS, Verdict.UNDECIDED, Verdict.HOLDS)
            return next(verdict for verdict in order if verdict in sides)
        case Either(left, right):
            sides = {_verdict(left, comparisons), _verdict(right, comparisons)}
            order = (Verdict.HOLDS, Verdict.UNDECIDED, Verdict.FAILS)
            return next(verdict for verdict in order if verdict in sides)
        case Compare():
            return comparisons[expression].verdict
    raise TypeError(f"not a truth value: {expression}")


def _test_comparison(
    compare: Compare, values: Values, tests: Mapping[Sides, PairedTest]
) -> ComparisonResult:
    if not any(metrics_of(compare)):
        return _of_constants(compare)
    gathered, test = gather(compare, values), tests[sides_of(compare)]
    sample = gathered.sample
    direction = sample.direction if sample is not None and test.rejects else 0
    verdict = _decided(compare.operator, direction)
    shown = None
    if sample is not None and not gathered.divides:
        shown = estimate(sample, test.method, test.significance)
    said = [] if sample is None or shown is None else [_estimated(sample, shown, test)]
    said.append(_why_open(gathered, test) or _tested(gathered, test, len(tests)))
    if gathered.left_out and not gathered.missing:
        seeds = ", ".join(map(str, gathered.left_out))
        said[-1] += f"; not on seeds {seeds}, which not all sides finished"
    return ComparisonResult(
        text=_written(compare),
        verdict=verdict,
        scale=Scale.DIFFERENCE if sample is None else sample.scale,
        estimate=shown,
        seeds=gathered.seeds,
        test=test,
        reason=", ".join(said),
    )


def _of_constants(compare: Compare) -> ComparisonResult:
    """What no run has a say in is true or false, and no test of the family."""
    known = truth_of(compare, _possible)
    return ComparisonResult(
        text=_written(compare),
        verdict=Verdict.UNDECIDED if known is None else _DECIDED[known],
        scale=Scale.DIFFERENCE,
        estimate=None,
        seeds=(),
        test=None,
        reason="a side divides by zero" if known is None else "whatever the runs do",
    )


_DECIDED = {True: Verdict.HOLDS, False: Verdict.FAILS}


def _decided(operator: str, direction: int) -> Verdict:
    """`direction` is −1 where left was shown to be smaller, 1 where larger, 0 where neither."""
    match operator:
        case _ if not direction:
            return Verdict.UNDECIDED
        case "<" | "<=":
            return _DECIDED[direction < 0]
        case ">" | ">=":
            return _DECIDED[direction > 0]
    return _DECIDED[operator == "!="]


def _why_open(gathered: Gathered, test: PairedTest) -> str | None:
    """What keeps a comparison from being tested; None: nothing does."""
    n = len(gathered.seeds)
    if gathered.missing:
        return "no finished run has " + ", ".join(map(_written, gathered.missing))
    if n < LEAST_SEEDS:
        common = f"{n} common seed{'' if n == 1 else 's'}" if n else "no common seeds"
        return f"{common}: a verdict needs {LEAST_SEEDS}"
    if gathered.divides:
        return "a side may divide by zero"
    if gathered.sample is None:
        return "censored values leave open whether ratios can be compared"
    if test.method is None:
        verb = "comparison needs" if test.alike == 1 else "comparisons need"
        return (
            f"{n} seeds, some of them censored: by exact sign flips {test.alike} {verb}"
            f" {seeds_needed(test.alike)}"
        )
    if test.p is None:
        return f"{n} seeds: censored values leave open which side is larger"
    return None


def _tested(gathered: Gathered, test: PairedTest, comparisons: int) -> str:
    """Unit, number, test and p."""
    n = len(gathered.seeds)
    if test.method is Method.T:
        how = "paired t"
    else:
        how = f"{'exact' if n <= EXACT_UP_TO else 'sampled'} sign flips"
    if gathered.sample is not None and gathered.sample.even:
        how += ", since all differences are the same"
    sign = "≤" if test.bound else "="
    p = f"{sign} {test.corrected:.3f}" if test.corrected >= 0.001 else "< 0.001"
    of = "" if comparisons == 1 else f" corrected for {comparisons} comparisons"
    return f"{n} seeds, {how}, p {p}{of}"


def _estimated(sample: Sample, mean: Estimate, test: PairedTest) -> str:
    what = "left / right" if sample.scale is Scale.RATIO else "left − right"
    sign = f"{mean.bound.value} " if mean.bound.value else ""
    equal = 1 if sample.scale is Scale.RATIO else 0
    said = f"{what} {sign}{_digits(mean.value)}"
    if mean.interval:
        said += f" {_ends(mean.interval)} at {100 * (1 - test.significance):.4g} %"
        if not test.rejects:
            said += f", which includes {equal}"
    return said


def _ends(interval: Interval) -> str:
    """With a round bracket beside an infinite end."""
    high = f"{_digits(interval.high)}]" if math.isfinite(interval.high) else "∞)"
    low = f"[{_digits(interval.low)}" if math.isfinite(interval.low) else "(−∞"
    return f"{low}, {high}"


def _digits(value: float) -> str:
    return (f"{value:.3f}" if abs(value) < 10 else f"{value:.4g}").replace("-", "−")


def _written(expression: Expression, inside: bool = False) -> str:
    """The expression as a reader would write it, parentheses around arithmetic in arithmetic."""
    match expression:
        case Number(value):
            return repr(value).removesuffix(".0").replace("e-0", "e-").replace("e+", "e")
        case MetricOf(name, variant):
            return f"{name}({variant})"
        case Negative(operand):
            return f"-{_written(operand, inside=True)}"
        case Arithmetic(sign, left, right):
            said = f"{_written(left, inside=True)} {sign} {_written(right, inside=True)}"
            return f"({said})" if inside else said
        case Compare(sign, left, right):
            return f"{_written(left)} {sign} {_written(right)}"
    raise TypeError(f"not a comparison: {expression}")
