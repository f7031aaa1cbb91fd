"""What conditions and claims are made of. Positions are offsets into the expression's own text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from hebbdsl.frozen import frozen


@frozen
class Extent:
    """From `start` up to, not including, `end` of the expression's text."""

    start: int
    end: int


_NOWHERE = Extent(0, 0)


@frozen
class Number:
    value: float
    extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class MetricOf:
    """A metric of the run at hand (`variant` None, in conditions), or of a variant (in claims).

    `name` includes the age where there is one: `newest_accuracy@10`.
    """

    name: str
    variant: str | None = None
    extent: Extent = field(default=_NOWHERE, compare=False)
    variant_extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class Negative:
    operand: Expression
    extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class Arithmetic:
    """`operator` is one of + - * /."""

    operator: str
    left: Expression
    right: Expression
    extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class Compare:
    """`operator` is one of < <= > >= == !=; both sides are numbers."""

    operator: str
    left: Expression
    right: Expression
    extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class Both:
    left: Expression
    right: Expression
    extent: Extent = field(default=_NOWHERE, compare=False)


@frozen
class Either:
    left: Expression
    right: Expression
    extent: Extent = field(default=_NOWHERE, compare=False)


Expression = Number | MetricOf | Negative | Arithmetic | Compare | Both | Either


def metrics_of(expression: Expression) -> Iterator[MetricOf]:
    """Every metric named in the expression, from left to right."""
    match expression:
        case MetricOf():
            yield expression
        case Negative():
            yield from metrics_of(expression.operand)
        case Arithmetic() | Compare() | Both() | Either():
            yield from metrics_of(expression.left)
            yield from metrics_of(expression.right)


def comparisons_of(expression: Expression) -> tuple[Compare, ...]:
    """The comparisons of a claim, from left to right."""
    match expression:
        case Both(left, right) | Either(left, right):
            return (*comparisons_of(left), *comparisons_of(right))
        case Compare():
            return (expression,)
    raise TypeError(f"not a truth value: {expression}")


Sides = frozenset[Expression]
"""What is compared, whichever side it stands on."""


def sides_of(compare: Compare) -> Sides:
    return frozenset((compare.left, compare.right))
