"""`mixture_of_softmaxes`: fields and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.bounds import Bounds, Width
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Layer

if TYPE_CHECKING:
    from hebbdsl.parts.outputs.layer import OutputLayer


@frozen(kw_only=True)
class MixtureOfSoftmaxes(Softmax):
    """Several softmaxes over the same rows, whose activations and shares are made of one.

    With rows θ and biases b as those of `softmax`:

        p(i | h) = Σ_k π_k · exp(θ[i]·h_k + b[i]) / Σ_j exp(θ[j]·h_k + b[j])
        h_k = tanh(W_k h + b_k)
        π = softmax(W_π h)

    The logarithms of such a sum are not linear in h, so that its matrix of log-probabilities may
    have a higher rank than the width of the rows. It is exact, and takes the products of `softmax`
    once for each component; the logits of all components are never held at once. One component has
    all of the probability: no shares are learnt then. An embedding that is tied has the width of
    the rows. Adaptations that need logits linear in h do not work on it.

    Source:
        Yang, Dai, Salakhutdinov, Cohen 2018, equation 2; they use 15 components on WikiText-2, and
        dropout of each h_k, which is not here.
    """

    adapts_rows: ClassVar[bool] = False

    components: Annotated[
        int, Bounds(minimum=1, maximum=256), "K: how many softmaxes are mixed"
    ] = 4
    width: Annotated[
        Width | None, "width of each h_k and of the rows; null: that of the activation"
    ] = None

    def row_width(self, hidden: int) -> int:
        return hidden if self.width is None else self.width

    @property
    def row_width_field(self) -> str | None:
        return None if self.width is None else "width"

    def layers(self, hidden: int, classes: int) -> tuple[Layer, ...]:
        count, width = self.components, self.row_width(hidden)
        layers = [
            Layer("components", (count, width), parameters=count * width * (hidden + 1)),
            Layer("mixture_of_softmaxes", (classes,), parameters=classes * (width + self.bias)),
        ]
        if count > 1:
            layers.insert(1, Layer("shares of components", (count,), parameters=count * hidden))
        return tuple(layers)

    def build(self, hidden: int, classes: int) -> OutputLayer:
        from hebbdsl.parts.outputs.mixture_of_softmaxes.module import MixtureOfSoftmaxesLayer

        return MixtureOfSoftmaxesLayer(self, hidden, classes)
