"""Fields that do nothing in any run they are written for: parts know theirs, and are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.lint.places import in_any_use, in_every_use
from hebbdsl.parts.exposure import Exposure
from hebbdsl.parts.part import Part
from hebbdsl.parts.problems import NoEffect
from hebbdsl.plan.plan import Plan, VariantPlan
from hebbdsl.plan.search_cost import searches
from hebbdsl.spec.checked import Path
from hebbdsl.spec.experiment import Evaluation, Setup, Training
from hebbdsl.spec.types import PartOf, SectionOf, fields_holding, fields_of
from hebbdsl.vocabulary import word_of


def part_warnings(plan: Plan) -> Iterator[Problem]:
    """HEB713 and HEB720–HEB729: the warnings of parts."""
    runs: dict[Exposure, Exposure] = {}
    said: dict[tuple[int, int], tuple[tuple[Path, Problem], ...]] = {}

    def known(run: Exposure) -> Exposure:
        return runs.setdefault(run, run)

    def warnings_of_part(
        section: object, path: Path, run: Exposure
    ) -> Iterator[tuple[Path, Problem]]:
        key = id(section), id(run)
        if key not in said:  # variants share the sections that they leave alone
            said[key] = tuple(_warnings(section, path, run))
        yield from said[key]

    def warnings_of(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
        run = known(variant.exposure())
        for name in fields_of(Setup):
            section = getattr(variant.setup, name)
            if isinstance(section, Evaluation):
                yield from warnings_of_part(section.adaptation, (name, "adaptation"), run)
                tested = known(replace(run, at_test=True))
                yield from warnings_of_part(section.output, (name, "output"), tested)
            else:
                yield from warnings_of_part(section, (name,), run)

    yield from in_every_use(plan, warnings_of)


def evaluation_of_all(plan: Plan) -> Iterator[Problem]:
    """HEB720: a sample of the classes that is as large as all of them."""
    yield from in_every_use(plan, _never_sampled)


def of_other_data(plan: Plan) -> Iterator[Problem]:
    """HEB720: fields of training that only images, or only texts, have a use for."""
    yield from in_every_use(plan, _unused)


def nothing_to_clear(plan: Plan) -> Iterator[Problem]:
    """HEB720: a boundary where nothing is remembered."""
    yield from in_every_use(plan, _cleared_in_vain)


def never_compiled(plan: Plan) -> Iterator[Problem]:
    """HEB720: `compile` of a model that is left as it is."""
    yield from in_every_use(plan, _left_as_it_is)


def long_searches(plan: Plan) -> Iterator[Problem]:
    """HEB751: memories that are searched exactly, at a size where that takes too long."""

    def warnings_of(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
        for path, memory, work in searches(variant):
            for problem in memory.long_work(work):
                yield path, problem

    yield from in_any_use(plan, warnings_of)


def _warnings(value: object, path: Path, run: Exposure) -> Iterator[tuple[Path, Problem]]:
    """Warnings of every part, those inside others too."""
    if isinstance(value, Part):
        for problem in value.warnings(run):
            yield path, problem
    if isinstance(value, (Part, Training)):
        for name in fields_holding(type(value), PartOf, SectionOf):
            yield from _warnings(getattr(value, name), (*path, name), run)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _warnings(item, (*path, index), run)


def _unused(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    task = variant.setup.data.task
    for name, info in fields_of(Training).items():
        if info.on is not None and info.on.task != task:
            yield (
                (),
                NoEffect(
                    place=At.field("training", name),
                    field=name,
                    why=f"it is read on {info.on.task.holds} alone",
                    advice=f"leave it out: {word_of(variant.setup.data)} holds {task.holds}",
                ),
            )


def _left_as_it_is(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    if variant.setup.training.compile and not variant.setup.model.compiles:
        yield (
            (),
            NoEffect(
                place=At.field("training", "compile"),
                field="compile",
                why=f"the kernels of {word_of(variant.setup.model)} are fused already, and are"
                " left as they are",
                advice="leave it out",
            ),
        )


def _cleared_in_vain(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    setup = variant.setup
    memories = (*setup.output.memories(), *setup.evaluation.memories())
    adaptation = setup.evaluation.adaptation
    remembers = any(memory.reads_labels for memory in memories) or (
        adaptation is not None and adaptation.remembers
    )
    if setup.evaluation.boundary != "none" and not remembers:
        yield (
            (),
            NoEffect(
                place=At.field("evaluation", "boundary"),
                field="boundary",
                why="nothing is remembered of a held-out text",
                advice="leave it out, or add a memory",
            ),
        )


def _never_sampled(variant: VariantPlan) -> Iterator[tuple[Path, Problem]]:
    limit, classes = variant.setup.training.evaluation_classes, variant.levels[-1]
    on = fields_of(Training)["evaluation_classes"].on
    read = on is None or on.task == variant.setup.data.task
    if read and limit is not None and limit >= classes:
        yield (
            (),
            NoEffect(
                place=At.field("training", "evaluation_classes"),
                field="evaluation_classes",
                why=f"there are {classes:_} classes, all of which are looked at",
                advice="leave it out, or give a number below that of the classes",
            ),
        )
