"""Means with intervals over seeds, Student's and the sign-flip test, and Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hebbdsl.expression.intervals import Range
from hebbdsl.plan.power import EXACT_UP_TO, SAMPLES, SIGNIFICANCE

if TYPE_CHECKING:
    from numpy import ndarray

ANYWHERE = Range(-math.inf, math.inf)
"""The limits of a number that has none."""

TOLERANCE = 1e-12
"""Of sums, relative to the sum of their terms' sizes: up to it a sum is zero."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; an infinite end is no limit on that side."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FlipTest:
    """Outcome of a sign-flip test. `exact`: all 2^n flips were counted, not a sample of them."""

    p: float
    exact: bool


def t_coverage(t: float, degrees: int) -> float:
    """P(|X| ≤ t) for Student's X with whole `degrees` of freedom.

    With θ = arctan(t/√ν), the sum of positive terms

        ν odd:  2/π · (θ + sin θ cos θ · (1 + 2/3 cos²θ + 2·4/(3·5) cos⁴θ + …)), ν > 1
        ν even: sin θ · (1 + 1/2 cos²θ + 1·3/(2·4) cos⁴θ + …)

    up to the power ν − 3 or ν − 2 of the cosine.

    Source:
        Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
    """
    theta = math.atan2(t, math.sqrt(degrees))
    squared = math.cos(theta) ** 2
    odd = degrees % 2
    term, total = 1.0, 1.0
    for k in range(2 + odd, degrees - 1, 2):
        term *= squared * (k - 1) / k
        total += term
        if term < 1e-18 * total:
            break
    if not odd:
        return math.sin(theta) * total
    series = math.sin(theta) * math.cos(theta) * total if degrees > 1 else 0.0
    return 2 / math.pi * (theta + series)


