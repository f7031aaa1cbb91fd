"""The value of an expression, given those of its metrics."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

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

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def number(expression: Expression, values: Mapping[str, float]) -> float:
    """Value of a numeric expression over the metrics of one run. Division by zero gives NaN."""
    match expression:
        case Number(value):
            return value
        case MetricOf(name):
            return values[name]
        case Negative(operand):
            return -number(operand, values)
        case Arithmetic(sign, left, right):
            a, b = number(left, values), number(right, values)
            if sign == "/":
                return a / b if b else float("nan")
            return {"+": a + b, "-": a - b, "*": a * b}[sign]
    raise TypeError(f"not a number: {expression}")


def truth(expression: Expression, values: Mapping[str, float]) -> bool:
    """Value of a condition over the metrics of one run."""
    match expression:
        case Compare(sign, left, right):
            a, b = number(left, values), number(right, values)
            return a == a and b == b and _COMPARE[sign](a, b)
        case Both(left, right):
            return truth(left, values) and truth(right, values)
        case Either(left, right):
            return truth(left, values) or truth(right, values)
    raise TypeError(f"not a condition: {expression}")
