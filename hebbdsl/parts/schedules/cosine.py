"""`cosine`."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi
from typing import TYPE_CHECKING, Annotated

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Formerly, Fraction, Whole
from hebbdsl.parts.part import Schedule
from hebbdsl.parts.problems import BeyondTheRun

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure


@frozen(kw_only=True)
class Cosine(Schedule):
    """Falls from the full learning rate to a floor along half a cosine, after a warm-up.

    At step t (from 0) of a run of n, with a warm-up of w steps: (t + 1)/w while t < w; then, with
    u = (t − w)/(n − 1 − w) the share of the rest that has passed,
    floor + (1 − floor) · (1 + cos πu)/2. The first step after the warm-up has factor 1, the last
    step the floor. A warm-up that is as long as the run leaves no room to fall.

    Source:
        Loshchilov and Hutter 2017, equation 5, one period.
    """

    warmup_steps: Annotated[
        Whole, Formerly("warmup"), "steps of a straight rise before the fall, 0 for none"
    ] = 0
    floor: Annotated[Fraction, "share of the learning rate that is left at the last step"] = 0.0

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.warmup_steps and self.warmup_steps >= run.steps - 1:
            yield BeyondTheRun(
                place=At.field("warmup_steps"),
                field="warmup_steps",
                said=f"a run has {number_of(run.steps, 'step')}",
                advice="no step is left to fall in: train longer, or warm up faster",
            )

    def factor(self, step: int, steps: int) -> float:
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        rest = steps - 1 - self.warmup_steps
        passed = min(1.0, (step - self.warmup_steps) / rest) if rest > 0 else 0.0
        return self.floor + (1 - self.floor) * (1 + cos(pi * passed)) / 2
