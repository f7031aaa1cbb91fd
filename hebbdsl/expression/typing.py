"""The types of expressions: truth or number, and which metrics may be spoken of where."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes import expressions as codes
from hebbdsl.diagnostics.codes import metrics as names
from hebbdsl.expression.errors import ExpressionError, Fault
from hebbdsl.expression.metrics import EVALUATION_METRICS, RUN_METRICS, run_metric
from hebbdsl.expression.nodes import (
    Arithmetic,
    Both,
    Compare,
    Either,
    Expression,
    Extent,
    MetricOf,
    Negative,
    Number,
    metrics_of,
)


def check_condition(expression: Expression, text: str) -> None:
    """Raises: ExpressionError, unless `expression` is a truth value over evaluation metrics."""
    _settle([*_truth(expression, text), *_condition_metrics(expression)])


def check_claim(expression: Expression, text: str) -> None:
    """Raises: ExpressionError, unless `expression` is a truth value over metrics of variants."""
    _settle([*_truth(expression, text), *_claim_metrics(expression)])


def _settle(faults: list[Fault]) -> None:
    if faults:
        raise ExpressionError(sorted(faults, key=lambda fault: fault.extent.start))


def _truth(expression: Expression, text: str) -> Iterator[Fault]:
    match expression:
        case Both(left, right) | Either(left, right):
            yield from _truth(left, text)
            yield from _truth(right, text)
        case Compare(_, left, right):
            yield from _number(left, text)
            yield from _number(right, text)
        case _:
            found = _written(expression, text)
            yield Fault(expression.extent, codes.NotATruth(place=None, found=found))
            yield from _number(expression, text)


def _number(expression: Expression, text: str) -> Iterator[Fault]:
    match expression:
        case Number() | MetricOf():
            pass
        case Negative(operand):
            yield from _number(operand, text)
        case Arithmetic(_, left, right):
            yield from _number(left, text)
            yield from _number(right, text)
        case _:
            found = _written(expression, text)
            yield Fault(expression.extent, codes.NotANumberHere(place=None, found=found))


def _written(expression: Expression, text: str) -> str:
    return " ".join(text[expression.extent.start : expression.extent.end].split())


def _condition_metrics(expression: Expression) -> Iterator[Fault]:
    for metric in metrics_of(expression):
        if metric.variant is not None:
            problem = names.VariantInCondition(place=None, variant=metric.variant)
            yield Fault(metric.variant_extent, problem)
        stem, extent = metric.name.partition("@")[0], _name(metric)
        if metric.name in EVALUATION_METRICS:
            continue
        if stem in RUN_METRICS:
            yield Fault(extent, names.NotYet(place=None, metric=metric.name))
        else:
            known = tuple(EVALUATION_METRICS)
            yield Fault(extent, names.UnknownMetric(place=None, metric=metric.name, known=known))


def _claim_metrics(expression: Expression) -> Iterator[Fault]:
    for metric in metrics_of(expression):
        if metric.variant is None:
            yield Fault(metric.extent, names.NoVariant(place=None, metric=metric.name))
        if run_metric(metric.name) is not None:
            continue
        stem, extent = metric.name.partition("@")[0], _name(metric)
        if stem in RUN_METRICS:
            aged = RUN_METRICS[stem].aged
            yield Fault(extent, names.Aged(place=None, metric=stem, aged=aged))
        elif stem in EVALUATION_METRICS:
            yield Fault(extent, names.OnlyDuring(place=None, metric=metric.name))
        else:
            known = tuple(
                f"{m.name}@10" if m.aged else m.name for m in RUN_METRICS.values() if not m.detail
            )
            yield Fault(extent, names.UnknownMetric(place=None, metric=metric.name, known=known))


def _name(metric: MetricOf) -> Extent:
    """The metric without its variant."""
    return Extent(metric.extent.start, metric.extent.start + len(metric.name))
