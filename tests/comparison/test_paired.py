"""Censored values: which way each bound points, and that verdicts stand for all values allowed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.comparison.paired import (
    Bound,
    estimate,
    flip_test,
    gap,
    known_of,
    on_scale,
    scale_of,
)
from hebbdsl.comparison.statistics import mean, sign_flip_test
from hebbdsl.expression.metrics import Scale
from hebbdsl.expression.ranges import Range
from hebbdsl.run.record import Value

from .records import censored

INF = math.inf


def of(value: float | Value) -> Range:
    return known_of(value if isinstance(value, Value) else Value(value=value))


def ratios(left: list[float | Value], right: list[float | Value]) -> list[Range]:
    return [gap(Scale.RATIO, of(a), of(b)) for a, b in zip(left, right, strict=True)]


def test_exact_ratios_have_a_geometric_mean_with_a_closed_interval() -> None:
    found = estimate(ratios([100, 400], [200, 200]))
    assert found is not None
    back = on_scale(Scale.RATIO, found)
    assert back.bound is Bound.EXACT
    assert back.value == pytest.approx(1.0)
    assert back.interval is not None
    assert back.interval.low * back.interval.high == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("left", "right", "bound"),
    [
        ([censored(2000), 500], [600, 500], Bound.LOWER),
        ([300, 400], [censored(2000), 500], Bound.UPPER),
    ],
)
def test_a_censored_side_bounds_the_ratio(
    left: list[float | Value], right: list[float | Value], bound: Bound
) -> None:
    found = estimate(ratios(left, right))
    assert found is not None
    assert found.bound is bound
    assert found.interval is not None
    assert (found.interval.high == INF) is (bound is Bound.LOWER)
    assert (found.interval.low == -INF) is (bound is Bound.UPPER)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([censored(2000), 500], [censored(2000), 500]),
        ([censored(2000), 500], [600, censored(2000)]),
    ],
)
def test_censoring_on_both_sides_leaves_no_bound_and_no_test(
    left: list[float | Value], right: list[float | Value]
) -> None:
    assert estimate(ratios(left, right)) is None
    assert flip_test(ratios(left, right)) is None


def test_the_test_is_made_only_where_censoring_speaks_against_it() -> None:
    slower = ratios([censored(2000), 900, 800], [600, 500, 500])
    assert flip_test(slower) == sign_flip_test([g.low for g in slower])
    faster_so_far = ratios([censored(2000), 100, 100], [2100, 500, 500])
    assert flip_test(faster_so_far) is None
    against = ratios([300, 300, 300], [censored(2000), 900, 800])
    assert flip_test(against) == sign_flip_test([g.high for g in against])


@given(
    st.lists(
        st.tuples(st.floats(50, 2000), st.floats(50, 2000), st.booleans(), st.floats(1, 20)),
        min_size=2,
        max_size=7,
    )
)
@settings(max_examples=150)
def test_bounds_hold_whatever_the_runs_would_have_done_later(
    seeds: list[tuple[float, float, bool, float]],
) -> None:
    left = [Value(value=a, censored=cut) for a, _, cut, _ in seeds]
    truth = [math.log(a * (factor if cut else 1) / b) for a, b, cut, factor in seeds]
    gaps = ratios(list(left), [b for _, b, _, _ in seeds])
    found = estimate(gaps)
    assert found is not None
    assert found.value <= mean(truth) + 1e-9
    test = flip_test(gaps)
    if test is not None:
        assert sign_flip_test(truth).p <= test.p


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


def test_an_interval_too_wide_for_a_float_is_open() -> None:
    found = estimate(ratios([1e-150, 1e150], [1.0, 1.0]))
    assert found is not None
    back = on_scale(Scale.RATIO, found)
    assert back.interval is not None
    assert (back.interval.low, back.interval.high) == (0.0, INF)
