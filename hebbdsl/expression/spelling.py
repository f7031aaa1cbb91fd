"""One spelling for each expression, whatever spaces, brackets and numerals it was written with."""

from __future__ import annotations

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

_BINDING = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_COMPARISON = 3
_SIGN = 6


def spelling(expression: Expression) -> str:
    """A text that is parsed to an equal expression, with no more brackets than it needs."""
    return _spelt(expression, 0)


def _spelt(expression: Expression, outer: int) -> str:
    """Within an operator that binds as tightly as `outer`."""
    match expression:
        case Number(value):
            return _numeral(value)
        case MetricOf(name, variant):
            return name if variant is None else f"{name}({variant})"
        case Negative(operand):
            return _within(f"-{_spelt(operand, _SIGN)}", _SIGN, outer)
        case Compare(operator, left, right):
            binding = _COMPARISON
        case Arithmetic(operator, left, right):
            binding = _BINDING[operator]
        case Both(left, right):
            operator, binding = "and", _BINDING["and"]
        case Either(left, right):
            operator, binding = "or", _BINDING["or"]
    # What stands on the left is taken together first; comparisons are not chained.
    before = _spelt(left, binding + isinstance(expression, Compare))
    return _within(f"{before} {operator} {_spelt(right, binding + 1)}", binding, outer)


def _within(text: str, binding: int, outer: int) -> str:
    return f"({text})" if binding < outer else text


def _numeral(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else repr(value)
