"""Levels, conditions and evaluations, beside the length of a run."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes.lint_course import (
    BindingUnseen,
    CannotFinish,
    ForegoneCondition,
    HeldOutUnread,
)
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.expression.intervals import settled
from hebbdsl.expression.metrics import EVALUATION_METRICS
from hebbdsl.expression.nodes import metrics_of
from hebbdsl.lint.metric_limits import during, in_words
from hebbdsl.lint.places import in_any_use, in_every_use
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.spec.checked import Path
from hebbdsl.spec.metric_checks import conditions_of

Found = Iterator[tuple[Path, Problem]]


def cannot_finish(plan: Plan) -> Iterator[Problem]:
    """HEB710: more levels than evaluations."""

    def ask(variant: VariantPlan) -> Found:
        levels, evaluations, every = (
            len(variant.levels),
            variant.evaluations,
            variant.evaluate_every,
        )
        if evaluations is None or every is None:
            return
        if variant.condition is not None and levels > evaluations:
            yield (
                (),
                CannotFinish(
                    place=At.field("training", "steps"),
                    variant=_name(plan, variant),
                    levels=levels,
                    evaluations=evaluations,
                    evaluate_every=every,
                ),
            )

    yield from in_any_use(plan, ask)


def foregone_conditions(plan: Plan) -> Iterator[Problem]:
    """HEB711: a condition that no run can meet, or none can miss."""
    yield from in_any_use(plan, _foregone)


def binding_unseen(plan: Plan) -> Iterator[Problem]:
    """HEB712: added classes are never looked at in time."""
    yield from in_every_use(plan, _unseen)


def held_out_unread(plan: Plan) -> Iterator[Problem]:
    """HEB714: validation drawings are held out, and test drawings decide."""
    yield from in_any_use(plan, _unread)


def _name(plan: Plan, variant: VariantPlan) -> str:
    return next(name for name, other in plan.variants.items() if other is variant)


def _foregone(variant: VariantPlan) -> Found:
    for path, condition in conditions_of(variant.setup.curriculum, ("curriculum",)):
        verdict = settled(condition.expression, during)
        if verdict is not None:
            limits = ((metric, during(metric)) for metric in metrics_of(condition.expression))
            yield (
                (),
                ForegoneCondition(
                    place=At(path),
                    condition=condition.text,
                    verdict=verdict,
                    ranges=in_words(limits),
                ),
            )


def _unseen(variant: VariantPlan) -> Found:
    every, steps = variant.evaluate_every, variant.setup.training.binding_steps
    if len(variant.levels) > 1 and every is not None and every > steps:
        yield (
            (),
            BindingUnseen(
                place=At.field("training", "evaluate_every"),
                every=every,
                binding_steps=steps,
            ),
        )


def _unread(variant: VariantPlan) -> Found:
    if "validation" not in variant.setup.data.splits():
        return
    for path, condition in conditions_of(variant.setup.curriculum, ("curriculum",)):
        splits = {EVALUATION_METRICS[name].split: name for name in condition.metrics}
        if "test" in splits and "validation" not in splits:
            metric = splits["test"]
            instead = metric.replace("test_", "validation_")
            if instead == metric:
                instead = metric.replace("newest_", "newest_validation_")
            known = instead if instead in EVALUATION_METRICS else None
            yield (), HeldOutUnread(place=At(path), metric=metric, instead=known)
