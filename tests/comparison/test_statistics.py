"""Intervals, the sign-flip test and Holm's correction against scipy and slow loops."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.statistics import (
    flip_interval,
    holm,
    holm_levels,
    mean,
    mean_interval,
    sign_flip_test,
    t_coverage,
    t_quantile,
    t_test,
)
from hebbdsl.expression.intervals import Range
from hebbdsl.plan.power import smallest_p

NUMBERS = st.floats(-100, 100).map(lambda x: round(x, 3))
PS = st.lists(st.floats(0, 1), max_size=12)


@pytest.mark.parametrize("degrees", [*range(1, 40), 99, 100, 999, 1000, 9999])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.9999])
def test_t_quantile_is_that_of_scipy(degrees: int, confidence: float) -> None:
    expected = scipy.stats.t.ppf((1 + confidence) / 2, degrees)
    assert t_quantile(degrees, confidence) == pytest.approx(expected, rel=1e-10)


@given(st.floats(0, 60), st.integers(1, 300))
@settings(max_examples=100)
def test_t_coverage_is_that_of_scipy(t: float, degrees: int) -> None:
    # Near t = 0 it is the oracle that cancels, to some 1e-16 / 2 beside a half: hence the bound.
    expected = 1 - 2 * scipy.stats.t.sf(t, degrees)
    assert t_coverage(t, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.lists(NUMBERS, min_size=2, max_size=30))
@settings(max_examples=100)
def test_interval_is_that_of_scipy(values: list[float]) -> None:
    found = mean_interval(values)
    assert found is not None
    if min(values) == max(values):
        assert found.low == found.high == values[0]
        return
    expected = scipy.stats.t.interval(
        0.95, len(values) - 1, loc=np.mean(values), scale=scipy.stats.sem(values)
    )
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_one_value_has_no_interval() -> None:
    assert mean_interval([3.0]) is None


@given(st.floats(-1e6, 1e6), st.integers(1, 20))
def test_equal_values_have_exactly_their_mean(value: float, n: int) -> None:
    assert mean([value] * n) == value


def test_intervals_cover_the_mean_as_often_as_they_say() -> None:
    draw = random.Random(7)
    covered = 0
    for _ in range(2000):
        found = mean_interval([draw.gauss(3, 2) for _ in range(5)])
        assert found is not None
        covered += found.low <= 3 <= found.high
    # 1900 ± 4 standard deviations of the binomial count.
    assert abs(covered - 1900) <= 4 * math.sqrt(2000 * 0.95 * 0.05)


def slow_p(differences: list[float]) -> float:
    """The definition, one sign vector after the other."""
    observed = abs(sum(differences))
    slack = 1e-12 * sum(map(abs, differences))
    flips = list(itertools.product((-1, 1), repeat=len(differences)))
    hits = sum(
        abs(sum(s * d for s, d in zip(flip, differences, strict=True))) >= observed - slack
        for flip in flips
    )
    return hits / len(flips)


@given(st.lists(NUMBERS, min_size=1, max_size=8))
@example([0.1, 0.2, 0.3])
@example([0.0, 0.0])
@settings(max_examples=100)
def test_sign_flips_are_all_counted(differences: list[float]) -> None:
    found = sign_flip_test(differences)
    assert found.exact
    assert found.p == slow_p(differences)
    assert found.p >= smallest_p(len(differences)) == 2.0 ** (1 - len(differences))


def test_p_is_that_of_scipy() -> None:
    draw = random.Random(3)
    for n in (2, 5, 9):
        values = [draw.gauss(0.5, 1) for _ in range(n)]
        expected = scipy.stats.permutation_test(
            (values,), np.mean, permutation_type="samples", n_resamples=np.inf
        )
        assert sign_flip_test(values).p == pytest.approx(expected.pvalue)


def test_twenty_pairs_are_counted_and_more_are_sampled() -> None:
    every = sign_flip_test([1.0 + i / 100 for i in range(20)])
    assert (every.exact, every.p) == (True, 2.0**-19)
    draw = random.Random(1)
    values = [draw.gauss(0.35, 1) for _ in range(21)]
    sampled = sign_flip_test(values)
    assert not sampled.exact
    assert sampled == sign_flip_test(values)
    halves = np.array([0.0])
    for value in values:
        halves = np.concatenate([halves + value, halves - value])
    truth = float(np.mean(np.abs(halves) >= abs(sum(values)) - 1e-9))
    assert 0.01 < truth < 0.5
    assert abs(sampled.p - truth) < 4 * math.sqrt(truth * (1 - truth) / 100_000) + 1e-5


def test_a_sampled_p_is_never_zero() -> None:
    assert sign_flip_test([1.0] * 40).p == smallest_p(40) == 1 / 100_001


@given(
    st.lists(NUMBERS, min_size=2, max_size=8),
    st.lists(st.floats(0, 50), min_size=8, max_size=8),
)
@settings(max_examples=150)
def test_raising_differences_of_a_positive_sum_never_raises_p(
    differences: list[float], raises: list[float]
) -> None:
    """What makes p at the ends of censored ranges an upper bound."""
    if math.fsum(differences) <= 1e-6:
        differences = [abs(d) + 1e-3 for d in differences]
    raised = [d + more for d, more in zip(differences, raises, strict=False)]
    assert sign_flip_test(raised).p <= sign_flip_test(differences).p


def test_the_test_rejects_equality_as_seldom_as_it_says() -> None:
    draw = random.Random(11)
    rejected = sum(
        sign_flip_test([draw.gauss(0, 1) for _ in range(6)]).p <= 0.0625 for _ in range(1500)
    )
    assert abs(rejected - 1500 / 16) <= 4 * math.sqrt(1500 / 16 * 15 / 16)


@given(st.lists(NUMBERS, min_size=2, max_size=12).filter(lambda d: min(d) < max(d)))
@settings(max_examples=100)
def test_p_of_student_is_that_of_scipy(differences: list[float]) -> None:
    expected = scipy.stats.ttest_1samp(differences, 0.0).pvalue
    assert t_test(differences) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(
    st.lists(st.floats(0, 1).map(lambda x: round(x, 3)), min_size=2, max_size=12).filter(
        lambda d: min(d) < max(d)
    ),
    st.floats(0.01, 0.99),
    st.floats(0.001, 0.2),
)
@settings(max_examples=100)
def test_shares_are_told_from_a_number_where_their_interval_leaves_it_out(
    values: list[float], number: float, significance: float
) -> None:
    """And the interval stays within 0 and 1, whatever stands at its ends."""
    within = mean_interval(values, significance, Range(0.0, 1.0))
    assert within is not None
    assert 0 <= within.low <= mean(values) <= within.high <= 1
    p = t_test([value - number for value in values], Range(-number, 1 - number))
    if abs(p - significance) > 1e-9:
        assert (within.low <= number <= within.high) is (p > significance)


@given(
    st.lists(NUMBERS, min_size=2, max_size=6, unique=True),
    st.sampled_from([0.2, 0.1, 0.05, 0.03, 0.0125]),
)
@settings(max_examples=60)
def test_the_interval_of_sign_flips_holds_what_they_do_not_tell_apart(
    values: list[float], significance: float
) -> None:
    """The ends are means of subsets: the slow test of every centre between two such means."""
    found = flip_interval(values, values, significance)
    subsets = [s for n in range(1, len(values) + 1) for s in itertools.combinations(values, n)]
    means = sorted({round(sum(s) / len(s), 9) for s in subsets})
    centres = [(a + b) / 2 for a, b in itertools.pairwise(means) if b - a > 1e-6]
    for centre in (means[0] - 1, *centres, means[-1] + 1):
        kept = slow_p([value - centre for value in values]) > significance
        assert (found.low <= centre <= found.high) is kept


def test_twenty_one_values_have_the_interval_of_a_sample_of_subsets() -> None:
    draw = random.Random(5)
    values = [draw.gauss(1, 1) for _ in range(21)]
    sampled = flip_interval(values, values)
    student = mean_interval(values)
    assert student is not None
    assert sampled.low == pytest.approx(student.low, abs=0.1)
    assert sampled.high == pytest.approx(student.high, abs=0.1)
    for centre, told in ((sampled.low, False), (sampled.low - 0.02, True)):
        p = sign_flip_test([value - centre for value in values]).p
        assert (p <= 0.05) is told


@given(
    st.lists(st.tuples(NUMBERS, st.floats(0, 50)), min_size=2, max_size=9),
    st.floats(0.01, 0.3),
)
@settings(max_examples=100)
def test_the_interval_of_ranges_holds_that_of_all_values_in_them(
    ranges: list[tuple[float, float]], significance: float
) -> None:
    low = [value for value, _ in ranges]
    high = [value + width for value, width in ranges]
    wide = flip_interval(low, high, significance)
    for values in (low, high, [(a + b) / 2 for a, b in zip(low, high, strict=True)]):
        inner = flip_interval(values, values, significance)
        assert wide.low <= inner.low + 1e-9
        assert wide.high >= inner.high - 1e-9
    unknown = flip_interval([-math.inf, *low[1:]], high, significance)
    assert unknown.low <= wide.low


@given(PS)
@example([0.01, 0.01, 0.04, 0.5])
@settings(max_examples=150)
def test_the_level_of_each_test_is_where_holm_rejects_it(ps: list[float]) -> None:
    for p, corrected, level in zip(ps, holm(ps), holm_levels(ps), strict=True):
        if abs(corrected - 0.05) > 1e-9:
            assert (p <= level) is (corrected <= 0.05)


@given(PS)
@example([0.01, 0.01, 0.04, 0.5])
@settings(max_examples=150)
def test_holm_is_its_definition(ps: list[float]) -> None:
    m = len(ps)
    expected = []
    for p in ps:
        at_most = [q for q in ps if q <= p]
        ranked = sorted(at_most)
        expected.append(min(1.0, max((m - k) * q for k, q in enumerate(ranked))))
    assert holm(ps) == pytest.approx(expected)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_holm_rises_with_every_p(pairs: list[tuple[float, float]]) -> None:
    low, high = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    assert all(a <= b + 1e-15 for a, b in zip(holm(low), holm(high), strict=True))


def test_holm_of_equal_ps_is_bonferroni() -> None:
    assert holm([2.0**-9] * 20) == (20 * 2.0**-9,) * 20
