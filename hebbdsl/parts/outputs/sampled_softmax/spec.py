"""`sampled_softmax`: fields and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from hebbdsl.diagnostics.diagnostic import At, Problem
from hebbdsl.diagnostics.wording import number_of
from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Count
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Layer, Output
from hebbdsl.parts.problems import NoEffect

if TYPE_CHECKING:
    from hebbdsl.parts.exposure import Exposure
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class SampledSoftmax(Softmax):
    """Softmax whose training loss estimates its normaliser from a sample. Not exact in training.

    At every step `samples` classes s are drawn from q; with z_i = θ[i]·h + b[i] a label y costs

        log Ẑ − z_y,   Ẑ = exp(z_y) + Σ_{s ≠ y} exp(z_s) / (samples · q_s)

    The mean of Ẑ is the normaliser, so that of the loss lies below the exact one; loss and gradient
    are biased, less so with more samples. Evaluation is exact: perplexities and accuracies are
    those of the softmax over all classes in play. Where no more classes than `samples` are in play,
    training is exact too.

    Source:
        Bengio, Senécal 2008; Jean, Cho, Memisevic, Bengio 2015.
    """

    samples: Annotated[Count, "how many classes are drawn at each step, with replacement"] = 1_000
    proposal: Annotated[
        Literal["zipf", "uniform"],
        "q: log((i + 2)/(i + 1)) / log(classes + 1), which falls as words do in the order of their"
        " counts; or the same for all",
    ] = "zipf"

    @property
    def semantics(self) -> int:
        # Samples came from one generator, and depended on how many had been drawn before.
        return 2

    def errors_inside(self, outer: Output) -> Iterator[Problem]:
        yield SampledExpert(place=At(()), output="sampled_softmax")

    def warnings(self, run: Exposure) -> Iterator[Problem]:
        if self.samples >= run.levels[-1]:
            yield NoEffect(
                place=At.field("samples"),
                field="samples",
                why=f"there are {number_of(run.levels[-1], 'class')}, so that training is exact",
                advice="draw fewer, or use `softmax`",
            )

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        parameters = classes * (hidden + self.bias)
        return (Layer("sampled_softmax", (classes,), parameters=parameters),)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.sampled_softmax.module import SampledSoftmaxLayer

        return SampledSoftmaxLayer(self, hidden, classes)


class SampledExpert(Problem):
    """An output that learns by a sample of the classes is an expert of a mixture.

    The loss of a mixture asks each expert for the probability of the label, which `sampled_softmax`
    never works out in training: it would have to be exact, and its `samples` would mean nothing.

    Wrong:
        output:
          mixture: {experts: [{sampled_softmax: {samples: 100}}, cache]}

    Right:
        output:
          mixture: {experts: [softmax, cache]}
    """

    code = "HEB446"
    output: str

    title = "{output!q} can't be trained inside a mixture"
    label = "has no probability of the label in training"
    hint = "use `softmax` here, or train it alone and mix it with memories under `evaluation`"
