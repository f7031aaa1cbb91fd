"""Numbers of which only the limits are known, and what expressions of them come to."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

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
from hebbdsl.frozen import frozen


@frozen
class Range:
    """All that is known of a number: it is at least `low` and at most `high`."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low)

    def __add__(self, other: Range) -> Range:
        return _held(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        return self + -other

    def __mul__(self, other: Range) -> Range:
        ends = [_product(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return _held(min(ends), max(ends))

    def __truediv__(self, other: Range) -> Range:
        """Without limits where `other` may be zero."""
        if other.low <= 0 <= other.high:
            return Range(-math.inf, math.inf)
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        # ∞/∞ adds nothing: ∞ over the other end and zero are among the ends already.
        known = [end for end in ends if not math.isnan(end)]
        return _held(min(known), max(known))


def _held(low: float, high: float) -> Range:
    """A number too large for a float is at least the largest one: no number is infinite."""
    largest = sys.float_info.max
    return Range(min(low, largest), max(high, -largest))


def _product(a: float, b: float) -> float:
    """An infinite end is an unknown finite number, so nothing times it is nothing."""
    return 0.0 if a == 0 or b == 0 else a * b


def range_of(expression: Expression, known: Callable[[MetricOf], Range]) -> Range:
    """What is known of a number, given what is `known` of its metrics."""
    match expression:
        case Number(value):
            return Range(value, value)
        case MetricOf():
            return known(expression)
        case Negative(operand):
            return -range_of(operand, known)
        case Arithmetic(sign, first, second):
            a, b = range_of(first, known), range_of(second, known)
            if sign == "+":
                return a + b
            if sign == "-":
                return a - b
            return a * b if sign == "*" else a / b
    raise TypeError(f"not a number: {expression}")


def truth_of(expression: Expression, known: Callable[[MetricOf], Range]) -> bool | None:
    """Whether a truth value is true, or false, for all numbers in the ranges; None: for neither.

    Each metric that stands twice is taken for two numbers, so that None may be said too often,
    except where both sides of a comparison are the same expression.
    """
    match expression:
        case Both(left, right):
            sides = (truth_of(left, known), truth_of(right, known))
            return False if False in sides else None if None in sides else True
        case Either(left, right):
            sides = (truth_of(left, known), truth_of(right, known))
            return True if True in sides else None if None in sides else False
        case Compare(operator, left, right):
            if left == right and not divides(left):
                return operator in ("<=", ">=", "==")
            if _may_lack_value(left, known) or _may_lack_value(right, known):
                return None
            return _compared(operator, range_of(left, known), range_of(right, known))
    raise TypeError(f"not a truth value: {expression}")


def _compared(operator: str, a: Range, b: Range) -> bool | None:
    match operator:
        case "<":
            return True if a.high < b.low else False if a.low >= b.high else None
        case "<=":
            return True if a.high <= b.low else False if a.low > b.high else None
        case ">" | ">=":
            return _compared({">": "<", ">=": "<="}[operator], b, a)
        case "==":
            apart = a.high < b.low or b.high < a.low
            return False if apart else True if a.exact and a == b else None
    equal = _compared("==", a, b)
    return None if equal is None else not equal


def _may_lack_value(expression: Expression, known: Callable[[MetricOf], Range]) -> bool:
    """Whether something in it may be divided by zero: a product with nothing hides that."""
    match expression:
        case Negative(operand):
            return _may_lack_value(operand, known)
        case Arithmetic(sign, left, right):
            if sign == "/" and range_of(right, known).low <= 0 <= range_of(right, known).high:
                return True
            return _may_lack_value(left, known) or _may_lack_value(right, known)
    return False


def divides(expression: Expression) -> bool:
    """Whether it may have no value, and so not even equal itself."""
    match expression:
        case Negative(operand):
            return divides(operand)
        case Arithmetic(sign, left, right):
            return sign == "/" or divides(left) or divides(right)
    return False
