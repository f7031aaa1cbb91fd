"""How differences over seeds are judged: which test, at which level, with which interval.

The unit is the seed. Five in common are the fewest that decide anything.

- A metric that may be censored is judged by the exact sign-flip test wherever its seeds suffice
  for the comparisons that are judged so: six for one, ten for 25. Raising the values of the larger
  side can only lower its p, so that a decision reached at the limits of censored values stands
  whatever they would have become. The choice rests on what is compared and on how many seeds, never
  on whether a value is censored: else the same data, continued, could be judged by another test.
- All else is judged by Student's t test of the mean difference, of log ratios where ratios are
  compared, on a scale that keeps shares within their limits. Where all differences are the same
  there is no error to divide by, and the sign-flip test says what the number of seeds says.

Each p is corrected by Holm's procedure within its family, and an interval is at the level at which
that procedure judges its test, so that it leaves out equality exactly where the test does.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from hebbdsl.comparison.paired import Estimate, Sample, bound_of, on_scale
from hebbdsl.comparison.statistics import (
    Interval,
    flip_interval,
    holm,
    holm_levels,
    mean_interval,
    sign_flip_test,
    t_test,
)
from hebbdsl.plan.power import LEAST_SEEDS, SIGNIFICANCE, decidable, smallest_p

Key = TypeVar("Key", bound=Hashable)


class Method(Enum):
    T = "t"
    SIGN_FLIPS = "sign_flips"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedTest:
    """A test of "left equals right" with its place in a family of tests.

    Attributes:
        method: None where there is none: too few seeds, or censored values that leave it open.
        p: None where nothing bounds it.
        corrected: after Holm's correction; a test without p counts with p = 1.
        significance: the level at which Holm's procedure judges it.
        bound: p is at most what is written, since censored values were taken at their limits.
        alike: how many tests of the family are of metrics that may be censored, or can't be made:
            the least that the smallest p of an exact test is multiplied by.
        exact: all sign flips were counted, not a sample of them.
        decidable: with that many seeds, a corrected p of 0.05 could be reached at all.
    """

    method: Method | None
    p: float | None
    corrected: float
    significance: float
    bound: bool
    alike: int
    exact: bool
    decidable: bool

    @property
    def rejects(self) -> bool:
        """Equality is refuted, at 0.05 for the whole family."""
        return self.p is not None and self.corrected <= SIGNIFICANCE


def method_of(sample: Sample, alike: int) -> Method | None:
    """How a sample is judged.

    Args:
        alike: how many comparisons of its family are judged so, or not at all.
    """
    if sample.n < LEAST_SEEDS:
        return None
    if sample.may_be_censored and decidable(alike, sample.n):
        return Method.SIGN_FLIPS
    if not sample.exact:
        return None
    return Method.SIGN_FLIPS if sample.even else Method.T


def corrected_tests(
    samples: Mapping[Key, Sample | None], chosen: Mapping[Key, Method | None] | None = None
) -> Mapping[Key, PairedTest]:
    """One test for each sample, corrected together. What has no sample counts with p = 1.

    A test is decidable when its corrected p could reach 0.05 with every test of the family at the
    smallest p its seeds allow: Holm's corrected p rises with each p, so none can be smaller.

    Args:
        chosen: methods of tests that are judged in another family too, by which they are here.
    """
    alike = sum(
        sample is None or sample.may_be_censored or sample.n < LEAST_SEEDS
        for sample in samples.values()
    )
    methods = {
        key: None if sample is None else method_of(sample, alike) for key, sample in samples.items()
    } | dict(chosen or {})
    tests = {key: _p(sample, methods[key]) for key, sample in samples.items()}
    ps = [1.0 if p is None else p for p, _ in tests.values()]
    best = [_smallest(sample, methods[key]) for key, sample in samples.items()]
    found = {}
    for key, (p, exact), corrected, level, reachable in zip(
        tests, tests.values(), holm(ps), holm_levels(ps), holm(best), strict=True
    ):
        sample = samples[key]
        found[key] = PairedTest(
            method=methods[key],
            p=p,
            corrected=corrected,
            significance=level,
            bound=sample is not None and not sample.exact,
            alike=alike,
            exact=exact,
            decidable=reachable <= SIGNIFICANCE,
        )
    return found


def _p(sample: Sample | None, method: Method | None) -> tuple[float | None, bool]:
    """With whether it is exact. The p at the ends of the gaps that speak least against equality."""
    if sample is None or method is None:
        return None, True
    if method is Method.T:
        return t_test(sample.low, sample.limits), True
    if not sample.direction and not sample.exact:
        return None, True
    ends = sample.low if sample.exact or sample.direction > 0 else sample.high
    test = sign_flip_test(ends)
    return test.p, test.exact


def _smallest(sample: Sample | None, method: Method | None) -> float:
    if sample is None or method is None:
        return 1.0
    return smallest_p(sample.n) if sample.may_be_censored and method is Method.SIGN_FLIPS else 0.0


def interval(
    sample: Sample, method: Method | None, significance: float = SIGNIFICANCE
) -> Interval | None:
    """Of the mean gap. None: nothing is judged, there is no spread, or neither end is known."""
    if method is None or sample.n < 2 or sample.even:
        return None
    if method is Method.SIGN_FLIPS:
        found = flip_interval(sample.low, sample.high, significance)
        return None if found == Interval(-math.inf, math.inf) else found
    return mean_interval(sample.low, significance, sample.limits)


def estimate(
    sample: Sample, method: Method | None, significance: float = SIGNIFICANCE
) -> Estimate | None:
    """The mean gap with its interval, as ratio or difference. None: it is bounded on no side.

    Where all low ends are finite but some high ones are not, it is a lower bound; likewise upper
    ones.
    """
    found = bound_of(sample)
    if found is None:
        return None
    value, bound = found
    within = interval(sample, method, significance)
    return on_scale(sample.scale, Estimate(value, within, bound))


def estimate_alone(sample: Sample) -> Estimate | None:
    """The mean of a variant by itself, where two seeds have an interval: no verdict rests on it."""
    if sample.may_be_censored and decidable(1, sample.n):
        return estimate(sample, Method.SIGN_FLIPS)
    return estimate(sample, Method.T if sample.exact else None)
