"""Claims that compare or add numbers of different kinds."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem, Severity
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


class UnlikeUnits(Problem):
    """A claim sets steps beside shares, or other things that are not of one kind.

    Such numbers can be compared, and the verdict says nothing. Compare a metric with the same
    metric of another variant, or with a number. Where a factor turns one unit into the other, write
    it: products are not looked into.

    Wrong:
        claims:
          - steps_to_finish(main) > levels_passed(main)

    Right:
        claims:
          - steps_to_finish(main) < 500
    """

    code = "HEB715"
    severity = Severity.WARNING
    units: tuple[str, str]

    title = "this sets {units[0]} beside {units[1]}"
    label = "not of one kind"
    hint = "compare a metric with the same of another variant, or with a number"
