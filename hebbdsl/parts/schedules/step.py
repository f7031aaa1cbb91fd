"""`step`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Formerly, Steps
from hebbdsl.parts.part import Schedule
from hebbdsl.parts.problems import BeyondTheRun, NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure


@frozen(kw_only=True)
class Step(Schedule):
    """Multiplies the learning rate by a factor each time so many steps have passed.

    At step t (from 0) the factor is `gamma` to the power ⌊t/`step_size`⌋.
    """

    step_size: Annotated[Steps, Formerly("every"), "steps between two changes"] = 1_000
    gamma: Annotated[
        float,
        Formerly("decay"),
        Bounds(above=0, maximum=1),
        "what the learning rate is multiplied by at each change",
    ] = 0.5

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.step_size >= run.steps:
            yield BeyondTheRun(
                place=At.field("step_size"),
                field="step_size",
                said=f"a run has {number_of(run.steps, 'step')}",
                advice="the learning rate never changes: train longer, or change it sooner",
            )
        if self.gamma == 1:
            yield NoEffect(
                place=At.field("gamma"),
                field="gamma",
                why="what is multiplied by 1 does not change",
                advice="give a number below 1, or no schedule",
            )

    def factor(self, step: int, steps: int) -> float:
        return self.gamma ** (step // self.step_size)
