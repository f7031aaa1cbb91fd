"""Means with intervals over seeds, the paired permutation test, and Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hebbdsl.plan.power import EXACT_UP_TO, SAMPLES

CONFIDENCE = 0.95
"""Of every interval."""


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
def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
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


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's interval of the mean: m ± t_{n−1} · s/√n. None with fewer than two values."""
    n = len(values)
    if n < 2:
        return None
    centre = mean(values)
    scaled, power = _scaled(values)
    middle = math.ldexp(centre, -power)
    variance = math.fsum((value - middle) * (value - middle) for value in scaled) / (n - 1)
    half = t_quantile(n - 1) * math.sqrt(variance / n) * 2.0**power
    return Interval(centre - half, centre + half)


def sign_flip_test(differences: Sequence[float], samples: int = SAMPLES) -> FlipTest:
    """Two-sided paired permutation test of "the sign of each difference is a coin's".

    p is the share of the 2^n sign vectors s with |Σ s_i d_i| ≥ |Σ d_i|, all counted up to n = 20.
    Beyond, `samples` of them are drawn from a fixed seed and p = (1 + hits) / (1 + samples), which
    keeps the test valid. Raising every d_i of a positive sum can only lower p: for the subset A
    that s flips, a hit on that side is Σ_A d_i ≤ 0.
    """
    import numpy as np

    differences, _ = _scaled(differences)
    d = np.asarray(differences, dtype=np.float64)
    n = len(d)
    # A flip that equals the observed sum up to rounding counts as equal.
    threshold = abs(math.fsum(differences)) - 1e-12 * float(np.abs(d).sum())
    if n <= EXACT_UP_TO:
        sums = np.zeros(1)
        for value in d:
            sums = np.concatenate([sums - value, sums + value])
        p = int((np.abs(sums) >= threshold).sum()) / 2**n
        return FlipTest(p, exact=True)
    generator = np.random.default_rng(20)
    hits, left = 0, samples
    while left:
        rows = min(left, 10_000)
        signs = 2.0 * generator.integers(0, 2, size=(rows, n)) - 1.0
        hits += int((np.abs(signs @ d) >= threshold).sum())
        left -= rows
    return FlipTest((1 + hits) / (1 + samples), exact=False)


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
