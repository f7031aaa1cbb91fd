"""The types of expressions: truth or number, and which metrics may be spoken of where."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.typos import Unknown
from hebbdsl.diagnostics.wording import quoted
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
    _raise_if_any([*_truth(expression, text), *_condition_metrics(expression)])


def check_claim(expression: Expression, text: str) -> None:
    """Raises: ExpressionError, unless `expression` is a truth value over metrics of variants."""
    _raise_if_any([*_truth(expression, text), *_claim_metrics(expression)])


def _raise_if_any(faults: list[Fault]) -> None:
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
            yield Fault(expression.extent, NotATruth(place=None, found=found))
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
            yield Fault(expression.extent, NotANumberHere(place=None, found=found))


def _written(expression: Expression, text: str) -> str:
    return " ".join(text[expression.extent.start : expression.extent.end].split())


def _condition_metrics(expression: Expression) -> Iterator[Fault]:
    for metric in metrics_of(expression):
        if metric.variant is not None:
            problem = VariantInCondition(place=None, variant=metric.variant)
            yield Fault(metric.variant_extent, problem)
        stem, extent = metric.name.partition("@")[0], _name(metric)
        if metric.name in EVALUATION_METRICS:
            continue
        if stem in RUN_METRICS:
            yield Fault(extent, NotYet(place=None, metric=metric.name))
        else:
            known = tuple(EVALUATION_METRICS)
            yield Fault(extent, UnknownMetric(place=None, written=metric.name, known=known))


def _claim_metrics(expression: Expression) -> Iterator[Fault]:
    for metric in metrics_of(expression):
        if metric.variant is None:
            yield Fault(metric.extent, NoVariant(place=None, metric=metric.name))
        if run_metric(metric.name) is not None:
            continue
        stem, extent = metric.name.partition("@")[0], _name(metric)
        if stem in RUN_METRICS:
            aged = RUN_METRICS[stem].aged
            yield Fault(extent, Aged(place=None, metric=stem, aged=aged))
        elif stem in EVALUATION_METRICS:
            yield Fault(extent, OnlyDuring(place=None, metric=metric.name))
        else:
            known = tuple(
                f"{m.name}@10" if m.aged else m.name for m in RUN_METRICS.values() if not m.detail
            )
            yield Fault(extent, UnknownMetric(place=None, written=metric.name, known=known))


def _name(metric: MetricOf) -> Extent:
    """The metric without its variant."""
    return Extent(metric.extent.start, metric.extent.start + len(metric.name))


class NotATruth(Problem):
    """A number stands where true or false is asked for.

    A condition or claim compares: say what the number is to be compared with.

    Wrong:
        curriculum:
          growing: {when: test_accuracy}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB133"
    found: str

    title = "{found!q} is a number; a comparison is needed here"
    label = "a number"

    @property
    def hint(self) -> str | None:
        return f"compare it, as in {quoted(self.found + ' >= …')}"


class NotANumberHere(Problem):
    """A comparison stands where a number is asked for.

    True and false cannot be added or compared.

    Wrong:
        curriculum:
          growing: {when: (test_accuracy > 0.5) + 1 > 1}

    Right:
        curriculum:
          growing: {when: test_accuracy > 0.5}
    """

    code = "HEB134"
    found: str

    title = "{found!q} is true or false; a number is needed here"
    label = "true or false"


class UnknownMetric(Unknown):
    """There is no metric of that name.

    `hebbdsl explain` lists the metrics: some have a value at each evaluation and may stand in
    conditions, others once a run has ended and may stand in claims. `validate --fix` corrects a
    slip of a letter or two that can mean only one metric.

    Wrong:
        curriculum:
          growing: {when: tset_accuracy >= 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB220"
    title = "there is no metric {written!q}"
    label = "unknown metric"
    takes = "metrics here: {known:,}"


class NotYet(Problem):
    """A condition speaks of a metric that has a value only when the run has ended.

    Conditions are asked at each evaluation, in the middle of the run.

    Wrong:
        curriculum:
          growing: {when: steps_to_finish < 100}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB221"
    metric: str

    title = "{metric!q} has no value before a run has ended"
    label = "not known yet"
    hint = "conditions speak of metrics of evaluations, such as `test_accuracy`"


class OnlyDuring(Problem):
    """A claim speaks of a metric of single evaluations, not of whole runs.

    Wrong:
        claims:
          - test_accuracy(main) > 0.5

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(main) > 0.5
    """

    code = "HEB222"
    metric: str

    title = "{metric!q} changes during a run; a claim needs one value a run"
    label = "a value at each evaluation"

    @property
    def hint(self) -> str | None:
        for name, metric in RUN_METRICS.items():
            if metric.aggregates is not None and metric.aggregates[0] == self.metric:
                return f"did you mean `{name}`?"
        return "`hebbdsl explain` lists the metrics of whole runs"


class Aged(Problem):
    """A metric lacks its age, or has one that it does not take.

    `newest_accuracy@10` is the accuracy on classes 10 steps after they appeared.

    Wrong:
        claims:
          - newest_accuracy(main) > 0.3

    Right:
        claims:
          - newest_accuracy@10(main) > 0.3
    """

    code = "HEB223"
    metric: str
    aged: bool

    @property
    def title(self) -> str:
        if self.aged:
            return f"{quoted(self.metric)} needs the steps after which it is taken"
        return f"{quoted(self.metric)} is not taken at an age"

    @property
    def label(self) -> str:
        return f"`{self.metric}@10`, for example" if self.aged else "without `@`"


class VariantInCondition(Problem):
    """A condition names a variant.

    A condition is asked within one run, which sees only its own metrics.

    Wrong:
        curriculum:
          growing: {when: test_accuracy(main) >= 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB224"
    variant: str

    title = "a condition sees one run only and cannot name a variant"
    label = "remove this"


class NoVariant(Problem):
    """A claim names a metric and not whose it is.

    Wrong:
        claims:
          - final_test_accuracy > 0.5

    Right:
        curriculum: fixed
        claims:
          - final_test_accuracy(main) > 0.5
    """

    code = "HEB225"
    metric: str

    title = "a claim must say of which variant {metric!q} is"
    label = "of which variant?"

    @property
    def hint(self) -> str | None:
        return f"write {quoted(self.metric + '(variant)')}"
