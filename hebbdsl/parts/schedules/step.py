"""`step`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hebbdsl.parts.bounds import Bounds, Steps
from hebbdsl.parts.part import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Schedule):
    """Multiplies the learning rate by a factor each time so many steps have passed.

    At step t (from 0) the factor is `decay` to the power ⌊t/every⌋.
    """

    every: Annotated[Steps, "steps between two changes"] = 1_000
    decay: Annotated[
        float, Bounds(above=0, maximum=1), "what the learning rate is multiplied by at each change"
    ] = 0.5

    def factor(self, step: int, steps: int) -> float:
        return self.decay ** (step // self.every)
