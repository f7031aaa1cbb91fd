"""Censored values: which way each bound points, and that verdicts stand for all values allowed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.inference import Method, PairedTest, corrected_tests, estimate
from hebbdsl.comparison.paired import Bound, Sample, gap, known_of, sample_of, scale_of
from hebbdsl.comparison.statistics import mean, sign_flip_test
from hebbdsl.expression.intervals import Range
from hebbdsl.expression.metric import Scale
from hebbdsl.expression.metrics import RUN_METRICS
from hebbdsl.run.record import Value

from .records import censored

INF = math.inf


def of(value: float | Value) -> Range:
    return known_of(value if isinstance(value, Value) else Value(value=value))


def ratios(left: list[float | Value], right: list[float | Value]) -> Sample:
    found = sample_of([STEPS], [*map(of, left)], [*map(of, right)])
    assert found is not None
    assert found.scale is Scale.RATIO
    return found


STEPS = RUN_METRICS["steps_to_finish"]


def judged(sample: Sample) -> PairedTest:
    return corrected_tests({0: sample})[0]


def test_exact_ratios_have_a_geometric_mean_with_a_closed_interval() -> None:
    found = estimate(ratios([100, 400], [200, 200]), Method.T)
    assert found is not None
    assert found.bound is Bound.EXACT
    assert found.value == pytest.approx(1.0)
    assert found.interval is not None
    assert found.interval.low * found.interval.high == pytest.approx(1.0)


SIX = (500.0, 510.0, 520.0, 530.0, 540.0, 550.0)


@pytest.mark.parametrize(
    ("left", "right", "bound"),
    [
        ([censored(2000), *SIX[1:]], [400.0] * 6, Bound.LOWER),
        ([300.0] * 6, [censored(2000), *SIX[1:]], Bound.UPPER),
    ],
)
def test_a_censored_side_bounds_the_ratio(
    left: list[float | Value], right: list[float | Value], bound: Bound
) -> None:
    found = estimate(ratios(left, right), Method.SIGN_FLIPS)
    assert found is not None
    assert found.bound is bound
    assert found.interval is not None
    assert (found.interval.high == INF) is (bound is Bound.LOWER)
    assert (found.interval.low == 0) is (bound is Bound.UPPER)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([censored(2000), *SIX[1:]], [censored(2000), *[400.0] * 5]),
        ([censored(2000), *SIX[1:]], [600, censored(2000), *[400.0] * 4]),
    ],
)
def test_censoring_on_both_sides_leaves_no_bound_and_no_test(
    left: list[float | Value], right: list[float | Value]
) -> None:
    sample = ratios(left, right)
    assert estimate(sample, Method.SIGN_FLIPS) is None
    assert judged(sample).p is None


def test_the_test_is_made_only_where_censoring_speaks_against_it() -> None:
    slower = ratios([censored(2000), *SIX[1:]], [400.0] * 6)
    assert judged(slower).p == sign_flip_test(slower.low).p == 2.0**-5
    faster_so_far = ratios([censored(2000), *[100.0] * 5], [2100, *[500.0] * 5])
    assert judged(faster_so_far).p is None
    against = ratios([300.0] * 6, [censored(2000), *SIX[1:]])
    assert judged(against).p == sign_flip_test(against.high).p


@given(
    st.lists(
        st.tuples(st.floats(50, 2000), st.floats(50, 2000), st.booleans(), st.floats(1, 20)),
        min_size=6,
        max_size=9,
    ),
    st.floats(0.01, 0.2),
)
@settings(max_examples=150)
def test_bounds_hold_whatever_the_runs_would_have_done_later(
    seeds: list[tuple[float, float, bool, float]], significance: float
) -> None:
    left = [Value(value=a, censored=cut) for a, _, cut, _ in seeds]
    right: list[float | Value] = [b for _, b, _, _ in seeds]
    later = ratios([a * (factor if cut else 1) for a, _, cut, factor in seeds], right)
    sample = ratios(list(left), right)
    found = estimate(sample, Method.SIGN_FLIPS, significance)
    then = estimate(later, Method.SIGN_FLIPS, significance)
    assert found is not None
    assert then is not None
    assert found.value <= math.exp(mean(later.low)) * (1 + 1e-9)
    if found.interval is not None and then.interval is not None:
        assert found.interval.low <= then.interval.low * (1 + 1e-9)
        assert found.interval.high >= then.interval.high * (1 - 1e-9)
    p = judged(sample).p
    if p is not None:
        assert sign_flip_test(later.low).p <= p


SPREAD = st.tuples(*[st.integers(-5000, 5000).map(lambda k: k / 100), *[st.floats(0, 1)] * 2])


@given(SPREAD, SPREAD)
@settings(max_examples=100)
def test_ranges_contain_what_their_numbers_give(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> None:
    x, y = (low + 20 * wide * at for low, wide, at in (a, b))
    left, right = (Range(low, low + 20 * wide) for low, wide, _ in (a, b))
    for found, value in (
        (left + right, x + y),
        (left - right, x - y),
        (left * right, x * y),
        (left / right, x / y if abs(y) > 1e-9 else 0.0),
        (-left, -x),
    ):
        slack = 1e-9 * (1 + abs(value))
        assert found.low - slack <= value <= found.high + slack


def test_nothing_times_an_unknown_number_is_nothing() -> None:
    assert Range(0, 0) * Range(2000, INF) == Range(0, 0)
    assert Range(1, 1) / Range(2000, INF) == Range(0, 1 / 2000)
    assert Range(600, INF) / Range(2000, INF) == Range(0, INF)
    assert Range(-600, 5) / Range(2000, INF) == Range(-0.3, 0.0025)
    assert Range(1, 1) / Range(-1, 1) == Range(-INF, INF)


def test_an_end_that_is_not_known_rounds_no_other_end_to_nothing() -> None:
    late = Range(-INF, 0)  # 150 − a time of at least 150
    assert gap(Scale.DIFFERENCE, late, of(100)) == Range(-INF, -100)


def test_rounding_is_no_difference() -> None:
    assert gap(Scale.RATIO, of(0.7 * 500), of(350)) == Range(0, 0)
    assert gap(Scale.DIFFERENCE, of(0.1 + 0.2), of(0.3)) == Range(0, 0)
    assert gap(Scale.DIFFERENCE, of(0.31), of(0.3)).low == pytest.approx(0.01)


def test_ratios_need_positive_sides_and_metrics_compared_so() -> None:
    one, zero = [of(1)], [of(0)]
    assert scale_of([Scale.RATIO], one, one) is Scale.RATIO
    assert scale_of([Scale.RATIO], one, zero) is Scale.DIFFERENCE
    assert scale_of([Scale.RATIO, Scale.DIFFERENCE], one, one) is Scale.DIFFERENCE
    assert scale_of([], one, one) is Scale.DIFFERENCE


def test_a_scale_that_censored_values_could_change_is_left_open() -> None:
    late = [Range(-INF, 5)]  # 2000 − a time of at least 1995
    assert scale_of([Scale.RATIO], late, [of(1)]) is None
    assert scale_of([Scale.RATIO], late, [of(0)]) is Scale.DIFFERENCE
    assert scale_of([Scale.DIFFERENCE], late, [of(1)]) is Scale.DIFFERENCE
