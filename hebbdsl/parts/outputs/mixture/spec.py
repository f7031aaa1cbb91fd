"""`mixture`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Annotated, Literal

from hebbdsl.diagnostics.codes.lint_fields import NoEffect
from hebbdsl.diagnostics.codes.parts import WeightsPerExpert, WeightsSum
from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.parts.bounds import Fraction, Length
from hebbdsl.parts.part import Layer, Output

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer

TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixture(Output):
    """Several outputs, their probabilities mixed: p = Σ_k w_k p_k.

    Weights are equal, given, learnt (`learned`: a softmax over a linear map of h) or found on
    validation (`tuned`: those of the highest likelihood). Everything is computed in log space. One
    expert alone equals that expert bit for bit.

    Source:
        Rae et al. 2018, figure 1; the learnt gate is that of Merity et al. 2016.
    """

    experts: Annotated[tuple[Output, ...], Length(1, 16), "the outputs to mix"]
    weights: Annotated[
        Literal["equal", "learned", "tuned"] | tuple[Fraction, ...],
        "share of each expert, in order, summing to one; or how shares are found: `tuned`, under"
        " `evaluation`, on the validation text",
    ] = "equal"

    @property
    def gated(self) -> bool:
        """Whether there is a gate to learn: one expert alone needs none."""
        return self.weights == "learned" and len(self.experts) > 1

    @property
    def learns(self) -> bool:
        return self.gated

    def with_inner(self) -> Iterator[Output]:
        yield self
        for expert in self.experts:
            yield from expert.with_inner()

    def tunes(self) -> tuple[str, ...]:
        return ("weights",) if self.weights == "tuned" and len(self.experts) > 1 else ()

    def refusals(self) -> Iterator[Problem]:
        if isinstance(self.weights, str):
            return
        place = At(("weights",))
        if len(self.weights) != len(self.experts):
            yield WeightsPerExpert(
                place=place, weights=len(self.weights), experts=len(self.experts)
            )
        elif abs(fsum(self.weights) - 1) > TOLERANCE:
            yield WeightsSum(place=place, total=fsum(self.weights))

    def doubts(self, run: Exposure) -> Iterator[Problem]:
        if self.weights == "learned" and not self.gated:
            yield NoEffect(
                place=At.field("weights"),
                field="weights",
                why="one expert alone has the weight 1",
                advice="leave it out, or add an expert",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        rows = [
            replace(layer, name=f"expert {number}: {layer.name}")
            for number, expert in enumerate(self.experts, start=1)
            for layer in expert.layers(hidden, classes)
        ]
        if self.gated:
            gates = len(self.experts)
            rows.append(Layer("gate", (gates,), parameters=gates * (hidden + 1)))
        return tuple(rows)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.mixture.module import MixtureLayer

        return MixtureLayer(self, hidden, [e.build(hidden, classes) for e in self.experts])

    def build_to_read(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.mixture.module import MixtureLayer

        experts = [expert.build_to_read(hidden, classes) for expert in self.experts]
        return MixtureLayer(self, hidden, experts)
