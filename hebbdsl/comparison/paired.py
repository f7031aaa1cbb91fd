"""What two sides of a comparison differ by, seed by seed, where some values are only lower bounds.

A censored value v stands for an unknown number in [v, ∞), so that each seed's difference is a
range. What is concluded of them holds for every number the ranges allow.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from hebbdsl.comparison.statistics import ANYWHERE, Interval, mean
from hebbdsl.expression.intervals import Range
from hebbdsl.expression.metric import Metric, Scale
from hebbdsl.run.record import Value

ROUNDING = 1e-12
"""Relative difference below which two numbers are the same: 0.7 · 500 is not quite 350."""


_LEAST = 1e-150
"""A difference whose square is no number any more."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Differences over seeds, on the scale on which they are judged.

    Attributes:
        scale: log ratios, or plain differences.
        gaps: one for each seed; below zero where left is smaller.
        limits: what no gap can exceed: −1 and 1 for differences of shares.
        may_be_censored: a metric in it may be, whether or not one of these values is.
        rounding: a difference between gaps up to it is none.
    """

    scale: Scale
    gaps: tuple[Range, ...]
    limits: Range = ANYWHERE
    may_be_censored: bool = False
    rounding: float = 0.0

    @property
    def n(self) -> int:
        return len(self.gaps)

    @property
    def exact(self) -> bool:
        return all(gap.exact for gap in self.gaps)

    @property
    def low(self) -> list[float]:
        return [gap.low for gap in self.gaps]

    @property
    def high(self) -> list[float]:
        return [gap.high for gap in self.gaps]

    @property
    def even(self) -> bool:
        """Whether all gaps are known and the same: there is no spread to measure an error by."""
        return self.exact and max(self.low) - min(self.low) <= max(self.rounding, _LEAST)

    @property
    def direction(self) -> int:
        """−1, 0 or 1: which side is larger on the mean, whatever the censored values are."""
        if math.fsum(self.low) > 0:
            return 1
        return -1 if math.fsum(self.high) < 0 else 0


def known_of(value: Value) -> Range:
    """What a recorded value says of the number it stands for."""
    return Range(value.value, math.inf if value.censored else value.value)


def sample_of(
    metrics: Sequence[Metric],
    left: Sequence[Range],
    right: Sequence[Range],
    limits: Range = ANYWHERE,
) -> Sample | None:
    """What two sides differ by at each seed. None: censored values leave the scale open.

    Args:
        limits: of left − right. They count where both ends are finite and zero is between them.
    """
    scale = scale_of([metric.scale for metric in metrics], left, right)
    if scale is None:
        return None
    sizes = [1.0]
    if scale is Scale.DIFFERENCE:
        sizes = [_size(a, b) for a, b in zip(left, right, strict=True)]
    between = scale is Scale.DIFFERENCE and -math.inf < limits.low < 0 < limits.high < math.inf
    return Sample(
        scale=scale,
        gaps=tuple(gap(scale, a, b) for a, b in zip(left, right, strict=True)),
        limits=limits if between else ANYWHERE,
        may_be_censored=any(metric.may_be_censored for metric in metrics),
        rounding=ROUNDING * max(sizes, default=0.0),
    )


def scale_of(
    scales: Sequence[Scale], left: Sequence[Range], right: Sequence[Range]
) -> Scale | None:
    """Ratios for metrics that are all compared by ratio, where both sides are positive.

    None: whether they are depends on what censored values would have become.
    """
    if not scales or any(scale is Scale.DIFFERENCE for scale in scales):
        return Scale.DIFFERENCE
    sides = (*left, *right)
    if all(side.low > 0 for side in sides):
        return Scale.RATIO
    return Scale.DIFFERENCE if any(side.high <= 0 for side in sides) else None


def gap(scale: Scale, left: Range, right: Range) -> Range:
    """log(left / right), or left − right. Its ends are zero where they are so up to rounding."""
    if scale is Scale.RATIO:
        difference = Range(*map(math.log, (left.low, left.high))) - Range(
            *map(math.log, (right.low, right.high))
        )
        size = 1.0
    else:
        difference = left - right
        size = _size(left, right)
    low, high = (0.0 if abs(e) <= ROUNDING * size else e for e in (difference.low, difference.high))
    return Range(low if abs(low) < _MOST else -math.inf, high if abs(high) < _MOST else math.inf)


def _size(*ranges: Range) -> float:
    """The largest of the ends that are known."""
    ends = (abs(end) for one in ranges for end in (one.low, one.high))
    return max(filter(math.isfinite, ends), default=0.0)


_MOST = 1e300
"""An end from which on sums may not be numbers any more: it is no limit."""


def bound_of(sample: Sample) -> tuple[float, Bound] | None:
    """The mean of the gaps, or of the ends that are finite for all. None: neither is."""
    if sample.exact:
        return mean(sample.low), Bound.EXACT
    for ends, bound in ((sample.low, Bound.LOWER), (sample.high, Bound.UPPER)):
        if all(map(math.isfinite, ends)):
            return mean(ends), bound
    return None


def on_scale(scale: Scale, estimate: Estimate) -> Estimate:
    """A mean log ratio as the geometric mean of the ratios; differences as they are."""
    if scale is Scale.DIFFERENCE:
        return estimate
    interval = estimate.interval
    if interval is not None:
        interval = Interval(_exp(interval.low), _exp(interval.high))
    return replace(estimate, value=_exp(estimate.value), interval=interval)


def _exp(x: float) -> float:
    """e^x, infinite where a float cannot hold it: two seeds may leave an interval that wide."""
    return math.exp(x) if x < _LARGEST_LOG else math.inf


_LARGEST_LOG = math.log(sys.float_info.max)
