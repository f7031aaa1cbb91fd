"""Settings of memories, searched on stored activations without running the model again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from hebbdsl.parts.outputs.stored import Stored, Tunable
from hebbdsl.program.test_time import Predictor

SPREAD = 2.0
"""Ratio between neighbouring values of the first grid."""
REACH = 3
"""Values of the first grid on each side; it grows on where its best is at an end."""
FURTHEST = 20
"""Times that it grows at most."""
GAIN = 1e-5
"""It also ends where that no longer gains as much, in nats: a value may be best at nothing."""
REFINEMENTS = 3
"""Each scores both sides of the best, at the square root of the ratio before."""
SWEEPS = 2
"""Over all tunable settings, where there are several."""


def tune(at: Predictor, stored: Stored) -> None:
    """Set every tunable number to where the stored labels are likeliest; shares of mixtures follow.

    A setting is searched over a grid of logarithms, then more finely around its best; several, one
    after the other, and once again. Those of an adaptation are searched together with the memories
    around it: what a memory knows already is not adapted to once more.
    """
    tunables = list(at.tunables())

    def loss() -> float:
        # On the host, in float64: not every device has it.
        return -float(at.output.score_stored(stored).cpu().double().mean())

    values = {tunable.name: tunable.around(stored) for tunable in tunables}
    for tunable in tunables:
        tunable.set(values[tunable.name])
    for sweep in range(SWEEPS if len(tunables) > 1 else 1):
        for tunable in tunables:
            search = _Search(tunable, stored, loss)
            if sweep == 0:
                search.spread(values[tunable.name])
            else:
                search.score([values[tunable.name]])
            search.refine()
            values[tunable.name] = search.best
            tunable.set(search.best)
    loss()  # leaves shares as they are best for what was chosen


class _Search:
    """What is known of one setting."""

    def __init__(self, tunable: Tunable, stored: Stored, loss: Callable[[], float]) -> None:
        self._tunable, self._stored, self._loss = tunable, stored, loss
        self._known: dict[float, float] = {}

    @property
    def best(self) -> float:
        return min(self._known, key=self._known.__getitem__)

    def score(self, values: Sequence[float]) -> None:
        missing = [value for value in values if value not in self._known]
        if missing and self._tunable.prepare is not None:
            self._tunable.prepare(self._stored, missing)
        for value in missing:
            self._tunable.set(value)
            self._known[value] = self._loss()

    def spread(self, around: float) -> None:
        grid = [around * SPREAD**power for power in range(-REACH, REACH + 1)]
        low, high = grid[0], grid[-1]
        self.score(grid)
        for _ in range(FURTHEST):
            best = self.best
            if best == low:
                low /= SPREAD
                self.score([low])
            elif best == high:
                high *= SPREAD
                self.score([high])
            else:
                break
            if self._known[best] - self._known[self.best] < GAIN:
                break

    def refine(self) -> None:
        ratio = SPREAD
        for _ in range(REFINEMENTS):
            ratio = sqrt(ratio)
            middle = self.best
            self.score([middle / ratio, middle * ratio])
