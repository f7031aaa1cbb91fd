"""`warmup`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Steps
from hebbdsl.parts.part import Schedule
from hebbdsl.parts.problems import BeyondTheRun

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure


@frozen(kw_only=True)
class Warmup(Schedule):
    """Rises in a straight line to the full learning rate, then stays there.

    At step t (from 0) the factor is (t + 1)/n, at most 1; n is the field `steps`.
    """

    steps: Annotated[Steps, "steps until the full learning rate is reached"] = 100

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.steps > run.steps:
            yield BeyondTheRun(
                place=At.field("steps"),
                field="steps",
                said=f"a run has {number_of(run.steps, 'step')}",
                advice="the full learning rate is never reached: train longer, or warm up faster",
            )

    def factor(self, step: int, steps: int) -> float:
        return min(1.0, (step + 1) / self.steps)
