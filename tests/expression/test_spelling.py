"""One spelling for each expression: read again it is equal, and spelt again the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.expression.condition import Condition
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
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.expression.spelling import spelling


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("test_accuracy >= 0.6", "test_accuracy >= 0.6"),
        ("test_accuracy>=0.60", "test_accuracy >= 0.6"),
        ("((test_accuracy)) > (1_000 + 2e-7)", "test_accuracy > 1000 + 2e-07"),
        (
            "(test_accuracy > 0.5 or train_loss < 2) and train_loss < 3",
            "(test_accuracy > 0.5 or train_loss < 2) and train_loss < 3",
        ),
        ("test_accuracy - (train_loss - 1) > -2", "test_accuracy - (train_loss - 1) > -2"),
        ("(test_accuracy - train_loss) - 1 > 0", "test_accuracy - train_loss - 1 > 0"),
    ],
)
def test_spelling(written: str, spelt: str) -> None:
    assert spelling(Condition.parse(written).expression) == spelt


NUMBERS = st.one_of(
    st.integers(0, 10**6).map(float).map(Number),
    st.floats(0.001, 1e300, allow_nan=False).map(Number),
)
LEAVES = st.one_of(
    NUMBERS,
    st.sampled_from([MetricOf("test_accuracy"), MetricOf("newest_accuracy@10", "softmax")]),
)


def deeper(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Negative, inner),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner),
        st.builds(Both, inner, inner),
        st.builds(Either, inner, inner),
    )


@given(st.recursive(LEAVES, deeper, max_leaves=8))
def test_any_expression_is_read_again(expression: Expression) -> None:
    text = spelling(expression)
    assert parse_expression(text) == expression
    assert spelling(parse_expression(text)) == text
