"""What two sides of a comparison differ by, seed by seed, where some values are only lower bounds.

A censored value v stands for an unknown number in [v, ∞). Each seed's difference is then a range,
and an end of it is used where it is finite: the censored times taken at their limit. A mean that
exceeds zero at the low ends exceeds zero for every value the ranges allow, so a verdict reached at
the end that speaks least for it stands whatever the runs would have done later.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hebbdsl.comparison.statistics import (
    FlipTest,
    Interval,
    mean,
    mean_interval,
    sign_flip_test,
)
from hebbdsl.expression.metrics import Scale
from hebbdsl.expression.ranges import Range
from hebbdsl.run.record import Value

ROUNDING = 1e-12
"""Relative difference below which two numbers are the same: 0.7 · 500 is not quite 350."""


class Bound(Enum):
    """How an estimate stands to the truth where values are censored."""

    EXACT = ""
    LOWER = "≥"
    UPPER = "≤"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds. Where it is a bound, its interval is open on the side of the truth."""

    value: float
    interval: Interval | None
    bound: Bound = Bound.EXACT


def known_of(value: Value) -> Range:
    """What a recorded value says of the number it stands for."""
    return Range(value.value, math.inf if value.censored else value.value)


def scale_of(scales: Sequence[Scale], left: Sequence[Range], right: Sequence[Range]) -> Scale:
    """Ratios for metrics that are all compared by ratio, where both sides are positive."""
    positive = all(side.low > 0 for side in (*left, *right))
    if scales and positive and all(scale is Scale.RATIO for scale in scales):
        return Scale.RATIO
    return Scale.DIFFERENCE


def gap(scale: Scale, left: Range, right: Range) -> Range:
    """log(left / right), or left − right."""
    if scale is Scale.RATIO:
        difference = Range(*map(math.log, (left.low, left.high))) - Range(
            *map(math.log, (right.low, right.high))
        )
        size = 1.0
    else:
        difference = left - right
        size = max(abs(left.low), abs(right.low))
    if difference.exact and abs(difference.low) <= ROUNDING * size:
        return Range(0.0, 0.0)
    return difference


def estimate(gaps: Sequence[Range]) -> Estimate | None:
    """Mean of the gaps with its interval. None: it is bounded on neither side.

    Where all low ends are finite but some high ones are not, it is a lower bound, and the low end
    of its interval, taken at the low ends, is one for the interval; likewise upper bounds.
    """
    low, high = [gap.low for gap in gaps], [gap.high for gap in gaps]
    if not gaps:
        return None
    if all(gap.exact for gap in gaps):
        return Estimate(mean(low), mean_interval(low))
    for ends, bound in ((low, Bound.LOWER), (high, Bound.UPPER)):
        if all(map(math.isfinite, ends)):
            interval = mean_interval(ends)
            if interval is not None and bound is Bound.LOWER:
                interval = Interval(interval.low, math.inf)
            elif interval is not None:
                interval = Interval(-math.inf, interval.high)
            return Estimate(mean(ends), interval, bound)
    return None


def flip_test(gaps: Sequence[Range]) -> FlipTest | None:
    """The paired permutation test at the ends of the gaps that speak least against equality.

    With a positive sum at the low ends, p there is at least the p of any values the ranges allow;
    likewise with a negative sum at the high ends. None: neither end gives a bound.
    """
    low, high = [gap.low for gap in gaps], [gap.high for gap in gaps]
    if all(gap.exact for gap in gaps):
        return sign_flip_test(low)
    if all(map(math.isfinite, low)) and mean(low) > 0:
        return sign_flip_test(low)
    if all(map(math.isfinite, high)) and mean(high) < 0:
        return sign_flip_test(high)
    return None


def on_scale(scale: Scale, estimate: Estimate) -> Estimate:
    """A mean log ratio as the geometric mean of the ratios; differences as they are."""
    if scale is Scale.DIFFERENCE:
        return estimate
    interval = estimate.interval
    if interval is not None:
        interval = Interval(_exp(interval.low), _exp(interval.high))
    return Estimate(_exp(estimate.value), interval, estimate.bound)


def _exp(x: float) -> float:
    """e^x, infinite where a float cannot hold it: two seeds may leave an interval that wide."""
    return math.exp(x) if x < _LARGEST_LOG else math.inf


_LARGEST_LOG = math.log(sys.float_info.max)
