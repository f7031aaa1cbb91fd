"""Names and metrics in claims and conditions, against the variants and what their runs give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from hebbdsl.diagnostics.codes.metrics import AgeNotSeen, NotProduced, UnknownVariant
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.metrics import EVALUATION_METRICS, run_metric
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.expression.tree import MetricOf, metrics_of
from hebbdsl.source import Span
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.origins import resolve
from hebbdsl.syntax.tree import Scalar
from hebbdsl.vocabulary import WORDS


def baseline_problems(name: str, place: Span, variants: tuple[str, ...]) -> Iterator[Problem]:
    if name not in variants:
        yield UnknownVariant(place=place, variant=name, known=variants)


def claim_problems(scalar: Scalar, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """What is wrong with the names in a claim, be its types right or not."""
    try:
        expression = parse_expression(scalar.text)
    except ExpressionError:
        return  # said when it was read
    for metric in metrics_of(expression):
        if metric.variant is None:
            continue
        if metric.variant not in drafts:
            place = scalar.part(metric.variant_extent.start, metric.variant_extent.end)
            known = tuple(drafts)
            yield UnknownVariant(place=place, variant=metric.variant, known=known)
            continue
        start = metric.extent.start
        place = scalar.part(start, start + len(metric.name))
        yield from _metric_problems(metric, place, drafts[metric.variant])


def _metric_problems(metric: MetricOf, place: Span, draft: Draft) -> Iterator[Problem]:
    found = run_metric(metric.name)
    if found is None:
        return
    declared, age = found
    curriculum, training = draft.sections.curriculum, draft.sections.training
    if curriculum is not None and declared.needs and declared.needs not in curriculum.provides():
        yield NotProduced(
            place=place,
            metric=metric.name,
            variant=draft.name,
            curriculum=WORDS[type(curriculum)],
            needs=declared.needs,
        )
    elif age is not None and training is not None:
        every, up_to = training.evaluate_every, training.binding_steps
        if age == 0 or age % every or age > up_to:
            yield AgeNotSeen(
                place=place, metric=metric.name, variant=draft.name, every=every, up_to=up_to
            )


def condition_problems(drafts: tuple[Draft, ...]) -> Iterator[Problem]:
    """Conditions over metrics that the curriculum of their own variant never gives."""
    for draft in drafts:
        curriculum = draft.sections.curriculum
        if curriculum is None:
            continue
        for path, condition in _conditions(curriculum, ("curriculum",)):
            for name in condition.metrics:
                needs = EVALUATION_METRICS[name].needs
                if needs is not None and needs not in curriculum.provides():
                    problem = NotProduced(
                        place=At(path),
                        metric=name,
                        variant=draft.name,
                        curriculum=WORDS[type(curriculum)],
                        needs=needs,
                    )
                    yield resolve(problem, draft.origins)


def _conditions(value: object, path: Path) -> Iterator[tuple[Path, Condition]]:
    if isinstance(value, Condition):
        yield path, value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _conditions(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _conditions(item, (*path, index))
