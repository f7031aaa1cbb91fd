"""What an evaluation measures: accuracy on the classes in play, on the newest, and as they bind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from hebbdsl.program.evaluation import correct_by_class
from hebbdsl.program.program import Program
from hebbdsl.program.randomness import numpy_generator
from hebbdsl.run.course import Course
from hebbdsl.run.record import Binding


@dataclass(frozen=True, slots=True)
class Assessment:
    """`whole`: every class in play was looked at."""

    test_accuracy: float
    newest_accuracy: float
    whole: bool
    binding: tuple[Binding, ...]


def assess(
    program: Program, course: Course, step: int, exposures: Int[np.ndarray, " classes"], whole: bool
) -> Assessment:
    """Evaluate after `step` steps, on all classes in play or on a sample of them.

    A sample holds the newest classes and those whose binding is followed, and then as many others
    as `evaluation_classes` allows, drawn anew each time. The accuracy over all classes in play is
    then estimated stratum by stratum: those always looked at count for themselves, the drawn ones
    for all the others.
    """
    play, training = course.in_play.classes, program.setup.training
    followed = course.followed(step, training.binding_steps)
    always = np.zeros(play, dtype=bool)
    for cohort in {*followed, course.level}:
        always[course.cohort(cohort)] = True
    others = np.flatnonzero(~always)
    limit = training.evaluation_classes
    room = len(others) if whole or limit is None else max(limit - int(always.sum()), 1)
    if room < len(others):
        generator = numpy_generator(program.seed, "evaluation", step)
        others = np.sort(generator.choice(others, room, replace=False))
    looked_at = np.concatenate([np.flatnonzero(always), others])
    accuracy = np.full(play, np.nan)
    drawings = program.images.test.shape[1]
    accuracy[looked_at] = correct_by_class(program, looked_at.tolist(), play) / drawings
    return Assessment(
        test_accuracy=_stratified(accuracy, always),
        newest_accuracy=float(accuracy[course.cohort(course.level)].mean()),
        whole=len(looked_at) == play,
        binding=tuple(
            Binding(
                cohort=cohort,
                age=step - course.appeared(cohort),
                exposures=float(exposures[course.cohort(cohort)].mean()),
                accuracy=float(accuracy[course.cohort(cohort)].mean()),
            )
            for cohort in followed
        ),
    )


def _stratified(
    accuracy: Float[np.ndarray, " classes"], always: np.ndarray
) -> float:
    others = accuracy[~always]
    total = accuracy[always].sum()
    if len(others):
        total += np.nanmean(others) * len(others)
    return float(total / len(accuracy))
