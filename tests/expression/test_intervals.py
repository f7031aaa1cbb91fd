"""What is settled by limits alone is so for every number within them."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.expression.interpreter import truth
from hebbdsl.expression.intervals import Range, range_of, truth_of
from hebbdsl.expression.nodes import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    MetricOf,
    Negative,
    Number,
)
from tests.sampling import examples

NAMES = ("a", "b", "c")
NUMBERS: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Number, st.integers(-4, 4).map(float)) | st.builds(MetricOf, st.sampled_from(NAMES)),
    lambda inner: (
        st.builds(Negative, inner) | st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner)
    ),
    max_leaves=5,
)
TRUTHS: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS, NUMBERS),
    lambda inner: st.builds(Both, inner, inner) | st.builds(Either, inner, inner),
    max_leaves=3,
)


@st.composite
def limits(draw: st.DrawFn) -> Range:
    low = draw(st.integers(-3, 3))
    high = draw(st.one_of(st.integers(low, 4), st.just(math.inf)))
    return Range(float(low), float(high))


@given(TRUTHS, st.tuples(limits(), limits(), limits()), st.data())
@settings(max_examples=examples(400))
def test_what_is_settled_holds_for_all_numbers(
    expression: Expression, ranges: tuple[Range, ...], data: st.DataObject
) -> None:
    known = dict(zip(NAMES, ranges, strict=True))
    verdict = truth_of(expression, lambda metric: known[metric.name])
    if verdict is None:
        return
    values = {
        name: data.draw(st.integers(int(r.low), int(min(r.high, r.low + 9))).map(float), name)
        for name, r in known.items()
    }
    assert truth(expression, values) is verdict


def test_what_can_go_either_way_is_not_settled() -> None:
    share = Range(0.0, 1.0)
    metric = MetricOf("a")
    for operator, number, expected in (
        ("<", 0.0, False),
        ("<", 1.0, None),
        ("<", 1.5, True),
        (">=", 0.0, True),
        (">", 0.0, None),
        ("==", 0.5, None),
        ("==", 2.0, False),
        ("!=", 2.0, True),
    ):
        compare = Compare(operator, metric, Number(number))
        assert truth_of(compare, lambda _: share) is expected


def test_a_side_that_may_divide_by_zero_has_no_limits() -> None:
    ratio = Arithmetic("/", Number(1.0), MetricOf("a"))
    assert range_of(ratio, lambda _: Range(0.0, 1.0)) == Range(-math.inf, math.inf)
    assert truth_of(Compare("==", ratio, ratio), lambda _: Range(0.0, 1.0)) is None
