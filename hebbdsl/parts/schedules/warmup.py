"""`warmup`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hebbdsl.parts.bounds import Steps
from hebbdsl.parts.part import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class Warmup(Schedule):
    """Rises in a straight line to the full learning rate, then stays there.

    At step t (from 0) the factor is (t + 1)/n, at most 1; n is the field `steps`.
    """

    steps: Annotated[Steps, "steps until the full learning rate is reached"] = 100

    def factor(self, step: int, steps: int) -> float:
        return min(1.0, (step + 1) / self.steps)
