"""What so many seeds could tell of so many variants: arithmetic of tests that are yet to come."""

from __future__ import annotations

SIGNIFICANCE = 0.05
"""A corrected p above it tells nothing apart."""

LEAST_SEEDS = 5
"""Fewer in common decide nothing: the spread of two or three says next to nothing of the next."""

EXACT_UP_TO = 20
"""Pairs whose 2^n flips are all counted; more are sampled."""

SAMPLES = 100_000


def smallest_p(n: int) -> float:
    """The smallest p that a sign-flip test of `n` pairs can give: 2^(1−n), or a sample's limit."""
    return 2.0 ** (1 - n) if n <= EXACT_UP_TO else 1 / (SAMPLES + 1)


def decidable(comparisons: int, n: int) -> bool:
    """Whether one of so many tests of `n` pairs could come out: m · (smallest p) ≤ 0.05.

    Holm's corrected p rises with each p, so that none is smaller than with every p the smallest.
    """
    return comparisons * smallest_p(n) <= SIGNIFICANCE


def seeds_needed(comparisons: int) -> int:
    """The fewest pairs with which so many comparisons are decidable; 0: no number is enough."""
    return next((n for n in range(2, EXACT_UP_TO + 2) if decidable(comparisons, n)), 0)
