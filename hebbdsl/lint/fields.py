"""Fields that do nothing in any run they are written for: parts know theirs, and are asked."""

from __future__ import annotations

from collections.abc import Iterator

from hebbdsl.diagnostics.codes.lint_fields import NoEffect
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.lint.places import in_every_use
from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.part import Part
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Setup, Training
from hebbdsl.spec.types import PartOf, SectionOf, fields_holding


def part_doubts(plan: Plan) -> Iterator[Problem]:
    """HEB713 and HEB720–HEB729, as parts say them of themselves."""
    yield from in_every_use(plan, _asked)


def evaluation_of_all(plan: Plan) -> Iterator[Problem]:
    """HEB720: a sample of the classes that is as large as all of them."""
    yield from in_every_use(plan, _never_sampled)


def exposure(variant: VariantPlan) -> Exposure:
    """What the runs of a variant show to its parts."""
    setup, training = variant.setup, variant.setup.training
    return Exposure(
        steps=training.steps,
        batch_size=training.batch_size,
        evaluate_every=training.evaluate_every,
        levels=variant.levels,
        train_drawings=variant.facts.train_drawings,
        newest_drawn=setup.curriculum.newest_drawn(training.batch_size),
        dropout=setup.model.dropout,
    )


def _asked(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    run = exposure(variant)
    for path, part in _parts(variant.setup, ()):
        for problem in part.doubts(run):
            yield path, problem


def _parts(value: object, path: Path) -> Iterator[tuple[Path, Part]]:
    """Every part of a setup, those inside others too."""
    if isinstance(value, Part):
        yield path, value
    if isinstance(value, (Part, Setup, Training)):
        for name in fields_holding(type(value), PartOf, SectionOf):
            yield from _parts(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _parts(item, (*path, index))


def _never_sampled(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    limit, classes = variant.setup.training.evaluation_classes, variant.levels[-1]
    if limit is not None and limit >= classes:
        yield (
            (),
            NoEffect(
                place=At.field("training", "evaluation_classes"),
                field="evaluation_classes",
                why=f"there are {classes:_} classes, all of which are looked at",
                advice="leave it out, or give a number below that of the classes",
            ),
        )
