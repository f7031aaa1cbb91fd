"""Conditions and claims: what they mean, and where what is wrong with them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.interpreter import number, truth
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
from hebbdsl.expression.parsing import DEEPEST, LONGEST, parse_expression


def faults(parse: type[Condition] | type[Claim], text: str) -> list[tuple[str, str]]:
    """Codes, with the characters that each points at."""
    with pytest.raises(ExpressionError) as caught:
        parse.parse(text)
    return [(f.problem.code, text[f.extent.start : f.extent.end]) for f in caught.value.faults]


CONDITIONS = [
    ("test_acc >= 0.6", [("HEB220", "test_acc")]),
    ("steps_to_finish < 5", [("HEB221", "steps_to_finish")]),
    ("newest_accuracy@10 < 5", [("HEB221", "newest_accuracy@10")]),
    ("test_accuracy@10 < 5", [("HEB220", "test_accuracy@10")]),
    ("final_validation_accuracy < 5", [("HEB221", "final_validation_accuracy")]),
    ("test_accuracy(a) > 0.5", [("HEB224", "a")]),
    ("test_accuracy", [("HEB133", "test_accuracy")]),
    ("0.5", [("HEB133", "0.5")]),
    ("test_accuracy + 1", [("HEB133", "test_accuracy + 1")]),
    ("-test_accuracy", [("HEB133", "-test_accuracy")]),
    ("test_accuracy > 0.5 and 1", [("HEB133", "1")]),
    ("(test_accuracy > 0.5) > 0", [("HEB134", "test_accuracy > 0.5")]),
    ("1 + (train_loss < 2) > 0", [("HEB134", "train_loss < 2")]),
    ("0 < test_accuracy < 1", [("HEB132", "<")]),
    ("test_accuracy = 1", [("HEB131", "=")]),
    ("a > 1 and b > 1", [("HEB220", "a"), ("HEB220", "b")]),
    ("", [("HEB130", "")]),
    ("test_accuracy >", [("HEB130", "")]),
    ("test_accuracy 1", [("HEB130", "1")]),
    ("test_accuracy > 1 and", [("HEB130", "")]),
    ("(test_accuracy > 1", [("HEB130", "")]),
    ("test_accuracy > 1)", [("HEB130", ")")]),
    ("test_accuracy > 1 & train_loss < 2", [("HEB130", "&")]),
    ("test_accuracy > θ", [("HEB130", "θ")]),
    ("test_accuracy > 012", [("HEB136", "012")]),
    ("test_accuracy > .5", [("HEB136", ".5")]),
    ("test_accuracy > 5%", [("HEB130", "%")]),
    ("test_accuracy > 1e999", [("HEB136", "1e999")]),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_faulty_conditions(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(Condition, text) == expected


CLAIMS = [
    ("final_test_accuracy > 1", [("HEB225", "final_test_accuracy")]),
    ("test_accuracy(a) > 1", [("HEB222", "test_accuracy")]),
    ("validation_accuracy(a) > 1", [("HEB222", "validation_accuracy")]),
    ("newest_validation_accuracy(a) > 1", [("HEB222", "newest_validation_accuracy")]),
    ("newest_accuracy(a) > 1", [("HEB223", "newest_accuracy")]),
    ("steps_to_finish@10(a) > 1", [("HEB223", "steps_to_finish")]),
    ("steps_to_finnish(a) > 1", [("HEB220", "steps_to_finnish")]),
    ("steps_to_finish() > 1", [("HEB130", ")")]),
    ("steps_to_finish(a, b) > 1", [("HEB130", ",")]),
]


@pytest.mark.parametrize(("text", "expected"), CLAIMS, ids=[text for text, _ in CLAIMS])
def test_faulty_claims(text: str, expected: list[tuple[str, str]]) -> None:
    codes = [(code, where) for code, where in faults(Claim, text)]
    assert [code for code, _ in codes] == [code for code, _ in expected]
    assert all(
        found.startswith(where) for (_, found), (_, where) in zip(codes, expected, strict=True)
    )


def test_a_condition_knows_its_metrics() -> None:
    condition = Condition.parse("test_accuracy >= 0.6  and\n train_loss < 1 or test_accuracy > 0.9")
    assert condition.metrics == ("test_accuracy", "train_loss")
    assert condition.text == "test_accuracy >= 0.6 and train_loss < 1 or test_accuracy > 0.9"


def test_a_claim_knows_its_variants() -> None:
    claim = Claim.parse("newest_accuracy@10(b) > 0.7 * newest_accuracy@20(a)")
    assert claim.variants == ("b", "a")


def test_keywords_are_not_prefixes() -> None:
    assert parse_expression("order > android") == Compare(
        ">", MetricOf("order"), MetricOf("android")
    )


def test_precedence() -> None:
    a, b, c = (MetricOf(name) for name in "abc")
    parsed = parse_expression("a - b - c * -b > 1 and a < b or b == c")
    left = Arithmetic("-", Arithmetic("-", a, b), Arithmetic("*", c, Negative(b)))
    assert parsed == Either(
        Both(Compare(">", left, Number(1.0)), Compare("<", a, b)), Compare("==", b, c)
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "a" + ")" * 400 + " > 1",
        "-" * 900 + "1 > 0",
        "1 +" * 400,
        "a > 1 and " * 99,
        "=" * 900,
        "a" * (LONGEST + 1),
        "a > " + "9" * 900,
        "@" * 900,
    ],
)
def test_bombs(text: str) -> None:
    with pytest.raises(ExpressionError):
        Condition.parse(text)


def test_depth_is_capped() -> None:
    parse_expression("(" * DEEPEST + "a" + ")" * DEEPEST)
    with pytest.raises(ExpressionError):
        parse_expression("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1))


NUMBERS: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.integers(0, 9).map(lambda value: Number(float(value))),
        st.sampled_from(["test_accuracy", "train_loss"]).map(MetricOf),
    ),
    lambda inner: st.one_of(
        inner.map(Negative), st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner)
    ),
    max_leaves=8,
)
TRUTHS: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS, NUMBERS),
    lambda inner: st.one_of(st.builds(Both, inner, inner), st.builds(Either, inner, inner)),
    max_leaves=3,
)


def written(expression: Expression) -> str:
    """The expression with every parenthesis there can be."""
    match expression:
        case Number(value):
            return f"{value:g}"
        case MetricOf(name):
            return name
        case Negative(operand):
            return f"(-{written(operand)})"
        case Arithmetic(sign, left, right) | Compare(sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
        case Both(left, right):
            return f"({written(left)} and {written(right)})"
        case Either(left, right):
            return f"({written(left)} or {written(right)})"


@given(TRUTHS)
def test_what_is_written_is_what_is_read(expression: Expression) -> None:
    text = written(expression)
    if len(text) <= LONGEST:
        assert Condition.parse(text).expression == expression


@given(st.text("ab1.() <>=+-*/@_orand\n", max_size=40))
def test_any_text_is_parsed_or_refused_within_itself(text: str) -> None:
    try:
        parse_expression(text)
    except ExpressionError as error:
        for fault in error.faults:
            assert 0 <= fault.extent.start <= fault.extent.end <= len(text)


def test_values() -> None:
    values = {"a": 0.5, "b": 2.0}
    assert number(parse_expression("a + b * -b / 4"), values) == -0.5
    assert truth(parse_expression("a < b and (b > 3 or a == 0.5)"), values)
    assert not truth(parse_expression("a / 0 < 1 or a / 0 >= 1"), values)
