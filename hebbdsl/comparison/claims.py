"""The verdict on a claim, by the paired 95 % interval over the seeds its variants share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from hebbdsl.comparison.comparison import JudgedClaim, Judgement, Verdict
from hebbdsl.comparison.paired import Estimate, estimate, gap, known_of, on_scale, scale_of
from hebbdsl.comparison.statistics import Interval, mean_interval
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.metrics import Scale, run_metric
from hebbdsl.expression.ranges import Range, range_of
from hebbdsl.expression.tree import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    MetricOf,
    Negative,
    Number,
    metrics_of,
)
from hebbdsl.run.record import Value

Values = Mapping[str, Mapping[int, Mapping[str, Value]]]
"""Variant, seed, metric."""

_FLIPPED = {">": "<", ">=": "<="}


def judge(claim: Claim, values: Values) -> JudgedClaim:
    """*Holds* or *fails* where the interval leaves no other answer, else *undecided*.

    `a < b` holds when the whole interval of the mean of log(a/b) (of a − b where a metric is not
    compared by ratio, or a side is not positive) is below zero, and fails when none of it is;
    `==` fails when zero is outside and holds only without any spread. `and` and `or` are
    three-valued. Censored values are taken at the limit that speaks least for the verdict.
    """
    judgements: list[Judgement] = []
    verdict = _judge(claim.expression, values, judgements)
    return JudgedClaim(text=claim.text, verdict=verdict, judgements=tuple(judgements))


def _judge(expression: Expression, values: Values, judgements: list[Judgement]) -> Verdict:
    match expression:
        case Both(left, right):
            sides = {_judge(left, values, judgements), _judge(right, values, judgements)}
            order = (Verdict.FAILS, Verdict.UNDECIDED, Verdict.HOLDS)
            return next(verdict for verdict in order if verdict in sides)
        case Either(left, right):
            sides = {_judge(left, values, judgements), _judge(right, values, judgements)}
            order = (Verdict.HOLDS, Verdict.UNDECIDED, Verdict.FAILS)
            return next(verdict for verdict in order if verdict in sides)
        case Compare():
            judgement = _judge_one(expression, values)
            judgements.append(judgement)
            return judgement.verdict
    raise TypeError(f"not a truth value: {expression}")


def _judge_one(compare: Compare, values: Values) -> Judgement:
    metrics = list(dict.fromkeys(metrics_of(compare)))
    per_metric = [_seeds_with(metric, values) for metric in metrics]
    everywhere: set[int] = set().union(*per_metric)
    seeds = tuple(s for s in sorted(everywhere) if all(s in found for found in per_metric))
    left_out = sorted(everywhere - set(seeds))
    # Without metrics there is nothing to average: one seed of constants stands for all.
    rounds: Sequence[int | None] = seeds if metrics else (None, None)
    left, right = (
        [range_of(side, partial(_known, values=values, seed=seed)) for seed in rounds]
        for side in (compare.left, compare.right)
    )
    known = [run_metric(metric.name) for metric in metrics]
    scale = scale_of([found[0].scale for found in known if found], left, right)
    gaps = [gap(scale, a, b) for a, b in zip(left, right, strict=True)]
    verdict = _verdict(compare.operator, gaps)
    mean = estimate(gaps)
    missing = [m for m, found in zip(metrics, per_metric, strict=True) if not found]
    if missing:
        reason = "no finished run has " + ", ".join(map(_written, missing))
    elif metrics and len(seeds) < 2:
        reason = "no common seeds" if not seeds else f"one common seed ({seeds[0]}) has no interval"
    elif mean is None:
        divided = any(side.low == -math.inf for side in (*left, *right))
        reason = "a side may divide by zero" if divided else "censored values leave both sides open"
    else:
        reason = _reason(scale, on_scale(scale, mean), verdict, len(seeds))
    if left_out and not missing:
        reason += f"; not on seeds {', '.join(map(str, left_out))}, which not all sides finished"
    return Judgement(
        text=_written(compare),
        verdict=verdict,
        scale=scale,
        estimate=on_scale(scale, mean) if mean else None,
        seeds=seeds,
        reason=reason,
    )


def _seeds_with(metric: MetricOf, values: Values) -> set[int]:
    runs = values.get(metric.variant or "", {})
    return {seed for seed, metrics in runs.items() if metric.name in metrics}


def _known(metric: MetricOf, values: Values, seed: int | None) -> Range:
    """What the run of one seed says of a metric. Seeds are chosen so that it says something."""
    assert seed is not None, "an expression with metrics is judged by seeds"
    return known_of(values[metric.variant or ""][seed][metric.name])


def _verdict(operator: str, gaps: Sequence[Range]) -> Verdict:
    """`gaps` are of left against right; below zero means that left is smaller."""
    if operator in _FLIPPED:
        return _verdict(_FLIPPED[operator], [-gap for gap in gaps])
    lowest = mean_interval([gap.low for gap in gaps])
    highest = mean_interval([gap.high for gap in gaps])
    if lowest is None or highest is None:
        return Verdict.UNDECIDED
    # The ends of the mean gap's interval that hold whatever the censored values are; an infinite
    # end makes NaN, which compares false.
    low, high = lowest.low, highest.high
    match operator:
        case "<":
            holds, fails = high < 0, low >= 0
        case "<=":
            holds, fails = high <= 0, low > 0
        case "==":
            holds, fails = low == high == 0, low > 0 or high < 0
        case _:
            holds, fails = low > 0 or high < 0, low == high == 0
    return Verdict.HOLDS if holds else Verdict.FAILS if fails else Verdict.UNDECIDED


def _reason(scale: Scale, mean: Estimate, verdict: Verdict, n: int) -> str:
    what = "left / right" if scale is Scale.RATIO else "left − right"
    sign = f"{mean.bound.value} " if mean.bound.value else ""
    equal = 1 if scale is Scale.RATIO else 0
    said = f"{what} {sign}{_digits(mean.value)}"
    if mean.interval:
        said += f" {_ends(mean.interval)}"
        if verdict is Verdict.UNDECIDED and mean.interval.low <= equal <= mean.interval.high:
            said += f", which includes {equal}"
    return f"{said}, n = {n}" if n else said


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
