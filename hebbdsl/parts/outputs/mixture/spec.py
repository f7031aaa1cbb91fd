"""`mixture`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING, Annotated, Literal

from hebbdsl.diagnostics.diagnostic import Also, At, Problem, Second, Severity
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import AddedLater, Fraction, Length, Rate
from hebbdsl.parts.part import Layer, Output
from hebbdsl.parts.problems import NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer

TOLERANCE = 1e-6


@frozen(kw_only=True)
class Mixture(Output):
    """Several outputs, their probabilities mixed: p = Σ_k w_k p_k.

    Weights are equal, given, learnt (`learned`: a softmax over a linear map of h), found on
    validation (`tuned`: those of the highest likelihood, of mixtures in mixtures together) or taken
    from how sure each expert is at each position (`entropy`): with H_k the entropy of its
    probabilities there, in nats, and τ the `temperature`,

        w_k ∝ exp(−H_k / τ)

    At τ = 1 shares go as 1/exp(H_k), one over the number of classes between which an expert as good
    as wavers. No gradient passes them, so that experts learn to be right and not to seem sure. They
    take the probabilities of all classes by every expert, and learn nothing: they may be used in
    training and under `evaluation`. Everything is computed in log space. One expert alone equals
    that expert bit for bit.

    Source:
        Rae et al. 2018, figure 1; the learnt gate is that of Merity et al. 2016; shares by entropy
        are ours in this form.
    """

    experts: Annotated[tuple[Output, ...], Length(1, 16), "the outputs to mix"]
    weights: Annotated[
        Literal["equal", "learned", "tuned", "entropy"] | tuple[Fraction, ...],
        "share of each expert, in order, summing to one; or how shares are found: `tuned`, under"
        " `evaluation`, on the validation data",
    ] = "equal"
    temperature: Annotated[
        Rate | Literal["tuned"],
        AddedLater(),
        "τ of weights by entropy: the larger, the more equal they are; `tuned`, under `evaluation`:"
        " searched on the validation data",
    ] = 1.0

    @property
    def gated(self) -> bool:
        """Whether there is a gate to learn: one expert alone needs none."""
        return self.weights == "learned" and len(self.experts) > 1

    @property
    def needs_entropies(self) -> bool:
        return self.weights == "entropy" and len(self.experts) > 1

    @property
    def learns(self) -> bool:
        return self.gated

    @property
    def passes_gradients(self) -> bool:
        heard = list(self.experts)
        if isinstance(self.weights, tuple):
            pairs = zip(self.weights, self.experts, strict=False)
            heard = [expert for weight, expert in pairs if weight > 0]
        return not heard or any(
            expert.passes_gradients for expert in heard
        )  # of none: refused already

    @property
    def predicts_text(self) -> bool:
        return all(one.predicts_text and not one.is_trained for one in self.experts)

    def tunes(self) -> tuple[str, ...]:
        if self.weights == "tuned" and len(self.experts) > 1:
            return ("weights",)
        return ("temperature",) if self.needs_entropies and self.temperature == "tuned" else ()

    def errors(self) -> Iterator[Problem]:
        if isinstance(self.weights, str):
            return
        place = At(("weights",))
        if len(self.weights) != len(self.experts):
            yield WeightsPerExpert(
                place=place, weights=len(self.weights), experts=len(self.experts)
            )
        elif abs(fsum(self.weights) - 1) > TOLERANCE:
            yield WeightsSum(place=place, total=fsum(self.weights))

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if isinstance(self.weights, tuple):
            for number, weight in enumerate(self.weights):
                if weight == 0:
                    yield ZeroWeightExpert(place=At.field("weights", number), expert=number + 1)
        elif self.weights != "equal" and len(self.experts) == 1:
            yield NoEffect(
                place=At.field("weights"),
                field="weights",
                why="one expert alone has the weight 1",
                advice="leave it out, or add an expert",
            )
        if not self.needs_entropies:
            yield NoEffect(
                place=At.field("temperature"),
                field="temperature",
                why="weights are not taken from entropies",
                advice="it goes with `weights: entropy`",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        return self._rows(hidden, [one.layers(hidden, classes) for one in self.experts])

    def layers_at_test(self, hidden: int, classes: int, shown: int) -> tuple[Layer, ...]:
        of_experts = [one.layers_at_test(hidden, classes, shown) for one in self.experts]
        return self._rows(hidden, of_experts)

    def _rows(self, hidden: int, of_experts: list[tuple[Layer, ...]]) -> tuple[Layer, ...]:
        rows = [
            replace(layer, name=f"expert {number}: {layer.name}")
            for number, layers in enumerate(of_experts, start=1)
            for layer in layers
        ]
        if self.gated:
            gates = len(self.experts)
            rows.append(Layer("gate", (gates,), parameters=gates * (hidden + 1)))
        return tuple(rows)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.mixture.module import MixtureLayer

        return MixtureLayer(self, hidden, [e.build(hidden, classes) for e in self.experts])

    def build_at_test(self, hidden: int, classes: int, shown: int) -> OutputLayer:
        from hebbdsl.parts.outputs.mixture.module import MixtureLayer

        experts = [expert.build_at_test(hidden, classes, shown) for expert in self.experts]
        return MixtureLayer(self, hidden, experts)


class ZeroWeightExpert(Problem):
    """An expert of a mixture has the weight 0.

    Nothing that it says counts, and nothing is learnt of it, while it takes its time and memory.
    Leave the expert out, or give it a share.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [1.0, 0.0]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.9, 0.1]}
    """

    code = "HEB753"
    severity = Severity.WARNING
    expert: int

    title = "expert {expert} of the mixture has the weight 0"
    label = "is never heard, and learns nothing"
    hint = "leave the expert out, or give it a share"


class WeightsPerExpert(Problem):
    """A mixture has more or fewer weights than experts.

    `weights` lists one share for each expert, in the same order.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [0.5, 0.3, 0.2]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.7, 0.3]}
    """

    code = "HEB407"
    weights: int
    experts: int
    listed: Second = At.field("experts")

    @property
    def title(self) -> str:
        weights = "1 weight" if self.weights == 1 else f"{self.weights} weights"
        experts = "1 expert" if self.experts == 1 else f"{self.experts} experts"
        return f"a mixture of {experts} is given {weights}"

    label = "{weights} here"
    hint = (
        "give one weight for each expert, or a word: `equal`, `entropy`, `learned` in training,"
        " `tuned` under `evaluation`"
    )
    related = Also("listed", "{experts} here")


class WeightsSum(Problem):
    """The weights of a mixture do not sum to one.

    Weights are shares of a probability; a sum within a millionth of one is taken as one.

    Wrong:
        output:
          mixture: {experts: [softmax, cache], weights: [0.7, 0.2]}

    Right:
        output:
          mixture: {experts: [softmax, cache], weights: [0.8, 0.2]}
    """

    code = "HEB408"
    total: float

    title = "the weights sum to {total:g}, not to 1"
    label = "sum {total:g}"
    hint = "shares of a probability sum to 1"
