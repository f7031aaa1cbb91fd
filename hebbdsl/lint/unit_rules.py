"""Claims that compare or add numbers of different kinds."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes.lint_claims import UnlikeUnits
from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.expression.metrics import run_metric
from hebbdsl.expression.nodes import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    MetricOf,
    Negative,
)
from hebbdsl.lint.places import of_head
from hebbdsl.plan.plan import Plan


def unlike_units(plan: Plan) -> Iterator[Problem]:
    """HEB715: steps beside shares."""
    for index, claim in enumerate(plan.checked.experiment.claims):
        clash = clash_of(claim.expression)
        if clash is not None:
            yield UnlikeUnits(place=of_head(plan, "claims", index), units=clash)


def clash_of(expression: Expression) -> tuple[str, str] | None:
    """The first two units in an expression that do not go together."""
    return next(_clashes(expression), None)


def _clashes(expression: Expression) -> Iterator[tuple[str, str]]:
    """The units of every two sides that are compared, added or subtracted and differ in them."""
    match expression:
        case Both(left, right) | Either(left, right):
            yield from _clashes(left)
            yield from _clashes(right)
        case Compare(_, left, right) | Arithmetic("+" | "-", left, right):
            yield from _clashes(left)
            yield from _clashes(right)
            one, other = _unit(left), _unit(right)
            if one is not None and other is not None and one != other:
                yield one, other
        case Arithmetic(_, left, right):
            yield from _clashes(left)
            yield from _clashes(right)
        case Negative(operand):
            yield from _clashes(operand)


def _unit(expression: Expression) -> str | None:
    """None: of a number, which may be of any, and of products, which may change it."""
    match expression:
        case MetricOf(name):
            found = run_metric(name)
            return found[0].unit if found is not None else None
        case Negative(operand):
            return _unit(operand)
        case Arithmetic("+" | "-", left, right):
            return _unit(left) or _unit(right)
    return None