@lru_cache
def t_quantile(degrees: int, confidence: float = 1 - SIGNIFICANCE) -> float:
    """The t with P(|X| ≤ t) = `confidence`, by bisection.

    Args:
        degrees: of freedom, at least 1.
        confidence: above 0, below 1.
    """
    low, high = 0.0, 1.0
    while t_coverage(high, degrees) < confidence:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        if t_coverage(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return high


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean, summed without rounding, so that equal values have exactly their value."""
    if min(values) == max(values):
        return values[0]
    scaled, power = _scaled(values)
    return math.ldexp(math.fsum(scaled) / len(values), power)


def _scaled(values: Sequence[float]) -> tuple[Sequence[float], int]:
    """The values by a power of two, mostly none, so that a float holds sums of their squares."""
    power = max(0, math.frexp(max(map(abs, values)))[1] - _LARGEST_POWER)
    return ([math.ldexp(value, -power) for value in values] if power else values), power


_LARGEST_POWER = 400


def mean_interval(
    values: Sequence[float], significance: float = SIGNIFICANCE, limits: Range = ANYWHERE
) -> Interval | None:
    """Student's interval of the mean: m ± t_{n−1} · s/√n. None with fewer than two values.

    Between `limits` that no value exceeds, as 0 and 1 of shares, it is m ± … on the scale of
    f(x) = log((x − low) / (high − x)), on which the standard error of f(m) is f′(m) · s/√n. It then
    contains the mean and stays within the limits; single values may lie at them.
    """
    n = len(values)
    if n < 2:
        return None
    centre, error = mean(values), _standard_error(values)
    if not limits.low < centre < limits.high:
        limits = ANYWHERE
    half = t_quantile(n - 1, 1 - significance) * error * _slope(centre, limits)
    middle = _stretched(centre, limits)
    return Interval(_unstretched(middle - half, limits), _unstretched(middle + half, limits))


def t_test(values: Sequence[float], limits: Range = ANYWHERE) -> float:
    """Two-sided p of "the mean is zero": 1 − the confidence of the interval that touches zero.

    Args:
        values: two or more, not all equal.
    """
    centre, error = mean(values), _standard_error(values)
    if not (limits.low < centre < limits.high and limits.low < 0 < limits.high):
        limits = ANYWHERE
    distance = _stretched(centre, limits) - _stretched(0.0, limits)
    t = abs(distance) / (error * _slope(centre, limits))
    return max(0.0, 1 - t_coverage(t, len(values) - 1))


def _standard_error(values: Sequence[float]) -> float:
    n, centre = len(values), mean(values)
    scaled, power = _scaled(values)
    middle = math.ldexp(centre, -power)
    variance = math.fsum((value - middle) * (value - middle) for value in scaled) / (n - 1)
    return math.sqrt(variance / n) * 2.0**power


def _stretched(x: float, limits: Range) -> float:
    return x if limits == ANYWHERE else math.log((x - limits.low) / (limits.high - x))


def _slope(x: float, limits: Range) -> float:
    width = limits.high - limits.low
    return 1.0 if limits == ANYWHERE else width / ((x - limits.low) * (limits.high - x))


def _unstretched(y: float, limits: Range) -> float:
    if limits == ANYWHERE:
        return y
    share = 1 / (1 + math.exp(-y)) if y > -700 else 0.0
    return limits.low + (limits.high - limits.low) * share


def sign_flip_test(differences: Sequence[float], samples: int = SAMPLES) -> FlipTest:
    """Two-sided paired permutation test of "the sign of each difference is a coin's".

    p is the share of the 2^n sign vectors s with |Σ s_i d_i| ≥ |Σ d_i|, all counted up to n = 20.
    Beyond, `samples` of them are drawn from a fixed seed and p = (1 + hits) / (1 + samples), which
    keeps the test valid. With a positive sum, a vector that flips the differences of A is a hit
    where Σ_A d_i ≤ 0, or where that of the others is. So p can only fall where differences rise.
    """
    total = math.fsum(differences)
    if abs(total) <= TOLERANCE * math.fsum(map(abs, differences)):
        return FlipTest(1.0, exact=len(differences) <= EXACT_UP_TO)
    d = differences if total > 0 else [-difference for difference in differences]
    if len(d) <= EXACT_UP_TO:
        sums, sizes, _ = _subsets(d)
        hits = int((sums <= TOLERANCE * sizes).sum())
        return FlipTest(min(1.0, 2 * hits / 2 ** len(d)), exact=True)
    sums, sizes, _ = _drawn_subsets(d, samples)
    hits = int((sums <= TOLERANCE * sizes).any(axis=0).sum())
    return FlipTest((1 + hits) / (1 + samples), exact=False)


def flip_interval(
    low: Sequence[float],
    high: Sequence[float],
    significance: float = SIGNIFICANCE,
    samples: int = SAMPLES,
) -> Interval:
    """All centres that the sign-flip test does not tell from those of the values.

    A centre θ is told apart where p of the differences to θ is at most `significance`. So the ends
    are the k-th smallest and the k-th largest of the means of all subsets, k being the whole part
    of significance · 2^(n−1); infinite where k is 0.

    Args:
        low: the least that each value can be; −∞: nothing is known.
        high: the most. For all values in between, the interval is within this one.

    Source:
        Hartigan 1969, typical values.
    """
    return Interval(
        _least_centre(low, significance, samples),
        -_least_centre([-value for value in high], significance, samples),
    )


def _least_centre(values: Sequence[float], significance: float, samples: int) -> float:
    import numpy as np

    n = len(values)
    if n <= EXACT_UP_TO:
        rank = math.floor(significance * 2 ** (n - 1))
        sums, _, counts = _subsets(values)
        means = sums[1:] / counts[1:]
    else:
        rank = math.floor(significance * (1 + samples))
        sums, _, counts = _drawn_subsets(values, samples)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf).ravel()
    return float(np.partition(means, rank - 1)[rank - 1]) if rank else -math.inf


def _subsets(values: Sequence[float]) -> tuple[ndarray, ndarray, ndarray]:
    """The sum of every subset, the empty one first; of the sizes of its terms; their number."""
    import numpy as np

    sums, sizes, counts = np.zeros(1), np.zeros(1), np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
        sizes = np.concatenate([sizes, sizes + abs(value)])
        counts = np.concatenate([counts, counts + 1])
    return sums, sizes, counts


def _drawn_subsets(values: Sequence[float], samples: int) -> tuple[ndarray, ndarray, ndarray]:
    """The same of drawn subsets, in the first row, and of what each leaves, in the second."""
    import numpy as np

    generator = np.random.default_rng(20)
    sums, sizes, counts = np.zeros((3, 2, samples))
    for start in range(0, samples, 10_000):
        end = min(samples, start + 10_000)
        chosen = generator.integers(0, 2, size=(end - start, len(values))).astype(bool)
        for side, taken in enumerate((chosen, ~chosen)):
            terms = np.where(taken, np.asarray(values, dtype=np.float64), 0.0)
            sums[side, start:end] = terms.sum(axis=1)
            sizes[side, start:end] = np.abs(terms).sum(axis=1)
            counts[side, start:end] = taken.sum(axis=1)
    return sums, sizes, counts


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Corrected p of each of m tests: the k-th smallest (k from 0) times m − k, never falling, ≤ 1.

    Source:
        Holm 1979.
    """
    corrected = [1.0] * len(ps)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, (len(ps) - rank) * ps[index])
        corrected[index] = min(1.0, largest)
    return tuple(corrected)


def holm_levels(ps: Sequence[float], significance: float = SIGNIFICANCE) -> tuple[float, ...]:
    """The level at which Holm's procedure judges each of m tests: significance / (m − k) for the
    k-th smallest p, and for all after the first that is not rejected, the level of that one.

    So p is at most its level exactly where the corrected p is at most `significance`.
    """
    levels = [significance] * len(ps)
    steps = 0
    for index in sorted(range(len(ps)), key=ps.__getitem__):
        levels[index] = significance / (len(ps) - steps)
        if ps[index] <= levels[index]:
            steps += 1
    return tuple(levels)
