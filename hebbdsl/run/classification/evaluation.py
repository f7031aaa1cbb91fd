"""What an evaluation measures: accuracy on the classes in play, on the newest, and as they bind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from hebbdsl.expression.metrics import accuracy_of
from hebbdsl.program.classification.evaluation import accuracy_by_class, over_examples
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.randomness import numpy_generator
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.record import Binding


@dataclass(frozen=True, slots=True)
class Assessment:
    """`accuracies` by name of metric; `whole`: every class in play was looked at."""

    accuracies: Mapping[str, float]
    whole: bool
    binding: tuple[Binding, ...]


def assess(
    program: ClassificationProgram,
    curriculum: CurriculumState,
    step: int,
    exposures: Int[np.ndarray, " classes"],
    whole: bool,
) -> Assessment:
    """Evaluate after `step` steps, on all classes in play or on a sample of them.

    A sample holds the newest classes, where some were added, and as many of the others as
    `evaluation_classes` leaves room for (at least as many as there are newest ones), drawn anew
    each time. Accuracy over all classes in play is then estimated stratum by stratum: the newest
    count for themselves, the drawn ones for all the others. A cohort whose binding is followed is
    measured on the test examples of those of its classes that were looked at, and not at all when
    none was.
    """
    play, training = curriculum.in_play, program.setup.training
    added = (
        curriculum.cohort(curriculum.level)
        if curriculum.level
        else range(play.classes, play.classes)
    )
    others = np.arange(added.start)
    limit = training.evaluation_classes
    if not whole and limit is not None:
        room = max(limit - len(added), len(added))
        if room < len(others):
            generator = numpy_generator(program.seed, "evaluation", step)
            others = np.sort(generator.choice(others, room, replace=False))
    looked_at = np.concatenate([others, added]).astype(np.int64)
    found = accuracy_by_class(program, looked_at.tolist(), play.classes)
    accuracies = dict[str, float]()
    for split, shares in found.items():
        accuracy = np.full(play.classes, np.nan)
        accuracy[looked_at] = shares
        counts = program.examples[split].counts[: play.classes]
        every, newest = _stratified(accuracy, counts, added)
        accuracies |= {accuracy_of(split): every, accuracy_of(split, newest=True): newest}
    accuracy = np.full(play.classes, np.nan)
    accuracy[looked_at] = found["test"]
    counts = program.examples["test"].counts[: play.classes]
    return Assessment(
        accuracies=accuracies,
        whole=len(looked_at) == play.classes,
        binding=tuple(
            Binding(
                cohort=cohort,
                age=step - curriculum.appeared(cohort),
                exposures=float(exposures[curriculum.cohort(cohort)].mean()),
                accuracy=over_examples(
                    accuracy[curriculum.cohort(cohort)], counts[curriculum.cohort(cohort)]
                ),
            )
            for cohort in curriculum.followed(step, training.binding_steps)
            if not np.isnan(accuracy[curriculum.cohort(cohort)]).all()
        ),
    )


def _stratified(
    accuracy: Float[np.ndarray, " classes"], counts: Int[np.ndarray, " classes"], added: range
) -> tuple[float, float]:
    """Over the examples of all classes in play, and of those added last: of all where none were."""
    others, weights = slice(added.start), counts / counts.mean()
    total = (accuracy * weights)[added].sum()
    if added.start:
        total += over_examples(accuracy[others], counts[others]) * weights[others].sum()
    every = float(total / weights.sum())
    return every, over_examples(accuracy[added], counts[added]) if added else every
