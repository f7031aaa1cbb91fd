"""Settings of memories, searched on stored activations without running the model again."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.parts.outputs.stored import Knob, Stored

SPREAD = 2.0
"""Ratio between neighbouring values of the first grid."""
REACH = 3
"""Values of the first grid on each side; it grows on where its best is at an end."""
FURTHEST = 20
"""Times that it grows at most."""
REFINEMENTS = 3
"""Each asks at both sides of the best, at the square root of the ratio before."""
SWEEPS = 2
"""Over all knobs, where there are several."""


def tune(output: OutputLayer, stored: Stored) -> None:
    """Turn every knob to where the stored labels are likeliest; shares of mixtures follow.

    A knob is searched over a grid of logarithms, then more finely around its best; several, one
    after the other, and once again.
    """
    knobs = list(output.knobs())

    def loss() -> float:
        return -float(output.score_stored(stored).double().mean())

    values = {knob.name: knob.around(stored) for knob in knobs}
    for knob in knobs:
        knob.turn(values[knob.name])
    for sweep in range(SWEEPS if len(knobs) > 1 else 1):
        for knob in knobs:
            search = _Search(knob, loss)
            if sweep == 0:
                search.spread(values[knob.name])
            else:
                search.ask(values[knob.name])
            search.refine()
            values[knob.name] = search.best
            knob.turn(search.best)
    loss()  # leaves shares as they are best for what was chosen


class _Search:
    """What is known of one knob."""

    def __init__(self, knob: Knob, loss: Callable[[], float]) -> None:
        self._knob, self._loss = knob, loss
        self._known: dict[float, float] = {}

    @property
    def best(self) -> float:
        return min(self._known, key=self._known.__getitem__)

    def ask(self, value: float) -> None:
        if value not in self._known:
            self._knob.turn(value)
            self._known[value] = self._loss()

    def spread(self, around: float) -> None:
        low = high = around
        self.ask(around)
        for _ in range(REACH):
            low, high = low / SPREAD, high * SPREAD
            self.ask(low)
            self.ask(high)
        for _ in range(FURTHEST):
            if self.best == low:
                low /= SPREAD
                self.ask(low)
            elif self.best == high:
                high *= SPREAD
                self.ask(high)
            else:
                break

    def refine(self) -> None:
        ratio = SPREAD
        for _ in range(REFINEMENTS):
            ratio = sqrt(ratio)
            middle = self.best
            self.ask(middle / ratio)
            self.ask(middle * ratio)
