"""Names and metrics in claims and conditions, against the variants and what their runs give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hebbdsl.diagnostics.codes.across import NothingAdded
from hebbdsl.diagnostics.codes.metrics import (
    AgeNotSeen,
    NothingHeldOut,
    NotProduced,
    OfOtherData,
    UnknownVariant,
)
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.condition import Condition
from hebbdsl.expression.errors import ExpressionError
from hebbdsl.expression.metrics import EVALUATION_METRICS, Metric, run_metric
from hebbdsl.expression.nodes import MetricOf, metrics_of
from hebbdsl.expression.parsing import parse_expression
from hebbdsl.parts.part import Part
from hebbdsl.parts.pictures import ImageFacts
from hebbdsl.source import Span
from hebbdsl.spec.checked import Draft, Path
from hebbdsl.spec.experiment import IMAGES_EVALUATED_EVERY
from hebbdsl.spec.origins import resolve
from hebbdsl.spec.types import ExpressionOf, PartOf, fields_holding
from hebbdsl.syntax.tree import Scalar
from hebbdsl.vocabulary import word_of


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
    lacking = [resolve(p, draft.origins) for p in _lacking(declared, metric.name, place, draft)]
    yield from lacking
    if not lacking and declared.needs == "levels" and (classes := _of_one_level(draft)):
        yield NothingAdded(place=place, metric=metric.name, variant=draft.name, classes=classes)
        return
    training = draft.sections.training
    if age is not None and training is not None and not lacking:
        every = training.evaluate_every or IMAGES_EVALUATED_EVERY
        up_to = training.binding_steps
        if age == 0 or age % every or age > up_to:
            yield AgeNotSeen(
                place=place, metric=metric.name, variant=draft.name, every=every, up_to=up_to
            )


def _lacking(declared: Metric, name: str, place: Span | At, draft: Draft) -> Iterator[Problem]:
    """What keeps a metric from having a value in any run of the variant."""
    curriculum, data = draft.sections.curriculum, draft.sections.data
    if data is not None and declared.of not in (None, data.holds):
        yield OfOtherData(
            place=place,
            metric=name,
            variant=draft.name,
            of=declared.of or "",
            data=word_of(data),
        )
        return
    if curriculum is not None and declared.needs and declared.needs not in curriculum.provides():
        yield NotProduced(
            place=place,
            metric=name,
            variant=draft.name,
            curriculum=word_of(curriculum),
            needs=declared.needs,
        )
    if data is not None and declared.split and declared.split not in data.splits():
        yield NothingHeldOut(place=place, metric=name)


def _of_one_level(draft: Draft) -> int:
    """How many classes are in play from start to end; 0: some are added, or it can't be told."""
    data, curriculum = draft.sections.data, draft.sections.curriculum
    if data is None or curriculum is None or any(data.refusals()):
        return 0
    facts = data.facts()
    if not isinstance(facts, ImageFacts) or any(curriculum.data_problems(facts, batch_size=1)):
        return 0
    levels = curriculum.levels(facts.classes)
    return levels[0] if len(levels) == 1 else 0


def condition_problems(drafts: tuple[Draft, ...]) -> Iterator[Problem]:
    """Conditions over metrics that runs of their own variant never have."""
    asked: set[tuple[int, int]] = set()
    for draft in drafts:
        curriculum, data = draft.sections.curriculum, draft.sections.data
        if curriculum is None or (id(curriculum), id(data)) in asked:
            continue  # variants share what they leave alone
        asked.add((id(curriculum), id(data)))
        for path, condition in conditions_of(curriculum, ("curriculum",)):
            for name in condition.metrics:
                for problem in _lacking(EVALUATION_METRICS[name], name, At(path), draft):
                    yield resolve(problem, draft.origins)


def conditions_of(value: object, path: Path) -> Iterator[tuple[Path, Condition]]:
    if isinstance(value, Condition):
        yield path, value
    elif isinstance(value, Part):
        for name in fields_holding(type(value), ExpressionOf, PartOf):
            yield from conditions_of(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from conditions_of(item, (*path, index))
